"""evidence.seller_signals: how likely each shop sells counterfeits, as known on a Sunday.

Grain: ds, seller_id; every known shop. Reads of the same Sunday: core.seller_states, evidence.listing_signals.
`suspicion` is in nats of log-odds, from the share of listings that look counterfeit. Shops that are no suspects are
not linked: they count against a value that suspects share (links.shared_values).
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.table import Read, Table

TABLE = Table(
    reads={"sellers": Read("core.seller_states"), "listings": Read("evidence.listing_signals")},
    every="sunday",
    key=("seller_id",),
    columns="""
        seller_id          string not null comment 'shop account'
        listings           bigint not null comment 'listings ever known'
        suspect_listings   double not null comment 'expected number of counterfeit listings'
        orders             bigint not null comment 'orders ever known'
        fake_refunds       bigint not null comment 'of these, refunded because the goods were fake'
        suspicion          double not null comment 'log-odds that the shop sells counterfeits, nats'
        is_suspect         boolean not null comment 'looked at for links: suspicion above -1.5'
    """,
)

# Shops from here on are linked. One in five shops of a racket shows less than even odds by itself; a group of
# which too few can be expected to sell counterfeits is let go (jobs/graph/communities.py).
SUSPECT_FROM = -1.5
# A quarter of the listings is enough: shops of counterfeiters carry honest goods as cover.
SHARE_AT_EVEN_ODDS = 0.25
# What every shop begins with, before its listings are weighed: one ordinary listing makes no suspect.
SEEN_FAKES, SEEN_HONEST = 0.05, 0.2
# A shop without a listing may be anybody's: it is looked at, and speaks against nobody.
UNKNOWN = -1.0


def transform(sellers: DataFrame, listings: DataFrame) -> DataFrame:
    chance = 1 / (1 + F.exp(-F.col("suspicion")))
    pooled = listings.groupBy("ds", "seller_id").agg(
        F.count("*").alias("listings"),
        # Decimals add up to the same sum in any order, doubles do not.
        F.sum(chance.cast("decimal(18,9)")).cast("double").alias("suspect_listings"),
        F.sum("orders").alias("orders"),
        F.sum("fake_refunds").alias("fake_refunds"),
    )
    honest = F.col("listings") - F.col("suspect_listings")
    even = SHARE_AT_EVEN_ODDS / (1 - SHARE_AT_EVEN_ODDS)
    odds = (F.col("suspect_listings") + SEEN_FAKES) / (honest * even + SEEN_HONEST)
    return (
        sellers.select("ds", "seller_id")
        .join(pooled, ["ds", "seller_id"], how="left")
        .fillna(0, ["listings", "orders", "fake_refunds"])
        .fillna(0.0, ["suspect_listings"])
        .withColumn("suspicion", F.when(F.col("listings") == 0, F.lit(UNKNOWN)).otherwise(F.log(odds)))
        .withColumn("is_suspect", F.col("suspicion") > SUSPECT_FROM)
        .select("ds", "seller_id", "listings", "suspect_listings", "orders", "fake_refunds", "suspicion", "is_suspect")
    )
