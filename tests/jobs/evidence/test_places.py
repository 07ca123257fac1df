"""evidence.places: centres of the first scans of the last six weeks, as of each Sunday."""

import math
import random

import pytest
from pyspark.sql import functions as F

from jobs.evidence.places import DAYS, MAX_SCANS
from jobs.graph.pickups import METRES_PER_DEGREE
from jobs.table import DAY
from tests.frames import day, frame_of, lines, stacked, transformed

SHOWN = "ds seller_id rank lng lat scans share sigma_m recent first_seen last_seen"
LNG, LAT = 119.0, 25.4


def trades(spark, rows):
    """Rows (day, shop, metres to the east, metres to the north), each of an order; a fifth item changes columns."""
    filled = [
        {
            "ds": ds, "seller_id": shop, "order_id": f"o{k}", "is_first_scan": True, "first_scan_lat": LAT + north / METRES_PER_DEGREE,
            "first_scan_lng": LNG + east / METRES_PER_DEGREE / math.cos(math.radians(LAT)), **(more[0] if more else {}),
        }
        for k, (ds, shop, east, north, *more) in enumerate(rows)
    ]  # fmt: skip
    return frame_of(spark, "core.trades", filled)


SUNDAY = day("03-31")
FROM = SUNDAY - (DAYS - 1) * DAY  # the first day that still counts


def test_first_scans_of_the_last_six_weeks_make_a_shops_places(spark):
    later, unseen = {"is_first_scan": False}, {"is_first_scan": False, "first_scan_lng": None, "first_scan_lat": None}
    rows = [
        *[(FROM, "s", 0, 0)] * 3, *[(SUNDAY, "s", 0, 0)] * 3,
        *[(FROM + DAY, "both", 0, 0)] * 3, *[(FROM + 9 * DAY, "both", 0, 0)] * 3, *[(FROM + 20 * DAY, "both", 5_000, 0)] * 4,
        *[(FROM - DAY, "s", 0, 0)] * 5, *[(SUNDAY, "s", 0, 0, later)] * 7, *[(SUNDAY, "s", 0, 0, unseen)] * 7,
        *[(SUNDAY, "few", 0, 0)] * 2, *[(FROM - DAY, "moved", 0, 0)] * 20, *[(SUNDAY, "moved", 5_000, 0)] * 4,
    ]  # fmt: skip
    found = transformed("evidence.places", SUNDAY, SUNDAY, trades=trades(spark, rows))
    # Half of a scan is left after two weeks, an eighth after six.
    wanted = found.where("seller_id <> 'both'")
    assert lines(wanted, "ds seller_id rank scans share lat recent first_seen last_seen") == [
        "03-31 moved 1 4 1 25.4 4 03-31 03-31",
        "03-31 s 1 6 1 25.4 3.394034 02-19 03-31",
    ]
    # Each place has days of its own.
    assert lines(found.where("seller_id = 'both'"), "rank scans first_seen last_seen") == [
        "1 6 02-20 02-28", "2 4 03-10 03-10",
    ]  # fmt: skip


def test_of_very_many_scans_300_are_looked_at_which_follow_from_their_orders(spark):
    draw = random.Random(1)
    rows = [(SUNDAY, "s", draw.gauss(0, 100), draw.gauss(0, 100)) for _ in range(400)]
    seen = trades(spark, rows)
    found = lines(transformed("evidence.places", SUNDAY, SUNDAY, trades=seen), SHOWN)
    again = transformed("evidence.places", SUNDAY, SUNDAY, trades=seen.orderBy(F.rand(3)).repartition(5))
    assert lines(again, SHOWN) == found
    (place,) = [line.split() for line in found]
    assert 0.97 * MAX_SCANS <= int(place[5]) <= MAX_SCANS
    assert (float(place[3]), float(place[4])) == pytest.approx((LNG, LAT), abs=3 * 100 / math.sqrt(300) / 100_000)


def test_a_range_of_sundays_gives_what_each_gives_alone(spark):
    draw = random.Random(2)
    sundays = [SUNDAY + 7 * k * DAY for k in (-1, 0, 1)]
    rows = [
        (FROM + draw.randrange(-10, 52) * DAY, f"s{k % 7}", draw.gauss(3_000 * (k % 2), 120), draw.gauss(0, 120))
        for k in range(400)
    ]
    seen = trades(spark, rows).cache()
    at_once = lines(transformed("evidence.places", sundays[0], sundays[-1], trades=seen), SHOWN)
    one_by_one = stacked([transformed("evidence.places", sunday, sunday, trades=seen) for sunday in sundays])
    assert lines(one_by_one, SHOWN) == at_once
    assert len(at_once) == 3 * 7 * 2
