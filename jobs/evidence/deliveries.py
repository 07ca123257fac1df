"""evidence.deliveries: who sends goods to whom among shops and companies, from the beginning until a Sunday.

Grain: ds, recipient_address_key, sender_address_key, sender_account, has_order. Reads core.parcels since the last of
these Sundays and adds to the totals of then; and those of the LOOK_BACK days before, because carriers send a parcel
again when it is delivered, and it counts once, as it was first known. Only parcels whose recipient is a registered
shop or company have an address: what comes without an order of the platform is stock, or its materials.
"""

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.table import DAY, Read, Table
from jobs.versions import totals_on

# A parcel that was known within so many days before is the same parcel, sent again.
LOOK_BACK, WEEK = 30, 7

TABLE = Table(
    reads={
        "parcels": Read("core.parcels", keyframes="evidence.deliveries"),
        "earlier": Read("core.parcels", days=LOOK_BACK + WEEK),
    },
    every="sunday",
    key=("recipient_address_key", "sender_address_key", "sender_account", "has_order"),
    columns="""
        recipient_address_key  string not null comment 'county, road or village and number'
        sender_address_key     string not null comment 'the same of the sender; empty = not known'
        sender_account         string not null comment 'token of the carrier''s customer contract; empty = none'
        has_order              boolean not null comment 'parcels of orders on the platform'
        parcels                bigint not null comment 'parcels ever known'
        scans                  bigint not null comment 'of these, with a place of the first scan when they became known'
        lng_sum                decimal(28,7) not null comment 'sum over the scans, degrees, WGS-84'
        lat_sum                decimal(28,7) not null comment 'sum over the scans, degrees, WGS-84'
        first_seen             date not null comment 'day on which the first became known'
        last_seen              date not null comment 'day on which the last became known'
    """,
)

KEY = ("recipient_address_key", "sender_address_key", "sender_account", "has_order")


def transform(parcels: DataFrame, earlier: DataFrame, days: list[date]) -> DataFrame:
    # `parcels` holds the totals of the newest keyframe (they have `parcels`) and the parcels since.
    sums = ("parcels", "scans", "lng_sum", "lat_sum", "first_seen", "last_seen")
    opening = parcels.where("parcels IS NOT NULL").select("ds", *KEY, *sums)
    placed = F.col("first_scan_lng").isNotNull()
    # The totals end a week before the first of the days, or earlier.
    before = earlier.where(F.col("ds") <= F.lit(days[0] - WEEK * DAY))
    changes = (
        first_known(parcels, before)
        .groupBy(
            "ds", "recipient_address_key",
            F.coalesce("sender_address_key", F.lit("")).alias("sender_address_key"),
            F.coalesce("sender_account", F.lit("")).alias("sender_account"),
            F.col("order_id").isNotNull().alias("has_order"),
        )
        .agg(
            F.count("*").alias("parcels"),
            F.count_if(placed).alias("scans"),
            _sum("first_scan_lng").alias("lng_sum"),
            _sum("first_scan_lat").alias("lat_sum"),
            F.min("ds").alias("first_seen"),
            F.max("ds").alias("last_seen"),
        )
    )  # fmt: skip
    return totals_on(opening.unionByName(changes), days, _add_up)


def first_known(parcels: DataFrame, before: DataFrame) -> DataFrame:
    """Rows of parcels that go to a known address and were not known in the LOOK_BACK days before. before: older rows."""

    def goods(rows: DataFrame, is_counted: bool) -> DataFrame:
        return rows.where("waybill_no IS NOT NULL AND recipient_address_key IS NOT NULL AND return_of IS NULL").select(
            "ds", "waybill_no", "order_id", "recipient_address_key", "sender_address_key", "sender_account",
            "first_scan_lng", "first_scan_lat", F.lit(is_counted).alias("is_counted"),
        )  # fmt: skip

    back = Window.partitionBy("waybill_no").orderBy(F.unix_date("ds")).rangeBetween(-LOOK_BACK, -1)
    together = goods(parcels, True).unionByName(goods(before, False))
    return together.withColumn("known", F.count("*").over(back)).where("is_counted AND known = 0")


def _sum(name: str) -> Column:
    return F.sum(F.coalesce(F.col(name), F.lit(0.0)).cast("decimal(28,7)"))


def _add_up(rows: DataFrame, day: str) -> DataFrame:
    return rows.groupBy(day, *KEY).agg(
        F.sum("parcels").alias("parcels"),
        F.sum("scans").alias("scans"),
        F.sum("lng_sum").cast("decimal(28,7)").alias("lng_sum"),
        F.sum("lat_sum").cast("decimal(28,7)").alias("lat_sum"),
        F.min("first_seen").alias("first_seen"),
        F.max("last_seen").alias("last_seen"),
    )
