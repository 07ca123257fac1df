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


@CASES.rows(members=members(d0303="R1 a b c", d0331="R1 a b c"))
def test_a_racket_that_was_away_is_revived_not_born(events):
    assert events() == ["revived R1 '' 0"]


@CASES.rows(members=members(d0324="R1 a b c d e f g", d0331="R1 a b c d; R9 e f g"))
def test_a_part_under_a_new_id_is_a_split(events):
    assert events() == ["born R9 '' 0", "shrank R1 '' 0.571429", "split R1 R9 0.428571"]


@CASES.rows(members=members(d0324="R1 a b c d e f g; R5 x y z", d0331="R1 a b c d e f; R5 x y z g"))
def test_one_shop_that_changes_rackets_is_no_split(events):
    assert events() == ["continued R1 '' 0.857143", "grew R5 '' 1"]


@CASES.rows(members=members(d0324="R1 a b c; R2 d e f g", d0331="R2 a b c d e f g"))
def test_a_racket_whose_members_went_into_another_has_merged(events):
    assert events() == ["ended R1 '' 0", "grew R2 '' 1", "merged R1 R2 1"]


SLEEPY = """
    ds    | seller_id | listing_id | last_paid_at
    03-24 | a         | l          | 03-08
    03-31 | a         | l          | 03-08
    03-24 | b         | l          | 03-10
    03-31 | b         | l          | 03-10
    03-24 | x         | l          | 02-20
    03-31 | x         | l          | 03-28
    03-24 | p         | l          | 01-20
    03-31 | p         | l          | 01-20
"""


@CASES.rows(members=members(d0324="R1 a b c; R2 x y z; R3 p q r", d0331="R1 a b c; R2 x y z; R3 p q r"), sales=SLEEPY)
def test_three_weeks_without_a_sale_are_dormant_once_and_a_sale_revives(events):
    assert events() == [
        "continued R1 '' 1",
        "continued R2 '' 1",
        "continued R3 '' 1",
        "dormant R1 '' 1",
        "revived R2 '' 1",
    ]


@CASES.rows(members=members(d0317="R2 x y z", d0331="R2 x y z"), sales=SLEEPY)
def test_a_racket_that_comes_back_and_sells_again_is_revived_once(events):
    assert events() == ["revived R2 '' 0"]


@pytest.mark.slow
def test_many_weeks_at_once_are_the_weeks_one_by_one(spark):
    r = random.Random(19)
    sundays = [day("03-03") + 7 * k * DAY for k in range(8)]
    rows = [
        {"ds": sunday, "racket_id": f"R{min(5, n // 6 + r.randrange(2))}", "seller_id": f"s{n}"}
        for sunday in sundays for n in range(30) if r.random() < 0.8 and (n // 6 + sunday.day) % 4
    ]  # fmt: skip
    sales = [
        {"ds": sunday, "seller_id": f"s{n}", "listing_id": "l", "last_paid_at": min(sunday, sundays[0] + r.randrange(30) * DAY)}
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
        "sales": frame(spark, "core.sales", SLEEPY),
    }
    assert lines(transformed("rackets.events", "03-31", "03-31", **nothing), "ds event") == []
