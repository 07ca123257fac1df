"""Frames from tables that stand in a test, what a transform gets of them, and results as lines to compare.

A table is text: a line of column names, then one line a row, cells parted by `|`. `-` is null, `''` the empty text;
`03-01` is that day of 2024; lists are parted by `,`. Columns left out are null, or empty where they must not be null
(times: the midnight of `ds`); a struct is `field:field:…`, a list of structs those, parted by `,`.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import runner
from jobs.catalog import catalog
from jobs.table import DAY, GIVEN, Column, due_days

YEAR = 2024
EMPTY = {"string": "''", "boolean": "false", "date": "01-01", "timestamp": "01-01"}


def day(text: str) -> date:
    """`03-01` or `2023-03-01`."""
    return date.fromisoformat(text if len(text) > 5 else f"{YEAR}-{text}")


def day_text(value: date) -> str:
    """A day as the lines of `lines` spell it."""
    return str(value).removeprefix(f"{YEAR}-")


def frame(spark: SparkSession, table: str, text: str) -> DataFrame:
    """Rows of a declared table, written as text."""
    return frame_of(spark, table, rows_of(table, text))


def rows_of(table: str, text: str) -> list[dict[str, Any]]:
    """Rows of a declared table, written as text, as Python values of the columns that it has."""
    header, *body = [line for line in text.strip().splitlines() if line.strip()]
    names = [name.strip() for name in header.split("|")]
    columns = {column.name: column for column in catalog()[table].table.schema()}
    assert set(names) <= set(columns), f"{table} has no {sorted(set(names) - set(columns))}"
    cells = [zip(names, [cell.strip() for cell in line.split("|")], strict=True) for line in body]
    return [{name: _value(columns[name], cell) for name, cell in row} for row in cells]


def frame_of(spark: SparkSession, table: str, rows: Iterable[Mapping[str, Any]]) -> DataFrame:
    """Rows of a declared table, with Python values of some columns. A date may stand for its midnight, UTC."""
    columns = catalog()[table].table.schema()
    blank = {column.name: None if column.nullable else _value(column, _empty(column.type)) for column in columns}
    instants = [column.name for column in columns if column.type == "timestamp"]
    required = [column.name for column in columns if column.type == "timestamp" and not column.nullable]
    filled = []
    for row in rows:
        values = {**blank, **dict.fromkeys(required, row["ds"]), **row}
        for name in instants:
            if type(values[name]) is date:
                values[name] = datetime.combine(values[name], datetime.min.time(), UTC)
        filled.append(tuple(values[column.name] for column in columns))
    return spark.createDataFrame(filled, ", ".join(f"{c.name} {c.type}" for c in columns))


def _empty(kind: str) -> str:
    return "''" if kind.startswith("array") else EMPTY.get(kind, "0")


def _value(column: Column, cell: str) -> Any:
    if cell == "-":
        return None
    if column.type == "date":
        return day(cell)
    if column.type == "timestamp":
        at, _, time = cell.partition(" ")
        return datetime.fromisoformat(f"{day(at)}T{time or '00:00'}").replace(tzinfo=UTC)
    if column.type.startswith("decimal"):
        return Decimal(cell)
    if column.type.startswith("array"):
        parts = [] if cell == "''" else [part.strip() for part in cell.split(",")]
        struct = re.fullmatch(r"array<struct<(.+)>>", column.type)
        return [_fields(struct[1], part) for part in parts] if struct else parts
    if column.type.startswith("struct"):
        return _fields(column.type.removeprefix("struct<").removesuffix(">"), cell)
    if column.type == "boolean":
        return cell == "true"
    if column.type in ("int", "bigint"):
        return int(cell)
    return float(cell) if column.type == "double" else cell.replace("''", "")


def _fields(declared: str, cell: str) -> tuple[Any, ...]:
    kinds = [field.split(":")[1] for field in re.split(r",(?=\w+:)", declared)]
    return tuple(_value(Column("", kind, True, ""), part) for kind, part in zip(kinds, cell.split(":"), strict=True))


def transformed(
    table: str, first: str | date, last: str | date, keyframes: dict[str, DataFrame] | None = None, **frames: Any
) -> DataFrame:
    """What a table's transform makes of a run over `first..last`, of frames cut as the runner reads them.

    frames: also what the runner gives beside them (`landing`, `ocr`).
    keyframes: for a read with keyframes, rows of its keyframe table; without them the history begins in the frame.
    """
    declared = catalog()[table]
    begin, end = (day(value) if isinstance(value, str) else value for value in (first, last))
    days = due_days(declared.table, begin, end) or [begin]
    begin, end = days[0], days[-1]
    given = {}
    for name, read in declared.table.reads.items():
        since = begin - (read.days - 1) * DAY
        if read.cache:
            given[name] = frames[name]
            continue
        if read.past:
            given[name] = frames[name].where(
                (F.col("ds") >= F.lit(begin - read.days * DAY)) & (F.col("ds") < F.lit(begin))
            )
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
    extra |= {name: frames[name] for name in GIVEN if name in frames}
    return runner.conform(declared.transform(**given, **extra), declared)


def refused(table: str, result: DataFrame) -> list[str]:
    """What the audit of a table refuses of a result, a line each: nothing, when a run would publish it."""
    from jobs import audit  # takes seconds to import, and few tests need it

    days = [row["ds"] for row in result.select("ds").distinct().collect()]
    checks = audit.audit(result, catalog()[table], days)
    return [check.line() for check in checks if check.severity == "critical" and not check.success]


def stacked(frames: Sequence[DataFrame]) -> DataFrame:
    """All rows of several runs."""
    return reduce(DataFrame.unionByName, frames)


class Cases:
    """Cases of one transform, each with its rows beside its test, computed in one Spark job: starting one takes seconds.

    ids: columns that identify; every case gets values of its own there, so that no case sees another's rows.
    given: what a case has of a read when it says nothing.
    """

    def __init__(self, table: str, first: str, last: str, ids: str, **given: str) -> None:
        self.table, self.first, self.last, self.ids, self.given = table, first, last, ids.split(), given
        self._cases: dict[str, dict[str, str]] = {}
        self._found: dict[str, list[dict[str, str]]] | None = None

    def rows(self, **tables: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Decorates a test with its rows, one text per read."""

        def keep(test: Callable[..., None]) -> Callable[..., None]:
            assert test.__name__ not in self._cases
            self._cases[test.__name__] = tables
            return test

        return keep

    def lines(self, spark: SparkSession, test: str, columns: str) -> list[str]:
        """The result of one test's rows, as `lines` gives it."""
        if self._found is None:
            self._found = self._compute(spark)
        return sorted(" ".join(row[name] for name in columns.split()) for row in self._found[test])

    def _compute(self, spark: SparkSession) -> dict[str, list[dict[str, str]]]:
        frames = {}
        for name, read in catalog()[self.table].table.reads.items():
            rows = [
                self._own(n, row)
                for n, case in enumerate(self._cases.values())
                for row in rows_of(read.table, case.get(name) or self.given[name])
            ]
            frames[name] = frame_of(spark, read.table, rows)
        found: dict[str, list[dict[str, str]]] = {test: [] for test in self._cases}
        for row in _texts(transformed(self.table, self.first, self.last, **frames)):
            case = next(n for n in (row[name].partition("/") for name in self.ids if name in row) if n[1])[0]
            found[list(self._cases)[int(case)]].append(
                {name: text.removeprefix(f"{case}/") for name, text in row.items()}
            )
        return found

    def _own(self, n: int, row: dict[str, Any]) -> dict[str, Any]:
        def own(value: Any) -> Any:
            return [own(part) for part in value] if isinstance(value, list) else f"{n}/{value}" if value else value

        return {name: own(value) if name in self.ids else value for name, value in row.items()}


def lines(result: DataFrame, columns: str) -> list[str]:
    """The wanted columns, one row a line, in order of their text; in the spelling of `frame`."""
    return sorted(" ".join(row.values()) for row in _texts(result.select(*columns.split())))


def _texts(result: DataFrame) -> list[dict[str, str]]:
    spelt = {name: F.date_format(name, "yyyy-MM-dd'T'HH:mm") for name, kind in result.dtypes if kind == "timestamp"}
    return [{name: _text(value) for name, value in row.asDict().items()} for row in result.withColumns(spelt).collect()]


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(_text, value)) or "''"
    if isinstance(value, tuple):
        return ":".join(map(_text, value))
    if isinstance(value, float | Decimal):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return re.sub(rf"^{YEAR}-|T00:00$", "", str(value)) or "''"
