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
    change_something,
    draw_contacts,
    draw_hub,
    draw_identity,
    give,
    hub_mode,
    last_mode,
)
from simulator.geography import COUNTIES, draw_place
from simulator.lives import follow_events, owner_at
from simulator.rackets import common_value
from simulator.wording import add_text

CARRIED_OVER = 0.38  # chance that a reopened shop keeps one value of the closed one


def run_front(cast: Cast, r, number: int, front: int, role: str, days: int) -> None:
    """One place in a racket over time: a shop, its takedown, the next shop under another name."""
    racket = cast.rackets[number]
    opened = draw_opening(r, racket, days)
    previous = None
    while opened < min(days - 1, racket.ends):
        owner = owner_at(cast, number, front, opened)
        closed = max(opened, 0) + max(3, r.expovariate(1 / cast.rackets[owner].takedown_days))
        reason = "platform_ip" if r.random() < 0.8 else r.choice(["seller", "platform_other"])
        if racket.ends < closed:
            closed, reason = (racket.ends + r.uniform(0, 3), "seller") if r.random() < 0.6 else (OPEN, None)
        if closed >= days:
            closed, reason = OPEN, None
        i = open_front(cast, r, owner, front, role, opened, closed, reason, previous)
        change_something(r, cast.shops[i], days)
        follow_events(cast, r, number, front, i, role)
        if owner == number:
            cast.shops[i].quiet += [racket.quiet] if racket.quiet else []
            cast.shops[i].quiet += [(racket.ends, OPEN)] if racket.ends < OPEN else []
        if closed >= days or r.random() > (0.82 if reason == "platform_ip" else 0.5):
            break
        previous = cast.shops[i]
        opened = closed + r.uniform(0.5, 9)


def draw_opening(r, racket: Racket, days: int) -> float:
    """When a racket opens the first shop of a front: before the first day, or some time after the racket began."""
    if racket.born < 0 and r.random() < 0.8:
        return r.uniform(max(racket.born, -250), 0)
    return max(racket.born, 0) + r.expovariate(1 / (3 if days < 20 else 14))


def open_front(
    cast: Cast, r, number: int, front: int, role: str, opened: float, closed: float, reason, previous: Shop | None
) -> int:
    """Opens one shop of a racket under somebody's name."""
    racket = cast.rackets[number]
    controller = front % racket.controllers
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
        controller=controller,
    )
    if previous is not None and r.random() < CARRIED_OVER:
        shop.goods.text, shop.goods.pictures = previous.goods.text, previous.goods.pictures
        if shop.goods.text < 0 and r.random() < 0.5:  # the words of the closed shop are used again
            shop.goods.text = previous.goods.text = add_text(cast, r, racket.category, fake=True)
    give(shop, draw_traits(cast, r, racket, controller, previous), opened)
    shop.dispatch.append((-OPEN, draw_modes(cast, r, racket, previous)))
    i = add_shop(cast, shop)
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


def draw_traits(cast: Cast, r, racket: Racket, controller: int, previous: Shop | None) -> list:
    """What a front shows of itself: some of it the racket's, some carried over, the rest its own."""
    kept: dict = {}
    for kind, value, _, until in previous.traits if previous else ():
        if until >= OPEN:
            kept.setdefault(kind, []).append(value)

    def choose(kind, own):
        if kind in kept and r.random() < CARRIED_OVER:
            return kind, r.choice(kept[kind])
        return kind, common_value(r, racket, kind, controller) if r.random() < racket.leak[kind] else own()

    home = cast.places[racket.workshop].county
    straw = r.randrange(len(COUNTIES)) if r.random() < 0.5 else home  # whose papers they are, paid or robbed
    shares_identity = r.random() < racket.leak["identity"]
    traits = list(
        common_value(r, racket, "identity", controller)
        if shares_identity
        else draw_identity(r, straw, r.random() < 0.3)
    )
    if cast.agencies and r.random() < 0.04:
        traits += r.choice(cast.agencies).contacts(r)
    else:
        traits.append(choose("phone", lambda: names.draw_phone(r)))
        if r.random() < 0.25:
            traits += [c for c in draw_contacts(r) if c[0] == "phone"]
        if r.random() < 0.75:
            traits.append(choose("handle", lambda: names.draw_handle(r)))
    traits += [choose(kind, lambda: names.draw_token(r)) for kind in ("payout", "device")]
    traits += [("device", names.draw_token(r))] if r.random() < 0.4 else []
    traits.append(choose("ip", lambda: names.draw_ip_prefix(r)))
    traits += [("ip", names.draw_ip_prefix(r))] if r.random() < 0.5 else []
    traits.append(choose("registered", lambda: add_place(cast, draw_place(r, straw))))
    return [*traits, ("return", draw_return(cast, r, racket, kept.get("return")))]


def draw_return(cast: Cast, r, racket: Racket, kept: list | None) -> int:
    """Where a front wants goods back: as the closed one, where the racket does, at a forwarder, at a home of its own."""
    if kept and r.random() < CARRIED_OVER:
        return kept[0]
    if r.random() < racket.leak["return"]:
        return racket.return_place
    if r.random() < 0.2:
        return draw_hub(cast, r).place
    return draw_home(cast, r, racket)


def draw_home(cast: Cast, r, racket: Racket) -> int:
    """A place of a front's own, not far from where the goods are made."""
    return add_place(cast, draw_place(r, cast.places[racket.workshop].county, spread_m=4000))


def draw_modes(cast: Cast, r, racket: Racket, previous: Shop | None) -> tuple:
    """How a front hands over: mostly one way, some with a second. ((mode, share), …)"""
    main = draw_main_mode(cast, r, racket, previous)
    if r.random() >= 0.2:
        return ((main, 1.0),)
    second = hub_mode(cast, r, draw_hub(cast, r)) if r.random() < 0.5 else add_mode(cast, r, racket.dispatch_place)
    share = r.uniform(0.65, 0.9)
    return ((main, share), (second, 1 - share))


def draw_main_mode(cast: Cast, r, racket: Racket, previous: Shop | None) -> int:
    """The way of the closed front, the racket's, or one of its own; accounts and phones are shared apart from places."""
    leak, pools = racket.leak, racket.pools
    account = r.choice(pools["account"]) if r.random() < leak["account"] else None
    phone = r.choice(pools["sender_phone"]) if r.random() < leak["sender_phone"] else None
    shares_place = r.random() < leak["place"] or (racket.dispatch_how == "own" and r.random() < 0.6)
    if account is None and racket.hub is None and r.random() < 0.4:
        account = names.draw_token(r)
    if previous is not None and r.random() < CARRIED_OVER:
        old = last_mode(cast, previous)
        account = old.account if r.random() < 0.6 else account
        phone = old.phone if r.random() < 0.5 else phone
        return add_mode(cast, r, old.place, account=account, phone=phone, carrier=old.carrier)
    if shares_place and racket.hub:
        return hub_mode(cast, r, racket.hub, phone=phone, account=account if r.random() < 0.5 else None)
    return add_mode(
        cast, r, racket.dispatch_place if shares_place else draw_home(cast, r, racket), account=account, phone=phone
    )
