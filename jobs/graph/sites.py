"""Which places a racket's traces point to: evidence of several sorts is laid together by place, and weighed.

A sort of evidence (a sign) says at most so much for a kind of site (CAPS), less when it is thin, shared with others or
divided between places. Signs that agree on a place are a noisy-or: that it is wrong takes all of them to be wrong.
Then places compete: with odds o of each, the best has o / (1 + sum of all odds). CAPS are judgements with a reason, not
estimates.
"""

import math
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import h3
import numpy as np
import pyarrow as pa

from jobs.graph.near import METRES_PER_DEGREE, PRIOR_SCANS, SIGMA_M

# Positions this near to each other are one place: a compound, or the doors of one house as couriers see them.
SAME_PLACE_M = 250.0
# What leaves for the racket's own addresses without an order was made where it left. Materials are for where things are
# made, but some orders go to where the buyer sits; boxes are for where goods are packed, which is the same house
# unless goods come to it from elsewhere. Where parcels to customers start is mostly not where goods are made.
CAPS = {
    "made_at": {"stock_from": 0.9, "materials": 0.8, "packaging": 0.75, "origin": 0.35},
    "packed_at": {
        "packaging": 0.75,
        "materials": 0.6,
        "stock_from": 0.5,
        "stock_to": 0.7,
        "forwarded_to": 0.4,
        "origin": 0.3,
    },
    "shipped_from": {"origin": 0.9, "stock_to": 0.85, "forwarded_to": 0.85},
    "returned_to": {"return": 0.9},
}
# An origin that most members have in common and fewer other shops, when no stock is seen to come from elsewhere and
# materials go nowhere else: who has no other house makes things there. Fewer: one for so many members, who may be a
# member that is not known yet.
LONE_ORIGIN, MEMBERS_PER_OUTSIDER = 0.85, 1.5
# Where stock arrives goods are packed; materials that come there too are in doubt. A recent parcel is half of a stream.
ARRIVES, STREAM = 0.5, 1.0
# What leaves in bulk for a place of the racket's own is packed there: where it comes from then only makes it, unless boxes
# say otherwise. So many recent parcels are half of a bulk.
LEAVES, BULK = 0.4, 3.0
# So many parcels, scans or members make a sign worth half of what it can say: two parcels 3/4, ten scans too.
HALF_WORTH = {
    "stock_from": 1.0,
    "stock_to": 1.0,
    "forwarded_to": 1.0,
    "materials": 1.0,
    "packaging": 1.0,
    "origin": 5.0,
    "return": 1.0,
}
# With so many outsiders and no insider, or as many more as insiders, a sign is worth half: some may be members not known.
HALF_SHARED = 2.0
# Where one of several shops sends from alone is the home of that shop.
ALONE, SEVERAL = 0.5, 3
# A place is published when it is more likely than not, and so is a county where the place is not known; alternatives from
# the other on.
PUBLISHED = 0.5
ALTERNATIVE, MAX_RANK = 0.1, 3
# The median of n scans is as good as the mean of 2/pi n; 90 % of a round normal error lie within 2.146 of its standard
# deviations; no site is smaller than its premises.
MEDIAN, WITHIN_90, PREMISES_M = math.pi / 2, 2.146, 50.0
# Cells of H3 with edges of 200 m, about as large as what a place is known to.
H3_RESOLUTION = 9

EVIDENCE = pa.schema(
    [
        ("ds", pa.date32()), ("racket_id", pa.string()), ("sign", pa.string()), ("label", pa.string()),
        ("lng", pa.float64()), ("lat", pa.float64()), ("sigma_m", pa.float64()), ("scans", pa.int64()),
        ("parcels", pa.float64()), ("recent", pa.float64()), ("insiders", pa.float64()), ("outsiders", pa.float64()), ("region_code", pa.string()),
    ]
)  # fmt: skip
# A row of EVIDENCE.
Trace = dict[str, Any]
SCHEMA = pa.schema(
    [
        ("ds", pa.date32()), ("racket_id", pa.string()), ("kind", pa.string()), ("rank", pa.int32()),
        ("lng", pa.float64()), ("lat", pa.float64()), ("radius_m", pa.float64()), ("region_code", pa.string()), ("h3", pa.string()),
        ("probability", pa.float64()), ("abstained", pa.bool_()), ("because", pa.string()),
    ]
)  # fmt: skip
ORDER = ("ds", "racket_id", "sign", "label", "lng", "lat", "parcels", "recent", "insiders", "outsiders", "region_code")
TEXTS = {
    "stock_from": "{:.0f} parcels without an order left here for addresses that it uses",
    "stock_to": "{:.0f} parcels without an order came here",
    "forwarded_to": "{:.0f} parcels without an order came here by a forwarder",
    "materials": "{:.0f} parcels of materials came here",
    "packaging": "{:.0f} parcels of packaging came here",
    "origin": "{:.0f} parcels of its orders start here",
    "return": "{:.0f} members take returns here",
}


def site_batches(evidence: pa.Table) -> pa.Table:
    """EVIDENCE, all rows of each racket in it -> SCHEMA: up to three places of each kind, best first.

    Rows: one per racket, sign and label (an address, or a shop). `sign` is a key of HALF_WORTH, or `member` for a row that
    only says that the racket exists. lng, lat: null where the place has no known position. parcels: how many support it
    (scans of an origin, members of a return address); recent: the same, fading with age. insiders, outsiders: shops of the
    racket and others that use the address; of an origin outsiders only. The result does not depend on the order of rows.
    """
    rows = evidence.select(EVIDENCE.names).cast(EVIDENCE).sort_by([(name, "ascending") for name in ORDER]).to_pylist()
    found = [
        site
        for (ds, racket), group in groupby(rows, key=lambda row: (row["ds"], row["racket_id"]))
        for site in sites_of([row for row in group if row["sign"] != "member"])
        for site in [{"ds": ds, "racket_id": racket, **site}]
    ]
    return pa.Table.from_pylist(found, SCHEMA)


def sites_of(rows: list[Trace]) -> Iterator[dict[str, Any]]:
    """Sites of one racket. rows: of EVIDENCE, in a fixed order."""
    places = laid_together(rows)
    for kind in CAPS:
        limits = [caps(kind, place, places) for place in places]
        yield from of_kind(kind, [[row for row in place if row["sign"] in CAPS[kind]] for place in places], limits)


def laid_together(rows: list[Trace]) -> list[list[Trace]]:
    """Rows by place: those within SAME_PLACE_M of the position with most support around it; without one, by label."""
    unplaced: dict[str, list[Trace]] = {}
    for row in rows:
        if row["lng"] is None:
            unplaced.setdefault(row["label"], []).append(row)
    placed = [row for row in rows if row["lng"] is not None]
    groups = list(unplaced.values())
    if not placed:
        return groups
    lng, lat = np.array([row["lng"] for row in placed]), np.array([row["lat"] for row in placed])
    # In millionths, so that sums are exact and equal in any order.
    weight = np.array([round(row["recent"] * 1_000_000) for row in placed], np.int64)
    near = np.hypot(
        (lng[:, None] - lng) * np.cos(np.radians(lat))[:, None], lat[:, None] - lat
    ) * METRES_PER_DEGREE <= SAME_PLACE_M  # fmt: skip
    support = near.astype(np.int64) @ weight
    free = np.ones(len(placed), bool)
    while free.any():
        members = np.flatnonzero(near[int(np.where(free, support, -1).argmax())] & free)
        groups.append([placed[i] for i in members])
        free[members] = False
        support -= near[:, members] @ weight[members]
    return groups


def of_kind(kind: str, places: list[list[Trace]], limits: list[dict[str, float]]) -> Iterator[dict[str, Any]]:
    """Sites of one kind: rank 1 always, known or not; places without a position compete, and cannot be published."""
    ranked = ranking(kind, places, limits)
    best, first = ranked[0] if ranked else (0.0, [])
    if best < PUBLISHED or first[0]["lng"] is None:
        county, why = known_county(kind, places), "nothing known points to a place"
        if ranked:
            why = f"the likeliest place has a probability of {best:.2f}, less than {PUBLISHED}: {said(first)}"
        if best >= PUBLISHED:
            why = f"only the address is known, no parcel was scanned there: {said(first)}"
        yield {
            "kind": kind, "rank": 1, "lng": None, "lat": None, "radius_m": None, "region_code": county, "h3": None,
            "probability": best, "abstained": True, "because": why,
        }  # fmt: skip
        return
    shown = [(p, place) for p, place in ranked if place[0]["lng"] is not None]
    for rank, (p, place) in enumerate(shown[:MAX_RANK], 1):
        if rank == 1 or p >= ALTERNATIVE:
            lng, lat, radius = position(place)
            yield {
                "kind": kind, "rank": rank, "lng": lng, "lat": lat, "radius_m": radius,
                "region_code": county_of(place), "h3": h3.latlng_to_cell(lat, lng, H3_RESOLUTION), "probability": p, "abstained": False, "because": said(place),
            }  # fmt: skip


def ranking(kind: str, places: list[list[Trace]], limits: list[dict[str, float]]) -> list[tuple[float, list[Trace]]]:
    """Places that something speaks for, with their probabilities, best first."""
    wrong = [1.0] * len(places)
    for sign in CAPS[kind]:
        for n, worth in enumerate(worths(kind, sign, places)):
            wrong[n] *= 1 - limits[n][sign] * worth
    odds = [(1 - w) / w for w in wrong]
    total = 1 + sum(odds)
    return sorted(
        ((round(o / total, 6), place) for o, place in zip(odds, places, strict=True) if o > 0),
        key=lambda item: (-item[0], *(str(item[1][0][name]) for name in ("lng", "lat", "label"))),
    )


def caps(kind: str, place: list[Trace], places: list[list[Trace]]) -> dict[str, float]:
    """What each sign can say at most for a kind of site at one of the places."""
    limits = dict(CAPS[kind])
    if kind == "made_at":
        came, left = (sum(row["recent"] for row in of_sign(place, sign)) for sign in ("stock_to", "stock_from"))
        kept = _kept(ARRIVES, came, STREAM)
        limits |= {sign: limits[sign] * kept for sign in ("materials", "packaging")}
        # What came was not made where it leaves again.
        limits["stock_from"] *= 1 - came / (came + left + STREAM)
        if is_only_house(place, places):
            limits["origin"] += (LONE_ORIGIN - limits["origin"]) * _kept(0, came, STREAM)
    if kind == "packed_at" and not of_sign(place, "stock_to"):
        moved = sum(
            row["recent"] * exclusive(kind, row, [row]) for other in places for row in of_sign(other, "stock_to")
        )
        kept = _kept(LEAVES, moved, BULK)
        limits |= {sign: limits[sign] * kept for sign in ("stock_from", "materials")}
    return limits


def _kept(least: float, amount: float, half: float) -> float:
    """1 of nothing, towards `least` the more there is; halfway there at `half`."""
    return 1 - (1 - least) * amount / (amount + half)


def is_only_house(place: list[Trace], places: list[list[Trace]]) -> bool:
    """Most members send from there, fewer others do, and no stock or materials of its own name another place."""
    here = of_sign(place, "origin")
    outsiders = float(np.median([row["outsiders"] for row in here] or [0]))
    elsewhere = any(
        row["sign"] == "stock_from" or (row["sign"] in ("materials", "packaging") and other is not place)
        for other in places
        for row in other
        if exclusive("made_at", row, [row]) >= 0.5 and not is_at_home(row, places)
    )
    members = labels([here])
    return members >= max(2, MEMBERS_PER_OUTSIDER * outsiders) and 2 * members > senders(places) and not elsewhere


def is_at_home(row: Trace, places: list[list[Trace]]) -> bool:
    """Whether packaging came to an address that one of several members uses alone: what its own orders need."""
    return row["sign"] == "packaging" and row["insiders"] == 1 and senders(places) >= SEVERAL


def worths(kind: str, sign: str, places: list[list[Trace]]) -> list[float]:
    """What a sign is worth at each place, 0 to 1: by its amount, how many outsiders share it, and how it is divided."""
    own = [of_sign(place, sign) for place in places]
    several = sign == "origin" and labels(own) >= SEVERAL
    recent = [sum(row["recent"] for row in rows) for rows in own]
    counted = [
        sum(row["recent"] * exclusive(kind, row, rows) * (ALONE if is_at_home(row, places) else 1.0) for row in rows)
        * (ALONE if several and labels([rows]) == 1 else 1.0)
        for rows in own
    ]  # fmt: skip
    squares = sum(c * c for c in counted)
    return [
        (1 - 2 ** (-sum(row["parcels"] for row in rows) / HALF_WORTH[sign])) * (c / r) * (c * c / squares) if c > 0 else 0.0
        for rows, c, r in zip(own, counted, recent, strict=True)
    ]  # fmt: skip


def exclusive(kind: str, row: Trace, rows: list[Trace]) -> float:
    """What is left of a sign that outsiders share. A forwarder's depot is no workshop, but it is where parcels start."""
    if kind == "shipped_from":
        return 1.0
    insiders = labels([rows]) if row["sign"] == "origin" else row["insiders"]
    return 1 / (1 + row["outsiders"] / (HALF_SHARED + insiders))


def of_sign(place: list[Trace], sign: str) -> list[Trace]:
    return [row for row in place if row["sign"] == sign]


def senders(places: list[list[Trace]]) -> int:
    """How many members' parcels have a known origin."""
    return labels([of_sign(place, "origin") for place in places])


def labels(places: list[list[Trace]]) -> int:
    """How many labels (shops, addresses) rows have."""
    return len({row["label"] for place in places for row in place})


def position(place: list[Trace]) -> tuple[float, float, float]:
    """lng, lat, 90 % radius in metres of rows with positions: the mean by how well each is known."""
    # The same scans count once, whatever they are a sign of.
    place = list({(row["label"], row["lng"], row["lat"]): row for row in place}.values())
    scans = np.array([max(row["scans"], 1) for row in place], float)
    sigma = np.array([SIGMA_M if row["sigma_m"] is None else row["sigma_m"] for row in place])
    variance = MEDIAN * (sigma**2 * scans + SIGMA_M**2 * PRIOR_SCANS) / (scans + PRIOR_SCANS) / scans
    weight = 1 / variance
    lng, lat = (float(np.dot(weight, [row[name] for row in place]) / weight.sum()) for name in ("lng", "lat"))
    return round(lng, 6), round(lat, 6), round(max(WITHIN_90 / math.sqrt(weight.sum()), PREMISES_M), 1)


def county_of(place: list[Trace]) -> str | None:
    """The county code that most of a place's support has."""
    votes: dict[str, float] = {}
    for row in place:
        if row["region_code"] is not None:
            votes[row["region_code"]] = votes.get(row["region_code"], 0.0) + row["recent"]
    return min(votes, key=lambda code: (-round(votes[code], 6), code)) if votes else None


def known_county(kind: str, places: list[list[Trace]]) -> str | None:
    """The county with PUBLISHED of the probability or more: the same evidence, laid together by county."""
    counties: dict[str | None, list[Trace]] = {}
    for place in places:
        for row in place:
            counties.setdefault(row["region_code"], []).append(row)
    ranked = ranking(kind, list(counties.values()), [CAPS[kind]] * len(counties))
    return ranked[0][1][0]["region_code"] if ranked and ranked[0][0] >= PUBLISHED else None


def said(place: list[Trace]) -> str:
    """What speaks for a place, for a person."""
    sums = {sign: sum(row["parcels"] for row in place if row["sign"] == sign) for sign in TEXTS}
    return "; ".join(TEXTS[sign].format(count) for sign, count in sums.items() if count > 0)
