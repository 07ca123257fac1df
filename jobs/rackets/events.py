"""rackets.events: how rackets came, changed and went, as known on a Sunday.

Grain: ds, event, racket_id, other_racket_id. Reads rackets.members of the same Sunday and the four before, and
core.sales of this and last Sunday. `overlap` is the share of the racket's former members that the event is about.
An id changes its meaning only with an event. `other_racket_id` is empty where there is none.
"""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.table import Read, Table

# Changes of the number of members that are worth an event.
GREW, SHRANK = 1.25, 0.8
# Part of a racket that has to come from another one for a split or a merge.
SPLIT_SHARE = 0.3
# Days without a sale after which a racket sleeps.
DORMANT_DAYS = 21
# How far back a racket is looked for before it is called born: an id comes back within four weeks or never.
WEEK, KNOWN_DAYS = 7, 35

TABLE = Table(
    reads={"members": Read("rackets.members", days=1 + KNOWN_DAYS), "sales": Read("core.sales", days=1 + WEEK)},
    every="sunday",
    key=("event", "racket_id", "other_racket_id"),
    columns="""
        event            string not null comment 'born, continued, grew, shrank, split, merged, dormant, revived, ended'
        racket_id        string not null comment 'whom it happened to'
        other_racket_id  string not null comment 'the racket that it came from or went into; empty = none'
        overlap          double not null comment '0 to 1'
    """,
)


def transform(members: DataFrame, sales: DataFrame, days: list[date]) -> DataFrame:
    dated = seen_from(members, days, KNOWN_DAYS).withColumn("age", F.datediff("today", "ds"))
    now, before = dated.where("age = 0").drop("age"), dated.where(F.col("age") == WEEK).drop("age")
    known = dated.where(F.col("age") > WEEK).select("today", "racket_id").distinct()
    return (
        changes_of_size(now, before, known)
        .unionByName(exchanges(now, before))
        .unionByName(sleep(now, before, seen_from(sales, days, WEEK)))
        .select(F.col("today").alias("ds"), "event", "racket_id", "other_racket_id", "overlap")
    )


def seen_from(rows: DataFrame, days: list[date], back: int) -> DataFrame:
    """Rows once for each of `days` on which they are at most `back` days old; that day is `today`."""
    wanted = F.array(*[F.lit(day) for day in days])
    near = F.filter(wanted, lambda day: (day >= F.col("ds")) & (day <= F.date_add("ds", back)))
    return rows.withColumn("today", F.explode(near))


def changes_of_size(now: DataFrame, before: DataFrame, known: DataFrame) -> DataFrame:
    """born, continued, grew, shrank, revived, ended."""
    racket = ["today", "racket_id"]
    sizes = now.groupBy(racket).agg(F.count("*").alias("size"))
    former = before.groupBy(racket).agg(F.count("*").alias("former"))
    kept = now.join(before.select(*racket, "seller_id"), [*racket, "seller_id"], how="inner")
    same = kept.groupBy(racket).agg(F.count("*").alias("same"))
    compared = (
        sizes.join(former, racket, how="full")
        .join(same, racket, how="left")
        .join(known.withColumn("is_known", F.lit(True)), racket, how="left")
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
    overlap = F.round(F.coalesce(F.col("same") / was, F.lit(0.0)), 6)
    return compared.select(*racket, event.alias("event"), F.lit("").alias("other_racket_id"), overlap.alias("overlap"))


def exchanges(now: DataFrame, before: DataFrame) -> DataFrame:
    """split: members of last week's racket stand under a new id; merged: a racket is gone, its members went to another."""
    old = ["today", "old_id"]
    were = before.select("today", F.col("racket_id").alias("old_id"), "seller_id")
    moved = (
        now.select("today", F.col("racket_id").alias("new_id"), "seller_id")
        .join(were, ["today", "seller_id"], how="inner")
        .where("new_id <> old_id")
        .groupBy(*old, "new_id")
        .agg(F.count("*").alias("moved"))
        .join(were.groupBy(old).agg(F.count("*").alias("old_size")), old, how="inner")
        .withColumn("overlap", F.round(F.col("moved") / F.col("old_size"), 6))
    )
    ids_now = now.select("today", "racket_id").distinct()
    ids_before = before.select("today", "racket_id").distinct()
    born = ids_now.join(ids_before, ["today", "racket_id"], how="left_anti").withColumnRenamed("racket_id", "new_id")
    gone = ids_before.join(ids_now, ["today", "racket_id"], how="left_anti").withColumnRenamed("racket_id", "old_id")
    split = moved.join(born, ["today", "new_id"], how="left_semi").where(F.col("moved") >= 2)
    merged = moved.join(gone, old, how="left_semi").where(F.col("overlap") >= SPLIT_SHARE)

    def named(rows: DataFrame, event: str) -> DataFrame:
        racket, other = F.col("old_id").alias("racket_id"), F.col("new_id").alias("other_racket_id")
        return rows.select("today", racket, F.lit(event).alias("event"), other, "overlap")

    return named(split, "split").unionByName(named(merged, "merged"))


def sleep(now: DataFrame, before: DataFrame, sales: DataFrame) -> DataFrame:
    """dormant: this Sunday the last sale is DORMANT_DAYS old, last Sunday it was not; revived: the other way round."""
    lasting = now.join(before.select("today", "racket_id").distinct(), ["today", "racket_id"], how="left_semi")
    silent = (
        lasting.select("today", "racket_id", "seller_id")
        .join(sales.select("today", "ds", "seller_id", "last_paid_at"), ["today", "seller_id"], how="inner")
        .groupBy("today", "racket_id", "ds")
        .agg(F.datediff("ds", F.max("last_paid_at")).alias("days"))
        .groupBy("today", "racket_id")
        .agg(
            F.max(F.when(F.col("ds") == F.col("today"), F.col("days"))).alias("days"),
            F.max(F.when(F.col("ds") < F.col("today"), F.col("days"))).alias("days_before"),
        )
    )
    is_dormant, was_dormant = F.col("days") >= DORMANT_DAYS, F.col("days_before") >= DORMANT_DAYS
    event = F.when(is_dormant & ~was_dormant, "dormant").when(~is_dormant & was_dormant, "revived")
    nothing, whole = F.lit("").alias("other_racket_id"), F.lit(1.0).alias("overlap")
    return silent.select("today", "racket_id", event.alias("event"), nothing, whole).where("event IS NOT NULL")
