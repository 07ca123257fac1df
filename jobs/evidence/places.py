"""evidence.places: where a shop's parcels are picked up, as known on a Sunday.

Grain: ds, seller_id, rank; up to three places a shop. Reads the last six weeks of core.trades: their first scans.
A courier's scanner is up to some hundred metres from the door, so one scan says little; the centre of n of them is
good to sigma_m / sqrt(n). Cells would cut a workshop that stands on a border and glue a village that lies in one.
"""

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from jobs.graph.pickups import centre_batches
from jobs.table import Read, Table
from jobs.versions import recent_on

# Older parcels say where a shop used to send from.
DAYS = 42
# More scans of one shop make its centres no better than its neighbours' are.
MAX_SCANS = 300
# Shops are handed to Python in so many lots a Sunday.
BUCKETS = 32

TABLE = Table(
    reads={"trades": Read("core.trades", days=DAYS)},
    every="sunday",
    key=("seller_id", "rank"),
    columns="""
        seller_id  string not null comment 'shop account'
        rank       int not null comment '1 = most parcels'
        lng        double not null comment 'degrees, WGS-84'
        lat        double not null comment 'degrees, WGS-84'
        scans      bigint not null comment 'first scans there, of at most 300 looked at'
        share      double not null comment 'of the shop''s first scans, 0 to 1'
        sigma_m    double not null comment 'spread of the scans per axis, metres'
        recent     double not null comment 'the scans, each halved for every two weeks since it became known'
        first_seen date not null comment 'day on which the first of the scans became known, within the six weeks'
        last_seen  date not null comment 'day on which the last of them became known'
    """,
)


def transform(trades: DataFrame, days: list[date]) -> DataFrame:
    scans = trades.where("is_first_scan").select(
        "ds", "seller_id", F.col("first_scan_lng").alias("lng"), F.col("first_scan_lat").alias("lat"),
        F.xxhash64("order_id").alias("lot"), F.col("ds").alias("known"),
    )  # fmt: skip
    of_shop = Window.partitionBy("ds", "seller_id").orderBy("lot", "lng", "lat", "known")
    some = recent_on(scans, days, DAYS - 1).withColumn("n", F.row_number().over(of_shop)).where(F.col("n") <= MAX_SCANS)
    bucket = F.pmod(F.xxhash64("seller_id"), F.lit(BUCKETS)).alias("bucket")
    return (
        some.select("ds", "seller_id", "lng", "lat", F.datediff("ds", "known").alias("age"), bucket)
        .groupBy("ds", "bucket")
        .applyInArrow(centre_batches, "ds date, seller_id string, rank int, lng double, lat double, scans bigint, share double, sigma_m double, recent double, first_seen date, last_seen date")
    )  # fmt: skip
