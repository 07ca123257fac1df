"""Members that leave an operation together: several take up new values of several families while others stay.

After a split old handles, pictures and texts still join both halves, and no weight of a value undoes that: only that
some moved on at one time, and the others did not, tells two operations from one.
"""

from dataclasses import dataclass

import numpy as np

from jobs.graph.evidence import FAMILY, TRADE, Component
from jobs.graph.leiden import by_smallest
from jobs.graph.traits import FAMILIES, KINDS

# So many members of old take up new common values of so many sides of the business within so many days; so many others stay.
LEAVERS, NEW_SIDES, WITHIN_DAYS, STAYERS = 2, 2, 24, 2
# The largest known rackets ran some dozens of shops; what is far beyond is not one operation, and is not looked at.
MAX_MEMBERS = 2_000
# A value was taken up, not opened with, when the shop is known that much longer, in days.
KNOWN_BEFORE = 7
# A workshop that moves changes addresses and dispatch at one time: that is one change. Content changes all the time.
SIDES = np.array(["location" if family in ("address", "logistics") else family for family in FAMILIES])
_, SIDE = np.unique(SIDES, return_inverse=True)
TELLS = (TRADE != 1) & np.array([kind.base >= 3 for kind in KINDS.values()])


@dataclass(frozen=True)
class Novelty:
    """A value that came up in a community late: when, on which side of the business, who took it up and who uses it."""

    day: int
    side: int
    adopters: frozenset[int]
    users: frozenset[int]


def secede(part: Component, label: np.ndarray) -> np.ndarray:
    """Communities of which some members left together, split. Labels are smallest nodes, before and after."""
    label = label.copy()
    # A shop says again what it uses only when something changes: that it still sells shows that it is still there.
    since, until = part.opened.copy(), part.active.copy()
    np.minimum.at(since, part.user, part.first)
    np.maximum.at(until, part.user, part.last)
    order = np.argsort(label[part.user], kind="stable")
    bounds = np.flatnonzero(np.diff(label[part.user][order])) + 1
    for uses in np.split(order, bounds):
        members = np.unique(part.user[uses])
        while LEAVERS + STAYERS <= len(members) <= MAX_MEMBERS:
            gone = leavers(part, uses, since, until)
            if not len(gone):
                break
            label[gone] = gone.min() + part.n
            staying = ~np.isin(part.user[uses], gone)
            uses = uses[staying]
            members = np.unique(part.user[uses])
    return by_smallest(label)


def leavers(part: Component, uses: np.ndarray, since: np.ndarray, until: np.ndarray) -> np.ndarray:
    """Nodes that left, in order; empty when nobody did. uses: those of one community. since, until: days, by node."""
    new = novelties(part, uses, since)
    best: tuple[int, int] | None = None
    chosen: list[Novelty] = []
    for seed in new:
        together = [
            other
            for other in new
            if abs(other.day - seed.day) <= WITHIN_DAYS and len(seed.adopters & other.adopters) >= LEAVERS
        ]
        sides = len({other.side for other in together})
        rank = (sides, len(together))
        if sides >= NEW_SIDES and (best is None or rank > best):
            best, chosen = rank, together
    if not chosen:
        return np.zeros(0, np.int64)
    day = int(np.median([novelty.day for novelty in chosen]))
    gone = followed(part, uses, since, day, {user for novelty in chosen for user in novelty.users})
    members = np.unique(part.user[uses])
    stay = np.setdiff1d(members, gone)
    if np.count_nonzero((since[stay] < day) & (until[stay] > day)) < STAYERS:
        return np.zeros(0, np.int64)
    return gone


def novelties(part: Component, uses: np.ndarray, since: np.ndarray) -> list[Novelty]:
    """Values of a community that members of old took up, all about when they first came up, in order of value."""
    telling = uses[TELLS[part.kind[uses]]]
    order = telling[np.lexsort((part.user[telling], part.value[telling]))]
    found = []
    for users in np.split(order, np.flatnonzero(np.diff(part.value[order])) + 1):
        if len(users) < LEAVERS:
            continue
        day = int(part.first[users].min())
        old = since[part.user[users]] + KNOWN_BEFORE <= part.first[users]
        soon = part.first[users] <= day + WITHIN_DAYS
        adopters = part.user[users[old & soon]]
        if len(adopters) >= LEAVERS:
            side = int(SIDE[FAMILY[part.kind[users[0]]]])
            found.append(Novelty(day, side, frozenset(adopters.tolist()), frozenset(part.user[users].tolist())))
    return found


def followed(part: Component, uses: np.ndarray, since: np.ndarray, day: int, gone: set[int]) -> np.ndarray:
    """Who left, and the shops opened since that share more values that came up since with them than with the others."""
    values, number = np.unique(part.value[uses], return_inverse=True)
    born = np.full(len(values), np.iinfo(np.int64).max)
    np.minimum.at(born, number, part.first[uses])
    fresh = (born[number] >= day - KNOWN_BEFORE) & TELLS[part.kind[uses]]
    young = np.unique(part.user[uses][since[part.user[uses]] >= day])
    while True:
        is_gone = np.isin(part.user[uses], list(gone))
        with_gone = np.bincount(number, is_gone, len(values))
        with_rest = np.bincount(number, ~is_gone, len(values))
        join = [
            node
            for node in young.tolist()
            if node not in gone and _leans(number[fresh & (part.user[uses] == node)], with_gone, with_rest)
        ]
        if not join:
            return np.array(sorted(gone), np.int64)
        gone |= set(join)


def _leans(values: np.ndarray, with_gone: np.ndarray, with_rest: np.ndarray) -> bool:
    """Whether more of a shop's values are shared with those who left than with the others (itself not counted)."""
    return bool(np.count_nonzero(with_gone[values]) > np.count_nonzero(with_rest[values] > 1))
