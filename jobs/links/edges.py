"""links.edges: what ties two shops that probably sell counterfeits, as known on a Sunday.

Grain: ds, src, dst, via; src < dst. Reads of the same Sunday: links.trait_states, evidence.seller_signals.
`weight` grows with how much a shared value of this kind says (jobs/graph/traits.py) and falls with how many use it;
honest users count hardest, because what honest shops share is a landlord, a forwarder or an agency.
Kinds of one `family` are one piece of evidence: readers take the best of a family, never the sum.
"""

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.graph.traits import KINDS
from jobs.table import Read, Table

# Nats lost per e-fold of suspect and of honest users: a value of forty suspects and no honest shop is one big
# operation, of ten suspects and five honest shops a hub.
SUSPECT_DAMPING, HONEST_DAMPING = 0.25, 2.0
# A value with more suspects than this ties nobody: pairs grow with the square.
MAX_SUSPECTS = 60
# Weaker ties are noise.
MIN_WEIGHT = 0.5
# A place is a shop's own when this share of its parcels, and so many, start there.
PLACE_SHARE, PLACE_TIMES = 0.2, 3

TABLE = Table(
    reads={"traits": Read("links.trait_states"), "sellers": Read("evidence.seller_signals")},
    every="sunday",
    key=("src", "dst", "via"),
    columns="""
        src         string not null comment 'shop account, the lesser of the two'
        dst         string not null comment 'shop account, the greater'
        via         string not null comment 'kind of the shared values'
        family      string not null comment 'identity, payment, device, contact, address, logistics, image, text, supply'
        weight      double not null comment 'nats in favour of one operation, of the best shared value'
        shared      bigint not null comment 'how many values both have'
        example     string not null comment 'hash of the best shared value'
        first_seen  date not null comment 'since when both have had one'
        last_seen   date not null comment 'last day on which both still showed one'
    """,
)


def transform(traits: DataFrame, sellers: DataFrame) -> DataFrame:
    users = usable(traits).join(sellers.select("ds", "seller_id", "is_suspect"), ["ds", "seller_id"], how="left")
    users = users.withColumn("is_suspect", F.coalesce("is_suspect", F.lit(False)))
    weighted = weigh(users)
    shared = (
        users.where("is_suspect")
        .join(weighted, ["ds", "kind", "value"], how="inner")
        .select("ds", "kind", "value", "weight", "seller_id", "first_seen", "last_seen")
    )
    left, right = shared.alias("a"), shared.alias("b")
    both = (
        (F.col("a.ds") == F.col("b.ds")) & (F.col("a.kind") == F.col("b.kind")) & (F.col("a.value") == F.col("b.value"))
    )
    pairs = left.join(right, both & (F.col("a.seller_id") < F.col("b.seller_id")), how="inner").select(
        "a.ds", F.col("a.seller_id").alias("src"), F.col("b.seller_id").alias("dst"), F.col("a.kind").alias("via"),
        "a.value", "a.weight",
        F.greatest("a.first_seen", "b.first_seen").alias("first_seen"),
        F.least("a.last_seen", "b.last_seen").alias("last_seen"),
    )  # fmt: skip
    return (
        pairs.groupBy("ds", "src", "dst", "via")
        .agg(
            F.max("weight").alias("weight"),
            F.count("*").alias("shared"),
            F.min(F.struct((-F.col("weight")).alias("rank"), "value")).alias("best"),
            F.min("first_seen").alias("first_seen"),
            F.max("last_seen").alias("last_seen"),
        )
        .select(
            "ds", "src", "dst", "via", _of_kind(F.col("via"), "family").alias("family"), "weight", "shared",
            F.substring(F.sha2(F.concat_ws(":", "via", "best.value"), 256), 1, 16).alias("example"),
            "first_seen", "last_seen",
        )
    )  # fmt: skip


def usable(traits: DataFrame) -> DataFrame:
    """Leaves out places where a shop hardly ever sends from."""
    sent = traits.where("kind = 'place'").groupBy("ds", "seller_id").agg(F.sum("times").alias("sent"))
    is_own = (F.col("times") >= PLACE_TIMES) & (F.col("times") >= PLACE_SHARE * F.col("sent"))
    return traits.join(sent, ["ds", "seller_id"], how="left").where((F.col("kind") != "place") | is_own).drop("sent")


def weigh(users: DataFrame) -> DataFrame:
    """(ds, kind, value, weight) of values that tie suspects. users: one row per ds, kind, value and shop."""
    counted = users.groupBy("ds", "kind", "value").agg(
        F.count_if("is_suspect").alias("suspects"), F.count_if(~F.col("is_suspect")).alias("honest")
    )
    weight = (
        _of_kind(F.col("kind"), "base")
        - SUSPECT_DAMPING * F.log(F.col("suspects") - 1)
        - HONEST_DAMPING * F.log1p(F.col("honest"))
    )
    return (
        counted.where(F.col("suspects").between(2, MAX_SUSPECTS))
        .withColumn("weight", weight)
        .where(F.col("weight") >= MIN_WEIGHT)
        .select("ds", "kind", "value", "weight")
    )


def _of_kind(kind: Column, attribute: str) -> Column:
    """A kind's family or base."""
    first, *rest = KINDS.items()
    start = F.when(kind == first[0], getattr(first[1], attribute))
    return reduce(lambda found, item: found.when(kind == item[0], getattr(item[1], attribute)), rest, start)
