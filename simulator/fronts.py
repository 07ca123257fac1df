"""The shops of rackets: under whose names, showing what, sending how, and what follows a takedown.

A shop that is reopened after a takedown carries over only part of what the closed one had.
"""

from simulator import names
from simulator.actors import (
    OPEN,
    Cast,
    Goods,
    Racket,
    Shop,
    add_mode,
    add_place,
    add_shop,
    draw_contacts,
    draw_identity,
    draw_machines,
    give,
)
from simulator.geography import COUNTIES, draw_place
from simulator.lives import follow_events, owner_at
from simulator.wording import add_text

CARRIED_OVER = 0.38  # chance that a reopened shop keeps one value of the closed one


def run_front(cast: Cast, r, number: int, front: int, role: str, days: int) -> None:
    """One place in a racket over time: a shop, its takedown, the next shop under another name."""
    racket = cast.rackets[number]
    if racket.born < 0 and r.random() < 0.8:
        opened = r.uniform(max(racket.born, -250), 0)
    else:
        opened = max(racket.born, 0) + r.expovariate(1 / (3 if days < 20 else 14))
    previous = None
    while opened < min(days - 1, racket.ends):
        owner = owner_at(cast, number, front, opened)
        closed = max(opened, 0) + max(3, r.expovariate(1 / cast.rackets[owner].takedown_days))
        reason = "platform_ip" if r.random() < 0.8 else r.choice(["seller", "platform_other"])
        if racket.ends < closed:
            closed, reason = (racket.ends + r.uniform(0, 3), "seller") if r.random() < 0.6 else (OPEN, None)
        if closed >= days:
            closed, reason = OPEN, None
        i = open_front(cast, r, owner, role, opened, closed, reason, previous)
        follow_events(cast, r, number, front, i, role)
        if racket.quiet and owner == number:
            cast.shops[i].quiet.append(racket.quiet)
        if racket.ends < OPEN and owner == number:
            cast.shops[i].quiet.append((racket.ends, OPEN))
        if closed >= days or r.random() > (0.82 if reason == "platform_ip" else 0.5):
            break
        previous = cast.shops[i]
        opened = closed + r.uniform(0.5, 9)


def open_front(cast: Cast, r, number: int, role: str, opened: float, closed: float, reason, previous) -> int:
    """Opens one shop of a racket under somebody's name."""
    racket = cast.rackets[number]
    shop = Shop(
        platform="1688" if role != "shop" else r.choices(["taobao", "pdd", "xianyu"], [5, 4, 2])[0],
        kind="racket",
        group=racket.name,
        opened=opened,
        goods=draw_goods(cast, r, racket, role),
        rate=racket.rate * r.lognormvariate(0, 0.6) * (0.25 if role != "shop" else 1),
        name=names.draw_shop_name(r),
        closed=closed,
        close_reason=reason,
        racket=number,
        role=role,
    )
    if previous is not None and r.random() < CARRIED_OVER:
        shop.goods.text, shop.goods.pictures = previous.goods.text, previous.goods.pictures
        if shop.goods.text < 0 and r.random() < 0.5:  # the words of the closed shop are used again
            shop.goods.text = previous.goods.text = add_text(cast, r, racket.category, fake=True)
    give(shop, draw_traits(cast, r, racket, previous), opened)
    shop.dispatch.append((-OPEN, draw_modes(cast, r, racket, previous)))
    i = add_shop(cast, shop)
    racket.shops.append(i)
    racket.members.append([i, role, opened, OPEN])
    return i


def draw_goods(cast: Cast, r, racket: Racket, role: str) -> Goods:
    """What a front offers: the racket's brands, and plain goods beside them as cover."""
    leak, pools = racket.leak, racket.pools
    to_trade = role != "shop"
    shares_text = r.random() < (0.35 + 0.65 * leak["text"] if leak["text"] else 0)
    shares_image = r.random() < (0.35 + 0.65 * leak["image"] if leak["image"] else 0)
    k = len(pools["image"])
    return Goods(
        style="fake",
        categories=(racket.category,),
        brands=racket.brands,
        brand_share=r.uniform(0.6, 1),
        price=(racket.price[0] * (0.5 if to_trade else 1) * r.lognormvariate(0, 0.1), racket.price[1]),
        evasion=racket.evasion,
        grade_share=racket.grade_share,
        text=r.choice(pools["text"]) if shares_text else -1,
        text_share=r.uniform(0.6, 1),
        pictures=tuple(r.sample(pools["image"], min(k, r.randint(1, 3)))) if shares_image else (),
        picture_share=r.uniform(0.5, 1),
        listings=r.randint(2, 4) if to_trade else r.choices([3, 4, 5, 6, 8, 10], [2, 3, 3, 2, 2, 1])[0],
        to_trade=to_trade,
        says=racket.says,
    )


def draw_traits(cast: Cast, r, racket: Racket, previous: Shop | None) -> list:
    """What a front shows of itself: some from the racket's pools, some carried over, the rest its own."""
    county = cast.places[racket.workshop].county
    leak, pools = racket.leak, racket.pools
    kept: dict = {}
    if previous is not None:
        for kind, value, _, until in previous.traits:
            if until >= OPEN:
                kept.setdefault(kind, []).append(value)

    def choose(kind, own):
        if kind in kept and kind not in ("legal_name", "licence", "id_token") and r.random() < CARRIED_OVER:
            return r.choice(kept[kind])
        if r.random() < leak[kind]:
            return r.choice(pools[kind])
        return own()

    straw = r.randrange(len(COUNTIES)) if r.random() < 0.5 else county
    identity = r.choice(pools["identity"]) if r.random() < leak["identity"] else draw_identity(r, straw, r.random() < 0.3)
    traits = list(identity)
    agency = cast.agencies and r.random() < 0.04
    if agency:
        traits += r.choice(cast.agencies).contacts(r)
    else:
        traits += [("phone", choose("phone", lambda: names.draw_phone(r)))]
        if r.random() < 0.25:
            traits += [c for c in draw_contacts(r) if c[0] == "phone"]
        if r.random() < 0.75:
            traits += [("handle", choose("handle", lambda: names.draw_handle(r)))]
    traits += [("payout", choose("payout", lambda: names.draw_token(r)))]
    traits += [("device", choose("device", lambda: names.draw_token(r)))]
    if r.random() < 0.4:
        traits += [("device", names.draw_token(r))]
    traits += [("ip", choose("ip", lambda: names.draw_ip_prefix(r)))]
    traits += [m for m in draw_machines(r) if m[0] == "ip" and r.random() < 0.5]
    traits += [("registered", choose("registered", lambda: add_place(cast, draw_place(r, straw))))]
    if "return" in kept and r.random() < CARRIED_OVER:
        back = kept["return"][0]
    elif r.random() < leak["return"]:
        back = racket.return_place
    elif cast.hubs and r.random() < 0.2:
        back = cast.hubs[r.randrange(len(cast.hubs))].place
    else:
        back = add_place(cast, draw_place(r, county, spread_m=4000))
    return [*traits, ("return", back)]


def draw_modes(cast: Cast, r, racket: Racket, previous: Shop | None) -> tuple:
    """How a front hands over: mostly one way, some with a second."""
    leak, pools = racket.leak, racket.pools
    account = r.choice(pools["account"]) if r.random() < leak["account"] else None
    if account is None and r.random() < 0.4:
        account = names.draw_token(r)
    phone = r.choice(pools["sender_phone"]) if r.random() < leak["sender_phone"] else None
    shares_place = r.random() < leak["place"] or racket.dispatch_how == "own" and r.random() < 0.6
    if previous is not None and r.random() < CARRIED_OVER:
        old = cast.modes[previous.dispatch[-1][1][0][0]]
        main = add_mode(
            cast, r, old.place, account=old.account if r.random() < 0.6 else account, phone=old.phone if r.random() < 0.5 else phone, carrier=old.carrier
        )
    elif shares_place and racket.hub >= 0:
        hub = cast.hubs[racket.hub]
        main = add_mode(
            cast,
            r,
            hub.place,
            phone=phone or (r.choice(hub.phones) if r.random() < 0.5 else None),
            account=account if account and r.random() < 0.5 else r.choice(hub.accounts),
            carrier=hub.carrier,
        )
    elif shares_place:
        main = add_mode(cast, r, racket.dispatch_place, account=account, phone=phone)
    else:
        main = own_mode(cast, r, racket, account=account, phone=phone)
    if r.random() < 0.2:
        if r.random() < 0.5 and cast.hubs:
            hub = cast.hubs[r.randrange(len(cast.hubs))]
            second = add_mode(cast, r, hub.place, account=r.choice(hub.accounts), carrier=hub.carrier)
        else:
            second = add_mode(cast, r, racket.dispatch_place, phone=phone)
        share = r.uniform(0.65, 0.9)
        return ((main, share), (second, 1 - share))
    return ((main, 1.0),)


def own_mode(cast: Cast, r, racket: Racket, place: int | None = None, account=None, phone=None) -> int:
    """A front's own way of handing over, at a home of its own unless a place is given."""
    if place is None:
        place = add_place(cast, draw_place(r, cast.places[racket.workshop].county, spread_m=4000))
    return add_mode(cast, r, place, account=account, phone=phone)
