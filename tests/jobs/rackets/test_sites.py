"""rackets.sites: the place where most parcels start, and no place where the evidence does not hold one."""

import pytest

from jobs.links.traits import CELL_DEGREES as TRAIT_CELL
from jobs.rackets.sites import CELL_DEGREES, CELL_RADIUS_M
from tests.frames import Cases

CASES = Cases(
    "rackets.sites", "03-31", "03-31", ids="racket_id seller_id", members="ds | racket_id", traits="ds | seller_id"
)


@pytest.fixture
def sites(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


@CASES.rows(
    members="""
        ds    | racket_id | seller_id
        03-31 | R1        | a
        03-31 | R1        | b
        03-31 | R2        | c
        03-31 | R3        | d
    """,
    traits="""
        ds    | seller_id | kind   | value      | times
        03-31 | a         | place  | 29750,6350 | 30
        03-31 | b         | place  | 29750,6350 | 10
        03-31 | b         | place  | 29000,6000 | 60
        03-31 | a         | phone  | p          | 500
        03-31 | c         | place  | 29750,6350 | 39
        03-31 | c         | place  | 29751,6350 | 31
        03-31 | c         | place  | 29752,6350 | 30
        03-31 | stranger  | place  | 29750,6350 | 900
    """,
)
def test_most_first_scans_make_a_place_and_everything_else_abstains(sites):
    assert sites("racket_id kind rank probability abstained lng lat radius_m") == [
        "R1 made_at 1 0 true - - -",
        "R1 packed_at 1 0 true - - -",
        "R1 returned_to 1 0 true - - -",
        f"R1 shipped_from 1 0.6 false {29000.5 * CELL_DEGREES:g} {6000.5 * CELL_DEGREES:g} {CELL_RADIUS_M:g}",
        "R2 made_at 1 0 true - - -",
        "R2 packed_at 1 0 true - - -",
        "R2 returned_to 1 0 true - - -",
        "R2 shipped_from 1 0 true - - -",
        "R3 made_at 1 0 true - - -",
        "R3 packed_at 1 0 true - - -",
        "R3 returned_to 1 0 true - - -",
        "R3 shipped_from 1 0 true - - -",
    ]
    assert [line for line in sites("because") if "start here" in line] == ["60 % of 100 scanned parcels start here"]


def test_cells_are_those_of_the_traits():
    assert CELL_DEGREES == TRAIT_CELL
