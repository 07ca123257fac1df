"""rackets.leads: rackets ranked by what their counterfeits turned over, as known on a Sunday.

Grain: ds, racket_id. Reads of the same Sunday: rackets.members, rackets.sites, rackets.production, core.sales,
evidence.listing_signals, links.edges; a year of rackets.members, because what a shop sold before it left a racket that lives
on is that racket's; and all of staging.outcomes until then: a racket that a person has dismissed is no lead as long as that
stands. `production_score` is rackets.production's log-odds as a probability; `why` tells each
sign of it with its nats.
"""

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.graph.families import families_of
from jobs.graph.sales import share_between
from jobs.outcomes import standing
from jobs.table import Read, Table
from jobs.thresholds import threshold
from jobs.versions import end_of, recent_on

# A lead: the score from this on, held together by this many independent families (jobs/graph/families.py). More than
# even: a visit in vain costs more than a week of waiting for the next sign.
LEAD_SCORE, LEAD_FAMILIES = 0.6, 2
# Days for which it is looked back to whom a shop belonged; and how long at least a split has been going on when it is seen.
HISTORY_DAYS, SEEN_AFTER_DAYS = 364, 14
# A judgement stands until it is taken back, however long that is.
OUTCOME_DAYS = 3_650
# Chance that a member's listing is counterfeit: one that is offered under a protected brand; else its own log-odds and so
# many nats for the company it keeps; one of which nothing is known.
BRANDED, AMONG_FAKES, UNKNOWN = 0.985, 3.4, 0.5
# Listings at least this likely counterfeit give the racket its brands and categories.
LIKELY = 0.5
# Half of a 90 % interval in standard deviations; shares of the value for members too many and for missing ones.
NORMAL_90, TOO_MANY, MISSING = 1.645, 0.05, 0.25

TABLE = Table(
    reads={
        "members": Read("rackets.members", days=1 + HISTORY_DAYS),
        "sites": Read("rackets.sites"),
        "sales": Read("core.sales"),
        "listings": Read("evidence.listing_signals"),
        "edges": Read("links.edges"),
        "production": Read("rackets.production"),
        "outcomes": Read("staging.outcomes", days=OUTCOME_DAYS),
    },
    every="sunday",
    key=("racket_id",),
    columns="""
        racket_id            string not null comment 'racket'
        rank                 int not null comment '1 = first'
        production_score     double not null comment '0 to 1: is this a counterfeit production operation'
        is_lead              boolean not null comment 'it probably makes what it sells, two families hold it together, and nobody has dismissed it'
        sellers              bigint not null comment 'members'
        listings             bigint not null comment 'listings of members, sold or not, also those taken down'
        orders               bigint not null comment 'orders of buyers outside'
        brands               array<string> not null comment 'protected brands of counterfeit listings'
        categories           array<string> not null comment 'categories of counterfeit listings'
        value_low_cny        decimal(18,2) not null comment 'lower end of a 90 % interval'
        value_cny            decimal(18,2) not null comment 'counterfeit turnover known so far: paid by buyers outside, refunds not taken off'
        value_high_cny       decimal(18,2) not null comment 'upper end of a 90 % interval'
        offence              string not null comment 'counterfeiting: it probably makes what it sells; selling'
        threshold_cny        decimal(18,2) not null comment 'turnover from which the offence is a crime'
        over_threshold       boolean not null comment 'value_cny reaches it'
        lead_jurisdiction    string comment '6-digit county code of where it is made, else of where it sends from, packs or takes returns'
        other_jurisdictions  array<string> not null comment '6-digit codes of other counties where it makes, packs, sends from or takes returns'
        evidence_families    int not null comment 'families that each tie half of the members; beside only one, the others together count as one if they do'
        first_activity       timestamp comment 'UTC, first payment'
        last_activity        timestamp comment 'UTC, last payment'
        why                  array<string> not null comment 'sentences'
    """,
)


def transform(
    members: DataFrame,
    sites: DataFrame,
    sales: DataFrame,
    listings: DataFrame,
    edges: DataFrame,
    production: DataFrame,
    outcomes: DataFrame,
    days: list[date],
) -> DataFrame:
    sold = turnover(tenures(members, days), sales, listings)
    members = members.where(F.col("ds").isin(*days))
    groups = members.groupBy("ds", "racket_id").agg(F.count("*").alias("sellers"))
    judged = (
        groups.join(sold, ["ds", "racket_id"], how="left")
        .join(offers(members, listings), ["ds", "racket_id"], how="left")
        .join(families(members, edges), ["ds", "racket_id"], how="left")
        .join(jurisdictions(sites), ["ds", "racket_id"], how="left")
        .join(production.drop("orders"), ["ds", "racket_id"], how="inner")
        .join(dismissals(outcomes, days), ["ds", "racket_id"], how="left")
        .fillna(0, ["listings", "orders", "families", "trade_share"])
    )
    scored = judged.withColumns(
        {
            "production_score": F.round(1 / (1 + F.exp(-F.col("nats"))), 6),
            "brands": _names("brands"),
            "value_cny": _money("value"),
        }
    ).withColumn("is_maker", F.col("production_score") >= LEAD_SCORE)
    law = threshold(F.col("ds"), F.col("is_maker"), F.size("brands"), F.col("lead_jurisdiction"))
    with_law = scored.withColumn("law", law).withColumn(
        "over_threshold", F.col("value_cny") >= F.col("law.turnover_cny")
    )
    by_value = Window.partitionBy("ds").orderBy(F.desc("is_lead"), F.desc("value_cny"), "racket_id")
    is_lead = F.col("is_maker") & (F.col("families") >= LEAD_FAMILIES) & F.col("dismissed_on").isNull()
    return (
        with_law.withColumn("is_lead", is_lead)
        .withColumn("rank", F.row_number().over(by_value))
        .select(
            "ds", "racket_id", "rank", "production_score", "is_lead", "sellers", "listings", "orders",
            "brands", _names("categories").alias("categories"),
            _money("value_low").alias("value_low_cny"), "value_cny", _money("value_high").alias("value_high_cny"),
            F.when(F.col("is_maker"), "counterfeiting").otherwise("selling").alias("offence"),
            F.col("law.turnover_cny").alias("threshold_cny"), "over_threshold", "lead_jurisdiction",
            _names("other_jurisdictions").alias("other_jurisdictions"),
            F.col("families").cast("int").alias("evidence_families"), "first_activity", "last_activity", why().alias("why"),
        )
    )  # fmt: skip


def tenures(members: DataFrame, days: list[date]) -> DataFrame:
    """(ds, racket_id, seller_id, after, until, is_member): between which days of payment what a shop sold is a racket's.

    Both are null of a shop that has been in one racket, or came from one that is gone. Of one that left a racket that lives
    on, what it sold until then is that racket's, of which it is no member. members: of days and of HISTORY_DAYS before.
    """
    seen = (
        recent_on(members.withColumn("seen", F.col("ds")), days, HISTORY_DAYS)
        .groupBy("ds", "seller_id", "racket_id")
        .agg(F.min("seen").alias("first"), F.max("seen").alias("last"))
    )
    now = seen.where("last = ds")
    alive = now.select("ds", "racket_id").distinct()
    left = (
        seen.where("last < ds")
        .join(alive, ["ds", "racket_id"], how="left_semi")
        .groupBy("ds", "seller_id")
        .agg(F.max(F.struct("last", "racket_id")).alias("left"))
    )
    moved = now.join(left, ["ds", "seller_id"], how="left").withColumn(
        # Who is back, or goes to and fro, has not moved.
        "cut",
        F.when(F.col("left.last") < F.col("first"), F.date_sub("left.last", SEEN_AFTER_DAYS)),
    )
    never = F.lit(None).cast("date")
    stays = F.struct("racket_id", F.col("cut").alias("after"), never.alias("until"), F.lit(True).alias("is_member"))
    before = F.struct(
        F.col("left.racket_id").alias("racket_id"), never.alias("after"), F.col("cut").alias("until"),
        F.lit(False).alias("is_member"),
    )  # fmt: skip
    spells = F.when(F.col("cut").isNull(), F.array(stays)).otherwise(F.array(stays, before))
    return moved.select("ds", "seller_id", F.inline(spells))


def turnover(tenures: DataFrame, sales: DataFrame, listings: DataFrame) -> DataFrame:
    """Per ds and racket: what its members sold to buyers outside it, and how much of it was probably counterfeit.

    Inside a group that sells counterfeits a listing says more than it does alone: one that names a brand is hardly
    ever genuine. The value is the expected turnover of counterfeits; its interval comes from listings that may be
    either, and is wider above, because what is not known of a racket is mostly members. Of a shop that came from another
    racket the part counts that lies in its time (`tenures`): orders are taken as spread evenly between the first and the last.
    """
    inside = tenures.where("is_member").select(
        "ds", F.col("racket_id").alias("buyer_racket"), F.col("seller_id").alias("buyer_seller_id")
    )
    copies = F.col("brand_id").isNotNull() & ~F.col("is_compared") & ~F.col("is_authorised")
    chance = F.when(copies, BRANDED).otherwise(1 / (1 + F.exp(-F.col("suspicion") - AMONG_FAKES)))
    judged = listings.select("ds", "listing_id", "brand_id", "category", F.round(chance, 6).alias("chance"))
    outside = (
        sales.where("orders > 0")
        .join(tenures, ["ds", "seller_id"], how="inner")
        .join(inside, ["ds", "buyer_seller_id"], how="left")
        .where("buyer_racket IS NULL OR buyer_racket <> racket_id")
        .withColumn("share", share_in_time())
        .where("share > 0")
        .withColumn("turnover", (F.col("turnover_cny") * F.col("share")).cast("decimal(18,2)"))
        .withColumn("to_trade", F.when(F.col("buyer_seller_id") != "", F.col("turnover")).otherwise(0))
        .groupBy("ds", "racket_id", "listing_id")
        .agg(
            F.sum(F.col("orders") * F.col("share")).alias("orders"),
            F.sum("turnover").alias("turnover"),
            F.sum("to_trade").alias("to_trade"),
            F.min(F.greatest("first_paid_at", F.date_add("after", 1).cast("timestamp"))).alias("first"),
            F.max(F.least("last_paid_at", end_of(F.col("until")))).alias("last"),
        )
        .join(judged, ["ds", "listing_id"], how="left")
        .withColumn("chance", F.coalesce("chance", F.lit(UNKNOWN)))
    )
    likely = F.col("chance") >= LIKELY
    fakes = F.col("turnover") * F.col("chance")
    # Decimals add up to the same sum in any order.
    variance = F.col("chance") * (1 - F.col("chance")) * F.pow(F.col("turnover").cast("double"), F.lit(2))
    summed = outside.groupBy("ds", "racket_id").agg(
        F.round(F.sum("orders")).cast("bigint").alias("orders"),
        F.collect_set(F.when(likely, F.col("brand_id"))).alias("brands"),
        F.collect_set(F.when(likely, F.col("category"))).alias("categories"),
        F.sum(fakes.cast("decimal(28,6)")).cast("double").alias("value"),
        F.sqrt(F.sum(variance.cast("decimal(38,4)")).cast("double")).alias("spread"),
        (F.sum("to_trade") / F.nullif(F.sum("turnover"), F.lit(0))).cast("double").alias("trade_share"),
        _by_then(F.min("first")).alias("first_activity"),
        _by_then(F.max("last")).alias("last_activity"),
    )
    margin = NORMAL_90 * F.col("spread")
    return summed.withColumns(
        {
            "value_low": F.greatest(F.col("value") * (1 - TOO_MANY) - margin, F.lit(0.0)),
            "value_high": F.col("value") * (1 + MISSING) + margin,
        }
    ).drop("spread")


def share_in_time() -> Column:
    """decimal(9,6): the part of a row's days from first_paid_at to last_paid_at that lies after `after` and by `until`."""
    first, last = F.to_date("first_paid_at"), F.to_date("last_paid_at")
    return share_between(first, last, F.date_add("after", 1), F.col("until")).cast("decimal(9,6)")


def offers(members: DataFrame, listings: DataFrame) -> DataFrame:
    """Per ds and racket: listings, how many its members have or had."""
    own = listings.join(members.select("ds", "racket_id", "seller_id"), ["ds", "seller_id"], how="inner")
    return own.groupBy("ds", "racket_id").agg(F.count("*").alias("listings"))


def jurisdictions(sites: DataFrame) -> DataFrame:
    """Per ds and racket: lead_jurisdiction, other_jurisdictions. A county may be known where the place is not."""
    kinds = ("made_at", "shipped_from", "packed_at", "returned_to")
    county = {kind: F.max(F.when(F.col("kind") == kind, F.col("region_code"))) for kind in kinds}
    known = (
        sites.where("rank = 1 AND region_code IS NOT NULL")
        .groupBy("ds", "racket_id")
        .agg(F.coalesce(*county.values()).alias("first"), F.collect_set("region_code").alias("counties"))
    )
    others = F.filter("counties", lambda code: F.col("first").isNull() | (code != F.col("first")))
    return known.select(
        "ds", "racket_id", F.col("first").alias("lead_jurisdiction"), others.alias("other_jurisdictions")
    )


def families(members: DataFrame, edges: DataFrame) -> DataFrame:
    """Per ds and racket: how many families each hold it together, and their names."""
    return (
        families_of(members, edges)
        .where("holds")
        .groupBy("ds", "racket_id")
        .agg(F.count("*").alias("families"), F.array_sort(F.collect_list("family")).alias("family_names"))
    )


def dismissals(outcomes: DataFrame, days: list[date]) -> DataFrame:
    """Per ds and racket that a person has dismissed: `dismissed_on` (day of delivery) and `dismissed_by` (outcome_id) of
    the newest dismissal that stands.
    """
    newest = F.max(F.struct("changed_ds", "outcome_id")).alias("newest")
    return (
        standing(outcomes, days)
        .where("event = 'dismissed'")
        .groupBy("ds", "racket_id")
        .agg(newest)
        .select("ds", "racket_id", F.col("newest.changed_ds").alias("dismissed_on"), F.col("newest.outcome_id").alias("dismissed_by"))
    )  # fmt: skip


def why() -> Column:
    """Sentences for a person, from the columns of the judged groups."""
    told = F.transform("signs", lambda sign: F.format_string("%s (%+.1f)", sign["says"], sign["nats"]))
    return F.array_compact(
        F.array(
            F.when(F.col("dismissed_on").isNotNull(), F.format_string("dismissed by a person on %s (outcome %s), so it is no lead", F.col("dismissed_on").cast("string"), "dismissed_by")),
            F.when(
                F.col("families") > 0,
                F.format_string("independent kinds of evidence that each tie at least half of its %d shops: %d (%s)", "sellers",
                                F.col("families").cast("int"), F.concat_ws(", ", "family_names")),
            ).otherwise(F.format_string("no kind of evidence ties half of its %d shops", "sellers")),
            F.when(F.col("value") > 0, F.format_string("¥%,.0f were paid for listings that are probably counterfeit", F.col("value").cast("double"))),
            F.when(F.col("law.source").isNotNull(), F.format_string("that is %s the ¥%,.0f from which it is a crime (%s)",
                   F.when(F.col("over_threshold"), "over").otherwise("under"), F.col("law.turnover_cny").cast("double"), "law.source")),
            F.when(F.size("signs") > 0, F.concat(F.lit("signs that it makes its goods, in nats: "), F.array_join(told, "; "))),
            F.when(F.col("trade_share") > 0.05, F.format_string("%.0f %% of the turnover is with other shops", F.col("trade_share") * 100)),
        )
    )  # fmt: skip


def _money(name: str) -> Column:
    return F.coalesce(F.col(name), F.lit(0)).cast("decimal(18,2)")


def _by_then(at: Column) -> Column:
    """A time, or the end of `ds` where it is later: a wrong clock may say that something happened after it was known."""
    return F.least(at, end_of(F.col("ds")))


def _names(name: str) -> Column:
    return F.array_sort(F.coalesce(F.col(name), F.array().cast("array<string>")))
