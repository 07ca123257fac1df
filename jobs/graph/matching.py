"""One-to-one matching of groups with their former identities: exact, and the same for any order of rows.

Groups and identities that overlap form a graph with two sides; each of its connected parts is solved by itself.
A matching is better when its weights add up to more. Of equally good ones the older identity goes first, then the
smaller id: over all pairs in order of (racket_id, community_id), the matching that has the first pair in which the
two differ is taken. Ids of rackets begin with the day of their birth, so their order as text is their age.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

# How far back the fronts go. A racket that is away longer comes back under a new id.
FRONT_DAYS = 28
# A part with more cells (identities × groups) than 64 × 64 is not identities that moved a little but a clustering
# that fell apart: its pairs are taken greedily. Within the bound a part is solved in at most a second or two.
MAX_CELLS = 4_096
# The solver adds in doubles: whole numbers are exact below this.
EXACT_BELOW = 2**53

BATCH_ROWS = 65_536

Pair = tuple[str, str, int]  # racket_id, community_id, weight


def match(pairs: DataFrame) -> DataFrame:
    """The pairs with `is_kept`: whether they are of the best matching, in which each side is at most once.

    pairs: community_id, racket_id, weight (bigint, above 0) and any other columns; one row per pair. One task finds the
    connected parts: it holds a pair in some dozens of bytes, and there are about as many pairs as rackets, so millions
    fit. The parts are then shared out and solved side by side.
    """
    with_part = pairs.withColumn("part", F.lit(0).cast("bigint")).schema
    labelled = pairs.repartition(1).mapInArrow(label_batches, with_part)
    judged = labelled.withColumn("is_kept", F.lit(False)).drop("part").schema
    return labelled.repartition("part").mapInArrow(match_batches, judged)


def label_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Arrow form: all pairs, in one task -> the same with the number of their connected `part`."""
    parts = list(batches)
    if not parts:
        return
    pairs = pa.Table.from_batches(parts)
    communities, rackets = (pairs[name].combine_chunks().dictionary_encode() for name in ("community_id", "racket_id"))
    first = len(communities.dictionary)
    src, dst = communities.indices.to_numpy(), rackets.indices.to_numpy() + first
    nodes = first + len(rackets.dictionary)
    graph = coo_array((np.ones(len(src), dtype=np.int8), (src, dst)), shape=(nodes, nodes))
    _, part = connected_components(graph, directed=False)
    labelled = pairs.append_column("part", pa.array(part[src], pa.int64()))
    yield from labelled.combine_chunks().to_batches(max_chunksize=BATCH_ROWS)


def match_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Arrow form: pairs of whole connected parts -> the same with `is_kept` instead of `part`."""
    parts = list(batches)
    if not parts:
        return
    pairs = pa.Table.from_batches(parts)
    sides = list(zip(pairs["racket_id"].to_pylist(), pairs["community_id"].to_pylist(), strict=True))
    numbered = sorted(zip(pairs["part"].to_pylist(), sides, pairs["weight"].to_pylist(), strict=True))
    kept: set[tuple[str, str]] = set()
    for _, part in groupby(numbered, key=itemgetter(0)):
        kept |= {pair[:2] for pair in best_pairs([(*both, weight) for _, both, weight in part])}
    judged = pairs.drop_columns("part").append_column("is_kept", pa.array([both in kept for both in sides], pa.bool_()))
    yield from judged.combine_chunks().to_batches(max_chunksize=BATCH_ROWS)


def best_pairs(pairs: Sequence[Pair]) -> list[Pair]:
    """The best matching of one connected part, in the order that the module states; beyond MAX_CELLS, or with weights
    too large to add exactly, the pairs taken one by one, heaviest first.
    """
    rackets = sorted({racket for racket, _, _ in pairs})
    communities = sorted({community for _, community, _ in pairs})
    if len(rackets) * len(communities) > MAX_CELLS or sum(weight for _, _, weight in pairs) >= EXACT_BELOW:
        return heaviest_first(pairs)
    row, column = ({name: n for n, name in enumerate(names)} for names in (rackets, communities))
    weights = np.zeros((len(rackets), len(communities)), dtype=np.int64)
    for racket, community, weight in pairs:
        weights[row[racket], column[community]] = weight
    return [(rackets[r], communities[c], int(weights[r, c])) for r, c in _best_cells(weights)]


def heaviest_first(pairs: Sequence[Pair]) -> list[Pair]:
    """The heaviest pair first, of equal ones the older, smaller ids; a pair is kept while neither side is taken.

    At least half of the best sum.
    """
    kept: list[Pair] = []
    taken: set[tuple[str, str]] = set()
    for racket, community, weight in sorted(pairs, key=lambda pair: (-pair[2], pair)):
        sides = {("racket", racket), ("community", community)}
        if not taken & sides:
            kept.append((racket, community, weight))
            taken |= sides
    return kept


def _best_cells(weights: np.ndarray) -> list[tuple[int, int]]:
    """Cells of the greatest sum, one a row and column; row by row the first column that such a sum can have."""
    left = np.arange(weights.shape[1])
    best, cells = _greatest_sum(weights), []
    for row in range(weights.shape[0]):
        for column in left[weights[row, left] > 0]:
            others = left[left != column]
            rest = _greatest_sum(weights[row + 1 :, others])
            if rest + weights[row, column] == best:
                cells.append((row, int(column)))
                left, best = others, rest
                break
    return cells


def _greatest_sum(weights: np.ndarray) -> int:
    """The most that cells add up to, one a row and column. Exact while all cells together are below EXACT_BELOW."""
    return int(weights[linear_sum_assignment(weights, maximize=True)].sum())
