"""An independent check of components: nothing of how they were found is used, scipy finds out what hangs together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from jobs.graph.errors import GraphError

# Edges that one task looks at together: about 100 bytes each.
LOT = 4_000_000
# Ids are used as places of an array while that has at most so many places a value.
PLACES_PER_VALUE = 8
# Nodes or components that an error names, per kind of failure and task.
SAMPLES = 5

STARS = "node bigint, hub bigint"
FINDINGS = "what string, found bigint, samples array<bigint>"
FINDINGS_SCHEMA = pa.schema([("what", pa.string()), ("found", pa.int64()), ("samples", pa.list_(pa.int64()))])

# What can be wrong, as an error says it of a number of nodes or components.
FAILURES = {
    "missing": "nodes of edges have no component",
    "extra": "nodes with a component are in no edge",
    "doubled": "nodes have several components, or one several times",
    "crossed": "components have edges to nodes outside",
    "unconnected": "components do not hang together",
    "misnamed": "components are not named by their smallest node",
    "null": "rows have a null or negative id",
}


@dataclass(frozen=True)
class Facts:
    """What a verified graph has: nodes, components, nodes of the largest component."""

    nodes: int
    components: int
    largest: int


def verify(labels: DataFrame, edges: DataFrame) -> Facts:
    """Checks that labels (node, component) are the components of edges (src, dst), and returns what they have.

    Every node of an edge has one row and there are no others; no edge crosses components; each component hangs
    together, and is named by its smallest node. Reads both frames once. A component's
    nodes are looked at by one task, with about 100 bytes for each, times the partitions that have edges of it.
    Raises GraphError that says all that does not hold, with counts and samples.
    """
    found = (
        _findings(labels, edges)
        .groupBy("what")
        .agg(
            F.sum("found").alias("found"),
            F.max("found").alias("most"),
            F.slice(F.array_sort(F.flatten(F.collect_list("samples"))), 1, SAMPLES).alias("samples"),
        )
    )
    by_kind = {row["what"]: row for row in found.collect()}
    wrong = [
        f"{by_kind[what]['found']} {text} ({', '.join(map(str, by_kind[what]['samples']))})"
        for what, text in FAILURES.items()
        if what in by_kind
    ]
    if wrong:
        raise GraphError(
            f"components do not hold: {'; '.join(wrong)}: do not publish them, and compute them anew from all edges"
        )
    if not by_kind:
        return Facts(0, 0, 0)
    return Facts(by_kind["nodes"]["found"], by_kind["components"]["found"], by_kind["largest"]["most"])


def _findings(labels: DataFrame, edges: DataFrame) -> DataFrame:
    """FINDINGS of all parts."""
    cores = edges.sparkSession.sparkContext.defaultParallelism
    stars = edges.select("src", "dst").coalesce(cores).mapInArrow(star_batches, STARS)
    known = labels.groupBy("node").agg(F.min("component").alias("component"), F.count("*").alias("copies"))
    # Nulls join nothing, so that they come out as rows of their own.
    looked_up = stars.join(known, "node", how="full")
    by_component = looked_up.repartition("component").select("node", "hub", "component", "copies")
    return by_component.mapInArrow(finding_batches, FINDINGS)


def star_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Arrow form: (src, dst) -> (node, hub): for each node of a lot of edges the smallest that it hangs together with.

    If a node and its hub are of one component everywhere, so are the ends of every edge. A null or negative end comes
    out as a row with that node.
    """
    held, rows = [], 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= LOT:
            yield _stars(pa.Table.from_batches(held))
            held, rows = [], 0
    if held:
        yield _stars(pa.Table.from_batches(held))


def _stars(edges: pa.Table) -> pa.RecordBatch:
    src = edges["src"].fill_null(-1).to_numpy()
    dst = edges["dst"].fill_null(-1).to_numpy()
    whole = (src >= 0) & (dst >= 0)
    nodes, group = hanging_together(src[whole], dst[whole])
    broken = np.full(int((~whole).sum()), -1)
    columns = [np.concatenate([nodes, broken]), np.concatenate([_smallest(nodes, group), broken])]
    return pa.RecordBatch.from_arrays([pa.array(column, pa.int64()) for column in columns], names=["node", "hub"])


def hanging_together(src: np.ndarray, dst: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(nodes in order, a number for each that two nodes share if and only if a path joins them)."""
    nodes, (src_place, dst_place) = _numbered(src, dst)
    graph = coo_array((np.ones(len(src), np.int8), (src_place, dst_place)), shape=(len(nodes), len(nodes)))
    return nodes, connected_components(graph, directed=False)[1]


def _numbered(*columns: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """(distinct values in order, place of each value among them by column), of values that are not negative."""
    rows, top = sum(map(len, columns)), max(int(column.max(initial=-1)) for column in columns)
    if top >= PLACES_PER_VALUE * rows:
        distinct, place = np.unique(np.concatenate(columns), return_inverse=True)
        return distinct, np.split(place, np.cumsum([len(column) for column in columns])[:-1])
    seen = np.zeros(top + 1, bool)
    for column in columns:
        seen[column] = True
    distinct = np.flatnonzero(seen)
    place = np.zeros(top + 1, np.int32)
    place[distinct] = np.arange(len(distinct))
    return distinct, [place[column] for column in columns]


def _smallest(nodes: np.ndarray, group: np.ndarray) -> np.ndarray:
    """For each of the nodes, which are in order, the first of its group."""
    first = np.zeros(group.max(initial=-1) + 1, np.int64)
    first[group[::-1]] = nodes[::-1]  # of several values for one place numpy keeps the last
    return first[group]


def finding_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Arrow form: all rows (node, hub, component, copies) of some components -> FINDINGS_SCHEMA."""
    parts = [part for part in batches if part.num_rows]
    if not parts:
        return
    found = list(_judged(pa.Table.from_batches(parts)))
    columns = zip(*((what, number, samples) for what, number, samples in found if number), strict=True)
    yield pa.RecordBatch.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, FINDINGS_SCHEMA, strict=True)],
        schema=FINDINGS_SCHEMA,
    )


def _judged(rows: pa.Table) -> Iterator[tuple[str, int, list[int]]]:
    """(what, how many, samples) of a task's components."""
    has_hub, has_component = (rows[name].is_valid().to_numpy() for name in ("hub", "component"))
    node, hub, component, copies = (rows[name].fill_null(-1).to_numpy() for name in rows.column_names)
    # A label with a null node or component, or an edge with such an end.
    null = (node < 0) | (has_component & (component < 0)) | ((copies > 0) & ~has_component)
    yield _finding("null", node[null])
    yield _finding("missing", node[~has_component & (copies < 0) & ~null])
    yield _finding("extra", node[~has_hub & ~null])
    yield _finding("doubled", node[(copies > 1) & ~null])
    labelled = has_component & ~null
    node, hub, component = node[labelled], np.where(has_hub, hub, node)[labelled], component[labelled]
    yield from _judged_components(node, hub, component)


def _judged_components(
    node: np.ndarray, hub: np.ndarray, component: np.ndarray
) -> Iterator[tuple[str, int, list[int]]]:
    """Findings of labelled nodes; every node of a component is among them, some several times."""
    names, (own,) = _numbered(component)
    nodes, (node_place, hub_place) = _numbered(node, hub)
    component_of = np.full(len(nodes), -1)
    component_of[node_place] = own
    yield _finding("crossed", names[own[component_of[hub_place] != own]])
    smallest = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(smallest, own, node)
    yield _finding("misnamed", names[smallest != names])
    labelled = component_of >= 0
    component_of, group = component_of[labelled], hanging_together(node, hub)[1][labelled]
    # A component that hangs together has all its nodes in one group.
    some_group = np.zeros(len(names), np.int64)
    some_group[component_of] = group
    yield _finding("unconnected", names[component_of[some_group[component_of] != group]])
    sizes = np.bincount(component_of, minlength=len(names))
    yield "nodes", int(sizes.sum()), []
    yield "components", len(names), []
    yield "largest", int(sizes.max(initial=0)), []


def _finding(what: str, which: np.ndarray) -> tuple[str, int, list[int]]:
    distinct = np.unique(which)
    return what, len(distinct), distinct[:SAMPLES].tolist()
