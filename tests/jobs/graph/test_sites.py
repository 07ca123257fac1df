"""Places that traces point to: upstream before origin, forwarders never, moves followed, thin evidence abstains."""

import math
from datetime import date

import h3
import numpy as np
import pyarrow as pa
import pytest

from jobs.graph.near import METRES_PER_DEGREE
from jobs.graph.sites import ALTERNATIVE, EVIDENCE, HALF_WORTH, MAX_RANK, PREMISES_M, PUBLISHED, SCHEMA, site_batches

SUNDAY = date(2024, 3, 31)
LNG, LAT = 119.0, 25.4
EAST = METRES_PER_DEGREE * math.cos(math.radians(LAT))
# Kilometres to the east of the workshop.
WORKSHOP, DEPOT, HOME, OTHER = 0.0, 5.0, 9.0, 400.0


def trace(sign, km, parcels, label="", recent=None, **more):
    """A trace km to the east of the workshop; None: the position is not known."""
    lng = None if km is None else LNG + km * 1000 / EAST
    return {
        "ds": SUNDAY, "racket_id": "R1", "sign": sign, "label": label or f"{sign} {km}", "lng": lng, "lat": None if lng is None else LAT,
        "sigma_m": 60.0, "scans": 30, "parcels": parcels, "recent": parcels if recent is None else recent, "insiders": 0, "outsiders": 0,
        "region_code": None if km is None else f"{350300 + round(km)}", **more,
    }  # fmt: skip


def origins(km, shops, scans=20, outsiders=0, first=0):
    """Where shops' parcels start: one vote each."""
    return [trace("origin", km, scans, f"shop {first + k}", recent=1.0, outsiders=outsiders) for k in range(shops)]


def sites(traces):
    return site_batches(pa.Table.from_pylist([*traces], EVIDENCE)).to_pylist()


def best(kind, traces):
    """(km to the east or None, probability) of rank 1 of a kind."""
    (row,) = [row for row in sites(traces) if row["kind"] == kind and row["rank"] == 1]
    assert row["abstained"] == (row["lng"] is None) == (row["lat"] is None) == (row["radius_m"] is None)
    return None if row["abstained"] else round((row["lng"] - LNG) * EAST / 1000, 3), row["probability"]


def test_what_arrives_without_an_order_was_made_where_it_left_not_where_parcels_to_customers_start():
    traces = [trace("stock_from", WORKSHOP, 12), trace("stock_to", DEPOT, 12), *origins(DEPOT, 10)]
    assert best("made_at", traces)[0] == WORKSHOP
    assert best("shipped_from", traces)[0] == DEPOT


def test_a_place_names_its_cell_and_what_has_none_names_none():
    made, returned = (
        next(row for row in sites([trace("stock_from", WORKSHOP, 12)]) if row["kind"] == kind)
        for kind in ("made_at", "returned_to")
    )
    assert h3.latlng_to_cell(LAT, LNG, 9) == made["h3"]
    assert returned["abstained"] and returned["h3"] is None


def test_materials_go_to_where_goods_are_made():
    traces = [trace("materials", WORKSHOP, 6), *origins(DEPOT, 10)]
    place, p = best("made_at", traces)
    assert place == WORKSHOP
    assert p >= PUBLISHED


def test_signs_that_agree_say_more_than_one_alone():
    alone = best("made_at", [trace("materials", WORKSHOP, 4)])[1]
    assert best("made_at", [trace("materials", WORKSHOP, 4), trace("stock_from", WORKSHOP, 4)])[1] > max(alone, 0.9)


def test_materials_that_arrive_where_stock_arrives_do_not_make_it_the_workshop():
    traces = [trace("packaging", DEPOT, 9), trace("stock_to", DEPOT, 9)]
    assert best("made_at", traces)[0] is None
    assert best("packed_at", traces)[0] == DEPOT


def test_a_stray_parcel_that_arrives_leaves_the_workshop_its_materials():
    assert best("made_at", [trace("materials", WORKSHOP, 9), trace("stock_to", WORKSHOP, 1, recent=0.2)])[0] == WORKSHOP


def test_what_arrives_in_bulk_at_a_place_of_its_own_is_packed_there_unless_boxes_go_elsewhere():
    moved = [trace("stock_from", WORKSHOP, 9), trace("materials", WORKSHOP, 6), trace("stock_to", HOME, 9)]
    shipped = [*moved, *origins(HOME, 5)]
    assert best("made_at", shipped)[0] == WORKSHOP
    assert best("packed_at", shipped)[0] == HOME
    assert best("packed_at", [*shipped, trace("packaging", WORKSHOP, 6)])[0] == WORKSHOP


def test_a_stray_parcel_does_not_move_the_packing():
    here = [trace("stock_from", WORKSHOP, 9), trace("materials", WORKSHOP, 6)]
    assert best("packed_at", [*here, trace("stock_to", HOME, 1, recent=0.05)])[0] == WORKSHOP
    assert best("packed_at", [*here, trace("stock_to", HOME, 9, outsiders=300)])[0] == WORKSHOP


def test_what_goes_to_a_forwarder_is_packed_where_it_leaves():
    traces = [
        trace("stock_from", WORKSHOP, 9),
        trace("materials", WORKSHOP, 6),
        trace("forwarded_to", DEPOT, 9, outsiders=40),
    ]
    assert best("packed_at", [*traces, *origins(DEPOT, 5, outsiders=40)])[0] == WORKSHOP


def test_a_forwarders_depot_is_no_workshop_but_parcels_start_there():
    crowd = {"outsiders": 300}
    traces = [
        *origins(DEPOT, 10, outsiders=300), trace("stock_from", DEPOT, 40, **crowd), trace("materials", DEPOT, 40, "depot", **crowd),
        trace("packaging", DEPOT, 40, **crowd), trace("return", DEPOT, 10, **crowd),
    ]  # fmt: skip
    assert [best(kind, traces)[0] for kind in ("made_at", "packed_at", "returned_to")] == [None, None, None]
    assert max(best(kind, traces)[1] for kind in ("made_at", "packed_at", "returned_to")) < 0.2
    assert best("shipped_from", traces)[0] == DEPOT


def test_a_few_parcels_from_the_workshop_beat_many_that_start_at_a_forwarders():
    traces = [
        *origins(DEPOT, 20, outsiders=300),
        trace("materials", DEPOT, 40, outsiders=300),
        trace("stock_from", WORKSHOP, 4),
    ]
    assert best("made_at", traces)[0] == WORKSHOP


def test_the_only_house_of_several_members_is_where_they_make():
    assert best("made_at", origins(WORKSHOP, 6))[0] == WORKSHOP
    # One other shop in the house may be a member that is not known yet.
    assert best("made_at", origins(WORKSHOP, 6, outsiders=1))[0] == WORKSHOP


@pytest.mark.parametrize(
    "more",
    [
        pytest.param([trace("materials", OTHER, 1, recent=0.1)], id="materials go elsewhere"),
        pytest.param([trace("stock_from", OTHER, 1, recent=0.1)], id="stock comes from elsewhere"),
        pytest.param([trace("materials", None, 1, recent=0.1)], id="materials go to an address never seen"),
    ],
)
def test_a_house_that_is_not_the_only_one_is_not_published_by_its_parcels_alone(more):
    assert best("made_at", [*origins(WORKSHOP, 6), *more])[0] is None


def test_boxes_for_one_members_home_leave_the_house_the_only_one():
    boxes = trace("packaging", HOME, 4, insiders=1)
    assert best("made_at", [*origins(WORKSHOP, 6), boxes])[0] == WORKSHOP
    assert best("made_at", [*origins(WORKSHOP, 6), {**boxes, "insiders": 0.0}])[0] == HOME


def test_a_stray_parcel_that_arrives_leaves_the_house_the_only_one_and_stock_does_not():
    assert best("made_at", [*origins(WORKSHOP, 6), trace("stock_to", WORKSHOP, 1, recent=0.2)])[0] == WORKSHOP
    assert best("made_at", [*origins(WORKSHOP, 6), trace("stock_to", WORKSHOP, 9)])[0] is None


def test_what_passes_through_a_depot_was_not_made_there():
    traces = [trace("stock_from", WORKSHOP, 6), trace("stock_to", DEPOT, 6), trace("stock_from", DEPOT, 12)]
    assert best("made_at", traces)[0] is None
    assert best("made_at", traces[::2])[0] == DEPOT


def test_a_house_with_strangers_or_of_one_shop_is_not_published_by_its_parcels_alone():
    assert best("made_at", origins(WORKSHOP, 6, outsiders=6))[0] is None
    assert best("made_at", origins(WORKSHOP, 1))[0] is None


def test_a_move_is_followed_within_three_weeks():
    def recent(first_age, last_age):
        """Of one parcel a day."""
        return sum(2 ** (-age / 14) for age in range(last_age, first_age))

    def after(days):
        old, new = (
            trace("stock_from", OTHER, 60, recent=recent(84, days)),
            trace("stock_from", WORKSHOP, days, recent=recent(days, 0)),
        )
        return best("made_at", [old, new])[0]

    assert after(3) == OTHER
    assert after(21) == WORKSHOP
    assert after(40) == WORKSHOP


def test_thin_evidence_abstains_and_says_what_there_is():
    (row,) = [row for row in sites([trace("materials", WORKSHOP, 1)]) if row["kind"] == "made_at"]
    assert row["abstained"]
    assert 0 < row["probability"] < PUBLISHED
    assert row["because"].startswith("the likeliest place has a probability of 0.")
    assert row["because"].endswith("1 parcels of materials came here")


def test_places_that_contradict_each_other_abstain_but_their_county_is_known():
    in_one = [trace("materials", km, 8, region_code="350304") for km in (WORKSHOP, DEPOT)]
    apart = [trace("materials", km, 8) for km in (WORKSHOP, OTHER)]
    found = [row for traces in (in_one, apart) for row in sites(traces) if row["kind"] == "made_at"]
    assert [(row["abstained"], row["region_code"]) for row in found] == [(True, "350304"), (True, None)]


def test_an_address_without_a_scan_wins_its_county_and_no_place():
    traces = [trace("materials", None, 9, "county|road|1", region_code="350304"), trace("materials", DEPOT, 1)]
    (row,) = [row for row in sites(traces) if row["kind"] == "made_at"]
    assert (row["abstained"], row["region_code"], row["lng"]) == (True, "350304", None)
    assert row["probability"] > PUBLISHED
    assert row["because"] == "only the address is known, no parcel was scanned there: 9 parcels of materials came here"


def test_alternatives_are_ranked_as_far_as_they_carry_probability():
    traces = [trace("return", 10 * k, members) for k, members in enumerate((9, 6, 1, 1))]
    rows = [row for row in sites(traces) if row["kind"] == "returned_to"]
    assert [(row["rank"], row["region_code"]) for row in rows] == [(1, "350300"), (2, "350310")]
    first, second = (row["probability"] for row in rows)
    assert first >= PUBLISHED
    assert first + second < 1
    assert second >= ALTERNATIVE
    many = [trace("stock_to", 10 * k, 5) for k in range(3)] + origins(0, 4) + origins(40, 3, first=4)
    assert len([row for row in sites(many) if row["kind"] == "shipped_from"]) <= MAX_RANK


def test_where_most_members_take_returns_now():
    traces = [trace("return", HOME, 8, insiders=8), trace("return", OTHER, 1, insiders=1)]
    assert best("returned_to", traces)[0] == HOME


def test_the_home_of_one_shop_of_several_is_not_where_the_racket_sends_from():
    homes = [row for k in range(3) for row in origins(10 * k, 1, first=k)]
    assert best("shipped_from", homes)[0] is None
    assert best("shipped_from", [*homes, *origins(WORKSHOP, 4, first=10)])[0] == WORKSHOP


@pytest.mark.parametrize("scans", [3, 10, 60])
def test_the_radius_holds_nine_in_ten_errors_of_medians(scans):
    sigma, draw, rounds = 110.0, np.random.default_rng(scans), 400
    points = draw.normal(0, sigma, (rounds, scans, 2))
    medians = np.median(points, axis=1)
    held = 0
    for x, y in medians:
        row = trace("stock_from", WORKSHOP, 9, scans=scans, sigma_m=sigma)
        row |= {"lng": LNG + x / EAST, "lat": LAT + y / METRES_PER_DEGREE}
        (site,) = [site for site in sites([row]) if site["kind"] == "made_at"]
        held += math.hypot(x, y) <= site["radius_m"]
    assert 0.87 <= held / rounds <= (1.0 if scans == 60 else 0.97)
    # Three parcels say where to within 200 m; no site is smaller than its premises.
    assert PREMISES_M <= site["radius_m"] <= 250


def test_the_position_is_the_mean_by_how_well_each_is_known():
    sure, unsure = trace("stock_from", 0, 9, "a", scans=300), trace("stock_from", 0.2, 9, "b", scans=3)
    assert best("made_at", [sure, unsure])[0] < 0.01
    assert best("made_at", [trace("stock_from", 0, 9, "a"), trace("stock_from", 0.2, 9, "b")])[0] == pytest.approx(
        0.1, abs=0.001
    )


def test_scans_of_one_address_count_once_whatever_they_are_a_sign_of():
    def radius(*signs):
        found = sites([trace(sign, 0, 9, "mill", scans=4) for sign in signs])
        return next(row["radius_m"] for row in found if row["kind"] == "made_at" and row["rank"] == 1)

    assert radius("materials", "stock_from") == radius("stock_from") > 50


def test_the_ends_of_the_earth_and_unknown_spreads_are_no_error():
    corners = [(180.0, 90.0), (-180.0, -90.0), (179.9999, 0.0), (0.0, 89.9999)]
    rows = [
        {**trace("stock_from", 0, 5, f"corner {n}"), "lng": x, "lat": y, "sigma_m": None, "scans": 0}
        for n, (x, y) in enumerate(corners)
    ]
    found = sites(rows)
    assert len(found) >= 4
    assert all(0 <= row["probability"] <= 1 for row in found)
    (alone,) = [row for row in sites(rows[:1]) if row["kind"] == "made_at"]
    assert (alone["lng"], alone["lat"]) == (180.0, 90.0)
    assert alone["radius_m"] > 300


def test_a_county_is_known_by_traces_all_over_it():
    homes = [row for k in range(5) for row in origins(10 * k, 1, first=k)]
    (row,) = [
        row for row in sites([{**row, "region_code": "350304"} for row in homes]) if row["kind"] == "shipped_from"
    ]
    assert (row["abstained"], row["region_code"]) == (True, "350304")
    (made,) = [row for row in sites([{**row, "region_code": "350304"} for row in homes]) if row["kind"] == "made_at"]
    assert (made["abstained"], made["region_code"]) == (True, None)


def test_every_racket_has_a_row_of_each_kind_whatever_is_known():
    rows = sites([{**trace("member", None, 0), "racket_id": racket} for racket in ("R1", "R2")])
    assert [(row["racket_id"], row["kind"], row["rank"], row["abstained"], row["probability"]) for row in rows] == [
        (racket, kind, 1, True, 0.0) for racket in ("R1", "R2") for kind in ("made_at", "packed_at", "shipped_from", "returned_to")
    ]  # fmt: skip
    assert {row["because"] for row in rows} == {"nothing known points to a place"}
    assert site_batches(pa.Table.from_pylist([], EVIDENCE)).schema == SCHEMA


def test_the_order_of_rows_and_who_else_is_in_the_lot_change_nothing():
    draw = np.random.default_rng(7)
    signs = list(HALF_WORTH)
    rows = [
        {**trace(signs[draw.integers(len(signs))], float(draw.integers(0, 9)) / 8, int(draw.integers(1, 9)), f"label {draw.integers(40)}"),
         "racket_id": f"R{draw.integers(4)}", "outsiders": float(draw.integers(3)), "recent": float(draw.random())}
        for _ in range(300)
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, EVIDENCE)
    whole = site_batches(table)
    for seed in range(4):
        assert site_batches(table.take(np.random.default_rng(seed).permutation(len(rows)))).equals(whole)
    alone = [
        site_batches(pa.Table.from_pylist([row for row in rows if row["racket_id"] == f"R{k}"], EVIDENCE))
        for k in range(4)
    ]
    assert pa.concat_tables(alone).equals(whole)
