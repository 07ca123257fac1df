"""The operations that make counterfeits: who runs them, what they share, what they hide, and where they are.

Each racket hides other families of evidence. A family's `leak` is the chance that a shop takes the value
from the racket's common pool instead of one of its own, so sharing is partial and noisy. What controllers
work with (machines, phones) is theirs: each runs some of the shops, and now and then another's.
"""

import math

from simulator import brands, names
from simulator.actors import OPEN, Cast, Hub, Racket, add_place, draw_hub, draw_identity, new_pictures
from simulator.geography import counties_making, draw_place, neighbour
from simulator.wording import add_text

FAMILIES = (
    "identity", "payout", "device", "ip", "phone", "handle", "registered", "return", "account", "sender_phone",
    "place", "image", "text", "supply",
)  # fmt: skip
CONTROLLED = ("device", "ip", "phone", "handle")
HELPS_OUT = 0.12  # chance that a value of another controller of the racket is used
# A racket keeps some families apart altogether, some nearly, and does not care about the rest.
HIDDEN, PARTLY = 0.48, 0.30


def draw_leak(r) -> dict:
    """How much of each family a racket's shops share, 0 to 1."""
    leak = {}
    for family in FAMILIES:
        u = r.random()
        leak[family] = 0.0 if u < HIDDEN else r.uniform(0.3, 0.6) if u < HIDDEN + PARTLY else r.uniform(0.65, 0.95)
    return leak


def draw_racket(r, number: int, preset, days: int) -> Racket:
    """A racket with its goods, its life and its hygiene, without places or shops yet."""
    made = [c for c in brands.NOUNS if c not in ("packaging", "materials", "other")]
    category = r.choices(made, [5, 4, 2, 4, 3, 1.5, 2, 4])[0]
    able = [i for i, b in enumerate(brands.BRANDS) if category in b.categories]
    fronts = int(min(60, max(4 if days > 20 else 5, r.lognormvariate(math.log(preset.fronts), 0.55))))
    old = not preset.history or r.random() < 0.62
    born = -r.uniform(5, 300) if old else r.uniform(0, days * 0.6)
    ends = r.uniform(max(born + 30, days * 0.4), days) if preset.history and r.random() < 0.1 else OPEN
    return Racket(
        name=f"K{number:04d}",
        category=category,
        brands=tuple(r.sample(able, min(len(able), r.choice([1, 1, 2, 3])))),
        born=born,
        ends=ends,
        fronts=fronts,
        controllers=max(1, round(fronts / r.uniform(5, 14))),
        rate=r.lognormvariate(0, 0.6),
        evasion=r.choice(["open", "mixed", "mixed", "careful"]),
        grade_share=r.choice([0, 0.2, 0.4, 0.7]),
        price=(r.lognormvariate(math.log(0.25), 0.45), r.uniform(0.15, 0.4)),
        says=r.choices(["", "used", "cheap"], [8, 1, 1])[0],
        takedown_days=r.uniform(50, 200),
        leak=draw_leak(r),
    )


def draw_pools(cast: Cast, r, racket: Racket, kinds=FAMILIES) -> None:
    """The values a racket's shops share: one a controller, so that each serves several shops."""
    county = cast.places[racket.workshop].county
    draw = {
        "identity": lambda: draw_identity(r, county, r.random() < 0.4),
        "payout": lambda: names.draw_token(r),
        "device": lambda: names.draw_token(r),
        "ip": lambda: names.draw_ip_prefix(r),
        "phone": lambda: names.draw_phone(r),
        "handle": lambda: names.draw_handle(r),
        "registered": lambda: add_place(cast, draw_place(r, county)),
        "account": lambda: names.draw_token(r),
        "sender_phone": lambda: names.draw_phone(r),
        "text": lambda: add_text(cast, r, racket.category, fake=True, contact=r.random() < 0.3),
    }
    for kind in kinds:
        if kind in draw:
            racket.pools[kind] = [draw[kind]() for _ in range(racket.controllers)]
    if "image" in kinds:
        racket.pools["image"] = list(new_pictures(cast, max(2, racket.controllers + 1)))


def common_value(r, racket: Racket, kind: str, controller: int):
    """A value of a racket's own for one shop: what its controller works with, or anything where that does not matter."""
    values = racket.pools[kind]
    if kind in CONTROLLED and r.random() >= HELPS_OUT:
        return values[controller % len(values)]
    return r.choice(values)


def settle(cast: Cast, r, racket: Racket) -> None:
    """Gives a racket its workshop, the place goods leave from and the place they come back to."""
    county = r.choice(counties_making(racket.category))
    racket.workshop = add_place(cast, draw_place(r, county, village=r.random() < 0.5))
    racket.dispatch_how = r.choices(["own", "depot", "home", "forwarder"], [30, 34, 18, 18])[0]
    racket.dispatch_place, racket.hub = draw_dispatch(cast, r, racket)
    u = r.random()
    if u < 0.45 and racket.dispatch_how != "forwarder":
        racket.return_place, racket.return_how = racket.dispatch_place, racket.dispatch_how
    elif u < 0.75:
        racket.return_place, racket.return_how = add_place(cast, draw_place(r, county)), "home"
    else:
        racket.return_place, racket.return_how = draw_hub(cast, r).place, "agent"
    record_sites(r, racket, racket.born)


def draw_dispatch(cast: Cast, r, racket: Racket) -> tuple[int, Hub | None]:
    """The place that a racket's goods leave from, and the forwarder whose it is, if any."""
    w = cast.places[racket.workshop]
    if racket.dispatch_how == "own":
        return racket.workshop, None
    if racket.dispatch_how == "forwarder":
        hub = draw_hub(cast, r)
        return hub.place, hub
    if cast.villages and r.random() < 0.12:  # beside a village of honest shops
        return add_place(cast, neighbour(r, cast.places[r.choice(cast.villages)], 120)), None
    county = w.county if r.random() < 0.65 else r.choice(counties_making(racket.category))
    return add_place(cast, draw_place(r, county)), None


def record_sites(r, racket: Racket, day: float) -> None:
    """Closes the sites known so far and opens the present ones."""
    racket.sites = [(k, p, a, min(b, day), how) for k, p, a, b, how in racket.sites]
    packed = (
        racket.workshop if racket.dispatch_how in ("own", "forwarder") or r.random() < 0.5 else racket.dispatch_place
    )
    racket.sites += [
        ("made_at", racket.workshop, day, OPEN, "own"),
        ("packed_at", packed, day, OPEN, "own" if packed == racket.workshop else racket.dispatch_how),
        ("shipped_from", racket.dispatch_place, day, OPEN, racket.dispatch_how),
        ("returned_to", racket.return_place, day, OPEN, racket.return_how),
    ]
