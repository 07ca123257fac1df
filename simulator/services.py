"""What anybody may use, honest or not: forwarders, agencies that register shops, villages, sellers of materials."""

from simulator import names
from simulator.actors import OPEN, Agency, Cast, Goods, Hub, add_mode, add_place
from simulator.geography import COUNTIES, draw_place
from simulator.shops import open_shop


def add_hubs(cast: Cast, r, n: int) -> None:
    """Forwarders and shared warehouses. The first few have most of the trade."""
    for rank in range(1, n + 1):
        cast.hubs.append(
            Hub(
                place=add_place(cast, draw_place(r, r.randrange(len(COUNTIES)))),
                phones=tuple(names.draw_phone(r) for _ in range(r.randint(2, 6))),
                accounts=tuple(names.draw_token(r) for _ in range(r.randint(1, 5))),
                carrier=r.choice(["yto", "zto", "sto", "yunda"]),
                share=rank**-1.3,
            )
        )


def add_agencies(cast: Cast, r, n: int) -> None:
    """Agencies that register shops for clients."""
    for _ in range(n):
        office = add_place(cast, draw_place(r, r.randrange(len(COUNTIES))))
        phones = tuple(names.draw_phone(r) for _ in range(r.randint(1, 3)))
        cast.agencies.append(Agency(phones, tuple(names.draw_handle(r) for _ in range(2)), office))


def add_villages(cast: Cast, r, n: int) -> None:
    """Villages in which many households sell one kind of goods."""
    for _ in range(n):
        cast.villages.append(add_place(cast, draw_place(r, r.randrange(len(COUNTIES)), village=True)))


def add_material_shop(cast: Cast, r, days: int) -> None:
    """Sells boxes, zips, soles, labels to whoever makes things, honest or not."""
    category = r.choice(["packaging", "packaging", "materials"])
    goods = Goods(style="materials", categories=(category,), price=(1.0, 0.4), listings=r.randint(3, 6), to_trade=True)
    since = (-r.uniform(50, 900), OPEN, None)
    cast.material_shops.append(
        open_shop(cast, r, "materials", "", goods, days, platform="1688", company=True, rate=0.5, span=since)
    )


def add_forwarder(cast: Cast, r, days: int, hub: Hub) -> None:
    """The shop in which a forwarder offers its service."""
    goods = Goods(style="service", categories=("other",), price=(0.05, 0.3), listings=2)
    mode = add_mode(cast, r, hub.place, phone=hub.phones[0], account=hub.accounts[0], carrier=hub.carrier)
    shared = (("return", hub.place), ("phone", hub.phones[0]))
    county = cast.places[hub.place].county
    open_shop(
        cast,
        r,
        "forwarder",
        "",
        goods,
        days,
        county=county,
        place=hub.place,
        shared=shared,
        mode=mode,
        platform="1688",
        company=True,
        rate=0.3,
    )
