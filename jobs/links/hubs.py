"""links.hubs: values that tie nobody although several use them, and why, as known on a Sunday.

Grain: ds, kind, value. Reads of the same Sunday: links.shared_values, links.communities, links.trait_states,
evidence.image_families, evidence.places, evidence.seller_signals.
Four sorts of rows: values that say less than MIN_WEIGHT because of who else uses them; values whose suspect users are
spread over several communities, which communities do not go by; switchboards, shops with more values of one kind
than they may have, of which none is their own (`value` is then `shop:` and the shop's id); and places with a crowd
(`value` is the middle of a square of about 50 m, longitude and latitude in degrees).
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.graph.near import MAX_IN_BLOCK, SQUARE_DEGREES, blocked, ties, weighed
from jobs.graph.pictures import with_pictures
from jobs.graph.traits import KINDS, MIN_WEIGHT, OF_LISTINGS, most_values, of_kind
from jobs.table import Read, Table

# Two shops of two communities that share a value may be one mistake; from three on, with none of the communities
# holding half of them, the value belongs to none.
SPREAD_SUSPECTS, SPREAD_SHARE = 3, 0.5
SWITCHBOARD = "switchboard"

TABLE = Table(
    reads={
        "values": Read("links.shared_values"),
        "communities": Read("links.communities"),
        "traits": Read("links.trait_states"),
        "pictures": Read("evidence.image_families"),
        "places": Read("evidence.places"),
        "sellers": Read("evidence.seller_signals"),
    },
    every="sunday",
    key=("kind", "value"),
    columns="""
        kind         string not null comment 'phone, payout_account, sender_address, …'
        value        string not null comment 'as in links.shared_values; of a switchboard shop: and its seller_id; of a place lng,lat'
        hub          string not null comment 'what it usually is: forwarder, agency, nat, template, …, switchboard'
        suspects     bigint comment 'suspect shops that use it; null of a switchboard'
        honest       double comment 'expected number of honest shops that use it; null of a switchboard'
        communities  bigint comment 'communities that its suspects are in; null of a switchboard'
        weight       double comment 'nats in favour of one operation; null of a switchboard'
        reason       string not null comment 'why it ties nobody, for a person'
    """,
)

VALUE = ("ds", "kind", "value")
COLUMNS = (*VALUE, "hub", "suspects", "honest", "communities", "weight", "reason")


def transform(
    values: DataFrame,
    communities: DataFrame,
    traits: DataFrame,
    pictures: DataFrame,
    places: DataFrame,
    sellers: DataFrame,
) -> DataFrame:
    return (
        damped_values(values, communities)
        .unionByName(switchboards(with_pictures(traits, pictures)))
        .unionByName(crowded_places(places, sellers, communities))
    )


def damped_values(values: DataFrame, communities: DataFrame) -> DataFrame:
    """Values of several suspects that say too little, or that belong to no community."""
    users = values.join(communities.select("ds", "seller_id", "community_id"), ["ds", "seller_id"], how="left")
    in_one = users.groupBy(*VALUE, "community_id").agg(
        F.count("*").alias("users"),
        *[F.max(name).alias(name) for name in ("suspects", "honest", "weight")],  # the same in all rows of a value
    )
    counted = in_one.groupBy(*VALUE).agg(
        F.count("community_id").alias("communities"),
        F.coalesce(F.max(F.when(F.col("community_id").isNotNull(), F.col("users"))), F.lit(0)).alias("top"),
        *[F.max(name).alias(name) for name in ("suspects", "honest", "weight")],
    )
    is_weak = F.col("weight") < MIN_WEIGHT
    is_spread = (
        (F.col("suspects") >= SPREAD_SUSPECTS)
        & (F.col("communities") >= 2)
        & (F.col("top") < F.col("suspects") * SPREAD_SHARE)
    )
    return (
        counted.where(is_weak | is_spread)
        .withColumn("hub", of_kind(F.col("kind"), "hub"))
        .withColumn("reason", F.when(is_weak, weak_reason()).otherwise(spread_reason()))
        .select(*COLUMNS)
    )


def switchboards(traits: DataFrame) -> DataFrame:
    """Shops with so many values of one kind, of registers, parcels, texts or pictures, that none is their own."""
    reason = F.format_string(
        "the shop has %d values of this kind, more than %d: none of them counts as its own", "values", "most"
    )
    return (
        traits.withColumn("since", F.min("first_seen").over(Window.partitionBy("ds", "seller_id")))
        .where(~of_kind(F.col("kind"), "family").isin(*OF_LISTINGS))
        .groupBy("ds", "seller_id", "kind")
        .agg(F.count("*").alias("values"), F.min("since").alias("since"))
        .withColumn("most", most_values(F.col("ds"), F.col("since")))
        .where(F.col("values") > F.col("most"))
        .select(
            "ds", "kind", F.concat(F.lit("shop:"), "seller_id").alias("value"), F.lit(SWITCHBOARD).alias("hub"),
            F.lit(None).cast("bigint").alias("suspects"), F.lit(None).cast("double").alias("honest"),
            F.lit(None).cast("bigint").alias("communities"), F.lit(None).cast("double").alias("weight"),
            reason.alias("reason"),
        )
    )  # fmt: skip


def crowded_places(places: DataFrame, sellers: DataFrame, communities: DataFrame) -> DataFrame:
    """Where two or more suspects send from and so many others do that it ties nobody, by squares."""
    crowded = blocked(weighed(places, sellers).where((F.col("suspects") >= 2) & ~ties()), SQUARE_DEGREES)
    middle = [(F.col(name) + 0.5) * SQUARE_DEGREES for name in ("x", "y")]
    market = F.format_string(
        f"%d suspect shops send from there, more than {MAX_IN_BLOCK}: a market or a depot", "suspects"
    )
    return (
        crowded.join(communities.select("ds", "seller_id", "community_id"), ["ds", "seller_id"], how="left")
        .groupBy("ds", "x", "y")
        .agg(
            F.max(F.struct("weight", "suspects", "honest")).alias("best"),
            F.count_distinct("community_id").alias("communities"),
        )
        .select("ds", F.format_string("%.5f,%.5f", *middle).alias("value"), "communities", "best.*")
        .withColumns({"kind": F.lit("place"), "hub": F.lit(KINDS["place"].hub)})
        .withColumn("reason", F.when(F.col("weight") < MIN_WEIGHT, weak_reason()).otherwise(market))
        .select(*COLUMNS)
    )


def weak_reason() -> Column:
    """Why a value says too little. The weight also counts suspects that show little by themselves, in part (suspects.py)."""
    return F.format_string(
        f"%d suspect and about %.1f honest shops use it: sharing it says %.1f nats, less than the {MIN_WEIGHT:.0f} that tie",
        "suspects", "honest", "weight",
    )  # fmt: skip


def spread_reason() -> Column:
    """Why a value belongs to nobody."""
    return F.format_string(
        "its %d suspect shops are in %d communities, at most %d of them in one: it belongs to none",
        "suspects", "communities", "top",
    )  # fmt: skip
