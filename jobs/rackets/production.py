"""rackets.production: what speaks for and against a racket making its goods, as known on a Sunday.

Grain: ds, racket_id. Reads of the same Sunday: rackets.members, core.sales, core.seller_states,
evidence.listing_signals, evidence.seller_signals, evidence.supplies, links.trait_states. Who makes sells to trade, buys or
receives materials, receives stock without orders and opens new shops when old ones are closed; who only sells buys from
others. What comes without an order is the racket's when the address is its own (jobs/graph/addresses.py), and stock unless
its sender mostly sends materials or packaging. `signs` says what moved the judgement and by how much, and `nats` adds it up:
weights are judgements, each bounded, so that no single sign decides.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.complaints import market_refunds, shop_refunds
from jobs.graph.addresses import address_users, counting
from jobs.graph.suspects import is_suspect_goods
from jobs.table import Read, Table

# Nats. Of groups of shops that sell counterfeits more than half buy what they sell. Set so that scores are chances: on five
# Sundays of a simulated world (seed 202) a logistic fit of the truth on the sum without it gave -0.8 to -1.0 and a slope of 1,
# before parcels without an order counted as materials and before refunds were weighed by the market's rate.
PRIOR = -0.9
TRADE, SUPPLIES_OWN, MATERIALS, PACKAGING, STOCK = 3.0, 2.0, 1.0, 0.7, 1.5
# For one shop that was closed and opened again, and for several.
REOPENS_ONCE, REOPENS = 1.0, 2.0
BUYS_OUTSIDE = -2.5
# From so many on, a sign is one: orders and buyers, materials, parcels, orders outside.
MIN_TRADE_ORDERS, MIN_TRADE_BUYERS, MIN_ORDERS, MIN_PARCELS, MIN_OUTSIDE = 3, 2, 2, 3, 3
# An operation of many fronts has its own goods: nats for each e-fold of shops beyond five, within limits.
PER_SIZE, USUAL_SIZE, SIZE_LEAST, SIZE_MOST = 1.0, 5.0, -0.7, 1.5
# Refunds for fakes against the market's rate, as a likelihood ratio within limits. Too few speak for an honest cheap
# group; many say that goods are fake, which those of resellers are as well, so they hardly speak for making them.
REFUNDS_LEAST, REFUNDS_MOST = -2.0, 0.5
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
        stock_parcels     bigint not null comment 'other goods that came there so, parcels'
        reopened          bigint not null comment 'members closed by the platform that another followed soon'
        fake_refunds      bigint not null comment 'orders refunded because the goods were fake'
        orders            bigint not null comment 'orders of its members'
        signs             array<struct<sign:string,nats:double,says:string>> not null comment 'what moved the judgement, strongest first; `says` is for a person'
        nats              double not null comment 'log-odds that it makes what it sells: PRIOR and all signs'
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
        .join(received(supplies, users), racket, how="left")
        .join(reopened(of_member, sellers), racket, how="left")
        .join(F.broadcast(market_refunds(sales)), "ds", how="left")
        .fillna(0)
    )
    total = F.aggregate("signs", F.lit(PRIOR), lambda nats, sign: nats + sign["nats"])
    return (
        counted.withColumn("signs", signs())
        .withColumn("nats", F.round(total, 6))
        .select(
            *racket, "trade_orders", "trade_buyers", "inside_orders", "outside_orders", "material_orders", "packaging_orders",
            "material_parcels", "packaging_parcels", "stock_parcels", "reopened", "fake_refunds", "orders", "signs", "nats",
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


def received(supplies: DataFrame, users: DataFrame) -> DataFrame:
    """Per ds and racket: material_parcels, packaging_parcels, stock_parcels, what came without an order to its addresses."""
    own = users.select("ds", F.col("address_key").alias("recipient_address_key"), F.col("owner").alias("racket_id"))

    def parcels(condition: Column) -> Column:
        return F.sum(F.when(condition, F.col("parcels")).otherwise(0))

    return (
        supplies.where("NOT has_order")
        .join(own.where("racket_id IS NOT NULL"), ["ds", "recipient_address_key"], how="inner")
        .groupBy("ds", "racket_id")
        .agg(
            parcels(F.col("sells") == "materials").alias("material_parcels"),
            parcels(F.col("sells") == "packaging").alias("packaging_parcels"),
            parcels(F.col("sells").isNull()).alias("stock_parcels"),
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


def signs() -> Column:
    """array<struct<sign, nats, says>>: what the counts of a racket say for and against its making goods, strongest first."""
    buys = (F.col("outside_orders") >= MIN_OUTSIDE) & (F.col("outside_orders") > F.col("inside_orders"))
    trades = (F.col("trade_orders") >= MIN_TRADE_ORDERS) & (F.col("trade_buyers") >= MIN_TRADE_BUYERS)
    # A parcel without an order is a delivery as an order is.
    materials = F.col("material_orders") + F.col("material_parcels")
    packaging = F.col("packaging_orders") + F.col("packaging_parcels")
    size = _within(PER_SIZE * F.log(F.col("sellers") / USUAL_SIZE), SIZE_LEAST, SIZE_MOST)
    refunds = _within(shop_refunds(), REFUNDS_LEAST, REFUNDS_MOST)
    reopens = F.when(F.col("reopened") >= 2, REOPENS).when(F.col("reopened") == 1, REOPENS_ONCE)
    every = [
        _sign("trade", F.when(trades, TRADE), "suspect goods sold to trade (%d shops, %d orders)", "trade_buyers", "trade_orders"),
        _sign("inside", F.when(F.col("inside_orders") >= MIN_ORDERS, SUPPLIES_OWN), "supplies its own shops (orders: %d)", "inside_orders"),
        _sign("materials", F.when(materials >= MIN_ORDERS, MATERIALS), "materials bought or received (orders: %d, parcels without one: %d)", "material_orders", "material_parcels"),
        _sign("packaging", F.when(packaging >= MIN_ORDERS, PACKAGING), "packaging bought or received (orders: %d, parcels without one: %d)", "packaging_orders", "packaging_parcels"),
        _sign("stock", F.when(F.col("stock_parcels") >= MIN_PARCELS, STOCK), "stock without orders to addresses of its own (parcels: %d)", "stock_parcels"),
        _sign("reopened", reopens, "shops closed by the platform and opened anew (%d)", "reopened"),
        _sign("outside", F.when(buys, BUYS_OUTSIDE), "suspect goods bought outside, more than inside (orders: %d)", "outside_orders"),
        _sign("size", size, "shops (%d)", "sellers"),
        _sign("refunds", refunds, "orders refunded as fakes (%d of %d)", "fake_refunds", "orders"),
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
