"""What happens to rackets: splits, mergers, moves of the workshop, times without sales."""

from simulator.actors import OPEN, Cast, Racket, Shop, add_mode, add_place, replace
from simulator.geography import counties_making, draw_place
from simulator.rackets import draw_dispatch, draw_pools, record_sites

# The kinds of which a group takes new values when it leaves another or joins it.
SECESSION_KINDS = ("payout", "phone", "handle", "return", "account", "sender_phone", "place", "device")


def plan_events(r, rackets: list[Racket], preset, days: int) -> None:
    """Decides who splits, joins another, moves, goes quiet. At most one change of identity each.

    The last rackets of the list are the children of splits: they have no life before.
    """
    if not preset.history:
        return
    children = max(1, round(len(rackets) * 0.07))
    adults, kids = rackets[:-children], rackets[-children:]
    old = [x for x in adults if x.born < days * 0.2 and x.ends == OPEN]
    big = [x for x in old if x.fronts >= 8] or old
    for parent, kid in zip(r.sample(big, len(kids)), kids, strict=True):
        day = r.uniform(days * 0.25, days * 0.75)
        taken = set(r.sample(range(parent.fronts), max(3, round(parent.fronts * r.uniform(0.35, 0.5)))))
        parent.split = (day, rackets.index(kid), taken)
        kid.parent, kid.born, kid.ends, kid.fronts = rackets.index(parent), day, OPEN, 0
        kid.category, kid.brands, kid.evasion = parent.category, parent.brands, parent.evasion
        kid.price, kid.rate, kid.takedown_days, kid.grade_share, kid.says = (parent.price, parent.rate, parent.takedown_days, parent.grade_share, parent.says)
    free = [x for x in old if x.split is None]
    r.shuffle(free)
    for _ in range(max(1, round(len(rackets) * 0.03))):
        if len(free) < 2:
            break
        into, gone = free.pop(), free.pop()
        gone.merge = (r.uniform(days * 0.25, days * 0.75), rackets.index(into))
    for racket in free:
        if racket.merge is None and r.random() < 0.12:
            racket.move = r.uniform(days * 0.2, days * 0.8)
    for racket in adults:
        if racket.split is None and racket.merge is None and racket.ends == OPEN and r.random() < 0.13:
            start = r.uniform(max(racket.born, 0) + days * 0.15, max(days * 0.6, max(racket.born, 0) + days * 0.16))
            racket.quiet = (start, start + r.uniform(18, 50))


def owner_at(cast: Cast, number: int, front: int, day: float) -> int:
    """The racket that a front of another belongs to on a day, after splits and mergers."""
    racket = cast.rackets[number]
    if racket.split and day >= racket.split[0] and front in racket.split[2]:
        return racket.split[1]
    if racket.merge and day >= racket.merge[0]:
        return racket.merge[1]
    return number


def follow_events(cast: Cast, r, number: int, front: int, i: int, role: str) -> None:
    """What a split, a merger or a move does to a front that is open at the time."""
    racket, shop = cast.rackets[number], cast.shops[i]
    if racket.split and shop.opened < racket.split[0] <= shop.closed and front in racket.split[2]:
        day, child, _ = racket.split
        kid = cast.rackets[child]
        adopt(cast, r, shop, kid, [k for k in kid.pools["new"] if r.random() < 0.85], day + r.uniform(0, 9))
        racket.members[-1][3] = day
        kid.members.append([i, role, day, OPEN])
        kid.shops.append(i)
    if racket.merge and shop.opened < racket.merge[0] <= shop.closed:
        day, into = racket.merge
        adopt(cast, r, shop, cast.rackets[into], [k for k in racket.pools["joined"] if r.random() < 0.75], day + r.uniform(0, 12))


def adopt(cast: Cast, r, shop: Shop, racket: Racket, kinds, day: float) -> None:
    """A front takes over common values of a racket, as after a split, a merger or a move."""
    for kind in kinds:
        if kind in ("payout", "phone", "handle", "device"):
            replace(shop, kind, r.choice(racket.pools[kind]), day)
        elif kind == "return":
            replace(shop, "return", racket.return_place, day)
    if {"place", "account", "sender_phone"} & set(kinds):
        old = cast.modes[shop.dispatch[-1][1][0][0]]
        mode = add_mode(
            cast,
            r,
            racket.dispatch_place if "place" in kinds else old.place,
            account=r.choice(racket.pools["account"]) if "account" in kinds else old.account,
            phone=r.choice(racket.pools["sender_phone"]) if "sender_phone" in kinds else old.phone,
        )
        shop.dispatch.append((day, ((mode, 1.0),)))


def found_child(cast: Cast, r, number: int) -> None:
    """What a group that leaves takes along, and what it changes: new values in three or four kinds."""
    kid, parent = cast.rackets[number], cast.rackets[cast.rackets[number].parent]
    kid.leak, kid.pools = dict(parent.leak), dict(parent.pools)
    kid.fronts = len(parent.split[2])
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
    """The workshop moves, mostly within the county; goods that leave from it follow."""
    day, old = racket.move, racket.dispatch_place
    county = cast.places[racket.workshop].county if r.random() < 0.7 else r.choice(counties_making(racket.category))
    racket.workshop = add_place(cast, draw_place(r, county, village=r.random() < 0.5))
    if racket.dispatch_how == "own":
        racket.dispatch_place = racket.workshop
    record_sites(r, racket, day)
    for i in racket.shops:
        shop = cast.shops[i]
        mode = cast.modes[shop.dispatch[-1][1][0][0]]
        if racket.dispatch_how == "own" and mode.place == old and shop.opened < day < shop.closed:
            new = add_mode(cast, r, racket.workshop, account=mode.account, phone=mode.phone, carrier=mode.carrier)
            shop.dispatch.append((day + r.uniform(0, 4), ((new, 1.0),)))


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
