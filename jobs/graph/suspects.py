"""Which shops are linked, how far the others count as honest, and what refunds for fakes say of shops together."""

import math

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# A shop that nobody has judged yet.
UNKNOWN: dict[str, bool | float | int | str] = {"is_suspect": False, "honesty": 1.0, "doubt": 1.0}
# What a suspect that shows little by itself counts for, of an honest shop.
DOUBT = 0.5
# Listings from this log-odds on are suspect goods, whoever sells them.
SUSPECT_GOODS = -1.5
# Refunds for fakes an order: of shops that sell counterfeits, whose goods are mixed and whose buyers often know, and of
# the market, where some claims are false.
FAKE_REFUNDS, HONEST_REFUNDS = 0.025, 0.004


def judged(sellers: DataFrame) -> DataFrame:
    """evidence.seller_signals -> ds, seller_id, is_suspect, suspicion, honesty, doubt.

    honesty: how much the shop counts against a value that suspects share: 0 for suspects, else the chance that it
    is honest, so that a half-visible member of a racket does not speak against the rest as an honest shop does.
    doubt: the same while nobody knows which suspects belong together: those that show little by themselves count a part.
    """
    honest = F.round(1 / (1 + F.exp(F.col("suspicion"))), 6)
    return sellers.select(
        "ds", "seller_id", "is_suspect", "suspicion",
        F.when(F.col("is_suspect"), 0.0).otherwise(honest).alias("honesty"),
        F.when(F.col("suspicion") > 0, 0.0).when(F.col("is_suspect"), honest * DOUBT).otherwise(honest).alias("doubt"),
    )  # fmt: skip


def refund_nats(fake_refunds: Column, orders: Column) -> Column:
    """Log-likelihood ratio of so many refunds for fakes among so many orders of shops (Poisson), counterfeits to market.

    Says little of one shop, and adds up over those of a group: the rates are those of all orders of many shops. In a
    simulated market of five weeks 2.2 % of the orders of rackets' shops were refunded so, 2.6 % of those of counterfeit
    listings, 0.1 % of the rest. evidence.listing_signals asks the same of one listing, with a higher rate.
    """
    return fake_refunds * math.log(FAKE_REFUNDS / HONEST_REFUNDS) - orders * (FAKE_REFUNDS - HONEST_REFUNDS)


def among_suspects(sales: DataFrame, sellers: DataFrame) -> DataFrame:
    """Rows of core.sales that suspects sold to other suspects. sellers: evidence.seller_signals."""
    suspects = sellers.where("is_suspect").select("ds", "seller_id")
    return (
        sales.where("buyer_seller_id <> '' AND buyer_seller_id <> seller_id")
        .join(suspects, ["ds", "seller_id"], how="left_semi")
        .join(suspects.withColumnRenamed("seller_id", "buyer_seller_id"), ["ds", "buyer_seller_id"], how="left_semi")
    )
