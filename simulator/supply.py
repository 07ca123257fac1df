"""What rackets buy and what leaves their workshops, with and without orders on the platform."""

from simulator import names
from simulator.actors import OPEN, Cast, Purchase, Racket, Transfer, add_mode
from simulator.fronts import run_front
from simulator.lives import SECESSION_KINDS, found_child, list_events, move_workshop, plan_events
from simulator.rackets import draw_pools, draw_racket, settle


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
        makers = 1 if r.random() < 0.6 else 0
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


def supply_workshop(cast: Cast, r, racket: Racket, number: int, days: int) -> None:
    """Materials that go into the workshop and goods that leave it, with and without platform orders."""
    vendors = [i for i, s in enumerate(cast.shops) if s.kind == "materials"]
    for kind, place, day_from, day_to, _how in list(racket.sites):
        a, b = max(0, day_from), min(days, day_to, racket.ends, racket.merge[0] if racket.merge else OPEN)
        if kind != "made_at" or a >= b:
            continue
        sent_from = next(p for k, p, x, _, _ in racket.sites if k == "shipped_from" and x == day_from)
        spans = [(i, max(a, x), min(b, y, cast.shops[i].closed)) for i, _, x, y in racket.members]
        buyers = [(i, x, y) for i, x, y in spans if x < y]
        if buyers and vendors and r.random() < 0.6:
            for _ in range(r.choice([1, 1, 2])):
                buyer, x, y = r.choice(buyers)
                to = place if r.random() < 0.85 else sent_from
                cast.purchases.append(Purchase(buyer, r.choice(vendors), to, x, y, r.uniform(0.04, 0.2), "materials"))
        if vendors and r.random() < 0.6:
            vendor = cast.shops[r.choice(vendors)]
            cast.transfers.append(
                Transfer(vendor.dispatch[0][1][0][0], place, names.draw_person(r), a, b, r.uniform(0.04, 0.25), "materials", "materials", number)
            )
        if sent_from != place and r.random() < 0.72:
            phone = r.choice(racket.pools["sender_phone"]) if r.random() < 0.3 else None
            mode = add_mode(cast, r, place, phone=phone, account=names.draw_token(r) if r.random() < 0.4 else None)
            cast.transfers.append(Transfer(mode, sent_from, names.draw_person(r), a, b, r.uniform(0.1, 0.6), "upstream", racket.category, number))


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
                cast.purchases.append(Purchase(i, j, place, a, b, r.uniform(0.04, 0.18), "stock"))
