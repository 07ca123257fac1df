"""rackets.production: what speaks for and against a racket making its goods, as known on a Sunday.

Grain: ds, racket_id. Reads of the same Sunday: rackets.members, core.sales, core.seller_states,
evidence.listing_signals, evidence.seller_signals, evidence.supplies, links.trait_states. Who makes sells to trade, buys or
receives materials, receives stock without orders and opens new shops when old ones are closed; who only sells buys from
others. What comes without an order is the racket's when the address is its own (jobs/graph/addresses.py), and stock unless
its sender mostly sends materials or packaging. `signs` says what moved the judgement and by how much, and `nats` adds it up:
weights are judgements, each bounded, so that no single sign decides. The prior is one of the signs.
"""

import math
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.complaints import market_refunds, shop_refunds
from jobs.graph.addresses import address_users, counting
from jobs.graph.suspects import FAR_BELOW, is_suspect_goods
from jobs.table import Read, Table

# Nats. Of groups of shops that sell counterfeits more than half buy what they sell. Set so that scores are chances: on five
# Sundays of a simulated world (seed 202) a logistic fit of the truth on the sum without it gave -0.8 to -1.0 and a slope of 1,
# before parcels without an order counted as materials and before refunds were weighed by the market's rate.
PRIOR = -0.9
TRADE, SUPPLIES_OWN, MATERIALS, PACKAGING, STOCK = 3.0, 2.0, 0.7, 0.7, 1.5
# For one shop that was closed and opened again, and for several.
REOPENS_ONCE, REOPENS = 1.0, 2.0
BUYS_OUTSIDE = -2.5
# From so many on, a sign is one: orders and buyers, materials, parcels, orders outside.
MIN_TRADE_ORDERS, MIN_TRADE_BUYERS, MIN_ORDERS, MIN_PARCELS, MIN_OUTSIDE = 3, 2, 2, 3, 3
# An operation of many fronts has its own goods: nats for each e-fold of shops beyond five, within limits. That it has few
# says little: one plain sign that it makes them is enough for a lead then, too.
PER_SIZE, USUAL_SIZE, SIZE_LEAST, SIZE_MOST = 1.0, 5.0, -0.15, 1.5
# Whether its goods are fake at all: refunds for fakes, and how its listings under a brand look, against the market's
# rates, each as a likelihood ratio within its limits. Nothing of it is what an honest cheap group shows. All of it together
# says that goods are fake, which those of resellers are as well: it hardly speaks for making them.
REFUNDS_LEAST, REFUNDS_MOST = -2.0, 4.0
FAKES_LEAST, FAKES_MOST = -3.0, 0.5
# Look: how many times as often counterfeiters' listings have it, and what it says at least and at most, nats.
LOOKS = {
    "hidden_names": (4, -0.5, 3.0),
    "graded": (4, -0.3, 3.0),
    "upheld": (4, -0.3, 3.0),
    "far_below": (3, -1.5, 2.0),
}
# Rates of the market as assumed before any is known: they count as so many listings. A rate has an upper limit, where
# most listings are counterfeits.
USUAL_LOOKS, ASSUMED_LISTINGS, MOST_LOOKS = 0.02, 200, 0.2
# A new shop follows a closed one within so many days.
REOPENED_DAYS = 21

TABLE = Table(
    reads={
        "members": Read("rackets.members"),
        "sales": Read("core.sales"),
        "listings": Read("evidence.listing_signals"),
        "sellers": Read("core.seller_states"),
        "supplies": Read("evidence.supplies"),
        "traits": Read("links.trait_states"),
        "signals": Read("evidence.seller_signals"),
    },
    every="sunday",
    key=("racket_id",),
    columns="""
        racket_id         string not null comment 'racket'
        trade_orders      bigint not null comment 'suspect goods sold to shops outside, orders'
        trade_buyers      bigint not null comment 'shops that bought them'
        inside_orders     bigint not null comment 'suspect goods that members bought from members, orders'
        outside_orders    bigint not null comment 'suspect goods that members bought elsewhere, orders'
        material_orders   bigint not null comment 'materials that members bought, orders'
        packaging_orders  bigint not null comment 'packaging that members bought, orders'
        material_parcels  bigint not null comment 'materials that came to addresses of its own without an order in the last twelve weeks, parcels'
        packaging_parcels bigint not null comment 'packaging that came there so, parcels'
        stock_parcels     bigint not null comment 'other goods that came there so, not from another racket, parcels'
        outside_parcels   bigint not null comment 'other goods that came there so from addresses of other rackets, parcels'
        trade_parcels     bigint not null comment 'other goods that went so from addresses of its own to those of other rackets, parcels'
        parcel_buyers     bigint not null comment 'rackets that received them'
        reopened          bigint not null comment 'members closed by the platform that another followed soon'
        fake_refunds      bigint not null comment 'orders refunded because the goods were fake'
        orders            bigint not null comment 'orders of its members'
        branded           bigint not null comment 'listings of its members under a brand, or graded as copies'
        hidden_names      bigint not null comment 'of these, with a name hidden from plain search'
        graded            bigint not null comment 'of these, with words by which copies are graded'
        upheld            bigint not null comment 'of these, with reports that were upheld'
        far_below         bigint not null comment 'of these, so cheap that hardly any is genuine'
        signs             array<struct<sign:string,nats:double,says:string>> not null comment 'what moved the judgement, strongest first; `says` is for a person'
        nats              double not null comment 'log-odds that it makes what it sells: the sum of all signs'
    """,
)


def transform(
    members: DataFrame,
    sales: DataFrame,
    listings: DataFrame,
    sellers: DataFrame,
    supplies: DataFrame,
    traits: DataFrame,
    signals: DataFrame,
) -> DataFrame:
    racket = ["ds", "racket_id"]
    of_member = members.select("ds", "racket_id", "seller_id")
    users = address_users(counting(of_member, signals), traits, sellers)
    counted = (
        of_member.groupBy(*racket)
        .agg(F.count("*").alias("sellers"))
        .join(sold(of_member, sales, listings), racket, how="left")
        .join(bought(of_member, sales, listings), racket, how="left")
        .join(without_orders(supplies, users), racket, how="left")
        .join(reopened(of_member, sellers), racket, how="left")
        .join(looks(of_member, listings), racket, how="left")
        .join(F.broadcast(market_refunds(sales)), "ds", how="left")
        .join(F.broadcast(market_looks(listings)), "ds", how="left")
        .fillna(0)
    )
    total = F.aggregate("signs", F.lit(0.0), lambda nats, sign: nats + sign["nats"])
    return (
        counted.withColumn("signs", signs())
        .withColumn("nats", F.round(total, 6))
        .select(
            *racket, "trade_orders", "trade_buyers", "inside_orders", "outside_orders", "material_orders", "packaging_orders",
            "material_parcels", "packaging_parcels", "stock_parcels", "outside_parcels", "trade_parcels", "parcel_buyers",
            "reopened", "fake_refunds", "orders", "branded", *LOOKS, "signs", "nats",
        )
    )  # fmt: skip


def sold(members: DataFrame, sales: DataFrame, listings: DataFrame) -> DataFrame:
    """Per ds and racket: trade_orders, trade_buyers, fake_refunds, orders."""
    buyers = members.select("ds", F.col("racket_id").alias("buyer"), F.col("seller_id").alias("buyer_seller_id"))
    goods = listings.select("ds", "listing_id", is_suspect_goods().alias("is_suspect"))
    rows = (
        sales.join(members, ["ds", "seller_id"], how="inner")
        .join(buyers, ["ds", "buyer_seller_id"], how="left")
        .join(goods, ["ds", "listing_id"], how="left")
    )
    is_own = F.coalesce(F.col("buyer") == F.col("racket_id"), F.lit(False))
    is_sale = (F.col("orders") > 0) & (F.col("buyer_seller_id") != "")
    is_trade = F.coalesce("is_suspect", F.lit(False)) & is_sale & ~is_own
    return rows.groupBy("ds", "racket_id").agg(
        F.sum(F.when(is_trade, F.col("orders")).otherwise(0)).alias("trade_orders"),
        F.count_distinct(F.when(is_trade, F.col("buyer_seller_id"))).alias("trade_buyers"),
        F.sum("fake_refunds").alias("fake_refunds"),
        F.sum("orders").alias("orders"),
    )


def bought(members: DataFrame, sales: DataFrame, listings: DataFrame) -> DataFrame:
    """Per ds and racket: inside_orders, outside_orders, material_orders, packaging_orders."""
    buyers = members.withColumnRenamed("seller_id", "buyer_seller_id")
    sources = members.select("ds", F.col("racket_id").alias("source"), "seller_id")
    goods = listings.select("ds", "listing_id", "category", is_suspect_goods().alias("is_suspect"))
    rows = (
        sales.join(buyers, ["ds", "buyer_seller_id"], how="inner")
        .join(sources, ["ds", "seller_id"], how="left")
        .join(goods, ["ds", "listing_id"], how="inner")
    )
    is_own = F.coalesce(F.col("source") == F.col("racket_id"), F.lit(False))

    def orders(condition: Column) -> Column:
        return F.sum(F.when(condition, F.col("orders")).otherwise(0))

    return rows.groupBy("ds", "racket_id").agg(
        orders(F.col("is_suspect") & is_own).alias("inside_orders"),
        orders(F.col("is_suspect") & ~is_own).alias("outside_orders"),
        orders(F.col("category") == "materials").alias("material_orders"),
        orders(F.col("category") == "packaging").alias("packaging_orders"),
    )


def without_orders(supplies: DataFrame, users: DataFrame) -> DataFrame:
    """Per ds and racket, of parcels without an order: material_parcels, packaging_parcels, stock_parcels, outside_parcels,
    which came to its addresses; trade_parcels, parcel_buyers, which went from them to those of other rackets.
    """
    owners = users.select("ds", "address_key", "owner")
    senders = owners.withColumnsRenamed({"address_key": "sender_address_key", "owner": "sender"})
    recipients = owners.withColumnsRenamed({"address_key": "recipient_address_key", "owner": "recipient"})
    ends = F.array(
        F.struct(F.col("recipient").alias("racket_id"), F.lit(True).alias("came"), F.col("sender").alias("partner")),
        F.struct(F.col("sender").alias("racket_id"), F.lit(False).alias("came"), F.col("recipient").alias("partner")),
    )
    sells, came = F.coalesce("sells", F.lit("goods")), F.col("came")
    is_other = F.coalesce(F.col("partner") != F.col("racket_id"), F.lit(False))
    sold = ~came & is_other & (F.col("sells") == "goods")

    def parcels(condition: Column) -> Column:
        return F.sum(F.when(condition, F.col("parcels")).otherwise(0))

    return (
        supplies.where("NOT has_order")
        .join(senders, ["ds", "sender_address_key"], how="left")
        .join(recipients, ["ds", "recipient_address_key"], how="left")
        .select("ds", "parcels", sells.alias("sells"), F.inline(ends))
        .where("racket_id IS NOT NULL")
        .groupBy("ds", "racket_id")
        .agg(
            parcels(came & (F.col("sells") == "materials")).alias("material_parcels"),
            parcels(came & (F.col("sells") == "packaging")).alias("packaging_parcels"),
            parcels(came & (F.col("sells") == "goods") & ~is_other).alias("stock_parcels"),
            parcels(came & (F.col("sells") == "goods") & is_other).alias("outside_parcels"),
            parcels(sold).alias("trade_parcels"),
            F.count_distinct(F.when(sold, F.col("partner"))).alias("parcel_buyers"),
        )
    )


def reopened(members: DataFrame, sellers: DataFrame) -> DataFrame:
    """Per ds and racket: members that the platform closed and that another member followed within REOPENED_DAYS."""
    shops = sellers.select("ds", "seller_id", "registered_at", "closed_at", "close_reason").join(
        members, ["ds", "seller_id"], how="inner"
    )
    closed = shops.where("close_reason = 'platform_ip' AND closed_at IS NOT NULL").alias("c")
    opened = shops.alias("o")
    same = (F.col("c.ds") == F.col("o.ds")) & (F.col("c.racket_id") == F.col("o.racket_id"))
    soon = F.datediff("o.registered_at", "c.closed_at").between(0, REOPENED_DAYS)
    return (
        closed.join(opened, same & soon & (F.col("c.seller_id") != F.col("o.seller_id")), how="inner")
        .groupBy("c.ds", "c.racket_id")
        .agg(F.count_distinct("c.seller_id").alias("reopened"))
    )


def looks(members: DataFrame, listings: DataFrame) -> DataFrame:
    """Per ds and racket: branded, and how many of these have each of LOOKS."""
    own = under_a_brand(listings).join(members, ["ds", "seller_id"], how="inner")
    return own.groupBy("ds", "racket_id").agg(
        F.count("*").alias("branded"), *[F.count_if(look).alias(look) for look in LOOKS]
    )


def market_looks(listings: DataFrame) -> DataFrame:
    """ds and market_<look>: the share of all listings under a brand that have each of LOOKS, smoothed. One row a day."""

    def rate(look: str) -> Column:
        seen = F.count_if(look) + F.lit(USUAL_LOOKS * ASSUMED_LISTINGS)
        return F.least(seen / (F.count("*") + ASSUMED_LISTINGS), F.lit(MOST_LOOKS)).alias(f"market_{look}")

    return under_a_brand(listings).groupBy("ds").agg(*[rate(look) for look in LOOKS])


def under_a_brand(listings: DataFrame) -> DataFrame:
    """ds, seller_id and LOOKS as booleans: listings under a brand that has not authorised the shop, or graded as copies."""
    return listings.where("(brand_id IS NOT NULL OR has_grade_words) AND NOT is_authorised").select(
        "ds", "seller_id", F.col("is_evaded").alias("hidden_names"), F.col("has_grade_words").alias("graded"),
        (F.col("upheld_reports") > 0).alias("upheld"), F.coalesce(F.col("price_share") < FAR_BELOW, F.lit(False)).alias("far_below"),
    )  # fmt: skip


def fakes() -> Column:
    """Nats: what refunds and looks say of whether the goods are fake."""
    said = [_within(shop_refunds(), REFUNDS_LEAST, REFUNDS_MOST)]
    for look, (times, least, most) in LOOKS.items():
        ratio = F.col(look) * math.log(times) - F.col("branded") * (times - 1) * F.col(f"market_{look}")
        said.append(_within(ratio, least, most))
    return _within(reduce(Column.__add__, said), FAKES_LEAST, FAKES_MOST)


def signs() -> Column:
    """array<struct<sign, nats, says>>: what the counts of a racket say for and against its making goods, strongest first."""
    # A parcel without an order is a delivery as an order is.
    outside = F.col("outside_orders") + F.col("outside_parcels")
    buys = (outside >= MIN_OUTSIDE) & (outside > F.col("inside_orders"))
    buyers = F.col("trade_buyers") + F.col("parcel_buyers")
    trades = (F.col("trade_orders") + F.col("trade_parcels") >= MIN_TRADE_ORDERS) & (buyers >= MIN_TRADE_BUYERS)
    materials = F.col("material_orders") + F.col("material_parcels")
    packaging = F.col("packaging_orders") + F.col("packaging_parcels")
    size = _within(PER_SIZE * F.log(F.col("sellers") / USUAL_SIZE), SIZE_LEAST, SIZE_MOST)
    reopens = F.when(F.col("reopened") >= 2, REOPENS).when(F.col("reopened") == 1, REOPENS_ONCE)
    every = [
        _sign("prior", F.lit(PRIOR), "most groups that sell counterfeits buy them"),
        _sign("trade", F.when(trades, TRADE), "suspect goods sold to trade (%d shops, %d orders; parcels without one to other rackets: %d)", "trade_buyers", "trade_orders", "trade_parcels"),
        _sign("inside", F.when(F.col("inside_orders") >= MIN_ORDERS, SUPPLIES_OWN), "supplies its own shops (orders: %d)", "inside_orders"),
        _sign("materials", F.when(materials >= MIN_ORDERS, MATERIALS), "materials bought or received (orders: %d, parcels without one: %d)", "material_orders", "material_parcels"),
        _sign("packaging", F.when(packaging >= MIN_ORDERS, PACKAGING), "packaging bought or received (orders: %d, parcels without one: %d)", "packaging_orders", "packaging_parcels"),
        _sign("stock", F.when(F.col("stock_parcels") >= MIN_PARCELS, STOCK), "stock without orders to addresses of its own (parcels: %d)", "stock_parcels"),
        _sign("reopened", reopens, "shops closed by the platform and opened anew (%d)", "reopened"),
        _sign("outside", F.when(buys, BUYS_OUTSIDE), "suspect goods bought outside, more than inside (orders: %d, parcels without one from other rackets: %d)", "outside_orders", "outside_parcels"),
        _sign("size", size, "shops (%d)", "sellers"),
        _sign("fakes", fakes(), "its goods against the market's: refunded as fakes %d of %d orders; of %d listings under a brand names hidden %d, graded as copies %d, reports upheld %d, far below the price %d", "fake_refunds", "orders", "branded", *LOOKS),
    ]  # fmt: skip
    told = F.filter(F.array(*every), lambda sign: sign["nats"] != 0)
    weakness = F.transform(told, lambda sign: F.struct((-F.abs(sign["nats"])).alias("weakness"), sign.alias("sign")))
    return F.array_sort(weakness)["sign"]


def _sign(name: str, nats: Column, says: str, *counts: str) -> Column:
    return F.struct(
        F.lit(name).alias("sign"),
        F.round(F.coalesce(nats, F.lit(0.0)), 6).alias("nats"),
        F.format_string(says, *counts).alias("says"),
    )


def _within(value: Column, least: float, most: float) -> Column:
    return F.least(F.greatest(value, F.lit(least)), F.lit(most))
