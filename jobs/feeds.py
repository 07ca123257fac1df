"""From delivered files to typed rows and rejects with reasons.

Every format is first brought to one shape: each declared column as text (or null), plus where the row
stood. One set of rules then types and judges it. A bad row is rejected, never the job.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from pyspark.sql import Column as C
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from jobs import landing, storage
from jobs.errors import JobError
from jobs.settings import spark_path
from jobs.table import Column, Feed
from jobs.whole_files import place_in_file, whole_file_session

# A row longer than this is refused unparsed: parsers copy a row several times.
MAX_ROW_CHARS = 1 << 20
# Clocks of the trade are wrong by days, not by centuries.
EARLIEST, LATEST = "2000-01-01", "2100-01-01"
# Times without an offset are China Standard Time.
DEFAULT_OFFSET = "+08:00"
_NUMBER = r"^[+-]?(\d{1,16}(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?$"
_INTEGER = r"^[+-]?\d{1,18}(\.0*)?$"
_TIME = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?)? ?(Z|z|[+-]\d{2}(:?\d{2})?)?$"
_HAS_OFFSET = r"(Z|z|[+-]\d{2}(:?\d{2})?)$"

# Columns of a raw row beside the declared ones.
FILE, LINE, RAW, BROKEN, UNKNOWN = "_file", "_line", "_raw", "_broken", "_unknown"


def read_rows(spark: SparkSession, feed: Feed, deliveries: Sequence[landing.Delivery]) -> DataFrame:
    """All rows of the deliveries: ds, _file, _line, _raw, _broken (reason or null), _unknown (column names),
    and each declared column as text.

    Raises JobError naming a required column that a CSV or Parquet file does not have.
    """
    # Read in a session of its own, then hand the frame over.
    rows = _read_files(whole_file_session(spark), feed, deliveries)
    jvm: Any = spark._jvm
    plan = rows._jdf.queryExecution().analyzed()
    return DataFrame(jvm.org.apache.spark.sql.classic.Dataset.ofRows(spark._jsparkSession, plan), spark)


def _read_files(spark: SparkSession, feed: Feed, deliveries: Sequence[landing.Delivery]) -> DataFrame:
    columns = feed.schema()[1:]
    files = sorted(
        (file.format, f"{day.folder}/{file.name}")
        for day in deliveries
        for file in day.files
        if file.rows or file.bytes
    )
    frames: list[DataFrame] = []
    for format_, group in groupby(files, key=lambda item: item[0]):
        paths = [path for _, path in group]
        frames += {"jsonl": _read_jsonl, "csv": _read_csv, "parquet": _read_parquet}[format_](spark, columns, paths)
    if not frames:
        text = ", ".join(f"{c.name} string" for c in columns)
        return storage.local_frame(
            spark,
            [],
            f"ds date, {FILE} string, {LINE} bigint, {RAW} string, {BROKEN} string, {UNKNOWN} array<string>, {text}",
        )
    rows = frames[0]
    for frame in frames[1:]:
        rows = rows.unionByName(frame)
    return rows


def _place(frame: DataFrame, first_line: int) -> DataFrame:
    """Adds ds, _file and _line from where Spark read the row."""
    path = F.col("_metadata.file_path")
    return frame.select(
        F.to_date(F.regexp_extract(path, r"/dt=(\d{4}-\d{2}-\d{2})/", 1)).alias("ds"),
        F.col("_metadata.file_name").alias(FILE),
        place_in_file(first_line).alias(LINE),
        "*",
    )


def _read_jsonl(spark: SparkSession, columns: Sequence[Column], paths: Sequence[str]) -> list[DataFrame]:
    lines = _place(spark.read.option("lineSep", "\n").text([spark_path(path) for path in paths]), first_line=1)
    raw = F.rtrim(F.col("value"), F.lit("\r"))
    body = F.trim(raw)
    broken = (
        F.when(F.length(raw) > MAX_ROW_CHARS, "too_long")
        .when(~F.is_valid_utf8(raw), "invalid_utf8")
        .when(raw.contains("\0"), "nul_byte")
        .when(~(body.startswith("{") & body.endswith("}")), "malformed")
    )
    options = {"allowNonNumericNumbers": "false", "allowSingleQuotes": "false"}
    fields = F.when(broken.isNull(), F.from_json(raw, "map<string,string>", options))
    parsed = lines.where(F.length(body) > 0).select(
        "ds", FILE, LINE, raw.alias(RAW), broken.alias(BROKEN), fields.alias("_fields")
    )
    wanted = F.array(*[F.lit(c.name) for c in columns])
    return [
        parsed.select(
            "ds",
            FILE,
            LINE,
            F.make_valid_utf8(RAW).alias(RAW),
            F.coalesce(BROKEN, F.when(F.col("_fields").isNull(), "malformed")).alias(BROKEN),
            F.array_except(F.map_keys("_fields"), wanted).alias(UNKNOWN),
            *[_json_field(c) for c in columns],
        )
    ]


def _json_field(column: Column) -> C:
    """The field's text. An array or object where text should be becomes a mark that is not text."""
    text = F.col("_fields")[column.name]
    if column.type != "string":
        return text.alias(column.name)
    nested = F.expr(f"schema_of_variant(try_variant_get(try_parse_json({RAW}), '$.{column.name}', 'variant'))")
    # The costly look stands in a branch: as part of the condition Spark would do it for every row.
    looked_at = F.when(nested.rlike("^(ARRAY|OBJECT)"), F.lit(_NESTED)).otherwise(text)
    return F.when(text.startswith("[") | text.startswith("{"), looked_at).otherwise(text).alias(column.name)


_NESTED = "\0nested"


def _read_csv(spark: SparkSession, columns: Sequence[Column], paths: Sequence[str]) -> list[DataFrame]:
    frames = []
    by_header = sorted((_csv_header(path), path) for path in paths)
    for header, group in groupby(by_header, key=lambda item: item[0]):
        names = _unique_names(header)
        same = [spark_path(path) for _, path in group]
        _require(columns, names, same[0])
        schema = ", ".join(f"`{name}` string" for name in names) + ", _corrupt string"
        reader = spark.read.schema(schema).options(
            header=True, multiLine=True, quote='"', escape='"', enforceSchema=True, maxColumns=200_000,
            mode="PERMISSIVE", columnNameOfCorruptRecord="_corrupt", encoding="UTF-8",
        )  # fmt: skip
        rows = _place(reader.csv(same), first_line=2)
        raw = F.coalesce("_corrupt", F.to_csv(F.struct(*[F.col(f"`{name}`") for name in names])))
        broken = (
            F.when(F.length(raw) > MAX_ROW_CHARS, "too_long")
            .when(~F.is_valid_utf8(raw) | raw.contains("\ufffd"), "invalid_utf8")
            .when(raw.contains("\0"), "nul_byte")
            .when(F.col("_corrupt").isNotNull(), "malformed")
        )
        frames.append(_shape(rows, columns, names, raw, broken, _csv_field))
    return frames


def _csv_field(column: Column) -> C:
    """Arrays are `;`-separated in CSV; from here on they are JSON text, as in the other formats."""
    text = F.col(f"`{column.name}`")
    return F.to_json(F.split(text, ";")) if column.type.startswith("array") else text


def _csv_header(path: str) -> tuple[str, ...]:
    import csv

    line = landing.first_line(path).decode("utf-8-sig", errors="replace")
    return tuple(name.strip() for name in next(csv.reader([line]), []))


def _unique_names(header: Iterable[str]) -> list[str]:
    """Column names that Spark accepts: empty or repeated ones get a number."""
    names: list[str] = []
    for i, name in enumerate(header):
        names.append(name if name and name not in names and "`" not in name else f"_column_{i}")
    return names


def _read_parquet(spark: SparkSession, columns: Sequence[Column], paths: Sequence[str]) -> list[DataFrame]:
    frames = []
    times = {column.name for column in columns if column.type == "timestamp"}

    def layout(path: str) -> tuple[StructType, dict[str, bool], str]:
        schema = spark.read.parquet(spark_path(path)).schema
        # Spark hands out nanoseconds as whole numbers: what they are, the file itself has to say.
        is_number = any(field.name in times and field.dataType.typeName() == "long" for field in schema.fields)
        nanos = landing.times_in_nanoseconds(path) if is_number else {}
        return schema, nanos, spark_path(path)

    def kind(file: tuple[StructType, dict[str, bool], str]) -> tuple[str, str]:
        schema, nanos, _ = file
        return schema.simpleString(), str(sorted(nanos.items()))

    for _, group in groupby(sorted(map(layout, paths), key=lambda file: (*kind(file), file[2])), key=kind):
        files = list(group)
        schema, moments, _ = files[0]
        same = [path for *_, path in files]
        _require(columns, schema.names, same[0])
        rows = spark.read.schema(schema).parquet(*same)
        placed = rows.select(
            F.to_date(F.regexp_extract("_metadata.file_path", r"/dt=(\d{4}-\d{2}-\d{2})/", 1)).alias("ds"),
            F.col("_metadata.file_name").alias(FILE),
            (F.col("_metadata.row_index") + 1).alias(LINE),
            "*",
        )
        types = {field.name: field.dataType.simpleString() for field in schema.fields}
        raw = F.to_json(F.struct(*[F.col(f"`{name}`") for name in schema.names]))
        broken = (
            F.when(F.length(raw) > MAX_ROW_CHARS, "too_long")
            .when(~F.is_valid_utf8(raw), "invalid_utf8")
            .when(raw.contains("\\u0000"), "nul_byte")
        )
        frames.append(
            _shape(
                placed,
                columns,
                schema.names,
                raw,
                broken,
                lambda c, types=types, moments=moments: _parquet_field(c, types[c.name], moments.get(c.name)),
            )
        )
    return frames


def _parquet_field(column: Column, have: str, is_moment: bool | None) -> C:
    """Typed Parquet columns as the text that the other formats would have had.

    is_moment: of times in nanoseconds, whether they are moments or a clock on a wall; null of all else.
    """
    value = F.col(f"`{column.name}`")
    if is_moment is not None:
        value = F.timestamp_micros(F.expr(f"`{column.name}` div 1000"))
        have = "timestamp" if is_moment else "timestamp_ntz"
    if have.startswith(("array", "struct", "map")):
        return F.to_json(value) if column.type.startswith("array") else F.when(value.isNotNull(), F.lit(_NESTED))
    if have == "timestamp":
        return F.concat(F.date_format(value, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS"), F.lit("Z"))
    if have == "timestamp_ntz":
        return F.date_format(value, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS")
    return value.cast("string")


def _require(columns: Sequence[Column], names: Iterable[str], path: str) -> None:
    have = set(names)
    if missing := [c.name for c in columns if not c.nullable and c.name not in have]:
        raise JobError(f"{path} has no column {missing[0]}, which its feed requires; ask for a redelivery")


def _shape(
    rows: DataFrame, columns: Sequence[Column], names: Sequence[str], raw: C, broken: C, field: Any
) -> DataFrame:
    unknown = [name for name in names if name not in {c.name for c in columns}]
    return rows.select(
        "ds",
        FILE,
        LINE,
        F.make_valid_utf8(raw).alias(RAW),
        broken.alias(BROKEN),
        F.array(*[F.lit(name) for name in unknown]).cast("array<string>").alias(UNKNOWN),
        *[(field(c) if c.name in names else F.lit(None).cast("string")).alias(c.name) for c in columns],
    )


# --- typing and judging -------------------------------------------------------------------------


def judge(rows: DataFrame, feed: Feed) -> DataFrame:
    """Raw rows -> ds, declared columns typed, _file, _line, _raw, _unknown, _reasons (empty = good so far)."""
    columns = feed.schema()[1:]
    texts = [F.nullif(F.trim(F.col(c.name)), F.lit("")).alias(c.name) for c in columns]
    texted = rows.select("ds", FILE, LINE, RAW, BROKEN, UNKNOWN, *texts)
    typed = texted.select(
        "ds", FILE, LINE, RAW, BROKEN, UNKNOWN,
        *[_typed(c).alias(c.name) for c in columns],
        *[F.col(c.name).alias(f"_text_{c.name}") for c in columns if c.type != "string"],
    )  # fmt: skip
    checks = [reason for c in columns for reason in _reasons(c, feed)]
    checks += [F.when(~F.expr(f"({condition})"), code) for code, condition in feed.rules.items()]
    reasons = F.when(F.col(BROKEN).isNotNull(), F.array(BROKEN)).otherwise(F.array_compact(F.array(*checks)))
    return typed.select("ds", *[c.name for c in columns], FILE, LINE, RAW, UNKNOWN, reasons.alias("_reasons"))


def _typed(column: Column) -> C:
    text = F.col(column.name)
    if column.type == "string":
        return text
    if column.type == "timestamp":
        dotted = F.regexp_replace(text, ",", ".")
        full = F.when(text.rlike(_HAS_OFFSET) & (F.length(text) > 10), dotted).otherwise(
            F.concat(dotted, F.lit(DEFAULT_OFFSET))
        )
        full = F.when(F.length(text) == 10, F.concat(text, F.lit("T00:00:00" + DEFAULT_OFFSET))).otherwise(full)
        return F.when(text.rlike(_TIME), full.try_cast("timestamp"))
    if column.type.startswith("array"):
        return F.filter(F.from_json(text, column.type), lambda x: x.isNotNull() & (F.trim(x) != ""))
    if column.type in ("int", "bigint"):
        return F.when(text.rlike(_INTEGER), F.regexp_replace(text, r"\.0*$", "").try_cast(column.type))
    return F.when(text.rlike(_NUMBER), text.try_cast(column.type))


def _reasons(column: Column, feed: Feed) -> list[C]:
    """What can be wrong with one column, as reason codes `<what>:<column>`."""
    name, value = column.name, F.col(column.name)
    if column.type == "string":
        found = [F.when(value.contains("\0"), f"not_text:{name}")]
        if not column.nullable:
            found.append(F.when(value.isNull(), f"missing:{name}"))
    else:
        text = F.col(f"_text_{name}")
        kind = "time" if column.type == "timestamp" else "array" if column.type.startswith("array") else "number"
        found = [F.when(text.isNotNull() & value.isNull(), f"not_a_{kind}:{name}")]
        if not column.nullable:
            found.append(F.when(text.isNull(), f"missing:{name}"))
        if column.type == "timestamp":
            early, late = F.lit(EARLIEST).cast("timestamp"), F.lit(LATEST).cast("timestamp")
            found.append(F.when((value < early) | (value >= late), f"out_of_range:{name}"))
        if column.type.startswith("decimal"):
            found.append(F.when(value < 0, f"negative:{name}"))
    if name in feed.allowed:
        found.append(F.when(~value.isin(*feed.allowed[name]), f"not_allowed:{name}"))
    return found


def repeats(judged: DataFrame, feed: Feed) -> DataFrame:
    """(ds, _file, _line, _repeat) of good rows that are not the newest with their key on their day.

    Newest: `updated_at`, then file name, then position. Wide rows are not shuffled. `judged` should be persisted.
    """
    columns = feed.schema()[1:]
    keys = ["ds", *feed.key]
    good = judged.where(F.size("_reasons") == 0)
    content = F.xxhash64(*[F.col(c.name) for c in columns])
    newest = Window.partitionBy(*keys).orderBy(F.desc("updated_at"), F.desc(FILE), F.desc(LINE))
    return (
        good.select(*keys, "updated_at", FILE, LINE, content.alias("_content"))
        .withColumn("_order", F.row_number().over(newest))
        .withColumn("_winner", F.first("_content").over(newest))
        .where("_order > 1")
        .select(
            "ds", FILE, LINE,
            F.when(F.col("_content") == F.col("_winner"), "duplicate").otherwise("superseded").alias("_repeat"),
        )
    )  # fmt: skip


def mark_repeats(judged: DataFrame, repeated: DataFrame) -> DataFrame:
    """The rows with what `repeats` found among their reasons. Good rows lose _raw.

    `repeated` should be persisted and computed: Spark then knows its size, and the wide rows are shuffled only in a
    delivery that repeats very many.
    """
    return (
        judged.join(repeated, ["ds", FILE, LINE], how="left")
        .withColumn("_reasons", F.when(F.col("_repeat").isNull(), F.col("_reasons")).otherwise(F.array("_repeat")))
        .withColumn(RAW, F.when(F.size("_reasons") > 0, F.col(RAW)))  # of a good row its columns say all
        .drop("_repeat")
    )


def staged(marked: DataFrame, feed: Feed) -> DataFrame:
    """The rows that are taken in: ds and the declared columns."""
    return marked.where(F.size("_reasons") == 0).select(*[c.name for c in feed.schema()])


def rejects(marked: DataFrame, name: str) -> DataFrame:
    """The rows that are not: ds, feed, file, line, raw, reasons."""
    return marked.where(F.size("_reasons") > 0).select(
        "ds", F.lit(name).alias("feed"), F.col(FILE).alias("file"), F.col(LINE).alias("line"),
        F.col(RAW).alias("raw"), F.col("_reasons").alias("reasons"),
    )  # fmt: skip


def balance(marked: DataFrame, deliveries: Sequence[landing.Delivery]) -> DataFrame:
    """Per delivered file: ds, file, delivered (the manifest's rows), staged, rejected, repeated, all bigint.

    rejected counts broken rules only; repeated is duplicates and superseded rows.
    """
    spark = marked.sparkSession
    listed = [(day.day, file.name, file.rows) for day in deliveries for file in day.files]
    known = storage.local_frame(spark, listed, "ds date, file string, delivered bigint")
    repeated = F.coalesce(F.get("_reasons", F.lit(0)).isin("duplicate", "superseded"), F.lit(False))
    bad = F.size("_reasons") > 0
    counted = marked.groupBy("ds", F.col(FILE).alias("file")).agg(
        F.count(F.when(~bad, 1)).alias("staged"),
        F.count(F.when(bad & ~repeated, 1)).alias("rejected"),
        F.count(F.when(bad & repeated, 1)).alias("repeated"),
    )
    return known.join(counted, ["ds", "file"], how="full").select(
        "ds", "file", *[F.coalesce(name, F.lit(0)).cast("bigint").alias(name) for name in ("delivered", "staged", "rejected", "repeated")]
    )  # fmt: skip


def unknown_columns(marked: DataFrame) -> list[str]:
    """Names of delivered columns that the contract does not know, at most 50."""
    names = marked.where(F.size(UNKNOWN) > 0).select(F.explode(UNKNOWN).alias("name")).distinct().limit(50)
    return sorted(row["name"] for row in names.collect())
