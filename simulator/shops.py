"""One shop of somebody who makes no counterfeits: what it offers, who runs it, how it sends, what it buys."""

from simulator import brands, names
from simulator.actors import (
    OPEN,
    PLATFORMS,
    Cast,
    Goods,
    Hub,
    Shop,
    add_mode,
    add_place,
    add_shop,
    change_something,
    draw_contacts,
    draw_hub,
    draw_identity,
    draw_machines,
    first_place,
    give,
    hub_mode,
    replace,
    send_from,
)
from simulator.geography import COUNTIES, draw_place
from simulator.wording import add_text

AT_HUB = 0.22  # share of ordinary shops that send through a forwarder or a shared warehouse
BY_AGENCY = 0.03  # share of ordinary shops that an agency registered
AT_AGENCY, NO_ADDRESS, ELSEWHERE = (
    0.02,
    0.01,
    0.4,
)  # shops registered at an agency's office, nowhere, not where they pack
MOVES = 0.0006  # chance per day that a shop moves house
BRANDED = [i for i, b in enumerate(brands.BRANDS) for _ in b.categories]


def draw_opening(r, days: int) -> tuple[float, float, str | None]:
    """(opened, closed, reason) of an ordinary shop."""
    opened = -r.uniform(1, 900) if r.random() < 0.88 else r.uniform(0, days)
    if r.random() < 0.06 * days / 120 + 0.005:
        closed = r.uniform(max(opened, 0) + 1, max(opened, 0) + 1 + days)
        if closed < days:
            return opened, closed, "seller" if r.random() < 0.85 else r.choice(["platform_other", "platform_ip"])
    return opened, OPEN, None


def plain_goods(r, category: str | None = None, **more) -> Goods:
    """Goods of no brand, or with some genuine branded ones beside them."""
    category = category or r.choice(brands.PLAIN_CATEGORIES)
    able = [i for i, b in enumerate(brands.BRANDS) if category in b.categories]
    branded = bool(able) and r.random() < 0.3
    given = {
        "style": "honest",
        "categories": (category,),
        "price": (r.lognormvariate(0, 0.25), r.uniform(0.2, 0.5)),
        "brands": (r.choice(able),) if branded else (),
        "brand_share": r.uniform(0.2, 0.8) if branded else 0.0,
        "listings": r.choices([2, 3, 4, 6, 9], [3, 3, 3, 2, 1])[0],
    }
    if branded:
        given["price"] = (r.lognormvariate(-0.04, 0.08), r.uniform(0.05, 0.12))
    return Goods(**(given | more))


def branded_goods(r, price: tuple[float, float], says: str = "", share: float = 1.0) -> Goods:
    """Genuine goods of one or two brands at a price relative to the usual one."""
    able = r.sample(BRANDED, 2)[: r.choice([1, 1, 2])]
    category = r.choice(brands.BRANDS[able[0]].categories)
    able = tuple(i for i in able if category in brands.BRANDS[i].categories)
    listings = r.choices([2, 3, 4, 6], [2, 3, 2, 1])[0]
    return Goods("honest", (category,), able, share, price, says=says, listings=listings)


def sometimes_text(cast: Cast, r, goods: Goods, share: float) -> Goods:
    """Some shops write one description for all that they sell."""
    if r.random() < share:
        goods.text, goods.text_share = add_text(cast, r, goods.categories[0], fake=False), r.uniform(0.6, 1)
    return goods


def open_shop(cast: Cast, r, kind: str, group: str, goods: Goods, days: int, *, county=None, place=None, shared=(),
              mode=None, platform=None, company=None, span=None, rate=1.0) -> int:  # fmt: skip
    """One shop that is what it says; `shared` traits come from its group, the rest is its own."""
    county = r.randrange(len(COUNTIES)) if county is None else county
    place = add_place(cast, draw_place(r, county, spread_m=5000)) if place is None else place
    opened, closed, reason = span or draw_opening(r, days)
    platform = platform or r.choices(PLATFORMS[:3], [5, 4, 1])[0]
    rate *= r.lognormvariate(-0.2, 0.9)
    shop = Shop(platform, kind, group, opened, goods, rate, names.draw_shop_name(r), closed, reason)
    hub = draw_hub(cast, r) if mode is None and cast.hubs and r.random() < AT_HUB else None
    company = r.random() < 0.35 if company is None else company
    have = {kind for kind, _ in shared}
    give(shop, [*shared, *(t for t in draw_traits(cast, r, county, place, company, hub) if t[0] not in have)], opened)
    if mode is None:
        mode = (
            hub_mode(cast, r, hub)
            if hub
            else add_mode(cast, r, place, account=names.draw_token(r) if r.random() < 0.4 else None)
        )
        shop.dispatch.append((-OPEN, ((mode, 1.0),)))
        if hub is None:
            sometimes_move(cast, r, [shop], county, days)
    else:
        shop.dispatch.append((-OPEN, ((mode, 1.0),)))
    if not shared:
        change_something(r, shop, days)
    return add_shop(cast, shop)


def draw_traits(cast: Cast, r, county: int, place: int, company: bool, hub: Hub | None) -> list:
    """What an ordinary shop shows of itself: papers, contacts, machines, bank, addresses."""
    contacts = r.choice(cast.agencies).contacts(r) if cast.agencies and r.random() < BY_AGENCY else draw_contacts(r)
    u = r.random()
    if u < NO_ADDRESS:
        registered = r.choice(names.PLACEHOLDER_TEXTS)
    elif u < NO_ADDRESS + AT_AGENCY and cast.agencies:
        registered = r.choice(cast.agencies).office
    else:
        registered = add_place(cast, draw_place(r, county)) if r.random() < ELSEWHERE else place
    return [
        *draw_identity(r, county, company),
        *contacts,
        *draw_machines(r),
        ("payout", names.draw_token(r)),
        ("registered", registered),
        ("return", hub.place if hub and r.random() < 0.6 else place),
    ]


def sometimes_move(cast: Cast, r, shops: list[Shop], county: int, days: int) -> None:
    """An owner moves with all that he has: goods leave from another place and come back to it."""
    if r.random() < MOVES * days:
        place, day = add_place(cast, draw_place(r, county)), r.uniform(0, days)
        for shop in shops:
            own = day + r.uniform(0, 9) if len(shops) > 1 else day
            if shop.opened < own < shop.closed:
                replace(shop, "return", place, own)
                send_from(cast, r, shop, first_place(cast, shop), place, own)
