"""evidence.seller_signals: a shop is suspect when about a quarter of what it offers looks counterfeit."""

import math

import pytest

from jobs.evidence.seller_signals import SEEN_FAKES, SEEN_HONEST, SHARE_AT_EVEN_ODDS
from tests.frames import Cases

CASES = Cases(
    "evidence.seller_signals", "03-03", "03-03", ids="seller_id listing_id",
    sellers="ds | seller_id", listings="ds | listing_id",
)  # fmt: skip


@pytest.fixture
def signals(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


def offers(seller, fakes, honest):
    """Rows of listings that are surely fake and surely honest, 40 nats either way."""
    rows = [f"03-03 | {seller}f{k} | {seller} | 40" for k in range(fakes)]
    return rows + [f"03-03 | {seller}h{k} | {seller} | -40" for k in range(honest)]


SELLERS = "ds | seller_id\n" + "\n".join(f"03-03 | {name}" for name in ("honest", "cover", "few", "fakes"))


@CASES.rows(
    sellers=SELLERS,
    listings="ds | listing_id | seller_id | suspicion\n"
    + "\n".join([*offers("honest", 0, 12), *offers("few", 1, 11), *offers("cover", 4, 8), *offers("fakes", 5, 0)]),
)
def test_fakes_behind_a_cover_of_honest_goods_make_a_suspect_and_so_does_one_among_ten(signals):
    assert signals("seller_id listings suspect_listings is_suspect") == [
        "cover 12 4 true", "fakes 5 5 true", "few 12 1 true", "honest 12 0 false",
    ]  # fmt: skip


@CASES.rows(
    sellers="ds | seller_id\n03-03 | more\n03-03 | less",
    listings="ds | listing_id | seller_id | suspicion\n" + "\n".join([*offers("more", 1, 13), *offers("less", 1, 14)]),
)
def test_shops_above_minus_one_and_a_half_nats_are_looked_at(signals):
    assert signals("seller_id suspicion is_suspect") == [
        "less -1.533619 false",  # ln(1.05 / (14 / 3 + 0.2))
        "more -1.462667 true",  # ln(1.05 / (13 / 3 + 0.2))
    ]


@CASES.rows(
    sellers="ds | seller_id\n03-03 | none\n03-03 | one\n03-03 | two",
    listings="ds | listing_id | seller_id | suspicion\n" + "\n".join([*offers("one", 0, 1), *offers("two", 0, 2)]),
)
def test_one_ordinary_listing_makes_no_suspect_and_nothing_is_known_of_a_shop_without(signals):
    assert signals("seller_id suspicion is_suspect") == [
        "none -1 true",
        "one -2.367124 false",  # ln(0.05 / (1 / 3 + 0.2))
        "two -2.852631 false",
    ]


@CASES.rows(
    sellers="ds | seller_id\n03-03 | s",
    listings="""
        ds    | listing_id | seller_id | suspicion | orders | fake_refunds
        03-03 | l1         | s         | 0         | 7      | 2
        03-03 | l2         | s         | -40       | 3      | 0
        03-03 | l3         | gone      | 40        | 9      | 9
    """,
)
def test_log_odds_follow_from_the_expected_share_and_orders_add_up(signals):
    odds = (0.5 + SEEN_FAKES) / (1.5 * SHARE_AT_EVEN_ODDS / (1 - SHARE_AT_EVEN_ODDS) + SEEN_HONEST)
    assert signals("seller_id suspect_listings orders fake_refunds suspicion") == [
        f"s 0.5 10 2 {round(math.log(odds), 6):g}"
    ]
