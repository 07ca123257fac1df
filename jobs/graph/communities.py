"""Operations among shops that hang together: Leiden communities of weighted ties, then what the whole picture adds.

One component at a time, in memory: numpy arrays indexed by node (the component's shops in order of id). Steps:

1. ties of pairs from values that both use (best of each family), communities by CPM;
2. shops that buy suspect goods from several unrelated communities are customers, and taken out;
3. values weighed again by who uses them: outsiders of the community that uses a value most speak against it as honest
   shops do, so a value of one community alone is its own, however many they are, and one spread over several is a hub;
4. communities again, then fragments rejoined to the one community to which most of their shops are tied, and guests set
   apart: parts that share with the rest only what customers come by;
5. secessions: members that took up new common values at one time, while the others kept the old, are a new operation;
   shops that a person judged apart are parted, and groups of which too few shops can be expected to sell counterfeits let go.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from jobs.graph.evidence import BASE, FAMILY, TRADE, Component
from jobs.graph.judgements import parted
from jobs.graph.leiden import by_smallest, leiden
from jobs.graph.secessions import secede
from jobs.graph.traits import BAND, ENDED, FAMILIES, HONEST_DAMPING, MIN_WEIGHT, ONE_FAMILY, PAIR_WEIGHT

# Nats that a pair with nothing in common speaks against one operation: its shops share part of what they have.
RESOLUTION = 0.25
# A fragment joins a community when so many of its shops are tied to it.
REJOIN_SHARE = 0.5
# A pair is well tied by two families, or by one value of so many nats: one that is all but its community's own.
WELL_TIED = 5.0
# Partners share so many nats that a customer does not come by; a guest shares in so many ways.
PARTNER_WEIGHT, GUEST_TRADES = 2.0, 2
# Of a community so many members sell counterfeits, and this share of them, as far as each shows it by itself (expected
# numbers); or one more likely does than not, and refunds for fakes among all of them say so, in nats.
SELLING, SELLING_SHARE, REFUNDS_TELL = 1.5, 0.45, 2.0
# A customer buys from so many unrelated communities, its own among them, and so often outside it: a test buy, or a
# gap that was filled once, makes none.
CUSTOMER_SOURCES, CUSTOMER_ORDERS = 2, 3


@dataclass(frozen=True)
class Pairs:
    """Tied pairs, src < dst: nats of all families, how many families, and the strongest of them.

    control: nats of the families that a customer does not come by. trades: how a customer would come by the rest,
    one bit for each of TRADES.
    """

    src: np.ndarray
    dst: np.ndarray
    weight: np.ndarray
    families: np.ndarray
    best: np.ndarray
    control: np.ndarray
    trades: np.ndarray


def communities(part: Component) -> tuple[np.ndarray, Pairs]:
    """Community of each node, numbered by its smallest node, and the ties that hold.

    A shop that belongs to nobody stands alone.
    """
    label = cpm(part.n, tied_pairs(part, part.weight))
    out = customers(part, label)
    label[out] = np.flatnonzero(out)
    inside = without(part, out)
    pairs = tied_pairs(inside, reweighed(inside, label))
    label = cpm(part.n, pairs)
    pairs = tied_pairs(inside, reweighed(inside, label))
    label = without_guests(inside, rejoined(label, pairs), pairs)
    label = parted(secede(inside, label), pairs.src, pairs.dst, pairs.weight, part.apart)
    return let_go(inside, label), pairs


def tied_pairs(part: Component, weight: np.ndarray) -> Pairs:
    """Pairs of the component with what their common values say. weight: nats of each use's value."""
    order = np.lexsort((part.user, part.value))
    order = order[weight[order] >= MIN_WEIGHT]
    user, value, kind = part.user[order], part.value[order], part.kind[order]
    nats, ended = weight[order], part.ended[order]
    found = [(part.src, part.dst, part.tie_kind, part.tie_weight)]
    for step in range(1, BAND + 1):
        both = np.flatnonzero(value[step:] == value[:-step])
        if not len(both):
            break
        a, b = both, both + step
        worth = np.minimum(nats[a], nats[b]) * np.where(ended[a] | ended[b], ENDED, 1.0)
        found.append((user[a], user[b], kind[a], worth))
    src, dst, kind, nats = (np.concatenate(column) for column in zip(*found, strict=True))
    return _summed(part.n, src, dst, kind, nats)


def _summed(n: int, src: np.ndarray, dst: np.ndarray, kind: np.ndarray, nats: np.ndarray) -> Pairs:
    """The best of each family, added up by pair; a pair with one family only counts ONE_FAMILY of it."""
    pair = np.minimum(src, dst).astype(np.int64) * n + np.maximum(src, dst)
    pairs, at = np.unique(pair, return_inverse=True)
    best = np.zeros((len(pairs), len(FAMILIES)))
    np.maximum.at(best, (at, FAMILY[kind]), nats)
    control = np.zeros_like(best)
    partners = TRADE[kind] == 0
    np.maximum.at(control, (at[partners], FAMILY[kind][partners]), nats[partners])
    trades = np.zeros(len(pairs), np.int64)
    np.bitwise_or.at(trades, at, TRADE[kind])
    families = np.count_nonzero(best, axis=1)
    total = best.sum(axis=1) * np.where(families == 1, ONE_FAMILY, 1.0)
    kept = total >= PAIR_WEIGHT
    columns = pairs // n, pairs % n, total, families, best.max(axis=1, initial=0.0), control.sum(axis=1), trades
    return Pairs(*[column[kept] for column in columns])


def cpm(n: int, pairs: Pairs) -> np.ndarray:
    """Communities of tied pairs."""
    return leiden(n, pairs.src, pairs.dst, pairs.weight, RESOLUTION)


def reweighed(part: Component, label: np.ndarray) -> np.ndarray:
    """Nats of each use's value when users outside the community that uses it most count as honest shops do."""
    if not len(part.value):
        return part.weight
    _, number = np.unique(part.value, return_inverse=True)
    key = number.astype(np.int64) * part.n + label[part.user]
    groups, members = np.unique(key, return_counts=True)
    top = np.zeros(number.max() + 1)
    np.maximum.at(top, groups // part.n, members)
    outside = part.suspects - top[number] + part.honest
    return np.where(top[number] >= 2, BASE[part.kind] - HONEST_DAMPING * np.log1p(outside), 0.0)


def customers(part: Component, label: np.ndarray) -> np.ndarray:
    """Which shops buy suspect goods from several unrelated communities, half of it or more outside their own, and sell none."""
    source = np.where(part.source < part.n, label[np.minimum(part.source, part.n - 1)], part.source)
    outside = source != label[part.buyer]
    bought = np.unique(np.stack([part.buyer, source], axis=1), axis=0)
    sources = np.bincount(bought[:, 0], minlength=part.n)
    orders_out = np.bincount(part.buyer, part.orders * outside, part.n)
    orders_in = np.bincount(part.buyer, part.orders * ~outside, part.n)
    sells = np.zeros(part.n, bool)
    sells[part.source[part.source < part.n]] = True
    buys = (orders_out >= orders_in) & (orders_out >= CUSTOMER_ORDERS)
    return (sources >= CUSTOMER_SOURCES) & buys & ~sells


def without(part: Component, out: np.ndarray) -> Component:
    """The component without what ties the shops that are `out`."""
    use, tie = ~out[part.user], ~(out[part.src] | out[part.dst])
    uses = ("user", "value", "kind", "weight", "suspects", "honest", "ended", "first", "last")
    return replace(
        part,
        **{name: getattr(part, name)[use] for name in uses},
        **{name: getattr(part, name)[tie] for name in ("src", "dst", "tie_kind", "tie_weight")},
    )


def rejoined(label: np.ndarray, pairs: Pairs) -> np.ndarray:
    """Fragments joined to the larger community to which more than REJOIN_SHARE of their shops are well tied.

    Well tied: by two families, or by one value that is all but their own.
    """
    label = label.copy()
    while True:
        size = np.bincount(label, minlength=len(label))
        well = (pairs.families >= 2) | (pairs.best >= WELL_TIED)
        a, b = np.r_[pairs.src[well], pairs.dst[well]], np.r_[pairs.dst[well], pairs.src[well]]
        own, other = label[a], label[b]
        across = (own != other) & ((size[own] < size[other]) | ((size[own] == size[other]) & (own > other)))
        links = np.unique(np.stack([a[across], own[across], other[across]], axis=1), axis=0)
        if not len(links):
            return by_smallest(label)
        bridges, tied = np.unique(links[:, 1:], axis=0, return_counts=True)
        share = tied / size[bridges[:, 0]]
        good = share > REJOIN_SHARE
        if not good.any():
            return by_smallest(label)
        bridges, share = bridges[good], share[good]
        # One move a round, the surest first, so that the result does not depend on the order of the fragments.
        best = np.lexsort((bridges[:, 1], bridges[:, 0], -share))[0]
        label[label == bridges[best, 0]] = bridges[best, 1]


def without_guests(part: Component, label: np.ndarray, pairs: Pairs) -> np.ndarray:
    """Parts of a community that share with its largest part nothing but what customers come by, set apart.

    They stay when they are tied in GUEST_TRADES ways and buy suspect goods from nobody else.
    """
    label = label.copy()
    inside = label[pairs.src] == label[pairs.dst]
    partners = inside & (pairs.control >= PARTNER_WEIGHT)
    ends = pairs.src[partners], pairs.dst[partners]
    _, block = connected_components(coo_matrix((np.ones(len(ends[0])), ends), shape=(part.n, part.n)), directed=False)
    block = by_smallest(block)
    size = np.bincount(block, minlength=part.n)
    # The largest block of each community, of equal ones that of the smallest node.
    order = np.lexsort((block, -size[block], label))
    main = np.full(part.n, -1)
    first = order[np.r_[True, label[order][1:] != label[order][:-1]]]
    main[label[first]] = block[first]
    guest = (block != main[label]) & (size[main[label]] >= 2)
    trades = np.zeros(part.n, np.int64)
    for a, b in ((pairs.src, pairs.dst), (pairs.dst, pairs.src)):
        to_main = inside & guest[a] & ~guest[b]
        np.bitwise_or.at(trades, block[a[to_main]], pairs.trades[to_main])
    ways = np.array([bits.bit_count() for bits in trades.tolist()], np.int64)
    source = np.minimum(part.source, part.n - 1)
    own = (part.source < part.n) & (block[source] == block[part.buyer])
    buys = np.zeros(part.n, bool)
    buys[block[part.buyer[~own]]] = True
    leave = guest & ((ways[block] < GUEST_TRADES) | buys[block])
    label[leave] = block[leave] + part.n
    return by_smallest(label)


def let_go(part: Component, label: np.ndarray) -> np.ndarray:
    """Communities fall apart of which too few shops, and too few refunds, show that they sell counterfeits."""
    selling = np.bincount(label, 1 / (1 + np.exp(-part.suspicion)), part.n)
    enough = (selling >= SELLING) & (selling >= SELLING_SHARE * np.bincount(label, minlength=part.n))
    any_likely = np.bincount(label, part.suspicion > 0, part.n) > 0
    told = any_likely & (np.bincount(label, part.refunds, part.n) >= REFUNDS_TELL)
    return np.where((enough | told)[label], label, np.arange(part.n))
