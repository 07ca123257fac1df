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
# Share of orders refunded as fake: of counterfeits, and of everything else (false claims, mistakes).
FAKE_REFUNDS, HONEST_REFUNDS = 0.06, 0.004


def complaint_evidence() -> Column:
    """Nats, from the columns upheld_reports, rejected_reports, fake_refunds and orders of a listing."""
    return (
        F.least("upheld_reports", F.lit(MOST_REPORTS)) * UPHELD
        + F.least("rejected_reports", F.lit(MOST_REPORTS)) * TURNED_DOWN
        + refund_evidence(F.col("fake_refunds"), F.col("orders"))
    )


def refund_evidence(fake_refunds: Column, orders: Column) -> Column:
    """Log-likelihood ratio, nats, of so many refunds for fakes among so many orders of one listing (binomial).

    The rate is one for listings of which buyers do complain, and higher than over all orders of shops that sell
    counterfeits (jobs/graph/suspects.py): here one refund has to tell among other signs, there many shops add up.
    """
    honest = F.greatest(orders - fake_refunds, F.lit(0))
    return fake_refunds * math.log(FAKE_REFUNDS / HONEST_REFUNDS) + honest * math.log(
        (1 - FAKE_REFUNDS) / (1 - HONEST_REFUNDS)
    )


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
    refunded = (
        sales.where(F.col("ds").isin(*days))
        .groupBy("ds", "listing_id")
        .agg(F.sum("orders").alias("orders"), F.sum("fake_refunds").alias("fake_refunds"))
        .where("fake_refunds > 0")
    )
    refunds = F.coalesce(refund_evidence(F.col("fake_refunds"), F.col("orders")) >= UPHELD, F.lit(False))
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
