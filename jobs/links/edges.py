"""links.edges: what ties two shops that probably sell counterfeits, as known on a Sunday.

Grain: ds, src, dst, via; src < dst. Reads of the same Sunday: links.shared_values, evidence.places,
evidence.listing_signals, evidence.seller_signals, core.sales. What a tie weighs is said in jobs/graph/traits.py.
Kinds of one `family` are one piece of evidence: readers take the best of a family, never the sum.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.graph.near import near_pairs
from jobs.graph.suspects import among_suspects
from jobs.graph.traits import BAND, ENDED, KINDS, MIN_WEIGHT, of_kind
from jobs.masking import masked
from jobs.table import Read, Table

# A shop that orders so often from one supplier of suspect goods, and from no other, may be its branch.
MIN_ORDERS = 3

TABLE = Table(
    reads={
        "values": Read("links.shared_values"),
        "places": Read("evidence.places"),
        "listings": Read("evidence.listing_signals"),
        "sellers": Read("evidence.seller_signals"),
        "sales": Read("core.sales"),
    },
    every="sunday",
    key=("src", "dst", "via"),
    columns="""
        src         string not null comment 'shop account, the lesser of the two'
        dst         string not null comment 'shop account, the greater'
        via         string not null comment 'kind of the shared values'
        family      string not null comment 'identity, payment, device, contact, address, logistics, image, text, supply'
        weight      double not null comment 'nats in favour of one operation, of the best shared value'
        shared      bigint not null comment 'how many values both have'
        example     string not null comment 'keyed hash of the best shared value; of places the place, of supply the supplier'
        first_seen  date not null comment 'since when both have had one; of places, within their six weeks'
        last_seen   date not null comment 'last day on which both still showed one'
    """,
)

PAIR = ("ds", "src", "dst")


def transform(
    values: DataFrame, places: DataFrame, listings: DataFrame, sellers: DataFrame, sales: DataFrame
) -> DataFrame:
    ties = by_value(values).unionByName(by_place(places, sellers)).unionByName(by_supply(sales, listings, sellers))
    return ties.withColumn("family", of_kind(F.col("via"), "family")).select(
        *PAIR, "via", "family", "weight", "shared", "example", "first_seen", "last_seen"
    )


def by_value(values: DataFrame) -> DataFrame:
    """Pairs of users of a value: everybody with the BAND users after it, in order of id."""
    users = values.where(F.col("weight") >= MIN_WEIGHT)
    ahead = F.explode(F.sequence(F.col("place") + 1, F.least(F.col("place") + BAND, "suspects")))
    left = users.where("place < suspects").withColumn("place", ahead).alias("a")
    right = users.alias("b")
    both = ["ds", "kind", "value", "place"]
    weight = F.col("a.weight") * F.when(F.col("a.is_ended") | F.col("b.is_ended"), ENDED).otherwise(1.0)
    pairs = left.join(right, both, how="inner").select(
        "ds", F.col("a.seller_id").alias("src"), F.col("b.seller_id").alias("dst"), F.col("kind").alias("via"),
        "value", F.round(weight, 6).alias("weight"),
        F.greatest("a.first_seen", "b.first_seen").alias("first_seen"),
        F.least("a.last_seen", "b.last_seen").alias("last_seen"),
    )  # fmt: skip
    return (
        pairs.groupBy(*PAIR, "via")
        .agg(
            F.max("weight").alias("weight"),
            F.count("*").alias("shared"),
            F.min(F.struct((-F.col("weight")).alias("rank"), "value")).alias("best"),
            F.min("first_seen").alias("first_seen"),
            F.max("last_seen").alias("last_seen"),
        )
        .withColumn("example", masked(F.col("via"), F.col("best.value")))
        .drop("best")
    )


def by_place(places: DataFrame, sellers: DataFrame) -> DataFrame:
    """Pairs whose parcels are picked up at one place."""
    return near_pairs(places, sellers).select(
        *PAIR, F.lit("place").alias("via"), "weight", "shared",
        F.format_string("%.4f,%.4f", "lng", "lat").alias("example"),
        "first_seen", "last_seen",
    )  # fmt: skip


def by_supply(sales: DataFrame, listings: DataFrame, sellers: DataFrame) -> DataFrame:
    """Suspects that buy suspect goods from one suspect only, with it."""
    bought = (
        among_suspects(sales, listings, sellers)
        .groupBy("ds", "buyer_seller_id", "seller_id")
        .agg(
            F.sum("orders").alias("orders"),
            # A wrong clock may say that something was paid after it was known.
            F.least(F.to_date(F.min("first_paid_at")), "ds").alias("first_seen"),
            F.least(F.to_date(F.max("last_paid_at")), "ds").alias("last_seen"),
        )
    )
    loyal = (
        bought.groupBy("ds", "buyer_seller_id").agg(F.count("*").alias("sources")).where("sources = 1").drop("sources")
    )
    return (
        bought.join(loyal, ["ds", "buyer_seller_id"], how="inner")
        .where(F.col("orders") >= MIN_ORDERS)
        .groupBy("ds", F.least("seller_id", "buyer_seller_id").alias("src"), F.greatest("seller_id", "buyer_seller_id").alias("dst"))
        .agg(
            F.sum("orders").alias("shared"), F.min("first_seen").alias("first_seen"), F.max("last_seen").alias("last_seen"),
            F.min("seller_id").alias("example"),
        )
        .select(
            *PAIR, F.lit("supplier").alias("via"), F.lit(KINDS["supplier"].base).alias("weight"), "shared", "example",
            "first_seen", "last_seen",
        )
    )  # fmt: skip
