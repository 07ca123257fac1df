"""Frames from tables that stand in a test, what a transform gets of them, and results as lines to compare.

A table is text: a line of column names, then one line a row, cells parted by `|`. `-` is null, `''` the empty text;
`03-01` is that day of 2024; lists are parted by `,`. Columns left out are null, or empty where they must not be null.
"""

import inspect
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import runner
from jobs.catalog import catalog
from jobs.table import DAY, Column, due_days

YEAR = 2024
NOT_GIVEN: dict[str, Any] = {"string": "", "boolean": False, "array<string>": []}


def day(text: str) -> date:
    """`03-01` or `2023-03-01`."""
    return date.fromisoformat(text if len(text) > 5 else f"{YEAR}-{text}")


def frame(spark: SparkSession, table: str, text: str) -> DataFrame:
    """Rows of a declared table."""
    header, *lines = [line for line in text.strip().splitlines() if line.strip()]
    names = [name.strip() for name in header.split("|")]
    columns = {column.name: column for column in catalog()[table].table.schema()}
    rows = []
    for line in lines:
        cells = dict(zip(names, [cell.strip() for cell in line.split("|")], strict=True))
        rows.append([_value(column, cells.pop(name, None)) for name, column in columns.items()])
        assert not cells, f"{table} has no {sorted(cells)}"
    return frame_of(spark, table, rows)


def frame_of(spark: SparkSession, table: str, rows: Sequence[Sequence[Any]]) -> DataFrame:
    """Rows of a declared table, with Python values of all its columns in order."""
    return spark.createDataFrame(rows, ", ".join(f"{c.name} {c.type}" for c in catalog()[table].table.schema()))


def _value(column: Column, cell: str | None) -> Any:
    if cell is None and not column.nullable and column.type in NOT_GIVEN:
        return NOT_GIVEN[column.type]
    if cell is None and not column.nullable:
        cell = "01-01" if column.type in ("date", "timestamp") else "0"
    if cell is None or cell == "-":
        return None
    if column.type == "date":
        return day(cell)
    if column.type == "timestamp":
        at, _, time = cell.partition(" ")
        return datetime.fromisoformat(f"{day(at)}T{time or '00:00'}").replace(tzinfo=UTC)
    if column.type.startswith("decimal"):
        return Decimal(cell)
    if column.type.startswith("array"):
        return [] if cell == "''" else [part.strip() for part in cell.split(",")]
    if column.type == "boolean":
        return cell == "true"
    if column.type in ("int", "bigint"):
        return int(cell)
    return float(cell) if column.type == "double" else cell.replace("''", "")


def transformed(table: str, first: str | date, last: str | date, keyframes: dict[str, DataFrame] | None = None, **frames: DataFrame) -> DataFrame:
    """What a table's transform makes of a run over `first..last`, of frames cut as the runner reads them.

    keyframes: for a read with keyframes, rows of its keyframe table; without them the history begins in the frame.
    """
    declared = catalog()[table]
    begin, end = (day(value) if isinstance(value, str) else value for value in (first, last))
    days = due_days(declared.table, begin, end) or [begin]
    begin, end = days[0], days[-1]
    given = {}
    for name, read in declared.table.reads.items():
        since = begin - (read.days - 1) * DAY
        if read.past:
            given[name] = frames[name].where((F.col("ds") >= F.lit(begin - read.days * DAY)) & (F.col("ds") < F.lit(begin)))
            continue
        if read.keyframes:
            state = (keyframes or {}).get(name, frame_of(frames[name].sparkSession, read.keyframes, []))
            newest = state.where(F.col("ds") < F.lit(begin)).agg(F.max("ds")).first()[0]
            since = newest + DAY if newest else date(1970, 1, 1)
            changes = frames[name].where((F.col("ds") >= F.lit(since)) & (F.col("ds") <= F.lit(end)))
            given[name] = state.where(F.col("ds") == F.lit(newest)).unionByName(changes, allowMissingColumns=True)
            continue
        given[name] = frames[name].where((F.col("ds") >= F.lit(since)) & (F.col("ds") <= F.lit(end)))
    extra = {"days": days} if "days" in inspect.signature(declared.transform).parameters else {}
    return runner.conform(declared.transform(**given, **extra), declared)


def stacked(frames: Sequence[DataFrame]) -> DataFrame:
    """All rows of several runs."""
    return reduce(DataFrame.unionByName, frames)


def lines(result: DataFrame, columns: str) -> list[str]:
    """The wanted columns, one row a line, in order of their text; in the spelling of `frame`."""
    names = columns.split()
    kinds = dict(result.dtypes)
    wanted = [F.date_format(name, "yyyy-MM-dd'T'HH:mm").alias(name) if kinds[name] == "timestamp" else F.col(name) for name in names]
    return sorted(" ".join(_text(value) for value in row) for row in result.select(*wanted).collect())


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(_text, value)) or "''"
    if isinstance(value, float | Decimal):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return re.sub(rf"^{YEAR}-|T00:00$", "", str(value)) or "''"
