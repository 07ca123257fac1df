"""Which shops send from one place: as near as their centres can tell, across blocks, and not where honest shops crowd."""

import math
from itertools import count

import pytest

from jobs.graph.near import BLOCK_DEGREES, MAX_IN_BLOCK, METRES_PER_DEGREE
from jobs.graph.traits import NEAR_MAX_M, NEAR_MIN_M, NEAR_SIGMAS
from tests.frames import Cases

CASES = Cases(
    "links.edges", "03-03", "03-03", ids="seller_id src dst", values="ds | seller_id", places="ds | seller_id",
    listings="ds | listing_id", sellers="ds | seller_id", sales="ds | seller_id",
)  # fmt: skip
# A centre of many scans close together, and one of three far apart.
SURE, VAGUE = (300, 20.0), (3, 400.0)
# Scenes lie a degree of longitude apart, so that no test sees another's shops.
SCENES = count(80)


@pytest.fixture
def near(spark, request):
    return lambda columns="src dst": CASES.lines(spark, request.node.name, columns)


def scene(*shops, scans=SURE, lat=25.4, corner=False):
    """Places of a scene, of shops `a 0 0` or `b 1 120 -5`: (rank,) metres to the east and north of a point in it.

    corner: the point is a corner of four blocks, else it is the middle of one.
    """
    middle = 0.0 if corner else 0.5
    lng0 = (math.floor(next(SCENES) / BLOCK_DEGREES) + middle) * BLOCK_DEGREES
    lat0 = (math.floor(lat / BLOCK_DEGREES) + middle) * BLOCK_DEGREES
    rows = []
    for shop in shops:
        name, *numbers = shop.split()
        rank, east, north = (["1", *numbers])[-3:]
        at_lat = lat0 + float(north) / METRES_PER_DEGREE
        # Distances are measured at the mean latitude of the two: good to millimetres here.
        at_lng = lng0 + float(east) / METRES_PER_DEGREE / math.cos(math.radians(lat0))
        rows.append(f"03-03 | {name} | {rank} | {at_lng} | {at_lat} | {scans[0]} | 1 | {scans[1]}")
    return "ds | seller_id | rank | lng | lat | scans | share | sigma_m\n" + "\n".join(rows)


def signals(suspects, honest=()):
    rows = [f"03-03 | {shop} | true | 2" for shop in suspects] + [f"03-03 | {shop} | false | -40" for shop in honest]
    return "ds | seller_id | is_suspect | suspicion\n" + "\n".join(rows)


# --- distance -----------------------------------------------------------------------------------


@CASES.rows(places=scene("a 0 0", f"b {NEAR_MIN_M - 1} 0", f"c {2 * NEAR_MIN_M + 1} 0"), sellers=signals("abc"))
def test_neighbours_are_one_place_however_well_their_centres_are_known(near):
    assert near("src dst weight shared") == [
        "a b 4.396028 1"
    ]  # 4.5 - 0.15 ln 2: the crowd is counted by squares, one of which has b and c


@CASES.rows(
    places=scene("a 0 0", f"b 0 {NEAR_MAX_M - 2}", f"c 0 {2 * NEAR_MAX_M}", scans=VAGUE), sellers=signals("abc")
)
def test_beyond_420_m_nothing_is_one_place_however_badly_its_centres_are_known(near):
    assert near() == ["a b"]


@CASES.rows(places=scene("a 0 0", "b 0 250", "c 0 510", scans=(3, 120.0)), sellers=signals("abc"))
def test_in_between_two_centres_are_one_place_within_so_many_standard_errors_of_their_distance(near):
    # Three scans, each good to 120 m: 69.3 m a centre, 98 m the distance of two.
    assert NEAR_SIGMAS * 120 / math.sqrt(3) * math.sqrt(2) == pytest.approx(254.7, abs=0.1)
    assert near() == ["a b"]


# --- blocks -------------------------------------------------------------------------------------


@CASES.rows(
    places=scene("a -40 -40", "b 40 40", "c 40 -40", "d -40 40", corner=True), sellers=signals("abcd")
)  # fmt: skip
def test_centres_on_four_sides_of_a_corner_of_blocks_are_one_place(near):
    assert near() == ["a c", "a d", "b c", "b d"]  # 80 m; the diagonals are 113 m


@CASES.rows(
    places=scene("a -205 0", "b 205 0", "c -205 2000", "d 200 2060", "e 0 4205", "f 0 3795", scans=VAGUE, lat=53.0, corner=True),
    sellers=signals("abcdef"),
)  # fmt: skip
def test_in_the_far_north_where_blocks_are_narrow_shops_410_m_apart_are_found(near):
    assert near() == ["a b", "c d", "e f"]


# --- who else is there --------------------------------------------------------------------------

VILLAGE = [f"h{k}" for k in range(12)]


@CASES.rows(
    places=scene("a 0 0", "b 30 0", *[f"{shop} {10 * k - 60} {5 * k - 40}" for k, shop in enumerate(VILLAGE)]),
    sellers=signals("ab", VILLAGE),
)
def test_a_village_of_honest_shops_ties_nobody(near):
    assert near() == []


@CASES.rows(places=scene("a 0 0", "b 30 0", "unknown 10 10"), sellers=signals("ab"))
def test_one_honest_shop_at_the_place_takes_weight_away_and_unknown_shops_are_honest(near):
    assert near("src dst weight") == ["a b 3.113706"]  # 4.5 - 2 ln 2


@CASES.rows(
    places=scene("a 0 0", "b 30 0", *[f"{shop} 1000 {k}" for k, shop in enumerate(VILLAGE)]),
    sellers=signals("ab", VILLAGE),
)
def test_a_village_a_kilometre_away_says_nothing(near):
    assert near("src dst weight") == ["a b 4.5"]


@CASES.rows(
    places=scene(*[f"s{k} {k % 20} {k // 20}" for k in range(MAX_IN_BLOCK + 1)]),
    sellers=signals([f"s{k}" for k in range(MAX_IN_BLOCK + 1)]),
)
def test_a_place_of_more_than_300_suspects_is_a_market_and_ties_nobody(near):
    assert near() == []


@CASES.rows(places=scene("a 0 0", "h 10 0", "g 20 0", "b 5000 0"), sellers=signals("ab", "hg"))
def test_honest_shops_are_not_tied(near):
    assert near() == []


# --- several places -----------------------------------------------------------------------------


@CASES.rows(
    places=scene("a 1 0 0", "a 2 3000 0", "b 1 3000 40", "b 2 0 40", "c 1 0 80", "h 1 3010 0", "c 2 9000 0"),
    sellers=signals("abc", "h"),
)
def test_two_shops_with_two_places_in_common_are_tied_once_by_the_better_one(near):
    assert near("src dst weight shared") == [
        "a b 4.396028 2",  # of three suspects: 4.5 - 0.15 ln 2; at the other place an honest shop is there
        "a c 4.396028 1",
        "b c 4.396028 1",
    ]
