"""Why shops hang together: the strongest chain between two, and the least evidence whose loss would split a group.

Shops are numbered from 0 in order of id. What ties a group is a bipartite graph of shops and pieces of evidence (a
value, a place, a purchase), each numbered from 0: `user` and `value` have one entry for each use of one by a shop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components, dijkstra, maximum_flow
from scipy.spatial import cKDTree

from jobs.graph.near import METRES_PER_DEGREE
from jobs.graph.traits import NEAR_MAX_M

# The smallest set is sought by one flow per shop, each over all uses; beyond so many uses in all (some five seconds)
# only single values are tried, in one walk.
MAX_FLOW_USES = 20_000_000


@dataclass(frozen=True)
class Group:
    """n shops and the evidence that ties them; a piece of evidence may stand in several entries, a use only in one."""

    n: int
    user: np.ndarray
    value: np.ndarray


@dataclass(frozen=True)
class Cut:
    """values: what would have to be lost, in order. part: by shop, the smallest shop of the part it would be in.

    is_smallest: False when only single values were tried, because the group is too large.
    """

    values: tuple[int, ...]
    part: np.ndarray
    is_smallest: bool


def strongest_chain(
    n: int, src: np.ndarray, dst: np.ndarray, weight: np.ndarray, start: int, end: int
) -> tuple[int, ...]:
    """The shops of the chain start … end whose weakest tie is strongest; of such the shortest, then of smallest shops.

    src, dst, weight: tied pairs, each once. Empty when no chain leads from one to the other.
    """
    levels = np.unique(weight)
    low, high = -1, len(levels)  # joined by ties of levels[low] and more, not by those of levels[high]
    while high - low > 1:
        middle = (low + high) // 2
        kept = weight >= levels[middle]
        _, label = connected_components(_graph(n, src[kept], dst[kept]), directed=False)
        low, high = (middle, high) if label[start] == label[end] else (low, middle)
    if low < 0:
        return ()
    kept = weight >= levels[low]
    ends = np.r_[src[kept], dst[kept]], np.r_[dst[kept], src[kept]]
    graph = _graph(n, *ends)
    left = dijkstra(graph, indices=end, unweighted=True)
    chain = [start]
    while chain[-1] != end:
        near = graph.indices[graph.indptr[chain[-1]] : graph.indptr[chain[-1] + 1]]
        chain.append(int(near[left[near] == left[chain[-1]] - 1].min()))
    return tuple(chain)


def weakest_tie(chain: Sequence[int], src: np.ndarray, dst: np.ndarray, weight: np.ndarray) -> float:
    """Weight of the weakest tie of a chain of two shops or more."""
    steps = {*pairwise(chain), *pairwise(chain[::-1])}
    step = np.isin(src, chain) & np.isin(dst, chain)
    found = zip(src[step].tolist(), dst[step].tolist(), weight[step].tolist(), strict=True)
    return min(nats for a, b, nats in found if (a, b) in steps)


def parts(group: Group, lost: tuple[int, ...] = ()) -> np.ndarray:
    """By shop: the smallest shop of all that still hang together without the evidence that is lost."""
    kept = ~np.isin(group.value, lost)
    ends = group.user[kept], group.n + group.value[kept]
    _, label = connected_components(_graph(_size(group), *ends), directed=False)
    _, smallest, number = np.unique(label[: group.n], return_index=True, return_inverse=True)
    return smallest[number]


def largest_part(group: Group, lost: tuple[int, ...] = ()) -> int:
    """How many shops are in the largest part; a shop that is tied to nobody is a part of one."""
    return int(np.unique(parts(group, lost), return_counts=True)[1].max(initial=0))


def smallest_cut(group: Group, max_flow_uses: int = MAX_FLOW_USES) -> Cut | None:
    """The fewest pieces of evidence whose loss splits the group; of several such sets that were met, the most even split.

    None when nothing splits it: it has one shop, or it is too large and no single value does.
    """
    if len(np.unique(whole := parts(group))) > 1:
        return Cut((), whole, True)
    if group.n < 2:
        return None
    if group.n * len(group.user) > max_flow_uses:
        single = split_by_one(group)
        if not single:
            return None
        best = min(single, key=lambda value: (single[value], value))
        return Cut((best,), parts(group, (best,)), False)
    found = min(_cuts(group), key=lambda lost: (len(lost), largest_part(group, lost), lost))
    return Cut(found, parts(group, found), True)


def _cuts(group: Group) -> set[tuple[int, ...]]:
    """Sets of fewest pieces of evidence that part shop 0 from another: next to the one, and next to the other.

    Any split parts shop 0 from somebody. Evidence used by the same shops is one node of that capacity.
    """
    kinds, lots = _alike(group)
    shops, n, m = [], group.n, len(kinds)
    for number, users in enumerate(kinds):
        shops += [(user, number) for user in users]
    user, lot = np.array(shops, np.int64).T
    unlimited = len(group.value) + 1
    inside, outside = n + np.arange(m), n + m + np.arange(m)
    tail = np.r_[user, outside[lot], inside]
    head = np.r_[inside[lot], user, outside]
    room = np.r_[np.full(2 * len(user), unlimited), [len(lots[k]) for k in range(m)]].astype(np.int32)
    capacity = csr_matrix((room, (tail, head)), shape=(n + 2 * m,) * 2)
    fewest = unlimited
    found: set[tuple[int, ...]] = set()
    for other in range(1, n):
        flow = maximum_flow(capacity, 0, other)
        if flow.flow_value > fewest:
            continue
        if flow.flow_value < fewest:
            fewest, found = flow.flow_value, set()
        left = capacity - flow.flow
        left.data = np.maximum(left.data, 0)
        left.eliminate_zeros()
        near, far = np.zeros(n + 2 * m, bool), np.zeros(n + 2 * m, bool)
        near[breadth_first_order(left, 0, return_predecessors=False)] = True
        far[breadth_first_order(left.T.tocsr(), other, return_predecessors=False)] = True
        for cut in (near[inside] & ~near[outside], far[outside] & ~far[inside]):
            found.add(tuple(sorted(value for number in np.flatnonzero(cut) for value in lots[number])))
    return found


def _alike(group: Group) -> tuple[list[tuple[int, ...]], list[list[int]]]:
    """The sets of two or more shops that use the same evidence, and the evidence of each."""
    lots: dict[tuple[int, ...], list[int]] = {}
    order = np.lexsort((group.user, group.value))
    value, user = group.value[order], group.user[order]
    for uses in np.split(np.arange(len(order)), np.flatnonzero(np.diff(value)) + 1):
        if len(uses) > 1:
            lots.setdefault(tuple(user[uses].tolist()), []).append(int(value[uses[0]]))
    return list(lots), list(lots.values())


def split_by_one(group: Group) -> dict[int, int]:
    """Evidence whose loss alone splits a group that hangs together -> shops of the largest part that would be left.

    Articulation points by one depth-first walk (Tarjan 1972) from shop 0, so that evidence is never the root.
    """
    total = _size(group)
    ends = np.r_[group.user, group.n + group.value], np.r_[group.n + group.value, group.user]
    graph = _graph(total, *ends)
    near, begin = graph.indices.tolist(), graph.indptr.tolist()
    order, low, parent = [-1] * total, [0] * total, [-1] * total
    below = [1] * group.n + [0] * (total - group.n)  # shops in the subtree
    cut_off: dict[int, list[int]] = {}
    order[0], seen, walk, following = 0, 1, [0], begin[:-1]
    while walk:
        node = walk[-1]
        if following[node] < begin[node + 1]:
            other = near[following[node]]
            following[node] += 1
            if order[other] < 0:
                order[other] = low[other] = seen
                seen += 1
                parent[other] = node
                walk.append(other)
            elif other != parent[node]:
                low[node] = min(low[node], order[other])
            continue
        walk.pop()
        above = parent[node]
        if above >= 0:
            low[above] = min(low[above], low[node])
            below[above] += below[node]
            if above >= group.n and low[node] >= order[above]:
                cut_off.setdefault(above - group.n, []).append(below[node])
    return {value: max(*sizes, group.n - sum(sizes)) for value, sizes in sorted(cut_off.items())}


def merged_places(src: np.ndarray, dst: np.ndarray, lng: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """By tie of two shops at a place: the number of the place. lng, lat: degrees.

    Ties are of one place when their points are within NEAR_MAX_M, in one or more steps, and they have shops in common.
    """
    if not len(src):
        return np.zeros(0, np.int64)
    east = lng * np.cos(np.radians(lat.mean()))
    spots, spot = np.unique(np.stack([east, lat], axis=1) * METRES_PER_DEGREE, axis=0, return_inverse=True)
    close = cKDTree(spots).query_pairs(NEAR_MAX_M, output_type="ndarray")
    _, area = connected_components(_graph(len(spots), close[:, 0], close[:, 1]), directed=False)
    shops = 1 + max(src.max(), dst.max())
    at, number = np.unique(np.r_[area[spot] * shops + src, area[spot] * shops + dst], return_inverse=True)
    _, place = connected_components(_graph(len(at), number[: len(src)], number[len(src) :]), directed=False)
    return place[number[: len(src)]].astype(np.int64)


def _size(group: Group) -> int:
    return group.n + 1 + int(group.value.max(initial=-1))


def _graph(n: int, tail: np.ndarray, head: np.ndarray) -> csr_matrix:
    return coo_matrix((np.ones(len(tail)), (tail, head)), shape=(n, n)).tocsr()
