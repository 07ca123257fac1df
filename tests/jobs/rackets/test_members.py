"""rackets.members: an operation keeps its id over the weeks, one id to one group, whatever order its rows arrive in."""

import random

import pytest

from jobs.rackets import members as members_table
from jobs.rackets.members import ANCHOR_OUTSIDERS, MEMORY_DAYS
from jobs.table import DAY
from tests.frames import Cases, day, frame, frame_of, lines, transformed

NOTHING = {
    "traits": "ds | seller_id | kind | value",
    "sales": "ds | seller_id | listing_id",
    "listings": "ds | listing_id",
}
CASES = Cases(
    "rackets.members", "03-31", "03-31", ids="seller_id buyer_seller_id community_id racket_id listing_id value",
    communities="ds | seller_id", past="ds | racket_id | seller_id", **NOTHING,
)  # fmt: skip


@pytest.fixture
def members(spark, request):
    return lambda columns="racket_id seller_id": CASES.lines(spark, request.node.name, columns)


def groups(*parts, before=()):
    """Communities of the Sunday, and of the one before, written as `a b c?`: `?` marks the attached."""
    rows = []
    for ds, part in [*(("03-31", part) for part in parts), *(("03-24", part) for part in before)]:
        sellers = part.replace("?", "").split()
        rows += [
            f"{ds} | {shop.rstrip('?')} | {min(sellers)} | {len(sellers)} | {tier(shop)} | 0.5" for shop in part.split()
        ]
    return "ds | seller_id | community_id | sellers | tier | confidence\n" + "\n".join(rows)


def fronts(**weeks):
    """Members on earlier days: `d0324="R1 a b c?; R2 d e f"`."""
    rows = []
    for week, written in weeks.items():
        for part in filter(str.strip, written.split(";")):
            racket, *shops = part.split()
            rows += [f"{week[1:3]}-{week[3:]} | {racket} | {shop.rstrip('?')} | {tier(shop)} | 02-04" for shop in shops]
    return "ds | racket_id | seller_id | tier | since\n" + "\n".join(rows)


def tier(shop):
    return "attached" if shop.endswith("?") else "core"


def traits(*values):
    """What shops registered: `device d1: a b c`."""
    rows = []
    for written in values:
        value, shops = written.split(":")
        rows += [f"03-31 | {shop} | {value.replace(' ', ' | ')}" for shop in shops.split()]
    return "ds | seller_id | kind | value\n" + "\n".join(rows)


def named(found):
    """{racket: its sellers}; an id born this Sunday is `new`, `new2`, …"""
    rackets, born = {}, {}
    for line in found:
        racket, seller = line.split()
        if racket.startswith("R20240331-"):
            racket = born.setdefault(racket, f"new{len(born) + 1}".removesuffix("1"))
        rackets[racket] = rackets.get(racket, "") + seller
    return rackets


# --- who carries an id --------------------------------------------------------------------------


@CASES.rows(communities=groups("a b c", "d e"))
def test_three_shops_are_a_racket_with_a_new_dated_id_and_two_are_not(members):
    assert named(members()) == {"new": "abc"}


@CASES.rows(communities=groups("a b c", "d e f"), past=fronts(d0324="R1 a b c; R2 d e f"))
def test_an_operation_keeps_its_id(members):
    assert named(members()) == {"R1": "abc", "R2": "def"}


@CASES.rows(communities=groups("a b c? d?"), past=fronts(d0317="R1 a b c? x", d0324="R1 a b c?"))
def test_tier_and_confidence_are_passed_on_and_since_is_the_first_sunday_in_the_racket(members):
    assert members("seller_id tier confidence since") == [
        "a core 0.5 02-04",
        "b core 0.5 02-04",
        "c attached 0.5 02-04",
        "d attached 0.5 03-31",
    ]


@CASES.rows(
    communities=groups("a b c d e"),
    past=fronts(d0107="R1 d", d0324="R1 a b c").replace(
        "01-07 | R1 | d | core | 02-04", "01-07 | R1 | d | core | 01-07"
    )
    + "\n2023-04-02 | R1 | e | core | 2023-04-02\n2023-04-01 | R1 | a | core | 2023-04-01",
)
def test_who_comes_back_within_a_year_is_a_member_since_it_first_was(members):
    assert (day("03-31") - day("2023-04-02")).days == MEMORY_DAYS
    assert members("racket_id seller_id since") == [
        "R1 a 02-04", "R1 b 02-04", "R1 c 02-04", "R1 d 01-07", "R1 e 2023-04-02",
    ]  # fmt: skip


@CASES.rows(communities=groups("a b"), past=fronts(d0324="R1 a b c d"))
def test_a_racket_of_which_two_shops_are_left_goes_on(members):
    assert named(members()) == {"R1": "ab"}


@CASES.rows(communities=groups("a x y z"), past=fronts(d0324="R1 a b? c?"))
def test_one_shop_takes_no_id_along(members):
    assert named(members()) == {"new": "axyz"}


@CASES.rows(communities=groups("a? b? p q r s t"), past=fronts(d0324="R1 a? b? c d e f g h"))
def test_two_marginal_members_take_no_id_to_a_larger_group(members):
    assert named(members()) == {"new": "abpqrst"}


@CASES.rows(communities=groups("a b c d"), past=fronts(d0303="R1 a b c d", d0324="R2 a b"))
def test_an_old_front_counts_less_than_last_week(members):
    assert named(members()) == {"R2": "abcd"}  # 2 against 4 × 0.34


@CASES.rows(communities=groups("a b c d e"), past=fronts(d0324="R1 a? b? c?; R2 d e"))
def test_shops_of_the_core_count_more_than_attached_ones(members):
    assert named(members()) == {"R2": "abcde"}


@CASES.rows(communities=groups("a b c d"), past=fronts(d0324="R2 a b; R1 c d"))
def test_of_equal_overlaps_the_older_smaller_id_goes_on(members):
    assert named(members()) == {"R1": "abcd"}


# --- splits and mergers -------------------------------------------------------------------------


@CASES.rows(communities=groups("a x y z", "b c d"), past=fronts(d0324="R1 a b c d"))
def test_the_part_with_most_members_keeps_the_id_and_the_other_gets_a_new_one(members):
    assert named(members()) == {"R1": "bcd", "new": "axyz"}


@CASES.rows(communities=groups("d e f", "a b c"), past=fronts(d0324="R1 a b c d e f"))
def test_of_two_equal_halves_the_one_with_the_smallest_shop_keeps_the_id(members):
    assert named(members()) == {"R1": "abc", "new": "def"}


@CASES.rows(
    communities=groups("a b c d", "e f", "g? h?", "i x", "j k", before=["a b c d", "e f", "g h", "i x", "j k l"]),
    past=fronts(d0317="R1 a b c d e f g? h? i j k l", d0324="R1 a b c d"),
)
def test_two_shops_of_the_core_that_stand_alone_twice_are_a_racket_two_attached_ones_or_one_are_not(members):
    assert named(members()) == {"R1": "abcd", "new": "ef"}


@CASES.rows(communities=groups("a b c d e f g"), past=fronts(d0324="R1 a b c; R2 d e f g"))
def test_a_merged_group_keeps_the_id_of_the_larger_part(members):
    assert named(members()) == {"R2": "abcdefg"}


@CASES.rows(
    communities=groups("a b c d e f", "g h i j p q r"),
    past=fronts(d0324="R1 a b c d e f g h i j; R2 p q r"),
)
def test_a_group_whose_best_id_went_to_another_takes_its_next_best(members):
    assert named(members()) == {"R1": "abcdef", "R2": "ghijpqr"}


@CASES.rows(
    communities=groups("a b c d e f p q r s", "g h i j"),
    past=fronts(d0324="R1 a b c d e f g h i j; R2 p q r s"),
)
def test_a_large_part_keeps_its_id_though_two_small_ones_together_are_more(members):
    assert named(members()) == {"R1": "abcdefpqrs", "new": "ghij"}


@CASES.rows(
    communities=groups("a b c d e", "f g h i j", "k l m n o"),
    past=fronts(d0324="R1 b c d; R2 e f g h; R3 i j k l m; R4 n o"),
)
def test_a_chain_of_overlaps_is_matched_one_to_one(members):
    assert named(members()) == {"R1": "abcde", "R2": "fghij", "R3": "klmno"}


# --- what lasts when shops do not ---------------------------------------------------------------


@CASES.rows(
    communities=groups("p q r s", "u v w"),
    past=fronts(d0317="R1 a b c", d0324="R1 a b c d"),
    traits=traits("payout_account m: a b p q", "device d: c r", "licence l: x u v w"),
)
def test_an_operation_whose_shops_were_all_replaced_keeps_its_id_by_its_anchors(members):
    assert named(members()) == {"R1": "pqrs", "new": "uvw"}


@CASES.rows(
    communities=groups("p q r s", "a b t u"),
    past=fronts(d0324="R1 a b"),
    traits=traits("payout_account m: a b p q"),
)
def test_shops_decide_before_anchors(members):
    assert named(members()) == {"R1": "abtu", "new": "pqrs"}


@CASES.rows(
    communities=groups("p q r", "d e f"),
    past=fronts(d0317="R1 a b c; R2 d e f", d0324="R2 a c d e f"),
    traits=traits("payout_account m: a b p q r"),
)
def test_an_anchor_of_a_racket_that_was_taken_for_another_for_a_week_is_still_its_own(members):
    assert named(members()) == {"R1": "pqr", "R2": "def"}


@CASES.rows(
    communities=groups("p q r"),
    past=fronts(d0324="R1 a b c; R2 d e f"),
    traits=traits("payout_account m: a d p q r"),
)
def test_a_value_of_two_rackets_is_no_anchor(members):
    assert named(members()) == {"new": "pqr"}


@CASES.rows(
    communities=groups("p q r"),
    past=fronts(d0324="R1 a b c"),
    traits=traits("device d: a b c p q r " + " ".join(f"x{n}" for n in range(ANCHOR_OUTSIDERS - 2))),
)
def test_a_value_that_many_shops_use_is_no_anchor(members):
    assert named(members()) == {"new": "pqr"}


@CASES.rows(
    communities=groups("p q r"),
    past=fronts(d0324="R1 a b c"),
    traits=traits("phone 1: a b p q r", "sender_account k: a b c p q r"),
)
def test_values_that_are_cheap_to_share_are_no_anchors(members):
    assert named(members()) == {"new": "pqr"}


@CASES.rows(
    communities=groups("p q r s t u v"),
    past=fronts(d0324="R1 a b c"),
    traits=traits("id_token i: a p"),
)
def test_one_shop_with_an_anchor_takes_no_id_along(members):
    assert named(members()) == {"new": "pqrstuv"}


# --- away and back ------------------------------------------------------------------------------


@CASES.rows(communities=groups("a b c d"), past=fronts(d0310="R1 a b c d", d0317="R1 a b c d"))
def test_a_racket_that_was_away_a_week_comes_back_under_its_id(members):
    assert named(members()) == {"R1": "abcd"}


@CASES.rows(communities=groups("a b c d"), past=fronts(d0303="R1 a b c d"))
def test_a_racket_last_seen_four_weeks_ago_comes_back_under_its_id(members):
    assert named(members()) == {"R1": "abcd"}


@CASES.rows(communities=groups("a b c"), past=fronts(d0225="R1 a b c"))
def test_after_four_weeks_away_an_id_is_not_used_again(members):
    assert named(members()) == {"new": "abc"}


@CASES.rows(
    communities=groups("a b c", "d e f"),
    past=fronts(d0317="R1 a b c; R2 d e f", d0324="R1 a b c d e f"),
)
def test_two_rackets_that_were_taken_for_one_for_a_week_get_their_ids_back(members):
    assert named(members()) == {"R1": "abc", "R2": "def"}


@CASES.rows(communities=groups("a b c"), past=fronts(d0324="R1 a b c", d0327="R2 a b c", d0330="R3 a b c"))
def test_snapshots_between_sundays_are_no_fronts(members):
    assert named(members()) == {"R1": "abc"}


@CASES.rows(communities=groups("a b c", "d e f"))
def test_a_week_without_fronts_is_all_births(members):
    assert named(members()) == {"new": "abc", "new2": "def"}


@CASES.rows(past=fronts(d0324="R1 a b c"), traits=traits("device d: a b c"))
def test_a_week_without_communities_has_no_rackets(members):
    assert members() == []


# --- ids ----------------------------------------------------------------------------------------


def week(spark, sunday, communities, fronts, count=2):
    """The members of one Sunday; frames in so many partitions. communities, fronts: rows of Python values."""
    given = {name: frame(spark, members_table.TABLE.reads[name].table, text) for name, text in NOTHING.items()}
    return transformed(
        "rackets.members", sunday, sunday,
        communities=frame_of(spark, "links.communities", communities).repartition(count),
        past=frame_of(spark, "rackets.members", fronts).repartition(count), **given,
    )  # fmt: skip


def communities_of(sunday, parts):
    return [
        {"ds": sunday, "seller_id": s, "community_id": min(part), "sellers": len(part), "tier": "core"}
        for part in parts for s in part
    ]  # fmt: skip


def test_births_of_a_day_with_the_same_hash_have_different_ids(spark, monkeypatch):
    monkeypatch.setattr(members_table, "HASH_LENGTH", 0)
    found = week(spark, day("03-31"), communities_of(day("03-31"), ["abc", "def", "ghi"]), [])
    assert lines(found.groupBy("racket_id").count(), "racket_id count") == [
        "R20240331- 3", "R20240331--2 3", "R20240331--3 3",
    ]  # fmt: skip


def live(spark, seed, order):
    """Weeks in an order in which they may be computed, each on what was published before; rows in any order."""
    r, published = random.Random(seed), {}
    for k in order:
        sunday = day("02-04") + 7 * k * DAY
        rows = communities_of(sunday, drifting(sunday))
        fronts = [row for k, rows in published.items() if 0 < (sunday - k).days <= MEMORY_DAYS for row in rows]
        found = week(spark, sunday, r.sample(rows, len(rows)), r.sample(fronts, len(fronts)), r.choice([1, 3, 8]))
        published[sunday] = [row.asDict() for row in found.collect()]
    return {(row["ds"], row["seller_id"]): row["racket_id"] for rows in published.values() for row in rows}


def drifting(sunday):
    """Communities that swap shops from week to week, the same for the same Sunday."""
    r, shops = random.Random(str(sunday)), [f"s{n:02}" for n in range(24)]
    parts = {}
    for n, shop in enumerate(shops):
        if r.random() < 0.85:
            parts.setdefault(n // 6 if r.random() < 0.75 else r.randrange(5), []).append(shop)
    return [part for part in parts.values() if len(part) > 1]


@pytest.mark.slow
def test_a_backfill_gives_the_ids_of_live_runs_and_weeks_computed_again(spark):
    backfilled = live(spark, 1, [0, 1, 2])
    assert live(spark, 2, [0, 1, 0, 2]) == backfilled
    assert len(set(backfilled.values())) < 12


@pytest.mark.slow
def test_order_of_rows_and_partitions_change_nothing(spark):
    r = random.Random(17)
    sellers = [f"s{k:02}" for k in range(60)]
    rows = communities_of(day("03-31"), [sellers[k : k + 5] for k in range(0, 60, 5)])
    past = [
        {"ds": ds, "racket_id": f"R{r.randrange(14):02}", "seller_id": s, "since": ds, "tier": r.choice(["core", "attached"])}
        for ds in (day("03-10"), day("03-17"), day("03-24")) for s in sellers if r.random() < 0.8
    ]  # fmt: skip
    found = lines(week(spark, day("03-31"), rows, past, 1), "racket_id seller_id since")
    assert len({line.split()[1] for line in found}) == len(found) == len(sellers)
    assert len({line.split()[0] for line in found}) == 12  # one id a community, one community an id
    for count in (3, 8):
        shuffled = week(spark, day("03-31"), r.sample(rows, len(rows)), r.sample(past, len(past)), count)
        assert lines(shuffled, "racket_id seller_id since") == found


# --- roles --------------------------------------------------------------------------------------


@CASES.rows(
    communities=groups("a b c d"),
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | turnover_cny | orders
        03-31 | a         | shoe       | ''              | 100          | 1
        03-31 | a         | shoe       | x               | 90           | 1
        03-31 | b         | shoe       | y               | 200          | 1
        03-31 | b         | shoe       | ''              | 100          | 1
        03-31 | c         | boxes      | y               | 51           | 1
        03-31 | c         | shoe       | ''              | 49           | 1
    """,
    listings="ds | listing_id | category\n03-31 | shoe | sneakers\n03-31 | boxes | packaging",
)
def test_a_role_is_what_most_of_the_turnover_is_with(members):
    assert members("seller_id role") == ["a shop", "b wholesaler", "c materials", "d unknown"]


@CASES.rows(
    communities=groups("a b c d e f g h"),
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | turnover_cny | orders
        03-31 | a         | fake       | h               | 200          | 2
        03-31 | a         | fake       | a               | 10           | 1
        03-31 | a         | honest     | ''              | 100          | 9
        03-31 | b         | fake       | h               | 200          | 1
        03-31 | c         | honest     | h               | 200          | 2
        03-31 | d         | fake       | x               | 200          | 2
        03-31 | e         | fake       | h               | 200          | 2
        03-31 | x         | fake       | e               | 5            | 1
        03-31 | f         | fake       | h               | 200          | 2
        03-31 | a         | fake       | f               | 5            | 1
        03-31 | g         | fake       | h               | 200          | 2
        03-31 | g         | fake       | ''              | 200          | 2
    """,
    listings="ds | listing_id | category | suspicion\n03-31 | fake | sneakers | 3\n03-31 | honest | sneakers | -3",
)
def test_a_producer_is_a_wholesaler_that_supplies_members_with_suspect_goods_and_buys_none(members):
    assert members("seller_id role") == [
        "a producer", "b wholesaler", "c wholesaler", "d wholesaler", "e wholesaler", "f wholesaler", "g shop", "h unknown",
    ]  # fmt: skip


@CASES.rows(
    communities=groups("a b", "p q r"),
    past=fronts(d0324="R1 a b"),
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | turnover_cny | orders
        03-31 | a         | fake       | p               | 200          | 2
    """,
    listings="ds | listing_id | category | suspicion\n03-31 | fake | sneakers | 3",
)
def test_who_supplies_another_racket_is_a_wholesaler(members):
    assert members("seller_id role") == ["a wholesaler", "b unknown", "p unknown", "q unknown", "r unknown"]
