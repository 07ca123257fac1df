"""rackets.sites: where a racket makes, packs, sends from and takes returns, as known on a Sunday.

Grain: ds, racket_id, kind, rank. Reads of the same Sunday: rackets.members, evidence.places. `shipped_from` is
the place of first scans that members have in common; where goods are made does not follow from that, so `made_at`,
`packed_at` and `returned_to` abstain (`abstained`, no coordinates) until there is evidence for them.
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.graph.near import metres
from jobs.table import Read, Table

# Centres of two shops of one racket within this distance are one place.
SAME_PLACE_M = 250.0
# Share of the racket's scanned parcels that has to start at one place.
MIN_SHARE = 0.4

TABLE = Table(
    reads={"members": Read("rackets.members"), "places": Read("evidence.places")},
    every="sunday",
    key=("racket_id", "kind", "rank"),
    columns="""
        racket_id    string not null comment 'racket'
        kind         string not null comment 'made_at, packed_at, shipped_from, returned_to'
        rank         int not null comment '1 = most likely'
        lng          double comment 'degrees, WGS-84'
        lat          double comment 'degrees, WGS-84'
        radius_m     double comment '90 % of the probability lies within'
        region_code  string comment '6-digit county code'
        h3           string comment 'H3 cell'
        probability  double not null comment '0 to 1'
        abstained    boolean not null comment 'the evidence does not support a place'
        because      string not null comment 'short text'
    """,
)


def transform(members: DataFrame, places: DataFrame) -> DataFrame:
    spots = places.join(members.select("ds", "racket_id", "seller_id"), ["ds", "seller_id"], how="inner").select(
        "ds", "racket_id", "lng", "lat", "scans"
    )
    of_racket = Window.partitionBy("ds", "racket_id")
    best = (
        common_places(spots)
        .join(spots.groupBy("ds", "racket_id").agg(F.sum("scans").alias("total")), ["ds", "racket_id"], how="inner")
        .withColumn("share", F.col("scans") / F.col("total"))
        .withColumn("rank", F.row_number().over(of_racket.orderBy(F.desc("scans"), "lng", "lat")))
        .where("rank = 1")
    )
    kinds = F.explode(F.array(*[F.lit(kind) for kind in ("made_at", "packed_at", "shipped_from", "returned_to")]))
    sites = (
        members.select("ds", "racket_id").distinct().withColumn("kind", kinds)
        .join(best.drop("rank").withColumn("kind", F.lit("shipped_from")), ["ds", "racket_id", "kind"], how="left")
    )  # fmt: skip
    found = F.coalesce(F.col("share") >= MIN_SHARE, F.lit(False))
    because = (
        F.when(
            found,
            F.format_string(
                "%.0f %% of %d scanned parcels start here",
                F.col("share") * 100,
                F.col("total").cast("int"),
            ),
        )
        .when(F.col("kind") == "shipped_from", "no place holds enough of the first scans")
        .otherwise("no evidence for this kind of place is read yet")
    )
    return sites.select(
        "ds", "racket_id", "kind", F.lit(1).alias("rank"),
        F.when(found, F.col("lng")).alias("lng"),
        F.when(found, F.col("lat")).alias("lat"),
        F.when(found, F.lit(SAME_PLACE_M)).alias("radius_m"),
        F.lit(None).cast("string").alias("region_code"),
        F.lit(None).cast("string").alias("h3"),
        F.round(F.when(found, F.col("share")).otherwise(0.0), 6).alias("probability"),
        (~found).alias("abstained"),
        because.alias("because"),
    )  # fmt: skip


def common_places(spots: DataFrame) -> DataFrame:
    """ds, racket_id, lng, lat, scans: each spot moved to the mean of what the racket has near it, with its scans."""
    # Two shops may have one centre; what is near it counts once.
    near, far = spots.select("ds", "racket_id", "lng", "lat").distinct().alias("a"), spots.alias("b")
    same = (F.col("a.ds") == F.col("b.ds")) & (F.col("a.racket_id") == F.col("b.racket_id"))
    apart = metres(F.col("a.lng"), F.col("a.lat"), F.col("b.lng"), F.col("b.lat"))

    def mean(name: str) -> Column:
        # Decimals add up to the same sum in any order.
        weighted = F.sum((F.col(f"b.{name}") * F.col("b.scans")).cast("decimal(28,9)")).cast("double")
        return F.round(weighted / F.sum("b.scans"), 7).alias(name)

    return (
        near.join(far, same & (apart <= SAME_PLACE_M), how="inner")
        .groupBy("a.ds", "a.racket_id", F.col("a.lng").alias("at_lng"), F.col("a.lat").alias("at_lat"))
        .agg(mean("lng"), mean("lat"), F.sum("b.scans").alias("scans"))
        .drop("at_lng", "at_lat")
    )
