"""Centres of first scans: as good as the number of scans allows, up to three a shop, whatever the order of rows."""

import math
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from jobs.graph.pickups import MAX_MODES, METRES_PER_DEGREE, MIN_SCANS, centre_batches

SUNDAY = date(2024, 3, 3)
LNG, LAT = 119.0, 25.4
EAST = METRES_PER_DEGREE * math.cos(math.radians(LAT))
# Spread of the scans of a pick-up per axis, metres.
SIGMA = 110.0


def scans(**shops):
    """Rows of points (n, 2) in metres to the east and north of a place, by shop."""
    rows = [
        {"ds": SUNDAY, "seller_id": shop, "lng": LNG + x / EAST, "lat": LAT + y / METRES_PER_DEGREE}
        for shop, points in shops.items()
        for x, y in np.asarray(points, float)
    ]
    return table(rows)


def table(rows):
    kinds = [
        ("ds", pa.date32()),
        ("seller_id", pa.string()),
        ("lng", pa.float64()),
        ("lat", pa.float64()),
        ("age", pa.int32()),
    ]
    return pa.Table.from_pylist([{"age": 0, **row} for row in rows], pa.schema(kinds))


def cloud(seed, n, x=0.0, y=0.0):
    return np.random.default_rng(seed).normal((x, y), SIGMA, (n, 2))


def found(rows, *columns):
    """Wanted columns of the places; `x` and `y` are metres."""
    places = [
        {**row, "x": (row["lng"] - LNG) * EAST, "y": (row["lat"] - LAT) * METRES_PER_DEGREE}
        for row in centre_batches(rows).to_pylist()
    ]
    return [tuple(row[name] for name in columns) for row in places]


@pytest.mark.parametrize("n", [10, 40, 300])
def test_a_centre_is_within_three_standard_errors_of_the_place_and_its_spread_is_that_of_the_scans(n):
    shops = {f"s{seed:02}": cloud(seed + 100, n, 700.0 * seed, -300.0 * seed) for seed in range(20)}
    centres = found(scans(**shops), "x", "y", "scans", "sigma_m", "share")
    assert len(centres) == 20
    for seed, (x, y, points, sigma, share) in enumerate(centres):
        error = SIGMA / math.sqrt(points)
        assert (x, y) == pytest.approx((700.0 * seed, -300.0 * seed), abs=3 * error)
        assert sigma == pytest.approx(SIGMA, abs=3 * SIGMA / math.sqrt(2 * 2 * points) + 5)
        assert points >= 0.97 * n
        assert share == round(points / n, 6)


def test_two_pick_ups_are_two_places_with_their_shares_the_busier_one_first():
    points = np.r_[cloud(1, 40, 5_000, 0), cloud(2, 60)]
    first, second = found(scans(s=points), "rank", "scans", "share", "x", "y")
    assert first[:3] == (1, 60, 0.6)
    assert second[:3] == (2, 40, 0.4)
    assert first[3:] == pytest.approx((0, 0), abs=3 * SIGMA / math.sqrt(60))
    assert second[3:] == pytest.approx((5_000, 0), abs=3 * SIGMA / math.sqrt(40))


def test_there_are_at_most_three_places():
    points = np.concatenate([cloud(k, 30 - k, 3_000 * k, 0) for k in range(5)])
    assert found(scans(s=points), "rank", "scans") == [(k + 1, 30 - k) for k in range(MAX_MODES)]


def test_fewer_than_three_scans_make_no_place():
    assert found(scans(a=[(0, 0), (10, 0)], b=[(0, 0), (10, 0), (0, 10)]), "seller_id", "scans") == [("b", MIN_SCANS)]


def test_three_scans_all_over_the_country_make_no_place():
    assert found(scans(s=[(0, 0), (50_000, 0), (0, 50_000)]), "rank") == []


def test_where_a_shop_hardly_ever_sends_from_is_no_place():
    usual = np.zeros((17, 2))
    rare = np.full((3, 2), 9_000.0)
    assert found(scans(a=np.r_[usual, rare], b=np.r_[usual[1:], rare, rare[:0]]), "seller_id", "scans") == [
        ("a", 17),
        ("a", 3),  # 3 of 20 is just enough
        ("b", 16),
        ("b", 3),
    ]
    assert found(scans(c=np.r_[usual, usual[:1], rare]), "seller_id", "scans") == [("c", 18)]


def test_a_stray_scan_does_not_move_the_centre():
    assert found(scans(s=[*[(0, 0)] * 9, (5_000, 0)]), "x", "y", "scans", "share") == [
        (pytest.approx(0, abs=0.02), pytest.approx(0, abs=0.02), 9, 0.9)
    ]


def test_scans_fade_by_half_in_two_weeks_so_that_a_new_pick_up_soon_has_most():
    old, new = [(0, 0)] * 8, [(5_000, 0)] * 4
    rows = [{**row, "age": 28 if k < 8 else 0} for k, row in enumerate(scans(s=[*old, *new]).to_pylist())]
    assert found(table(rows), "rank", "scans", "recent") == [(1, 8, 2.0), (2, 4, 4.0)]


def test_the_order_of_rows_and_who_else_is_in_the_lot_change_nothing():
    shops = {
        "a": np.r_[cloud(1, 50), cloud(2, 50, 900, 0)],  # two pick-ups that overlap, equally busy
        "b": cloud(3, 30),
        "c": np.random.default_rng(4).uniform(-800, 800, (80, 2)),
    }
    rows = scans(**shops)
    whole = centre_batches(rows)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(rows.num_rows)
        assert centre_batches(rows.take(order)).equals(whole)
    alone = [centre_batches(scans(**{name: points})) for name, points in shops.items()]
    assert pa.concat_tables(alone).equals(whole)


def test_days_are_worked_on_apart():
    rows = scans(s=[(0, 0)] * 3).to_pylist()
    later = [{**row, "ds": date(2024, 3, 10)} for row in scans(s=[(5_000, 0)] * 4).to_pylist()]
    assert found(table([*later, *rows]), "ds", "rank", "scans") == [(SUNDAY, 1, 3), (date(2024, 3, 10), 1, 4)]


def test_no_scans_make_no_places():
    assert centre_batches(scans()).num_rows == 0
