"""Which families of evidence hold a racket together: counted once, for the leads and for who asks why."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.graph.traits import MIN_WEIGHT

# A family holds a racket together when it ties this share of its members. They need not hang together by it alone: an
# operation that gives each few of its shops one account has a habit, and other families join the few.
FAMILY_SHARE = 0.5


def families_of(members: DataFrame, edges: DataFrame) -> DataFrame:
    """Per ds, racket and family: how many members it ties to another member, and whether that holds the racket together.

    members: rackets.members. edges: links.edges; a tie that says less than MIN_WEIGHT, such as most that have ended, is
    none. Result: ds, racket_id, family, tied (members), ties, strongest (struct: src, dst, via), holds.
    """
    src = members.select("ds", "racket_id", F.col("seller_id").alias("src"))
    dst = members.select("ds", "racket_id", F.col("seller_id").alias("dst"))
    size = members.groupBy("ds", "racket_id").agg(F.count("*").alias("size"))
    return (
        edges.where(F.col("weight") >= MIN_WEIGHT)
        .join(src, ["ds", "src"], how="inner")
        .join(dst, ["ds", "racket_id", "dst"], how="inner")
        .withColumn("seller_id", F.explode(F.array("src", "dst")))
        .groupBy("ds", "racket_id", "family")
        .agg(
            F.count_distinct("seller_id").alias("tied"),
            F.count_if(F.col("seller_id") == F.col("src")).alias("ties"),
            F.min(F.struct((-F.col("weight")).alias("rank"), "src", "dst", "via")).alias("strongest"),
        )
        .join(size, ["ds", "racket_id"], how="inner")
        .withColumn("holds", F.col("tied") >= F.col("size") * FAMILY_SHARE)
        .select("ds", "racket_id", "family", "tied", "ties", F.col("strongest").dropFields("rank").alias("strongest"), "holds")
    )  # fmt: skip
