"""Connected components of a graph of numbered nodes, as frames: at once, or from what changed since they were known.

Edges are (src bigint, dst bigint) in any order and direction; repeats and loops are allowed. Labels are (node bigint,
component bigint), one row for each node that an edge names; a component's number is its smallest node.
"""

from functools import partial, reduce
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.graph.errors import GraphError
from jobs.graph.union_find import (
    CHANGES,
    FOREST,
    changed_rows,
    edge_forests,
    forest_rows,
    merge_by_value,
    merge_in_array,
)

# What one task may hold while it merges all forests, in entries of 8 bytes: 2 GB.
MAX_FOREST = 1 << 28
# An edge of ids that are far apart costs so many entries; an id of an array costs one.
ENTRIES_PER_FAR_EDGE = 8
# Each round is expected to leave three nodes in four at most; a billion nodes would be one node after 72.
MAX_ROUNDS = 100

LABELS = "node bigint, component bigint"


def connected_components(edges: DataFrame, max_forest: int = MAX_FOREST) -> DataFrame:
    """edges (src, dst) -> labels (node, component), not in order.

    Reads the edges once, at once: each partition becomes a forest, which is kept until the result is no longer referred
    to. Forests are merged by one task, lazily, if that needs at most `max_forest` entries of 8 bytes: as many as the
    highest node, or eight for every edge of the forests. Otherwise the graph is contracted in rounds until it fits.
    Raises GraphError for edges without an end or with a negative one.
    """
    forests = _kept(_forests(edges))
    size = _size(forests)
    if size["bad"]:
        raise GraphError(
            f"{size['bad']} edges have no node or a negative one at an end: drop them, or number their nodes"
        )
    if _entries(size) <= max_forest:
        return _merged(forests, size)
    return _contracted(forests, max_forest)


def _forests(edges: DataFrame) -> DataFrame:
    """Pieces of forests, one forest or more a task. Few large tasks leave less to merge than many small ones."""
    cores = edges.sparkSession.sparkContext.defaultParallelism
    ends = edges.select(F.col("src").cast("bigint"), F.col("dst").cast("bigint"))
    return ends.coalesce(cores).mapInArrow(edge_forests, FOREST)


def _size(forests: DataFrame) -> dict[str, int]:
    """edges: of all forests; top: highest node, -1 without any; bad: edges that were left out."""
    columns = [F.sum("edges").alias("edges"), F.max("top").alias("top"), F.sum("bad").alias("bad")]
    found: Any = forests.agg(*columns).first()
    return {"edges": found["edges"] or 0, "top": -1 if found["top"] is None else found["top"], "bad": found["bad"] or 0}


def _entries(size: dict[str, int]) -> int:
    return min(size["top"] + 1, ENTRIES_PER_FAR_EDGE * size["edges"])


def _merged(forests: DataFrame, size: dict[str, int]) -> DataFrame:
    """Labels from pieces of forests, merged by one task and spelt out as rows by all."""
    in_array = size["top"] + 1 <= ENTRIES_PER_FAR_EDGE * size["edges"]
    merge = partial(merge_in_array, top=size["top"]) if in_array else merge_by_value
    cores = forests.sparkSession.sparkContext.defaultParallelism
    one = forests.select("nodes", "parents", "width").coalesce(1).mapInArrow(merge, FOREST)
    return one.repartition(cores, "top").mapInArrow(forest_rows, LABELS)


def _kept(frame: DataFrame) -> DataFrame:
    """The frame, computed at most once while it or a frame made of it is referred to.

    Unlike a cached frame it needs no unpersist, and unlike a checkpoint a block that is lost is computed again.
    For frames of few or large rows.
    """
    session: Any = frame.sparkSession
    rows = frame._jdf.javaRDD()
    level = StorageLevel.MEMORY_AND_DISK
    rows.persist(session.sparkContext._getJavaStorageLevel(level))
    return DataFrame(session._jsparkSession.createDataFrame(rows, frame._jdf.schema()), session)


def _contracted(forests: DataFrame, max_forest: int) -> DataFrame:
    """Labels from pieces of forests that no task can hold.

    Each round every node goes to the first of its neighbours and itself, and what went to one place is one node of the
    next round (Bögeholz, Brand, Todor: In-database connected component analysis, 2020). Rounds alternate between two
    orders: by id, in which a star falls together at once, and at random, in which no graph is slow.
    """
    edges = forests.mapInArrow(forest_rows, LABELS).toDF("src", "dst")
    rounds: list[DataFrame] = []
    while True:
        if len(rounds) == MAX_ROUNDS:
            raise GraphError(f"components are not found after {MAX_ROUNDS} rounds: raise max_forest={max_forest}")
        gone_to = _kept(_first_neighbours(edges, None if len(rounds) % 2 == 0 else len(rounds)))
        rounds.append(gone_to)
        left = _kept(_forests(_between(edges, gone_to)))
        size = _size(left)
        if _entries(size) <= max_forest:
            break
        edges = left.mapInArrow(forest_rows, LABELS).toDF("src", "dst")
    return _named_by_smallest(reduce(_followed, reversed(rounds), _merged(left, size)))


def _first_neighbours(edges: DataFrame, seed: int | None) -> DataFrame:
    """(node, place): of each node the first of its neighbours and itself, by id or in the random order of a seed."""

    def ranked(node: str) -> Column:
        rank = F.lit(0).cast("bigint") if seed is None else F.xxhash64(F.lit(seed), F.col(node))
        return F.struct(rank.alias("rank"), F.col(node).alias("node"))

    ends = [edges.select(F.col(a).alias("node"), ranked(b).alias("near")) for a, b in (("src", "dst"), ("dst", "src"))]
    nearest = ends[0].unionByName(ends[1]).groupBy("node").agg(F.min("near").alias("near"))
    return nearest.select("node", F.least("near", ranked("node"))["node"].alias("place"))


def _between(edges: DataFrame, gone_to: DataFrame) -> DataFrame:
    """Edges between the places of their ends, where those are two."""
    of_src = gone_to.toDF("src", "src_place")
    of_dst = gone_to.toDF("dst", "dst_place")
    places = edges.join(of_src, "src", how="inner").join(of_dst, "dst", how="inner")
    return places.where("src_place != dst_place").select(
        F.col("src_place").alias("src"), F.col("dst_place").alias("dst")
    )


def _followed(labels: DataFrame, gone_to: DataFrame) -> DataFrame:
    """Labels of the nodes before a round from those after it. A place without edges is a component."""
    of_place = labels.toDF("place", "component")
    return gone_to.join(of_place, "place", how="left").select(
        "node", F.coalesce("component", "place").alias("component")
    )


def _named_by_smallest(labels: DataFrame) -> DataFrame:
    labels = _kept(labels)
    smallest = labels.groupBy("component").agg(F.min("node").alias("smallest"))
    return labels.join(smallest, "component", how="inner").select("node", F.col("smallest").alias("component"))


def changed_components(
    labels: DataFrame,
    added: DataFrame,
    removed: DataFrame | None = None,
    edges: DataFrame | None = None,
    max_forest: int = MAX_FOREST,
) -> DataFrame:
    """What changes in labels when edges are added and removed: (id bigint, component bigint, is_node boolean).

    A row of `is_node` is a node with its component: one that is new, or one whose former component lost an edge. Other
    rows are former components: all their nodes are now in `component`, or, where that is null, have rows of their own
    unless they are in no edge any more. `apply_changes` makes labels of it.

    labels: (node, component) of before. added, removed: (src, dst) that are edges now and were none before, and the
    reverse. edges: all edges of now, read only where `removed` is given. Without removed edges the cost is a scan of
    the labels and work in proportion to the added ones; components that lost an edge are computed anew.
    """
    if removed is None:
        return _joined(labels, added, added, max_forest)
    if edges is None:
        raise GraphError("removed edges are given without all edges of now: give `edges`")
    gone = _kept(_of_nodes(labels, removed).select("component").distinct())
    dissolved = labels.join(gone, "component", how="left_semi").select(F.col("node").alias("src"))
    # An edge between a node of these and any other node is one of the added: looking at one end is enough.
    inside = edges.select("src", "dst").join(dissolved, "src", how="left_semi")
    again = connected_components(inside.unionByName(added.select("src", "dst")), max_forest).toDF("src", "dst")
    changes = _joined(labels.join(gone, "component", how="left_anti"), added, again, max_forest)
    no_component = F.lit(None).cast("bigint").alias("component")
    return changes.unionByName(gone.select(F.col("component").alias("id"), no_component, F.lit(False).alias("is_node")))


def _joined(labels: DataFrame, added: DataFrame, joining: DataFrame, max_forest: int) -> DataFrame:
    """Rows of `changed_components` where the labels hold but for the edges `joining`; ends of other components are added's.

    What is known of a node is an edge as well: from it to its component, whose number is a node of it.
    """
    known = _of_nodes(labels, added).select(
        F.lit(True).alias("is_known"), F.col("node").alias("src"), F.col("component").alias("dst")
    )
    rows = joining.select(F.lit(False).alias("is_known"), "src", "dst").unionByName(known)
    return rows.repartition(1).mapInArrow(partial(changed_rows, max_rows=max_forest // ENTRIES_PER_FAR_EDGE), CHANGES)


def _of_nodes(labels: DataFrame, edges: DataFrame) -> DataFrame:
    """Labels of the nodes at the ends of a few edges."""
    ends = edges.select(F.explode(F.array("src", "dst")).alias("node"))
    return labels.select("node", "component").join(F.broadcast(ends), "node", how="left_semi")


def apply_changes(labels: DataFrame, changes: DataFrame) -> DataFrame:
    """Labels of now from those of before and what `changed_components` found. Reads the changes twice."""
    moved = changes.where("not is_node").select(
        F.col("id").alias("component"), F.col("component").alias("now"), F.lit(True).alias("moved")
    )
    kept = labels.join(moved, "component", how="left").where("moved is null or now is not null")
    return kept.select("node", F.coalesce("now", "component").alias("component")).unionByName(
        changes.where("is_node").select(F.col("id").alias("node"), "component")
    )


def update_components(
    labels: DataFrame,
    added: DataFrame,
    removed: DataFrame | None = None,
    edges: DataFrame | None = None,
    max_forest: int = MAX_FOREST,
) -> DataFrame:
    """Labels (node, component) of now, the same as `connected_components(edges)`. Arguments as `changed_components`."""
    return apply_changes(labels, _kept(changed_components(labels, added, removed, edges, max_forest)))
