"""Rows of each feed as columns of plain values: ids, decimal text, ISO 8601 times."""

from datetime import timedelta, timezone
from functools import lru_cache

import numpy as np

from simulator import names
from simulator.brands import BRANDS
from simulator.geography import COUNTIES, spellings
from simulator.orders import FATES, REASONS, REFUNDED
from simulator.parcels import DATUMS, GOODS, as_delivered
from simulator.presets import FIRST_DAY
from simulator.world import World

CST = timezone(timedelta(hours=8))
EPOCH = np.datetime64(FIRST_DAY)
NO_SENDER = (None, None, None, None, None)


def order_rows(world: World, item, state) -> dict[str, list]:
    o, ids = world.orders, world.ids
    ended = state == 3
    style = time_styles(item)
    updated = np.choose(state, [o.paid_at[item], o.shipped_at[item], o.received_at[item], o.ended_at[item]])
    fate = o.fate[item]
    status = np.where(ended, fate + 3, state)
    refunded = ended & (fate == REFUNDED)
    return {
        "order_id": pick(ids.orders, item),
        "listing_id": pick(ids.listings, o.listing[item]),
        "seller_id": pick(ids.sellers, o.shop[item]),
        "buyer_id": tokens(o.buyer[item], world.seed),
        "buyer_seller_id": pick(ids.sellers, o.buyer_shop[item]),
        "quantity": o.quantity[item].tolist(),
        "unit_price_cny": money(o.unit_price[item]),
        "paid_cny": money(o.paid[item]),
        "paid_at": iso_times(o.paid_at[item], style),
        "status": pick(("paid", "shipped", "received", "received", *FATES[1:]), status),
        "refunded_cny": [
            m if r else "0.00" if e else None
            for m, r, e in zip(money(o.refunded[item]), refunded.tolist(), (item % 3 == 0).tolist(), strict=True)
        ],
        "refund_reason": pick(REASONS, np.where(refunded, o.reason[item], -1)),
        "updated_at": iso_times(updated, style),
    }


def parcel_rows(world: World, item, state) -> dict[str, list]:
    p, cast, ids = world.parcels, world.cast, world.ids
    style = time_styles(item)
    mode = p.mode[item].tolist()
    habit = (item * 31 % 17).tolist()
    senders = [sender_fields(cast, m, h) if m >= 0 else NO_SENDER for m, h in zip(mode, habit, strict=True)]
    lng, lat = as_delivered(p.lng[item], p.lat[item], p.datum[item])
    known = np.isfinite(lng)
    county = [COUNTIES[c].code for c in p.county[item].tolist()]
    updated = np.where(state == 1, p.delivered_at[item], p.known_at[item])
    return {
        "waybill_no": pick(ids.waybills, item),
        "carrier": ["sf" if m < 0 else cast.modes[m].carrier for m in mode],
        "order_id": pick(ids.orders, p.order[item]),
        "sender_name": [s[0] for s in senders],
        "sender_phone": [s[1] for s in senders],
        "sender_address": [s[2] for s in senders],
        "sender_account": [s[3] for s in senders],
        "recipient_token": tokens(p.recipient[item], world.seed + 1),
        "recipient_region": county,
        "recipient_address": [address(cast, q, h % 5) if q >= 0 else None
                              for q, h in zip(p.place[item].tolist(), habit, strict=True)],
        "weight_kg": np.round(p.weight[item], 2).tolist(),
        "goods": pick(GOODS, p.goods[item]),
        "first_scan_at": iso_times(p.scanned_at[item], style),
        "first_scan_depot": [s[4] for s in senders],
        "first_scan_lng": [round(x, 7) if k else None for x, k in zip(lng.tolist(), known.tolist(), strict=True)],
        "first_scan_lat": [round(x, 7) if k else None for x, k in zip(lat.tolist(), known.tolist(), strict=True)],
        "datum": [DATUMS[d] if k else None for d, k in zip(p.datum[item].tolist(), known.tolist(), strict=True)],
        "delivered_at": iso_times(np.where(state == 1, p.delivered_at[item], np.nan), style),
        "return_of": pick(ids.waybills, p.return_of[item]),
        "freight_cny": money(3 + p.weight[item] * 1.2),
        "updated_at": iso_times(updated, style),
    }  # fmt: skip


def sender_fields(cast, number: int, habit: int) -> tuple:
    """Name, phone, address, account and depot as one waybill of this way of sending shows them."""
    m = cast.modes[number]
    style = (0, 0, 1, 0, 2, 3, 0, 4, 1)[(habit + number) % 9]
    return _sender(
        m.name,
        m.phone,
        m.account,
        m.carrier,
        address(cast, m.place, style),
        COUNTIES[cast.places[m.place].county].code,
        habit,
    )


@lru_cache(maxsize=400_000)
def _sender(name: str, phone: str, account: str | None, carrier: str, written: str, county: str, habit: int):
    return (
        name if habit % 4 else name[0] + "先生",
        names.spell_phone(phone, (0, 0, 0, 1, 2, 3, 4, 5, 0)[habit % 9]),
        written,
        account,
        f"{carrier.upper()}-{county}",
    )


def address(cast, place, style: int) -> str:
    """A place as somebody writes it; text stays as it is, and so does nothing."""
    if place is None or isinstance(place, str):
        return place
    if place not in cast.spelled:
        cast.spelled[place] = spellings(cast.places[place])
    return cast.spelled[place][style]


def shop_rows(world: World, item, at) -> dict[str, list]:
    rows = [shop_row(world, i, t) for i, t in zip(item.tolist(), at.tolist(), strict=True)]
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def shop_row(world: World, i: int, at: float) -> dict:
    """A shop as of a time; of several devices not all are seen on every day."""
    s, cast = world.cast.shops[i], world.cast
    have: dict[str, list] = {}
    for kind, value, a, b in s.traits:
        if a <= at < b or (a <= at and b >= s.closed):
            have.setdefault(kind, []).append(value)
    last = {kind: values[-1] for kind, values in have.items()}
    closed = s.closed if s.closed <= at else np.nan
    devices = have.get("device", [])
    if len(devices) > 1 and (i + int(at)) % 3 == 0:
        devices = devices[:-1]
    habit = (i * 13 + 5) % 23
    registered_at, closed_at, updated_at = iso_times([s.opened, closed, max(at, 0.0)], time_styles([i] * 3))
    return {
        "seller_id": world.ids.sellers[i], "platform": s.platform, "shop_name": s.name, "legal_name": last.get("legal_name"),
        "licence_no": last.get("licence"), "id_token": last.get("id_token"), "registered_at": registered_at, "closed_at": closed_at,
        "close_reason": s.close_reason if s.closed <= at else None,
        "phones": [names.spell_phone(p, (habit + k) % 9 if (habit + k) % 9 < 6 else 0) for k, p in enumerate(have.get("phone", []))],
        "handles": list(have.get("handle", [])), "registered_address": address(cast, last.get("registered"), habit % 5),
        "return_address": address(cast, last.get("return"), (habit + 2) % 5),
        "payout_account": last.get("payout"), "devices": devices, "ip_prefixes": have.get("ip", []), "updated_at": updated_at,
    }  # fmt: skip


def listing_rows(world: World, item, state) -> dict[str, list]:
    x, ids = world.listings, world.ids

    def get(column: list) -> list:
        return [column[i] for i in item.tolist()]

    style = time_styles(item)
    listed, repriced, removed = np.array(get(x.listed)), np.array(get(x.repriced)), np.array(get(x.removed))
    updated = np.choose(state, [listed, repriced, removed])
    gone = state == 2
    price = np.where(repriced <= updated, get(x.later_price), get(x.price))
    return {
        "listing_id": get(ids.listings),
        "seller_id": pick(ids.sellers, get(x.shop)),
        "title": get(x.title),
        "description": get(x.description),
        "category": get(x.category),
        "brand_claimed": get(x.brand_claimed),
        "price_cny": money(price),
        "listed_at": iso_times(listed, style),
        "removed_at": iso_times(np.where(gone, removed, np.nan), style),
        "removal_reason": [r if k else None for r, k in zip(get(x.reason), gone.tolist(), strict=True)],
        "image_ids": [[ids.images[k] for k in pictures] for pictures in get(x.images)],
        "ship_from": get(x.ship_from),
        "updated_at": iso_times(updated, style),
    }


def brand_rows(world: World) -> dict[str, list]:
    """All brands as their rights holders know them: with the protected spellings alone."""
    authorised = world.cast.authorised
    return {
        "brand_id": list(world.ids.brands),
        "names": [[b.chinese, b.latin, b.pinyin] for b in BRANDS],
        "categories": [list(b.categories) for b in BRANDS],
        "reference_prices": [[f"{c}:{p}" for c, p in b.prices] for b in BRANDS],
        "authorised_sellers": [[world.ids.sellers[s] for s in authorised.get(n, [])] for n in range(len(BRANDS))],
        "genuine_regions": [
            [COUNTIES[(n * 5 + k) % len(COUNTIES)].code for k in range(1 + n % 2)] for n in range(len(BRANDS))
        ],
        "updated_at": iso_times(np.full(len(BRANDS), 0.1)),
    }


def report_rows(world: World, item, state) -> dict[str, list]:
    rows = [world.reports[i] for i in item.tolist()]
    done = state == 1
    at, result_at = np.array([x.at for x in rows]), np.array([x.result_at for x in rows])
    return {
        "report_id": [f"R{1000003 + 17 * i}" for i in item.tolist()],
        "listing_id": [world.ids.listings[x.listing] for x in rows],
        "brand_id": pick(world.ids.brands, [x.brand for x in rows]),
        "source": [x.source for x in rows],
        "reported_at": iso_times(at),
        "result": [x.result if d else None for x, d in zip(rows, done.tolist(), strict=True)],
        "result_at": iso_times(np.where(done, result_at, np.nan)),
        "updated_at": iso_times(np.where(done, result_at, at)),
    }


def outcome_rows(world: World, item, state) -> dict[str, list]:
    rows = [world.outcomes[i] for i in item.tolist()]
    pairs = [x.pair or (-1, -1) for x in rows]
    return {
        "outcome_id": [outcome_id(i) for i in item.tolist()],
        "racket_id": [x.case for x in rows],
        "jurisdiction": [COUNTIES[x.county].code for x in rows],
        "event": [x.event for x in rows],
        "reason": [x.reason for x in rows],
        "subject_a": pick(world.ids.sellers, [a for a, _ in pairs]),
        "subject_b": pick(world.ids.sellers, [b for _, b in pairs]),
        "undoes": [outcome_id(x.undoes) if x.undoes >= 0 else None for x in rows],
        "value_cny": [f"{x.value:.2f}" if x.value is not None else None for x in rows],
        "happened_at": iso_times([x.at for x in rows]),
        "recorded_at": iso_times([x.recorded_at for x in rows]),
        "recorded_by": [x.recorded_by for x in rows],
    }


def outcome_id(number: int) -> str:
    return f"O{50021 + 11 * number}"


def pick(values, index) -> list:
    """values[i] for each index, None where the index is negative."""
    return [values[i] if i >= 0 else None for i in np.asarray(index).tolist()]


def iso_times(at, style=None) -> list[str | None]:
    """Times in days from the first day's midnight as ISO 8601; NaN and infinite become null.

    `style` per element: 0 with +08:00, 1 without offset, 2 in UTC with Z.
    """
    at = np.asarray(at, float)
    known = np.isfinite(at)
    seconds = np.round(np.where(known, at, 0) * 86400).astype("timedelta64[s]")
    style = np.zeros(len(at), int) if style is None else style
    utc = np.where(style == 2, 8 * 3600, 0).astype("timedelta64[s]")
    text = np.datetime_as_string(EPOCH + seconds - utc, unit="s").tolist()
    ends = ("+08:00", "", "Z")
    return [t + ends[s] if k else None for t, s, k in zip(text, style.tolist(), known.tolist(), strict=True)]


def time_styles(item) -> np.ndarray:
    """Which spelling of times a row uses: mostly with offset."""
    return np.array([0] * 18 + [1, 2])[(np.asarray(item) * 7 + 3) % 20]


def money(values) -> list[str]:
    """Decimal yuan with two places."""
    return [f"{v:.2f}" for v in np.asarray(values, float).tolist()]


def tokens(numbers, salt: int) -> list[str]:
    """Salted tokens of numbers: 16 hexadecimal digits, the same number always the same token."""
    x = np.asarray(numbers).astype(np.uint64) + np.uint64(salt * 0x9E3779B97F4A7C15 % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return [f"{v:016x}" for v in (x ^ (x >> np.uint64(31))).tolist()]
