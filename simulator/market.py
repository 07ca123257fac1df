"""Everybody who makes no counterfeits: honest shops, those who look like rackets, and resellers of fakes.

The look-alikes share what rackets share, for reasons of their own: a warehouse, a village, an agency, one
owner of many shops, one supplier's pictures.
"""

from simulator import brands, names
from simulator.actors import (
    OPEN,
    PLATFORMS,
    Agency,
    Cast,
    Goods,
    Hub,
    Purchase,
    Shop,
    Transfer,
    add_mode,
    add_place,
    add_shop,
    draw_contacts,
    draw_identity,
    draw_machines,
    give,
    new_pictures,
)
from simulator.geography import COUNTIES, counties_making, draw_place, neighbour
from simulator.wording import add_text

AT_HUB = 0.12  # share of ordinary shops that send through a forwarder or a shared warehouse
BY_AGENCY = 0.03  # share of ordinary shops that an agency registered
BRANDED = [i for i, b in enumerate(brands.BRANDS) for _ in b.categories]


def add_hubs(cast: Cast, r, n: int) -> None:
    """Forwarders and shared warehouses; half also offer the service in a shop of their own."""
    for _ in range(n):
        place = add_place(cast, draw_place(r, r.randrange(len(COUNTIES))))
        cast.hubs.append(
            Hub(
                place,
                names.draw_company(r, COUNTIES[cast.places[place].county].city),
                tuple(names.draw_phone(r) for _ in range(r.randint(2, 6))),
                tuple(names.draw_token(r) for _ in range(r.randint(1, 5))),
                r.choice(["yto", "zto", "sto", "yunda"]),
            )
        )


def add_agencies(cast: Cast, r, n: int) -> None:
    """Agencies that register shops for clients."""
    for _ in range(n):
        office = add_place(cast, draw_place(r, r.randrange(len(COUNTIES))))
        cast.agencies.append(Agency(tuple(names.draw_phone(r) for _ in range(r.randint(1, 3))), tuple(names.draw_handle(r) for _ in range(2)), office))


def add_villages(cast: Cast, r, n: int) -> None:
    """Villages in which many households sell one kind of goods."""
    for _ in range(n):
        cast.villages.append(add_place(cast, draw_place(r, r.randrange(len(COUNTIES)), village=True)))


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


def branded_goods(r, style: str, price: tuple[float, float], says: str = "", share: float = 1.0, **more) -> Goods:
    """Goods of one or two brands at a price relative to the genuine one."""
    able = r.sample(BRANDED, 2)[: r.choice([1, 1, 2])]
    category = r.choice(brands.BRANDS[able[0]].categories)
    able = [i for i in able if category in brands.BRANDS[i].categories]
    return Goods(
        style=style,
        categories=(category,),
        brands=tuple(able),
        brand_share=share,
        price=price,
        says=says,
        listings=r.choices([2, 3, 4, 6], [2, 3, 2, 1])[0],
        **more,
    )


def open_shop(cast: Cast, r, kind: str, group: str, goods: Goods, days: int, *, county=None, place=None, shared=(),
              mode=None, platform=None, company=None, span=None, rate=1.0) -> int:  # fmt: skip
    """One shop that is what it says; `shared` traits come from its group, the rest is its own."""
    county = r.randrange(len(COUNTIES)) if county is None else county
    place = add_place(cast, draw_place(r, county, spread_m=5000)) if place is None else place
    opened, closed, reason = span or draw_opening(r, days)
    shop = Shop(
        platform or r.choices(PLATFORMS[:3], [5, 4, 1])[0],
        kind,
        group,
        opened,
        goods,
        rate * r.lognormvariate(-0.2, 0.9),
        names.draw_shop_name(r),
        closed,
        reason,
    )
    have = {k for k, _ in shared}
    traits = [] if "id_token" in have else draw_identity(r, county, r.random() < 0.35 if company is None else company)
    contacts = r.choice(cast.agencies).contacts(r) if cast.agencies and r.random() < BY_AGENCY else draw_contacts(r)
    traits += [c for c in contacts if c[0] not in have]
    traits += [m for m in draw_machines(r) if m[0] not in have]
    if "payout" not in have:
        traits.append(("payout", names.draw_token(r)))
    if "registered" not in have:
        other = cast.agencies and r.random() < 0.02
        text = r.choice(names.PLACEHOLDER_TEXTS) if r.random() < 0.01 else None
        traits.append(
            ("registered", text or (r.choice(cast.agencies).office if other else add_place(cast, draw_place(r, county)) if r.random() < 0.4 else place))
        )
    hub = r.choice(cast.hubs) if mode is None and cast.hubs and r.random() < AT_HUB else None
    if "return" not in have:
        traits.append(("return", hub.place if hub and r.random() < 0.6 else place))
    give(shop, [*shared, *traits], opened)
    if mode is None and hub:
        mode = add_mode(cast, r, hub.place, phone=r.choice(hub.phones) if r.random() < 0.5 else None, account=r.choice(hub.accounts), carrier=hub.carrier)
    elif mode is None:
        mode = add_mode(cast, r, place, account=names.draw_token(r) if r.random() < 0.4 else None)
    shop.dispatch.append((-OPEN, ((mode, 1.0),)))
    return add_shop(cast, shop)


def sometimes_text(cast: Cast, r, goods: Goods, share: float) -> Goods:
    """Some shops write one description for all that they sell."""
    if r.random() < share:
        goods.text, goods.text_share = add_text(cast, r, goods.categories[0], fake=False), r.uniform(0.6, 1)
    return goods


def add_single(cast: Cast, r, days: int) -> None:
    """One person or firm, one shop. A part takes goods, pictures and words from a supplier like many others."""
    goods = sometimes_text(cast, r, plain_goods(r), 0.5)
    supplier = None
    sources = [i for i in cast.wholesalers if cast.shops[i].goods.categories == goods.categories]
    if sources and r.random() < 0.35:
        supplier = r.choice(sources)
        of = cast.shops[supplier].goods
        if r.random() < 0.5:
            goods.text, goods.text_share = of.text, 0.7
        if r.random() < 0.6:
            goods.pictures, goods.picture_share = of.pictures, 0.8
    i = open_shop(cast, r, "honest_single", "", goods, days)
    buy_stock(cast, r, i, supplier, days)


def buy_stock(cast: Cast, r, buyer: int, supplier: int | None, days: int, rate=(0.02, 0.12)) -> None:
    """Regular orders of one shop from another, delivered where the buyer packs."""
    if supplier is None:
        return
    s, t = cast.shops[buyer], cast.shops[supplier]
    a, b = max(0, s.opened, t.opened), min(days, s.closed, t.closed)
    if a < b:
        place = cast.modes[s.dispatch[0][1][0][0]].place
        cast.purchases.append(Purchase(buyer, supplier, place, a, b, r.uniform(*rate), "stock"))


def add_wholesaler(cast: Cast, r, days: int) -> None:
    """An honest factory or wholesaler that sells to shops by the lot."""
    category = r.choice([c for c in brands.PLAIN_CATEGORIES if c != "other"])
    goods = plain_goods(r, category, brands=(), brand_share=0.0, price=(0.45, 0.25), to_trade=True, listings=4)
    goods.text = add_text(cast, r, category, fake=False)
    goods.pictures = new_pictures(cast, 3)
    i = open_shop(
        cast,
        r,
        "wholesaler",
        "",
        goods,
        days,
        county=r.choice(counties_making(category)),
        platform="1688",
        company=True,
        rate=0.3,
        span=(-r.uniform(50, 900), OPEN, None),
    )
    cast.wholesalers.append(i)
    if r.random() < 0.4:  # from the factory to a warehouse of its own
        mode = add_mode(cast, r, add_place(cast, draw_place(r, r.choice(counties_making(category)))))
        place = cast.modes[cast.shops[i].dispatch[0][1][0][0]].place
        cast.transfers.append(Transfer(mode, place, names.draw_person(r), 0, days, r.uniform(0.1, 0.5), "upstream", category))


def add_material_shop(cast: Cast, r, days: int) -> None:
    """Sells boxes, zips, soles, labels to whoever makes things, honest or not."""
    category = r.choice(["packaging", "packaging", "materials"])
    goods = Goods(style="materials", categories=(category,), price=(1.0, 0.4), listings=r.randint(3, 6), to_trade=True)
    open_shop(cast, r, "materials", "", goods, days, platform="1688", company=True, rate=0.5, span=(-r.uniform(50, 900), OPEN, None))


def add_forwarder(cast: Cast, r, days: int, hub: Hub) -> None:
    """The shop in which a forwarder offers its service."""
    goods = Goods(style="service", categories=("other",), price=(0.05, 0.3), listings=2)
    mode = add_mode(cast, r, hub.place, phone=hub.phones[0], account=hub.accounts[0], carrier=hub.carrier)
    open_shop(
        cast,
        r,
        "forwarder",
        "",
        goods,
        days,
        place=hub.place,
        mode=mode,
        platform="1688",
        company=True,
        rate=0.3,
        shared=(("return", hub.place), ("phone", hub.phones[0])),
        county=cast.places[hub.place].county,
    )


def add_multi_shop(cast: Cast, r, days: int, group: str) -> None:
    """A firm with several shops: one licence or few, one warehouse, the same pictures; some of it openly cheap."""
    county = r.randrange(len(COUNTIES))
    place = add_place(cast, draw_place(r, county))
    says, price = r.choice([("", (1.0, 0.1)), ("cheap", (0.55, 0.2)), ("", (0.6, 0.2)), ("", (0.9, 0.1))])
    account, phone = names.draw_token(r), names.draw_phone(r)
    identities = [draw_identity(r, county, True) for _ in range(r.choice([1, 1, 2]))]
    payouts = [names.draw_token(r) for _ in range(r.choice([1, 1, 2]))]
    devices = [names.draw_token(r) for _ in range(3)]
    branded = r.random() < 0.6
    text = add_text(cast, r, "other", fake=False)
    pictures = new_pictures(cast, 4)
    base = branded_goods(r, "honest", price, says, share=0.8) if branded else plain_goods(r)
    for _ in range(min(16, 2 + int(r.expovariate(1 / 3)))):
        goods = Goods(
            base.style,
            base.categories,
            base.brands,
            base.brand_share,
            base.price,
            text=text,
            text_share=0.6,
            pictures=tuple(r.sample(pictures, 2)),
            picture_share=0.6,
            listings=r.randint(3, 6),
            says=base.says,
        )
        shared = [*r.choice(identities), ("payout", r.choice(payouts)), ("phone", phone), ("return", place), ("registered", place)]
        if r.random() < 0.6:
            shared.append(("device", r.choice(devices)))
        mode = add_mode(cast, r, place, phone=phone if r.random() < 0.5 else None, account=account)
        open_shop(cast, r, "honest_multi_shop", group, goods, days, county=county, place=place, shared=shared, mode=mode)


def add_mcn(cast: Cast, r, days: int, group: str) -> None:
    """A network of people who sell live: one manager's phone and devices, each with papers of their own."""
    phone, devices = names.draw_phone(r), [names.draw_token(r) for _ in range(4)]
    payout = names.draw_token(r)
    office = add_place(cast, draw_place(r, r.randrange(len(COUNTIES))))
    text, pictures = add_text(cast, r, "other", fake=False), new_pictures(cast, 5)
    for _ in range(r.randint(3, 14)):
        goods = branded_goods(r, "honest", (r.uniform(0.6, 0.95), 0.12)) if r.random() < 0.4 else plain_goods(r)
        goods.text, goods.text_share, goods.pictures, goods.picture_share = text, 0.4, tuple(r.sample(pictures, 2)), 0.4
        shared = [("phone", phone)] if r.random() < 0.8 else []
        shared += [("device", r.choice(devices))] if r.random() < 0.7 else []
        shared += [("payout", payout)] if r.random() < 0.3 else []
        shared += [("return", office)] if r.random() < 0.4 else []
        open_shop(cast, r, "mcn", group, goods, days, shared=shared, rate=1.6)


def add_village_shops(cast: Cast, r, days: int, village: int) -> None:
    """Households of one village: one kind of goods, one collecting point, neighbours' addresses."""
    group = f"V{village}"
    v = cast.places[village]
    category = r.choice(["apparel", "other", "sneakers", "handbags"])
    account, phone = names.draw_token(r), names.draw_phone(r)
    pictures, text = new_pictures(cast, 6), add_text(cast, r, category, fake=False)
    for _ in range(r.randint(4, 18)):
        place = add_place(cast, neighbour(r, v, 90))
        at_point = r.random() < 0.4
        mode = add_mode(
            cast,
            r,
            village if at_point else place,
            account=account if at_point or r.random() < 0.3 else None,
            phone=phone if at_point and r.random() < 0.5 else None,
        )
        goods = plain_goods(r, category, price=(r.uniform(0.5, 1), 0.3), brands=(), brand_share=0.0)
        if r.random() < 0.4:
            goods.pictures, goods.picture_share = tuple(r.sample(pictures, 2)), 0.7
        if r.random() < 0.3:
            goods.text, goods.text_share = text, 0.7
        shared = [("return", village)] if r.random() < 0.25 else []
        open_shop(cast, r, "village", group, goods, days, county=v.county, place=place, mode=mode, shared=shared)


def add_authorised(cast: Cast, r, days: int) -> None:
    """A distributor whom the rights holder names."""
    goods = branded_goods(r, "honest", (r.uniform(0.88, 1.02), 0.06))
    i = open_shop(cast, r, "authorised", "", goods, days, company=True, rate=2, span=(-r.uniform(50, 900), OPEN, None))
    for b in goods.brands:
        cast.authorised.setdefault(b, []).append(i)


def add_cheap(cast: Cast, r, days: int) -> None:
    """Genuine goods far below the usual price: outlets, ends of lines, damaged boxes. Not all say so."""
    goods = branded_goods(r, "honest", (r.uniform(0.3, 0.65), 0.2), "cheap" if r.random() < 0.5 else "")
    open_shop(cast, r, "honest_cheap", "", sometimes_text(cast, r, goods, 0.5), days)


def add_used(cast: Cast, r, days: int) -> None:
    """Second-hand branded goods."""
    goods = branded_goods(r, "honest", (r.uniform(0.15, 0.5), 0.4), "used" if r.random() < 0.85 else "")
    open_shop(cast, r, "used", "", goods, days, platform="xianyu", company=False, rate=0.6)


def add_shopper(cast: Cast, r, days: int) -> None:
    """Buys abroad for customers at home."""
    goods = branded_goods(r, "honest", (r.uniform(0.65, 0.9), 0.1))
    open_shop(cast, r, "personal_shopper", "", sometimes_text(cast, r, goods, 0.6), days, company=False)


def add_substitute(cast: Cast, r, days: int) -> None:
    """Goods of no brand that are said to be like branded ones."""
    goods = plain_goods(r, r.choice(["apparel", "handbags", "sneakers", "cosmetics"]), style="substitute", brands=(), brand_share=0.0)
    open_shop(cast, r, "substitute", "", sometimes_text(cast, r, goods, 0.4), days)


def add_resellers(cast: Cast, r, days: int, group: str) -> None:
    """One to five shops of one person who buys fakes from rackets and makes nothing."""
    sources = [i for x in cast.rackets for i in x.shops if cast.shops[i].role in ("producer", "wholesaler")]
    some = cast.shops[r.choice(sources)].racket if sources else r.randrange(len(cast.rackets))
    racket = cast.rackets[some]
    county = r.randrange(len(COUNTIES))
    place = add_place(cast, draw_place(r, county))
    n = r.choices([1, 2, 3, 5], [10, 2, 1, 1])[0]
    shared = [*draw_identity(r, county, False), ("payout", names.draw_token(r)), ("phone", names.draw_phone(r)), ("return", place)]
    suppliers = r.sample(sources, min(len(sources), r.choice([1, 1, 2, 3])))
    drop_ships = r.random() < 0.15
    for _ in range(n):
        goods = Goods(
            "fake",
            (racket.category,),
            racket.brands,
            r.uniform(0.4, 1),
            (racket.price[0] * r.uniform(1.2, 1.8), 0.25),
            evasion=r.choice(list(brands.EVASION_STYLES)),
            grade_share=r.choice([0, 0.2, 0.5]),
            listings=r.randint(2, 5),
            says=r.choice(["", "", "", "used"]),
        )
        if r.random() < 0.5:  # the supplier's words and pictures
            goods.text, goods.text_share = r.choice(racket.pools["text"]), 0.7
        if r.random() < 0.5:
            goods.pictures, goods.picture_share = tuple(racket.pools["image"][:2]), 0.7
        mode = add_mode(cast, r, racket.dispatch_place if drop_ships else place)
        i = open_shop(
            cast,
            r,
            "reseller" if n == 1 else "reseller_group",
            "" if n == 1 else group,
            goods,
            days,
            county=county,
            place=place,
            shared=[t for t in shared if r.random() < 0.85] if n > 1 else (),
            mode=mode,
            company=False,
        )
        for supplier in suppliers:
            buy_stock(cast, r, i, supplier, days)


# How many of a hundred shops outside rackets are of which kind, counted in groups where they come in groups.
SHARES = {
    add_single: 62, add_multi_shop: 2.2, add_mcn: .5, add_authorised: 1.5, add_cheap: 6, add_used: 6, add_shopper: 3,
    add_substitute: 4, add_resellers: 6,
}  # fmt: skip
GROUPED = {add_multi_shop, add_mcn, add_resellers}


def add_before_rackets(cast: Cast, r, preset, days: int) -> None:
    """What rackets make use of: forwarders, agencies, villages, sellers of materials."""
    add_hubs(cast, r, preset.hubs)
    add_agencies(cast, r, preset.agencies)
    add_villages(cast, r, preset.villages)
    for _ in range(preset.material_shops):
        add_material_shop(cast, r, days)


def add_the_rest(cast: Cast, r, preset, days: int) -> None:
    """Fills the market up to the aimed number of shops, at least one group of each kind first."""
    for hub in cast.hubs:
        if r.random() < 0.7:
            add_forwarder(cast, r, days, hub)
    for village in cast.villages:
        add_village_shops(cast, r, days, village)
    for _ in range(max(1, preset.shops // 120)):
        add_wholesaler(cast, r, days)
    pending = list(SHARES)
    number = 0
    while len(cast.shops) < preset.shops or pending:
        add = pending.pop() if pending else r.choices(list(SHARES), list(SHARES.values()))[0]
        number += 1
        if add in GROUPED:
            add(cast, r, days, f"G{number:05d}")
        else:
            add(cast, r, days)
