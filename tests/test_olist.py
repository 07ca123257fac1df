"""A real export, mapped and run through the pipeline, ends with the counts that were made of it independently.

The export is not part of the project: YUNJIAN_REAL_DATA names the folder in which `olist/` lies.
"""

import json
import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from jobs import catalog, mapping, runner, settings
from jobs.progress import Progress
from tests.warehouse import rows

REAL = Path(os.environ.get("YUNJIAN_REAL_DATA", "none"), "olist")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not REAL.is_dir(), reason=f"NOT TESTED on a real export: YUNJIAN_REAL_DATA is to name its folder, no {REAL}"
    ),
]

FIRST, LAST = date(2017, 1, 5), date(2018, 3, 27)
SUNDAY = date(2018, 3, 25)
FEEDS = ("brands", "images", "listings", "orders", "outcomes", "reports", "sellers", "shipments")


@pytest.fixture(scope="module")
def mapped(spark, tmp_path_factory):
    """(landing, report) of the whole export."""
    landing = tmp_path_factory.mktemp("olist") / "landing"
    return landing, mapping.map_source(spark, "olist", str(REAL), str(landing), Progress(None), say=lambda line: None)


@pytest.fixture(scope="module")
def warehouse(spark, mapped):
    """Daily tables of all days, snapshots of the last Sunday."""
    folder = mapped[0].parent / "warehouse"
    chosen = settings.load("local", [f"landing={mapped[0]}", f"warehouse={folder}"])
    run = runner.open_run(spark, chosen, Progress(None))
    tables = catalog.select([*[f"staging.{feed}" for feed in FEEDS], "core.*", "evidence.*", "links.*"])
    runner.run_tables(run, [declared for declared in tables if declared.table.every == "day"], FIRST, LAST)
    runner.run_tables(run, [declared for declared in tables if declared.table.every == "sunday"], SUNDAY, SUNDAY)
    return folder


def source_id(row: dict, column: str = "order_id") -> str:
    """The source's own id: what stands before the dash."""
    return row[column].split("-")[0]


def rejects(warehouse: Path, feed: str, reason: str) -> list[dict]:
    found = [r for r in rows(warehouse, "staging.rejects") if r["feed"] == feed and reason in r["reasons"]]
    return [json.loads(row["raw"]) for row in found]


def test_every_line_of_every_file_is_accounted_for(mapped):
    tables = mapped[1].tables
    found = {name: (t.lines, t.rows, t.headers, t.repeats, t.rejected) for name, t in tables.items()}
    marks = {"merge_marker": 3, "repeated_header": 1}
    assert found == {
        "orders": (20005, 10000, 1, 10000, marks),
        "order_items": (22509, 11252, 1, 11252, marks),
        "customers": (20005, 10000, 1, 10000, marks),
        "products": (12251, 6123, 1, 6123, marks),
        # Its two versions have different columns: the rows of the second cannot be read by the header of the first.
        "product_category_name_translation": (147, 71, 1, 0, {**marks, "wrong_number_of_columns": 71}),
        "sellers": (3096, 3095, 1, 0, {}),
    }
    for table in tables.values():
        assert table.lines == table.rows + table.headers + table.repeats + sum(table.rejected.values())
    assert {name: table.not_selected for name, table in tables.items() if table.not_selected} == {
        "product_category_name_translation": 3  # categories of which nothing was sold
    }


def test_the_mapping_counts_what_the_contract_has_no_column_for(mapped):
    assert mapped[1].counts == {
        "orders without an item": 111,
        "orders delivered before the carrier had them": 5,
        "orders without order_approved_at": 16,
        "orders without order_delivered_carrier_date": 247,
        "orders without order_delivered_customer_date": 352,
        "products without a category": 116,
        "items without their order": 0,
        "items without their product": 0,
        "shops that sold an item": 1207,
        "of them known as sellers": 1207,
        "malformed spellings of a seller's city": 23,
    }


def test_the_mapping_says_what_it_leaves_null_and_does_not_map(mapped):
    report = mapped[1]
    assert report.feeds["orders"].null_throughout == ["buyer_seller_id", "refunded_cny", "refund_reason"]
    assert {"description", "brand_claimed", "image_ids"} <= set(report.feeds["listings"].null_throughout)
    assert {"shop_name", "phones", "licence_no", "payout_account"} <= set(report.feeds["sellers"].null_throughout)
    assert sorted(report.not_mapped) == ["brands", "images", "outcomes", "reports", "shipments"]
    assert any("Brazilian real, not yuan" in note for note in report.feeds["orders"].notes)


def test_nothing_is_lost_between_the_landing_and_staging(mapped, warehouse):
    away = rows(warehouse, "staging.rejects")
    for feed in FEEDS:
        delivered = mapped[1].feeds[feed].rows if feed in mapped[1].feeds else 0
        staged = len(rows(warehouse, f"staging.{feed}"))
        assert delivered == staged + sum(row["feed"] == feed for row in away), feed


def test_all_orders_and_items_arrive_or_are_rejected_with_their_reason(warehouse):
    staged = rows(warehouse, "staging.orders")
    no_item, no_payment = (
        rejects(warehouse, "orders", "missing:listing_id"),
        rejects(warehouse, "orders", "missing:paid_at"),
    )
    assert len({source_id(row) for row in [*staged, *no_item, *no_payment]}) == 10_000
    assert len(no_item) == 111
    assert len(no_payment) == 16
    items = [*staged, *[row for row in no_payment if row not in no_item]]
    assert len(items) == len({row["order_id"] for row in items}) == 11_252
    assert {row["seller_id"] for row in items} <= {row["seller_id"] for row in rows(warehouse, "staging.sellers")}
    assert len({row["seller_id"] for row in items}) == 1_207


def test_all_products_and_sellers_arrive_or_are_rejected_with_their_reason(warehouse):
    no_category = rejects(warehouse, "listings", "missing:category")
    products = {source_id(row, "listing_id") for row in rows(warehouse, "staging.listings")}
    assert len({source_id(row, "listing_id") for row in no_category}) == 116
    assert len(products | {source_id(row, "listing_id") for row in no_category}) == 6_123
    sellers = rows(warehouse, "staging.sellers")
    assert len(sellers) == len({row["seller_id"] for row in sellers}) == 3_095


def test_times_are_those_of_brazil(warehouse):
    (item,) = [r for r in rows(warehouse, "staging.orders") if source_id(r) == "e481f51cbdc54678b7cc49136f2d6af7"]
    # 2017-10-02 11:07:15 there, before summer time.
    assert item["paid_at"].isoformat() == "2017-10-02T14:07:15+00:00"
    assert item["ds"] == date(2017, 10, 10)


def test_trades_say_that_there_are_no_parcels_and_neither_lose_nor_multiply_an_order(warehouse):
    trades = rows(warehouse, "core.trades")
    staged = rows(warehouse, "staging.orders")
    assert sorted(row["order_id"] for row in trades) == sorted(row["order_id"] for row in staged)
    no_category = {row["listing_id"] for row in rejects(warehouse, "listings", "missing:category")}
    assert all(("no_listing" in row["join_state"]) == (row["listing_id"] in no_category) for row in trades)
    assert Counter(row["join_state"] for row in trades) == {
        "no_shipment": 11_051,
        "no_listing+no_shipment": 181,
        # The newest time of the order is two months or more after its payment.
        "no_shipment+past_look_back": 15,
        "no_listing+no_shipment+past_look_back": 2,
    }
    assert {row["platform"] for row in trades} == {"olist"}
    assert all(row["waybill_no"] is None and row["brand_id"] is None for row in trades)


def test_shops_that_share_nothing_known_are_not_linked(warehouse):
    for table in ("links.traits", "links.edges", "links.components"):
        assert rows(warehouse, table) == [], table
