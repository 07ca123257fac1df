"""Labels: what somebody has found out about a listing, as known on a day."""

from datetime import date

from jobs.complaints import ASSUMED_ORDERS, MOST_REFUNDS, USUAL_REFUNDS, labels_on, market_refunds
from tests.frames import frame, lines

DAYS = [date(2024, 3, 3), date(2024, 3, 10)]
NO_REPORTS, NO_SALES = "ds | report_id", "ds | seller_id | listing_id"


def labels(spark, reports=NO_REPORTS, sales=NO_SALES):
    found = labels_on(frame(spark, "staging.reports", reports), frame(spark, "core.sales", sales), DAYS)
    return lines(found, "ds listing_id label")


def test_reports_label_as_they_stand_on_the_day_and_a_test_buy_decides(spark):
    assert labels(spark, reports="""
        ds    | report_id | listing_id   | source        | result
        03-01 | r1        | upheld_later | rights_holder | -
        03-05 | r1        | upheld_later | rights_holder | upheld
        03-01 | r2        | rejected     | consumer      | rejected
        03-01 | r3        | disputed     | consumer      | rejected
        03-01 | r4        | disputed     | platform      | upheld
        03-01 | r5        | mostly       | rights_holder | upheld
        03-01 | r6        | mostly       | platform      | upheld
        03-01 | r7        | mostly       | consumer      | rejected
        03-01 | r8        | open         | consumer      | -
        03-01 | r9        | bought       | test_buy      | rejected
        03-01 | ra        | bought       | rights_holder | upheld
        03-01 | rb        | bought       | rights_holder | upheld
        03-01 | rc        | found        | test_buy      | upheld
        03-02 | rd        | found        | consumer      | rejected
        03-11 | re        | too_late     | test_buy      | upheld
    """) == [
        "03-03 bought 0", "03-03 found 1", "03-03 mostly 1", "03-03 rejected 0",
        "03-10 bought 0", "03-10 found 1", "03-10 mostly 1", "03-10 rejected 0", "03-10 upheld_later 1",
    ]  # fmt: skip


def test_refunds_label_when_they_say_as_much_as_an_upheld_report(spark):
    assert labels(
        spark,
        reports="""
        ds    | report_id | listing_id | source   | result
        03-01 | r1        | two_of_ten | consumer | rejected
    """,
        sales="""
        ds    | seller_id | listing_id   | buyer_seller_id | orders | fake_refunds
        03-03 | s         | two_of_ten   | ''              | 9      | 0
        03-10 | s         | two_of_ten   | ''              | 9      | 1
        03-10 | s         | two_of_ten   | x               | 1      | 1
        03-10 | s         | one          | ''              | 3      | 1
        03-10 | s         | two_of_many  | ''              | 900    | 2
        03-10 | s         | none         | ''              | 900    | 0
    """,
    ) == ["03-03 two_of_ten 0", "03-10 two_of_ten 1"]


def test_the_rate_of_a_market_is_assumed_until_it_is_known(spark):
    sales = """
        ds    | seller_id | listing_id | buyer_seller_id | orders   | fake_refunds
        03-03 | s         | few        | ''              | 7        | 0
        03-03 | s         | fewer      | ''              | 3        | 1
        03-10 | s         | never      | ''              | 999000   | 0
        03-17 | s         | often      | ''              | 9000     | 4000
    """
    assumed = USUAL_REFUNDS * ASSUMED_ORDERS
    assert lines(market_refunds(frame(spark, "core.sales", sales)), "ds market_refunds") == [
        f"03-03 {(1 + assumed) / (10 + ASSUMED_ORDERS):.6f}",
        f"03-10 {assumed / 1_000_000:.6f}",
        f"03-17 {MOST_REFUNDS}",
    ]
