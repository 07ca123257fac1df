"""The parcels: of orders, of goods sent back, and of what moves without any order."""

from dataclasses import dataclass, fields

import numpy as np

from simulator.actors import CARRIERS, Cast
from simulator.brands import DECLARED, NOUNS, PIECE_KG
from simulator.geography import CENTRES, bd09_from_gcj02, gcj02_from_wgs84, shifted
from simulator.listings import Listings
from simulator.orders import REFUNDED, Orders

DATUMS = ("wgs84", "gcj02", "bd09")
# Each carrier's scanners report mostly in one datum.
USUAL_DATUM = {"yto": 1, "zto": 1, "sto": 2, "yunda": 2, "sf": 0, "jt": 1}
CATEGORIES = tuple(NOUNS)
GOODS = (*(DECLARED[c] for c in CATEGORIES), "退货", "其他", "")
RETURNED_GOODS, VAGUE_GOODS, NO_GOODS = (len(CATEGORIES) + i for i in range(3))

NO_WAYBILL, TWO_WAYBILLS, BEFORE_PAYMENT, WRONG_CLOCK = 0.03, 0.015, 0.008, 0.001
UNSCANNED, AT_DEPOT = 0.22, 0.06
SCATTER_M = 45.0


@dataclass
class Parcels:
    """Columns; -1 = none, NaN = unknown. Scans are WGS-84, `datum` is how they will be delivered."""

    order: np.ndarray
    mode: np.ndarray
    recipient: np.ndarray  # a number that stands for the recipient's phone
    county: np.ndarray
    place: np.ndarray  # of recipients that are shops or firms
    scanned_at: np.ndarray  # NaN = the carrier never scanned it in
    known_at: np.ndarray
    delivered_at: np.ndarray  # NaN = not yet or lost
    lng: np.ndarray
    lat: np.ndarray
    datum: np.ndarray
    weight: np.ndarray
    goods: np.ndarray
    return_of: np.ndarray
    transfer: np.ndarray
    is_second: np.ndarray

    def __len__(self) -> int:
        return len(self.order)


def make_parcels(cast: Cast, listings: Listings, orders: Orders, g, days: int, oddity: float) -> Parcels:
    """All parcels known before the last day ends, sorted by the time at which they became known."""
    sent = of_orders(cast, listings, orders, g, oddity)
    parts = [sent, of_returns(cast, orders, sent, g), of_transfers(cast, g, days)]
    columns = {f.name: np.concatenate([p[f.name] for p in parts]) for f in fields(Parcels)}
    keep = np.flatnonzero(columns["known_at"] < days)
    by_time = keep[np.argsort(columns["known_at"][keep], kind="stable")]
    position = np.full(len(columns["order"]), -1)
    position[by_time] = np.arange(len(by_time))
    parcels = Parcels(**{k: v[by_time] for k, v in columns.items()})
    parcels.return_of = np.where(parcels.return_of >= 0, position[parcels.return_of], -1)
    return parcels


def of_orders(cast: Cast, listings: Listings, orders: Orders, g, oddity: float) -> dict:
    """One parcel for each order that is sent and tracked; a second one for a few."""
    tracked = np.flatnonzero(np.isfinite(orders.shipped_at) & (g.random(len(orders)) >= NO_WAYBILL))
    second = tracked[g.random(len(tracked)) < TWO_WAYBILLS * oddity]
    order = np.concatenate([tracked, second])
    n, m = len(order), len(tracked)
    is_second = np.arange(n) >= m
    mode = choose_modes(cast, orders, order, g)
    start = orders.shipped_at[order] + np.where(is_second, g.uniform(0.2, 4, n), 0)
    scanned = start + g.gamma(2, 0.12, n)
    early = g.random(n) < BEFORE_PAYMENT * oddity
    scanned = np.where(early & ~is_second, orders.paid_at[order] - g.uniform(0.05, 3, n), scanned)
    known = np.where(early, orders.paid_at[order] + 0.02, scanned)
    scanned = np.where(g.random(n) < WRONG_CLOCK * oddity, scanned + g.uniform(2, 40, n), scanned)
    delivered = np.minimum(known + 1 + g.gamma(3, 0.6, n), np.maximum(orders.received_at[order], known + 0.6))
    delivered = np.where(g.random(n) < 0.01, np.nan, delivered)
    consumer_home = g.integers(len(CENTRES), size=len(orders) + 1)
    place = orders.place[order]
    county = np.where(
        place >= 0,
        np.array([p.county for p in cast.places])[place],
        consumer_home[orders.buyer[order] % len(consumer_home)],
    )
    category = np.array([CATEGORIES.index(c) for c in listings.category])[orders.listing[order]]
    weight = np.array([PIECE_KG[c] for c in CATEGORIES])[category] * orders.quantity[order]
    columns = scan(cast, g, mode, scanned)
    return columns | {
        "order": order, "mode": mode, "recipient": orders.buyer[order], "county": county, "place": place, "known_at": known,
        "delivered_at": delivered, "weight": weight * g.lognormal(0, .12, n), "goods": declare(g, category),
        "return_of": np.full(n, -1), "transfer": np.full(n, -1), "is_second": is_second,
    }  # fmt: skip


def choose_modes(cast: Cast, orders: Orders, order, g):
    """By which of its ways a shop hands over each order: what holds on that day, by its share."""
    shop = orders.shop[order]
    mode = np.array([s.dispatch[0][1][0][0] for s in cast.shops])[shop]
    mixed = np.array([len(s.dispatch) > 1 or len(s.dispatch[0][1]) > 1 for s in cast.shops])
    u = g.random(len(order))
    at = orders.shipped_at[order]
    for i in np.flatnonzero(mixed[shop]):
        for day_from, ways in cast.shops[shop[i]].dispatch:
            if day_from <= at[i]:
                rest = u[i]
                for way, share in ways:
                    mode[i] = way
                    rest -= share
                    if rest < 0:
                        break
    return mode


def scan(cast: Cast, g, mode, scanned) -> dict:
    """Where the first scans happen: near the pick-up, some only at the carrier's depot, some without position."""
    n = len(mode)
    place = np.array([m.place for m in cast.modes])[mode]
    xy = np.array([(p.lng, p.lat) for p in cast.places])[place]
    carrier = np.array([CARRIERS.index(m.carrier) for m in cast.modes])[mode]
    lng, lat = shifted(xy[:, 0], xy[:, 1], g.normal(0, SCATTER_M, n), g.normal(0, SCATTER_M, n))
    depot = depots()[np.array([p.county for p in cast.places])[place], carrier]
    far = g.random(n) < AT_DEPOT
    lng, lat = np.where(far, depot[:, 0], lng), np.where(far, depot[:, 1], lat)
    blind = g.random(n) < UNSCANNED
    datum = np.array([USUAL_DATUM[c] for c in CARRIERS])[carrier]
    datum = np.where(g.random(n) < 0.05, g.integers(3, size=n), datum)
    never = g.random(n) < 0.01
    return {
        "scanned_at": np.where(never, np.nan, scanned),
        "lng": np.where(blind | never, np.nan, lng),
        "lat": np.where(blind | never, np.nan, lat),
        "datum": datum,
    }


def depots() -> np.ndarray:
    """(counties, carriers, 2): each carrier's depot, the same in every world."""
    g = np.random.default_rng(7)
    shape = (len(CENTRES), len(CARRIERS))
    lng, lat = shifted(CENTRES[:, :1], CENTRES[:, 1:], g.normal(0, 4000, shape), g.normal(0, 4000, shape))
    return np.stack([lng, lat], axis=2)


def declare(g, category):
    """What the sender says is inside; a third says nothing of use."""
    u = g.random(len(category))
    return np.where(u < 0.2, VAGUE_GOODS, np.where(u < 0.33, NO_GOODS, category))


def of_returns(cast: Cast, orders: Orders, sent: dict, g) -> dict:
    """Goods that refunded buyers send back to the shop's return address."""
    n = len(sent["order"])
    order = sent["order"]
    back = np.flatnonzero(
        (orders.fate[order] == REFUNDED) & ~sent["is_second"] & (g.random(n) < 0.6) & np.isfinite(sent["delivered_at"])
    )
    order = order[back]
    m = len(order)
    place = np.array(
        [return_place(cast.shops[s], t) for s, t in zip(orders.shop[order], orders.ended_at[order], strict=True)], int
    )
    known = np.maximum(orders.ended_at[order] - g.uniform(0, 2, m), sent["delivered_at"][back] + 0.3)
    nan = np.full(m, np.nan)
    return {
        "order": order, "mode": np.full(m, -1), "recipient": 10**9 + orders.shop[order],
        "county": np.array([p.county for p in cast.places])[place], "place": place, "scanned_at": known + .1, "known_at": known,
        "delivered_at": known + 1 + g.gamma(3, .6, m), "lng": nan, "lat": nan, "datum": np.zeros(m, int),
        "weight": sent["weight"][back], "goods": np.full(m, RETURNED_GOODS), "return_of": back, "transfer": np.full(m, -1),
        "is_second": np.zeros(m, bool),
    }  # fmt: skip


def return_place(shop, day: float) -> int:
    """Where a shop wants goods back on a day."""
    places = [v for kind, v, a, b in shop.traits if kind == "return" and a <= day < b]
    return places[-1] if places else next(v for kind, v, _, _ in shop.traits if kind == "return")


def of_transfers(cast: Cast, g, days: int) -> dict:
    """Parcels of no platform order: from workshops, of materials, of stock into warehouses."""
    count = [g.poisson(t.rate * (t.day_to - t.day_from)) for t in cast.transfers]
    number = np.repeat(np.arange(len(cast.transfers)), count).astype(int)
    m = len(number)
    a = np.array([t.day_from for t in cast.transfers])[number] if m else np.empty(0)
    b = np.array([t.day_to for t in cast.transfers])[number] if m else np.empty(0)
    known = a + (b - a) * g.random(m)
    working = np.array([not is_quiet(cast, n, t) for n, t in zip(number.tolist(), known.tolist(), strict=True)], bool)
    number, known, m = number[working], known[working], int(working.sum())
    table = [(t.mode, t.place, CATEGORIES.index(t.category)) for t in cast.transfers]
    mode, place, category = np.array(table, int).reshape(-1, 3)[number].T
    return scan(cast, g, mode, known) | {
        "order": np.full(m, -1), "mode": mode, "recipient": 2 * 10**9 + place, "county": np.array([p.county for p in cast.places])[place],
        "place": place, "known_at": known, "delivered_at": known + 1 + g.gamma(3, .6, m), "weight": g.lognormal(2.3, .6, m),
        "goods": declare(g, category), "return_of": np.full(m, -1), "transfer": number, "is_second": np.zeros(m, bool),
    }  # fmt: skip


def is_quiet(cast: Cast, transfer: int, at: float) -> bool:
    """Whether the racket that a transfer belongs to does nothing at that time."""
    number = cast.transfers[transfer].racket
    quiet = cast.rackets[number].quiet if number >= 0 else None
    return quiet is not None and quiet[0] <= at < quiet[1]


def as_delivered(lng, lat, datum):
    """Coordinates in the datum that each row names; NaN stays NaN."""
    glng, glat = gcj02_from_wgs84(lng, lat)
    blng, blat = bd09_from_gcj02(glng, glat)
    return np.choose(datum, [lng, glng, blng]), np.choose(datum, [lat, glat, blat])
