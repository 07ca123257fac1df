"""rackets.events: an id changes its meaning only with an event, in a week alone or in many weeks at once."""

import random

import pytest

from jobs.table import DAY
from tests.frames import Cases, day, frame, frame_of, lines, stacked, transformed

CASES = Cases(
    "rackets.events", "03-24", "03-31", ids="racket_id other_racket_id seller_id listing_id",
    members="ds | racket_id | seller_id", sales="ds | seller_id | listing_id",
)  # fmt: skip


def members(**weeks):
    """`d0324="R1 a b c; R2 d e f"` for each Sunday."""
    rows = []
    for week, written in weeks.items():
        for part in written.split(";"):
            racket, *sellers = part.split()
            rows += [f"{week[1:3]}-{week[3:]} | {racket} | {seller}" for seller in sellers]
    return "ds | racket_id | seller_id\n" + "\n".join(rows)


@pytest.fixture
def events(spark, request):
    """Events of the last Sunday."""

    def found():
        rows = CASES.lines(spark, request.node.name, "ds event racket_id other_racket_id overlap")
        return [line.removeprefix("03-31 ") for line in rows if line.startswith("03-31")]

    return found


@CASES.rows(members=members(d0331="R1 a b c"))
def test_a_racket_that_was_never_seen_is_born(events):
    assert events() == ["born R1 '' 0"]


@CASES.rows(members=members(d0324="R1 a b c d", d0331="R1 a b c e"))
def test_a_racket_of_about_the_same_size_continues_and_overlap_is_the_share_of_its_former_members(events):
    assert events() == ["continued R1 '' 0.75"]


@CASES.rows(members=members(d0324="R1 a b c d; R2 p q r s t", d0331="R1 a b c d e; R2 p q r s"))
def test_a_quarter_more_has_grown_and_a_fifth_less_has_shrunk(events):
    assert events() == ["grew R1 '' 1", "shrank R2 '' 0.8"]


@CASES.rows(members=members(d0324="R1 a b c; R2 x y z", d0331="R2 x y z"))
def test_a_racket_that_is_gone_has_ended(events):
    assert events() == ["continued R2 '' 1", "ended R1 '' 0"]


@CASES.rows(members=members(d0324="R1 a b c"))
def test_rackets_end_also_when_none_is_left(events):
    assert events() == ["ended R1 '' 0"]


@CASES.rows(members=members(d0303="R1 a b c d", d0331="R1 a b c"))
def test_a_racket_that_was_away_is_revived_not_born(events):
    assert events() == ["revived R1 '' 0.75"]


@CASES.rows(members=members(d0317="R1 a b c; R2 x y z", d0324="R2 x y z", d0331="R2 x y z"))
def test_a_racket_ends_once(events):
    assert events() == ["continued R2 '' 1"]


@CASES.rows(members=members(d0324="R1 a b c", d0327="R1 a b; R7 c d e", d0331="R1 a b c"))
def test_snapshots_between_sundays_are_nobodys_past(events):
    assert events() == ["continued R1 '' 1"]


# --- splits and mergers -------------------------------------------------------------------------


@CASES.rows(members=members(d0324="R1 a b c d e f g", d0331="R1 a b c d; R9 e f g"))
def test_a_part_under_a_new_id_is_a_split(events):
    assert events() == ["born R9 '' 0", "shrank R1 '' 0.571429", "split R1 R9 0.428571"]


@CASES.rows(members=members(d0317="R1 a b c d e f g", d0324="R1 a b c d", d0331="R1 a b c d; R9 e f h"))
def test_shops_that_were_in_no_racket_for_a_week_split_from_the_last_that_they_were_in(events):
    assert events() == ["born R9 '' 0", "continued R1 '' 1", "split R1 R9 0.285714"]


@CASES.rows(members=members(d0324="R1 a b c d e f g; R5 x y z", d0331="R1 a b c d e f; R5 x y z g"))
def test_one_shop_that_changes_rackets_is_no_split(events):
    assert events() == ["continued R1 '' 0.857143", "grew R5 '' 1"]


@CASES.rows(members=members(d0324="R1 a b c d e f g", d0331="R1 a b c d e; R9 f g p q r s t u v"))
def test_two_shops_in_a_new_racket_of_others_are_no_split(events):
    assert events() == ["born R9 '' 0", "shrank R1 '' 0.714286"]


@CASES.rows(
    members=members(
        d0310="R1 a b c; R9 d e f", d0317="R1 a b c d e f", d0324="R1 a b c d e f", d0331="R1 a b c; R9 d e f"
    )
)
def test_a_racket_that_gets_its_id_back_is_revived_and_no_split(events):
    assert events() == ["revived R9 '' 1", "shrank R1 '' 0.5"]


@CASES.rows(members=members(d0324="R1 a b c; R2 d e f g", d0331="R2 a b c d e f g"))
def test_a_racket_whose_members_went_into_another_has_merged(events):
    assert events() == ["ended R1 '' 0", "grew R2 '' 1", "merged R1 R2 1"]


@CASES.rows(members=members(d0317="R1 a b c; R2 d e f g", d0324="R2 d e f g", d0331="R2 a b c d e f g"))
def test_a_racket_that_was_gone_for_a_week_merges_when_its_members_turn_up(events):
    assert events() == ["grew R2 '' 1", "merged R1 R2 1"]


@CASES.rows(members=members(d0317="R1 a b c; R2 d e f g", d0324="R2 a b c d e f g", d0331="R2 a b c d e f g"))
def test_a_merger_is_told_once(events):
    assert events() == ["continued R2 '' 1"]


@CASES.rows(
    members=members(
        d0317="R1 a b c d e f g h; R2 p q r s t",
        d0324="R1 d e f g h; R2 a b c p q r s t",
        d0331="R1 f g h; R2 a b c d e p q r s t",
    )
)
def test_a_merger_that_takes_weeks_is_told_when_half_have_gone(events):
    assert events() == ["grew R2 '' 1", "merged R1 R2 0.625", "shrank R1 '' 0.6"]


@CASES.rows(
    members=members(
        d0310="R1 a b c d e f g h; R2 p q r s t",
        d0317="R1 d e f g h; R2 a b c p q r s t",
        d0324="R1 f g h; R2 a b c d e p q r s t",
        d0331="R1 g h; R2 a b c d e f p q r s t",
    )
)
def test_who_follows_after_a_merger_is_no_second_one(events):
    assert events() == ["continued R2 '' 1", "shrank R1 '' 0.666667"]


@CASES.rows(
    members=members(
        d0324="R1 a b c d e f; R2 p q r s; R3 t u v w x y", d0331="R1 e f; R2 a b c d p q r s; R3 v w x y; R4 t u z"
    )
)
def test_a_racket_of_which_a_remnant_lives_on_has_merged_when_half_of_it_went_into_another(events):
    assert events() == [
        "born R4 '' 0",
        "grew R2 '' 1",
        "merged R1 R2 0.666667",
        "shrank R1 '' 0.333333",
        "shrank R3 '' 0.666667",
        "split R3 R4 0.333333",
    ]


@CASES.rows(
    members=members(d0324="R1 a b c d e f g; R5 x y", d0331="R1 a b c d; R5 x y e f g"),
)
def test_a_part_that_goes_to_a_known_id_and_is_most_of_it_is_a_split(events):
    assert events() == ["grew R5 '' 1", "shrank R1 '' 0.571429", "split R1 R5 0.428571"]


@CASES.rows(
    members=members(d0324="R1 a b c d e f g h; R2 p q r s t", d0331="R1 c d e f g h; R2 a b p q r s t"),
    sales="""
        ds    | seller_id | listing_id | orders | first_paid_at | last_paid_at
        03-31 | a         | l          | 9      | 03-01         | 03-30
        03-31 | b         | l          | 9      | 03-01         | 03-30
        03-31 | c         | l          | 9      | 01-01         | 02-04
        03-31 | d         | l          | 9      | 01-01         | 02-03
    """,
)
def test_shops_that_sell_no_more_stay_behind_in_a_merger(events):
    assert [event for event in events() if event.startswith("merged")] == ["merged R1 R2 0.25"]


# --- silence ------------------------------------------------------------------------------------


def sold(*rows, sundays=("03-24", "03-31")):
    """Totals `seller orders first last`, the same on both Sundays; or, with a day in front, on that one only."""
    lines = []
    for row in rows:
        *only, seller, orders, first, last = row.split()
        lines += [f"{ds} | {seller} | {row} | {orders} | {first} | {last}" for ds in only or sundays]
    return "ds | seller_id | listing_id | orders | first_paid_at | last_paid_at\n" + "\n".join(lines)


TWO_WEEKS = members(d0324="R1 a b c; R2 x y z", d0331="R1 a b c; R2 x y z")


@CASES.rows(members=TWO_WEEKS, sales=sold("a 56 01-22 03-17", "a 0 01-01 03-20", "x 56 01-22 03-18"))
def test_an_order_a_day_and_then_two_weeks_of_none_is_dormancy(events):
    assert events() == ["continued R1 '' 1", "continued R2 '' 1", "dormant R1 '' 1"]


@CASES.rows(members=TWO_WEEKS, sales=sold("a 9 01-09 03-04", "x 9 01-01 02-25"))
def test_who_sells_seldom_sleeps_only_after_long(events):
    # 9 orders in 56 days: 27 silent days happen in 13 of 1,000 times, 35 in 4.
    assert events() == ["continued R1 '' 1", "continued R2 '' 1", "dormant R2 '' 1"]


@CASES.rows(members=TWO_WEEKS, sales=sold("a 1 03-01 03-01", "x 14 03-10 03-14"))
def test_one_order_is_no_rate_and_a_few_busy_days_count_as_four_weeks(events):
    assert events() == ["continued R1 '' 1", "continued R2 '' 1", "dormant R2 '' 1"]


@CASES.rows(members=TWO_WEEKS, sales=sold("a 500 2022-03-01 2023-03-01", "a 5 02-20 03-05", "x 1 02-20 03-17"))
def test_the_rate_is_of_the_last_weeks_not_of_years_ago(events):
    assert events() == ["continued R1 '' 1", "continued R2 '' 1"]


@CASES.rows(
    members=TWO_WEEKS,
    sales=sold("a 56 01-01 02-25", "03-24 b 20 01-01 02-20", "03-31 b 21 01-01 03-29", "x 56 01-01 02-25"),
)
def test_a_sale_revives_and_a_racket_that_still_sleeps_is_told_once(events):
    assert events() == ["continued R1 '' 1", "continued R2 '' 1", "revived R1 '' 1"]


@CASES.rows(
    members="""
        ds    | racket_id | seller_id | role
        03-24 | R1        | a         | shop
        03-24 | R1        | m         | materials
        03-31 | R1        | a         | shop
        03-31 | R1        | m         | materials
    """,
    sales=sold("a 56 01-22 03-17", "m 900 01-01 03-30"),
)
def test_a_supplier_of_materials_does_not_keep_a_racket_awake(events):
    assert events() == ["continued R1 '' 1", "dormant R1 '' 1"]


@CASES.rows(
    members=members(d0324="R1 a b c", d0331="R1 a b c"), sales=sold("a 56 01-22 03-17", "b 30 03-16 2025-01-01")
)
def test_a_payment_dated_after_the_sunday_is_of_the_sunday(events):
    assert events() == ["continued R1 '' 1"]


@CASES.rows(
    members=TWO_WEEKS, sales=sold("a 140 01-01 03-11", "b 7 01-01 03-31", "x 140 01-01 03-11", "y 70 01-01 03-31")
)
def test_one_shop_that_sells_a_little_on_does_not_keep_a_racket_awake(events):
    # 2.1 orders a day until 03-11; since then 0.08, and 0.8.
    assert events() == ["continued R1 '' 1", "continued R2 '' 1", "dormant R1 '' 1"]


@CASES.rows(
    members=members(d0317="R2 x y z", d0331="R2 x y z; R3 p q r"), sales=sold("x 56 01-01 02-20", "p 56 01-01 02-20")
)
def test_a_racket_that_is_new_or_back_and_silent_is_told_to_sleep(events):
    assert events() == ["born R3 '' 0", "dormant R2 '' 1", "dormant R3 '' 1", "revived R2 '' 1"]


@CASES.rows(members=members(d0317="R1 a b c", d0324="R1 a b c", d0331="R1 a b c"), sales="ds | seller_id | listing_id")
def test_who_never_sold_does_not_sleep(events):
    assert events() == ["continued R1 '' 1"]


@pytest.mark.slow
def test_many_weeks_at_once_are_the_weeks_one_by_one(spark):
    r = random.Random(19)
    sundays = [day("03-03") + 7 * k * DAY for k in range(8)]
    rows = [
        {"ds": sunday, "racket_id": f"R{min(5, n // 6 + r.randrange(2))}", "seller_id": f"s{n}"}
        for sunday in sundays for n in range(30) if r.random() < 0.8 and (n // 6 + sunday.day) % 4
    ]  # fmt: skip
    sales = [
        {"ds": sunday, "seller_id": f"s{n}", "listing_id": "l", "orders": 20, "first_paid_at": sundays[0], "last_paid_at": min(sunday, sundays[0] + r.randrange(30) * DAY)}
        for sunday in sundays for n in range(30)
    ]  # fmt: skip
    given = {
        "members": frame_of(spark, "rackets.members", rows).cache(),
        "sales": frame_of(spark, "core.sales", sales).cache(),
    }
    shown = "ds event racket_id other_racket_id overlap"
    whole = transformed("rackets.events", sundays[2], sundays[-1], **given)
    alone = stacked([transformed("rackets.events", sunday, sunday, **given) for sunday in sundays[6:]])
    found = lines(whole, shown)
    assert {line.split()[1] for line in found} >= {"continued", "grew", "shrank", "ended", "revived"}
    assert lines(alone, shown) == [line for line in found if line >= "04-14"]


def test_no_rackets_at_all_are_no_events(spark):
    nothing = {
        "members": frame(spark, "rackets.members", "ds | racket_id"),
        "sales": frame(spark, "core.sales", sold("a 56 01-22 03-17")),
    }
    assert lines(transformed("rackets.events", "03-31", "03-31", **nothing), "ds event") == []
