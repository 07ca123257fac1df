"""evidence.address_places: where an address lies, as known on a Sunday: its county and the middle of what is sent from it.

Grain: ds, address_key. Reads the last twelve weeks of core.parcels. No geocoder: the median of the first scans of
parcels sent under an address is its position, and scans at the carrier's depot do not move a median. An address that
only receives has no position of its own. Its county is what carriers deliver to there, else what the address says.
"""

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from jobs.counties import county_code, is_county_code
from jobs.graph.addresses import LATELY
from jobs.graph.near import middle_of
from jobs.table import Read, Table
from jobs.versions import recent_on

TABLE = Table(
    reads={"parcels": Read("core.parcels", days=LATELY)},
    every="sunday",
    key=("address_key",),
    columns="""
        address_key  string not null comment 'county, road or village and number'
        region_code  string comment '6-digit county code'
        lng          double comment 'median of the first scans, degrees, WGS-84'
        lat          double comment 'median of the first scans, degrees, WGS-84'
        sigma_m      double comment 'spread of the scans per axis, from their quartiles, metres'
        scans        bigint not null comment 'parcels sent from there with a place of the first scan'
        received     bigint not null comment 'parcels that were sent there'
    """,
)


def transform(parcels: DataFrame, days: list[date]) -> DataFrame:
    known = recent_on(parcels, days, LATELY - 1)
    # A return comes from a buyer.
    sent, received = senders(known.where("return_of IS NULL")), recipients(known)
    said = F.coalesce(county_code(F.col("written")), county_code(F.col("written_to")))
    return sent.join(received, ["ds", "address_key"], how="full").select(
        "ds", "address_key", F.coalesce("delivered_in", said).alias("region_code"), "lng", "lat", "sigma_m",
        F.coalesce("scans", F.lit(0)).alias("scans"), F.coalesce("received", F.lit(0)).alias("received"),
    )  # fmt: skip


def senders(parcels: DataFrame) -> DataFrame:
    """ds, address_key, written, lng, lat, sigma_m, scans of addresses that goods are sent from; a parcel counts once."""
    once = (
        parcels.where("sender_address_key IS NOT NULL")
        .groupBy("ds", F.col("sender_address_key").alias("address_key"), "waybill_no")
        .agg(
            F.max("sender_address").alias("written"),
            F.max(F.struct("first_scan_lng", "first_scan_lat")).alias("at"),
        )
    )
    return (
        once.groupBy("ds", "address_key")
        .agg(
            F.max("written").alias("written"),
            F.count("at.first_scan_lng").alias("scans"),
            middle_of(F.col("at.first_scan_lng"), F.col("at.first_scan_lat")).alias("middle"),
        )
        .select("ds", "address_key", "written", "middle.*", "scans")
    )


def recipients(parcels: DataFrame) -> DataFrame:
    """ds, address_key, written_to, delivered_in (where most parcels went, by the carrier), received (parcels)."""
    counted = (
        parcels.where("recipient_address_key IS NOT NULL")
        .groupBy("ds", F.col("recipient_address_key").alias("address_key"), "recipient_region")
        .agg(F.count_distinct("waybill_no").alias("n"), F.max("recipient_address").alias("written_to"))
    )
    by_region = Window.partitionBy("ds", "address_key").orderBy(F.desc("is_code"), F.desc("n"), "recipient_region")
    return (
        counted.withColumn("is_code", is_county_code(F.col("recipient_region")))
        .withColumn("place", F.row_number().over(by_region))
        .groupBy("ds", "address_key")
        .agg(
            F.max("written_to").alias("written_to"),
            F.max(F.when(F.col("is_code") & (F.col("place") == 1), F.col("recipient_region"))).alias("delivered_in"),
            F.sum("n").alias("received"),
        )
    )
