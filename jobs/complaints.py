"""What complaints about a listing and refunds for fakes say: weights in nats of log-odds, and labels to learn from."""

import math
from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.versions import newest_on

UPHELD, TURNED_DOWN = 3.0, -0.5
# More of the same say little more.
MOST_REPORTS = 2
# Share of a market's orders that are refunded as fakes, as assumed before any is known: it counts as so many orders.
# Where refunds say no reasons, or buyers never claim, it goes to nothing, and so does what refunds say.
USUAL_REFUNDS, ASSUMED_ORDERS, MOST_REFUNDS = 0.005, 1_000, 0.02
# Counterfeits are refunded so many times as often: a listing of which buyers do complain; and all that shops sell which
# sell counterfeits, whose goods are mixed and whose buyers often know. In a simulated market of five weeks 2.2 % of the
# orders of rackets' shops were refunded so, 2.6 % of those of counterfeit listings, 0.5 % of all.
LISTING_TIMES, SHOP_TIMES = 12, 5
# What refunds say of one listing at most, nats: few buyers of cheap copies claim a refund, so many orders without one
# hardly clear it.
LISTING_LEAST, LISTING_MOST = -1.5, 4.0


def market_refunds(counts: DataFrame) -> DataFrame:
    """ds, market_refunds: the share of all orders known on a day that are refunded as fakes, smoothed.

    counts: any rows with ds, orders and fake_refunds that cover the market. One row a day.
    """
    rate = (F.sum("fake_refunds") + USUAL_REFUNDS * ASSUMED_ORDERS) / (F.sum("orders") + ASSUMED_ORDERS)
    return counts.groupBy("ds").agg(F.least(rate, F.lit(MOST_REFUNDS)).alias("market_refunds"))


def complaint_evidence() -> Column:
    """Nats, from the columns upheld_reports, rejected_reports, fake_refunds, orders and market_refunds of a listing."""
    return (
        F.least("upheld_reports", F.lit(MOST_REPORTS)) * UPHELD
        + F.least("rejected_reports", F.lit(MOST_REPORTS)) * TURNED_DOWN
        + refund_evidence()
    )


def refund_evidence() -> Column:
    """Log-likelihood ratio, nats, of the fake_refunds among the orders of one listing (binomial), within limits.

    Also reads market_refunds. One refund has to tell here among other signs; over many shops they add up (shop_refunds).
    """
    fakes, market = F.col("fake_refunds"), F.col("market_refunds")
    others = F.greatest(F.col("orders") - fakes, F.lit(0))
    ratio = fakes * math.log(LISTING_TIMES) + others * F.log((1 - LISTING_TIMES * market) / (1 - market))
    return F.least(F.greatest(ratio, F.lit(LISTING_LEAST)), F.lit(LISTING_MOST))


def shop_refunds() -> Column:
    """Log-likelihood ratio, nats, of the fake_refunds among the orders of shops (Poisson), counterfeits to market.

    Also reads market_refunds. Says little of one shop, and adds up over those of a group.
    """
    return F.col("fake_refunds") * math.log(SHOP_TIMES) - F.col("orders") * (SHOP_TIMES - 1) * F.col("market_refunds")


def labels_on(reports: DataFrame, sales: DataFrame, days: Sequence[date]) -> DataFrame:
    """(ds, listing_id, label) of listings of which somebody has found out, as known on each of `days`: 1 fake, 0 not.

    reports: staging.reports; sales: core.sales of these days. A test buy decides; else more upheld than rejected
    reports, or refunds that speak for a fake as strongly as an upheld report; else a rejected report and none upheld.
    Labels are selective: nobody finds out about what nobody looks at, so a listing without one is not genuine.
    """

    def are(result: str, source: str | None = None) -> Column:
        found = F.col("result") == result
        return F.count_if(found if source is None else found & (F.col("source") == source))

    reported = (
        newest_on(reports, ["report_id"], days)
        .groupBy("ds", "listing_id")
        .agg(
            are("upheld").alias("upheld"),
            are("rejected").alias("rejected"),
            (are("upheld", "test_buy") - are("rejected", "test_buy")).alias("bought"),
        )
    )
    known = sales.where(F.col("ds").isin(*days))
    refunded = (
        known.groupBy("ds", "listing_id")
        .agg(F.sum("orders").alias("orders"), F.sum("fake_refunds").alias("fake_refunds"))
        .where("fake_refunds > 0")
        .join(F.broadcast(market_refunds(known)), "ds", how="inner")
    )
    refunds = F.coalesce(refund_evidence() >= UPHELD, F.lit(False))
    return (
        reported.join(refunded, ["ds", "listing_id"], how="full")
        .fillna(0, ["upheld", "rejected", "bought"])
        .withColumn(
            "label",
            F.when(F.col("bought") != 0, (F.col("bought") > 0).cast("int"))
            .when((F.col("upheld") > F.col("rejected")) | refunds, 1)
            .when((F.col("rejected") > 0) & (F.col("upheld") == 0), 0),
        )
        .where("label IS NOT NULL")
        .select("ds", "listing_id", "label")
    )
