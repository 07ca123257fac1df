"""evidence.image_families: every picture that could be read, its family of like pictures, and the contacts in it.

Grain: ds, image_id, sha256; as known on a Sunday. Reads evidence.image_reads since the last of these Sundays, so a week's
run compares a week's pictures. A picture that was delivered with other bytes later has a row for each. A family has the
name of the picture that began it, for ever (jobs/pictures/families.py); a blank picture has none.
What stands here is what the bytes showed when they were first read.
"""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.pictures.families import with_families
from jobs.table import Read, Table

TABLE = Table(
    reads={"reads": Read("evidence.image_reads", keyframes="evidence.image_families")},
    every="sunday",
    key=("image_id", "sha256"),
    columns="""
        image_id     string not null comment 'picture'
        sha256       string not null comment 'of its bytes'
        since        date not null comment 'day on which it was first delivered with these bytes'
        family       string comment 'sha256 of the picture that began its family, itself included; null of a blank picture'
        phash        array<bigint> comment '256 bits that like pictures share'
        codes        array<string> not null comment 'what its QR codes say, if that can be an address or an account'
        phone_keys   array<string> not null comment 'telephone numbers in its words, normalised'
        handle_keys  array<string> not null comment 'accounts in its words'
    """,
)

# Shorter codes are numbers of sizes and lots, longer ones texts.
MIN_CODE, MAX_CODE = 6, 500


def transform(reads: DataFrame, days: list[date]) -> DataFrame:
    known = {"since": "date", "family": "string", "reason": "string"}
    rows = reads.withColumns(
        {name: F.lit(None).cast(kind) for name, kind in known.items() if name not in reads.columns}
    ).where("reason IS NULL")
    usable = F.filter(
        F.transform(F.coalesce("codes", F.array().cast("array<string>")), lambda code: F.trim(code)),
        lambda code: F.length(code).between(MIN_CODE, MAX_CODE),
    )
    since = F.coalesce("since", "ds")
    shown = F.struct("family", "phash", F.array_distinct(usable).alias("codes"), "phone_keys", "handle_keys")
    first = (
        rows.groupBy("image_id", "sha256")
        .agg(F.min(since).alias("since"), F.min_by(shown, since).alias("shown"))
        .select("image_id", "sha256", "since", "shown.*")
    )
    wanted = F.array(*[F.lit(day) for day in days])
    on = F.explode(F.filter(wanted, lambda day: day >= F.col("since")))
    return with_families(first).withColumn("ds", on)
