"""core.sales: what each listing sold to whom, from the beginning until a Sunday.

Grain: ds, seller_id, listing_id, buyer_seller_id. Reads core.trades since the last of these Sundays and adds to the
totals of then, so a week's run costs a week. Turnover leaves closed orders out and takes no refunds off.

Which orders count stands in core.trades. An order whose shop, listing or buyer is corrected counts for the new ones alone.
A row may be left with `orders` = 0: its orders were corrected away, or came so late that only their refunds count.
"""

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.table import Read, Table
from jobs.versions import end_of, totals_on

TABLE = Table(
    reads={"trades": Read("core.trades", keyframes="core.sales")},
    every="sunday",
    key=("seller_id", "listing_id", "buyer_seller_id"),
    columns="""
        seller_id        string not null comment 'who sold'
        listing_id       string not null comment 'what was sold'
        buyer_seller_id  string not null comment 'the buying shop; empty = consumers'
        orders           bigint not null comment 'orders ever known, may be 0'
        turnover_cny     decimal(18,2) not null comment 'paid, closed orders left out, refunds not taken off'
        fake_refunds     bigint not null comment 'orders refunded because the goods were fake'
        first_paid_at    timestamp not null comment 'UTC, by the day on which it was known'
        last_paid_at     timestamp not null comment 'UTC, the same'
    """,
)

KEY = ("seller_id", "listing_id", "buyer_seller_id")


def transform(trades: DataFrame, days: list[date]) -> DataFrame:
    # `trades` holds the totals of the newest keyframe (they have `orders`) and the trades since.
    opening = trades.where("orders IS NOT NULL").select(
        "ds", *KEY, "orders", "turnover_cny", "fake_refunds", "first_paid_at", "last_paid_at"
    )
    return totals_on(opening.unionByName(arrivals(trades)).unionByName(departures(trades)), days, _add_up)


def arrivals(trades: DataFrame) -> DataFrame:
    """What each row of core.trades adds to the shop, listing and buyer that it names.

    A wrong clock may say that something was paid after it was known.
    """
    paid_at = F.least("paid_at", end_of(F.col("ds")))

    def added(change: Column, moved: str) -> Column:
        return change + F.coalesce(f"moved_from.{moved}", F.lit(0))

    return trades.where("order_id IS NOT NULL").select(
        "ds", "seller_id", "listing_id", F.coalesce("buyer_seller_id", F.lit("")).alias("buyer_seller_id"),
        added(F.col("is_first").cast("bigint"), "orders").alias("orders"),
        added(F.col("turnover_change_cny"), "turnover_cny").alias("turnover_cny"),
        added(F.col("fake_refund_change").cast("bigint"), "fake_refunds").alias("fake_refunds"),
        paid_at.alias("first_paid_at"), paid_at.alias("last_paid_at"),
    )  # fmt: skip


def departures(trades: DataFrame) -> DataFrame:
    """What a corrected order no longer counts for where it counted before."""
    moved, no_time = trades.where("moved_from IS NOT NULL").select("ds", "moved_from.*"), F.lit(None).cast("timestamp")
    return moved.select(
        "ds", "seller_id", "listing_id", F.coalesce("buyer_seller_id", F.lit("")).alias("buyer_seller_id"),
        (-F.col("orders").cast("bigint")).alias("orders"),
        (-F.col("turnover_cny")).alias("turnover_cny"),
        (-F.col("fake_refunds").cast("bigint")).alias("fake_refunds"),
        no_time.alias("first_paid_at"), no_time.alias("last_paid_at"),
    )  # fmt: skip


def _add_up(rows: DataFrame, day: str) -> DataFrame:
    return rows.groupBy(day, *KEY).agg(
        F.sum("orders").alias("orders"),
        F.sum("turnover_cny").cast("decimal(18,2)").alias("turnover_cny"),
        F.sum("fake_refunds").alias("fake_refunds"),
        F.min("first_paid_at").alias("first_paid_at"),
        F.max("last_paid_at").alias("last_paid_at"),
    )
