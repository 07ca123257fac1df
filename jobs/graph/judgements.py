"""What people have judged: shops of which somebody said that they do not belong together are parted."""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from jobs.graph.leiden import by_smallest

# The solver counts in whole numbers; ties are compared to a thousandth of a nat.
PER_NAT = 1000


def parted(label: np.ndarray, src: np.ndarray, dst: np.ndarray, weight: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Communities cut where two shops of one were judged apart, through the weakest ties between them.

    label: smallest node of the community, by node. src, dst, weight: tied pairs, nats. apart: rows (a, b) of nodes.
    The larger side keeps the community; of equal ones that of the smaller node. Judgements are taken in order of node.
    """
    label = label.copy()
    for a, b in np.unique(np.sort(apart, axis=1), axis=0):
        if label[a] != label[b]:
            continue
        members = np.flatnonzero(label == label[a])
        side = members[_side_of(members, src, dst, weight, a, b)]
        rest = np.setdiff1d(members, side)
        leaving = side if len(side) < len(rest) or (len(side) == len(rest) and rest[0] < side[0]) else rest
        label[leaving] = leaving.min() + len(label)
        label = by_smallest(label)
    return label


def _side_of(members: np.ndarray, src: np.ndarray, dst: np.ndarray, weight: np.ndarray, a: int, b: int) -> np.ndarray:
    """Which members stay with `a` when the least weight of ties is cut that parts it from `b`."""
    inside = np.isin(src, members) & np.isin(dst, members)
    ends = np.searchsorted(members, src[inside]), np.searchsorted(members, dst[inside])
    capacity = np.round(weight[inside] * PER_NAT).astype(np.int32)
    graph = coo_matrix((np.r_[capacity, capacity], (np.r_[ends[0], ends[1]], np.r_[ends[1], ends[0]])),
                       shape=(len(members),) * 2).tocsr()  # fmt: skip
    start, end = np.searchsorted(members, [a, b])
    left = (graph - maximum_flow(graph, start, end).flow).tocsr()
    left.data[left.data < 0] = 0
    left.eliminate_zeros()
    return np.sort(breadth_first_order(left, start, directed=True, return_predecessors=False))
