"""rackets.flows: who supplies whom in and around a racket, a small directed graph, as known on a Sunday.

Grain: ds, racket_id, seller_id, buyer_seller_id, goods. Reads of the same Sunday: rackets.members, core.sales,
evidence.listing_signals. Orders between shops only: of members with each other, of what members bought outside, and of
suspect goods that they sold to trade. A flow between two rackets is a row of both. Of one racket the largest
MAX_FLOWS of each direction; parcels without an order have no shops at their ends and stand in evidence.supplies.
"""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from jobs.graph.suspects import SUPPLIES, is_suspect_goods
from jobs.table import Read, Table

# A wholesaler may have thousands of customers; a person looks at the largest.
MAX_FLOWS = 100

TABLE = Table(
    reads={
        "members": Read("rackets.members"),
        "sales": Read("core.sales"),
        "listings": Read("evidence.listing_signals"),
    },
    every="sunday",
    key=("racket_id", "seller_id", "buyer_seller_id", "goods"),
    columns="""
        racket_id        string not null comment 'racket'
        seller_id        string not null comment 'who sold'
        buyer_seller_id  string not null comment 'which shop bought'
        goods            string not null comment 'suspect, materials, packaging; other'
        direction        string not null comment 'inside: both are members; in: a member bought it outside; out: a member sold it to trade'
        orders           bigint not null comment 'orders ever known'
        turnover_cny     decimal(18,2) not null comment 'paid, closed orders left out, refunds not taken off'
        first_paid_at    timestamp not null comment 'UTC'
        last_paid_at     timestamp not null comment 'UTC'
    """,
)


def transform(members: DataFrame, sales: DataFrame, listings: DataFrame) -> DataFrame:
    sellers = members.select("ds", "seller_id", F.col("racket_id").alias("source"))
    buyers = members.select("ds", F.col("seller_id").alias("buyer_seller_id"), F.col("racket_id").alias("target"))
    suspect = F.when(is_suspect_goods(), "suspect")
    supplies = F.when(F.col("category").isin(*SUPPLIES), F.col("category"))
    goods = listings.select("ds", "listing_id", F.coalesce(supplies, suspect, F.lit("other")).alias("goods"))
    rows = (
        sales.where("orders > 0 AND buyer_seller_id <> '' AND buyer_seller_id <> seller_id")
        .join(sellers, ["ds", "seller_id"], how="left")
        .join(buyers, ["ds", "buyer_seller_id"], how="left")
        .where("source IS NOT NULL OR target IS NOT NULL")
        .join(goods, ["ds", "listing_id"], how="left")
        .fillna("other", ["goods"])
        .withColumn("racket_id", F.explode(F.array_distinct(F.array_compact(F.array("source", "target")))))
    )
    inside = F.col("source").eqNullSafe(F.col("target"))
    direction = F.when(inside, "inside").when(F.col("target").eqNullSafe(F.col("racket_id")), "in").otherwise("out")
    flows = (
        rows.withColumn("direction", direction)
        # What a shop sells to others beside fakes says nothing of the racket.
        .where("direction <> 'out' OR goods = 'suspect'")
        .groupBy("ds", "racket_id", "seller_id", "buyer_seller_id", "goods", "direction")
        .agg(
            F.sum("orders").alias("orders"),
            F.sum("turnover_cny").cast("decimal(18,2)").alias("turnover_cny"),
            F.min("first_paid_at").alias("first_paid_at"),
            F.max("last_paid_at").alias("last_paid_at"),
        )
    )
    largest = Window.partitionBy("ds", "racket_id", "direction").orderBy(
        F.desc("turnover_cny"), "seller_id", "buyer_seller_id", "goods"
    )
    return flows.withColumn("n", F.row_number().over(largest)).where(F.col("n") <= MAX_FLOWS).drop("n")
