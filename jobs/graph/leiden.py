"""Leiden communities of a weighted graph under the constant Potts model (CPM), the same for the same graph each time.

Traag, Waltman and van Eck, From Louvain to Leiden: guaranteeing well-connected communities, Scientific Reports 9
(2019). A partition's quality is the weight of ties inside its communities less `resolution` for every pair inside.
Where the paper draws at random, nodes are taken in order and the best move is made: what is linked here has to come
out the same in every run. The permissive libraries were tried first: one weighs nodes wrongly once they are
aggregated (two triples with four ties between them stay apart), the other need not end.
"""

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix

from jobs.graph.compiled import compiled

# A move has to gain more than rounding can.
EPSILON = 1e-9
# Each cycle starts from the last one's communities; two or three are enough, and no cycle makes it worse.
MAX_CYCLES = 10


def leiden(n: int, src: np.ndarray, dst: np.ndarray, weight: np.ndarray, resolution: float) -> np.ndarray:
    """Community of each of n nodes, named by its smallest node. src, dst, weight: one entry per tied pair, none twice."""
    graph = _matrix(n, np.r_[src, dst], np.r_[dst, src], np.r_[weight, weight])
    label = np.arange(n)
    for _ in range(MAX_CYCLES):
        found = _cycle(graph, label, resolution)
        if np.array_equal(found, label):
            break
        label = found
    return label


def by_smallest(label: np.ndarray) -> np.ndarray:
    """Labels as the smallest node that has them."""
    _, first, back = np.unique(label, return_index=True, return_inverse=True)
    return first[back]


def _matrix(n: int, rows: np.ndarray, columns: np.ndarray, weight: np.ndarray) -> csr_matrix:
    graph = csr_matrix(coo_matrix((weight.astype(np.float64), (rows, columns)), shape=(n, n)))
    graph.sum_duplicates()
    graph.sort_indices()
    return graph


def _cycle(graph: csr_matrix, label: np.ndarray, resolution: float) -> np.ndarray:
    """Moves, refines and aggregates until nothing moves."""
    n = graph.shape[0]
    size = np.ones(n)
    of_node = np.arange(n)  # aggregate that each node is part of
    label = np.unique(label, return_inverse=True)[1].astype(np.int64)
    while True:
        label = np.unique(
            _moved(graph.indptr, graph.indices, graph.data, size, label, resolution), return_inverse=True
        )[1]
        if label.max(initial=-1) + 1 == len(size):
            return by_smallest(label[of_node])
        refined = _refined(graph.indptr, graph.indices, graph.data, size, label, resolution)
        refined = np.unique(refined, return_inverse=True)[1]
        parts = refined.max() + 1
        if parts == len(size):  # every community has ties, but none of its nodes may be merged
            return by_smallest(label[of_node])
        rows = np.repeat(np.arange(len(size)), np.diff(graph.indptr))
        label_of_part = np.zeros(parts, np.int64)
        label_of_part[refined] = label
        size = np.bincount(refined, size, parts)
        graph = _matrix(parts, refined[rows], refined[graph.indices], graph.data)
        graph.setdiag(0)
        graph.eliminate_zeros()
        graph.sort_indices()
        of_node = refined[of_node]
        label = np.unique(label_of_part, return_inverse=True)[1]


@compiled()
def _moved(
    indptr: np.ndarray, indices: np.ndarray, data: np.ndarray, size: np.ndarray, label: np.ndarray, resolution: float
) -> np.ndarray:
    """Nodes moved one by one to the community where they gain most, until none gains. Nodes: in order, then as touched."""
    n = len(size)
    label = label.copy()
    total = np.zeros(n)
    members = np.zeros(n, np.int64)
    for i in range(n):
        total[label[i]] += size[i]
        members[label[i]] += 1
    empty = [c for c in range(n) if members[c] == 0]
    queue = np.arange(n)
    waiting = np.ones(n, np.bool_)
    head, left = 0, n
    ties = np.zeros(n)
    while left:
        i = queue[head]
        head = (head + 1) % n
        left -= 1
        waiting[i] = False
        own = label[i]
        for k in range(indptr[i], indptr[i + 1]):
            ties[label[indices[k]]] += data[k]
        best, most = own, ties[own] - resolution * size[i] * (total[own] - size[i])
        for k in range(indptr[i], indptr[i + 1]):
            other = label[indices[k]]
            if other != own:
                gain = ties[other] - resolution * size[i] * total[other]
                if gain > most + EPSILON or (abs(gain - most) <= EPSILON and best != own and other < best):
                    best, most = other, gain
        if most < -EPSILON and members[own] > 1:  # alone it would be better off
            best = empty.pop()
        for k in range(indptr[i], indptr[i + 1]):
            ties[label[indices[k]]] = 0.0
        if best == own:
            continue
        label[i] = best
        total[own] -= size[i]
        total[best] += size[i]
        members[own] -= 1
        members[best] += 1
        if members[own] == 0:
            empty.append(own)
        for k in range(indptr[i], indptr[i + 1]):
            j = indices[k]
            if label[j] != best and not waiting[j]:
                waiting[j] = True
                queue[(head + left) % n] = j
                left += 1
    return label


@compiled()
def _refined(
    indptr: np.ndarray, indices: np.ndarray, data: np.ndarray, size: np.ndarray, label: np.ndarray, resolution: float
) -> np.ndarray:
    """Parts of the communities: nodes merged inside theirs, only into what is well connected with the rest of it."""
    n = len(size)
    part = np.arange(n)
    total = np.zeros(n)  # of communities
    for i in range(n):
        total[label[i]] += size[i]
    part_size = size.copy()
    members = np.ones(n, np.int64)
    outward = np.zeros(n)  # ties of a part to the rest of its community
    for i in range(n):
        for k in range(indptr[i], indptr[i + 1]):
            if label[indices[k]] == label[i]:
                outward[i] += data[k]
    ties = np.zeros(n)
    for i in range(n):
        if members[part[i]] > 1 or outward[i] < resolution * size[i] * (total[label[i]] - size[i]) - EPSILON:
            continue
        own = part[i]
        for k in range(indptr[i], indptr[i + 1]):
            if label[indices[k]] == label[i]:
                ties[part[indices[k]]] += data[k]
        best, most = own, 0.0
        for k in range(indptr[i], indptr[i + 1]):
            other = part[indices[k]]
            if label[indices[k]] != label[i] or other == own:
                continue
            rest = total[label[i]] - part_size[other]
            if outward[other] < resolution * part_size[other] * rest - EPSILON:
                continue
            gain = ties[other] - resolution * size[i] * part_size[other]
            if gain > most + EPSILON or (abs(gain - most) <= EPSILON and best != own and other < best):
                best, most = other, gain
        if best != own:
            part[i] = best
            outward[best] += outward[own] - 2 * ties[best]
            part_size[best] += size[i]
            members[best] += 1
            members[own] = 0
        for k in range(indptr[i], indptr[i + 1]):
            ties[part[indices[k]]] = 0.0
        ties[own] = 0.0
        ties[best] = 0.0
    return part
