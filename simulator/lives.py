"""What happens to rackets: splits, mergers, moves of the workshop, times without sales."""

from simulator.actors import OPEN, Cast, Racket, Shop, add_mode, add_place, hand_over, last_mode, replace, send_from
from simulator.geography import counties_making, draw_place
from simulator.rackets import CONTROLLED, common_value, draw_dispatch, draw_pools, record_sites

SPLITS, MERGERS, MOVES, SILENCES = 0.07, 0.03, 0.12, 0.13  # shares of the rackets that could
# The kinds of which a group takes new values when it leaves another or joins it.
SECESSION_KINDS = ("payout", "phone", "handle", "return", "account", "sender_phone", "place", "device")


def plan_events(r, rackets: list[Racket], preset, days: int) -> None:
    """Decides who splits, joins another, moves, goes quiet. Whoever splits or merges does nothing else.

    The last rackets of the list are the children of splits: they have no life before.
    """
    if not preset.history:
        return
    children = max(1, round(len(rackets) * SPLITS))
    adults = rackets[:-children]
    old = [x for x in adults if x.born < days * 0.2 and x.ends == OPEN]
    plan_splits(r, rackets, old, rackets[-children:], days)
    free = [x for x in old if x.split is None]
    r.shuffle(free)
    busy = [x for x in old if x.split]
    for _ in range(max(1, round(len(rackets) * MERGERS))):
        if len(free) >= 2:
            into, gone = free.pop(), free.pop()
            gone.merge = (r.uniform(days * 0.25, days * 0.75), rackets.index(into))
            busy += [into, gone]
    for racket in sample(r, free, MOVES):
        racket.move = r.uniform(days * 0.2, days * 0.8)
    for racket in sample(r, [x for x in adults if x not in busy and x.ends == OPEN], SILENCES):
        start = max(racket.born, 0) + days * 0.15
        start = r.uniform(start, max(days * 0.6, start + days * 0.01))
        racket.quiet = (start, start + r.uniform(18, 50))


def sample(r, rackets: list[Racket], share: float) -> list[Racket]:
    """A share of rackets, at least one where there is any."""
    return r.sample(rackets, min(len(rackets), max(1, round(len(rackets) * share))))


def plan_splits(r, rackets: list[Racket], old: list[Racket], kids: list[Racket], days: int) -> None:
    """Some of the bigger rackets lose fronts: a controller leaves with those he runs, or a part of any."""
    big = [x for x in old if x.fronts >= 8] or old
    for parent, kid in zip(r.sample(big, min(len(big), len(kids))), kids, strict=False):
        day = r.uniform(days * 0.25, days * 0.75)
        leaves = r.randrange(parent.controllers) if r.random() < 0.5 else None
        taken = {n for n in range(parent.fronts) if n % parent.controllers == leaves}
        if parent.controllers < 2 or len(taken) < 3:
            leaves = None
            taken = set(r.sample(range(parent.fronts), max(3, round(parent.fronts * r.uniform(0.35, 0.5)))))
        parent.split = (day, rackets.index(kid), taken)
        kid.parent, kid.born, kid.ends, kid.fronts = rackets.index(parent), day, OPEN, len(taken)
        kid.controllers = 1 if leaves is not None else parent.controllers
        kid.founder = leaves
        for trait in ("category", "brands", "evasion", "price", "rate", "takedown_days", "grade_share", "says"):
            setattr(kid, trait, getattr(parent, trait))


def owner_at(cast: Cast, number: int, front: int, day: float) -> int:
    """The racket that a front of another belongs to on a day, after splits and mergers."""
    racket = cast.rackets[number]
    if racket.split and day >= racket.split[0] and front in racket.split[2]:
        return racket.split[1]
    if racket.merge and day >= racket.merge[0]:
        return racket.merge[1]
    return number


def follow_events(cast: Cast, r, number: int, front: int, i: int, role: str) -> None:
    """What a split or a merger does to a front that is open at the time."""
    racket, shop = cast.rackets[number], cast.shops[i]
    if racket.split and shop.opened < racket.split[0] <= shop.closed and front in racket.split[2]:
        day, child, _ = racket.split
        kid = cast.rackets[child]
        adopt(cast, r, shop, kid, [k for k in kid.pools["new"] if r.random() < 0.85], day + r.uniform(0, 9))
        racket.members[-1][3] = day
        kid.members.append([i, role, day, OPEN])
    if racket.merge and shop.opened < racket.merge[0] <= shop.closed:
        day, into = racket.merge
        adopt(
            cast,
            r,
            shop,
            cast.rackets[into],
            [k for k in racket.pools["joined"] if r.random() < 0.75],
            day + r.uniform(0, 12),
        )


def adopt(cast: Cast, r, shop: Shop, racket: Racket, kinds: list[str], day: float) -> None:
    """A front takes over common values of a racket, as after a split or a merger."""
    for kind in kinds:
        if kind in ("payout", "phone", "handle", "device"):
            replace(shop, kind, common_value(r, racket, kind, shop.controller), day)
        elif kind == "return":
            replace(shop, "return", racket.return_place, day)
    if {"place", "account", "sender_phone"} & set(kinds):
        old = last_mode(cast, shop)
        mode = add_mode(
            cast,
            r,
            racket.dispatch_place if "place" in kinds else old.place,
            account=r.choice(racket.pools["account"]) if "account" in kinds else old.account,
            phone=r.choice(racket.pools["sender_phone"]) if "sender_phone" in kinds else old.phone,
        )
        hand_over(shop, ((mode, 1.0),), day)


def found_child(cast: Cast, r, kid: Racket) -> None:
    """What a group that leaves takes along, and what it changes: new values in three or four kinds."""
    parent = cast.rackets[kid.parent]
    kid.leak, kid.pools = dict(parent.leak), dict(parent.pools)
    if kid.founder is not None:
        kid.pools |= {kind: [parent.pools[kind][kid.founder]] for kind in CONTROLLED}
    new = r.sample(SECESSION_KINDS, r.choice([3, 3, 4]))
    kid.workshop = add_place(cast, draw_place(r, r.choice(counties_making(kid.category)), village=r.random() < 0.5))
    kid.dispatch_how = r.choice(["own", "depot", "home"])
    kid.dispatch_place, kid.hub = draw_dispatch(cast, r, kid)
    kid.return_place, kid.return_how = add_place(cast, draw_place(r, cast.places[kid.workshop].county)), "home"
    draw_pools(cast, r, kid, new)
    kid.pools["new"] = new
    for kind in new:
        kid.leak[kind] = max(kid.leak.get(kind, 0), 0.75)
    record_sites(r, kid, kid.born)


def move_workshop(cast: Cast, r, racket: Racket) -> None:
    """The workshop moves, mostly within the county; goods that leave from it or come back to it follow."""
    day, old = racket.move, racket.workshop
    county = cast.places[old].county if r.random() < 0.7 else r.choice(counties_making(racket.category))
    racket.workshop = add_place(cast, draw_place(r, county, village=r.random() < 0.5))
    if racket.dispatch_place == old:
        racket.dispatch_place = racket.workshop
    if racket.return_place == old:
        racket.return_place = racket.workshop
    record_sites(r, racket, day)
    for shop in (cast.shops[i] for i in racket.shops if cast.shops[i].closed > day):
        then = max(shop.opened, day + r.uniform(0, 4))
        send_from(cast, r, shop, old, racket.workshop, then)
        if any(kind == "return" and value == old and until >= OPEN for kind, value, _, until in shop.traits):
            replace(shop, "return", racket.workshop, then)


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
