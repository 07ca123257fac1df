"""rackets.leads: rackets ranked by what outsiders paid them for counterfeits."""

import math

import pytest
from pyspark.sql import functions as F

from jobs.rackets.leads import TABLE, THRESHOLD_CNY
from tests.frames import Cases, frame, lines, stacked, transformed

CASES = Cases(
    "rackets.leads", "03-31", "03-31", ids="racket_id seller_id listing_id buyer_seller_id src dst outcome_id undoes",
    members="ds | racket_id", sites="ds | racket_id", sales="ds | seller_id", listings="ds | listing_id", edges="ds | src",
    production="ds | racket_id", outcomes="ds | outcome_id",
)  # fmt: skip
MEMBERS = """
    ds    | racket_id | seller_id
    03-31 | R1        | a
    03-31 | R1        | b
    03-31 | R1        | c
"""


def logit(chance):
    return math.log(chance / (1 - chance))


LISTINGS = f"""
    ds    | listing_id | brand_id | category | suspicion
    03-31 | sure       | b2       | sneakers | {logit(0.95)}
    03-31 | likely     | b1       | watches  | {logit(0.6)}
    03-31 | possible   | b3       | apparel  | {logit(0.2)}
    03-31 | honest     | b4       | other    | {logit(0.05)}
"""


@pytest.fixture
def leads(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


@CASES.rows(
    members=MEMBERS + "    03-31 | R2 | x\n",
    listings=LISTINGS,
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | orders | turnover_cny | first_paid_at | last_paid_at
        03-31 | a         | sure       | ''              | 2      | 1000         | 03-02         | 03-20
        03-31 | a         | likely     | ''              | 1      | 200          | 03-01         | 03-05
        03-31 | b         | possible   | ''              | 1      | 40           | 03-03         | 03-04
        03-31 | b         | honest     | ''              | 3      | 7            | 03-03         | 03-04
        03-31 | b         | unjudged   | ''              | 1      | 3            | 03-03         | 03-04
        03-31 | a         | sure       | b               | 5      | 5000         | 01-01         | 03-30
        03-31 | a         | sure       | x               | 1      | 300          | 03-10         | 03-21
        03-31 | x         | sure       | a               | 4      | 900          | 03-10         | 03-11
        03-31 | outsider  | sure       | ''              | 9      | 9999         | 03-10         | 03-11
    """,
)
def test_value_is_what_outsiders_paid_for_counterfeits_in_three_steps_of_certainty(leads):
    assert leads("racket_id value_low_cny value_cny value_high_cny orders listings first_activity last_activity") == [
        "R1 1300 1500 1540 9 5 03-01 03-21",
        "R2 900 900 900 4 1 03-10 03-11",
    ]
    assert leads("racket_id brands categories") == ["R1 b1,b2 sneakers,watches", "R2 b2 sneakers"]


@CASES.rows(
    members=MEMBERS + "    03-31 | R2 | x\n    03-31 | R2 | y\n    03-31 | R2 | z\n    03-31 | R3 | q\n",
    listings=LISTINGS,
    sales=f"""
        ds    | seller_id | listing_id | buyer_seller_id | turnover_cny | first_paid_at | last_paid_at
        03-31 | a         | sure       | ''              | {THRESHOLD_CNY - 1} | 03-01 | 03-01
        03-31 | x         | sure       | ''              | {THRESHOLD_CNY}     | 03-01 | 03-01
        03-31 | q         | sure       | ''              | 900000              | 03-01 | 03-01
    """,
    edges="""
        ds    | src | dst | via    | family   | weight
        03-31 | a   | b   | device | device   | 6
        03-31 | b   | c   | device | device   | 6
        03-31 | a   | b   | phone  | contact  | 6
        03-31 | a   | q   | image  | image    | 6
        03-31 | x   | y   | device | device   | 6
        03-31 | y   | z   | phone  | contact  | 6
        03-31 | x   | z   | handle | contact  | 6
        03-31 | x   | y   | licence| identity | 7
    """,
)
def test_leads_come_first_by_value_and_need_families_that_tie_half_of_the_members(leads):
    assert leads("rank racket_id is_lead evidence_families over_threshold value_cny") == [
        f"1 R2 true 3 true {THRESHOLD_CNY}",
        f"2 R1 true 2 false {THRESHOLD_CNY - 1}",
        "3 R3 false 0 true 900000",
    ]


@CASES.rows(
    members=MEMBERS,
    sites="""
        ds    | racket_id | kind         | rank | region_code | abstained
        03-31 | R1        | shipped_from | 1    | 350304      | false
        03-31 | R1        | made_at      | 1    | 350322      | true
    """,
)
def test_a_racket_that_sold_nothing_is_there_with_zeros_where_it_ships_from(leads):
    assert leads("racket_id is_lead sellers listings orders value_cny value_high_cny evidence_families brands first_activity lead_jurisdiction") == [
        "R1 false 3 0 0 0 0 0 '' - 350304"
    ]  # fmt: skip


@CASES.rows(
    members=MEMBERS,
    sites="""
        ds    | racket_id | kind         | rank | region_code | abstained
        03-31 | R1        | shipped_from | 1    | 350304      | false
        03-31 | R1        | made_at      | 1    | 350322      | false
    """,
)
def test_where_goods_are_made_comes_before_where_they_are_sent_from(leads):
    assert leads("lead_jurisdiction") == ["350322"]


LEAD = {
    "members": MEMBERS,
    "production": "ds | racket_id | nats\n03-31 | R1 | 3",
    "listings": LISTINGS,
    "sales": """
        ds    | seller_id | listing_id | buyer_seller_id | turnover_cny | first_paid_at | last_paid_at
        03-31 | a         | sure       | ''              | 900          | 03-01         | 03-01
    """,
    "edges": """
        ds    | src | dst | via    | family  | weight
        03-31 | a   | b   | device | device  | 6
        03-31 | b   | c   | phone  | contact | 6
    """,
}


@CASES.rows(
    **LEAD,
    outcomes="""
        ds    | outcome_id | racket_id | event       | undoes
        03-06 | o1         | R1        | dismissed   | -
        03-07 | o2         | R1        | cannot_link | -
        03-08 | o3         | R2        | dismissed   | -
    """,
)
def test_a_dismissed_racket_is_no_lead_and_says_so(leads):
    assert leads("racket_id is_lead") == ["R1 false"]
    assert any("dismissed by a person on 2024-03-06" in line for line in leads("why"))


@CASES.rows(
    **LEAD,
    outcomes="""
        ds    | outcome_id | racket_id | event     | undoes
        03-06 | o1         | R1        | dismissed | -
        03-12 | u1         | R1        | undo      | o1
        03-19 | u2         | R1        | undo      | u1
    """,
)
def test_a_dismissal_of_which_the_undo_was_undone_counts_again(leads):
    assert leads("racket_id is_lead") == ["R1 false"]


def test_a_judgement_counts_from_the_sunday_on_which_it_is_known_until_its_undo_is(spark):
    outcomes = """
        ds    | outcome_id | racket_id | event     | undoes
        03-25 | o1         | R1        | dismissed | -
        04-07 | u1         | R1        | undo      | o1
    """
    one = {name: frame(spark, read.table, LEAD.get(name, CASES.given[name])) for name, read in TABLE.reads.items()}
    all_weeks = {
        name: stacked([rows.withColumn("ds", F.date_add("ds", k)) for k in (-7, 0, 7)]) for name, rows in one.items()
    }
    all_weeks["outcomes"] = frame(spark, "staging.outcomes", outcomes)
    found = transformed("rackets.leads", "03-24", "04-07", **all_weeks)
    assert lines(found, "ds is_lead") == ["03-24 true", "03-31 false", "04-07 true"]
    assert lines(found.where("NOT is_lead"), "rank production_score") == lines(
        found.where("ds = '2024-03-24'"), "rank production_score"
    )
