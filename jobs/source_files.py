"""Reads the files of a foreign export, CSV, JSON lines or Parquet, line by line: rows, and what is none and why.

Every filled line is a row, the header, an exact repeat of a row, or rejected with a reason; none is lost on the way.
Cells and values are text; JSON objects are structs of text, JSON arrays are arrays; Parquet keeps its types.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from jobs.errors import JobError, UsageError
from jobs.settings import spark_path
from jobs.sources import Layout, Source, format_of, unpacked
from jobs.whole_files import place_in_file, whole_file_session

# What every view has beside the columns of its files: where the row stood, and how.
FILE, LINE, RAW, AT = "_file", "_line", "_raw", "_at"
# Null for a row; else why a line is none.
REASON = "_reason"
HEADER, REPEAT = "header", "duplicate"
_UNREAD = "_unread"
# Lines that version control leaves in a file when two versions of it were not reconciled.
MARKER = r"^(?:<{7}|\|{7}|>{7})(?: .*)?$|^={7}$"
# The header is looked for in the first lines of a file.
HEAD_LINES = 200


@dataclass(frozen=True)
class Table:
    """One table of an export: its files, the columns that they have, and all their lines (columns, _file, _line, _raw, _reason)."""

    name: str
    files: tuple[str, ...]
    columns: tuple[str, ...]
    lines: DataFrame
    is_text: bool

    def rows(self) -> DataFrame:
        """What a SELECT sees: the columns, _file, _line, _raw, and _at, which is file and line in one."""
        at = F.concat(FILE, F.lit(":"), F.col(LINE).cast("string")).alias(AT)
        return self.lines.where(F.col(REASON).isNull()).select(
            *[F.col(f"`{name}`") for name in self.columns], FILE, LINE, RAW, at
        )

    def turned_away(self) -> DataFrame:
        """file, line, raw, reasons, as in staging.rejects."""
        away = self.lines.where(F.col(REASON).isNotNull() & (F.col(REASON) != HEADER))
        return away.select(
            F.col(FILE).alias("file"),
            F.col(LINE).alias("line"),
            F.col(RAW).alias("raw"),
            F.array(REASON).alias("reasons"),
        )


def reading_session(spark: SparkSession, time_zone: str) -> SparkSession:
    """A session of its own: one file is one task, so that a row's position is known, and times are the source's.

    Raises UsageError for a time zone that does not exist.
    """
    session = whole_file_session(spark)
    # Without these Spark knows Unicode and Latin-1 only, and one broken letter stops it.
    session.conf.set("spark.sql.legacy.javaCharsets", "true")
    session.conf.set("spark.sql.legacy.codingErrorAction", "true")
    try:
        session.conf.set("spark.sql.session.timeZone", time_zone)
    except (PySparkException, ValueError):
        raise UsageError(f"source.toml: no time zone {time_zone!r}: names are like Asia/Shanghai or -03:00") from None
    return session


def read_table(spark: SparkSession, source: Source, name: str, folder: str, files: Sequence[str]) -> Table:
    """A table's lines. Raises UsageError when its files are of several formats."""
    layout = source.layout_of(name)
    formats = {str(layout.format or format_of(file)) for file in files}
    if len(formats) > 1:
        raise UsageError(
            f"{folder}: the table {name} has files of several formats ({', '.join(files[:3])}): give files in [tables.{name}] of source.toml"
        )
    (form,) = formats
    read = {"csv": _read_csv, "jsonl": _read_jsonl, "parquet": _read_parquet}[form]
    lines = read(spark, layout, [spark_path(f"{folder}/{file}") for file in files])
    if layout.repeats == "drop":
        lines = _mark_repeats(lines)
    columns = tuple(column for column in lines.columns if column not in (FILE, LINE, RAW, REASON))
    return Table(name, tuple(files), columns, lines, is_text=form != "parquet")


def count_lines(spark: SparkSession, table: Table, folder: str) -> int:
    """Filled lines of a table's files, counted apart from reading rows."""
    text = spark.read.option("lineSep", "\n").text([spark_path(f"{folder}/{file}") for file in table.files])
    return text.where(F.trim(F.rtrim("value", F.lit("\r"))) != "").count()


def lines_in(raw: Column) -> Column:
    """How many filled lines a row stands on."""
    return F.size(F.filter(F.split(raw, "\n"), lambda line: F.trim(F.rtrim(line, F.lit("\r"))) != ""))


def _mark_repeats(lines: DataFrame) -> DataFrame:
    """Of rows that read the same to the letter the first stays."""
    is_row = F.col(REASON).isNull()
    first = Window.partitionBy(RAW, is_row).orderBy(FILE, LINE)
    return lines.withColumn(REASON, F.when(is_row & (F.row_number().over(first) > 1), REPEAT).otherwise(F.col(REASON)))


def _place() -> list[Column]:
    """File, and position in it."""
    return [F.col("_metadata.file_name").alias(FILE), place_in_file().alias(LINE)]


def _text_lines(spark: SparkSession, layout: Layout, paths: Sequence[str]) -> DataFrame:
    """_file, _line and _raw of every line, empty ones too."""
    text = F.decode(F.col("value").cast("binary"), layout.encoding)
    lines = spark.read.option("lineSep", "\n").text(list(paths))
    return lines.select(*_place(), F.ltrim(F.rtrim(text, F.lit("\r")), F.lit("\ufeff")).alias(RAW))


# --- CSV -----------------------------------------------------------------------------------------


def _read_csv(spark: SparkSession, layout: Layout, paths: Sequence[str]) -> DataFrame:
    heads = sorted((_header(spark, layout, path), path) for path in paths)
    frames = [
        _read_csv_files(spark, layout, header, at, [path for _, path in group])
        for (header, at), group in groupby(heads, key=lambda item: item[0])
    ]
    lines = frames[0]
    for frame in frames[1:]:
        lines = lines.unionByName(frame, allowMissingColumns=True)
    return lines


def _separator(layout: Layout, path: str) -> str:
    return layout.separator or ("\t" if unpacked(path).lower().endswith(".tsv") else ",")


def _header(spark: SparkSession, layout: Layout, path: str) -> tuple[tuple[str, ...], int]:
    """Cells of a file's header, and which of its filled lines it is; 0 = none, the names are given."""
    if layout.header:
        return layout.header, 0
    # Spark's two CSV readers differ: that of quoted line ends gives lines of blanks as rows.
    filled = F.col(RAW) != "" if layout.multiline else F.trim(RAW) != ""
    lines = _text_lines(spark, layout, [path]).where(filled).select(RAW).take(HEAD_LINES)
    for position, (line,) in enumerate(lines, start=1):
        if position > layout.skip_lines and line.strip() and not re.match(MARKER, line.strip()):
            separator = _separator(layout, path)
            quoted = csv.reader([line], delimiter=separator, quotechar=layout.quote or '"')
            cells = next(quoted) if layout.quote else line.split(separator)
            return tuple(cell.strip() for cell in cells), position
    raise JobError(f"{path} has no header among its first {HEAD_LINES} lines: give header or skip_lines in source.toml")


def _column_names(header: Sequence[str]) -> list[str]:
    """Names that Spark accepts: empty or repeated ones, and ours, become _column_<n>."""
    names: list[str] = []
    for position, name in enumerate(header, start=1):
        is_new = (
            name
            and "`" not in name
            and name.lower() not in {have.lower() for have in (*names, FILE, LINE, RAW, AT, REASON, _UNREAD)}
        )
        names.append(name if is_new else f"_column_{position}")
    return names


def _read_csv_files(
    spark: SparkSession, layout: Layout, header: tuple[str, ...], header_at: int, paths: list[str]
) -> DataFrame:
    """Lines of files with one header."""
    names, separator = _column_names(header), _separator(layout, paths[0])
    form = {"sep": separator, "quote": layout.quote or "\0", "escape": '"'}
    read = (
        spark.read.schema(", ".join(f"`{name}` string" for name in (*names, _UNREAD)))
        .options(**form, encoding=layout.encoding, multiLine=layout.multiline, maxColumns=200_000)
        .options(mode="PERMISSIVE", columnNameOfCorruptRecord=_UNREAD, columnPruning=False)
        .csv(paths)
        .select(*_place(), "*")
    )
    cells = [F.col(f"`{name}`") for name in names]
    raw = F.coalesce(F.col(_UNREAD), F.to_csv(F.struct(*cells), form))
    heads = F.array(*[F.lit(cell) for cell in header])
    whole = F.array(*[F.trim(F.coalesce(cell, F.lit(""))) for cell in cells])
    # A header of another version of the file has fewer or more cells: all of them are names that we know.
    parts = F.transform(F.split(F.trim(F.col(_UNREAD)), re.escape(separator)), lambda cell: F.trim(cell))
    says_names = F.when(F.col(_UNREAD).isNull(), whole == heads).otherwise(
        (F.size(parts) > 1) & (F.size(F.array_except(parts, heads)) == 0)
    )
    reason = (
        F.when(F.col(LINE) == header_at, HEADER)
        .when(F.col(LINE) <= layout.skip_lines, "before_header")
        .when(F.trim(raw).rlike(MARKER), "merge_marker")
        .when(says_names, "repeated_header")
        .when(F.col(_UNREAD).isNotNull(), "wrong_number_of_columns")
        .when(raw.contains("\ufffd"), "broken_text")
    )
    # A line of blanks is nothing, as an empty one is.
    return read.where(F.trim(raw) != "").select(*cells, FILE, LINE, raw.alias(RAW), reason.alias(REASON))


# --- JSON lines and Parquet ----------------------------------------------------------------------


def _read_jsonl(spark: SparkSession, layout: Layout, paths: Sequence[str]) -> DataFrame:
    # Values stay as they were written: an id may have more digits than a number can hold.
    options = {"primitivesAsString": "true", "columnNameOfCorruptRecord": _UNREAD}
    inferred = spark.read.options(**options, encoding=layout.encoding, lineSep="\n").json(list(paths)).schema
    known = [f for f in inferred.fields if f.name != _UNREAD]
    schema = type(inferred)(known).add(_UNREAD, "string")
    lines = _text_lines(spark, layout, paths).where(F.trim(RAW) != "")
    parsed = lines.withColumn("_object", F.from_json(RAW, schema, options))
    reason = (
        F.when(F.col(LINE) <= layout.skip_lines, "before_header")
        .when(F.trim(RAW).rlike(MARKER), "merge_marker")
        .when(~F.trim(RAW).startswith("{") | F.col(f"_object.{_UNREAD}").isNotNull(), "malformed")
        .when(F.col(RAW).contains("\ufffd"), "broken_text")
    )
    return parsed.select(
        *[F.col(f"_object.`{f.name}`").alias(f.name) for f in known], FILE, LINE, RAW, reason.alias(REASON)
    )


def _read_parquet(spark: SparkSession, layout: Layout, paths: Sequence[str]) -> DataFrame:
    rows = spark.read.option("mergeSchema", "true").parquet(*paths)
    own = [F.col(f"`{name}`") for name in rows.columns]
    place = [F.col("_metadata.file_name").alias(FILE), (F.col("_metadata.row_index") + 1).alias(LINE)]
    placed = rows.select(*own, *place)
    return placed.select("*", F.to_json(F.struct(*own)).alias(RAW), F.lit(None).cast("string").alias(REASON))
