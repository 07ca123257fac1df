"""models.listings: models that say how likely a listing offers counterfeits, one for each Sunday that one was asked for.

Grain: ds, model_id. Computed on request (`python -m jobs train --ds SUNDAY`). Reads evidence.listing_features and
core.sales of the last three Sundays, links.communities and rackets.members of this one, all reports until then, and
the models of before.

Learned from what was known two weeks before `ds`, the cut-off; judged by what is known on `ds` of other operations:
which side an operation is on is decided by the hash of its racket, else its community, else its shop, so that no
operation is on both. A model that ranks or foretells labels worse than the rules, or than the promoted model of then,
on the same rows, is kept and not promoted; so is, without a model, a Sunday with too few labels: `why` says so.
Metrics are against labels, and labels are selective: a positive that nobody has found counts as a mistake, for all alike.
"""

from datetime import date, timedelta
from functools import partial

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.complaints import labels_on
from jobs.learning import cards
from jobs.learning.training import FOLDS, train
from jobs.table import Read, Table

# What comes new in two weeks is enough to judge by, and a model is no older than that.
HELD_OUT = timedelta(weeks=2)
# One operation in four is held out.
TEST_IN = 4
# Rows that one task learns from and judges by: all together about two million, half a gigabyte.
MOST = {"train": {"known": 50_000, "unknown": 1_400_000}, "test": {"known": 50_000, "unknown": 400_000}}
# Keys of hashes: each choice has its own, so that none says anything about another.
SIDE, FOLD, SAMPLE, ORDER = "side", "fold", "sample", "order"
SHARES = 1_000_000_007

TABLE = Table(
    reads={
        "features": Read("evidence.listing_features", days=HELD_OUT.days + 1),
        "sales": Read("core.sales", days=HELD_OUT.days + 1),
        "reports": Read("staging.reports", days=3650),
        "communities": Read("links.communities"),
        "members": Read("rackets.members"),
        "earlier": Read("models.listings", days=3650, past=True),
    },
    every="request",
    key=("model_id",),
    columns="""
        model_id                    string not null comment 'M, Sunday, and the first characters of the sha256; none = no model'
        is_promoted                 boolean not null comment 'evidence.listing_scores uses the newest that is'
        why                         string not null comment 'why it is promoted or not, or why there is no model'
        model                       string comment 'bags of trees and calibration, JSON'
        model_sha256                string comment 'of the text'
        features                    array<string> not null comment 'columns of evidence.listing_features, in the order of the trees'
        xgboost_version             string not null comment 'that trained it'
        cut_off                     date not null comment 'newest day that training saw'
        settings                    string not null comment 'of trees, bags and folds, JSON'
        found_share                 double comment 'share of counterfeit listings that are found out about, as estimated'
        train_listings              bigint not null comment 'listings learned from, those that a sample stands for included'
        train_positives             bigint not null comment 'of these known to be counterfeit'
        train_negatives             bigint not null comment 'of these known not to be'
        test_listings               bigint not null comment 'listings held out'
        test_positives              bigint not null comment 'of these known to be counterfeit'
        compared_with               string comment 'the model that was promoted then'
        auc                         double comment 'chance that a known counterfeit ranks above another listing, held out'
        rules_auc                   double comment 'the same of the rules'
        promoted_auc                double comment 'the same of the promoted model'
        average_precision           double comment 'area under precision by recall of known counterfeits, held out'
        rules_average_precision     double comment 'the same of the rules'
        promoted_average_precision  double comment 'the same of the promoted model'
        brier                       double comment 'mean square error of found_share times the score, as the chance of a label'
        rules_brier                 double comment 'the same of the rules, with a share of their own'
        promoted_brier              double comment 'the same of the promoted model'
        calibration_error           double comment 'mean distance of that chance from the share of labels, in ten bins'
        rules_calibration_error     double comment 'the same of the rules'
    """,
)


def transform(
    features: DataFrame,
    sales: DataFrame,
    reports: DataFrame,
    communities: DataFrame,
    members: DataFrame,
    earlier: DataFrame,
    days: list[date],
) -> DataFrame:
    (day,) = days
    cut_off = day - HELD_OUT
    names = [name for name in features.columns if name not in ("ds", "listing_id", "seller_id")]
    rows = sides(features, labels_on(reports, sales, [cut_off, day]), operations(communities, members), cut_off, day)
    task = partial(train, day=day, cut_off=cut_off, features=names, promoted=cards.promoted(earlier, [day]).get(day))
    columns = [column.name for column in TABLE.schema()[1:]]
    types = ", ".join(f"{column.name} {column.type}" for column in TABLE.schema()[1:])
    # A row that is none: where there are no listings a card still says so.
    marker = features.sparkSession.range(1).select(F.lit(-1).cast("double").alias("weight"))
    gathered = bounded(rows).unionByName(marker, allowMissingColumns=True).withColumn("group", F.lit(1))
    return (
        gathered.groupBy("group")
        .applyInArrow(lambda table: task(table.filter(table.column("is_test").is_valid())), types)
        .select(F.lit(day).alias("ds"), *columns)
    )


def operations(communities: DataFrame, members: DataFrame) -> DataFrame:
    """(seller_id, operation): the racket of a shop, else its community."""
    racket = members.groupBy("seller_id").agg(F.min("racket_id").alias("racket_id"))
    community = communities.groupBy("seller_id").agg(F.min("community_id").alias("community_id"))
    operation = F.coalesce("racket_id", "community_id").alias("operation")
    return racket.join(community, "seller_id", how="full").select("seller_id", operation)


def is_held_out(operation: Column) -> Column:
    """Whether an operation is on the side that judges."""
    return F.pmod(F.xxhash64(F.lit(SIDE), operation), F.lit(TEST_IN)) == 0


def sides(features: DataFrame, labels: DataFrame, operations: DataFrame, cut_off: date, day: date) -> DataFrame:
    """Listings of the cut-off to learn from, and of the day to judge by, no operation in both; with label and fold.

    labels: those of the cut-off know nothing of later.
    """
    operation = F.coalesce("operation", "seller_id")
    return (
        features.where(F.col("ds").isin(cut_off, day))
        .join(labels, ["ds", "listing_id"], how="left")
        .join(operations, "seller_id", how="left")
        .withColumn("is_test", is_held_out(operation))
        .where(F.col("is_test") == (F.col("ds") == F.lit(day)))
        .withColumn("fold", F.pmod(F.xxhash64(F.lit(FOLD), operation), F.lit(FOLDS)).cast("int"))
        .withColumn("order_key", F.xxhash64(F.lit(ORDER), "listing_id"))
        .drop("operation", "ds", "seller_id")
    )


def bounded(rows: DataFrame) -> DataFrame:
    """About as many rows as MOST says, chosen by a hash of the listing; `weight`: how many each stands for."""
    counts = rows.groupBy("is_test", F.col("label").isNotNull().alias("is_known")).count().collect()
    weight = F.lit(1.0)
    for row in counts:
        most = MOST["test" if row["is_test"] else "train"]["known" if row["is_known"] else "unknown"]
        here = (F.col("is_test") == row["is_test"]) & (F.col("label").isNotNull() == row["is_known"])
        weight = F.when(here, float(max(1.0, row["count"] / most))).otherwise(weight)
    place = F.pmod(F.xxhash64(F.lit(SAMPLE), "listing_id"), F.lit(SHARES)) / SHARES
    return rows.withColumn("weight", weight).where(place * F.col("weight") < 1.0)
