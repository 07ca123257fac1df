"""What shops order from shops, again and again: stock to sell, boxes and parts to make things with."""

from simulator.actors import OPEN, Cast, Purchase, first_place


def buy_from(
    cast: Cast,
    r,
    buyer: int,
    supplier: int,
    days: int,
    rate=(0.02, 0.12),
    place: int | None = None,
    since=0.0,
    until=OPEN,
) -> None:
    """Regular orders of one shop from another while both are open, delivered where the buyer packs unless told.

    `rate`: least and most orders per day.
    """
    s, t = cast.shops[buyer], cast.shops[supplier]
    a, b = max(0, since, s.opened, t.opened), min(days, until, s.closed, t.closed)
    if a < b:
        cast.purchases.append(
            Purchase(buyer, supplier, first_place(cast, s) if place is None else place, a, b, r.uniform(*rate))
        )


def sometimes_buy_materials(cast: Cast, r, buyer: int, days: int, share: float) -> None:
    """Boxes, labels or parts, as many who make or pack something order them."""
    if cast.material_shops and r.random() < share:
        buy_from(cast, r, buyer, r.choice(cast.material_shops), days)
