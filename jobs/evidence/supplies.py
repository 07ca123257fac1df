"""evidence.supplies: who sent goods to which shop or company in the last twelve weeks, as known on a Sunday.

Grain: ds, recipient_address_key, sender_address_key, buyer_seller_id, category, has_order. Reads twelve weeks of core.parcels and,
for who bought what, of core.trades between shops. Only parcels to registered shops and companies have a recipient's
address; returns are left out, and a parcel that the carrier sends again counts once. What a parcel holds is what was
bought; without an order that is known, what its sender declared, which nobody has checked and many leave out.
"""

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.columns import declared_kind
from jobs.graph.addresses import LATELY
from jobs.graph.near import middle_of
from jobs.graph.pickups import HALF_LIFE
from jobs.table import Read, Table
from jobs.versions import recent_on

# Who sends at least this share of its parcels to shops, of those of which it is known, as materials or packaging supplies
# makers.
SUPPLIER = 0.5

TABLE = Table(
    reads={"parcels": Read("core.parcels", days=LATELY), "trades": Read("core.trades", days=LATELY)},
    every="sunday",
    key=("recipient_address_key", "sender_address_key", "buyer_seller_id", "category", "has_order"),
    columns="""
        recipient_address_key  string not null comment 'county, road or village and number'
        sender_address_key     string not null comment 'the same of the sender; empty = not known'
        buyer_seller_id        string not null comment 'shop that bought it; empty = no order between shops is known'
        category               string not null comment 'of what was bought; empty = not known'
        has_order              boolean not null comment 'parcels of orders on the platform'
        sells                  string comment 'materials, packaging: what its sender mostly sends; null = other goods, or not known'
        parcels                bigint not null comment 'parcels that became known in the twelve weeks'
        recent                 decimal(18,6) not null comment 'the same, each halved for every two weeks of age'
        scans                  bigint not null comment 'of these, with a place of the first scan'
        lng                    double comment 'median of the first scans, degrees, WGS-84'
        lat                    double comment 'median of the first scans, degrees, WGS-84'
        sigma_m                double comment 'spread of the scans per axis, from their quartiles, metres'
    """,
)

KEY = ("recipient_address_key", "sender_address_key", "buyer_seller_id", "category", "has_order")


def transform(parcels: DataFrame, trades: DataFrame, days: list[date]) -> DataFrame:
    goods = parcels.where("recipient_address_key IS NOT NULL AND return_of IS NULL").select(
        "ds", "waybill_no", "order_id", F.col("ds").alias("known"), "recipient_address_key",
        "sender_address_key", declared_kind(F.col("goods")).alias("declared"), "first_scan_lng", "first_scan_lat",
    )  # fmt: skip
    # Known since its first row; an order, a sender, contents or a scan may be told later, the newest word counts.
    first = (
        recent_on(goods, days, LATELY - 1)
        .groupBy("ds", "waybill_no")
        .agg(
            F.min("known").alias("known"),
            *[_newest(name) for name in ("order_id", "recipient_address_key", "sender_address_key", "declared")],
            F.max(F.struct("first_scan_lng", "first_scan_lat")).alias("at"),
        )
        .select("ds", "known", "order_id", "recipient_address_key", "sender_address_key", "declared", "at.*")
        .fillna("", ["sender_address_key"])
    )
    bought = (
        recent_on(trades.where("buyer_seller_id IS NOT NULL").withColumn("known", F.col("ds")), days, LATELY - 1)
        .groupBy("ds", "order_id")
        .agg(F.max(F.struct("known", "buyer_seller_id", "category")).alias("newest"))
        .select("ds", "order_id", "newest.buyer_seller_id", "newest.category")
    )
    age = F.datediff("ds", "known")
    holds = F.when(F.col("category") != "", F.col("category")).otherwise(F.col("declared"))
    return (
        first.join(bought, ["ds", "order_id"], how="left")
        .withColumn("has_order", F.col("order_id").isNotNull())
        .fillna("", ["buyer_seller_id", "category"])
        .groupBy("ds", *KEY)
        .agg(
            F.count("*").alias("parcels"),
            F.count(holds).alias("known"),
            *[F.count_if(holds == kind).alias(kind) for kind in ("materials", "packaging")],
            # Decimals add up to the same sum in any order.
            F.sum(F.pow(F.lit(2.0), -age / HALF_LIFE).cast("decimal(18,6)")).cast("decimal(18,6)").alias("recent"),
            F.count("first_scan_lng").alias("scans"),
            middle_of(F.col("first_scan_lng"), F.col("first_scan_lat")).alias("middle"),
        )
        .select("ds", *KEY, sells().alias("sells"), "parcels", "recent", "scans", "middle.*")
    )


def sells() -> Column:
    """What a row's sender mostly sends to shops, if it is materials or packaging. Columns: KEY, known, materials, packaging.

    Senders whose address is not known have nothing in common but where they send to, and what they sell on the platform
    says nothing of who sends there without an order.
    """
    is_known = F.col("sender_address_key") != ""
    of_sender = Window.partitionBy(
        "ds", "sender_address_key", F.when(~is_known, F.struct("recipient_address_key", "has_order"))
    )
    known, materials, packaging = (F.sum(name).over(of_sender) for name in ("known", "materials", "packaging"))
    return F.when(
        (known > 0) & (materials + packaging >= SUPPLIER * known),
        F.when(materials >= packaging, "materials").otherwise("packaging"),
    )


def _newest(name: str) -> Column:
    """The newest value that is not null, of rows with `known`."""
    return F.max_by(name, F.when(F.col(name).isNotNull(), F.col("known"))).alias(name)
