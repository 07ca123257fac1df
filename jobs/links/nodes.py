"""links.nodes: a number for every shop, given once and kept.

Grain: ds, seller_id; one row on the Sunday on which a shop was first judged. Reads evidence.seller_signals of the
Sunday and its own past. Numbers run from 0 without gaps, so that graphs fit into arrays. The shops of a Sunday are
numbered in order of id.
"""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from jobs.table import Read, Table

TABLE = Table(
    reads={"sellers": Read("evidence.seller_signals"), "known": Read("links.nodes", days=3650, past=True)},
    every="sunday",
    key=("seller_id",),
    columns="""
        seller_id  string not null comment 'shop account'
        node       bigint not null comment 'number of the shop, from 0'
    """,
)


def transform(sellers: DataFrame, known: DataFrame) -> DataFrame:
    start = known.agg(F.coalesce(F.max("node") + 1, F.lit(0)).alias("start"))
    new = sellers.select("ds", "seller_id").join(known.select("seller_id"), "seller_id", how="left_anti")
    # One task numbers them: a week's new shops, or all shops once.
    in_order = Window.partitionBy("ds").orderBy("seller_id")
    return (
        new.withColumn("place", F.row_number().over(in_order) - 1)
        .crossJoin(start)
        .select("ds", "seller_id", (F.col("start") + F.col("place")).alias("node"))
    )
