"""rackets.sites: where a racket makes, packs, sends from and takes returns, as known on a Sunday.

Grain: ds, racket_id, kind, rank. Reads of the same Sunday: rackets.members, links.trait_states. `shipped_from` is
the place of first scans that most members share; where goods are made does not follow from that, so `made_at`,
`packed_at` and `returned_to` abstain (`abstained`, no coordinates) until there is evidence for them.
"""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from jobs.table import Read, Table

# Size of the cells that links.traits calls places, and half their diagonal.
CELL_DEGREES, CELL_RADIUS_M = 0.004, 320.0
# Share of the racket's scanned parcels that has to start at one place.
MIN_SHARE = 0.4

TABLE = Table(
    reads={"members": Read("rackets.members"), "traits": Read("links.trait_states")},
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


def transform(members: DataFrame, traits: DataFrame) -> DataFrame:
    cells = (
        traits.where("kind = 'place'")
        .join(members.select("ds", "seller_id", "racket_id"), ["ds", "seller_id"], how="inner")
        .groupBy("ds", "racket_id", "value")
        .agg(F.sum("times").alias("times"))
    )
    of_racket = Window.partitionBy("ds", "racket_id")
    best = (
        cells.withColumn("share", F.col("times") / F.sum("times").over(of_racket))
        .withColumn("rank", F.row_number().over(of_racket.orderBy(F.desc("times"), "value")))
        .where("rank = 1")
    )
    kinds = F.explode(F.array(*[F.lit(kind) for kind in ("made_at", "packed_at", "shipped_from", "returned_to")]))
    sites = (
        members.select("ds", "racket_id").distinct().withColumn("kind", kinds)
        .join(best.drop("rank").withColumn("kind", F.lit("shipped_from")), ["ds", "racket_id", "kind"], how="left")
    )  # fmt: skip
    found = F.coalesce(F.col("share") >= MIN_SHARE, F.lit(False))
    centre = F.transform(F.split("value", ","), lambda cell: (cell.cast("double") + 0.5) * CELL_DEGREES)
    because = (
        F.when(
            found,
            F.format_string(
                "%.0f %% of %d scanned parcels start here",
                F.col("share") * 100,
                (F.col("times") / F.col("share")).cast("int"),
            ),
        )
        .when(F.col("kind") == "shipped_from", "no place holds enough of the first scans")
        .otherwise("no evidence for this kind of place is read yet")
    )
    return sites.select(
        "ds", "racket_id", "kind", F.lit(1).alias("rank"),
        F.when(found, F.get(centre, F.lit(0))).alias("lng"),
        F.when(found, F.get(centre, F.lit(1))).alias("lat"),
        F.when(found, F.lit(CELL_RADIUS_M)).alias("radius_m"),
        F.lit(None).cast("string").alias("region_code"),
        F.lit(None).cast("string").alias("h3"),
        F.round(F.when(found, F.col("share")).otherwise(0.0), 6).alias("probability"),
        (~found).alias("abstained"),
        because.alias("because"),
    )  # fmt: skip
