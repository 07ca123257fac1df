"""Everybody who makes no counterfeits: honest shops, those who look like rackets, and resellers of fakes.

The look-alikes share what rackets share, for reasons of their own: a warehouse, a village, an agency, one
owner of many shops, one supplier's pictures.
"""

from simulator import brands
from simulator.actors import OPEN, Cast, Transfer, add_mode, add_place, first_place, new_pictures
from simulator.geography import counties_making, draw_place
from simulator.groups import add_mcn, add_multi_shop, add_resellers, add_village_shops
from simulator.purchases import buy_from, sometimes_buy_materials
from simulator.services import add_agencies, add_forwarder, add_hubs, add_material_shop, add_villages
from simulator.shops import branded_goods, open_shop, plain_goods, sometimes_text
from simulator.wording import add_text


def add_single(cast: Cast, r, days: int) -> None:
    """One person or firm, one shop. A part takes goods, pictures and words from a supplier like many others."""
    goods = sometimes_text(cast, r, plain_goods(r), 0.5)
    sources = [i for i in cast.wholesalers if cast.shops[i].goods.categories == goods.categories]
    supplier = r.choice(sources) if sources and r.random() < 0.35 else None
    if supplier is not None:
        of = cast.shops[supplier].goods
        if r.random() < 0.5:
            goods.text, goods.text_share = of.text, 0.7
        if r.random() < 0.6:
            goods.pictures, goods.picture_share = of.pictures, 0.8
    i = open_shop(cast, r, "honest_single", "", goods, days)
    if supplier is not None:
        buy_from(cast, r, i, supplier, days)
    sometimes_buy_materials(cast, r, i, days, 0.03)


def add_wholesaler(cast: Cast, r, days: int) -> None:
    """An honest factory or wholesaler that sells to shops by the lot."""
    category = r.choice([c for c in brands.PLAIN_CATEGORIES if c != "other"])
    goods = plain_goods(r, category, brands=(), brand_share=0.0, price=(0.45, 0.25), to_trade=True, listings=4)
    goods.text = add_text(cast, r, category, fake=False)
    goods.pictures = new_pictures(cast, 3)
    county, since = r.choice(counties_making(category)), (-r.uniform(50, 900), OPEN, None)
    i = open_shop(
        cast, r, "wholesaler", "", goods, days, county=county, platform="1688", company=True, rate=0.3, span=since
    )
    cast.wholesalers.append(i)
    packs = made = first_place(cast, cast.shops[i])
    if r.random() < 0.4:  # from the factory to a warehouse of its own
        made = add_place(cast, draw_place(r, r.choice(counties_making(category))))
        cast.transfers.append(
            Transfer(add_mode(cast, r, made), packs, 0, days, r.uniform(0.1, 0.5), "upstream", category)
        )
    if r.random() < 0.5:
        buy_from(cast, r, i, r.choice(cast.material_shops), days, (0.04, 0.2), made)
    if r.random() < 0.3:  # materials that are ordered by telephone
        vendor = cast.shops[r.choice(cast.material_shops)]
        cast.transfers.append(
            Transfer(vendor.dispatch[0][1][0][0], made, 0, days, r.uniform(0.04, 0.25), "materials", "materials")
        )


def add_authorised(cast: Cast, r, days: int) -> None:
    """A distributor whom the rights holder names."""
    goods = branded_goods(r, (r.uniform(0.88, 1.02), 0.06))
    i = open_shop(cast, r, "authorised", "", goods, days, company=True, rate=2, span=(-r.uniform(50, 900), OPEN, None))
    for b in goods.brands:
        cast.authorised.setdefault(b, []).append(i)


def add_cheap(cast: Cast, r, days: int) -> None:
    """Genuine goods far below the usual price: outlets, ends of lines, damaged boxes. Not all say so."""
    goods = branded_goods(r, (r.uniform(0.3, 0.65), 0.2), "cheap" if r.random() < 0.5 else "")
    open_shop(cast, r, "honest_cheap", "", sometimes_text(cast, r, goods, 0.5), days)


def add_used(cast: Cast, r, days: int) -> None:
    """Second-hand branded goods."""
    goods = branded_goods(r, (r.uniform(0.15, 0.5), 0.4), "used" if r.random() < 0.85 else "")
    open_shop(cast, r, "used", "", goods, days, platform="xianyu", company=False, rate=0.6)


def add_shopper(cast: Cast, r, days: int) -> None:
    """Buys abroad for customers at home."""
    goods = branded_goods(r, (r.uniform(0.65, 0.9), 0.1))
    open_shop(cast, r, "personal_shopper", "", sometimes_text(cast, r, goods, 0.6), days, company=False)


def add_substitute(cast: Cast, r, days: int) -> None:
    """Goods of no brand that are said to be like branded ones."""
    goods = plain_goods(
        r, r.choice(["apparel", "handbags", "sneakers", "cosmetics"]), style="substitute", brands=(), brand_share=0.0
    )
    open_shop(cast, r, "substitute", "", sometimes_text(cast, r, goods, 0.4), days)


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
        add_village_shops(cast, r, days, village, most=max(6, preset.shops // 40))
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
