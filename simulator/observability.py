"""Which rackets could be seen, week by week: a yardstick of what was delivered, not of any detector.

A racket can be seen on a Sunday when it has at least three active sellers and twelve counterfeit orders, when
one family of evidence connects half of the active sellers, and when the same sellers are connected again
without that family. Only values count of whose users the racket is at least half. IP prefixes and what
people type to get past a field never count.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from simulator import names
from simulator.actors import OPEN
from simulator.changes import NEVER, Changes, Known
from simulator.geography import METRES_PER_DEGREE
from simulator.world import World

FAMILIES = ("identity", "payment", "device", "contact", "address", "logistics", "image", "text", "supply")
FAMILY_OF = {"id_token": 0, "licence": 0, "legal_name": 0, "payout": 1, "device": 2, "phone": 3, "handle": 3,
             "registered": 4, "return": 4, "sender_phone": 5, "account": 5, "place": 5, "image": 6, "picture": 6,
             "text": 7, "supplier": 8}  # fmt: skip
CROWD_M = 400.0
SCANS = 2  # a place is known of a shop from its second scan there
ACTIVE_DAYS, RECENT_DAYS, CLOSED_DAYS = 56, 28, 28
MIN_SELLERS, MIN_ORDERS = 3, 12


@dataclass
class Uses:
    """Who used which value from which day on; values are numbers, each of one family."""

    seller: np.ndarray
    value: np.ndarray
    day: np.ndarray
    family: np.ndarray  # by value


def collect_uses(world: World, known: Known) -> Uses:
    """All values that a racket's shop and at least one other shop used."""
    seen: dict[tuple, int] = {}

    def note(seller: int, kind: str, value, day: int) -> None:
        key = (kind, value, seller)
        if day < seen.get(key, NEVER):
            seen[key] = day

    note_traits(world, known.shops, note)
    note_parcels(world, known.parcels, note)
    note_listings(world, known, note)
    for k in np.flatnonzero(world.orders.buyer_shop >= 0).tolist():
        supplier, day = int(world.orders.shop[k]), int(known.orders[k, 0])
        note(supplier, "supplier", supplier, day)
        note(int(world.orders.buyer_shop[k]), "supplier", supplier, day)
    numbers: dict[tuple, int] = {}
    users: Counter = Counter()
    shops = world.cast.shops
    suspicious: set[tuple] = set()
    for kind, value, seller in seen:
        users[kind, value] += 1
        if shops[seller].racket >= 0:
            suspicious.add((kind, value))
    rows = []
    for (kind, value, seller), day in seen.items():
        if users[kind, value] > 1 and (kind, value) in suspicious and day < world.days:
            rows.append((seller, numbers.setdefault((kind, value), len(numbers)), day))
    table = np.array(rows).reshape(-1, 3)
    return Uses(table[:, 0], table[:, 1], table[:, 2], np.array([FAMILY_OF[kind] for kind, _ in numbers]))


def note_traits(world: World, shops: Changes, note) -> None:
    """What the accounts show, from the first row that was delivered while they showed it."""
    rows: dict[int, list] = {}
    for day, i, at in zip(shops.day.tolist(), shops.item.tolist(), shops.state.tolist(), strict=True):
        rows.setdefault(i, []).append((at, day))
    for i, shop in enumerate(world.cast.shops):
        for kind, value, a, b in shop.traits:
            if kind == "ip" or (kind in ("phone", "registered") and value in PLACEHOLDERS):
                continue
            if kind == "legal_name" and not value.endswith("公司"):
                continue
            shown = [day for at, day in rows.get(i, ()) if a <= at < b]
            if shown:
                note(i, kind, value, min(shown))


PLACEHOLDERS = frozenset(names.PLACEHOLDER_PHONES) | frozenset(names.PLACEHOLDER_TEXTS)


def note_parcels(world: World, known: np.ndarray, note) -> None:
    """What waybills show of their senders, and where the first scans of a shop's parcels crowd."""
    p, cast = world.parcels, world.cast
    mine = np.flatnonzero((p.order >= 0) & (p.return_of < 0) & (known[:, 0] < world.days))
    shop, mode, day = world.orders.shop[p.order[mine]], p.mode[mine], known[mine, 0]
    for s, m, d in first_of_pairs(shop, mode, day, 1):
        way = cast.modes[m]
        if way.phone not in PLACEHOLDERS:
            note(s, "sender_phone", way.phone, d)
        if way.account:
            note(s, "account", way.account, d)
    scanned = np.isfinite(p.lng[mine])
    place = np.array([m.place for m in cast.modes])[mode]
    found = first_of_pairs(shop[scanned], place[scanned], day[scanned], SCANS)
    points = np.array([(x.lng * np.cos(np.radians(x.lat)), x.lat) for x in cast.places]) * METRES_PER_DEGREE
    used = sorted({q for _, q, _ in found})
    tree = cKDTree(points[used])
    ours = {q for s, q, _ in found if cast.shops[s].racket >= 0}
    for s, q, d in found:
        for near in tree.query_ball_point(points[q], CROWD_M):
            if used[near] in ours:
                note(s, "place", used[near], d)


def first_of_pairs(a, b, day, nth: int) -> list[tuple[int, int, int]]:
    """(a, b, day on which the pair was seen for the nth time)."""
    order = np.lexsort((day, b, a))
    a, b, day = a[order], b[order], day[order]
    start = np.flatnonzero(np.r_[True, (a[1:] != a[:-1]) | (b[1:] != b[:-1])]) if len(a) else np.empty(0, int)
    end = np.r_[start[1:], len(a)]
    enough = start[end - start >= nth] + nth - 1
    return list(zip(a[enough].tolist(), b[enough].tolist(), day[enough].tolist(), strict=True))


def note_listings(world: World, known: Known, note) -> None:
    """Shared descriptions, files uploaded twice, and pictures that were delivered and look alike."""
    x, images = world.listings, world.images
    for i, shop in enumerate(x.shop):
        day = int(known.listings[i, 0])
        if day >= world.days:
            continue
        if x.text[i] >= 0:
            note(shop, "text", x.text[i], day)
        for image in x.images[i]:
            note(shop, "image", image, day)
            if image in known.images:
                note(shop, "picture", images.base[image], day)


def racket_on(world: World, day: float) -> np.ndarray:
    """The racket that each shop belongs to on a day, -1 for none, after splits and mergers."""
    found = np.full(len(world.cast.shops), -1)
    since = np.full(len(world.cast.shops), -OPEN)
    for number, racket in enumerate(world.cast.rackets):
        for shop, _, a, _ in racket.members:
            if since[shop] < a <= day:
                since[shop], found[shop] = a, number
    return np.array([*survivors(world, day), -1])[found]


def survivors(world: World, day: float) -> list[int]:
    """For each racket the one that it is part of on a day."""
    return [x.merge[1] if x.merge and x.merge[0] <= day else n for n, x in enumerate(world.cast.rackets)]


def connected(pairs: list[tuple[int, int]], members: set[int]) -> list[set[int]]:
    """Groups of members that share values; `pairs` are (member, value)."""
    parent = {m: m for m in members}

    def root(m: int) -> int:
        while parent[m] != m:
            parent[m] = parent[parent[m]]
            m = parent[m]
        return m

    holder: dict[int, int] = {}
    for member, value in pairs:
        if member in parent:
            parent[root(member)] = root(holder.setdefault(value, member))
    groups: dict[int, set[int]] = {}
    for m in members:
        groups.setdefault(root(m), set()).add(m)
    return list(groups.values())


def is_doubly_connected(active: set[int], pairs: list[tuple[int, int, int]]) -> bool:
    """Whether one family connects half of the active sellers, and the others connect those again.

    `pairs`: (seller, value, family).
    """
    half = len(active) / 2
    by_family: dict[int, list] = {}
    for seller, value, family in pairs:
        by_family.setdefault(family, []).append((seller, value))
    for family, own in by_family.items():
        for group in connected(own, active):
            if len(group) >= max(2, half):
                rest = [(s, v) for other, found in by_family.items() if other != family for s, v in found]
                if max(map(len, connected(rest, group))) >= max(2, half):
                    return True
    return False


def weekly(world: World, known: Known, uses: Uses, order_racket: np.ndarray, sundays: list[int]) -> list[dict]:
    """One row per racket and Sunday, as in the truth table `observability`."""
    first = known.orders[:, 0]
    fake = np.array(world.listings.is_fake)[world.orders.listing] & (order_racket >= 0)
    closed = np.array([s.closed for s in world.cast.shops])
    n = len(world.cast.rackets)
    rows = []
    for ds in sundays:
        racket = racket_on(world, ds)
        window = (first > ds - ACTIVE_DAYS) & (first <= ds)
        sold = np.zeros(len(closed), bool)
        sold[world.orders.shop[window]] = True
        is_active = (racket >= 0) & (closed >= ds - CLOSED_DAYS) & sold
        merged = np.array([*survivors(world, ds), -1])[order_racket]
        fakes = np.bincount(merged[fake & (first <= ds)], minlength=n)
        recent = np.bincount(merged[fake & (first > ds - RECENT_DAYS) & (first <= ds)], minlength=n) > 0
        own = exclusive(uses, racket, ds)
        pairs: dict[int, list] = {}
        for s, v, r in own:
            if is_active[s]:
                pairs.setdefault(r, []).append((s, v, int(uses.family[v])))
        for r in range(n):
            active = set(np.flatnonzero(is_active & (racket == r)).tolist())
            seen = (
                len(active) >= MIN_SELLERS and fakes[r] >= MIN_ORDERS and is_doubly_connected(active, pairs.get(r, []))
            )
            rows.append(
                {
                    "racket": world.cast.rackets[r].name,
                    "ds": ds,
                    "n_active": len(active),
                    "active": ",".join(world.ids.sellers[s] for s in sorted(active)),
                    "recent": bool(recent[r]),
                    "observable": seen,
                }
            )
    return rows


def exclusive(uses: Uses, racket: np.ndarray, ds: int) -> list[tuple[int, int, int]]:
    """(seller, value, racket) of the values known by a day of whose users the racket is at least half."""
    known = uses.day <= ds
    seller, value = uses.seller[known], uses.value[known]
    total = np.bincount(value, minlength=len(uses.family))
    of = racket[seller]
    inside = of >= 0
    width = int(racket.max(initial=0)) + 1
    pair = value[inside] * width + of[inside]
    unique, count = np.unique(pair, return_counts=True)
    good = unique[(count * 2 >= total[unique // width]) & (count > 1)]
    keep = np.isin(pair, good)
    return list(
        zip(seller[inside][keep].tolist(), value[inside][keep].tolist(), of[inside][keep].tolist(), strict=True)
    )
