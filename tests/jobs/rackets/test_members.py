"""rackets.members: an operation keeps its id over the weeks, one id to one group, whatever order its rows arrive in."""

import random

import pytest

from tests.frames import Cases, day, frame, frame_of, lines, transformed

NOTHING = {"edges": "ds | src | dst", "sales": "ds | seller_id | listing_id", "listings": "ds | listing_id"}
CASES = Cases(
    "rackets.members", "03-31", "03-31", ids="seller_id component_id racket_id src dst listing_id",
    components="ds | seller_id", fronts="ds | racket_id | seller_id", **NOTHING,
)  # fmt: skip


@pytest.fixture
def members(spark, request):
    return lambda columns="racket_id seller_id": CASES.lines(spark, request.node.name, columns)


def groups(*parts, ds="03-31"):
    """Components written as `a b c`, each named by its first seller."""
    rows = [f"{ds} | {seller} | {part.split()[0]} | {len(part.split())}" for part in parts for seller in part.split()]
    return "ds | seller_id | component_id | sellers\n" + "\n".join(rows)


def fronts(**weeks):
    """Members on earlier Sundays: `d0324="R1 a b c; R2 d e f"`."""
    rows = []
    for week, written in weeks.items():
        for part in written.split(";"):
            racket, *sellers = part.split()
            rows += [f"{week[1:3]}-{week[3:]} | {racket} | {seller} | 02-04" for seller in sellers]
    return "ds | racket_id | seller_id | since\n" + "\n".join(rows)


def named(found):
    """{racket: its sellers} of lines `racket seller`."""
    rackets = {}
    for line in found:
        racket, seller = line.split()
        rackets[racket] = rackets.get(racket, "") + seller
    return rackets


@CASES.rows(components=groups("a b c", "d e"))
def test_three_shops_are_a_racket_with_a_new_dated_id_and_two_are_not(members):
    found = named(members())
    assert list(found.values()) == ["abc"]
    assert all(racket.partition("/")[2].startswith("R20240331-") or racket.startswith("R20240331-") for racket in found)


@CASES.rows(components=groups("a b c", "d e f"), fronts=fronts(d0324="R1 a b c; R2 d e f"))
def test_an_operation_keeps_its_id(members):
    assert named(members()) == {"R1": "abc", "R2": "def"}


@CASES.rows(components=groups("a x y z", "b c d"), fronts=fronts(d0324="R1 a b c d"))
def test_the_part_with_most_members_keeps_the_id_and_the_other_gets_a_new_one(members):
    found = named(members())
    assert found.pop("R1") == "bcd"
    assert list(found.values()) == ["axyz"]


@CASES.rows(components=groups("a b c d e f g"), fronts=fronts(d0324="R1 a b c; R2 d e f g"))
def test_a_merged_group_keeps_the_id_of_the_larger_part(members):
    assert named(members()) == {"R2": "abcdefg"}


@CASES.rows(
    components=groups("a b c d e f", "g h i j p q r"),
    fronts=fronts(d0324="R1 a b c d e f g h i j; R2 p q r"),
)
def test_a_group_whose_best_id_went_to_another_takes_its_next_best(members):
    assert named(members()) == {"R1": "abcdef", "R2": "ghijpqr"}


@CASES.rows(components=groups("a b c d"), fronts=fronts(d0303="R1 a b c d", d0324="R2 a b"))
def test_an_old_front_counts_less_than_last_week(members):
    assert named(members()) == {"R2": "abcd"}  # 2 against 4 × 0.7³


@CASES.rows(components=groups("a b c d"), fronts=fronts(d0310="R1 a b c d", d0317="R1 a b c d"))
def test_a_racket_that_was_away_a_week_comes_back_under_its_id(members):
    assert named(members()) == {"R1": "abcd"}


@CASES.rows(components=groups("a b c"), fronts=fronts(d0225="R1 a b c"))
def test_after_four_weeks_away_an_id_is_not_used_again(members):
    assert "R1" not in named(members())


@CASES.rows(components=groups("a b c d"), fronts=fronts(d0324="R2 a b; R1 c d"))
def test_equal_overlaps_go_to_the_smaller_id(members):
    assert named(members()) == {"R1": "abcd"}


@CASES.rows(
    components=groups("a b c d"), fronts=fronts(d0324="R1 a b c"),
    edges="""
        ds    | src | dst | via    | family  | weight
        03-31 | a   | b   | device | device  | 6
        03-31 | a   | b   | phone  | contact | 3
        03-31 | b   | c   | handle | contact | 4
        03-31 | a   | z   | device | device  | 9
    """,
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | turnover_cny
        03-31 | a         | shoe       | ''              | 100
        03-31 | a         | shoe       | x               | 90
        03-31 | b         | shoe       | y               | 200
        03-31 | b         | shoe       | ''              | 100
        03-31 | c         | boxes      | y               | 51
        03-31 | c         | shoe       | ''              | 49
    """,
    listings="ds | listing_id | category\n03-31 | shoe | sneakers\n03-31 | boxes | packaging",
)  # fmt: skip
def test_tier_confidence_role_and_since_say_how_a_shop_belongs(members):
    assert members("seller_id tier role confidence since") == [
        "a core shop 0.675348 02-04",  # device 6 + contact 3
        "b core wholesaler 0.713495 02-04",  # device 6 + contact 4
        "c attached materials 0.393469 02-04",  # contact 4
        "d attached unknown 0 03-31",
    ]


def test_a_shop_is_in_one_racket_and_the_order_of_rows_changes_nothing(spark):
    r = random.Random(17)
    sellers = [f"s{k:02}" for k in range(60)]
    components = [
        {"ds": day("03-31"), "seller_id": s, "component_id": f"s{k // 5 * 5:02}", "sellers": 5}
        for k, s in enumerate(sellers)
    ]
    past = [
        {"ds": ds, "racket_id": f"R{r.randrange(14):02}", "seller_id": s, "since": ds}
        for ds in (day("03-10"), day("03-17"), day("03-24")) for s in sellers if r.random() < 0.8
    ]  # fmt: skip
    nothing = {
        name: frame(spark, table, NOTHING[name])
        for name, table in (("edges", "links.edges"), ("sales", "core.sales"), ("listings", "core.listing_states"))
    }

    def named_from(rows, earlier):
        given = {
            "components": frame_of(spark, "links.components", rows).repartition(3),
            "fronts": frame_of(spark, "rackets.members", earlier).repartition(3),
        }
        return lines(transformed("rackets.members", "03-31", "03-31", **given, **nothing), "racket_id seller_id")

    found = named_from(components, past)
    assert len({line.split()[1] for line in found}) == len(found) == len(sellers)
    assert len({line.split()[0] for line in found}) == 12  # one id a component, one component an id
    assert named_from(r.sample(components, k=len(components)), r.sample(past, k=len(past))) == found
