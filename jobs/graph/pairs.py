"""What two shops have in common, over all kinds of values."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.graph.traits import ONE_FAMILY, PAIR_WEIGHT


def tied_pairs(edges: DataFrame) -> DataFrame:
    """links.edges -> ds, src, dst, weight, families, of pairs that hold.

    weight: the best of each family, added up, nats; of a pair with one family only ONE_FAMILY of it counts.
    """
    best = edges.groupBy("ds", "src", "dst", "family").agg(F.max("weight").alias("weight"))
    # Decimals add up to the same sum in any order.
    total = F.sum(F.col("weight").cast("decimal(18,9)")).cast("double")
    return (
        best.groupBy("ds", "src", "dst")
        .agg(total.alias("weight"), F.count("*").alias("families"))
        .withColumn("weight", F.when(F.col("families") == 1, F.col("weight") * ONE_FAMILY).otherwise(F.col("weight")))
        .where(F.col("weight") >= PAIR_WEIGHT)
    )
