"""What really happened, kept apart from what was delivered: tables for scoring, never for detection."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from simulator import observability
from simulator.actors import OPEN
from simulator.changes import NEVER, Known
from simulator.geography import COUNTIES
from simulator.orders import CLOSED, FATES
from simulator.presets import FIRST_DAY, date_of, sundays_of
from simulator.rows import CST
from simulator.world import World

NEVER_LISTED = 9999  # `listing_dt` of orders whose listing is never delivered
UPSTREAM_NEEDED, MATERIALS_NEEDED = 3, 2


def clear(out: Path) -> None:
    """Removes what an earlier run wrote, and nothing else."""
    for name in ("landing", "redelivered", "truth"):
        shutil.rmtree(out / name, ignore_errors=True)
    (out / "WORLD.json").unlink(missing_ok=True)


def write(world: World, record, known: Known, out: Path, say) -> None:
    """WORLD.json and all truth tables. `record`: what was delivered; `known`: when things became known."""
    folder = out / "truth"
    folder.mkdir(parents=True, exist_ok=True)
    order_racket = racket_of_orders(world, world.orders.shop)
    buyer_racket = racket_of_orders(world, world.orders.buyer_shop)
    inside = (order_racket >= 0) & (order_racket == buyer_racket)
    uses = observability.collect_uses(world, known)
    weekly = pd.DataFrame(observability.weekly(world, known, uses, order_racket, sundays_of(world.days)))
    tables = {
        "deliveries": pd.DataFrame(record.deliveries, columns=["feed", "date", "delivery", "file", "rows", "listed"]),
        "dirt_rows": pd.DataFrame(
            record.dirt_rows, columns=["feed", "date", "delivery", "file", "line", "kind", "expect", "key"]
        ),
        "orders": order_table(world, known, order_racket, inside),
        "listings": listing_table(world),
        "seller_kind": seller_table(world),
        "members": member_table(world),
        "rackets": racket_table(world, known, order_racket, weekly),
        "events": event_table(world),
        "observability": weekly,
        "sites": site_table(world),
        "value_weekly": value_table(world, known, order_racket, inside),
    }
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    about = {"preset": world.preset.name, "seed": world.seed, "days": world.days, "first_day": FIRST_DAY.isoformat(),
             "sundays": [date_of(d) for d in sundays_of(world.days)]}  # fmt: skip
    (out / "WORLD.json").write_text(json.dumps(about, indent=1))
    seen = weekly[weekly.ds == weekly.ds.max()]
    say(
        f"truth: {int((seen.observable & seen.recent).sum())} of {len(world.cast.rackets)} rackets can be seen on the last Sunday"
    )


def racket_of_orders(world: World, shop: np.ndarray) -> np.ndarray:
    """The racket of each order's shop at the time of payment, -1 for none."""
    at = world.orders.paid_at
    of = np.full(len(world.cast.shops) + 1, -1)
    changed: dict[int, list] = {}
    for number, racket in enumerate(world.cast.rackets):
        for s, _, a, _ in racket.members:
            changed.setdefault(s, []).append((a, number))
            of[s] = number
    found = of[shop]
    for s, spans in changed.items():
        if len(spans) > 1:
            mine = np.flatnonzero(shop == s)
            for a, number in sorted(spans):
                found[mine[at[mine] >= a]] = number
            found[mine[at[mine] < min(spans)[0]]] = min(spans)[1]
    for number, racket in enumerate(world.cast.rackets):
        if racket.merge:
            found[(found == number) & (at >= racket.merge[0])] = racket.merge[1]
    return found


def instants(at) -> pd.DatetimeIndex:
    """Times in days from the first day's midnight, China Standard Time, as UTC."""
    start = pd.Timestamp(FIRST_DAY, tz=CST)
    return pd.DatetimeIndex(start + pd.to_timedelta(np.round(np.asarray(at) * 86400), unit="s")).tz_convert("UTC")


def order_table(world: World, known: Known, order_racket, inside) -> pd.DataFrame:
    """Orders that were delivered at all."""
    o, p, ids = world.orders, world.parcels, world.ids
    days = known.orders
    first = days[:, 0]
    last = np.where(days == NEVER, -1, days).max(axis=1)
    out = np.flatnonzero((p.order >= 0) & (p.return_of < 0) & (known.parcels[:, 0] < world.days))
    n_waybills = np.bincount(p.order[out], minlength=len(o))
    parcel = np.full(len(o), -1)
    main = out[~p.is_second[out]]
    parcel[p.order[out]] = out
    parcel[p.order[main]] = main
    has = parcel >= 0
    early = has & (np.nan_to_num(p.scanned_at[parcel], nan=np.inf) < o.paid_at)
    listed = known.listings[:, 0]
    rackets = np.array([x.name for x in world.cast.rackets] + [None], object)
    sellers = np.array([*ids.sellers, None], object)
    table = pd.DataFrame({
        "order_id": ids.orders,
        "listing_id": np.array(ids.listings, object)[o.listing],
        "seller_id": sellers[o.shop],
        "buyer_seller_id": sellers[o.buyer_shop],
        "is_counterfeit": np.array(world.listings.is_fake)[o.listing],
        "racket": rackets[order_racket],
        "internal": inside,
        "paid_at": instants(o.paid_at),
        "paid_cny": o.paid,
        "refunded_cny": o.refunded,
        "fate": np.array(FATES, object)[o.fate],
        "first_dt": first,
        "last_dt": last,
        "listing_dt": np.where(listed >= NEVER, NEVER_LISTED, listed)[o.listing],
        "waybill_no": np.array([*ids.waybills, None], object)[parcel],
        "waybill_dt": np.where(has, known.parcels[parcel, 0], np.nan),
        "n_waybills": n_waybills,
        "scan_lng": np.where(has, p.lng[parcel], np.nan),
        "scan_lat": np.where(has, p.lat[parcel], np.nan),
        "before_payment": early,
    })  # fmt: skip
    return table[first < world.days]


def listing_table(world: World) -> pd.DataFrame:
    brands = np.array([*world.ids.brands, None], object)
    return pd.DataFrame(
        {
            "listing_id": world.ids.listings,
            "brand": brands[world.listings.brand],
            "is_counterfeit": world.listings.is_fake,
        }
    )


def seller_table(world: World) -> pd.DataFrame:
    shops = world.cast.shops
    return pd.DataFrame(
        {"seller_id": world.ids.sellers, "kind": [s.kind for s in shops], "group_id": [s.group or None for s in shops]}
    )


def member_table(world: World) -> pd.DataFrame:
    shops = world.cast.shops
    rows = [(world.ids.sellers[s], racket.name, role, a, min(b, shops[s].closed))
            for racket in world.cast.rackets for s, role, a, b in racket.members]  # fmt: skip
    return pd.DataFrame(rows, columns=["seller_id", "racket", "role", "day_from", "day_to"])


def racket_table(world: World, known: Known, order_racket, weekly: pd.DataFrame) -> pd.DataFrame:
    rackets = world.cast.rackets
    fake = np.array(world.listings.is_fake)[world.orders.listing]
    first = np.full(len(rackets), NEVER)
    mine = fake & (order_racket >= 0) & (known.orders[:, 0] < world.days)
    np.minimum.at(first, order_racket[mine], known.orders[mine, 0])
    seen = weekly[weekly.observable & weekly.recent].groupby("racket").ds.min()
    return pd.DataFrame({
        "racket": [x.name for x in rackets],
        "merged_into": [rackets[x.merge[1]].name if x.merge else None for x in rackets],
        "first_order_ds": np.where(first < NEVER, first, np.nan),
        "observable_from": [float(seen.get(x.name, np.nan)) for x in rackets],
        "site_inferable": [is_inferable(world, known, n) for n in range(len(rackets))],
    })  # fmt: skip


def is_inferable(world: World, known: Known, number: int) -> bool:
    """Whether the place of making can be concluded from what was delivered: see `UPSTREAM_NEEDED`.

    Goods leave from the workshop itself; or three scanned parcels lead from it to a depot of the racket's own;
    or they lead to a forwarder, and two orders of materials name the workshop.
    """
    cast, p = world.cast, world.parcels
    racket = cast.rackets[number]
    if racket.dispatch_how == "own":
        return True
    transfers = [k for k, t in enumerate(cast.transfers) if t.racket == number and t.what == "upstream"
                 and cast.modes[t.mode].place == racket.workshop]  # fmt: skip
    delivered = known.parcels[:, 0] < world.days
    scanned = int((np.isin(p.transfer, transfers) & np.isfinite(p.lng) & delivered).sum())
    if scanned < UPSTREAM_NEEDED:
        return False
    return (
        racket.dispatch_how != "forwarder"
        or int((delivered & (p.order >= 0) & (p.return_of < 0) & (p.place == racket.workshop)).sum())
        >= MATERIALS_NEEDED
    )


def event_table(world: World) -> pd.DataFrame:
    rackets = world.cast.rackets
    rows = [(rackets[n].name, event, float(day), rackets[other].name if other >= 0 else None)
            for n, event, day, other in world.cast.events if day < world.days]  # fmt: skip
    return pd.DataFrame(rows, columns=["racket", "event", "day", "other"])


def site_table(world: World) -> pd.DataFrame:
    rows = []
    for racket in world.cast.rackets:
        end = min(racket.ends, racket.merge[0] if racket.merge else OPEN)
        for kind, place, a, b, how in racket.sites:
            x = world.cast.places[place]
            rows.append((racket.name, kind, x.lng, x.lat, COUNTIES[x.county].code, a, min(b, end), how))
    return pd.DataFrame(rows, columns=["racket", "kind", "lng", "lat", "county", "day_from", "day_to", "how"])


def value_table(world: World, known: Known, order_racket, inside) -> pd.DataFrame:
    """Turnover with counterfeit goods known by each Sunday. After a merger the past of both counts."""
    o, days = world.orders, known.orders
    names = [x.name for x in world.cast.rackets]
    fake = np.array(world.listings.is_fake)[o.listing] & (order_racket >= 0)
    rows = []
    for ds in sundays_of(world.days):
        merged = np.array([*observability.survivors(world, ds), -1])[order_racket]
        ended = days[:, 3] <= ds
        counts = fake & (days[:, 0] <= ds) & ~(ended & (o.fate == CLOSED))
        kept = o.paid - np.where(ended, o.refunded, 0)
        sums = {
            name: np.bincount(merged[mask], amount[mask], len(names))
            for name, mask, amount in (
                ("gross", counts & ~inside, o.paid),
                ("net", counts & ~inside, kept),
                ("gross_with_internal", counts, o.paid),
            )
        }
        rows.append(pd.DataFrame({"racket": names, "ds": ds} | sums))
    return pd.concat(rows, ignore_index=True)
