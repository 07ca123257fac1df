"""Brings a real export into the landing: one SELECT per feed over the export's files (conf/feeds/<source>/*.sql).

Nothing is lost: every line of the export is a row, a header, an exact repeat or rejected with a reason; every row of a
SELECT is delivered on its day or rejected for having none; rows that no SELECT takes are found by its `_from`.
Nothing is invented: contract columns that a SELECT does not give are null, and it is said. docs/mapping.md is the manual.
"""

import difflib
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import reduce
from typing import Any

from pyspark import StorageLevel
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import Column as C
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DataType

from jobs import mapped_days, source_files, sources
from jobs.catalog import catalog
from jobs.errors import JobError, NotArrivedError, UsageError
from jobs.feeds import EARLIEST, LATEST
from jobs.locks import table_lock
from jobs.mapping_report import Counted, Mapped, Report
from jobs.progress import Progress
from jobs.source_files import AT, FILE, HEADER, LINE, RAW, REASON, REPEAT, Table
from jobs.sources import Source
from jobs.table import Column

# The day that a row is delivered on, what it was made of, why it has no day.
DT, FROM, FAULT = "dt", "_from", "_fault"
# Every day between the first and the last gets its manifests: one wrong clock must not make a century of them.
MOST_DAYS = 3660
# Keeps a frame until the mapping ends, so that it is computed once.
Keep = Callable[[DataFrame], DataFrame]
_DATE_FIRST = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$"


def map_source(
    spark: SparkSession, source: str, folder: str, target: str, progress: Progress | None = None,
    dry_run: bool = False, say: Callable[[str], None] = print,
) -> Report:  # fmt: skip
    """Maps the files of `folder` into the landing `target`, or only says what would come of it.

    source: a folder of conf/feeds, or the path of one. Raises UsageError for what is wrong in it, NotArrivedError for
    files that are not there, JobError when the landing has days that somebody else delivered.
    """
    progress = progress or Progress()
    opened = open_source(source)
    folder, target = folder.rstrip("/"), target.rstrip("/")
    # Spark's own words about a SELECT would come twice, and as a page of JSON.
    logging.getLogger("SQLQueryContextLogger").disabled = True
    session = source_files.reading_session(spark, opened.time_zone)
    with ExitStack() as stack:

        def keep(frame: DataFrame) -> DataFrame:
            return stack.enter_context(_persisted(frame))

        tables, report = _read_tables(session, opened, folder, keep, progress)
        frames = {feed: _map_feed(session, opened, feed, report, keep, progress) for feed in opened.selects}
        rejects = _trace(tables, frames, report, keep)
        report.counts = {what: _count(session, opened, what, sql) for what, sql in opened.counts.items()}
        _settle_range(report, opened)
        for line in report.lines():
            say(line)
        if dry_run:
            say("nothing was written: a dry run")
            return report
        with table_lock(spark, target, "map"):
            dated = {feed: frame.where(F.col(DT).isNotNull()).drop(FAULT, FROM) for feed, frame in frames.items()}
            mapped_days.write(session, target, dated, rejects, report, progress)
    written = ", ".join(f"{n:,} {what}" for what, n in report.written.items())
    say(f"{'landing':26} {target}: days of feeds: {written}")
    say(f"{'turned away and counted':26} {target}/{mapped_days.RECORDS}/{opened.name}")
    return report


@contextmanager
def _persisted(frame: DataFrame) -> Iterator[DataFrame]:
    frame.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        yield frame
    finally:
        frame.unpersist()


def _contract() -> dict[str, list[Column]]:
    """Feed -> its columns."""
    return {name.split(".")[1]: declared.table.schema()[1:] for name, declared in catalog().items() if declared.is_feed}


def open_source(name: str) -> Source:
    """A source whose files are all about feeds. Raises UsageError for what is not as it must be."""
    source = sources.open_source(name)
    feeds = _contract()
    for feed, sql in source.selects.items():
        where = f"{source.folder / feed}.sql"
        if feed not in feeds:
            raise UsageError(f"{where}: there is no feed {feed}: there are {', '.join(feeds)}")
        if feed == "images":
            raise UsageError(
                f"{where}: pictures lie beside their rows and are not mapped by a SELECT; deliver them as the contract says"
            )
        if not re.match(r"\s*(SELECT|WITH)\b", sources.without_comments(sql), re.IGNORECASE):
            raise UsageError(f"{where}: is not a SELECT; write one query, which may begin with WITH")
    for feed in source.not_mapped:
        if feed not in feeds:
            raise UsageError(
                f"{source.folder / 'source.toml'} [not_mapped]: there is no feed {feed}: there are {', '.join(feeds)}"
            )
    return source


# --- the export's files --------------------------------------------------------------------------


def _read_tables(
    spark: SparkSession, source: Source, folder: str, keep: Keep, progress: Progress
) -> tuple[list[Table], Report]:
    """Tables that a SELECT names, read, counted and made views."""
    found = sources.find_tables(source, folder)
    report = Report(source.name, {}, {}, {}, unnamed_tables=[name for name in found if not source.has_word(name)])
    tables = []
    for name, files in found.items():
        if name in report.unnamed_tables:
            continue
        with progress.step(f"reading {name:18}") as said:
            try:
                table = source_files.read_table(spark, source, name, folder, files)
                table = replace(table, lines=keep(table.lines))
                counted = report.tables[name] = count_lines(spark, table, folder)
            except PySparkException as error:
                raise JobError(
                    f"{folder}: the table {name} ({files[0]}, …) cannot be read: {_first_line(error)}; see [tables.{name}] in docs/mapping.md"
                ) from None
            counted.unnamed_columns = [column for column in table.columns if not source.has_word(column)]
            said.append(f"{counted.rows:,} rows")
        table.rows().createOrReplaceTempView(name)
        tables.append(table)
    return tables, report


def count_lines(spark: SparkSession, table: Table, folder: str) -> Counted:
    """Raises JobError when the file has lines that reading did not see."""
    found = (
        table.lines.groupBy(REASON)
        .agg(F.count("*").alias("rows"), F.sum(source_files.lines_in(F.col(RAW))).alias("lines"))
        .collect()
    )
    seen = {row[REASON]: row["rows"] for row in found}
    lines = sum(row["lines"] for row in found)
    if table.is_text and (there := source_files.count_lines(spark, table, folder)) > lines:
        raise JobError(
            f"{folder}: the table {table.name} has {there:,} lines, of which {lines:,} were read; "
            f'try multiline = false or quote = "" in [tables.{table.name}] of source.toml'
        )
    continued = lines - sum(seen.values())
    rows, headers, repeats = (seen.pop(reason, 0) for reason in (None, HEADER, REPEAT))
    return Counted(table.files, lines, rows, headers, repeats, seen, continued)


# --- one SELECT ----------------------------------------------------------------------------------


def _map_feed(
    spark: SparkSession, source: Source, feed: str, report: Report, keep: Keep, progress: Progress,
) -> DataFrame:  # fmt: skip
    """dt (null = no day), _fault (why), _from (array or null), the contract's columns as they are written."""
    where = f"{source.folder / feed}.sql"
    columns = _contract()[feed]
    with progress.step(f"mapping {feed:18}") as said, _one_line(where):
        selected = _select(spark, source.selects[feed], where, [*report.tables, *report.unnamed_tables])
        _check_columns(selected, columns, feed, where)
        frame = keep(_shape(selected, columns, where))
        names = [column.name for column in columns]
        found = (
            frame.groupBy(DT, FAULT)
            .agg(F.count("*").alias("_rows"), *[F.count(name).alias(name) for name in names])
            .collect()
        )
        rows = sum(row["_rows"] for row in found)
        filled = {name: sum(row[name] for row in found) for name in names}
        mapped = report.feeds[feed] = Mapped(
            rows,
            {row[DT]: row["_rows"] for row in sorted((row for row in found if row[DT]), key=lambda row: row[DT])},
            {row[FAULT]: row["_rows"] for row in found if row[FAULT]},
            [column.name for column in columns if column.nullable and not filled[column.name]],
            {
                column.name: rows - filled[column.name]
                for column in columns
                if not column.nullable and filled[column.name] < rows
            },
            source.notes(feed),
        )
        said.append(f"{mapped.rows:,} rows")
    if rows and not mapped.days:
        raise JobError(f"{where}: gives {rows:,} rows and not one with a day; {DT} is a DATE or text like 2024-03-01")
    return frame


def _select(spark: SparkSession, sql: str, where: str, known: list[str]) -> DataFrame:
    try:
        return spark.sql(sql.rstrip().rstrip(";"))
    except AnalysisException as error:
        if error.getCondition() == "TABLE_OR_VIEW_NOT_FOUND":
            missing = (error.getMessageParameters() or {}).get("relationName", "?").replace("`", "")
            raise NotArrivedError(
                f"{where}{_line_of(error)}: no file of the export is the table {missing}: there are {', '.join(known)}"
            ) from None
        raise


@contextmanager
def _one_line(where: str) -> Iterator[None]:
    """What Spark has against a SELECT, or a value in it, as one line with the file and the line in it."""
    try:
        yield
    except AnalysisException as error:
        raise UsageError(f"{where}{_line_of(error)}: {_first_line(error)}; mend the SELECT") from None
    except PySparkException as error:
        raise JobError(
            f"{where}{_line_of(error)}: {_first_line(error)}; mend the SELECT, or leave the value as text for staging to judge"
        ) from None


def _line_of(error: PySparkException) -> str:
    found = re.search(r"\(line (\d+), pos|; line (\d+) pos", str(error))
    return f" line {found[1] or found[2]}" if found else ""


def _first_line(error: Exception) -> str:
    text = re.sub(r"\s*SQLSTATE: \w+.*", "", str(error).strip().splitlines()[0])
    return re.sub(r"^\[[A-Z0-9_.]+\]\s*", "", text).rstrip(".")[:400]


def _check_columns(selected: DataFrame, columns: list[Column], feed: str, where: str) -> None:
    """Raises UsageError for a SELECT without a day or a required column, or with columns that the contract does not know."""
    known = [column.name for column in columns]
    for name in selected.columns:
        if selected.columns.count(name) > 1:
            raise UsageError(f"{where}: gives the column {name} twice; take one out")
        if name not in (*known, DT, FROM):
            near = difflib.get_close_matches(name, known, 1)
            meant = f", did you mean {near[0]}" if near else f": there are {', '.join(known)}"
            raise UsageError(f"{where}: {feed} has no column {name}{meant}; see `python -m jobs show staging.{feed}`")
    if DT not in selected.columns:
        raise UsageError(
            f"{where}: gives no {DT}; add the day on which the row became known, e.g. to_date(updated_at) AS {DT}"
        )
    if missing := [column.name for column in columns if not column.nullable and column.name not in selected.columns]:
        raise UsageError(
            f"{where}: gives no {', '.join(missing)}, which {feed} requires; add what the source says of it, or NULL to have the rows rejected"
        )


def _shape(selected: DataFrame, columns: list[Column], where: str) -> DataFrame:
    types = {f.name: f.dataType for f in selected.schema.fields}
    day = F.col(DT).try_cast("date")
    in_range = (day >= F.lit(EARLIEST).cast("date")) & (day < F.lit(LATEST).cast("date"))
    fault = (
        F.when(F.col(DT).isNull(), f"missing:{DT}")
        .when(day.isNull(), f"not_a_day:{DT}")
        .when(~in_range, f"out_of_range:{DT}")
    )
    return selected.select(
        F.when(in_range, day).alias(DT),
        fault.alias(FAULT),
        _origins(types.get(FROM), where).alias(FROM),
        *[
            (_as_written(c, types[c.name], where) if c.name in types else F.lit(None).cast("string")).alias(c.name)
            for c in columns
        ],
    )


def _origins(have: DataType | None, where: str) -> C:
    kind = have.simpleString() if have else "void"
    if kind == "string":
        return F.array_compact(F.array(FROM))
    if kind == "array<string>":
        return F.array_compact(FROM)
    if kind != "void":
        raise UsageError(f"{where}: {FROM} is {kind}; give the {AT} of one table, or array(a.{AT}, b.{AT})")
    return F.lit(None).cast("array<string>")


def _as_written(column: Column, have: DataType, where: str) -> C:
    """A value as the landing has it: numbers as they are, text as text, times with the source's offset, arrays of text."""
    value, kind = F.col(f"`{column.name}`"), have.simpleString()
    if kind == "void":
        return F.lit(None).cast("string")
    if column.type.startswith("array") != kind.startswith("array") or kind.startswith(
        ("struct", "map", "array<struct", "array<map", "array<array", "binary")
    ):
        hint = (
            f"split({column.name}, ';')"
            if column.type.startswith("array")
            else f"a field of it, or to_json({column.name})"
        )
        raise UsageError(f"{where}: {column.name} is {kind}, the contract wants {column.type}; give {hint}")
    if column.type.startswith("array"):
        return F.transform(value, lambda item: item.cast("string"))
    if column.type == "timestamp":
        if kind == "string":
            # Text that is no such time stays as it is, for staging to reject.
            time = F.when(value.rlike(_DATE_FIRST), F.trim(value).try_cast("timestamp"))
            return F.coalesce(_with_offset(time), value)
        return _with_offset(value.cast("timestamp"))
    return (
        value if kind in ("string", "int", "bigint", "double") or kind.startswith("decimal") else value.cast("string")
    )


def _with_offset(time: C) -> C:
    return F.concat(F.replace(time.cast("string"), F.lit(" "), F.lit("T")), F.date_format(time, "XXX"))


def _count(spark: SparkSession, source: Source, what: str, sql: str) -> Any:
    with _one_line(f"{source.folder / 'source.toml'} [counts] {what!r}"):
        rows = spark.sql(sql).limit(2).collect()
    if len(rows) != 1 or len(rows[0]) != 1:
        raise UsageError(f"{source.folder / 'source.toml'} [counts] {what!r}: must give one value")
    return rows[0][0]


# --- what was left out ---------------------------------------------------------------------------


def _trace(tables: list[Table], frames: Mapping[str, DataFrame], report: Report, keep: Keep) -> DataFrame:
    """Counts rows that no SELECT takes. Returns all that is turned away: file, line, raw, reasons."""
    taken = reduce(
        DataFrame.unionByName, [frame.select(F.explode(FROM).alias(AT)) for frame in frames.values()]
    ).distinct()
    rows = reduce(
        DataFrame.unionByName,
        [table.rows().select(F.lit(table.name).alias("table"), FILE, LINE, RAW, AT) for table in tables],
    )
    left = keep(rows.join(taken, AT, how="left_anti"))
    not_taken = {row["table"]: row["count"] for row in left.groupBy("table").count().collect()}
    traced = []
    for name, counted in report.tables.items():
        missed = not_taken.get(name, 0)
        if missed < counted.rows or not missed:
            counted.not_selected = missed
            traced.append(name)
    not_selected = left.where(F.col("table").isin(traced)).select(*_reject(FILE, LINE, RAW, F.lit("not_selected")))
    return reduce(
        DataFrame.unionByName,
        [*[table.turned_away() for table in tables], not_selected, *[_without_day(*item) for item in frames.items()]],
    )


def _without_day(feed: str, frame: DataFrame) -> DataFrame:
    content = F.to_json(F.struct(*[name for name in frame.columns if name not in (DT, FAULT)]))
    nowhere = F.lit(None).cast("bigint")
    return frame.where(F.col(FAULT).isNotNull()).select(*_reject(F.lit(f"{feed}.sql"), nowhere, content, F.col(FAULT)))


def _reject(file: C | str, line: C | str, raw: C | str, reason: C) -> list[C]:
    """Columns as in staging.rejects."""
    named = {"file": file, "line": line, "raw": raw}
    return [
        *[(F.col(value) if isinstance(value, str) else value).alias(name) for name, value in named.items()],
        F.array(reason).alias("reasons"),
    ]


def _settle_range(report: Report, source: Source) -> None:
    """First and last day of all feeds, and why other feeds are empty. Raises UsageError for a range of decades, JobError for none."""
    days = [day for mapped in report.feeds.values() for day in mapped.days]
    if not days:
        raise JobError(f"the SELECTs of {source.name} give no rows: check --from, and their conditions")
    report.first, report.last = min(days), max(days)
    span = (report.last - report.first).days + 1
    if span > MOST_DAYS:
        raise UsageError(
            f"the SELECTs of {source.name} give days from {report.first} to {report.last}, {span:,} days of which {len(set(days)):,} have rows: "
            f"{DT} of some rows is wrong; leave it null where it cannot be (at most {MOST_DAYS:,} days)"
        )
    for feed in _contract():
        if feed not in report.feeds:
            report.not_mapped[feed] = source.not_mapped.get(feed, f"there is no {feed}.sql")
