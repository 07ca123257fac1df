"""What the pictures of a shop show, as values that other shops may share."""

from functools import partial

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def with_pictures(traits: DataFrame, pictures: DataFrame) -> DataFrame:
    """Adds what the pictures of a shop show: families of like pictures, QR codes, contacts that are written in them.

    traits: links.trait_states. pictures: evidence.image_families. Result: ds, seller_id, kind, value, times, first_seen,
    last_seen; known since both the picture and what it shows are.
    """
    codes, contacts = F.col("codes"), F.concat("phone_keys", "handle_keys")
    shown = F.concat(
        F.array(_value("picture", F.col("family"))),
        F.transform(codes, partial(_value, "qr")),
        F.transform(contacts, partial(_value, "text_contact")),
    )
    known = F.greatest("first_seen", "since")
    seen = (
        traits.where("kind = 'image'")
        .withColumnRenamed("value", "image_id")
        .join(pictures, ["ds", "image_id"], how="inner")
        .select(
            "ds", "seller_id", F.explode(shown).alias("shown"), "times",
            known.alias("first_seen"), F.greatest("last_seen", known).alias("last_seen"),
        )
        .where("shown.value IS NOT NULL")
        .select("ds", "seller_id", "shown.kind", "shown.value", "times", "first_seen", "last_seen")
    )  # fmt: skip
    return (
        traits.unionByName(seen)
        .groupBy("ds", "seller_id", "kind", "value")
        .agg(
            F.sum("times").alias("times"),
            F.min("first_seen").alias("first_seen"),
            F.max("last_seen").alias("last_seen"),
        )
    )


def _value(kind: str, value: Column) -> Column:
    return F.struct(F.lit(kind).alias("kind"), value.alias("value"))
