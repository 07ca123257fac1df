"""Groups and former identities are matched one to one, as well as can be, whatever order the pairs come in."""

from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.graph import matching
from jobs.graph.matching import best_pairs, heaviest_first, label_batches, match, match_batches


def in_batches(rows, names, count):
    parts = [rows[k::count] for k in range(count)]
    return iter(
        [pa.RecordBatch.from_pylist([dict(zip(names, row, strict=True)) for row in part]) for part in parts if part]
    )


def matched(pairs, batches=1):
    """Pairs (racket, community) kept of (racket, community, weight), through both Arrow steps."""
    names = ("racket_id", "community_id", "weight")
    found = match_batches(label_batches(in_batches(pairs, names, batches)))
    return sorted(
        (row["racket_id"], row["community_id"]) for part in found for row in part.to_pylist() if row["is_kept"]
    )


def by_trying_all(pairs):
    """The best of all matchings: the greatest sum, then the first pair in order in which two of them differ."""
    ordered = sorted(pairs)

    def goodness(chosen):
        return sum(pair[2] for pair in chosen), [pair in chosen for pair in ordered]

    one_to_one = (
        chosen
        for size in range(len(pairs) + 1)
        for chosen in combinations(ordered, size)
        if len({pair[0] for pair in chosen}) == len({pair[1] for pair in chosen}) == size
    )
    return sorted(pair[:2] for pair in max(one_to_one, key=goodness))


# Few weights, so that many matchings are equally good.
PAIRS_OF_SMALL_GRAPHS = st.dictionaries(
    st.tuples(st.sampled_from("RSTU"), st.sampled_from("abcd")), st.integers(1, 3), max_size=10
).map(lambda found: [(*sides, weight) for sides, weight in found.items()])


@settings(max_examples=150, deadline=None)
@given(pairs=PAIRS_OF_SMALL_GRAPHS, seed=st.randoms(use_true_random=False), batches=st.integers(1, 3))
def test_a_matching_is_the_best_of_all_in_any_order_of_rows(pairs, seed, batches):
    seed.shuffle(pairs)
    assert matched(pairs, batches) == by_trying_all(pairs)


def test_one_large_pair_is_left_for_two_that_are_more_together():
    assert matched([("R", "a", 6), ("R", "b", 5), ("S", "a", 5)]) == [("R", "b"), ("S", "a")]
    assert matched([("R", "a", 11), ("R", "b", 5), ("S", "a", 5)]) == [("R", "a")]


def test_of_equally_good_matchings_the_older_id_goes_first_then_the_smaller():
    assert matched([("R20240204-f", "a", 2), ("R20240114-f", "a", 2)]) == [("R20240114-f", "a")]
    assert matched([("R", "b", 2), ("R", "a", 2)]) == [("R", "a")]
    assert matched([("R", "b", 2), ("R", "a", 2), ("S", "a", 2), ("S", "b", 2)]) == [("R", "a"), ("S", "b")]


def test_a_chain_of_overlaps_is_matched_as_a_whole():
    chain = [("R", "a", 2), ("R", "b", 3), ("S", "b", 3), ("S", "c", 3), ("T", "c", 2)]
    assert matched(chain) == [("R", "a"), ("S", "b"), ("T", "c")]


def test_weights_that_differ_in_the_last_digit_of_many_are_told_apart():
    large = 2**50
    assert matched([("R", "a", large), ("R", "b", large + 1), ("S", "c", 1)]) == [("R", "b"), ("S", "c")]


def test_no_pairs_are_no_matches():
    assert matched([]) == []


@pytest.mark.parametrize(
    ("limit", "value"), [("MAX_CELLS", 3), ("EXACT_BELOW", 16)], ids=["too_many_cells", "too_large_weights"]
)
def test_what_is_too_large_to_be_solved_is_taken_heaviest_first(monkeypatch, limit, value):
    pairs = [("R", "a", 6), ("R", "b", 5), ("S", "a", 5)]
    monkeypatch.setattr(matching, limit, value)
    assert best_pairs(pairs) == heaviest_first(pairs) == [("R", "a", 6)]


def test_a_part_at_the_bound_is_solved_in_time():
    n = 64
    pairs = [(f"R{r:02}", f"c{c:02}", 5) for r in range(n) for c in range(n)]
    assert best_pairs(pairs) == [(f"R{k:02}", f"c{k:02}", 5) for k in range(n)]


def test_partitions_change_nothing_and_other_columns_are_passed_on(spark):
    pairs = [(f"R{c + k}", f"c{c}", 1 + (c * k) % 3, k) for c in range(40) for k in range(3)]
    columns = "racket_id string, community_id string, weight bigint, k int"
    best = set(matched([pair[:3] for pair in pairs]))
    wanted = sorted((*pair, pair[:2] in best) for pair in pairs)
    for rows, count in ((pairs, 1), (pairs[::-1], 3), (pairs[1::2] + pairs[::2], 8)):
        assert sorted(map(tuple, match(spark.createDataFrame(rows, columns).repartition(count)).collect())) == wanted
    assert match(spark.createDataFrame([], columns)).collect() == []
