"""evidence.image_reads: what a delivered picture shows: its hash, the words and codes in it, or why it cannot be read.

Grain: ds, image_id. Reads staging.images of the same day and the files that it names, which lie beside it in the landing.
A row says what the bytes of that day's file say, and nothing else. The table's own rows of the last two years save
work: bytes that were read once, for whatever picture or day, are checked by their sha256 and not read again. With
`spark.yunjian.ocr off` there are no words; days that were read so stay as they are until they are forced.

Contacts are found in words as in the texts of listings (evidence.listing_text), so both can be compared. A score says how
sure the reading of a line is; what stands in `lines` may be wrong, what stands in keys is of lines that are sure.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.columns import handle_key, keys_of, phone_key
from jobs.pictures.reading import OF_THE_FILE, READER, RESULT, RESULT_COLUMNS, WITHOUT_WORDS, reading
from jobs.table import Read, Table
from jobs.text.features import with_text

# Lines of a lower score are not asked for contacts: one wrong letter makes another account.
SURE_SCORE = 0.8
# Tasks per core: pictures differ in what they cost.
TASKS_PER_CORE = 4

TABLE = Table(
    reads={
        "images": Read("staging.images"),
        "known": Read("evidence.image_reads", days=730, cache=True),
    },
    key=("image_id",),
    columns="""
        image_id     string not null comment 'picture'
        sha256       string not null comment 'of the file, lower-case hex, as delivered'
        reason       string comment 'why it was not read: missing_file, outside_folder, too_large, wrong_sha256, empty_file, other_format, truncated, unreadable, animated, too_many_pixels, too_many_scans; null when it was'
        format       string comment 'jpeg, png, webp, by content'
        width        int comment 'pixels, as stored'
        height       int comment 'pixels, as stored'
        phash        array<bigint> comment '256 bits that like pictures share; null of a blank picture'
        lines        array<struct<text:string,score:double,box:array<int>>> comment 'text from top to bottom; score 0 to 1; box: x, y of four corners in thousandths of width and height'
        codes        array<string> comment 'what its QR codes say'
        phone_keys   array<string> not null comment 'telephone numbers in its words, normalised'
        handle_keys  array<string> not null comment 'accounts in its words, wechat:… or qq:…'
        reader       string not null comment 'version of what read it'
    """,
)


def transform(images: DataFrame, known: DataFrame, landing: str, ocr: bool) -> DataFrame:
    files = images.select("ds", "image_id", "path", F.lower("sha256").alias("sha256"))
    waiting = files.join(read_before(known, files, ocr), "sha256", how="left")
    cores = images.sparkSession.sparkContext.defaultParallelism
    in_order = waiting.repartition(TASKS_PER_CORE * cores, "sha256").sortWithinPartitions("sha256", "ds", "image_id")
    read = in_order.mapInArrow(reading(landing, ocr), f"sha256 string, ds date, image_id string, path string, {RESULT}")
    sure = F.filter("lines", lambda line: line["score"] >= SURE_SCORE)
    nothing = F.lit(None).cast("string")
    words = read.withColumns(
        {
            "title": nothing,
            "description": F.array_join(F.transform(sure, lambda line: line["text"]), "\n"),
            "brand_text": nothing,
        }
    )
    return with_text(words).select(
        "ds", "image_id", "sha256", "reason", "format", "width", "height", "phash", "lines", "codes",
        keys_of(F.col("phones"), phone_key).alias("phone_keys"),
        keys_of(F.col("handles"), handle_key).alias("handle_keys"),
        "reader",
    )  # fmt: skip


def read_before(known: DataFrame, files: DataFrame, ocr: bool) -> DataFrame:
    """(sha256, known): what is known of the bytes of these files, by the reader of today."""
    result = F.struct(*RESULT_COLUMNS)
    by_bytes = F.col("reason").isNull() | ~F.col("reason").isin(*OF_THE_FILE)
    return (
        known.where(by_bytes & (F.col("reader") == (READER if ocr else WITHOUT_WORDS)))
        .join(F.broadcast(files.select("sha256").distinct()), "sha256", how="left_semi")
        .groupBy("sha256")
        .agg(F.first(result).alias("known"))  # all are the same: rows of one sha256 are of the same bytes
    )
