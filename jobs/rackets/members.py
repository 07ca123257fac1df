"""rackets.members: which shops belong to which racket, under ids that last, as known on a Sunday.

Grain: ds, racket_id, seller_id; a shop is in at most one racket per ds. Reads of the same Sunday: links.communities
(and those of the Sunday before), links.trait_states, core.sales, evidence.listing_signals; and its own last year: its
last four Sundays are the fronts of the known rackets, and a shop that comes back within it is a member since it first was.
A community takes over the id of the racket whose front it overlaps (Greene et al. 2010), in shops or in values that
cost something to double; jobs/graph/matching.py decides who takes which. Without one it is born under a new id. An id
that no front shows is gone, and never used again: it begins with the day of its birth.
A role is what a shop is seen to sell, to whom, and what it buys. No shop is called a forwarder: links.hubs knows their
addresses, and a forwarder's own shop states them just as its customers do.
"""

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.graph.matching import FRONT_DAYS, match
from jobs.graph.suspects import SUPPLIES, is_suspect_goods
from jobs.table import SUNDAY, Read, Table

# A group of two is a pair of shops; three with something in common begin to look like an operation. Two are enough
# where they go on under an id, or where two shops of the core have left a racket and stand alone for the second Sunday.
MIN_SELLERS = 3
WEEK = 7
# How long a shop that left a racket may be away and still be a member since it first was.
MEMORY_DAYS = 364
# What a shop says for an identity by its tier, then and now the lesser of the two: attached shops come and go.
VOTES = {"core": 4, "attached": 2}
# A new shop that shares an anchor with the front speaks for it almost like a former member. Less by this, so that
# where both are to be had the shops themselves decide.
SUCCESSOR_DISCOUNT = 1
# A vote for last week's front, and for those of two, three and four weeks ago; hundredths.
RECENCY = (100, 70, 49, 34)
# An overlap carries an id when at least two shops speak for it, so that one shop never takes an id along, and when it
# is at least this share of the smaller side: with clearly less than a third in common, the group is somebody else.
MIN_VOTERS, MIN_SHARE = 2, 0.3
# Anchors: values of kinds that cost money or documents to double. One that more shops outside of all rackets use
# belongs to an agency.
ANCHORS = ("payout_account", "id_token", "licence", "device")
ANCHOR_OUTSIDERS = 20
# Characters of the hash in an id; where two births of a day have the same, the second gets a number.
HASH_LENGTH = 10
# Share of turnover with other shops from which on a shop is a wholesaler.
WHOLESALE_SHARE = 0.5
# Orders of suspect goods by other members from which on a shop supplies them: one may be a chance.
MIN_SUPPLIED = 2

TABLE = Table(
    reads={
        "communities": Read("links.communities", days=1 + WEEK),
        "traits": Read("links.trait_states"),
        "sales": Read("core.sales"),
        "listings": Read("evidence.listing_signals"),
        "past": Read("rackets.members", days=MEMORY_DAYS, past=True),
    },
    every="sunday",
    key=("racket_id", "seller_id"),
    columns="""
        racket_id   string not null comment 'lasting id'
        seller_id   string not null comment 'shop account'
        tier        string not null comment 'core, attached'
        role        string not null comment 'producer, wholesaler, shop, materials, unknown; forwarder is never given'
        confidence  double not null comment '0 to 1, from the ties to other members'
        since       date not null comment 'first Sunday in this racket'
    """,
)


def transform(
    communities: DataFrame,
    traits: DataFrame,
    sales: DataFrame,
    listings: DataFrame,
    past: DataFrame,
    days: list[date],
) -> DataFrame:
    now = communities.where(F.col("ds") == F.lit(days[0]))
    before = communities.where((F.col("ds") < F.lit(days[0])) & (F.weekday("ds") == SUNDAY))
    former = former_members(past, days[0])
    overlaps = overlaps_of(now, former, successors(former, traits))
    return (
        name_rackets(now, before, overlaps)
        .join(roles(now, sales, listings), ["ds", "seller_id"], how="left")
        .join(joined(past), ["racket_id", "seller_id"], how="left")
        .select(
            "ds",
            "racket_id",
            "seller_id",
            "tier",
            F.coalesce("role", F.lit("unknown")).alias("role"),
            "confidence",
            F.coalesce("since", "ds").alias("since"),
        )
    )


# --- identity -----------------------------------------------------------------------------------


def former_members(past: DataFrame, day: date) -> DataFrame:
    """(racket_id, seller_id, tier, ago): who was in which racket when last seen there, `ago` Sundays ago from 0.

    past: members before `day`, of which those of the last FRONT_DAYS are fronts. Snapshots of other days than Sundays are
    none: whether somebody asked for one must not change an id.
    """
    ago = F.floor((F.datediff(F.lit(day), "ds") - 1) / 7).cast("int")
    return (
        past.where((F.weekday("ds") == SUNDAY) & (F.datediff(F.lit(day), "ds") <= FRONT_DAYS))
        .groupBy("racket_id", "seller_id")
        .agg(F.min(F.struct(ago.alias("ago"), "tier")).alias("newest"))
        .select("racket_id", "seller_id", "newest.tier", "newest.ago")
    )


def joined(past: DataFrame) -> DataFrame:
    """(racket_id, seller_id, since): the first Sunday on which a shop is known to have been in a racket."""
    return past.where(F.weekday("ds") == SUNDAY).groupBy("racket_id", "seller_id").agg(F.min("since").alias("since"))


def successors(former: DataFrame, traits: DataFrame) -> DataFrame:
    """(racket_id, seller_id, ago): shops that were in no racket and share an anchor with the front of one.

    An anchor of a racket is a value that few shops outside of all rackets use, and of those inside mostly its own
    members (who may have stood in another racket as well, while two were taken for one); it is as old as the front that
    shows it.
    """
    value = ["kind", "value"]
    users = Window.partitionBy(*value)
    held = (
        traits.where(F.col("kind").isin(*ANCHORS))
        .select("seller_id", *value)
        .join(former.select("seller_id", F.lit(True).alias("is_former")).distinct(), "seller_id", how="left")
        .withColumn("insiders", F.count("is_former").over(users))
        .withColumn("outsiders", F.count("*").over(users) - F.col("insiders"))
        .where((F.col("insiders") > 0) & F.col("outsiders").between(1, ANCHOR_OUTSIDERS))
    )
    anchors = (
        held.join(former.select("racket_id", "seller_id", "ago"), "seller_id", how="inner")
        .groupBy(*value, "racket_id", "insiders")
        .agg(F.count("*").alias("own"), F.min("ago").alias("ago"))
        .where("own * 2 > insiders")
        .select(*value, "racket_id", "ago")
    )
    return (
        held.where("is_former IS NULL")
        .join(anchors, value, how="inner")
        .groupBy("racket_id", "seller_id")
        .agg(F.min("ago").alias("ago"))
    )


def overlaps_of(communities: DataFrame, former: DataFrame, successors: DataFrame) -> DataFrame:
    """(community_id, racket_id, weight, core): pairs of which the community may take over the racket's id.

    The overlap is the sum of the votes. `weight` is its square: the best matching then keeps as many pairs of shops as
    can be together under one id, and a large part that stays is not given up for two small ones that move. `core`: how
    many shops were and are of the core.
    """
    speaking = former.select("racket_id", "seller_id", F.col("tier").alias("former_tier"), "ago").unionByName(
        successors, allowMissingColumns=True
    )
    is_new, recency = F.col("former_tier").isNull(), F.element_at(F.lit(list(RECENCY)), F.col("ago") + 1)
    vote = F.when(is_new, _votes("tier") - SUCCESSOR_DISCOUNT).otherwise(F.least(_votes("tier"), _votes("former_tier")))
    now = communities.groupBy("community_id").agg((F.sum(_votes("tier")) * RECENCY[0]).alias("now_size"))
    then = former.groupBy("racket_id").agg(
        F.sum(_votes("tier") * F.element_at(F.lit(list(RECENCY)), F.col("ago") + 1)).alias("then_size")
    )
    return (
        communities.join(speaking, "seller_id", how="inner")
        .groupBy("community_id", "racket_id")
        .agg(
            F.sum(vote * recency).alias("overlap"),
            F.count("*").alias("voters"),
            F.count_if((F.col("tier") == "core") & (F.col("former_tier") == "core")).alias("core"),
        )
        .join(now, "community_id", how="inner")
        .join(then, "racket_id", how="inner")
        .where((F.col("voters") >= MIN_VOTERS) & (F.col("overlap") >= MIN_SHARE * F.least("now_size", "then_size")))
        .select("community_id", "racket_id", (F.col("overlap") * F.col("overlap")).alias("weight"), "core")
    )


def name_rackets(communities: DataFrame, before: DataFrame, overlaps: DataFrame) -> DataFrame:
    """The communities that are rackets, with the `racket_id` that each takes over or is born with.

    before: the communities of last Sunday. Two shops that leave a racket are one only when they stood alone then too.
    """
    carried = (
        match(overlaps)
        .groupBy("community_id")
        .agg(F.max(F.when(F.col("is_kept"), F.col("racket_id"))).alias("carried"), F.max("core").alias("core"))
    )
    shops = F.array_sort(F.collect_list("seller_id")).alias("shops")
    groups = communities.groupBy("ds", "community_id").agg(shops)
    alone = (
        before.where("sellers = 2").groupBy("community_id").agg(shops).select("shops", F.lit(True).alias("stood_alone"))
    )
    is_racket = (
        F.col("carried").isNotNull()
        | (F.size("shops") >= MIN_SELLERS)
        | ((F.col("core") == 2) & F.col("stood_alone").isNotNull())
    )
    rackets = (
        groups.join(carried, "community_id", how="left")
        .join(alone, "shops", how="left")
        .where(is_racket)
        .select("community_id", F.coalesce("carried", new_id(F.col("carried").isNull())).alias("racket_id"))
    )
    return communities.join(rackets, "community_id", how="inner")


def new_id(is_born: Column) -> Column:
    """An id that no other racket has had or will have, of `ds` and `community_id` of rows that are born: the day, a hash
    of the community's name, and where several births of the day have the same hash, a number.
    """
    text = F.concat(
        F.lit("R"),
        F.date_format("ds", "yyyyMMdd"),
        F.lit("-"),
        F.substring(F.sha2("community_id", 256), 1, HASH_LENGTH),
    )
    number = F.row_number().over(Window.partitionBy(is_born, text).orderBy("community_id"))
    return F.when(number == 1, text).otherwise(F.concat(text, F.lit("-"), number.cast("string")))


def _votes(tier: str) -> Column:
    return F.when(F.col(tier) == "core", VOTES["core"]).otherwise(VOTES["attached"])


# --- roles --------------------------------------------------------------------------------------


def roles(communities: DataFrame, sales: DataFrame, listings: DataFrame) -> DataFrame:
    """(ds, seller_id, role) from what a shop of a community sells to whom.

    producer: a wholesaler that supplies other members with suspect goods and buys none from any shop: they begin with it.
    """
    members = communities.select("ds", "seller_id", "community_id")
    buyers = members.select(
        "ds", F.col("seller_id").alias("buyer_seller_id"), F.col("community_id").alias("buyer_community_id")
    )
    goods = listings.select("ds", "listing_id", "category", is_suspect_goods().alias("is_suspect"))
    known = sales.where("orders > 0")
    sold = (
        known.join(members, ["ds", "seller_id"], how="inner")
        .join(buyers, ["ds", "buyer_seller_id"], how="left")
        .join(goods, ["ds", "listing_id"], how="left")
    )
    is_other = F.col("seller_id") != F.col("buyer_seller_id")
    bought = (
        known.where(is_other)
        .join(buyers, ["ds", "buyer_seller_id"], how="inner")
        .join(goods.where("is_suspect"), ["ds", "listing_id"], how="left_semi")
        .select("ds", F.col("buyer_seller_id").alias("seller_id"), F.lit(True).alias("buys"))
    )
    is_inside = F.col("is_suspect") & is_other & (F.col("community_id") == F.col("buyer_community_id"))
    is_wholesaler = F.col("to_shops") > F.col("turnover") * WHOLESALE_SHARE
    is_producer = is_wholesaler & (F.col("supplied") >= MIN_SUPPLIED) & F.col("buys").isNull()
    return (
        sold.groupBy("ds", "seller_id")
        .agg(
            F.sum("turnover_cny").alias("turnover"),
            _turnover(F.col("buyer_seller_id") != "").alias("to_shops"),
            _turnover(F.col("category").isin(*SUPPLIES)).alias("materials"),
            F.sum(F.when(is_inside, F.col("orders")).otherwise(0)).alias("supplied"),
        )
        .join(bought.distinct(), ["ds", "seller_id"], how="left")
        .select(
            "ds", "seller_id",
            F.when(F.col("materials") * 2 > F.col("turnover"), "materials")
            .when(is_producer, "producer")
            .when(is_wholesaler, "wholesaler")
            .otherwise("shop").alias("role"),
        )
    )  # fmt: skip


def _turnover(condition: Column) -> Column:
    return F.sum(F.when(condition, F.col("turnover_cny")).otherwise(0))
