"""What rackets buy and what leaves their workshops, with and without orders on the platform."""

from simulator import names
from simulator.actors import OPEN, Cast, Racket, Transfer, add_mode
from simulator.fronts import run_front
from simulator.lives import SECESSION_KINDS, found_child, list_events, move_workshop, plan_events
from simulator.purchases import buy_from
from simulator.rackets import draw_pools, draw_racket, settle


def add_rackets(cast: Cast, r, preset, days: int) -> None:
    """All rackets with their shops, events, places and supplies."""
    cast.rackets = [draw_racket(r, n, preset, days) for n in range(preset.rackets)]
    plan_events(r, cast.rackets, preset, days)
    adults = [(n, racket) for n, racket in enumerate(cast.rackets) if racket.parent < 0]
    for _, racket in adults:
        settle(cast, r, racket)
        draw_pools(cast, r, racket)
        if racket.merge:
            racket.pools["joined"] = r.sample(SECESSION_KINDS, r.choice([3, 4]))
    for kid in cast.rackets:
        if kid.parent >= 0:
            found_child(cast, r, kid)
    for n, racket in adults:
        open_fronts(cast, r, n, racket, days)
    for n, racket in enumerate(cast.rackets):
        if racket.move is not None:
            move_workshop(cast, r, racket)
        supply_workshop(cast, r, racket, n, days)
        supply_fronts(cast, r, racket, days)
        list_events(cast, racket, n)


def open_fronts(cast: Cast, r, number: int, racket: Racket, days: int) -> None:
    """The fronts of a racket: often one that sells as the maker, some that sell to trade, the rest shops."""
    makers = 1 if r.random() < 0.6 else 0
    to_trade = makers + min(racket.fronts // 6, r.choice([0, 0, 1, 2]))
    for front in range(racket.fronts):
        role = "producer" if front < makers else "wholesaler" if front < to_trade else "shop"
        run_front(cast, r, number, front, role, days)


def supply_workshop(cast: Cast, r, racket: Racket, number: int, days: int) -> None:
    """Materials that go into each workshop while it is used, and goods that leave it for the place of dispatch."""
    gone = min(days, racket.ends, racket.merge[0] if racket.merge else OPEN)
    sent_from = {day: place for kind, place, day, *_ in racket.sites if kind == "shipped_from"}
    for kind, workshop, day_from, day_to, _how in racket.sites:
        a, b = max(0, day_from), min(gone, day_to)
        if kind != "made_at" or a >= b:
            continue
        dispatch = sent_from[day_from]
        order_materials(cast, r, racket, workshop, dispatch, days, a, b)
        if r.random() < 0.6:  # ordered by telephone
            vendor = cast.shops[r.choice(cast.material_shops)]
            mode = vendor.dispatch[0][1][0][0]
            cast.transfers.append(
                Transfer(mode, workshop, a, b, r.uniform(0.04, 0.25), "materials", "materials", number)
            )
        if dispatch != workshop and r.random() < 0.72:
            phone = r.choice(racket.pools["sender_phone"]) if r.random() < 0.3 else None
            mode = add_mode(cast, r, workshop, phone=phone, account=names.draw_token(r) if r.random() < 0.4 else None)
            cast.transfers.append(
                Transfer(mode, dispatch, a, b, r.uniform(0.1, 0.6), "upstream", racket.category, number)
            )


def order_materials(cast: Cast, r, racket: Racket, workshop: int, dispatch: int, days: int, a: float, b: float) -> None:
    """Materials that one or two members order on the platform from a to b, mostly straight to the workshop."""
    buyers = [
        (i, since, until) for i, _, since, until in racket.members if since < b and a < min(until, cast.shops[i].closed)
    ]
    if buyers and r.random() < 0.6:
        for _ in range(r.choice([1, 1, 2])):
            buyer, since, until = r.choice(buyers)
            place = workshop if r.random() < 0.85 else dispatch
            buy_from(
                cast, r, buyer, r.choice(cast.material_shops), days, (0.04, 0.2), place, max(a, since), min(b, until)
            )


def supply_fronts(cast: Cast, r, racket: Racket, days: int) -> None:
    """Fronts that order their stock on the platform from the racket's own trade shops while both belong to it."""
    sources = [member for member in racket.members if member[1] != "shop"]
    for i, role, since, until in racket.members:
        if role == "shop" and sources and r.random() < racket.leak["supply"]:
            source, _, opened, closed = r.choice(sources)
            buy_from(cast, r, i, source, days, (0.04, 0.18), since=max(since, opened), until=min(until, closed))
