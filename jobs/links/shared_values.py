"""links.shared_values: values that two or more suspect shops share, and what sharing them says, as known on a Sunday.

Grain: ds, kind, value, seller_id; suspects only. Reads of the same Sunday: links.trait_states (its pictures by name),
evidence.image_families (what those pictures show), evidence.seller_signals.
Honest users have no row: they are counted, because what honest shops use too is a landlord, a forwarder or an agency.
A value that says less than MIN_WEIGHT ties nobody by itself (links.hubs).
"""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from jobs.graph.pictures import with_pictures
from jobs.graph.suspects import UNKNOWN, judged
from jobs.graph.traits import OF_LISTINGS, damped, most_values, of_kind
from jobs.table import Read, Table

TABLE = Table(
    reads={
        "traits": Read("links.trait_states"),
        "pictures": Read("evidence.image_families"),
        "sellers": Read("evidence.seller_signals"),
    },
    every="sunday",
    key=("kind", "value", "seller_id"),
    columns="""
        kind        string not null comment 'phone, payout_account, sender_address, …'
        value       string not null comment 'normalised; of texts the key of the template'
        seller_id   string not null comment 'suspect shop that uses it'
        place       bigint not null comment 'of this shop among the value''s suspects in order of id, from 1'
        suspects    bigint not null comment 'suspect shops that use it'
        honest      double not null comment 'expected number of honest shops that use it'
        weight      double not null comment 'nats in favour of one operation, of two suspects that share it'
        is_ended    boolean not null comment 'the shop has stated newer values of this kind since, without this one'
        first_seen  date not null comment 'first day on which it was seen at the shop'
        last_seen   date not null comment 'last day on which it was seen at the shop'
    """,
)


def transform(traits: DataFrame, pictures: DataFrame, sellers: DataFrame) -> DataFrame:
    users = (
        own_values(with_pictures(traits, pictures))
        .join(judged(sellers), ["ds", "seller_id"], how="left")
        .fillna(UNKNOWN)
    )
    counted = (
        users.groupBy("ds", "kind", "value")
        .agg(
            F.count_if("is_suspect").alias("suspects"),
            # Decimals add up to the same sum in any order, doubles do not.
            F.sum(F.col("honesty").cast("decimal(18,6)")).cast("double").alias("honest"),
            F.sum(F.col("doubt").cast("decimal(18,6)")).cast("double").alias("doubts"),
        )
        .where("suspects >= 2")
    )
    weight = F.round(damped(of_kind(F.col("kind"), "base"), F.col("suspects"), F.col("doubts")), 6)
    in_order = Window.partitionBy("ds", "kind", "value").orderBy("seller_id")
    return (
        users.where("is_suspect")
        .join(counted.withColumn("weight", weight), ["ds", "kind", "value"], how="inner")
        .withColumn("place", F.row_number().over(in_order).cast("bigint"))
        .select(
            "ds", "kind", "value", "seller_id", "place", "suspects", "honest", "weight", "is_ended", "first_seen",
            "last_seen",
        )
    )  # fmt: skip


def own_values(traits: DataFrame) -> DataFrame:
    """Adds `is_ended`, and leaves out the kinds of which a shop has so many values that none is its own.

    A shop may well have more pictures and texts than that.
    """
    of_shop = Window.partitionBy("ds", "seller_id")
    listed = of_kind(F.col("kind"), "listed")
    stated = F.max(F.when(listed, F.col("last_seen"))).over(of_shop)
    # What the shop registered ends with its registration, unless its texts still say it.
    registered = F.max(listed).over(Window.partitionBy("ds", "seller_id", "value"))
    return (
        traits.withColumn("values", F.count("*").over(Window.partitionBy("ds", "seller_id", "kind")))
        .withColumn("stated", stated)
        .withColumn("most", most_values(F.col("ds"), F.min("first_seen").over(of_shop)))
        .where((F.col("values") <= F.col("most")) | of_kind(F.col("kind"), "family").isin(*OF_LISTINGS))
        .withColumn("listed", listed | ((F.col("kind") == "text_contact") & registered))
        .withColumn("is_ended", F.col("listed") & (F.col("last_seen") < F.col("stated")))
        .drop("values", "most", "stated", "listed")
    )
