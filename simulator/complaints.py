"""Reports about listings, and what came of leads. Both are selective: nobody reports what nobody looked at."""

from dataclasses import dataclass

import numpy as np

from simulator import names
from simulator.actors import Cast
from simulator.brands import BRANDS
from simulator.geography import COUNTIES
from simulator.listings import Listings
from simulator.orders import REASONS, REFUNDED, Orders

SOURCES = ("rights_holder", "consumer", "platform", "test_buy")
# How easily a rights holder's search finds a listing, by how its seller writes the name.
FOUND = {"open": 2.0, "mixed": 0.8, "careful": 0.2}
# How a lead goes on; many stop on the way.
COURSES = (
    ("taken_up", "test_buy_fake", "site_visited", "site_confirmed", "case_built", "arrest", "convicted"),
    ("taken_up", "site_visited", "site_wrong", "dismissed"),
    ("taken_up", "test_buy_genuine", "dismissed"),
    ("declined",),
)
COURSE_SHARES = (6, 2, 2, 3)


@dataclass(frozen=True, slots=True)
class Report:
    """One complaint; `result_at` may lie beyond the last day."""

    listing: int
    brand: int  # -1 = not given
    source: str
    at: float
    result: str
    result_at: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One event in the handling of a lead of an earlier system, whose ids mean nothing here."""

    case: str
    county: int
    event: str
    at: float
    recorded_at: float
    recorded_by: str
    pair: tuple[int, int] | None = None
    undoes: int = -1
    value: float | None = None
    reason: str | None = None


def make_reports(cast: Cast, listings: Listings, orders: Orders, r, days: int) -> list[Report]:
    """All reports, by time. Rights holders differ in zeal; some reports are about genuine goods, and some of those are upheld."""
    zeal = [r.choice([0, 0.2, 0.5, 1, 2]) for _ in BRANDS]
    reports = []
    for i, number in enumerate(listings.shop):
        brand, fake = listings.brand[i], listings.is_fake[i]
        start, end = max(0, listings.listed[i]), min(days, listings.removed[i])
        if start >= end:
            continue
        evasion = cast.shops[number].goods.evasion
        chance = 0.06 * zeal[brand] * FOUND[evasion] if fake else 0.004 * zeal[brand] if brand >= 0 else 0.0006
        if listings.reason[i] == "ip_complaint" and r.random() < 0.7:
            reports.append(draw_report(r, i, brand, fake, "rights_holder", start, end, prompt=True))
        elif r.random() < chance:
            source = r.choices(SOURCES, [6, 0, 2, 1])[0]
            reports.append(draw_report(r, i, brand, fake, source, start, end))
    angry = np.flatnonzero(
        (orders.fate == REFUNDED) & (orders.reason == REASONS.index("fake")) & (orders.ended_at < days)
    )
    for k in angry:
        if r.random() < 0.12:
            i = int(orders.listing[k])
            reports.append(
                draw_report(r, i, listings.brand[i], listings.is_fake[i], "consumer", orders.ended_at[k], days)
            )
    return sorted(reports, key=lambda x: x.at)


def draw_report(
    r, listing: int, brand: int, fake: bool, source: str, start: float, end: float, prompt: bool = False
) -> Report:
    at = max(start, end - r.uniform(0.1, 2)) if prompt else r.uniform(start, end)
    upheld = prompt or r.random() < (
        {"rights_holder": 0.9, "consumer": 0.5, "platform": 0.8, "test_buy": 0.95}[source] if fake else 0.12
    )
    named = brand if source != "consumer" or r.random() < 0.4 else -1
    return Report(
        listing,
        named,
        source,
        at,
        "upheld" if upheld else "rejected",
        at + (r.uniform(0.02, 0.5) if prompt else r.uniform(1, 25)),
    )


def make_outcomes(cast: Cast, r, days: int) -> list[Outcome]:
    """What authorities did with the leads of an earlier system, some of it taken back later."""
    outcomes: list[Outcome] = []
    staff = [names.draw_token(r) for _ in range(5)]
    honest = [i for i, s in enumerate(cast.shops) if s.racket < 0 and not s.group]
    for _ in range(max(3, days // 4)):
        case, county, at = f"EXT-{r.randrange(10**6):06d}", r.randrange(len(COUNTIES)), r.uniform(0, days * 0.7)
        recorded = at
        for event, more in draw_course(r, honest):
            recorded = max(recorded, at) + r.uniform(0.05, 2)
            undoes = len(outcomes) - 1 if event == "undo" else -1
            outcomes.append(Outcome(case, county, event, at, recorded, r.choice(staff), undoes=undoes, **more))
            at += r.uniform(1, 8)
    return outcomes


def draw_course(r, honest: list[int]) -> list[tuple[str, dict]]:
    """(event, what else is known of it) of one lead, in order. An undo takes back the event before it."""
    course = r.choices(COURSES, COURSE_SHARES)[0]
    steps = [
        (event, {"value": round(r.lognormvariate(11, 1), 2)} if event == "case_built" else {})
        for event in course[: r.randint(1, len(course))]
    ]
    if r.random() < 0.3:
        steps.append(("cannot_link", {"pair": tuple(r.sample(honest, 2)), "reason": "不同经营者"}))
    elif r.random() < 0.3:
        steps.append(("undo", {"reason": "录入错误"}))
    return steps
