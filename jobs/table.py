"""What a table is: its key, its columns and what it reads, declared once.

Everything else (storage, audit, docs, order of work) is derived from these declarations.
Standard library only, so that anything may import it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

DAY = timedelta(days=1)
SUNDAY = 6

# What the runner gives to a transform that has a parameter of this name, beside the frames that it reads: the days of the
# run, the location of the deliveries, and whether words in pictures are read.
GIVEN = ("days", "landing", "ocr")

_COLUMN = re.compile(
    r"^(?P<name>[a-z_][a-z0-9_]*)\s+(?P<type>[a-z]+(?:\s*\(\s*\d+\s*(?:,\s*\d+\s*)?\)|<.+?>)?)"
    r"(?P<required>\s+not\s+null)?(?:\s+comment\s+'(?P<comment>(?:[^']|'')*)')?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Column:
    """One column of a declaration: Spark SQL type, whether it may be null, and its meaning."""

    name: str
    type: str
    nullable: bool
    comment: str


@dataclass(frozen=True)
class Read:
    """What a table reads of another, for a run over the days `first..last`.

    days:      rows with `first - (days - 1) <= ds <= last`; 1 = just the days of the run.
    keyframes: name of a keyframe table of `table`. The frame is then the newest keyframe before
               `first` and the changes since, up to `last`: all versions needed to know the state on
               every day of the run, whatever the age of the newest change.
    past:      rows with `first - days <= ds < first`. A table that reads its own past is computed
               one snapshot at a time.
    cache:     rows of the table itself with `ds >= first - days`, later ones too, that save work and change no result:
               none must be there, and none that changes makes a day stale.
    """

    table: str
    days: int = 1
    keyframes: str | None = None
    past: bool = False
    cache: bool = False

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError(f"Read({self.table!r}): days must be 1 or more, is {self.days}")
        if self.keyframes and (self.days != 1 or self.past):
            raise ValueError(f"Read({self.table!r}): keyframes goes with neither days nor past")
        if self.cache and (self.keyframes or self.past):
            raise ValueError(f"Read({self.table!r}): cache goes with neither keyframes nor past")


@dataclass(frozen=True)
class Table:
    """A published table: `columns` is DDL, one column a line; `ds date not null` is added in front.

    key:   what identifies a row within one `ds`.
    every: "day"; "sunday" for snapshots that end a week; "request" for what is computed only when it is named, for the
           last day that is asked for. Whoever reads a table of the last kind takes the days that there are.
    like:  a table whose columns come before `columns` (the catalog puts them there).
    """

    key: tuple[str, ...]
    columns: str
    reads: Mapping[str, Read] = field(default_factory=dict)
    every: Literal["day", "sunday", "request"] = "day"
    like: str | None = None

    def schema(self) -> list[Column]:
        """Columns in order, `ds` first. Raises ValueError for a line that is not a column."""
        return [Column("ds", "date", False, "day on which the row became known"), *parse_columns(self.columns)]


@dataclass(frozen=True)
class Feed:
    """A delivered feed: like a table, read from the landing, row by row under rules.

    rules:        reason code -> SQL condition that every row must meet (null counts as met).
    allowed:      column -> the values that it may have.
    reject_limit: share of a day's rows that may be rejected before the day is refused.
    """

    key: tuple[str, ...]
    columns: str
    rules: Mapping[str, str] = field(default_factory=dict)
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reject_limit: float = 0.2
    every: Literal["day"] = "day"
    reads: Mapping[str, Read] = field(default_factory=dict)

    def schema(self) -> list[Column]:
        """Columns in order, `ds` first. Raises ValueError for a line that is not a column."""
        return [Column("ds", "date", False, "day on which the row was delivered"), *parse_columns(self.columns)]


def parse_columns(ddl: str) -> list[Column]:
    """DDL with one column a line -> columns in order. Raises ValueError naming a bad line."""
    columns = []
    for line in ddl.strip().splitlines():
        text = line.strip().rstrip(",").strip()
        if not text:
            continue
        match = _COLUMN.match(text)
        if not match:
            raise ValueError(f"not a column (name type [not null] [comment '…']): {text!r}")
        columns.append(
            Column(
                match["name"],
                re.sub(r"\s+", "", match["type"].lower()),
                match["required"] is None,
                (match["comment"] or "").replace("''", "'"),
            )
        )
    return columns


def days_between(first: date, last: date) -> list[date]:
    """All days from `first` to `last`, both included; empty when `last` is earlier."""
    return [first + i * DAY for i in range((last - first).days + 1)]


def due_days(table: Table | Feed, first: date, last: date) -> list[date]:
    """The days of `first..last` on which a table has rows to compute: all of them, the Sundays, or none."""
    if table.every == "request":
        return []
    days = days_between(first, last)
    return days if table.every == "day" else [day for day in days if day.weekday() == SUNDAY]


def day_ranges(days: list[date], step: int = 1) -> list[tuple[date, date]]:
    """Groups days into unbroken ranges, where neighbours are `step` days apart."""
    ranges: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if ranges and day - ranges[-1][1] == step * DAY:
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
    return ranges
