"""Leiden communities: as good as trying every partition, well connected, and the same for any order of the ties."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.graph.leiden import by_smallest, leiden


def communities(n, ties, resolution):
    src, dst, weight = (np.array(column) for column in zip(*ties, strict=True)) if ties else (np.zeros(0, int),) * 3
    return leiden(n, src, dst, weight.astype(float), resolution)


def quality(label, ties, resolution):
    inside = sum(weight for a, b, weight in ties if label[a] == label[b])
    sizes = np.bincount(label)
    return inside - resolution * sum(size * (size - 1) / 2 for size in sizes)


def partitions(n):
    """Every partition of n nodes, as labels."""
    if n == 0:
        yield []
        return
    for labels in partitions(n - 1):
        for label in range(max(labels, default=-1) + 2):
            yield [*labels, label]


def clique(nodes, weight):
    return [(a, b, weight) for a, b in combinations(nodes, 2)]


@st.composite
def graphs(draw, most=7):
    n = draw(st.integers(2, most))
    pairs = list(combinations(range(n), 2))
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=len(pairs)))
    weights = draw(st.lists(st.integers(1, 9), min_size=len(chosen), max_size=len(chosen)))
    return (
        n,
        [(a, b, float(w)) for (a, b), w in zip(chosen, weights, strict=True)],
        draw(st.sampled_from([0.5, 2.0, 4.5])),
    )


def ratios(graphs, resolution, least, most):
    """What is found by what is best, of random graphs of seven nodes with ties between `least` and `most`."""
    draw = np.random.default_rng(7)
    for _ in range(graphs):
        ties = [(a, b, float(draw.integers(least, most))) for a, b in combinations(range(7), 2) if draw.random() < 0.4]
        best = max(quality(np.array(labels), ties, resolution) for labels in partitions(7))
        if best > 0:
            yield quality(communities(7, ties, resolution), ties, resolution) / best


def test_hardly_any_partition_is_better_where_ties_outweigh_the_resolution():
    found = list(ratios(120, 0.5, 3, 9))
    assert min(found) >= 0.9
    assert np.mean(np.array(found) > 1 - 1e-9) >= 0.95


def test_nor_where_they_hardly_do():
    found = list(ratios(120, 2.0, 1, 9))
    assert min(found) >= 0.7
    assert np.mean(np.array(found) > 1 - 1e-9) >= 0.9


@settings(max_examples=100, deadline=None, derandomize=True)
@given(graphs(most=30), st.randoms())
def test_communities_are_connected_and_no_node_gains_by_moving_whatever_the_order_of_ties(graph, random):
    n, ties, resolution = graph
    label = communities(n, ties, resolution)
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(ties)
    for community in set(label.tolist()):
        members = np.flatnonzero(label == community)
        assert members[0] == community
        assert nx.is_connected(graph.subgraph(members.tolist()))
    now = quality(label, ties, resolution)
    for node in range(n):
        for other in {*label.tolist(), n}:
            moved = label.copy()
            moved[node] = other
            assert quality(moved, ties, resolution) <= now + 1e-6
    shuffled = [(b, a, w) if random.random() < 0.5 else (a, b, w) for a, b, w in ties]
    random.shuffle(shuffled)
    assert communities(n, shuffled, resolution).tolist() == label.tolist()


def test_a_weak_bridge_between_cliques_is_cut_and_strong_halves_are_one():
    cliques = clique(range(5), 5.0) + clique(range(5, 10), 5.0)
    assert communities(10, [*cliques, (4, 5, 5.0)], 0.5).tolist() == [0] * 5 + [5] * 5
    bridges = [(a, a + 5, 5.0) for a in range(4)]
    assert communities(10, cliques + bridges, 0.5).tolist() == [0] * 10


@pytest.mark.parametrize("halves", [0.5, 1.0])
def test_nodes_that_were_aggregated_count_with_all_they_hold(halves):
    """Two triples with four ties between them: worth 16.5 nats against 9 pairs."""
    ties = [(0, 1, 4.8), (0, 2, 12.8), (0, 4, 4.1), (1, 2, 4.8), (1, 3, 4.1), (1, 5, 4.1), (2, 4, 4.1), (3, 4, 4.8),
            (3, 5, 12.8), (4, 5, 4.8)]  # fmt: skip
    assert communities(6, ties, halves).tolist() == [0] * 6
    assert len(set(communities(6, ties, 2.0).tolist())) == 2


def test_planted_communities_of_a_larger_graph_are_found():
    draw = np.random.default_rng(3)
    truth = np.repeat(np.arange(40), 25)
    ties = []
    for a, b in combinations(range(len(truth)), 2):
        chance = 0.4 if truth[a] == truth[b] else 0.002
        if draw.random() < chance:
            ties.append((a, b, float(draw.uniform(3, 8))))
    assert (communities(len(truth), ties, 0.5) == by_smallest(truth)).mean() > 0.99


def test_nodes_without_ties_stand_alone():
    assert communities(3, [], 0.5).tolist() == [0, 1, 2]
    assert communities(4, [(1, 3, 1.0)], 0.5).tolist() == [0, 1, 2, 1]
