"""Which shops are linked, and how far the others count as honest."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# A shop that nobody has judged yet.
UNKNOWN: dict[str, bool | float | int | str] = {"is_suspect": False, "honesty": 1.0, "doubt": 1.0}
# What a suspect that shows little by itself counts for, of an honest shop.
DOUBT = 0.5
# Listings from this log-odds on are suspect goods, whoever sells them.
SUSPECT_GOODS = -1.5
# Share of the genuine price below which hardly anything genuine is sold.
FAR_BELOW = 0.35
# What goods are made of and packed in: whoever buys it, it is no stock of fakes, whatever names are printed on it.
SUPPLIES = ("packaging", "materials")


def judged(sellers: DataFrame) -> DataFrame:
    """evidence.seller_signals -> ds, seller_id, is_suspect, honesty, doubt.

    honesty: how much the shop counts against a value that suspects share: 0 for suspects, else the chance that it
    is honest, so that a half-visible member of a racket does not speak against the rest as an honest shop does.
    doubt: the same while nobody knows which suspects belong together: those that show little by themselves count a part.
    """
    honest = F.round(1 / (1 + F.exp(F.col("suspicion"))), 6)
    return sellers.select(
        "ds", "seller_id", "is_suspect",
        F.when(F.col("is_suspect"), 0.0).otherwise(honest).alias("honesty"),
        F.when(F.col("suspicion") > 0, 0.0).when(F.col("is_suspect"), honest * DOUBT).otherwise(honest).alias("doubt"),
    )  # fmt: skip


def is_suspect_goods() -> Column:
    """Whether a listing offers suspect goods, from the columns suspicion and category of evidence.listing_signals."""
    return (F.col("suspicion") > SUSPECT_GOODS) & ~F.coalesce(F.col("category").isin(*SUPPLIES), F.lit(False))


def among_suspects(sales: DataFrame, listings: DataFrame, sellers: DataFrame) -> DataFrame:
    """Rows of core.sales: suspect goods that suspects sold to other suspects.

    listings: evidence.listing_signals. sellers: evidence.seller_signals.
    """
    suspects = sellers.where("is_suspect").select("ds", "seller_id")
    goods = listings.where(is_suspect_goods()).select("ds", "listing_id")
    return (
        sales.where("orders > 0 AND buyer_seller_id <> '' AND buyer_seller_id <> seller_id")
        .join(goods, ["ds", "listing_id"], how="left_semi")
        .join(suspects, ["ds", "seller_id"], how="left_semi")
        .join(suspects.withColumnRenamed("seller_id", "buyer_seller_id"), ["ds", "buyer_seller_id"], how="left_semi")
    )
