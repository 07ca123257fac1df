"""Components of frames against networkx: whatever the shape, order, partitions and method; at once or by changes."""

import subprocess
import sys
from functools import cache

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.graph import union_find
from jobs.graph.components import changed_components, connected_components, update_components
from jobs.graph.errors import GraphError
from jobs.graph.union_find import changed_rows, edge_forests, forest_of, forest_rows, merge_by_value, merge_in_array

GRAPHS = 240
# No forest fits, so that rounds go on until no edge is left.
NO_ROOM = 0


def shaped(seed):
    """(edges, 2) of nodes from 0: eight shapes in turn, nodes named at random, with repeats and loops."""
    r = np.random.default_rng(seed)
    size = int(r.integers(2, 60))
    graph = (
        lambda: nx.path_graph(size),
        lambda: nx.star_graph(size),
        lambda: nx.complete_graph(size // 4 + 1),
        lambda: nx.barabasi_albert_graph(size + 2, 2, seed=seed),
        lambda: nx.grid_2d_graph(size // 6 + 1, 7),
        lambda: nx.Graph((node, node) for node in range(size)),
        lambda: nx.gnm_random_graph(size, size // 2, seed=seed),
        lambda: nx.disjoint_union_all([nx.path_graph(3), nx.star_graph(4), nx.cycle_graph(size)]),
    )[seed % 8]()
    number = dict(zip(graph, r.permutation(len(graph)).tolist(), strict=True))
    pairs = [(number[a], number[b]) for a, b in graph.edges]
    pairs += pairs[: len(pairs) // 4] + [(a, a) for a, _ in pairs[: len(pairs) // 8]]
    edges = np.array(pairs, np.int64).reshape(-1, 2)
    flipped = r.random(len(edges)) < 0.5
    edges[flipped] = edges[flipped, ::-1]
    return edges[r.permutation(len(edges))]


def expected(edges):
    """{node: smallest node of its component}, by networkx."""
    parts = nx.connected_components(nx.Graph(edges.tolist()))
    return {node: min(part) for part in parts for node in part}


@cache
def together():
    """All graphs in one, each with numbers of its own and a gap before them."""
    graphs, start = [], 5
    for seed in range(GRAPHS):
        graphs.append(shaped(seed) + start)
        start += 100
    return np.concatenate(graphs)


def batch(edges):
    return pa.RecordBatch.from_arrays([pa.array(edges[:, 0]), pa.array(edges[:, 1])], names=["src", "dst"])


def rows(batches):
    return {r["node"]: r["component"] for part in forest_rows(batches) for r in part.to_pylist()}


def frame(spark, edges, partitions=2):
    made = spark.createDataFrame(edges.tolist(), "src bigint, dst bigint")
    return made.repartition(partitions)


def found(labels):
    table = labels.toArrow()
    nodes = table["node"].to_pylist()
    assert len(set(nodes)) == len(nodes)
    return dict(zip(nodes, table["component"].to_pylist(), strict=True))


# --- in memory ----------------------------------------------------------------------------------


@pytest.mark.parametrize("far", [False, True], ids=["by place", "by value"])
def test_forests_of_parts_merge_into_the_components_that_networkx_finds(far, monkeypatch):
    if far:
        monkeypatch.setattr(union_find, "ENTRIES_PER_EDGE", 0)
    for seed in range(GRAPHS):
        edges = shaped(seed)
        forests = [f for part in np.array_split(edges, 3) for f in edge_forests(iter([batch(part)]))]
        merged = merge_by_value(iter(forests)) if far else merge_in_array(iter(forests), int(edges.max(initial=0)))
        assert rows(merged) == expected(edges), seed


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), max_size=40), st.integers(1, 8), st.randoms())
def test_lots_and_order_do_not_matter(pairs, lots, random):
    shuffled = random.sample(pairs, len(pairs))
    cut = np.array_split(np.array(shuffled, np.int64).reshape(-1, 2), lots)
    assert rows(merge_in_array(edge_forests(batch(part) for part in cut), 25)) == expected(
        np.array(pairs, np.int64).reshape(-1, 2)
    )


def test_a_forest_has_at_most_one_edge_a_node_and_no_lot_is_forgotten(monkeypatch):
    monkeypatch.setattr(union_find, "LOT", 10)
    edges = together()
    pieces = list(edge_forests(batch(edges[i : i + 7]) for i in range(0, len(edges), 7)))
    assert sum(piece["edges"][0].as_py() for piece in pieces) >= len(np.unique(edges))
    assert rows(merge_by_value(iter(pieces))) == expected(edges)


def test_ids_up_to_the_last_int64_are_labelled():
    top = np.iinfo(np.int64).max
    nodes, component = forest_of(np.array([top, 3, top - 1]), np.array([top - 1, 3, top - 2]))
    assert nodes.tolist() == [3, top - 2, top - 1, top]
    assert component.tolist() == [3, top - 2, top - 2, top - 2]


def test_more_changes_than_a_task_may_hold_are_refused():
    change = pa.RecordBatch.from_pydict({"is_known": [False] * 3, "src": [1, 2, 3], "dst": [2, 3, 4]})
    with pytest.raises(OverflowError, match="more than 2 rows"):
        list(changed_rows(iter([change]), 2))


def test_changes_without_a_node_at_an_end_are_refused():
    for end in (None, -1):
        change = pa.RecordBatch.from_pydict({"is_known": [False] * 2, "src": [1, 2], "dst": [2, end]})
        with pytest.raises(ValueError, match="no node or a negative one"):
            list(changed_rows(iter([change]), 10))


# --- at once ------------------------------------------------------------------------------------


@pytest.mark.parametrize("partitions", [1, 3, 8])
def test_one_task_finds_what_networkx_finds_from_any_partitions(spark, partitions):
    edges = together()
    edges = edges[np.random.default_rng(partitions).permutation(len(edges))]
    assert found(connected_components(frame(spark, edges, partitions))) == expected(edges)


def test_rounds_without_one_task_find_what_networkx_finds(spark):
    assert found(connected_components(frame(spark, together(), 3), NO_ROOM)) == expected(together())


def test_a_long_path_is_contracted_in_few_rounds(spark):
    nodes = np.arange(3000)
    path = np.stack([nodes[:-1], nodes[1:]], axis=1)
    assert set(found(connected_components(frame(spark, path, 8), 500)).values()) == {0}


def test_no_edges_have_no_components(spark):
    assert found(connected_components(frame(spark, np.zeros((0, 2), np.int64)))) == {}
    assert found(connected_components(frame(spark, np.zeros((0, 2), np.int64)), NO_ROOM)) == {}


def test_loops_and_repeats_alone_are_components_of_one(spark):
    edges = np.array([[7, 7], [7, 7], [2, 2]])
    assert found(connected_components(frame(spark, edges))) == {7: 7, 2: 2}
    assert found(connected_components(frame(spark, edges), NO_ROOM)) == {7: 7, 2: 2}


def test_a_node_with_a_million_edges_is_one_component(spark):
    edges = spark.range(1, 1_000_001).selectExpr("500000 AS src", "id AS dst")
    labels = connected_components(edges)
    assert labels.selectExpr("count(*)", "min(component)", "max(component)").collect() == [(1_000_000, 1, 1)]


def test_ids_that_no_array_holds_are_labelled_all_the_same(spark):
    top = 2**63 - 1
    edges = np.array([[top, top - 1], [2**40, 2**40 + 1], [3, 3]])
    labels = {top: top - 1, top - 1: top - 1, 2**40: 2**40, 2**40 + 1: 2**40, 3: 3}
    assert found(connected_components(frame(spark, edges))) == labels


def test_edges_without_a_node_at_an_end_are_refused(spark):
    edges = spark.createDataFrame([(1, 2), (None, 3), (-4, 5)], "src bigint, dst bigint")
    with pytest.raises(GraphError, match="2 edges have no node or a negative one"):
        connected_components(edges)


@pytest.mark.parametrize("room", [10**6, NO_ROOM], ids=["one task", "rounds"])
def test_blocks_that_are_lost_are_computed_again(spark, room):
    edges = together()[:400]
    labels = connected_components(frame(spark, edges), room)
    context = spark.sparkContext._jsc
    for kept in context.getPersistentRDDs():
        context.sc().env().blockManager().master().removeRdd(kept, True)
    assert found(labels) == expected(edges)


KILLED_ONCE = """
import os, sys
from pathlib import Path
from jobs import session, settings
from jobs.graph.components import connected_components

marker = Path(sys.argv[1])

def dies_once(batches):
    for batch in batches:
        if not marker.exists():
            marker.touch()
            os._exit(1)
        yield batch

sets = ["spark.master=local[2,3]", "spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1"]
spark = session.start(settings.load("local", sets))
path = spark.range(2000).selectExpr("id AS src", "id + 1 AS dst")
edges = path.mapInArrow(dies_once, "src bigint, dst bigint")
print(connected_components(edges).selectExpr("count(*)", "max(component)").collect() == [(2001, 0)])
spark.stop()
"""


def test_a_killed_worker_is_made_up_for_by_another_try(tmp_path):
    marker = tmp_path / "died"
    ran = subprocess.run([sys.executable, "-c", KILLED_ONCE, str(marker)], capture_output=True, text=True, timeout=120)
    assert ran.stdout.split() == ["True"], ran.stderr[-2000:]
    assert marker.exists()


# --- by changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
def test_random_additions_and_removals_step_by_step_are_what_a_full_run_finds(spark, seed):
    r = np.random.default_rng(seed)
    everything = np.unique(together(), axis=0)
    held = np.zeros(len(everything), bool)
    labels = connected_components(frame(spark, everything[held]))
    for _ in range(2):
        before = held
        held = r.random(len(everything)) < 0.7
        added, removed = everything[held & ~before], everything[before & ~held]
        now = frame(spark, everything[held])
        labels = update_components(labels, frame(spark, added), frame(spark, removed), now)
        known = found(labels)
        assert known == expected(everything[held])
        labels = spark.createDataFrame(list(known.items()), "node bigint, component bigint")


def test_added_edges_merge_components_and_bring_new_nodes(spark):
    labels = spark.createDataFrame([(3, 3), (4, 3), (7, 7), (8, 7), (9, 9)], "node bigint, component bigint")
    added = np.array([[4, 8], [8, 1], [20, 21], [9, 9]])
    changes = changed_components(labels, frame(spark, added))
    assert sorted(map(tuple, changes.collect())) == [
        (1, 1, True),
        (3, 1, False),
        (7, 1, False),
        (20, 20, True),
        (21, 20, True),
    ]
    assert found(update_components(labels, frame(spark, added))) == {
        1: 1, 3: 1, 4: 1, 7: 1, 8: 1, 9: 9, 20: 20, 21: 20,
    }  # fmt: skip


def test_a_removed_edge_splits_its_component_and_drops_nodes_without_edges(spark):
    labels = spark.createDataFrame([(1, 1), (2, 1), (3, 1), (8, 8), (9, 8)], "node bigint, component bigint")
    edges = np.array([[2, 3], [8, 9], [9, 9]])
    none, removed = np.zeros((0, 2), np.int64), np.array([[1, 2]])
    changes = changed_components(labels, frame(spark, none), frame(spark, removed), frame(spark, edges))
    assert {tuple(row) for row in changes.collect()} == {(1, None, False), (2, 2, True), (3, 2, True)}
    updated = update_components(labels, frame(spark, none), frame(spark, removed), frame(spark, edges))
    assert found(updated) == {2: 2, 3: 2, 8: 8, 9: 8}


def test_an_edge_added_where_another_was_removed_holds_the_rest_together(spark):
    labels = spark.createDataFrame([(1, 1), (2, 1), (3, 1), (5, 5), (6, 5)], "node bigint, component bigint")
    edges = np.array([[2, 3], [6, 3], [5, 6]])
    updated = update_components(
        labels, frame(spark, np.array([[6, 3]])), frame(spark, np.array([[1, 2]])), frame(spark, edges)
    )
    assert found(updated) == {2: 2, 3: 2, 5: 2, 6: 2}


def test_no_change_changes_nothing(spark):
    labels = spark.createDataFrame([(1, 1), (2, 1)], "node bigint, component bigint")
    none = frame(spark, np.zeros((0, 2), np.int64))
    assert changed_components(labels, none).collect() == []
    assert found(update_components(labels, none)) == {1: 1, 2: 1}


def test_removed_edges_need_all_edges_of_now(spark):
    edges = frame(spark, np.array([[1, 2]]))
    with pytest.raises(GraphError, match="give `edges`"):
        changed_components(connected_components(edges), edges, edges)
