"""Groups and former identities are matched one to one, best overlap first, in any order of rows."""

import random

import pyarrow as pa

from jobs.graph.matching import match_batches


def matched(pairs, batches=1):
    rows = [{"component_id": c, "racket_id": r, "overlap": overlap} for c, r, overlap in pairs]
    parts = [pa.RecordBatch.from_pylist(rows[k::batches]) for k in range(batches) if rows[k::batches]]
    return sorted(
        (row["component_id"], row["racket_id"]) for part in match_batches(iter(parts)) for row in part.to_pylist()
    )


def test_the_best_overlap_is_kept_and_the_next_best_for_who_lost():
    assert matched([("c1", "r1", 6.0), ("c2", "r1", 4.0), ("c2", "r2", 3.0), ("c3", "r2", 1.0)]) == [
        ("c1", "r1"),
        ("c2", "r2"),
    ]


def test_equal_overlaps_go_by_the_smaller_ids():
    assert matched([("c2", "r1", 2.0), ("c1", "r1", 2.0), ("c1", "r2", 2.0), ("c2", "r2", 2.0)]) == [
        ("c1", "r1"),
        ("c2", "r2"),
    ]


def test_any_pairs_are_matched_one_to_one_and_nothing_better_is_left():
    for seed in range(100):
        r = random.Random(seed)
        pairs = [(f"c{c}", f"r{k}", r.randint(1, 5) / 2) for c in range(8) for k in range(8) if r.random() < 0.4]
        found = matched(pairs)
        assert matched(r.sample(pairs, k=len(pairs)), batches=3) == found
        assert len({c for c, _ in found}) == len({k for _, k in found}) == len(found)
        overlap = {(c, k): value for c, k, value in pairs}
        taken = {side: overlap[c, k] for c, k in found for side in (c, k)}
        # Every pair that was not kept lost one of its sides to a pair at least as good.
        assert all(value <= max(taken.get(c, 0), taken.get(k, 0)) for c, k, value in pairs), seed


def test_no_pairs_are_no_matches():
    assert matched([]) == []
