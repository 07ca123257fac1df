"""Families of like pictures: each belongs to the first known picture that is nearly the same, or begins a family.

A family is a star and never a chain, so no row of accidental likenesses glues all pictures together; and a picture's
family rests on earlier pictures only, so it is decided once and holds, whatever comes later. Two pictures are compared
when one of sixteen bands of 16 bits of their hashes is equal (locality-sensitive hashing, Indyk and Motwani 1998), as they
are or one of them mirrored, and are like when few bits differ.
"""

from collections.abc import Iterable, Iterator
from functools import reduce

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.pictures.hashes import MIRRORED, WORDS

# Bits in which two hashes of one picture may differ. Those of two pictures differ in 128 with a standard deviation of 8.
MAX_DISTANCE = 60
BAND_BITS = 16
BANDS_A_WORD = 64 // BAND_BITS
# Pictures with one band in common beyond the first so many, in order of appearance, are not compared with later ones: of
# a million pictures 15 share a band by chance, and what thousands share is a white wall.
MAX_SHARING = 200

FAMILIES = "late bigint, early bigint"


def with_families(pictures: DataFrame) -> DataFrame:
    """Adds to pictures (since date, sha256, phash, family), where family is known of old ones and null of new ones, the
    `family` of all: the sha256 of the picture that began it. Null of pictures without a hash.

    Rows of one phash are one picture; its order is that of its first row by (since, sha256). All old ones must come before
    all new ones.
    """
    distinct = (
        pictures.where(F.col("phash").isNotNull())
        .groupBy("phash")
        .agg(F.min(F.struct("since", "sha256")).alias("first"), F.max("family").alias("known"))
        .select(
            F.col("first.since").alias("since"), F.col("first.sha256").alias("sha256"), "phash", "known",
            F.xxhash64("first.sha256").alias("id"),
        )
    ).persist()  # fmt: skip
    members = first_alike(distinct)
    begun = distinct.select(F.col("id").alias("early"), F.col("sha256").alias("found"))
    families = (
        distinct.join(members.withColumnRenamed("late", "id"), "id", how="left")
        .join(begun, "early", how="left")
        .select("phash", F.coalesce("known", "found", "sha256").alias("family"))
    )
    return pictures.drop("family").join(families, "phash", how="left")


def first_alike(distinct: DataFrame) -> DataFrame:
    """(late, early): ids of new pictures that are like an earlier one, and of the first that began a family."""
    return (
        like_pairs(distinct)
        .repartition(1)
        .sortWithinPartitions("late_since", "late", "since", "early")
        .select("late", "early")
        .mapInArrow(_decide, FAMILIES)
    )


def like_pairs(distinct: DataFrame) -> DataFrame:
    """(late_since, late, since, early): new pictures with each earlier one that may have begun their family."""
    order = Window.partitionBy("band").orderBy("since", "id")
    # Whether a picture is among the first depends on earlier ones only: old members of families count as well.
    early = (
        distinct.select("since", "id", "phash", _bands("phash"), _may_begin().alias("may_begin"))
        .withColumn("place", F.row_number().over(order))
        .where((F.col("place") <= MAX_SHARING) & F.col("may_begin"))
        .select("band", "since", F.col("id").alias("early"), *_words("a"))
    )
    new = distinct.where("known IS NULL").select(F.col("since").alias("late_since"), F.col("id").alias("late"), "phash")
    ways = new.unionByName(new.withColumn("phash", _mirrored(F.col("phash"))))
    late = ways.select("late_since", "late", "phash", _bands("phash")).select(
        "band", "late_since", "late", *_words("b")
    )
    differ = reduce(Column.__add__, [F.bit_count(F.col(f"a{i}").bitwiseXOR(F.col(f"b{i}"))) for i in range(WORDS)])
    before = (F.col("since") < F.col("late_since")) | (
        (F.col("since") == F.col("late_since")) & (F.col("early") < F.col("late"))
    )
    return (
        late.join(early, "band", how="inner")
        .where(before & (differ <= MAX_DISTANCE))
        .select("late_since", "late", "since", "early")
        .distinct()
    )


def _may_begin() -> Column:
    return F.col("known").isNull() | (F.col("known") == F.col("sha256"))


def _bands(phash: str) -> Column:
    """One row per band: its number above its 16 bits."""
    bands = [
        F.shiftrightunsigned(F.get(F.col(phash), F.lit(word)), BAND_BITS * part).bitwiseAND(F.lit((1 << BAND_BITS) - 1))
        + F.lit((word * BANDS_A_WORD + part) << BAND_BITS)
        for word in range(WORDS)
        for part in range(BANDS_A_WORD)
    ]
    return F.explode(F.array(*[band.cast("int") for band in bands])).alias("band")


def _words(name: str) -> list[Column]:
    return [F.get("phash", F.lit(i)).alias(f"{name}{i}") for i in range(WORDS)]


def _mirrored(phash: Column) -> Column:
    return F.array(*[F.get(phash, F.lit(i)).bitwiseXOR(F.lit(MIRRORED[i])) for i in range(WORDS)])


def _decide(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Goes through the pairs in order: a picture joins the first of its earlier ones that joined none itself.

    One task holds the new pictures that joined, some hundred bytes each.
    """
    joined: set[int] = set()
    for batch in batches:
        found: list[tuple[int, int]] = []
        for late, early in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
            if late not in joined and early not in joined:
                joined.add(late)
                found.append((late, early))
        yield pa.RecordBatch.from_arrays(
            [pa.array([pair[i] for pair in found], pa.int64()) for i in range(2)], names=["late", "early"]
        )
