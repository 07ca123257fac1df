"""One world: everybody and everything that happens, before any of it is written down as a delivery."""

import random
from dataclasses import dataclass

import numpy as np

from simulator import complaints, market
from simulator.actors import Cast
from simulator.brands import BRANDS
from simulator.listings import Images, Listings, make_listings
from simulator.orders import Orders, make_orders
from simulator.parcels import Parcels, make_parcels
from simulator.presets import Preset
from simulator.supply import add_rackets

PREFIXES = {"taobao": "tb", "pdd": "pdd", "xianyu": "xy", "1688": "b2b"}
WAYBILL_PREFIXES = {"yto": "YT", "zto": "75", "sto": "77", "yunda": "43", "sf": "SF", "jt": "JT"}


@dataclass
class Ids:
    """What everything is called in the feeds; none says anything about its bearer."""

    sellers: list[str]
    listings: list[str]
    images: list[str]
    orders: list[str]
    waybills: list[str]
    brands: list[str]


@dataclass
class World:
    """All that is known about one world. `g` of a step comes from `stream`."""

    preset: Preset
    seed: int
    days: int
    cast: Cast
    listings: Listings
    images: Images
    orders: Orders
    parcels: Parcels
    reports: list
    outcomes: list
    ids: Ids

    def stream(self, step: int) -> np.random.Generator:
        """Random numbers of one step, the same whatever other steps draw."""
        return np.random.default_rng([self.seed, step])


def build_world(preset: Preset, seed: int, days: int, say) -> World:
    """Plays a world. `say` is called with one line per step."""
    cast = Cast()
    r = random.Random(f"{seed}/cast")
    market.add_before_rackets(cast, r, preset, days)
    add_rackets(cast, r, preset, days)
    market.add_the_rest(cast, r, preset, days)
    say(f"{len(cast.shops):,} shops, {len(cast.rackets)} rackets")
    listings, images = make_listings(cast, random.Random(f"{seed}/listings"), days, preset.oddity)
    say(f"{len(listings):,} listings with {len(images):,} pictures")
    total = preset.orders * days // preset.days
    orders = make_orders(cast, listings, np.random.default_rng([seed, 1]), total, days)
    parcels = make_parcels(cast, listings, orders, np.random.default_rng([seed, 2]), days, preset.oddity)
    say(f"{len(orders):,} orders, {len(parcels):,} parcels")
    reports = complaints.make_reports(cast, listings, orders, random.Random(f"{seed}/reports"), days)
    outcomes = complaints.make_outcomes(cast, random.Random(f"{seed}/outcomes"), days)
    ids = name_all(cast, listings, images, orders, parcels, np.random.default_rng([seed, 3]))
    return World(preset, seed, days, cast, listings, images, orders, parcels, reports, outcomes, ids)


def name_all(cast: Cast, listings: Listings, images: Images, orders: Orders, parcels: Parcels, g) -> Ids:
    """Ids in shuffled order, so that a number tells neither kind nor group."""
    modes = cast.modes
    carriers = ["sf" if m < 0 else modes[m].carrier for m in parcels.mode.tolist()]
    start = int(g.integers(10**11, 2 * 10**11))
    return Ids(
        sellers=[
            f"{PREFIXES[s.platform]}{n}" for s, n in zip(cast.shops, shuffled(g, len(cast.shops), 10**8), strict=True)
        ],
        listings=[str(n) for n in shuffled(g, len(listings), 6 * 10**11)],
        images=[f"img{n:011x}" for n in shuffled(g, len(images), 10**12)],
        orders=[str(start + 7 * n) for n in range(len(orders))],
        waybills=[f"{WAYBILL_PREFIXES[c]}{start * 10 + 13 * n}" for n, c in enumerate(carriers)],
        brands=[b.brand_id for b in BRANDS],
    )


def shuffled(g, n: int, start: int) -> list[int]:
    """n different numbers from `start` on, with gaps, in random order."""
    return (start + g.permutation(n) * 37 + int(g.integers(1000))).tolist()
