"""When what becomes known: the rows that each feed delivers on each day.

A change becomes known on the day it happens, a few only days later. Of several changes of one thing on one
day the last state is delivered.
"""

from dataclasses import dataclass

import numpy as np

from simulator.world import World

LATE, LATE_DAYS = 0.012, 9
NEVER = 10**6  # a day on which nothing is delivered any more
TOUCHED = 0.008  # chance per day that a shop is delivered although only its devices differ


@dataclass
class Changes:
    """Rows to deliver, sorted by day: what (an index), which state of it, on which day."""

    day: np.ndarray
    item: np.ndarray
    state: np.ndarray

    def of(self, day: int) -> tuple[np.ndarray, np.ndarray]:
        """(items, states) delivered on a day."""
        a, b = np.searchsorted(self.day, [day, day + 1])
        return self.item[a:b], self.state[a:b]


@dataclass
class Known:
    """When everything became known: the day of each step of each thing (NEVER where it does not), and the rows of shops."""

    orders: np.ndarray  # paid, shipped, received, ended
    parcels: np.ndarray  # handed over, delivered
    listings: np.ndarray  # listed, repriced, removed
    shops: Changes
    images: dict[int, int]  # of the pictures that are delivered as files


def order_changes(world: World) -> tuple[Changes, np.ndarray]:
    o = world.orders
    steps = np.stack([o.paid_at, o.shipped_at, o.received_at, o.ended_at], axis=1)
    return from_steps(world.stream(11), steps, world.days)


def parcel_changes(world: World) -> tuple[Changes, np.ndarray]:
    p = world.parcels
    delivered = np.where(np.isnan(p.delivered_at), np.inf, np.maximum(p.delivered_at, p.known_at))
    return from_steps(world.stream(12), np.stack([p.known_at, delivered], axis=1), world.days)


def shop_changes(world: World) -> Changes:
    """Every shop when it opens (on the first day if it is older), when its traits change, when it closes."""
    g = world.stream(13)
    item, at = [], []
    for i, s in enumerate(world.cast.shops):
        times = {max(s.opened, 0.0)}
        times |= {t for trait in s.traits for t in trait[2:4] if 0 < t < min(world.days, s.closed)}
        if s.closed < world.days:
            times.add(s.closed)
        touched = g.random(g.poisson(TOUCHED * world.days)) * world.days
        times |= {t for t in touched.tolist() if s.opened < t < s.closed}
        for t in sorted(times):
            item.append(i)
            at.append(t)
    item, at = np.array(item), np.array(at)
    day = delivery_days(g, at)
    day = np.where(at == 0, 0, day)
    order = np.lexsort((at, item, day))
    item, at, day = item[order], at[order], day[order]
    last = np.r_[(item[1:] != item[:-1]) | (day[1:] != day[:-1]), True] & (day < world.days)
    return Changes(day[last], item[last], at[last])


def listing_changes(world: World) -> tuple[Changes, np.ndarray]:
    x = world.listings
    listed = np.where(np.array(x.is_delivered), np.array(x.listed), np.inf)
    repriced, removed = np.array(x.repriced), np.array(x.removed)
    there = np.isfinite(listed)
    days = world.days
    steps = np.stack([listed, np.where(there & (repriced > 0) & (repriced < np.minimum(removed, days)), repriced, np.inf),
                      np.where(there & (removed < days), removed, np.inf)], axis=1)  # fmt: skip
    return from_steps(world.stream(14), steps, days)


def report_changes(world: World) -> Changes:
    reports = world.reports
    steps = np.array([(x.at, x.result_at) for x in reports]).reshape(-1, 2)
    return from_steps(world.stream(15), steps, world.days)[0]


def outcome_changes(world: World) -> Changes:
    at = np.array([x.recorded_at for x in world.outcomes])
    return from_steps(world.stream(16), at.reshape(-1, 1), world.days)[0]


def delivery_days(g, at) -> np.ndarray:
    """Days on which things that happened at these times become known; infinite times never do."""
    late = np.where(g.random(at.shape) < LATE, g.integers(1, LATE_DAYS + 1, at.shape), 0)
    return np.where(np.isfinite(at), np.floor(np.maximum(np.where(np.isfinite(at), at, 0), 0)) + late, NEVER).astype(
        int
    )


def from_steps(g, steps: np.ndarray, days: int) -> tuple[Changes, np.ndarray]:
    """Changes of things that go through steps in order; also the days on which each step becomes known.

    `steps`: (things, steps) times, infinite where a step never comes. A later step is never known before an
    earlier one, and of the steps known on one day only the last is delivered.
    """
    known = delivery_days(g, steps)
    missing = known == NEVER
    known = np.maximum.accumulate(np.where(missing, -1, known), axis=1)
    emitted = []
    for k in range(steps.shape[1]):
        later = np.zeros(len(steps), bool)
        for j in range(k + 1, steps.shape[1]):
            later |= ~missing[:, j] & (known[:, j] == known[:, k])
        item = np.flatnonzero(~missing[:, k] & ~later & (known[:, k] < days))
        emitted.append((known[item, k], item, np.full(len(item), k)))
    day, item, state = (np.concatenate(x) for x in zip(*emitted, strict=True))
    order = np.lexsort((item, day))
    return Changes(day[order], item[order], state[order]), np.where(missing, NEVER, known)
