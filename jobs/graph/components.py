"""Connected components of a weighted graph, with a breaker for those that grow beyond reason."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def label(n: int, src: np.ndarray, dst: np.ndarray) -> np.ndarray:
    """Component of each of n nodes, numbered by their smallest node. src, dst: int arrays, one entry per edge."""
    graph = coo_array((np.ones(len(src), dtype=np.int8), (src, dst)), shape=(n, n))
    _, found = connected_components(graph, directed=False)
    smallest = np.full(found.max(initial=-1) + 1, n, dtype=np.int64)
    np.minimum.at(smallest, found, np.arange(n))
    return smallest[found]


def label_bounded(
    n: int, src: np.ndarray, dst: np.ndarray, weight: np.ndarray, threshold: float, step: float, max_size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Components over edges of at least `threshold`; one with more than `max_size` nodes is cut at a threshold raised
    by `step` until its parts fit. Returns (component of each node, threshold that formed it).
    """
    component, used = np.arange(n), np.full(n, threshold)
    kept = weight >= threshold
    src, dst, weight = src[kept], dst[kept], weight[kept]
    component = label(n, src, dst)
    while True:
        sizes = np.bincount(component, minlength=n)
        too_large = sizes[component] > max_size
        if not too_large.any() or not len(src):
            return component, used
        used[too_large] += step
        kept = weight >= used[src]
        src, dst, weight = src[kept], dst[kept], weight[kept]
        component = label(n, src, dst)


def label_batches(
    batches: Iterator[pa.RecordBatch], threshold: float, step: float, max_size: int
) -> Iterator[pa.RecordBatch]:
    """Arrow form: all rows (ds, src, dst, weight), in one task -> (ds, seller_id, component_id, threshold).

    Only nodes with an edge that holds are returned; component_id is the smallest seller_id.
    """
    parts = list(batches)
    if not parts:
        return
    edges = pa.Table.from_batches(parts)
    for day in sorted(edges["ds"].unique().to_pylist()):
        of_day = edges.filter(pa.compute.equal(edges["ds"], pa.scalar(day, pa.date32())))
        ends = pa.chunked_array(of_day["src"].chunks + of_day["dst"].chunks)
        names = np.array(sorted(ends.unique().to_pylist()), dtype=object)
        position = {name: i for i, name in enumerate(names)}
        src = np.fromiter((position[s] for s in of_day["src"].to_pylist()), np.int64, of_day.num_rows)
        dst = np.fromiter((position[s] for s in of_day["dst"].to_pylist()), np.int64, of_day.num_rows)
        component, used = label_bounded(len(names), src, dst, of_day["weight"].to_numpy(), threshold, step, max_size)
        linked = np.bincount(component, minlength=len(names))[component] > 1
        yield pa.RecordBatch.from_arrays(
            [
                pa.array([day] * int(linked.sum()), pa.date32()),
                pa.array(names[linked], pa.string()),
                pa.array(names[component[linked]], pa.string()),
                pa.array(used[linked], pa.float64()),
            ],
            names=["ds", "seller_id", "component_id", "threshold"],
        )
