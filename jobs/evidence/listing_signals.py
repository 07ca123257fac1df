"""evidence.listing_signals: how likely each listing offers counterfeits, as known on a Sunday.

Grain: ds, listing_id. Reads of the same Sunday: core.listing_states, evidence.listing_text_states, core.sales; all
reports and brands known until then. `suspicion` is in nats of log-odds, the sum of the weights below; 0 is even. It is a first, crude judgement:
it says what a listing looks like, and nothing about who makes the goods.
"""

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.complaints import USUAL_REFUNDS, complaint_evidence, market_refunds
from jobs.graph.suspects import FAR_BELOW
from jobs.table import Read, Table
from jobs.versions import newest_on

# Weights in nats. Most listings are honest; a protected name at a third of its price hardly ever is.
PRIOR, PRIOR_WITHOUT_BRAND = -2.0, -3.5
PRICE_STEPS = ((FAR_BELOW, 2.5), (0.6, 1.4), (0.8, 0.0))  # price below this share of the genuine one -> weight
PRICE_HIGH = -1.5
# Of a brand's goods whose genuine price nobody told, most are genuine, as of all that name a brand; a shop that has them
# alone is looked at.
PRICE_UNKNOWN = -0.5
HIDDEN_BRAND, GRADE_WORDS, USED_GOODS = 0.7, 2.0, -1.5
# Who sells used goods has one of each: what sells more often is used in its title only.
USED_ORDERS = 2
# Nobody puts signs or other letters into a name but to hide it. Traditional characters are how some honest sellers
# write, and what only resembles a name may be another word: more so the less of the name is left.
EVADED_NAME = {"symbols": 2.5, "look_alike": 2.5, "split": 2.5, "masked": 2.5, "traditional": 1.5, "misspelt": 1.5,
               "truncated": 1.0, "homophone": 1.5, "initials": 1.0}  # fmt: skip
# Goods that are said to be like those of a brand, or for them, are mostly neither. That they cost a fraction says less then:
# a shop of such goods alone may be a partner of counterfeiters, and is none by itself.
COMPARED, COMPARED_PRICE_MOST = -1.0, 1.0
AUTHORISED = -6.0
# An empty brand field hides a name where sellers use the field: at least this share of all listings has it filled.
FIELD_IN_USE = 0.05

TABLE = Table(
    reads={
        "listings": Read("core.listing_states"),
        "texts": Read("evidence.listing_text_states"),
        "sales": Read("core.sales"),
        "reports": Read("staging.reports", days=3650),
        "brands": Read("staging.brands", days=3650),
    },
    every="sunday",
    key=("listing_id",),
    columns="""
        listing_id        string not null comment 'listing'
        seller_id         string not null comment 'shop account'
        brand_id          string comment 'protected brand that the listing names'
        category          string not null comment 'as the seller filed it'
        price_share       double comment 'asking price by the genuine article''s'
        is_evaded         boolean not null comment 'the name was hidden from plain search'
        brand_evasion     string comment 'how it was hidden'
        is_compared       boolean not null comment 'the goods are said to be like those of the brand or for them'
        has_grade_words   boolean not null comment 'words by which copies are graded'
        is_authorised     boolean not null comment 'the brand names this shop as its seller'
        upheld_reports    bigint not null comment 'reports that were upheld'
        rejected_reports  bigint not null comment 'reports that were turned down'
        orders            bigint not null comment 'orders ever known'
        fake_refunds      bigint not null comment 'of these, refunded because the goods were fake'
        complaints        double not null comment 'what reports and refunds for fakes say, nats; part of suspicion'
        suspicion         double not null comment 'log-odds of being counterfeit, nats'
    """,
)


def transform(
    listings: DataFrame, texts: DataFrame, sales: DataFrame, reports: DataFrame, brands: DataFrame, days: list[date]
) -> DataFrame:
    sold = sales.groupBy("ds", "listing_id").agg(
        F.sum("orders").alias("orders"), F.sum("fake_refunds").alias("fake_refunds")
    )
    reported = (
        newest_on(reports, ["report_id"], days)
        .groupBy("ds", "listing_id")
        .agg(
            F.count_if(F.col("result") == "upheld").alias("upheld_reports"),
            F.count_if(F.col("result") == "rejected").alias("rejected_reports"),
        )
    )
    authorised = (
        newest_on(brands, ["brand_id"], days)
        .select("ds", "brand_id", F.explode("authorised_sellers").alias("seller_id"))
        .distinct()
        .withColumn("is_authorised", F.lit(True))
    )
    counts = ("orders", "fake_refunds", "upheld_reports", "rejected_reports")
    words = texts.select("ds", "listing_id", "grade_words", "used_words")
    rows = (
        listings.join(words, ["ds", "listing_id"], how="left")
        .join(sold, ["ds", "listing_id"], how="left")
        .join(reported, ["ds", "listing_id"], how="left")
        .join(authorised, ["ds", "brand_id", "seller_id"], how="left")
        .fillna(0, list(counts))
        .fillna(False, ["is_authorised"])
        .join(F.broadcast(market_refunds(sales)), "ds", how="left")
        .join(F.broadcast(_field_in_use(listings)), "ds", how="inner")
        .fillna(USUAL_REFUNDS, ["market_refunds"])
        .withColumns(
            {
                "price_share": F.col("price_cny").cast("double")
                / F.nullif(F.col("reference_price_cny").cast("double"), F.lit(0.0)),
                "is_evaded": F.coalesce(F.col("brand_match") == "evaded", F.lit(False)),
                "has_grade_words": F.coalesce(F.size("grade_words") > 0, F.lit(False)),
                "_used": F.coalesce(F.size("used_words") > 0, F.lit(False)),
            }
        )
    )
    return rows.select(
        "ds", "listing_id", "seller_id", "brand_id", "category", "price_share", "is_evaded", "brand_evasion",
        "is_compared", "has_grade_words", "is_authorised", "upheld_reports", "rejected_reports", "orders", "fake_refunds",
        complaint_evidence().alias("complaints"), (_appearance() + complaint_evidence()).alias("suspicion"),
    )  # fmt: skip


def _field_in_use(listings: DataFrame) -> DataFrame:
    """ds, is_field_used: whether sellers fill the brand field at all; one row a day."""
    filled = F.avg(F.coalesce(F.trim("brand_claimed") != "", F.lit(False)).cast("double"))
    return listings.groupBy("ds").agg((filled >= FIELD_IN_USE).alias("is_field_used"))


def _appearance() -> Column:
    """Nats, of what the listing looks like."""
    branded = F.col("brand_id").isNotNull()
    price = F.lit(PRICE_HIGH)
    for below, weight in reversed(PRICE_STEPS):
        price = F.when(F.col("price_share") < below, weight).otherwise(price)
    price = F.when(F.col("is_compared"), F.least(price, F.lit(COMPARED_PRICE_MOST))).otherwise(price)
    price = F.when(F.col("price_share").isNull(), PRICE_UNKNOWN).otherwise(price)
    evaded = F.lit(0.0)
    for how, weight in EVADED_NAME.items():
        evaded = F.when(F.col("brand_evasion") == how, weight).otherwise(evaded)
    hidden = F.col("is_field_used") & (F.coalesce(F.trim("brand_claimed"), F.lit("")) == "")
    return (
        F.when(branded, PRIOR).otherwise(PRIOR_WITHOUT_BRAND)
        + F.when(branded, price).otherwise(0.0)
        + evaded
        + F.when(branded & F.col("is_compared"), COMPARED).otherwise(0.0)
        + F.when(branded & hidden, HIDDEN_BRAND).otherwise(0.0)
        + F.when(F.col("has_grade_words"), GRADE_WORDS).otherwise(0.0)
        + F.when(branded & F.col("_used") & (F.col("orders") <= USED_ORDERS), USED_GOODS).otherwise(0.0)
        + F.when(F.col("is_authorised"), AUTHORISED).otherwise(0.0)
    )
