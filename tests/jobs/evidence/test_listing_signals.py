"""evidence.listing_signals: what a listing looks like, in nats, from price, words, reports and refunds."""

import math

import pytest

from jobs import complaints
from jobs.evidence import listing_signals as rules
from jobs.text.names import EVASIONS
from tests.frames import Cases, frame, lines, transformed

CASES = Cases(
    "evidence.listing_signals", "03-03", "03-10", ids="listing_id seller_id brand_id report_id authorised_sellers",
    listings="ds | listing_id", texts="ds | listing_id", sales="ds | seller_id | listing_id", reports="ds | report_id", brands="ds | brand_id",
)  # fmt: skip
PLAIN = (
    "ds | listing_id | seller_id | brand_id | brand_claimed | brand_match | price_cny | reference_price_cny | title\n"
)

# A listing under a brand whose genuine price nobody told.
BARE = rules.PRIOR + rules.PRICE_UNKNOWN
# What an order without a refund for a fake says, by the usual rate of a market.
OF_ORDER = math.log((1 - complaints.LISTING_TIMES * complaints.USUAL_REFUNDS) / (1 - complaints.USUAL_REFUNDS))


@pytest.fixture(autouse=True)
def large_market(monkeypatch):
    """A few orders do not move the rate at which a market's orders are refunded as fakes."""
    monkeypatch.setattr(complaints, "ASSUMED_ORDERS", 10**15)


@pytest.fixture
def signals(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


def nats(*weights):
    return f"{sum(weights):.6f}".rstrip("0").rstrip(".")


@CASES.rows(
    listings=PLAIN
    + """
    03-03 | no_brand   | s | - | -       | -       | 100 | -    | 运动鞋
    03-03 | no_price   | s | b | Velmora | claimed | 100 | -    | 运动鞋
    03-03 | full_price | s | b | Velmora | claimed | 900 | 1000 | 运动鞋
    03-03 | at_80      | s | b | Velmora | claimed | 800 | 1000 | 运动鞋
    03-03 | below_80   | s | b | Velmora | claimed | 799 | 1000 | 运动鞋
    03-03 | below_60   | s | b | Velmora | claimed | 599 | 1000 | 运动鞋
    03-03 | below_35   | s | b | Velmora | claimed | 349 | 1000 | 运动鞋
    03-03 | zero_ref   | s | b | Velmora | claimed | 349 | 0    | 运动鞋
"""
)
def test_the_lower_the_price_of_a_protected_name_the_more_suspect(signals):
    (below_35, much), (below_60, some), (below_80, none) = rules.PRICE_STEPS
    assert (below_35, below_60, below_80) == (0.35, 0.6, 0.8)
    assert signals("listing_id price_share suspicion") == [
        f"at_80 0.8 {nats(rules.PRIOR, rules.PRICE_HIGH)}",
        f"below_35 0.349 {nats(rules.PRIOR, much)}",
        f"below_60 0.599 {nats(rules.PRIOR, some)}",
        f"below_80 0.799 {nats(rules.PRIOR, none)}",
        f"full_price 0.9 {nats(rules.PRIOR, rules.PRICE_HIGH)}",
        f"no_brand - {nats(rules.PRIOR_WITHOUT_BRAND)}",
        f"no_price - {nats(BARE)}",
        f"zero_ref - {nats(BARE)}",
    ]


@CASES.rows(
    listings="""
        ds    | listing_id | seller_id | brand_id | brand_claimed | brand_match | brand_evasion | is_compared
        03-03 | evaded     | s         | b        | -             | evaded      | masked        | false
        03-03 | guessed    | s         | b        | -             | evaded      | initials      | false
        03-03 | hidden     | s         | b        | -             | title       | -             | false
        03-03 | blank      | s         | b        | ''            | title       | -             | false
        03-03 | compared   | s         | b        | Velmora       | title       | -             | true
        03-03 | graded     | s         | b        | Velmora       | claimed     | -             | false
        03-03 | used       | s         | b        | Velmora       | claimed     | -             | false
        03-03 | used_plain | s         | -        | -             | -           | -             | false
    """,
    texts="""
        ds    | listing_id | grade_words | used_words
        03-03 | evaded     | ''          | ''
        03-03 | graded     | 复刻,莆田   | ''
        03-03 | used       | ''          | 闲置
        03-03 | used_plain | ''          | 闲置
    """,
)
def test_hidden_names_and_words_for_copies_are_suspect_and_used_goods_are_not(signals):
    assert signals("listing_id is_evaded brand_evasion is_compared has_grade_words suspicion") == [
        f"blank false - false false {nats(BARE, rules.HIDDEN_BRAND)}",
        f"compared false - true false {nats(BARE, rules.COMPARED)}",
        f"evaded true masked false false {nats(BARE, 2.5, rules.HIDDEN_BRAND)}",
        f"graded false - false true {nats(BARE, rules.GRADE_WORDS)}",
        f"guessed true initials false false {nats(BARE, 1.0, rules.HIDDEN_BRAND)}",
        f"hidden false - false false {nats(BARE, rules.HIDDEN_BRAND)}",
        f"used false - false false {nats(BARE, rules.USED_GOODS)}",
        f"used_plain false - false false {nats(rules.PRIOR_WITHOUT_BRAND)}",
    ]


@CASES.rows(
    listings="""
        ds    | listing_id | seller_id | brand_id | brand_claimed | brand_match | is_compared | price_cny | reference_price_cny
        03-03 | dear       | s         | b        | Velmora       | title       | true        | 900       | 1000
        03-03 | cheap      | s         | b        | Velmora       | title       | true        | 100       | 1000
        03-03 | one        | s         | b        | Velmora       | claimed     | false       | 700       | 1000
        03-03 | several    | s         | b        | Velmora       | claimed     | false       | 700       | 1000
    """,
    texts="""
        ds    | listing_id | grade_words | used_words
        03-03 | one        | ''          | 闲置
        03-03 | several    | ''          | 闲置
    """,
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | orders | fake_refunds
        03-03 | s         | one        | ''              | 2      | 0
        03-03 | s         | several    | ''              | 3      | 0
    """,
)
def test_goods_for_a_brand_may_be_cheap_and_used_goods_are_not_sold_often(signals):
    assert (rules.COMPARED_PRICE_MOST, rules.USED_ORDERS) == (1.0, 2)
    assert signals("listing_id suspicion") == [
        f"cheap {nats(rules.PRIOR, rules.COMPARED_PRICE_MOST, rules.COMPARED)}",
        f"dear {nats(rules.PRIOR, rules.PRICE_HIGH, rules.COMPARED)}",
        f"one {nats(rules.PRIOR, rules.USED_GOODS, 2 * OF_ORDER)}",
        f"several {nats(rules.PRIOR, 3 * OF_ORDER)}",
    ]


def test_every_way_to_hide_a_name_has_a_weight():
    assert set(rules.EVADED_NAME) == set(EVASIONS)
    assert all(weight > 0 for weight in rules.EVADED_NAME.values())


@CASES.rows(
    listings=PLAIN + "    03-03 | l | s | b | Velmora | claimed | 100 | - | 跑鞋\n    03-10 | l | s | b | Velmora | claimed | 100 | - | 跑鞋\n",
    reports="""
        ds    | report_id | listing_id | result
        03-01 | r1        | l          | -
        03-05 | r1        | l          | upheld
        03-05 | r2        | l          | rejected
        03-06 | r2        | l          | upheld
        03-06 | r3        | l          | upheld
        03-07 | r4        | l          | rejected
        03-07 | r5        | other      | upheld
    """,
)  # fmt: skip
def test_reports_count_as_they_stand_on_the_sunday_and_no_more_than_two(signals):
    assert signals("ds upheld_reports rejected_reports suspicion") == [
        f"03-03 0 0 {nats(BARE)}",
        f"03-10 3 1 {nats(BARE, 2 * complaints.UPHELD, complaints.TURNED_DOWN)}",
    ]


@CASES.rows(
    listings=PLAIN
    + """
    03-03 | of_shop  | s | b | Velmora | claimed | 100 | - | 跑鞋
    03-10 | of_shop  | s | b | Velmora | claimed | 100 | - | 跑鞋
    03-10 | other    | t | b | Velmora | claimed | 100 | - | 跑鞋
""",
    brands="""
        ds    | brand_id | authorised_sellers
        03-01 | b        | t
        03-05 | b        | s,s
    """,
)
def test_an_authorised_shop_is_not_suspect_from_when_that_is_known(signals):
    assert signals("ds listing_id is_authorised suspicion") == [
        f"03-03 of_shop false {nats(BARE)}",
        f"03-10 of_shop true {nats(BARE, rules.AUTHORISED)}",
        f"03-10 other false {nats(BARE)}",
    ]


def test_an_empty_brand_field_hides_nothing_where_nobody_fills_it(spark):
    texts = {
        "listings": """
            ds    | listing_id | seller_id | brand_id | brand_claimed | brand_match
            03-03 | title      | s         | b        | -             | title
            03-03 | blank      | s         | b        | ''            | title
        """,
        "texts": "ds | listing_id", "sales": "ds | listing_id", "reports": "ds | report_id", "brands": "ds | brand_id",
    }  # fmt: skip
    reads = {name: frame(spark, rules.TABLE.reads[name].table, text) for name, text in texts.items()}
    found = transformed("evidence.listing_signals", "03-03", "03-03", **reads)
    assert lines(found, "listing_id suspicion") == [f"blank {nats(BARE)}", f"title {nats(BARE)}"]


@CASES.rows(
    listings=PLAIN
    + """
    03-03 | clean    | s | b | Velmora | claimed | 100 | - | 跑鞋
    03-03 | few      | s | b | Velmora | claimed | 100 | - | 跑鞋
    03-03 | refunded | s | b | Velmora | claimed | 100 | - | 跑鞋
    03-03 | often    | s | b | Velmora | claimed | 100 | - | 跑鞋
    03-03 | unsold   | s | b | Velmora | claimed | 100 | - | 跑鞋
""",
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | orders | fake_refunds
        03-03 | s         | clean      | ''              | 60000  | 0
        03-03 | s         | clean      | x               | 40000  | 0
        03-03 | s         | few        | ''              | 10     | 0
        03-03 | s         | refunded   | ''              | 10     | 1
        03-03 | s         | often      | ''              | 20     | 9
    """,
)
def test_refunds_for_fakes_weigh_against_orders_without_by_the_rate_of_the_market_within_limits(signals):
    fake = math.log(complaints.LISTING_TIMES)
    told = f"{fake + 9 * OF_ORDER:.6f}".rstrip("0")
    assert signals("listing_id orders fake_refunds complaints suspicion") == [
        f"clean 100000 0 {complaints.LISTING_LEAST} {nats(BARE, complaints.LISTING_LEAST)}",
        f"few 10 0 {10 * OF_ORDER:.6f} {nats(BARE, 10 * OF_ORDER)}",
        f"often 20 9 {complaints.LISTING_MOST:g} {nats(BARE, complaints.LISTING_MOST)}",
        f"refunded 10 1 {told} {nats(BARE, fake, 9 * OF_ORDER)}",
        f"unsold 0 0 0 {nats(BARE)}",
    ]
