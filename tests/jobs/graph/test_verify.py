"""The check of components: right ones pass with their facts, every mutation of them is named."""

import numpy as np
import pytest

from jobs.graph.errors import GraphError
from jobs.graph.verify import Facts, hanging_together, verify

# Components 1 {1, 2, 3}, 5 {5, 6} and 9 {9}.
EDGES = [(1, 2), (2, 3), (3, 2), (6, 5), (5, 6), (9, 9)]
LABELS = {1: 1, 2: 1, 3: 1, 5: 5, 6: 5, 9: 9}


def check(spark, labels, edges=EDGES):
    rows = list(labels.items()) if isinstance(labels, dict) else labels
    return verify(
        spark.createDataFrame(rows, "node bigint, component bigint"),
        spark.createDataFrame(edges, "src bigint, dst bigint"),
    )


def test_right_components_pass_and_are_counted(spark):
    assert check(spark, LABELS) == Facts(nodes=6, components=3, largest=3)


def test_no_edges_have_no_labels(spark):
    assert check(spark, {}, []) == Facts(nodes=0, components=0, largest=0)


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ({n: c for n, c in LABELS.items() if n != 2}, r"1 nodes of edges have no component \(2\)"),
        ({n: c for n, c in LABELS.items() if n != 9}, r"1 nodes of edges have no component \(9\)"),
        ({**LABELS, 12: 12}, r"1 nodes with a component are in no edge \(12\)"),
        ({**LABELS, 12: 1}, r"1 nodes with a component are in no edge \(12\)"),
        ([*LABELS.items(), (3, 1)], r"1 nodes have several components, or one several times \(3\)"),
        ([*LABELS.items(), (3, 5)], r"1 nodes have several components, or one several times \(3\)"),
        ({**LABELS, 3: 3}, r"components have edges to nodes outside"),
        ({**LABELS, 2: 2, 3: 2}, r"components have edges to nodes outside"),
        ({**LABELS, 5: 1, 6: 1}, r"1 components do not hang together \(1\)"),
        ({**LABELS, 9: 5}, r"1 components do not hang together \(5\)"),
        ({**LABELS, 5: 6, 6: 6}, r"1 components are not named by their smallest node \(6\)"),
        ({**LABELS, 9: 4}, r"1 components are not named by their smallest node \(4\)"),
        ([*LABELS.items(), (None, 5)], r"rows have a null or negative id"),
        ({**LABELS, 9: None}, r"rows have a null or negative id \(9\)"),
    ],
)
def test_a_mutation_is_named(spark, labels, says):
    with pytest.raises(GraphError, match=says):
        check(spark, labels)


def test_two_swapped_labels_are_found(spark):
    with pytest.raises(GraphError, match="do not hang together"):
        check(spark, {**LABELS, 3: 5, 6: 1})


def test_an_edge_with_an_end_that_is_none_is_named(spark):
    with pytest.raises(GraphError, match="rows have a null or negative id"):
        check(spark, LABELS, [*EDGES, (None, 3)])


def test_every_changed_row_of_a_larger_graph_is_found(spark):
    r = np.random.default_rng(5)
    edges = r.integers(0, 400, (220, 2))
    nodes, group = hanging_together(edges[:, 0], edges[:, 1])
    labels = {int(node): int(nodes[group == own].min()) for node, own in zip(nodes, group, strict=True)}
    assert check(spark, labels, edges.tolist()).nodes == len(nodes)
    for node in r.choice(nodes, 3, replace=False).tolist():
        other = next(part for part in labels.values() if part != labels[node])
        with pytest.raises(GraphError):
            check(spark, {**labels, node: other}, edges.tolist())


def test_what_hangs_together_is_found_of_ids_that_are_far_apart():
    src, dst = np.array([2**62, 5, 7]), np.array([5, 2**62 + 1, 7])
    nodes, group = hanging_together(src, dst)
    assert nodes.tolist() == [5, 7, 2**62, 2**62 + 1]
    assert group[0] == group[2] == group[3] != group[1]
