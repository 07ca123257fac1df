"""Shops that share things for reasons of their own: one owner, one manager, one village, one source of fakes."""

from dataclasses import replace as copy

from simulator import brands, names
from simulator.actors import Cast, Goods, Transfer, add_mode, add_place, draw_identity, new_pictures
from simulator.geography import COUNTIES, draw_place, neighbour
from simulator.purchases import buy_from, sometimes_buy_materials
from simulator.shops import branded_goods, open_shop, plain_goods, sometimes_move
from simulator.wording import add_text


def add_multi_shop(cast: Cast, r, days: int, group: str) -> None:
    """A firm with several shops: one licence or few, one warehouse, the same pictures; some of it openly cheap."""
    county = r.randrange(len(COUNTIES))
    place = add_place(cast, draw_place(r, county))
    says, price = r.choice([("", (1.0, 0.1)), ("cheap", (0.55, 0.2)), ("", (0.6, 0.2)), ("", (0.9, 0.1))])
    account, phone = names.draw_token(r), names.draw_phone(r)
    identities = [draw_identity(r, county, True) for _ in range(r.choice([1, 1, 2]))]
    payouts = [names.draw_token(r) for _ in range(r.choice([1, 1, 2]))]
    devices = [names.draw_token(r) for _ in range(3)]
    base = branded_goods(r, price, says, share=0.8) if r.random() < 0.6 else plain_goods(r)
    base.text, base.text_share, base.picture_share = add_text(cast, r, "other", fake=False), 0.6, 0.6
    pictures = new_pictures(cast, 4)
    opened = []
    for _ in range(min(16, 2 + int(r.expovariate(1 / 3)))):
        goods = copy(base, pictures=tuple(r.sample(pictures, 2)), listings=r.randint(3, 6))
        shared = [
            *r.choice(identities),
            ("payout", r.choice(payouts)),
            ("phone", phone),
            ("return", place),
            ("registered", place),
        ]
        if r.random() < 0.6:
            shared.append(("device", r.choice(devices)))
        mode = add_mode(cast, r, place, phone=phone if r.random() < 0.5 else None, account=account)
        opened.append(
            open_shop(
                cast, r, "honest_multi_shop", group, goods, days, county=county, place=place, shared=shared, mode=mode
            )
        )
    sometimes_move(cast, r, [cast.shops[i] for i in opened], county, days)
    sometimes_buy_materials(cast, r, r.choice(opened), days, 0.3)
    if r.random() < 0.2:  # a factory that works for the firm
        factory = add_mode(cast, r, add_place(cast, draw_place(r, r.randrange(len(COUNTIES)))))
        cast.transfers.append(Transfer(factory, place, 0, days, r.uniform(0.1, 0.5), "upstream", base.categories[0]))


def add_mcn(cast: Cast, r, days: int, group: str) -> None:
    """A network of people who sell live: one manager's phone and devices, each with papers of their own."""
    phone, devices = names.draw_phone(r), [names.draw_token(r) for _ in range(4)]
    payout = names.draw_token(r)
    office = add_place(cast, draw_place(r, r.randrange(len(COUNTIES))))
    text, pictures = add_text(cast, r, "other", fake=False), new_pictures(cast, 5)
    for _ in range(r.randint(3, 14)):
        goods = branded_goods(r, (r.uniform(0.6, 0.95), 0.12)) if r.random() < 0.4 else plain_goods(r)
        goods.text, goods.text_share, goods.pictures, goods.picture_share = text, 0.4, tuple(r.sample(pictures, 2)), 0.4
        shared = [("phone", phone)] if r.random() < 0.8 else []
        shared += [("device", r.choice(devices))] if r.random() < 0.7 else []
        shared += [("payout", payout)] if r.random() < 0.3 else []
        shared += [("return", office)] if r.random() < 0.4 else []
        open_shop(cast, r, "mcn", group, goods, days, shared=shared, rate=1.6)


def add_village_shops(cast: Cast, r, days: int, village: int, most: int) -> None:
    """Households of one village: one kind of goods, one collecting point, neighbours' addresses."""
    v = cast.places[village]
    category = r.choice(["apparel", "other", "sneakers", "handbags"])
    account, phone = names.draw_token(r), names.draw_phone(r)
    pictures, text = new_pictures(cast, 6), add_text(cast, r, category, fake=False)
    for _ in range(min(most, 4 + int(r.expovariate(1 / 10)))):
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
        i = open_shop(
            cast, r, "village", f"V{village}", goods, days, county=v.county, place=place, mode=mode, shared=shared
        )
        sometimes_buy_materials(cast, r, i, days, 0.15)


def add_resellers(cast: Cast, r, days: int, group: str) -> None:
    """One to five shops of one person who buys fakes of one kind from rackets and makes nothing."""
    trade = [(x, i) for x in cast.rackets for i in x.sources]
    racket = r.choice([x for x, _ in trade] or cast.rackets)
    sources = sorted({i for x, i in trade if x.category == racket.category})
    suppliers = r.sample(sources, min(len(sources), r.choice([1, 1, 2, 3])))
    county = r.randrange(len(COUNTIES))
    place = add_place(cast, draw_place(r, county))
    n = r.choices([1, 2, 3, 5], [10, 2, 1, 1])[0]
    kind, group = ("reseller", "") if n == 1 else ("reseller_group", group)
    common = [
        *draw_identity(r, county, False),
        ("payout", names.draw_token(r)),
        ("phone", names.draw_phone(r)),
        ("return", place),
    ]
    sent_from = racket.dispatch_place if r.random() < 0.15 else place  # a few never touch the goods
    for _ in range(n):
        goods = resold_goods(r, racket)
        shared = [t for t in common if r.random() < 0.85] if n > 1 else ()
        mode = add_mode(cast, r, sent_from)
        i = open_shop(
            cast, r, kind, group, goods, days, county=county, place=place, shared=shared, mode=mode, company=False
        )
        for supplier in suppliers:
            buy_from(cast, r, i, supplier, days)
        sometimes_buy_materials(cast, r, i, days, 0.06)


def resold_goods(r, racket) -> Goods:
    """Fakes of one racket's kind in a reseller's own words, or in the racket's."""
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
    if r.random() < 0.5:
        goods.text, goods.text_share = r.choice(racket.pools["text"]), 0.7
    if r.random() < 0.5:
        goods.pictures, goods.picture_share = tuple(racket.pools["image"][:2]), 0.7
    return goods
