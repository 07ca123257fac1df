"""rackets.events: how rackets came, changed and went, as known on a Sunday.

Grain: ds, event, racket_id, other_racket_id. Reads rackets.members of the same Sunday and the four before, and
core.sales of this and last Sunday. `overlap` is the share of the racket's former members that the event is about.
An id changes its meaning only with an event. `other_racket_id` is empty where there is none.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.table import Read, Table

# Changes of the number of members that are worth an event.
GREW, SHRANK = 1.25, 0.8
# Part of a racket that has to come from another one for a split or a merge.
SPLIT_SHARE = 0.3
# Days without a sale after which a racket sleeps.
DORMANT_DAYS = 21

TABLE = Table(
    reads={"members": Read("rackets.members", days=36), "sales": Read("core.sales", days=8)},
    every="sunday",
    key=("event", "racket_id", "other_racket_id"),
    columns="""
        event            string not null comment 'born, continued, grew, shrank, split, merged, dormant, revived, ended'
        racket_id        string not null comment 'whom it happened to'
        other_racket_id  string not null comment 'the racket that it came from or went into; empty = none'
        overlap          double not null comment '0 to 1'
    """,
)


def transform(members: DataFrame, sales: DataFrame) -> DataFrame:
    today = members.groupBy().agg(F.max("ds").alias("today"))
    dated = members.join(F.broadcast(today), how="cross").withColumn("weeks", F.datediff("today", "ds") / 7)
    now = dated.where("weeks = 0")
    before = dated.where("weeks = 1")
    return (
        changes_of_size(now, before, dated)
        .unionByName(exchanges(now, before))
        .unionByName(sleep(now, sales))
        .select("ds", "event", "racket_id", "other_racket_id", "overlap")
    )


def changes_of_size(now: DataFrame, before: DataFrame, dated: DataFrame) -> DataFrame:
    """born, continued, grew, shrank, ended."""
    sizes = now.groupBy("racket_id").agg(F.count("*").alias("size"), F.max("today").alias("today"))
    former = before.groupBy("racket_id").agg(F.count("*").alias("former"), F.max("today").alias("former_today"))
    kept = now.join(before.select("racket_id", "seller_id"), ["racket_id", "seller_id"], how="inner")
    same = kept.groupBy("racket_id").agg(F.count("*").alias("same"))
    known = dated.where("weeks > 1").select("racket_id").distinct().withColumn("is_known", F.lit(True))
    compared = (
        sizes.join(former, "racket_id", how="full")
        .join(same, "racket_id", how="left")
        .join(known, "racket_id", how="left")
    )
    size, was = F.col("size"), F.col("former")
    event = (
        F.when(size.isNull(), "ended")
        .when(was.isNull() & F.col("is_known"), "revived")
        .when(was.isNull(), "born")
        .when(size >= was * GREW, "grew")
        .when(size <= was * SHRANK, "shrank")
        .otherwise("continued")
    )
    return compared.select(
        F.coalesce("today", "former_today").alias("ds"), event.alias("event"), "racket_id",
        F.lit("").alias("other_racket_id"),
        F.round(F.coalesce(F.col("same") / was, F.lit(0.0)), 6).alias("overlap"),
    )  # fmt: skip


def exchanges(now: DataFrame, before: DataFrame) -> DataFrame:
    """split: members of last week's racket now stand under another new id; merged: its members went into an older one."""
    old = before.select("seller_id", F.col("racket_id").alias("old_id"))
    old_size = before.groupBy(F.col("racket_id").alias("old_id")).agg(F.count("*").alias("old_size"))
    new_ids = (
        now.select("racket_id").distinct().join(before.select("racket_id").distinct(), "racket_id", how="left_anti")
    )
    gone = before.select("racket_id").distinct().join(now.select("racket_id").distinct(), "racket_id", how="left_anti")
    moved = (
        now.join(old, "seller_id", how="inner")
        .where("racket_id <> old_id")
        .groupBy("today", "racket_id", "old_id")
        .agg(F.count("*").alias("moved"))
        .join(old_size, "old_id", how="inner")
        .withColumn("overlap", F.round(F.col("moved") / F.col("old_size"), 6))
    )
    split = (
        moved.join(new_ids, "racket_id", how="left_semi")
        .where(F.col("moved") >= 2)
        .select(
            F.col("today").alias("ds"),
            F.lit("split").alias("event"),
            F.col("old_id").alias("racket_id"),
            F.col("racket_id").alias("other_racket_id"),
            "overlap",
        )
    )
    merged = (
        moved.join(gone.withColumnRenamed("racket_id", "old_id"), "old_id", how="left_semi")
        .where(F.col("overlap") >= SPLIT_SHARE)
        .select(
            F.col("today").alias("ds"),
            F.lit("merged").alias("event"),
            F.col("old_id").alias("racket_id"),
            F.col("racket_id").alias("other_racket_id"),
            "overlap",
        )
    )
    return split.unionByName(merged)


def sleep(now: DataFrame, sales: DataFrame) -> DataFrame:
    """dormant: this Sunday the last sale is DORMANT_DAYS old, last Sunday it was not."""
    sold = now.select("today", "racket_id", "seller_id").join(
        sales.groupBy("ds", "seller_id").agg(F.max("last_paid_at").alias("last_paid_at")), "seller_id", how="inner"
    )
    silent = (
        sold.groupBy("today", "racket_id", "ds")
        .agg(F.max("last_paid_at").alias("last_paid_at"))
        .withColumn("days", F.datediff("ds", "last_paid_at"))
        .groupBy("today", "racket_id")
        .agg(
            F.max(F.when(F.col("ds") == F.col("today"), F.col("days"))).alias("days"),
            F.max(F.when(F.col("ds") < F.col("today"), F.col("days"))).alias("days_before"),
        )
    )
    is_dormant, was_dormant = F.col("days") >= DORMANT_DAYS, F.col("days_before") >= DORMANT_DAYS
    event = F.when(is_dormant & ~was_dormant, "dormant").when(~is_dormant & was_dormant, "revived")
    return (
        silent.withColumn("event", event)
        .where("event IS NOT NULL")
        .select(
            F.col("today").alias("ds"),
            "event",
            "racket_id",
            F.lit("").alias("other_racket_id"),
            F.lit(1.0).alias("overlap"),
        )
    )
