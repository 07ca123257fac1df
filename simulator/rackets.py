"""The operations that make counterfeits: what they share, what they hide, and what happens to them.

Each racket hides other families of evidence. A family's `leak` is the chance that a shop takes the value
from the racket's common pool instead of one of its own, so sharing is partial and noisy; a shop
that is reopened after a takedown carries over only part of what the closed one had.
"""
import math

from simulator import brands, names
from simulator.actors import (
    OPEN,
    Cast,
    Goods,
    Purchase,
    Racket,
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
    replace,
)
from simulator.geography import COUNTIES, counties_making, draw_place, shifted
from simulator.wording import add_text

FAMILIES = ("identity", "payout", "device", "ip", "phone", "handle", "registered", "return", "account",
            "sender_phone", "place", "image", "text", "supply")
# A racket keeps some families apart altogether, some nearly, and does not care about the rest.
HIDDEN, PARTLY = .48, .30
# The kinds of which a group takes new values when it leaves another or joins it.
SECESSION_KINDS = ("payout", "phone", "handle", "return", "account", "sender_phone", "place", "device")
CARRIED_OVER = .38  # chance that a reopened shop keeps one value of the closed one


def draw_leak(r) -> dict:
    """How much of each family a racket's shops share, 0 to 1."""
    leak = {}
    for family in FAMILIES:
        u = r.random()
        leak[family] = 0.0 if u < HIDDEN else r.uniform(.3, .6) if u < HIDDEN + PARTLY else r.uniform(.65, .95)
    return leak


def draw_racket(r, number: int, preset, days: int) -> Racket:
    """A racket with its goods, its life and its hygiene, without places or shops yet."""
    made = [c for c in brands.NOUNS if c not in ("packaging", "materials", "other")]
    category = r.choices(made, [5, 4, 2, 4, 3, 1.5, 2, 4])[0]
    able = [i for i, b in enumerate(brands.BRANDS) if category in b.categories]
    fronts = int(min(60, max(4 if days > 20 else 5, r.lognormvariate(math.log(preset.fronts), .55))))
    old = not preset.history or r.random() < .62
    born = -r.uniform(5, 300) if old else r.uniform(0, days * .6)
    ends = r.uniform(max(born + 30, days * .4), days) if preset.history and r.random() < .1 else OPEN
    return Racket(
        name=f"K{number:04d}", category=category, brands=tuple(r.sample(able, min(len(able), r.choice([1, 1, 2, 3])))),
        born=born, ends=ends, fronts=fronts, rate=r.lognormvariate(0, .6),
        evasion=r.choice(["open", "mixed", "mixed", "careful"]), grade_share=r.choice([0, .2, .4, .7]),
        price=(r.lognormvariate(math.log(.25), .45), r.uniform(.15, .4)), says=r.choices(["", "used", "cheap"], [8, 1, 1])[0],
        takedown_days=r.uniform(50, 200), leak=draw_leak(r),
    )


def draw_pools(cast: Cast, r, racket: Racket, kinds=FAMILIES) -> None:
    """The values a racket's shops share: few, so that each serves several shops."""
    county = cast.places[racket.workshop].county
    k = max(1, round(racket.fronts / r.uniform(5, 14)))
    draw = {
        "identity": lambda: draw_identity(r, county, r.random() < .4),
        "payout": lambda: names.draw_token(r),
        "device": lambda: names.draw_token(r),
        "ip": lambda: names.draw_ip_prefix(r),
        "phone": lambda: names.draw_phone(r),
        "handle": lambda: names.draw_handle(r),
        "registered": lambda: add_place(cast, draw_place(r, county)),
        "account": lambda: names.draw_token(r),
        "sender_phone": lambda: names.draw_phone(r),
        "text": lambda: add_text(cast, r, racket.category, fake=True, contact=r.random() < .3),
    }
    for kind in kinds:
        if kind in draw:
            racket.pools[kind] = [draw[kind]() for _ in range(k)]
    if "image" in kinds:
        racket.pools["image"] = list(new_pictures(cast, max(2, k + 1)))


def settle(cast: Cast, r, racket: Racket) -> None:
    """Gives a racket its workshop, the place goods leave from and the place they come back to."""
    county = r.choice(counties_making(racket.category))
    racket.workshop = add_place(cast, draw_place(r, county, village=r.random() < .5))
    racket.dispatch_how = r.choices(["own", "depot", "home", "forwarder"], [30, 34, 18, 18])[0]
    racket.dispatch_place, racket.hub = draw_dispatch(cast, r, racket)
    u = r.random()
    if u < .45 and racket.dispatch_how != "forwarder":
        racket.return_place, racket.return_how = racket.dispatch_place, racket.dispatch_how
    elif u < .75 or not cast.hubs:
        racket.return_place, racket.return_how = add_place(cast, draw_place(r, county)), "home"
    else:
        racket.return_place, racket.return_how = cast.hubs[r.randrange(len(cast.hubs))].place, "agent"
    record_sites(r, racket, racket.born)


def draw_dispatch(cast: Cast, r, racket: Racket) -> tuple[int, int]:
    """(place, hub) that a racket's goods leave from; hub is -1 where it is its own."""
    w = cast.places[racket.workshop]
    if racket.dispatch_how == "own":
        return racket.workshop, -1
    if racket.dispatch_how == "forwarder" and cast.hubs:
        hub = r.randrange(len(cast.hubs))
        return cast.hubs[hub].place, hub
    if cast.villages and r.random() < .12:  # beside a village of honest shops
        v = cast.places[r.choice(cast.villages)]
        lng, lat = shifted(v.lng, v.lat, r.gauss(0, 120), r.gauss(0, 120))
        near = draw_place(r, v.county, village=True)
        return add_place(cast, type(near)(float(lng), float(lat), v.county, v.town, v.street, near.number, near.unit)), -1
    county = w.county if r.random() < .65 else r.choice(counties_making(racket.category))
    return add_place(cast, draw_place(r, county)), -1


def record_sites(r, racket: Racket, day: float) -> None:
    """Closes the sites known so far and opens the present ones."""
    racket.sites = [(k, p, a, min(b, day), how) for k, p, a, b, how in racket.sites]
    packed = racket.workshop if racket.dispatch_how in ("own", "forwarder") or r.random() < .5 else racket.dispatch_place
    racket.sites += [
        ("made_at", racket.workshop, day, OPEN, "own"),
        ("packed_at", packed, day, OPEN, "own" if packed == racket.workshop else racket.dispatch_how),
        ("shipped_from", racket.dispatch_place, day, OPEN, racket.dispatch_how),
        ("returned_to", racket.return_place, day, OPEN, racket.return_how),
    ]


def plan_events(r, rackets: list[Racket], preset, days: int) -> None:
    """Decides who splits, joins another, moves, goes quiet. At most one change of identity each.

    The last rackets of the list are the children of splits: they have no life before.
    """
    if not preset.history:
        return
    children = max(1, round(len(rackets) * .07))
    adults, kids = rackets[:-children], rackets[-children:]
    old = [x for x in adults if x.born < days * .2 and x.ends == OPEN]
    big = [x for x in old if x.fronts >= 8] or old
    for parent, kid in zip(r.sample(big, len(kids)), kids, strict=True):
        day = r.uniform(days * .25, days * .75)
        taken = set(r.sample(range(parent.fronts), max(3, round(parent.fronts * r.uniform(.35, .5)))))
        parent.split = (day, rackets.index(kid), taken)
        kid.parent, kid.born, kid.ends, kid.fronts = rackets.index(parent), day, OPEN, 0
        kid.category, kid.brands, kid.evasion = parent.category, parent.brands, parent.evasion
        kid.price, kid.rate, kid.takedown_days, kid.grade_share, kid.says = (
            parent.price, parent.rate, parent.takedown_days, parent.grade_share, parent.says)
    free = [x for x in old if x.split is None]
    r.shuffle(free)
    for _ in range(max(1, round(len(rackets) * .03))):
        if len(free) < 2:
            break
        into, gone = free.pop(), free.pop()
        gone.merge = (r.uniform(days * .25, days * .75), rackets.index(into))
    for racket in free:
        if racket.merge is None and r.random() < .12:
            racket.move = r.uniform(days * .2, days * .8)
    for racket in adults:
        if racket.split is None and racket.merge is None and racket.ends == OPEN and r.random() < .13:
            start = r.uniform(max(racket.born, 0) + days * .15, max(days * .6, max(racket.born, 0) + days * .16))
            racket.quiet = (start, start + r.uniform(18, 50))


def owner_at(cast: Cast, number: int, front: int, day: float) -> int:
    """The racket that a front of another belongs to on a day, after splits and mergers."""
    racket = cast.rackets[number]
    if racket.split and day >= racket.split[0] and front in racket.split[2]:
        return racket.split[1]
    if racket.merge and day >= racket.merge[0]:
        return racket.merge[1]
    return number


def own_mode(cast: Cast, r, racket: Racket, place: int | None = None, account=None, phone=None) -> int:
    """A front's own way of handing over, at a home of its own unless a place is given."""
    if place is None:
        place = add_place(cast, draw_place(r, cast.places[racket.workshop].county, spread_m=4000))
    return add_mode(cast, r, place, account=account, phone=phone)


def draw_modes(cast: Cast, r, racket: Racket, previous: Shop | None) -> tuple:
    """How a front hands over: mostly one way, some with a second."""
    leak, pools = racket.leak, racket.pools
    account = r.choice(pools["account"]) if r.random() < leak["account"] else None
    if account is None and r.random() < .4:
        account = names.draw_token(r)
    phone = r.choice(pools["sender_phone"]) if r.random() < leak["sender_phone"] else None
    shares_place = r.random() < leak["place"] or racket.dispatch_how == "own" and r.random() < .6
    if previous is not None and r.random() < CARRIED_OVER:
        old = cast.modes[previous.dispatch[-1][1][0][0]]
        main = add_mode(cast, r, old.place, account=old.account if r.random() < .6 else account,
                        phone=old.phone if r.random() < .5 else phone, carrier=old.carrier, is_hub=old.is_hub)
    elif shares_place and racket.hub >= 0:
        hub = cast.hubs[racket.hub]
        main = add_mode(cast, r, hub.place, phone=phone or (r.choice(hub.phones) if r.random() < .5 else None),
                        account=account if account and r.random() < .5 else r.choice(hub.accounts),
                        carrier=hub.carrier, is_hub=True)
    elif shares_place:
        main = add_mode(cast, r, racket.dispatch_place, account=account, phone=phone)
    else:
        main = own_mode(cast, r, racket, account=account, phone=phone)
    if r.random() < .2:
        if r.random() < .5 and cast.hubs:
            hub = cast.hubs[r.randrange(len(cast.hubs))]
            second = add_mode(cast, r, hub.place, account=r.choice(hub.accounts), carrier=hub.carrier, is_hub=True)
        else:
            second = add_mode(cast, r, racket.dispatch_place, phone=phone, is_hub=racket.hub >= 0)
        share = r.uniform(.65, .9)
        return ((main, share), (second, 1 - share))
    return ((main, 1.0),)


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

    straw = r.randrange(len(COUNTIES)) if r.random() < .5 else county
    identity = r.choice(pools["identity"]) if r.random() < leak["identity"] else draw_identity(
        r, straw, r.random() < .3)
    traits = list(identity)
    agency = cast.agencies and r.random() < .04
    if agency:
        traits += r.choice(cast.agencies).contacts(r)
    else:
        traits += [("phone", choose("phone", lambda: names.draw_phone(r)))]
        if r.random() < .25:
            traits += [c for c in draw_contacts(r) if c[0] == "phone"]
        if r.random() < .75:
            traits += [("handle", choose("handle", lambda: names.draw_handle(r)))]
    traits += [("payout", choose("payout", lambda: names.draw_token(r)))]
    traits += [("device", choose("device", lambda: names.draw_token(r)))]
    if r.random() < .4:
        traits += [("device", names.draw_token(r))]
    traits += [("ip", choose("ip", lambda: names.draw_ip_prefix(r)))]
    traits += [m for m in draw_machines(r) if m[0] == "ip" and r.random() < .5]
    traits += [("registered", choose("registered", lambda: add_place(cast, draw_place(r, straw))))]
    if "return" in kept and r.random() < CARRIED_OVER:
        back = kept["return"][0]
    elif r.random() < leak["return"]:
        back = racket.return_place
    elif cast.hubs and r.random() < .2:
        back = cast.hubs[r.randrange(len(cast.hubs))].place
    else:
        back = add_place(cast, draw_place(r, county, spread_m=4000))
    return [*traits, ("return", back)]


def draw_goods(cast: Cast, r, racket: Racket, role: str) -> Goods:
    """What a front offers: the racket's brands, and plain goods beside them as cover."""
    leak, pools = racket.leak, racket.pools
    to_trade = role != "shop"
    shares_text = r.random() < (.35 + .65 * leak["text"] if leak["text"] else 0)
    shares_image = r.random() < (.35 + .65 * leak["image"] if leak["image"] else 0)
    k = len(pools["image"])
    return Goods(
        style="fake", categories=(racket.category,), brands=racket.brands, brand_share=r.uniform(.6, 1),
        price=(racket.price[0] * (.5 if to_trade else 1) * r.lognormvariate(0, .1), racket.price[1]),
        evasion=racket.evasion, grade_share=racket.grade_share,
        text=r.choice(pools["text"]) if shares_text else -1, text_share=r.uniform(.6, 1),
        pictures=tuple(r.sample(pools["image"], min(k, r.randint(1, 3)))) if shares_image else (),
        picture_share=r.uniform(.5, 1), listings=r.randint(2, 4) if to_trade else r.choices(
            [3, 4, 5, 6, 8, 10], [2, 3, 3, 2, 2, 1])[0], to_trade=to_trade, says=racket.says,
    )


def adopt(cast: Cast, r, shop: Shop, racket: Racket, kinds, day: float) -> None:
    """A front takes over common values of a racket, as after a split, a merger or a move."""
    for kind in kinds:
        if kind in ("payout", "phone", "handle", "device"):
            replace(shop, kind, r.choice(racket.pools[kind]), day)
        elif kind == "return":
            replace(shop, "return", racket.return_place, day)
    if {"place", "account", "sender_phone"} & set(kinds):
        old = cast.modes[shop.dispatch[-1][1][0][0]]
        hub = racket.hub >= 0
        mode = add_mode(
            cast, r, racket.dispatch_place if "place" in kinds else old.place,
            account=r.choice(racket.pools["account"]) if "account" in kinds else old.account,
            phone=r.choice(racket.pools["sender_phone"]) if "sender_phone" in kinds else old.phone,
            is_hub=hub if "place" in kinds else old.is_hub)
        shop.dispatch.append((day, ((mode, 1.0),)))


def open_front(cast: Cast, r, number: int, role: str, opened: float, closed: float, reason, previous) -> int:
    """Opens one shop of a racket under somebody's name."""
    racket = cast.rackets[number]
    shop = Shop(
        platform="1688" if role != "shop" else r.choices(["taobao", "pdd", "xianyu"], [5, 4, 2])[0], kind="racket",
        group=racket.name, opened=opened, goods=draw_goods(cast, r, racket, role),
        rate=racket.rate * r.lognormvariate(0, .6) * (.25 if role != "shop" else 1), name=names.draw_shop_name(r),
        closed=closed, close_reason=reason, racket=number, role=role,
    )
    if previous is not None and r.random() < CARRIED_OVER:
        shop.goods.text, shop.goods.pictures = previous.goods.text, previous.goods.pictures
        if shop.goods.text < 0 and r.random() < .5:  # the words of the closed shop are used again
            shop.goods.text = previous.goods.text = add_text(cast, r, racket.category, fake=True)
    give(shop, draw_traits(cast, r, racket, previous), opened)
    shop.dispatch.append((-OPEN, draw_modes(cast, r, racket, previous)))
    i = add_shop(cast, shop)
    racket.shops.append(i)
    racket.members.append([i, role, opened, OPEN])
    return i


def run_front(cast: Cast, r, number: int, front: int, role: str, days: int) -> None:
    """One place in a racket over time: a shop, its takedown, the next shop under another name."""
    racket = cast.rackets[number]
    if racket.born < 0 and r.random() < .8:
        opened = r.uniform(max(racket.born, -250), 0)
    else:
        opened = max(racket.born, 0) + r.expovariate(1 / (3 if days < 20 else 14))
    previous = None
    while opened < min(days - 1, racket.ends):
        owner = owner_at(cast, number, front, opened)
        closed = max(opened, 0) + max(3, r.expovariate(1 / cast.rackets[owner].takedown_days))
        reason = "platform_ip" if r.random() < .8 else r.choice(["seller", "platform_other"])
        if racket.ends < closed:
            closed, reason = (racket.ends + r.uniform(0, 3), "seller") if r.random() < .6 else (OPEN, None)
        if closed >= days:
            closed, reason = OPEN, None
        i = open_front(cast, r, owner, role, opened, closed, reason, previous)
        follow_events(cast, r, number, front, i, role)
        if racket.quiet and owner == number:
            cast.shops[i].quiet.append(racket.quiet)
        if racket.ends < OPEN and owner == number:
            cast.shops[i].quiet.append((racket.ends, OPEN))
        if closed >= days or r.random() > (.82 if reason == "platform_ip" else .5):
            break
        previous = cast.shops[i]
        opened = closed + r.uniform(.5, 9)


def follow_events(cast: Cast, r, number: int, front: int, i: int, role: str) -> None:
    """What a split, a merger or a move does to a front that is open at the time."""
    racket, shop = cast.rackets[number], cast.shops[i]
    if racket.split and shop.opened < racket.split[0] <= shop.closed and front in racket.split[2]:
        day, child, _ = racket.split
        kid = cast.rackets[child]
        adopt(cast, r, shop, kid, [k for k in kid.pools["new"] if r.random() < .85], day + r.uniform(0, 9))
        racket.members[-1][3] = day
        kid.members.append([i, role, day, OPEN])
        kid.shops.append(i)
    if racket.merge and shop.opened < racket.merge[0] <= shop.closed:
        day, into = racket.merge
        adopt(cast, r, shop, cast.rackets[into], [k for k in racket.pools["joined"] if r.random() < .75],
              day + r.uniform(0, 12))


def found_child(cast: Cast, r, number: int) -> None:
    """What a group that leaves takes along, and what it changes: new values in three or four kinds."""
    kid, parent = cast.rackets[number], cast.rackets[cast.rackets[number].parent]
    kid.leak, kid.pools = dict(parent.leak), dict(parent.pools)
    kid.fronts = len(parent.split[2])
    new = r.sample(SECESSION_KINDS, r.choice([3, 3, 4]))
    kid.workshop = add_place(cast, draw_place(r, r.choice(counties_making(kid.category)), village=r.random() < .5))
    kid.dispatch_how = r.choice(["own", "depot", "home"])
    kid.dispatch_place, kid.hub = draw_dispatch(cast, r, kid)
    kid.return_place, kid.return_how = add_place(cast, draw_place(r, cast.places[kid.workshop].county)), "home"
    draw_pools(cast, r, kid, new)
    kid.pools["new"] = new
    for kind in new:
        kid.leak[kind] = max(kid.leak.get(kind, 0), .75)
    record_sites(r, kid, kid.born)


def move_workshop(cast: Cast, r, racket: Racket) -> None:
    """The workshop moves, mostly within the county; goods that leave from it follow."""
    day, old = racket.move, racket.dispatch_place
    county = cast.places[racket.workshop].county if r.random() < .7 else r.choice(counties_making(racket.category))
    racket.workshop = add_place(cast, draw_place(r, county, village=r.random() < .5))
    if racket.dispatch_how == "own":
        racket.dispatch_place = racket.workshop
    record_sites(r, racket, day)
    for i in racket.shops:
        shop = cast.shops[i]
        mode = cast.modes[shop.dispatch[-1][1][0][0]]
        if racket.dispatch_how == "own" and mode.place == old and shop.opened < day < shop.closed:
            new = add_mode(cast, r, racket.workshop, account=mode.account, phone=mode.phone, carrier=mode.carrier)
            shop.dispatch.append((day + r.uniform(0, 4), ((new, 1.0),)))


def supply_workshop(cast: Cast, r, racket: Racket, number: int, days: int) -> None:
    """Materials that go into the workshop and goods that leave it, with and without platform orders."""
    vendors = [i for i, s in enumerate(cast.shops) if s.kind == "materials"]
    for kind, place, day_from, day_to, _how in list(racket.sites):
        a, b = max(0, day_from), min(days, day_to, racket.ends, racket.merge[0] if racket.merge else OPEN)
        if kind != "made_at" or a >= b:
            continue
        spans = [(i, max(a, x), min(b, y, cast.shops[i].closed)) for i, _, x, y in racket.members]
        buyers = [(i, x, y) for i, x, y in spans if x < y]
        if buyers and vendors and r.random() < .6:
            for _ in range(r.choice([1, 1, 2])):
                buyer, x, y = r.choice(buyers)
                to = place if r.random() < .85 else racket.dispatch_place
                cast.purchases.append(Purchase(buyer, r.choice(vendors), to, x, y, r.uniform(.04, .2), "materials"))
        if vendors and r.random() < .6:
            vendor = cast.shops[r.choice(vendors)]
            cast.transfers.append(Transfer(vendor.dispatch[0][1][0][0], place, names.draw_person(r), a, b,
                                           r.uniform(.04, .25), "materials", "materials", number))
        if racket.dispatch_place != place and r.random() < .72:
            phone = r.choice(racket.pools["sender_phone"]) if r.random() < .3 else None
            mode = add_mode(cast, r, place, phone=phone, account=names.draw_token(r) if r.random() < .4 else None)
            cast.transfers.append(Transfer(mode, racket.dispatch_place, names.draw_person(r), a, b,
                                           r.uniform(.1, .6), "upstream", racket.category, number))


def supply_fronts(cast: Cast, r, racket: Racket, days: int) -> None:
    """Fronts that order their stock on the platform from the racket's own trade shops."""
    sources = [i for i in racket.shops if cast.shops[i].role != "shop"]
    for i in racket.shops:
        s = cast.shops[i]
        if s.role == "shop" and sources and r.random() < racket.leak["supply"]:
            source = cast.shops[j := r.choice(sources)]
            a, b = max(0, s.opened, source.opened), min(days, s.closed, source.closed)
            if a < b:
                place = cast.modes[s.dispatch[0][1][0][0]].place
                cast.purchases.append(Purchase(i, j, place, a, b, r.uniform(.04, .18), "stock"))


def add_rackets(cast: Cast, r, preset, days: int) -> None:
    """All rackets with their shops, events, places and supplies."""
    cast.rackets = [draw_racket(r, n, preset, days) for n in range(preset.rackets)]
    plan_events(r, cast.rackets, preset, days)
    for racket in cast.rackets:
        if racket.parent < 0:
            settle(cast, r, racket)
            draw_pools(cast, r, racket)
            if racket.merge:
                racket.pools["joined"] = r.sample(SECESSION_KINDS, r.choice([3, 4]))
    for n, racket in enumerate(cast.rackets):
        if racket.parent >= 0:
            found_child(cast, r, n)
    for n, racket in enumerate(cast.rackets):
        if racket.parent >= 0:
            continue
        makers = 1 if r.random() < .6 else 0
        sellers_to_trade = min(racket.fronts // 6, r.choice([0, 0, 1, 2]))
        for front in range(racket.fronts):
            role = "producer" if front < makers else "wholesaler" if front < makers + sellers_to_trade else "shop"
            run_front(cast, r, n, front, role, days)
    for n, racket in enumerate(cast.rackets):
        if racket.move is not None:
            move_workshop(cast, r, racket)
        supply_workshop(cast, r, racket, n, days)
        supply_fronts(cast, r, racket, days)
        list_events(cast, racket, n)


def list_events(cast: Cast, racket: Racket, n: int) -> None:
    """Writes down what happened to a racket, for the truth."""
    cast.events.append((n, "birth", racket.born, -1))
    if racket.split:
        cast.events.append((n, "split", racket.split[0], racket.split[1]))
    if racket.merge:
        cast.events.append((racket.merge[1], "merge", racket.merge[0], n))
        cast.events.append((n, "merged_into", racket.merge[0], racket.merge[1]))
    if racket.quiet:
        cast.events.append((n, "dormant", racket.quiet[0], -1))
        cast.events.append((n, "revive", racket.quiet[1], -1))
    if racket.move is not None:
        cast.events.append((n, "move", racket.move, -1))
    if racket.ends < OPEN:
        cast.events.append((n, "end", racket.ends, -1))
