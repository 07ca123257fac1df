"""Which families of evidence hold a racket together: counted once, for the leads and for who asks why."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.graph.traits import MIN_WEIGHT

# A family holds a racket together when it ties this share of its members. They need not hang together by it alone: an
# operation that gives each few of its shops one account has a habit, and other families join the few.
FAMILY_SHARE = 0.5


# The families none of which holds a racket together by itself, when they do so together beside the one that does.
TOGETHER = "the others together"


def families_of(members: DataFrame, edges: DataFrame) -> DataFrame:
    """Per ds, racket and family: how many members it ties to another member, and whether that holds the racket together.

    members: rackets.members. edges: links.edges; a tie that says less than MIN_WEIGHT, such as most that have ended, is
    none. Where one family holds a racket together and what is left without it would as well, that is one more: TOGETHER.
    Result: ds, racket_id, family, tied (members), ties, strongest (struct: src, dst, via), holds.
    """
    src = members.select("ds", "racket_id", F.col("seller_id").alias("src"))
    dst = members.select("ds", "racket_id", F.col("seller_id").alias("dst"))
    size = members.groupBy("ds", "racket_id").agg(F.count("*").alias("size"))
    each = (
        edges.where(F.col("weight") >= MIN_WEIGHT)
        .join(src, ["ds", "src"], how="inner")
        .join(dst, ["ds", "racket_id", "dst"], how="inner")
        .withColumn("seller_id", F.explode(F.array("src", "dst")))
        .groupBy("ds", "racket_id", "family")
        .agg(
            F.collect_set("seller_id").alias("sellers"),
            F.count_if(F.col("seller_id") == F.col("src")).alias("ties"),
            F.min(F.struct((-F.col("weight")).alias("rank"), "src", "dst", "via")).alias("strongest"),
        )
        .join(size, ["ds", "racket_id"], how="inner")
    )
    least = F.col("size") * FAMILY_SHARE
    family = F.struct("family", "sellers", "ties", "strongest", (F.size("sellers") >= least).alias("holds"))
    holding = F.filter("each", lambda one: one["holds"])
    others = F.filter("each", lambda one: ~one["holds"])
    together = F.struct(
        F.lit(TOGETHER).alias("family"),
        F.array_distinct(F.flatten(F.transform(others, lambda one: one["sellers"]))).alias("sellers"),
        F.aggregate(others, F.lit(0).cast("bigint"), lambda ties, one: ties + one["ties"]).alias("ties"),
        F.array_min(F.transform(others, lambda one: one["strongest"])).alias("strongest"),
        F.lit(True).alias("holds"),
    )
    is_second = (F.size(holding) == 1) & (F.size(together["sellers"]) >= least)
    return (
        each.groupBy("ds", "racket_id", "size")
        .agg(F.collect_list(family).alias("each"))
        .select("ds", "racket_id", F.inline(F.when(is_second, F.array_append("each", together)).otherwise(F.col("each"))))
        .select(
            "ds", "racket_id", "family", F.size("sellers").cast("bigint").alias("tied"), "ties",
            F.col("strongest").dropFields("rank").alias("strongest"), "holds",
        )
    )  # fmt: skip
