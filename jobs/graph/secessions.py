"""Members that leave an operation together: several take up new values of several families while others stay.

After a split old handles, pictures and texts still join both halves, and no weight of a value undoes that: only that
some moved on at one time, and the others did not, tells two operations from one.
"""

from dataclasses import dataclass

import numpy as np

from jobs.graph.evidence import FAMILY, TRADE, Component
from jobs.graph.leiden import by_smallest
from jobs.graph.traits import FAMILIES, KINDS

# So many members of old take up new common values of so many families within so many days; so many others stay.
LEAVERS, NEW_FAMILIES, WITHIN_DAYS, STAYERS = 2, 2, 24, 2
# Who is still seen with the old so many days after the others left has stayed; before that it may follow.
STAYED_DAYS = 3
# The largest known rackets ran some dozens of shops; what is far beyond is not one operation, and is not looked at.
MAX_MEMBERS = 2_000
# A value was taken up, not opened with, when the shop is known that much longer, in days.
KNOWN_BEFORE = 7
# Content changes all the time, and tells nothing. A workshop that moves changes addresses and dispatch at one time: these two
# alone tell only when others go on using a place that those who left used with them.
LOCATION = np.array([family in ("address", "logistics") for family in FAMILIES])
TELLS = (TRADE != 1) & np.array([kind.base >= 3 for kind in KINDS.values()])


@dataclass(frozen=True)
class Novelty:
    """A value that came up in a community late: when, of which family, who took it up and who uses it."""

    day: int
    family: int
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
        families = len({other.family for other in together})
        rank = (families, len(together))
        if families >= NEW_FAMILIES and (best is None or rank > best):
            best, chosen = rank, together
    if not chosen:
        return np.zeros(0, np.int64)
    day = int(np.median([novelty.day for novelty in chosen]))
    gone = followed(part, uses, since, day, {user for novelty in chosen for user in novelty.users})
    members = np.unique(part.user[uses])
    stay = np.setdiff1d(members, gone)
    if np.count_nonzero((since[stay] < day) & (until[stay] > day + STAYED_DAYS)) < STAYERS:
        return np.zeros(0, np.int64)
    if LOCATION[[novelty.family for novelty in chosen]].all() and not keeps_a_place(part, uses, gone, day):
        return np.zeros(0, np.int64)
    return gone


def keeps_a_place(part: Component, uses: np.ndarray, gone: np.ndarray, day: int) -> bool:
    """Whether others go on using a value of a place that LEAVERS of those who are gone used before: it did not move."""
    of_place = uses[LOCATION[FAMILY[part.kind[uses]]]]
    is_gone = np.isin(part.user[of_place], gone)
    left = part.value[of_place[is_gone & (part.first[of_place] < day)]]
    kept = part.value[of_place[~is_gone & (part.first[of_place] < day) & (part.last[of_place] > day + STAYED_DAYS)]]
    values, leavers = np.unique(left, return_counts=True)
    staying, stayers = np.unique(kept, return_counts=True)
    return len(np.intersect1d(values[leavers >= LEAVERS], staying[stayers >= STAYERS])) > 0


def novelties(part: Component, uses: np.ndarray, since: np.ndarray) -> list[Novelty]:
    """Values of a community that members of old took up, all about when they first came up, in order of value."""
    began = int(since[part.user[uses]].min())
    telling = uses[TELLS[part.kind[uses]]]
    order = telling[np.lexsort((part.user[telling], part.value[telling]))]
    found = []
    for users in np.split(order, np.flatnonzero(np.diff(part.value[order])) + 1):
        if len(users) < LEAVERS:
            continue
        day = int(part.first[users].min())
        if day < began + KNOWN_BEFORE:
            continue  # it may have been there before anything was known, and be seen late at shops that sell little
        old = since[part.user[users]] + KNOWN_BEFORE <= part.first[users]
        soon = part.first[users] <= day + WITHIN_DAYS
        adopters = part.user[users[old & soon]]
        if len(adopters) >= LEAVERS:
            family = int(FAMILY[part.kind[users[0]]])
            found.append(Novelty(day, family, frozenset(adopters.tolist()), frozenset(part.user[users].tolist())))
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
