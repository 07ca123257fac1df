"""rackets.members: which shops belong to which racket, under ids that last, as known on a Sunday.

Grain: ds, racket_id, seller_id; a shop is in at most one racket per ds. Reads of the same Sunday:
links.components, links.edges, core.sales, core.listing_states; and its own last four Sundays: a component keeps the
id of the racket with which it shares most members, best overlap first, one to one. An id is never used again.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.graph.matching import match_batches
from jobs.table import Read, Table

# A group of two is a pair of shops; three with one thing in common begin to look like an operation.
MIN_SELLERS = 3
# An older front counts less than last week's.
FRONT_WEIGHT_PER_WEEK = 0.7
# Ties of a member to the others, in nats: from here on it is of the core.
CORE_TIES = 8.0
# Share of turnover with other shops from which on a shop is a wholesaler.
WHOLESALE_SHARE = 0.5

TABLE = Table(
    reads={
        "components": Read("links.components"),
        "edges": Read("links.edges"),
        "sales": Read("core.sales"),
        "listings": Read("core.listing_states"),
        "fronts": Read("rackets.members", days=28, past=True),
    },
    every="sunday",
    key=("racket_id", "seller_id"),
    columns="""
        racket_id   string not null comment 'lasting id'
        seller_id   string not null comment 'shop account'
        tier        string not null comment 'core, attached'
        role        string not null comment 'producer, wholesaler, shop, materials, forwarder, unknown'
        confidence  double not null comment '0 to 1, from the ties to other members'
        since       date not null comment 'first Sunday in this racket'
    """,
)


def transform(
    components: DataFrame, edges: DataFrame, sales: DataFrame, listings: DataFrame, fronts: DataFrame
) -> DataFrame:
    groups = components.where(F.col("sellers") >= MIN_SELLERS).select("ds", "component_id", "seller_id")
    named = name_rackets(groups, fronts)
    ties = tie_strength(named, edges)
    since = fronts.groupBy("racket_id", "seller_id").agg(F.min("since").alias("since"))
    return (
        named.join(ties, ["ds", "seller_id"], how="left")
        .join(roles(sales, listings), ["ds", "seller_id"], how="left")
        .join(since, ["racket_id", "seller_id"], how="left")
        .select(
            "ds", "racket_id", "seller_id",
            F.when(F.col("ties") >= CORE_TIES, "core").otherwise("attached").alias("tier"),
            F.coalesce("role", F.lit("unknown")).alias("role"),
            F.round(1 - F.exp(-F.coalesce("ties", F.lit(0.0)) / CORE_TIES), 6).alias("confidence"),
            F.coalesce("since", "ds").alias("since"),
        )
    )  # fmt: skip


def name_rackets(groups: DataFrame, fronts: DataFrame) -> DataFrame:
    """(ds, racket_id, seller_id). groups: ds, component_id, seller_id of one Sunday; fronts: members of earlier ones."""
    shared = (
        groups.alias("g")
        .join(fronts.alias("f"), "seller_id", how="inner")
        .withColumn("weeks", (F.datediff("g.ds", "f.ds") / 7 - 1).cast("int"))
        .groupBy("component_id", "racket_id", "seller_id")
        .agg(F.min("weeks").alias("weeks"))
        .groupBy("component_id", "racket_id")
        .agg(F.sum(F.pow(F.lit(FRONT_WEIGHT_PER_WEEK), "weeks").cast("decimal(18,9)")).alias("overlap"))
    )
    kept = shared.repartition(1).mapInArrow(match_batches, "component_id string, racket_id string")
    born = F.concat(
        F.lit("R"), F.date_format("ds", "yyyyMMdd"), F.lit("-"), F.substring(F.sha2("component_id", 256), 1, 10)
    )
    return groups.join(kept, "component_id", how="left").select(
        "ds", F.coalesce("racket_id", born).alias("racket_id"), "seller_id"
    )


def tie_strength(named: DataFrame, edges: DataFrame) -> DataFrame:
    """(ds, seller_id, ties): a member's ties to its racket, nats: the best of each family, added up."""
    ends = edges.select(
        "ds", F.col("src").alias("seller_id"), F.col("dst").alias("other"), "family", "weight"
    ).unionByName(edges.select("ds", F.col("dst").alias("seller_id"), F.col("src").alias("other"), "family", "weight"))
    other = named.select("ds", F.col("seller_id").alias("other"), F.col("racket_id").alias("other_racket"))
    return (
        ends.join(named, ["ds", "seller_id"], how="inner")
        .join(other, ["ds", "other"], how="inner")
        .where(F.col("racket_id") == F.col("other_racket"))
        .groupBy("ds", "seller_id", "family")
        .agg(F.max("weight").alias("weight"))
        .groupBy("ds", "seller_id")
        .agg(F.sum(F.col("weight").cast("decimal(18,9)")).cast("double").alias("ties"))
    )


def roles(sales: DataFrame, listings: DataFrame) -> DataFrame:
    """(ds, seller_id, role) from what a shop sells to whom."""
    is_material = F.col("category").isin("packaging", "materials")
    sold = sales.join(listings.select("ds", "listing_id", "category"), ["ds", "listing_id"], how="left")
    to_shops = F.sum(F.when(F.col("buyer_seller_id") != "", F.col("turnover_cny")).otherwise(0))
    return (
        sold.groupBy("ds", "seller_id")
        .agg(
            F.sum("turnover_cny").alias("turnover"),
            to_shops.alias("to_shops"),
            F.sum(F.when(is_material, F.col("turnover_cny")).otherwise(0)).alias("materials"),
        )
        .select(
            "ds", "seller_id",
            F.when(F.col("materials") * 2 > F.col("turnover"), "materials")
            .when(F.col("to_shops") > F.col("turnover") * WHOLESALE_SHARE, "wholesaler")
            .otherwise("shop").alias("role"),
        )
    )  # fmt: skip
