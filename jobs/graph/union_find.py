"""Union-find in compiled loops over numpy arrays: the forest of a set of edges, at most one edge a node.

A forest names for each of its nodes the smallest node that it hangs together with. Forests travel through Spark as
pieces: rows of FOREST_SCHEMA, each with many nodes in two binary values, since a row per node costs more than the work.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
from numba import types

from jobs.graph.compiled import compiled

# Edges are looked at in lots of so many (64 MB), so that a choice of method rests on more than one Arrow batch.
LOT = 4_000_000
# An array indexed by node is made while it has at most so many entries per edge of the first lot: 4 bytes each.
ENTRIES_PER_EDGE = 16
# Nodes of one piece: 2 MB or 4 MB a row.
PIECE = 1 << 18

FOREST = "nodes binary, parents binary, width int, edges bigint, top bigint, bad bigint"
FOREST_SCHEMA = pa.schema(
    [
        ("nodes", pa.binary()), ("parents", pa.binary()), ("width", pa.int32()), ("edges", pa.int64()), ("top", pa.int64()),
        ("bad", pa.int64()),
    ]
)  # fmt: skip
CHANGES = "id bigint, component bigint, is_node boolean"
CHANGES_SCHEMA = pa.schema([("id", pa.int64()), ("component", pa.int64()), ("is_node", pa.bool_())])

_UNSEEN = -1
_NODES = types.Array(types.int64, 1, "C", readonly=True)
_PARENTS = types.int32[::1]


@compiled(types.void(_PARENTS, _NODES, _NODES))
def unite(parent: np.ndarray, src: np.ndarray, dst: np.ndarray) -> None:
    """Joins the sets of src[i] and dst[i]. parent: by node, -1 where not seen, never above the node itself.

    Rem's algorithm with splicing (Patwary, Blair, Manne: Experiments on union-find algorithms, 2010).
    """
    for i in range(len(src)):
        a, b = src[i], dst[i]
        if parent[a] < 0:
            parent[a] = a
        if parent[b] < 0:
            parent[b] = b
        while parent[a] != parent[b]:
            if parent[a] < parent[b]:
                a, b = b, a
            above = parent[a]
            parent[a] = parent[b]
            if above == a:
                break
            a = above


@compiled(types.void(_PARENTS))
def flatten(parent: np.ndarray) -> None:
    """Points every node at the root of its set, which is the smallest node of it."""
    for node in range(len(parent)):
        if parent[node] >= 0:
            parent[node] = parent[parent[node]]


def new_parents(nodes: int) -> np.ndarray:
    """An array for `unite` in which no node was seen."""
    return np.full(nodes, _UNSEEN, np.int32)


def forest_of(src: np.ndarray, dst: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(nodes in order, smallest node of each one's set), int64, of edges between any int64 ids."""
    nodes, ranks = ranked(np.concatenate([src, dst]))
    parent = new_parents(len(nodes))
    unite(parent, ranks[: len(src)], ranks[len(src) :])
    flatten(parent)
    return nodes, nodes[parent]


def ranked(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(distinct values in order, place of each value among them): numpy's sort is ten times as fast as its unique."""
    order = np.argsort(values)
    ordered = values[order]
    first = np.ones(len(values), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    ranks = np.empty(len(values), np.int64)
    ranks[order] = np.cumsum(first) - 1
    return ordered[first], ranks


def edge_forests(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Arrow form: (src bigint, dst bigint) -> pieces of the partition's forests.

    Holds a lot of edges and, where ids are dense, one array indexed by node of at most ENTRIES_PER_EDGE * LOT entries.
    Where they are not, every lot has a forest of its own. Edges without an end, or with a negative one, are counted as
    `bad` and left out.
    """
    parent = new_parents(0)
    for src, dst, bad in _lots(batches):
        if bad:
            yield _piece(np.zeros(0, np.int64), np.zeros(0, np.int64), bad)
        if not len(src):
            continue
        top = int(max(src.max(), dst.max()))
        if top < max(len(parent), ENTRIES_PER_EDGE * len(src)):
            parent = _with_room(parent, top)
            unite(parent, src, dst)
        else:
            yield from pieces(*forest_of(src, dst))
    flatten(parent)
    yield from array_pieces(parent)


def _with_room(parent: np.ndarray, top: int) -> np.ndarray:
    """The array, longer if `top` has no place in it yet."""
    if top < len(parent):
        return parent
    grown = new_parents(top + 1)
    grown[: len(parent)] = parent
    return grown


def _lots(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    """(src, dst, edges that are none), about LOT edges at a time."""
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= LOT:
            yield _good_edges(held)
            held, rows = [], 0
    if held:
        yield _good_edges(held)


def _good_edges(held: list[pa.RecordBatch]) -> tuple[np.ndarray, np.ndarray, int]:
    table = pa.Table.from_batches(held)
    whole = table.drop_null() if table["src"].null_count or table["dst"].null_count else table
    src, dst = whole["src"].to_numpy(), whole["dst"].to_numpy()
    if len(src) and min(src.min(), dst.min()) < 0:
        good = (src >= 0) & (dst >= 0)
        src, dst = src[good], dst[good]
    return src, dst, table.num_rows - len(src)


def array_pieces(parent: np.ndarray) -> Iterator[pa.RecordBatch]:
    """Pieces of a flattened array of parents: nodes that were seen, four bytes each."""
    for start in range(0, len(parent), PIECE):
        part = parent[start : start + PIECE]
        seen = np.flatnonzero(part >= 0)
        if len(seen):
            yield _piece((seen + start).astype(np.int32), part[seen])


def pieces(nodes: np.ndarray, parents: np.ndarray) -> Iterator[pa.RecordBatch]:
    """Pieces of a forest of any int64 ids."""
    for start in range(0, len(nodes), PIECE):
        yield _piece(nodes[start : start + PIECE], parents[start : start + PIECE])


def _piece(nodes: np.ndarray, parents: np.ndarray, bad: int = 0) -> pa.RecordBatch:
    top = int(nodes[-1]) if len(nodes) else -1
    values = [nodes.tobytes(), parents.tobytes(), nodes.itemsize, len(nodes), top, bad]
    return pa.RecordBatch.from_arrays(
        [pa.array([value], field.type) for value, field in zip(values, FOREST_SCHEMA, strict=True)],
        schema=FOREST_SCHEMA,
    )


def read_pieces(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(nodes, parents) of each piece, int64."""
    for batch in batches:
        for nodes, parents, width in zip(batch["nodes"], batch["parents"], batch["width"], strict=True):
            kind = np.dtype(f"i{width.as_py()}")
            yield (
                np.frombuffer(nodes.as_buffer(), kind).astype(np.int64, copy=False),
                np.frombuffer(parents.as_buffer(), kind).astype(np.int64, copy=False),
            )


def merge_in_array(batches: Iterable[pa.RecordBatch], top: int) -> Iterator[pa.RecordBatch]:
    """Arrow form: all pieces of all forests -> pieces of the one forest of them, with nodes up to `top`.

    Holds 4 bytes for every id up to `top`, and one batch.
    """
    parent = new_parents(top + 1)
    for nodes, parents in read_pieces(batches):
        unite(parent, nodes, parents)
    flatten(parent)
    yield from array_pieces(parent)


def merge_by_value(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """As `merge_in_array`, for ids that are far apart. Holds about 64 bytes for every edge of the forests."""
    found = list(read_pieces(batches))
    if found:
        yield from pieces(*forest_of(*(np.concatenate(ends) for ends in zip(*found, strict=True))))


def changed_rows(batches: Iterable[pa.RecordBatch], max_rows: int) -> Iterator[pa.RecordBatch]:
    """Arrow form: (is_known boolean, src bigint, dst bigint) -> CHANGES_SCHEMA.

    A known row is a node and the component that it has, others are edges. Raises OverflowError for more than `max_rows`
    rows, since about 100 bytes are held for each, and ValueError for a row without a node or with a negative one.
    """
    held, rows = [], 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows > max_rows:
            raise OverflowError(f"more than {max_rows} rows change components: label all edges anew instead")
    if not rows:
        return
    table = pa.Table.from_batches(held)
    if any(table[end].null_count or table[end].to_numpy().min() < 0 for end in ("src", "dst")):
        raise ValueError("an edge or a label has no node or a negative one: drop it, or number its nodes")
    known = table["is_known"].to_numpy()
    nodes, ranks = ranked(np.concatenate([table["src"].to_numpy(), table["dst"].to_numpy()]))
    src, dst = ranks[:rows], ranks[rows:]
    parent = new_parents(len(nodes))
    unite(parent, src, dst)
    flatten(parent)
    is_old, is_component = np.zeros(len(nodes), bool), np.zeros(len(nodes), bool)
    is_old[src[known]] = True
    is_component[dst[known]] = True
    component, is_new = nodes[parent], ~(is_old | is_component)
    changed = is_new | (is_component & (nodes != component))
    yield from pa.Table.from_arrays(
        [pa.array(column[changed]) for column in (nodes, component, is_new)], schema=CHANGES_SCHEMA
    ).to_batches()


def forest_rows(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Arrow form: pieces -> (node bigint, component bigint), a row a node."""
    for nodes, parents in read_pieces(batches):
        if len(nodes):
            yield pa.RecordBatch.from_arrays([pa.array(nodes), pa.array(parents)], names=["node", "component"])
