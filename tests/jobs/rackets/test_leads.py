"""rackets.leads: rackets that probably make counterfeits, ranked by what outsiders paid them for these."""

import pytest
from pyspark.sql import functions as F

from jobs.rackets.leads import TABLE
from tests.frames import Cases, frame, lines, stacked, transformed

CASES = Cases(
    "rackets.leads", "03-31", "03-31", ids="racket_id seller_id listing_id buyer_seller_id src dst outcome_id undoes",
    members="ds | racket_id", sites="ds | racket_id", sales="ds | seller_id", listings="ds | listing_id", edges="ds | src",
    production="ds | racket_id | nats\n03-31 | R1 | 3\n03-31 | R2 | 3\n03-31 | R3 | 3", outcomes="ds | outcome_id",
)  # fmt: skip
MEMBERS = """
    ds    | racket_id | seller_id
    03-31 | R1        | a
    03-31 | R1        | b
    03-31 | R1        | c
"""


LISTINGS = """
    ds    | listing_id | seller_id | brand_id | category | suspicion
    03-31 | brand      | a         | b1       | sneakers | -40
    03-31 | even       | b         | -        | watches  | -3.4
    03-31 | honest     | b         | -        | apparel  | -40
    03-31 | fake       | x         | -        | sneakers | 40
"""


@pytest.fixture
def leads(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


def by_rank(lines):
    """Lines that begin with a rank, in its order and without it: the cases of this file are ranked together."""
    return [line.split(maxsplit=1)[1] for line in sorted(lines, key=lambda line: int(line.split()[0]))]


# --- value --------------------------------------------------------------------------------------


@CASES.rows(
    members=MEMBERS + "    03-31 | R2 | x\n",
    listings=LISTINGS,
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | orders | turnover_cny | first_paid_at | last_paid_at
        03-31 | a         | brand      | ''              | 2      | 700          | 03-02         | 03-20
        03-31 | a         | brand      | x               | 1      | 300          | 03-10         | 03-21
        03-31 | b         | even       | ''              | 1      | 200          | 03-01         | 03-05
        03-31 | b         | honest     | ''              | 3      | 9000         | 03-03         | 03-04
        03-31 | b         | unjudged   | ''              | 1      | 20           | 03-03         | 03-04
        03-31 | a         | brand      | b               | 5      | 5000         | 01-01         | 03-30
        03-31 | x         | fake       | a               | 4      | 900          | 03-10         | 03-11
        03-31 | outsider  | brand      | ''              | 9      | 9999         | 03-10         | 03-11
        03-31 | a         | corrected  | ''              | 0      | 0            | 01-01         | 03-30
    """,
)
def test_value_is_the_expected_turnover_of_counterfeits_with_outsiders(leads):
    # 0.985 of 1000 that name a brand, half of 200 and of 20; nothing of what is surely honest.
    assert leads("racket_id value_cny orders first_activity last_activity") == [
        "R1 1095 8 03-01 03-21",
        "R2 900 4 03-10 03-11",
    ]
    assert leads("racket_id brands categories") == ["R1 b1 sneakers,watches", "R2 '' sneakers"]
    assert ["% of the turnover is with other shops" in line for line in leads("racket_id why")] == [False, True]


@CASES.rows(
    members=MEMBERS + "    03-31 | R2 | x\n    03-31 | R3 | y\n",
    listings=LISTINGS + "    03-31 | more | a | - | watches | -40\n    03-31 | strangers | w | - | watches | -40\n",
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | orders | first_paid_at
        03-31 | b         | even       | ''              | 1      | 03-01
        03-31 | b         | honest     | a               | 1      | 03-01
    """,
)
def test_all_listings_of_members_count_sold_or_not(leads):
    assert leads("racket_id listings orders") == ["R1 4 1", "R2 1 0", "R3 0 0"]


@CASES.rows(
    members=MEMBERS + "    03-31 | R2 | x\n",
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | orders | first_paid_at | last_paid_at
        03-31 | a         | l          | ''              | 1      | 03-31 08:00   | 03-31 23:59
        03-31 | x         | m          | ''              | 1      | 04-02 08:00   | 2031-01-01
    """,
)
def test_activity_is_never_later_than_the_day_on_which_it_is_known(leads):
    assert leads("racket_id first_activity last_activity") == [
        "R1 03-31T08:00 03-31T23:59",
        "R2 03-31T23:59 03-31T23:59",
    ]


@CASES.rows(
    members=MEMBERS + "    03-31 | R2 | x\n    03-31 | R3 | y\n",
    listings=LISTINGS,
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | orders | turnover_cny | first_paid_at | last_paid_at
        03-31 | a         | brand      | ''              | 1      | 1000         | 03-01         | 03-01
        03-31 | b         | even       | ''              | 1      | 200          | 03-01         | 03-01
        03-31 | x         | fake       | ''              | 1      | 900          | 03-01         | 03-01
        03-31 | y         | unjudged   | ''              | 1      | 100          | 03-01         | 03-01
    """,
)
def test_its_interval_is_as_wide_as_listings_are_doubtful_and_wider_above_for_members_that_are_missing(leads):
    # R1: 985 + 100; spread √(0.985 × 0.015 × 1000² + 0.25 × 200²) = 157.401, times 1.645 = 258.924.
    # R2: surely counterfeit, so 5 % less and 25 % more. R3: 50 ± 1.645 × 50 ends at nothing.
    assert leads("racket_id value_low_cny value_cny value_high_cny") == [
        "R1 771.83 1085 1615.17",
        "R2 855 900 1125",
        "R3 0 50 144.75",
    ]


@CASES.rows(
    members="""
        ds    | racket_id | seller_id
        03-17 | R1        | a
        03-17 | R1        | c
        03-17 | R1        | e
        03-17 | R3        | g
        03-24 | R1        | e
        03-31 | R1        | a
        03-31 | R1        | e
        03-31 | R2        | c
        03-31 | R2        | x
        03-31 | R2        | g
    """,
    listings=LISTINGS,
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | orders | turnover_cny | first_paid_at | last_paid_at
        03-31 | a         | fake       | ''              | 1      | 100          | 01-01         | 03-30
        03-31 | c         | fake       | ''              | 20     | 2000         | 02-23         | 03-13
        03-31 | c         | fake       | a               | 1      | 9000         | 03-20         | 03-20
        03-31 | c         | fake       | x               | 1      | 7000         | 02-01         | 02-01
        03-31 | g         | fake       | ''              | 5      | 500          | 01-01         | 03-30
    """,
)
def test_what_a_shop_sold_before_it_left_a_racket_that_lives_on_is_that_rackets(leads):
    # c was last in R1 on 03-17: half of its twenty days are until 03-03. R3, where g was, is gone.
    assert leads("racket_id sellers orders value_cny first_activity last_activity") == [
        "R1 2 12 8100 01-01 03-30",
        "R2 3 16 10500 01-01 03-30",
    ]


# --- which are leads ----------------------------------------------------------------------------


@CASES.rows(
    members=MEMBERS + "    03-31 | R2 | x\n    03-31 | R2 | y\n    03-31 | R2 | z\n    03-31 | R3 | q\n",
    listings=LISTINGS,
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | orders | turnover_cny | first_paid_at | last_paid_at
        03-31 | a         | fake       | ''              | 1      | 49999               | 03-01 | 03-01
        03-31 | x         | fake       | ''              | 1      | 50000               | 03-01 | 03-01
        03-31 | q         | fake       | ''              | 1      | 900000              | 03-01 | 03-01
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
        03-31 | x   | y   | registered_address | address | 0.875
    """,
)
def test_leads_come_first_by_value_and_need_families_that_tie_half_of_the_members(leads):
    assert by_rank(leads("rank racket_id is_lead evidence_families over_threshold value_cny")) == [
        "R2 true 3 true 50000",
        "R1 true 2 false 49999",
        "R3 false 0 true 900000",
    ]


@CASES.rows(
    members="ds | racket_id | seller_id\n" + "\n".join(f"03-31 | {r} | {r}{k}" for r in ("R1", "R2") for k in range(8)),
    edges="""
        ds    | src | dst | via            | family   | weight
        03-31 | R10 | R11 | payout_account | payment  | 7
        03-31 | R12 | R13 | payout_account | payment  | 7
        03-31 | R10 | R11 | device         | device   | 6
        03-31 | R12 | R13 | phone          | contact  | 6
        03-31 | R20 | R21 | payout_account | payment  | 7
        03-31 | R22 | R23 | payout_account | payment  | 7
        03-31 | R20 | R21 | device         | device   | 6
        03-31 | R21 | R22 | phone          | contact  | 6
    """,
)
def test_beside_one_family_that_ties_half_of_the_members_the_others_together_are_one_more(leads):
    assert leads("racket_id is_lead evidence_families") == ["R1 true 2", "R2 false 1"]


TIED = """
    ds    | src | dst | via    | family  | weight
    03-31 | a   | b   | device | device  | 6
    03-31 | b   | c   | phone  | contact | 6
    03-31 | x   | y   | device | device  | 6
    03-31 | x   | y   | phone  | contact | 6
    03-31 | z   | w   | device | device  | 6
    03-31 | z   | w   | phone  | contact | 6
"""


@CASES.rows(
    members=MEMBERS + "    03-31 | R2 | x\n    03-31 | R2 | y\n    03-31 | R3 | z\n    03-31 | R3 | w\n",
    edges=TIED,
    production="""
        ds    | racket_id | nats
        03-31 | R1        | 0.41
        03-31 | R2        | 0.40
    """,
)
def test_a_lead_makes_its_goods_with_a_chance_of_three_in_five_and_what_was_not_judged_is_left_out(leads):
    assert by_rank(leads("rank racket_id production_score is_lead")) == ["R1 0.601088 true", "R2 0.598688 false"]


@CASES.rows(
    members=MEMBERS,
    production="""
        ds    | racket_id | nats | signs
        03-31 | R1        | 2    | trade:3:sold goods,outside:-2.5:bought goods
    """,
)
def test_what_moved_the_score_is_told_with_its_nats(leads):
    assert "signs that it makes its goods, in nats: sold goods (+3.0); bought goods (-2.5)" in leads("why")[0]


# --- where --------------------------------------------------------------------------------------


@CASES.rows(
    members=MEMBERS,
    sites="""
        ds    | racket_id | kind         | rank | region_code | abstained
        03-31 | R1        | shipped_from | 1    | 350304      | false
        03-31 | R1        | made_at      | 1    | -           | true
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
    assert leads("lead_jurisdiction other_jurisdictions") == ["350322 350304"]


@CASES.rows(
    members=MEMBERS + "    03-31 | R2 | x\n    03-31 | R3 | y\n",
    sites="""
        ds    | racket_id | kind         | rank | region_code | abstained
        03-31 | R1        | made_at      | 1    | 350322      | true
        03-31 | R1        | made_at      | 2    | 350999      | false
        03-31 | R1        | packed_at    | 1    | 350322      | false
        03-31 | R1        | shipped_from | 1    | 350582      | false
        03-31 | R1        | returned_to  | 1    | 330782      | true
        03-31 | R2        | made_at      | 1    | -           | true
        03-31 | R2        | shipped_from | 1    | 350304      | false
        03-31 | R3        | returned_to  | 1    | 350304      | false
    """,
)
def test_a_county_counts_though_the_place_is_not_known_and_the_other_likeliest_ones_are_listed(leads):
    assert leads("racket_id lead_jurisdiction other_jurisdictions") == [
        "R1 350322 330782,350582",
        "R2 350304 ''",
        "R3 350304 ''",
    ]


# --- judgements of people -----------------------------------------------------------------------

LEAD = {
    "members": MEMBERS,
    "production": "ds | racket_id | nats\n03-31 | R1 | 3",
    "listings": LISTINGS,
    "sales": """
        ds    | seller_id | listing_id | buyer_seller_id | orders | turnover_cny | first_paid_at | last_paid_at
        03-31 | a         | fake       | ''              | 1      | 900          | 03-01         | 03-01
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
    found = transformed("rackets.leads", "03-24", "04-07", **all_weeks).localCheckpoint()
    assert lines(found, "ds is_lead") == ["03-24 true", "03-31 false", "04-07 true"]
    assert lines(found.where("NOT is_lead"), "rank production_score") == lines(
        found.where("ds = '2024-03-24'"), "rank production_score"
    )
