"""evidence.listing_features: what a listing and its shop look like, in numbers to learn from, as known on a Sunday.

Grain: ds, listing_id. Reads of the same Sunday: core.listing_states, evidence.listing_text_states,
evidence.listing_signals, core.seller_states, core.sales. All columns after `seller_id` are features; null = not known.
What a feature means must not change under its name: models refer to it by that.

Left out on purpose: whatever comes of somebody having found out (reports, refunds for fakes, removal and its reason,
closing of the shop), of any listing, because that is what is learned; numbers of orders, because who sells more is
found out more often, whatever he sells; and ids, words and places, because a model would learn who was caught before.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.graph.suspects import SUPPLIES
from jobs.table import Read, Table

# Where a name stands, from the most open place to the least.
PLACES = {"claimed": 3.0, "title": 2.0, "description": 1.0, "evaded": 0.0}
# Nobody does these but to hide a name; the other ways may be slips or another word (core.listings).
ON_PURPOSE = ("symbols", "look_alike", "split", "masked")

TABLE = Table(
    reads={
        "listings": Read("core.listing_states"),
        "texts": Read("evidence.listing_text_states"),
        "signals": Read("evidence.listing_signals"),
        "sellers": Read("core.seller_states"),
        "sales": Read("core.sales"),
    },
    every="sunday",
    key=("listing_id",),
    columns="""
        listing_id          string not null comment 'listing'
        seller_id           string not null comment 'shop account'
        appearance          double not null comment 'log-odds by the rules of evidence.listing_signals, without reports and refunds, nats'
        names_brand         double not null comment '1 = a protected brand is named'
        price_share         double comment 'asking price by the genuine article''s in the category: copies cost a fraction'
        brand_place         double comment 'where the name stands: 3 brand field, 2 title, 1 description, 0 hidden'
        evasion             double comment 'how the name is written: 0 openly, 1 otherwise, perhaps by a slip, 2 hidden on purpose'
        is_brand_hidden     double comment '1 = a brand is named and the brand field is empty: plain searches look there'
        is_compared         double not null comment '1 = the goods are said to be like those of the brand or for them: often honest'
        grade_words         double comment 'words by which copies are graded'
        genuine_words       double comment 'claims that the goods are genuine'
        used_words          double comment 'words of second-hand goods, which are cheap and genuine'
        compatible_words    double comment 'words for goods that are like others or for them'
        contacts            double comment 'telephone numbers and accounts in the text: deals away from the platform'
        images              double not null comment 'pictures: copies are shown with few'
        title_length        double not null comment 'characters'
        description_length  double comment 'characters, null = none'
        is_wrapping         double not null comment '1 = packaging or materials'
        is_authorised       double not null comment '1 = the brand names the shop as its seller'
        shop_age_days       double comment 'since the shop was registered: shops that are closed come back as new ones'
        shop_is_licensed    double comment '1 = a licence number that can be one'
        shop_listings       double not null comment 'listings of the shop ever known'
        shop_brands         double not null comment 'protected brands that these name: few genuine sellers have many'
        shop_categories     double not null comment 'categories of these'
        shop_brand_share    double not null comment 'share of these that name a brand'
        shop_hidden_share   double not null comment 'share of these with a name hidden on purpose'
        shop_empty_share    double not null comment 'share of these with a name and an empty brand field'
        shop_graded_share   double not null comment 'share of these with words by which copies are graded'
        shop_used_share     double not null comment 'share of these with words of second-hand goods'
        shop_price_share    double comment 'mean price share of these, each counted up to 2'
        shop_appearance     double not null comment 'mean chance of these by `appearance`'
        shop_trade_share    double comment 'share of turnover with other shops; null = no turnover'
    """,
)


def transform(
    listings: DataFrame, texts: DataFrame, signals: DataFrame, sellers: DataFrame, sales: DataFrame
) -> DataFrame:
    looks = _looks(listings, texts, signals)
    shops = _shops(looks).join(_trade(sales), ["ds", "seller_id"], how="left")
    accounts = sellers.select(
        "ds",
        "seller_id",
        F.datediff("ds", F.to_date("registered_at")).cast("double").alias("shop_age_days"),
        _flag(F.col("licence_key").isNotNull()).alias("shop_is_licensed"),
    )
    return (
        looks.join(shops, ["ds", "seller_id"], how="inner")
        .join(accounts, ["ds", "seller_id"], how="left")
        .select("ds", *[column.name for column in TABLE.schema()[1:]])
    )


def _looks(listings: DataFrame, texts: DataFrame, signals: DataFrame) -> DataFrame:
    """What each listing looks like by itself; also brand_id and category, for its shop."""
    words = texts.select(
        "ds",
        "listing_id",
        *[F.size(name).cast("double").alias(name) for name in ("grade_words", "genuine_words", "used_words", "compatible_words")],
        (F.size("phone_keys") + F.size("handle_keys")).cast("double").alias("contacts"),
    )  # fmt: skip
    judged = signals.select(
        "ds",
        "listing_id",
        # Rounded: what is taken off leaves a rest in the last digits.
        F.round(F.col("suspicion") - F.col("complaints"), 6).alias("appearance"),
        "price_share",
        _flag("is_authorised").alias("is_authorised"),
    )
    branded, field = F.col("brand_id").isNotNull(), F.coalesce(F.trim("brand_claimed"), F.lit(""))
    place = F.create_map(*[F.lit(part) for pair in PLACES.items() for part in pair])
    evasion = F.when(F.col("brand_evasion").isin(*ON_PURPOSE), 2.0).when(F.col("brand_evasion").isNotNull(), 1.0)
    return (
        listings.join(judged, ["ds", "listing_id"], how="inner")
        .join(words, ["ds", "listing_id"], how="left")
        .select(
            "ds", "listing_id", "seller_id", "brand_id", "category", "appearance", "price_share", "is_authorised",
            "grade_words", "genuine_words", "used_words", "compatible_words", "contacts",
            _flag(branded).alias("names_brand"),
            F.try_element_at(place, F.col("brand_match")).alias("brand_place"),
            F.when(branded, evasion.otherwise(0.0)).alias("evasion"),
            F.when(branded, _flag(field == "")).alias("is_brand_hidden"),
            _flag("is_compared").alias("is_compared"),
            F.size("image_ids").cast("double").alias("images"),
            F.length("title").cast("double").alias("title_length"),
            F.length("description").cast("double").alias("description_length"),
            _flag(F.col("category").isin(*SUPPLIES)).alias("is_wrapping"),
        )
    )  # fmt: skip


def _shops(looks: DataFrame) -> DataFrame:
    """What the listings of each shop look like together."""
    chance = 1 / (1 + F.exp(-F.col("appearance")))
    return looks.groupBy("ds", "seller_id").agg(
        F.count("*").cast("double").alias("shop_listings"),
        F.count_distinct("brand_id").cast("double").alias("shop_brands"),
        F.count_distinct("category").cast("double").alias("shop_categories"),
        _mean(F.col("names_brand")).alias("shop_brand_share"),
        _mean(_flag(F.coalesce(F.col("evasion") == 2.0, F.lit(False)))).alias("shop_hidden_share"),
        _mean(F.coalesce("is_brand_hidden", F.lit(0.0))).alias("shop_empty_share"),
        _mean(_flag(F.coalesce(F.col("grade_words") > 0, F.lit(False)))).alias("shop_graded_share"),
        _mean(_flag(F.coalesce(F.col("used_words") > 0, F.lit(False)))).alias("shop_used_share"),
        _mean(F.when(F.col("price_share").isNotNull(), F.least("price_share", F.lit(2.0)))).alias("shop_price_share"),
        _mean(chance).alias("shop_appearance"),
    )


def _trade(sales: DataFrame) -> DataFrame:
    to_trade = F.when(F.col("buyer_seller_id") != "", F.col("turnover_cny")).otherwise(0)
    share = F.sum(to_trade) / F.nullif(F.sum("turnover_cny"), F.lit(0))
    return sales.groupBy("ds", "seller_id").agg(F.round(share.cast("double"), 6).alias("shop_trade_share"))


def _flag(condition: Column | str) -> Column:
    return (F.col(condition) if isinstance(condition, str) else condition).cast("double")


def _mean(value: Column) -> Column:
    """Mean of what is not null, the same in any order: decimals are added up, doubles would not be."""
    return F.round(F.try_divide(F.sum(value.cast("decimal(28,9)")), F.count(value)).cast("double"), 6)
