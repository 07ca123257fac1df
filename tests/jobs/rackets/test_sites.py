"""rackets.sites: the place where most parcels of a racket start, and no place where the evidence does not hold one."""

import pytest

from jobs.rackets.sites import MIN_SHARE, SAME_PLACE_M
from tests.frames import Cases

CASES = Cases(
    "rackets.sites", "03-31", "03-31", ids="racket_id seller_id", members="ds | racket_id", places="ds | seller_id"
)
MEMBERS = """
    ds    | racket_id | seller_id
    03-31 | R1        | a
    03-31 | R1        | b
    03-31 | R1        | c
"""


@pytest.fixture
def sites(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


@CASES.rows(
    members=MEMBERS + "    03-31 | R2 | d\n    03-31 | R3 | e\n",
    places="""
        ds    | seller_id | rank | lng   | lat  | scans
        03-31 | a         | 1    | 119.0 | 25.4 | 30
        03-31 | b         | 1    | 119.0 | 25.4 | 10
        03-31 | b         | 2    | 119.5 | 25.4 | 30
        03-31 | c         | 1    | 119.0 | 26.0 | 30
        03-31 | d         | 1    | 119.0 | 25.4 | 39
        03-31 | d         | 2    | 119.5 | 25.4 | 31
        03-31 | d         | 3    | 119.9 | 25.4 | 30
        03-31 | stranger  | 1    | 119.5 | 25.4 | 900
    """,
)
def test_where_at_least_two_in_five_first_scans_are_is_where_it_sends_from_and_all_else_abstains(sites):
    assert MIN_SHARE == 0.4
    assert sites("racket_id kind rank probability abstained lng lat radius_m") == [
        "R1 made_at 1 0 true - - -",
        "R1 packed_at 1 0 true - - -",
        "R1 returned_to 1 0 true - - -",
        "R1 shipped_from 1 0.4 false 119 25.4 250",
        "R2 made_at 1 0 true - - -",
        "R2 packed_at 1 0 true - - -",
        "R2 returned_to 1 0 true - - -",
        "R2 shipped_from 1 0 true - - -",
        "R3 made_at 1 0 true - - -",
        "R3 packed_at 1 0 true - - -",
        "R3 returned_to 1 0 true - - -",
        "R3 shipped_from 1 0 true - - -",
    ]
    assert sites("racket_id kind because") == [
        *[f"R1 {kind} no evidence for this kind of place is read yet" for kind in ("made_at", "packed_at", "returned_to")],
        "R1 shipped_from 40 % of 100 scanned parcels start here",
        *[f"R2 {kind} no evidence for this kind of place is read yet" for kind in ("made_at", "packed_at", "returned_to")],
        "R2 shipped_from no place holds enough of the first scans",
        *[f"R3 {kind} no evidence for this kind of place is read yet" for kind in ("made_at", "packed_at", "returned_to")],
        "R3 shipped_from no place holds enough of the first scans",
    ]  # fmt: skip


@CASES.rows(
    members=MEMBERS,
    places="""
        ds    | seller_id | rank | lng   | lat    | scans
        03-31 | a         | 1    | 119.0 | 25.400 | 30
        03-31 | b         | 1    | 119.0 | 25.402 | 10
        03-31 | c         | 1    | 119.0 | 25.410 | 39
    """,
)
def test_centres_within_250_m_are_one_place_at_the_mean_of_their_scans(sites):
    assert SAME_PLACE_M == 250
    # 222 m from a to b; c, with more scans than either, is 890 m away.
    assert sites("kind probability lng lat")[-1] == "shipped_from 0.506329 119 25.4005"


@CASES.rows(
    members=MEMBERS,
    places="""
        ds    | seller_id | rank | lng   | lat  | scans
        03-31 | a         | 1    | 119.0 | 25.4 | 20
        03-31 | b         | 1    | 119.0 | 25.4 | 10
        03-31 | c         | 1    | 119.0 | 25.4 | 10
        03-31 | c         | 2    | 118.0 | 25.4 | 60
    """,
)
def test_scans_of_shops_with_the_very_same_centre_count_once(sites):
    assert sites("kind probability lng")[-1] == "shipped_from 0.6 118"


@CASES.rows(
    members="ds | racket_id | seller_id\n03-31 | R2 | x\n03-31 | R1 | a\n03-31 | R1 | b",
    places="""
        ds    | seller_id | rank | lng   | lat  | scans
        03-31 | a         | 1    | 119.0 | 25.4 | 20
        03-31 | b         | 1    | 118.0 | 25.4 | 20
        03-31 | x         | 1    | 118.0 | 25.4 | 90
    """,
)
def test_of_two_equal_places_the_western_one_is_taken_and_other_rackets_parcels_do_not_count(sites):
    assert [line for line in sites("racket_id kind probability lng") if "shipped_from" in line] == [
        "R1 shipped_from 0.5 118",
        "R2 shipped_from 1 118",
    ]
