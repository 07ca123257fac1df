"""Why shops hang together, against all chains and all sets of evidence of small graphs."""

from itertools import combinations, pairwise, permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.graph.why import (
    Group,
    largest_part,
    merged_places,
    parts,
    smallest_cut,
    split_by_one,
    strongest_chain,
)

SMALL = settings(max_examples=150, deadline=None)


def group(*users):
    """Evidence by the letters of the shops that use it; shops are all letters up to the last that is named."""
    n = 1 + max(ord(letter) - ord("a") for word in users for letter in word)
    uses = [(ord(letter) - ord("a"), number) for number, word in enumerate(users) for letter in word]
    user, value = np.array(uses, np.int64).T
    return Group(n, user, value)


def split(label):
    """Parts as letters."""
    return ["".join(chr(ord("a") + int(i)) for i in np.flatnonzero(label == part)) for part in sorted(set(label))]


groups = st.lists(st.sets(st.sampled_from("abcdef"), min_size=1, max_size=4), min_size=1, max_size=7).map(
    lambda words: group(*["".join(sorted(word)) for word in words])
)


@st.composite
def tied(draw):
    """Up to seven shops and pairs with weights of a few sizes."""
    n = draw(st.integers(2, 7))
    pairs = draw(st.sets(st.sampled_from(list(combinations(range(n), 2))), min_size=1))
    return n, {pair: draw(st.integers(3, 6)) for pair in sorted(pairs)}


def arrays(weights):
    src, dst = np.array(list(weights), np.int64).T
    return src, dst, np.array(list(weights.values()), float)


# --- chains -------------------------------------------------------------------------------------


@SMALL
@given(tied())
def test_the_chain_is_the_best_of_all_chains(world):
    n, weights = world
    chains = [
        (0, *middle, n - 1)
        for k in range(n - 1)
        for middle in permutations(range(1, n - 1), k)
        if all(tuple(sorted(step)) in weights for step in zip((0, *middle), (*middle, n - 1), strict=True))
    ]
    best = min(
        chains,
        key=lambda c: (-min(weights[tuple(sorted(s))] for s in pairwise(c)), len(c), c),
        default=(),
    )
    assert strongest_chain(n, *arrays(weights), 0, n - 1) == best


@pytest.mark.parametrize(
    ("ties", "chain"),
    [
        ({(0, 1): 3.0, (0, 2): 9.0, (1, 2): 8.0}, (0, 2, 1)),  # a detour over stronger ties
        ({(0, 1): 8.0, (0, 2): 9.0, (1, 2): 8.0}, (0, 1)),  # no detour for nothing
        ({(0, 2): 5.0, (1, 2): 5.0, (0, 3): 5.0, (1, 3): 5.0}, (0, 2, 1)),  # of equal ones the smaller shops
        ({(0, 2): 5.0, (1, 3): 5.0}, ()),
    ],
)
def test_a_chain_is_as_strong_as_its_weakest_tie(ties, chain):
    assert strongest_chain(4, *arrays(ties), 0, 1) == chain


def test_a_long_chain_in_a_large_component_is_found_at_once():
    n = 100_000
    src = np.arange(n - 1)
    assert len(strongest_chain(n, src, src + 1, np.linspace(9, 3, n - 1), 0, n - 1)) == n


# --- what splits a group ------------------------------------------------------------------------


@SMALL
@given(groups)
def test_the_smallest_cut_is_the_smallest_of_all_sets_that_split(found):
    cut = smallest_cut(found)
    whole = len(set(parts(found))) == 1
    values = sorted(set(found.value.tolist()))
    splitting = [
        lost
        for size in range(len(values) + 1)
        for lost in combinations(values, size)
        if len(set(parts(found, lost))) > 1
    ]
    if found.n == 1:
        assert cut is None
        return
    assert cut.is_smallest
    assert len(cut.values) == min(map(len, splitting))
    assert cut.values in splitting
    assert (cut.values == ()) == (not whole)
    assert cut.part.tolist() == parts(found, cut.values).tolist()


@SMALL
@given(groups)
def test_single_values_that_split_are_the_articulation_points(found):
    if len(set(parts(found))) > 1:
        return
    graph = nx.Graph([(u, (v,)) for u, v in zip(found.user.tolist(), found.value.tolist(), strict=True)])
    wanted = {point[0] for point in nx.articulation_points(graph) if isinstance(point, tuple)}
    assert split_by_one(found) == {value: largest_part(found, (value,)) for value in wanted}


@SMALL
@given(groups, st.randoms())
def test_order_of_uses_does_not_matter(found, random):
    order = random.sample(range(len(found.user)), len(found.user))
    again = smallest_cut(Group(found.n, found.user[order], found.value[order]))
    first = smallest_cut(found)
    assert first is again is None or (first.values, first.part.tolist()) == (again.values, again.part.tolist())


@pytest.mark.parametrize(
    ("users", "lost", "left"),
    [
        (["abc", "cde"], (0,), ["a", "b", "cde"]),
        (["abcd", "ab", "cd", "ad"], (0, 3), ["ab", "cd"]),  # the even split, not shop b alone
        (["ab", "ab", "ab"], (0, 1, 2), ["a", "b"]),
        (["ab", "cd"], (), ["ab", "cd"]),
    ],
)
def test_the_cut_says_what_would_be_left(users, lost, left):
    cut = smallest_cut(group(*users))
    assert cut.values == lost
    assert split(cut.part) == left


def test_a_group_too_large_for_flows_is_tried_value_by_value():
    two = group("ab", "bc", "cd", "abc", "def", "ef")
    cut = smallest_cut(two, max_flow_uses=10)
    assert (cut.values, cut.is_smallest, split(cut.part)) == ((2,), False, ["abc", "def"])
    assert smallest_cut(group("abc", "abc"), max_flow_uses=1) is None


def test_a_large_group_is_answered_in_one_walk():
    n = 50_000
    shops = np.arange(n)
    chain = Group(n, np.r_[shops, shops[1:]], np.r_[shops, shops[:-1]])
    cut = smallest_cut(chain)
    assert (len(cut.values), cut.is_smallest, largest_part(chain, cut.values)) == (1, False, n // 2)


def test_a_shop_without_evidence_is_a_part_of_its_own():
    assert split(parts(Group(3, np.array([0, 2]), np.array([0, 0])))) == ["ac", "b"]
    assert smallest_cut(Group(1, np.zeros(0, np.int64), np.zeros(0, np.int64))) is None
    assert smallest_cut(Group(2, np.zeros(0, np.int64), np.zeros(0, np.int64))).values == ()


# --- places -------------------------------------------------------------------------------------


def test_ties_near_each_other_with_a_shop_in_common_are_of_one_place():
    #             a-b        b-c near   a-b' far   d-e near, but no shop in common
    src, dst = np.array([0, 1, 0, 3]), np.array([1, 2, 5, 4])
    lng, lat = np.array([120.0, 120.001, 120.1, 120.0]), np.array([30.0, 30.0005, 30.0, 30.0])
    place = merged_places(src, dst, lng, lat).tolist()
    assert place[0] == place[1]
    assert len(set(place)) == 3
    assert merged_places(src[:0], dst[:0], lng[:0], lat[:0]).tolist() == []
