"""The orders: who bought what, when, and how it ended. Arrays, one element per order, sorted by payment."""

from dataclasses import dataclass

import numpy as np

from simulator.actors import Cast
from simulator.listings import Listings, alive

# Share of a day's payments in each hour, midnight first.
HOURS = np.array([2, 1, 0.6, 0.4, 0.3, 0.5, 1, 2, 3.4, 5, 6, 6, 5.5, 5, 5, 5, 5, 4.8, 5, 6, 7.5, 8, 7, 4.5])
RECEIVED, REFUNDED, CLOSED = 0, 1, 2
FATES = ("received", "refunded", "closed")
REASONS = ("fake", "quality", "not_as_described", "changed_mind", "not_received", "七天无理由", "尺码不合适")
REASONS_FAKE = np.array([0.42, 0.18, 0.22, 0.08, 0.04, 0.03, 0.03])
REASONS_GENUINE = np.array([0.05, 0.2, 0.2, 0.25, 0.1, 0.1, 0.1])  # some call genuine goods fake
REFUNDS_FAKE, REFUNDS_GENUINE = 0.085, 0.035
BUYERS_PER_ORDER = 0.45


@dataclass
class Orders:
    """Columns of all orders; times are days, infinite where something never happened."""

    listing: np.ndarray
    shop: np.ndarray
    buyer: np.ndarray
    buyer_shop: np.ndarray  # -1 for consumers
    place: np.ndarray  # delivered to, for buyers that are shops; -1 else
    quantity: np.ndarray
    unit_price: np.ndarray
    paid: np.ndarray
    paid_at: np.ndarray
    shipped_at: np.ndarray
    received_at: np.ndarray
    ended_at: np.ndarray  # refund or cancellation
    fate: np.ndarray
    refunded: np.ndarray
    reason: np.ndarray

    def __len__(self) -> int:
        return len(self.listing)


def make_orders(cast: Cast, listings: Listings, g, total: int, days: int) -> Orders:
    """About `total` orders: purchases between shops as planned, the rest by consumers."""
    trade = draw_purchases(cast, listings, g)
    consumer = draw_consumers(cast, listings, g, max(total - len(trade[0]), total // 2), days)
    listing, paid_at, buyer_shop, place = (np.concatenate(x) for x in zip(trade, consumer, strict=True))
    by_time = np.argsort(paid_at, kind="stable")
    listing, paid_at, buyer_shop, place = listing[by_time], paid_at[by_time], buyer_shop[by_time], place[by_time]
    n = len(listing)
    shop = np.array(listings.shop)[listing]
    buyers = max(20, int(n * BUYERS_PER_ORDER))
    buyer = np.where(buyer_shop >= 0, buyers + buyer_shop, (g.random(n) ** 1.5 * buyers).astype(int))
    quantity = draw_quantity(cast, g, shop, buyer_shop)
    price = np.where(
        paid_at < np.array(listings.repriced)[listing],
        np.array(listings.price)[listing],
        np.array(listings.later_price)[listing],
    )
    rebate = np.where(g.random(n) < 0.3, g.uniform(0.01, 0.1, n), 0)
    paid = np.maximum(0.01, np.round(price * quantity * (1 - rebate), 2))
    fake = np.array(listings.is_fake)[listing]
    return settle(g, listing, shop, buyer, buyer_shop, place, quantity, np.round(price, 2), paid, paid_at, fake)


def draw_consumers(cast: Cast, listings: Listings, g, total: int, days: int):
    """(listing, paid_at, buyer_shop, place) of consumers' orders, by the rate of each shop and listing."""
    pieces = alive(listings, cast, days)
    listing = pieces[:, 0].astype(int)
    shop = np.array(listings.shop)
    mass = np.bincount(shop, np.array(listings.popularity), len(cast.shops))
    rate = np.array([s.rate for s in cast.shops])[shop] * np.array(listings.popularity) / mass[shop]
    expected = rate[listing] * (pieces[:, 2] - pieces[:, 1])
    count = g.poisson(expected * total / expected.sum())
    listing = np.repeat(listing, count)
    a, b = np.repeat(pieces[:, 1], count), np.repeat(pieces[:, 2], count)
    at = at_usual_hours(g, a + (b - a) * g.random(len(a)), a, b)
    none = np.full(len(listing), -1)
    return listing, at, none, none


def at_usual_hours(g, at, a, b):
    """Moves times within their day to hours at which people buy, where that stays between a and b."""
    hour = g.choice(24, len(at), p=HOURS / HOURS.sum()) + g.random(len(at))
    moved = np.floor(at) + hour / 24
    return np.where((moved > a) & (moved < b), moved, at)


def draw_purchases(cast: Cast, listings: Listings, g):
    """(listing, paid_at, buyer_shop, place) of what shops order from shops."""
    offers: dict[int, list[int]] = {}
    for i, number in enumerate(listings.shop):
        offers.setdefault(number, []).append(i)
    rows = []
    for p in cast.purchases:
        quiet = cast.shops[p.buyer].quiet + cast.shops[p.supplier].quiet
        for at in p.day_from + (p.day_to - p.day_from) * g.random(g.poisson(p.rate * (p.day_to - p.day_from))):
            open_now = [i for i in offers[p.supplier] if listings.listed[i] < at < listings.removed[i]]
            if open_now and not any(a <= at < b for a, b in quiet):
                rows.append((open_now[g.integers(len(open_now))], at, p.buyer, p.place))
    if not rows:
        return np.empty(0, int), np.empty(0), np.empty(0, int), np.empty(0, int)
    listing, at, buyer, place = zip(*rows, strict=True)
    return np.array(listing), np.array(at), np.array(buyer), np.array(place)


def draw_quantity(cast: Cast, g, shop, buyer_shop):
    """Consumers take one or two, trade takes lots."""
    n = len(shop)
    to_trade = np.array([s.goods.to_trade for s in cast.shops])[shop]
    materials = np.array([s.goods.style == "materials" for s in cast.shops])[shop]
    few = g.choice([1, 2, 3, 4], n, p=[0.86, 0.1, 0.03, 0.01])
    lots = np.maximum(2, g.lognormal(2.3, 0.7, n)).astype(int)
    quantity = np.where(to_trade & (buyer_shop >= 0), lots, np.where(to_trade, np.maximum(1, lots // 3), few))
    return np.where(materials, lots * 20, quantity)


def settle(g, listing, shop, buyer, buyer_shop, place, quantity, price, paid, paid_at, fake) -> Orders:
    """How each order goes on: shipped, received, refunded within days or weeks, or closed before shipping."""
    n = len(listing)
    shipped = paid_at + 0.05 + g.lognormal(-0.5, 0.7, n)
    received = shipped + 1.2 + g.gamma(3, 1.1, n)
    fate = np.full(n, RECEIVED)
    fate[g.random(n) < np.where(fake, REFUNDS_FAKE, REFUNDS_GENUINE)] = REFUNDED
    fate[g.random(n) < 0.025] = CLOSED
    ended = np.where(fate == REFUNDED, received + g.lognormal(1.6, 1.0, n), np.inf)
    early = (fate == REFUNDED) & (g.random(n) < 0.1)  # sent back the money before anything was sent
    ended = np.where(early, paid_at + g.uniform(0.02, 0.5, n), ended)
    ended = np.where(fate == CLOSED, paid_at + g.uniform(0.01, 3, n), ended)
    unsent = early | (fate == CLOSED)
    shipped = np.where(unsent, np.inf, shipped)
    received = np.where(unsent, np.inf, received)
    part = np.where(g.random(n) < 0.12, g.uniform(0.1, 0.6, n), 1.0)
    refunded = np.where(fate == REFUNDED, np.maximum(0.01, np.round(paid * part, 2)), 0.0)
    reason = np.where(fake, g.choice(len(REASONS), n, p=REASONS_FAKE), g.choice(len(REASONS), n, p=REASONS_GENUINE))
    reason = np.where(fate == REFUNDED, reason, -1)
    return Orders(
        listing,
        shop,
        buyer,
        buyer_shop,
        place,
        quantity,
        price,
        paid,
        paid_at,
        shipped,
        received,
        ended,
        fate,
        refunded,
        reason,
    )
