"""One-to-one matching of groups with their former identities."""

from collections.abc import Iterable, Iterator

import pyarrow as pa


def match_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Arrow form: all pairs (component_id, racket_id, overlap), in one task -> those kept (component_id, racket_id).

    Greedy: the largest overlap first, of equal ones the smaller ids; a pair is kept while neither side is taken.
    There are as many pairs as groups that share a member: thousands where there are millions of shops.
    """
    pairs = [row for batch in batches for row in batch.to_pylist()]
    kept: dict[str, str] = {}
    taken: set[str] = set()
    for pair in sorted(pairs, key=lambda row: (-row["overlap"], row["racket_id"], row["component_id"])):
        if pair["component_id"] not in kept and pair["racket_id"] not in taken:
            kept[pair["component_id"]] = pair["racket_id"]
            taken.add(pair["racket_id"])
    yield pa.RecordBatch.from_arrays(
        [pa.array(list(kept), pa.string()), pa.array(list(kept.values()), pa.string())],
        names=["component_id", "racket_id"],
    )
