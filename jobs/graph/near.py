"""Shops whose parcels are picked up at one place, found by blocks of cells and decided by the distance of centres."""

import math

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.graph.suspects import UNKNOWN, judged
from jobs.graph.traits import KINDS, MIN_WEIGHT, NEAR_MAX_M, NEAR_MIN_M, NEAR_SIGMAS, damped

METRES_PER_DEGREE = 111_195.0
# Quartiles of a normal distribution are so many standard deviations apart.
QUARTILES_APART = 1.349
# Blocks about as wide as the largest distance that counts: whatever is near lies at most two of them away (`around`).
BLOCK_DEGREES = 0.0045
# Shops are counted by squares of about 50 m.
SQUARE_DEGREES = 0.0005
# The spread of scans at one pick-up, metres per axis, where a shop's own few scans cannot tell.
SIGMA_M, PRIOR_SCANS = 120.0, 10
# More suspects in one block than this are a market or a depot, whoever the rest of them are.
MAX_IN_BLOCK = 300


def near_pairs(places: DataFrame, sellers: DataFrame) -> DataFrame:
    """Pairs of suspects with a place in common.

    places: evidence.places. sellers: evidence.seller_signals.
    Result: ds, src < dst, weight in nats of the best place, shared (how many), lng, lat, first_seen and
    last_seen (days on which both were known to send from one).
    """
    suspects = weighed(places, sellers).where(ties())
    both = blocked(suspects, BLOCK_DEGREES)
    left, right = around(both, BLOCK_DEGREES).alias("a"), both.alias("b")
    on = (F.col("a.ds") == F.col("b.ds")) & (F.col("a.x") == F.col("b.x")) & (F.col("a.y") == F.col("b.y"))
    apart = metres(F.col("a.lng"), F.col("a.lat"), F.col("b.lng"), F.col("b.lat"))
    reach = within_m(F.sqrt(F.pow("a.error_m", F.lit(2)) + F.pow("b.error_m", F.lit(2))))
    return (
        left.join(right, on & (F.col("a.seller_id") < F.col("b.seller_id")), how="inner")
        .where(apart <= reach)
        .select(
            "a.ds", F.col("a.seller_id").alias("src"), F.col("b.seller_id").alias("dst"),
            F.least("a.weight", "b.weight").alias("weight"), "a.lng", "a.lat",
            F.greatest("a.first_seen", "b.first_seen").alias("first_seen"),
            F.least("a.last_seen", "b.last_seen").alias("last_seen"),
        )
        .groupBy("ds", "src", "dst")
        .agg(
            F.max("weight").alias("weight"), F.count("*").alias("shared"), F.min(F.struct("lng", "lat")).alias("at"),
            F.min("first_seen").alias("first_seen"), F.max("last_seen").alias("last_seen"),
        )
        .select("ds", "src", "dst", "weight", "shared", "at.lng", "at.lat", "first_seen", "last_seen")
    )  # fmt: skip


def weighed(places: DataFrame, sellers: DataFrame) -> DataFrame:
    """The places of suspects with `error_m`, and who is within reach.

    suspects; honest: expected number of honest shops; doubts: the same with suspects that show little by themselves counted
    in part, which is what the weight goes by; weight in nats.
    """
    everybody = (
        places.join(judged(sellers), ["ds", "seller_id"], how="left")
        .fillna(UNKNOWN)
        .withColumn("error_m", error_m(F.col("sigma_m"), F.col("scans")))
    )
    suspects = everybody.where("is_suspect")
    squares = blocked(everybody, SQUARE_DEGREES).groupBy("ds", "x", "y").agg(
        F.sum(F.col("honesty").cast("decimal(18,6)")).cast("double").alias("honest"),
        F.sum(F.col("doubt").cast("decimal(18,6)")).cast("double").alias("doubts"),
        F.count_if("is_suspect").alias("suspects"),
    )  # fmt: skip
    middle = squares.select(
        "ds", "honest", "doubts", "suspects",
        ((F.col("x") + 0.5) * SQUARE_DEGREES).alias("lng"), ((F.col("y") + 0.5) * SQUARE_DEGREES).alias("lat"),
    )  # fmt: skip
    near = around(blocked(suspects, BLOCK_DEGREES), BLOCK_DEGREES).alias("s")
    crowd = blocked(middle, BLOCK_DEGREES).alias("c")
    on = (F.col("s.ds") == F.col("c.ds")) & (F.col("s.x") == F.col("c.x")) & (F.col("s.y") == F.col("c.y"))
    apart = metres(F.col("s.lng"), F.col("s.lat"), F.col("c.lng"), F.col("c.lat"))
    reach = within_m(F.col("s.error_m") * F.lit(2.0**0.5))
    counted = (
        near.join(crowd, on, how="inner")
        .where(apart <= reach)
        .groupBy("s.ds", "s.seller_id", "s.rank")
        .agg(
            *[
                F.sum(F.col(f"c.{name}").cast("decimal(18,6)")).cast("double").alias(name)
                for name in ("honest", "doubts")
            ],
            F.sum("c.suspects").alias("suspects"),
        )
    )
    weight = F.round(damped(F.lit(KINDS["place"].base), F.col("suspects"), F.col("doubts")), 6)
    return suspects.join(counted, ["ds", "seller_id", "rank"], how="inner").withColumn("weight", weight)


def ties() -> Column:
    """Whether a weighed place says enough, and is no market."""
    return (F.col("weight") >= MIN_WEIGHT) & (F.col("suspects") <= MAX_IN_BLOCK)


def error_m(sigma_m: Column, scans: Column) -> Column:
    """Standard error of a centre per axis, metres: its own spread, drawn towards the usual one when it has few scans."""
    variance = (F.pow(sigma_m, F.lit(2)) * scans + SIGMA_M**2 * PRIOR_SCANS) / (scans + PRIOR_SCANS)
    return F.sqrt(variance / scans)


def within_m(error: Column) -> Column:
    """Distance in metres up to which two centres may be one place; error: of their distance, metres per axis."""
    return F.least(F.greatest(NEAR_SIGMAS * error, F.lit(NEAR_MIN_M)), F.lit(NEAR_MAX_M))


def metres(lng1: Column, lat1: Column, lng2: Column, lat2: Column) -> Column:
    """Distance of two points that are near each other (the earth is flat for a kilometre)."""
    east = (lng1 - lng2) * F.cos(F.radians((lat1 + lat2) / 2))
    return F.sqrt(F.pow(east, F.lit(2)) + F.pow(lat1 - lat2, F.lit(2))) * METRES_PER_DEGREE


def middle_of(lng: Column, lat: Column) -> Column:
    """Aggregate of points in degrees: struct<lng, lat, sigma_m>, their medians and the spread per axis in metres.

    The spread is that of a normal distribution with the same quartiles, so that a few points far off count little. Null
    without points. To a metre: an exact percentile keeps every distinct value.
    """

    def quartile(value: Column, number: int) -> Column:
        return F.get(F.percentile(F.round(value, 5), [0.25, 0.5, 0.75]), F.lit(number))

    east = (quartile(lng, 2) - quartile(lng, 0)) * F.cos(F.radians(quartile(lat, 1)))
    north = quartile(lat, 2) - quartile(lat, 0)
    return F.struct(
        F.round(quartile(lng, 1), 6).alias("lng"),
        F.round(quartile(lat, 1), 6).alias("lat"),
        F.round((east + north) / 2 / QUARTILES_APART * METRES_PER_DEGREE, 1).alias("sigma_m"),
    )


def blocked(rows: DataFrame, degrees: float) -> DataFrame:
    """Adds the cell (x, y) in which lng, lat lie. Cells get narrower to the north; 0.0045 degrees are 420 m at 32° N."""
    return rows.withColumns({"x": F.floor(F.col("lng") / degrees), "y": F.floor(F.col("lat") / degrees)})


def around(rows: DataFrame, degrees: float) -> DataFrame:
    """Each row in its own cell and all that lie within the largest distance that counts."""
    height = degrees * METRES_PER_DEGREE
    # At 53° N, the north of China, a cell is 0.6 as wide as high.
    return _shifted(_shifted(rows, "x", height * 0.6), "y", height)


def _shifted(rows: DataFrame, name: str, cell_m: float) -> DataFrame:
    reach = math.ceil(NEAR_MAX_M / cell_m)
    return rows.withColumn(name, F.explode(F.sequence(F.col(name) - reach, F.col(name) + reach)))
