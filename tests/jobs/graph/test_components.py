"""Connected components against networkx on random graphs, and the breaker against a recursive one."""

from datetime import date

import networkx as nx
import numpy as np
import pyarrow as pa

from jobs.graph.components import label, label_batches, label_bounded


def draw_graph(seed):
    """(nodes, src, dst, weight): sparse to dense, with repeated edges and loops."""
    r = np.random.default_rng(seed)
    n = int(r.integers(1, 80))
    edges = int(r.integers(0, 2 * n))
    return n, r.integers(0, n, edges), r.integers(0, n, edges), r.integers(1, 60, edges) / 10


def test_components_are_those_of_networkx_named_by_their_smallest_node():
    for seed in range(200):
        n, src, dst, _ = draw_graph(seed)
        graph = nx.Graph(zip(src.tolist(), dst.tolist(), strict=True))
        graph.add_nodes_from(range(n))
        expected = np.arange(n)
        for nodes in nx.connected_components(graph):
            expected[list(nodes)] = min(nodes)
        assert label(n, src, dst).tolist() == expected.tolist(), seed


def cut(graph, nodes, threshold, step, max_size):
    """{node: (smallest node, threshold)}: parts of `nodes` that hold at the threshold, those too large cut again."""
    strong = nx.Graph((a, b) for a, b, weight in graph.subgraph(nodes).edges.data("weight") if weight >= threshold)
    strong.add_nodes_from(nodes)
    found = {}
    for part in nx.connected_components(strong):
        if len(part) <= max_size:
            found |= dict.fromkeys(part, (min(part), threshold))
        else:
            found |= cut(graph, part, threshold + step, step, max_size)
    return found


def test_the_breaker_cuts_what_is_too_large_and_nothing_else():
    cuts = 0
    for seed in range(200):
        n, src, dst, weight = draw_graph(1000 + seed)
        graph = nx.MultiGraph()
        graph.add_nodes_from(range(n))
        graph.add_edges_from(
            (a, b, {"weight": w}) for a, b, w in zip(src.tolist(), dst.tolist(), weight.tolist(), strict=True)
        )
        component, used = label_bounded(n, src, dst, weight, threshold=1.0, step=0.5, max_size=12)
        expected = cut(graph, range(n), 1.0, 0.5, 12)
        assert list(zip(component.tolist(), used.tolist(), strict=True)) == [expected[node] for node in range(n)], seed
        assert np.bincount(component).max() <= 12
        cuts += used.max() > 1.0
    assert cuts > 50


def batch(rows):
    ds, src, dst, weight = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [pa.array(ds, pa.date32()), pa.array(src), pa.array(dst), pa.array(weight)],
        names=["ds", "src", "dst", "weight"],
    )


def test_batches_are_labelled_day_by_day_whatever_their_order():
    sunday, next_sunday = date(2024, 3, 3), date(2024, 3, 10)
    rows = [
        (sunday, "b", "c", 5.0),
        (sunday, "a", "b", 5.0),
        (sunday, "x", "y", 1.0),
        (next_sunday, "x", "y", 5.0),
        (next_sunday, "b", "c", 5.0),
    ]
    expected = [
        (sunday, "a", "a"),
        (sunday, "b", "a"),
        (sunday, "c", "a"),
        (next_sunday, "b", "b"),
        (next_sunday, "c", "b"),
        (next_sunday, "x", "x"),
        (next_sunday, "y", "x"),
    ]
    for order in (rows, rows[::-1]):
        batches = [batch(order[:2]), batch(order[2:])]
        found = [
            row
            for part in label_batches(iter(batches), threshold=4.0, step=0.5, max_size=10)
            for row in part.to_pylist()
        ]
        assert sorted((row["ds"], row["seller_id"], row["component_id"]) for row in found) == expected


def test_no_edges_are_no_rows():
    assert list(label_batches(iter([]), threshold=4.0, step=0.5, max_size=10)) == []
    component, used = label_bounded(
        3, np.array([], int), np.array([], int), np.array([]), threshold=4.0, step=0.5, max_size=1
    )
    assert component.tolist() == [0, 1, 2]
    assert used.tolist() == [4.0, 4.0, 4.0]
