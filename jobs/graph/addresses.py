"""Whose an address is: a racket's own when the racket is half of those who use it lately."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from jobs.graph.suspects import judged
from jobs.graph.traits import KINDS

# Kinds of values that are addresses of a shop, and all that a shop states anew each time that it registers a change.
ADDRESSES = ("return_address", "registered_address", "sender_address")
STATED = tuple(name for name, kind in KINDS.items() if kind.listed)
# Days. Parcels to and from an address are looked at for twelve weeks (evidence.supplies, evidence.address_places):
# materials are bought every few weeks, and a quarter of a year shows several of them. It belongs to those who used it
# while they were sent: with all who ever did, an old workshop would look crowded.
LATELY = 84
# Share of an address's users that the racket has to be for the address to be its own.
OWN_ADDRESS = 0.5


def counting(members: DataFrame, signals: DataFrame) -> DataFrame:
    """ds, seller_id, racket_id (null: of none), counts: what a shop counts for among the users of a place or an address.

    members: ds, racket_id, seller_id. signals: evidence.seller_signals. A member counts one, a shop of no racket as far as
    it is honest (graph/suspects: its doubt): a suspect may be a member that is not known yet, or a customer whose parcels
    the racket sends; one that shows little by itself counts a part.
    """
    return (
        judged(signals)
        .join(members, ["ds", "seller_id"], how="full")
        .select("ds", "seller_id", "racket_id", F.when(F.col("racket_id").isNotNull(), 1.0).otherwise(F.col("doubt")).cast("decimal(18,6)").alias("counts"))
    )  # fmt: skip


def address_users(shops: DataFrame, traits: DataFrame, states: DataFrame) -> DataFrame:
    """ds, address_key, users, of_racket, owner: how many shops use an address lately, and of each racket.

    shops: as `counting` gives them. owner: the racket that is half of the users; of two halves the smaller id. It is worked
    out of the rest, so that all readers want the same columns and Spark computes them once.
    """
    used = (
        used_lately(traits, states)
        .join(shops, ["ds", "seller_id"], how="left")
        .groupBy("ds", "address_key", "racket_id")
        .agg(F.sum(F.coalesce("counts", F.lit(1))).alias("n"))
        .groupBy("ds", "address_key")
        .agg(
            F.sum("n").alias("users"),
            F.map_from_entries(
                F.collect_list(F.when(F.col("racket_id").isNotNull(), F.struct("racket_id", "n")))
            ).alias("of_racket"),
        )
    )
    halves = F.map_filter("of_racket", lambda _, n: n >= OWN_ADDRESS * F.col("users"))
    return used.withColumn("owner", F.array_min(F.map_keys(halves)))


def used_lately(traits: DataFrame, states: DataFrame) -> DataFrame:
    """ds, seller_id, address_key: addresses of links.trait_states that a shop used in the last LATELY days.

    What a shop stated last is its address for as long as it is open (core.seller_states), however long ago that was: it
    says so again only when something changes. Anything else was used when it was last seen.
    """
    stated = F.max(F.when(F.col("kind").isin(*STATED), F.col("last_seen"))).over(Window.partitionBy("ds", "seller_id"))
    is_stated = F.col("kind").isin(*STATED) & (F.col("last_seen") == F.col("stated"))
    until = F.when(is_stated, F.coalesce(F.to_date("closed_at"), "ds")).otherwise(F.col("last_seen"))
    return (
        traits.where(F.col("kind").isin(*STATED, "sender_address"))
        .withColumn("stated", stated)
        .where(F.col("kind").isin(*ADDRESSES))
        .join(states.select("ds", "seller_id", "closed_at"), ["ds", "seller_id"], how="left")
        .where(F.datediff("ds", until) < LATELY)
        .select("ds", "seller_id", F.col("value").alias("address_key"))
        .distinct()
    )
