"""evidence.listing_features: what listings and shops look like in numbers, and nothing that comes of a complaint."""

import pytest

from jobs.evidence import listing_features
from jobs.learning.training import RULES
from tests.frames import Cases, frame, lines, transformed

CASES = Cases(
    "evidence.listing_features", "03-10", "03-10", ids="listing_id seller_id brand_id",
    listings="ds | listing_id", texts="ds | listing_id", signals="ds | listing_id", sellers="ds | seller_id", sales="ds | seller_id | listing_id",
)  # fmt: skip


@pytest.fixture
def features(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


@CASES.rows(
    listings="""
        ds    | listing_id | seller_id | brand_id | brand_match | brand_evasion | brand_claimed | title | description | category  | image_ids
        03-10 | claimed    | s         | b        | claimed     | -             | Velmora       | 运动鞋 | -          | sneakers  | a,b
        03-10 | hidden     | s         | b        | evaded      | look_alike    | ''            | 鞋     | 好鞋       | sneakers  | ''
        03-10 | slip       | s         | b        | evaded      | misspelt      | -             | 鞋     | -          | materials | a
        03-10 | plain      | s         | -        | -           | -             | -             | 鞋     | -          | other     | a
    """,
    signals="""
        ds    | listing_id | seller_id | price_share | suspicion | is_authorised
        03-10 | claimed    | s         | 0.9         | -3.5      | true
        03-10 | hidden     | s         | 0.3         | 3.7       | false
        03-10 | slip       | s         | -           | 0.2       | false
        03-10 | plain      | s         | -           | -3.5      | false
    """,
    texts="""
        ds    | listing_id | grade_words | used_words | phone_keys | handle_keys
        03-10 | hidden     | 复刻,莆田   | ''         | 1          | wechat:a,qq:1
        03-10 | claimed    | ''          | 闲置       | ''         | ''
    """,
)
def test_a_listing_is_what_it_shows(features):
    assert features(
        "listing_id names_brand price_share brand_place evasion is_brand_hidden images title_length description_length is_wrapping is_authorised"
    ) == [
        "claimed 1 0.9 3 0 0 2 3 - 0 1",
        "hidden 1 0.3 0 2 1 0 1 2 0 0",
        "plain 0 - - - - 1 1 - 0 0",
        "slip 1 - 0 1 1 1 1 - 1 0",
    ]
    assert features("listing_id grade_words used_words contacts") == [
        "claimed 0 1 0", "hidden 2 0 3", "plain - - -", "slip - - -",
    ]  # fmt: skip


@CASES.rows(
    listings="""
        ds    | listing_id | seller_id | brand_id | brand_evasion | brand_claimed | category
        03-10 | l1         | s         | b        | split         | -             | sneakers
        03-10 | l2         | s         | c        | -             | Velmora       | handbags
        03-10 | l3         | s         | -        | -             | -             | sneakers
        03-10 | l4         | s         | c        | -             | Velmora       | sneakers
        03-10 | l5         | alone     | -        | -             | -             | other
    """,
    signals="""
        ds    | listing_id | seller_id | price_share | suspicion
        03-10 | l1         | s         | 0.3         | 0
        03-10 | l2         | s         | 500         | 0
        03-10 | l3         | s         | -           | 0
        03-10 | l4         | s         | 0.7         | 0
        03-10 | l5         | alone     | -           | 0
    """,
    texts="""
        ds    | listing_id | grade_words
        03-10 | l1         | 复刻
    """,
    sellers="""
        ds    | seller_id | registered_at | licence_key
        03-10 | s         | 03-01         | 91350
    """,
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | turnover_cny | orders | fake_refunds
        03-10 | s         | l1         | ''              | 75           | 3      | 0
        03-10 | s         | l2         | t               | 25           | 1      | 0
        03-10 | alone     | l5         | ''              | 0            | 1      | 0
    """,
)
def test_a_shop_is_what_its_listings_show_together(features):
    assert features("seller_id shop_listings shop_brands shop_categories shop_brand_share shop_hidden_share shop_empty_share")[0] == "alone 1 0 1 0 0 0"  # fmt: skip
    assert features("listing_id shop_listings shop_brands shop_categories shop_brand_share shop_hidden_share shop_empty_share")[:1] == ["l1 4 2 2 0.75 0.25 0.25"]  # fmt: skip
    assert features("listing_id shop_graded_share shop_used_share shop_price_share shop_appearance shop_trade_share") == [
        "l1 0.25 0 1 0.5 0.25", "l2 0.25 0 1 0.5 0.25", "l3 0.25 0 1 0.5 0.25", "l4 0.25 0 1 0.5 0.25", "l5 0 0 - 0.5 -",
    ]  # fmt: skip
    assert features("listing_id shop_age_days shop_is_licensed")[::4] == ["l1 9 1", "l5 - -"]


def test_nothing_that_comes_of_a_complaint_changes_a_feature(spark):
    """A listing that was reported, upheld, refunded and removed, and whose shop was closed, beside itself before that."""
    before = {
        "listings": "ds | listing_id | seller_id | removed_at | removal_reason\n03-10 | l | s | - | -",
        "signals": "ds | listing_id | seller_id | suspicion | upheld_reports | rejected_reports | orders | fake_refunds | complaints\n03-10 | l | s | 1.25 | 0 | 0 | 0 | 0 | 0",
        "sellers": "ds | seller_id | closed_at | close_reason\n03-10 | s | - | -",
        "sales": "ds | seller_id | listing_id | buyer_seller_id | orders | fake_refunds | turnover_cny\n03-10 | s | l | '' | 40 | 0 | 100",
        "texts": "ds | listing_id\n03-10 | l",
    }
    complaints = 2 * 3.0 - 0.5 + 4.0
    after = {
        **before,
        "listings": "ds | listing_id | seller_id | removed_at | removal_reason\n03-10 | l | s | 03-09 | ip_complaint",
        "signals": "ds | listing_id | seller_id | suspicion | upheld_reports | rejected_reports | orders | fake_refunds | complaints\n"
        f"03-10 | l | s | {1.25 + complaints} | 4 | 1 | 40 | 5 | {complaints}",
        "sellers": "ds | seller_id | closed_at | close_reason\n03-10 | s | 03-09 | platform_ip",
        "sales": "ds | seller_id | listing_id | buyer_seller_id | orders | fake_refunds | turnover_cny\n03-10 | s | l | '' | 40 | 5 | 100",
    }
    reads = listing_features.TABLE.reads
    everything = " ".join(column.name for column in listing_features.TABLE.schema() if column.name != "appearance")
    found = [
        transformed("evidence.listing_features", "03-10", "03-10", **{name: frame(spark, reads[name].table, text) for name, text in rows.items()})
        for rows in (before, after)
    ]  # fmt: skip
    assert lines(found[0], everything) == lines(found[1], everything)
    appearance = [float(lines(one, "appearance")[0]) for one in found]
    assert appearance == pytest.approx([1.25, 1.25], abs=1e-3)


def test_the_rules_are_among_the_features_under_the_name_that_training_looks_for():
    assert RULES in [column.name for column in listing_features.TABLE.schema()]
