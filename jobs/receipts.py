"""Receipts (`ops.runs`): what was published, from which inputs, and whether that still stands.

A receipt knows, for every day of its range, how many rows it has and a hash over them. So "is this
day still what it was when somebody read it" needs no look at the data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pyspark.sql import Row, SparkSession

from jobs import storage
from jobs.table import DAY, SUNDAY, Read, Table, days_between, parse_columns

RUNS = "ops.runs"

COLUMNS = parse_columns("""
    run_id         string not null comment 'one run of one table over one range'
    table          string not null comment 'layer.name'
    from_ds        date not null comment 'first day of the range'
    to_ds          date not null comment 'last day of the range'
    code_version   string not null comment 'git commit, + and a hash of the code and reference data that ran'
    inputs         map<string,bigint> comment 'Delta version of each table that was read'
    output_version bigint not null comment 'Delta version that this run published'
    rows           bigint not null comment 'rows published'
    rejected       bigint not null comment 'rows of a feed that were not taken in'
    audit          struct<passed:boolean,warnings:int> comment 'what the audit said'
    days           map<date,struct<rows:bigint,hash:bigint,delivery:int,digest:string>> comment 'per day: rows, a hash over them; of a feed, the delivery and the digest of its manifest'
    started_at     timestamp not null comment 'UTC'
    finished_at    timestamp not null comment 'UTC'
    seconds        double not null comment 'wall clock'
""")


@dataclass(frozen=True)
class Day:
    """What one published day holds. `delivery` and `digest` only for feeds."""

    rows: int
    hash: int
    delivery: int | None = None
    digest: str | None = None


@dataclass(frozen=True)
class Receipt:
    """One published range; see COLUMNS."""

    run_id: str
    table: str
    from_ds: date
    to_ds: date
    code_version: str
    inputs: Mapping[str, int]
    output_version: int
    rows: int
    rejected: int
    warnings: int
    days: Mapping[date, Day]
    started_at: datetime
    finished_at: datetime
    seconds: float

    @staticmethod
    def from_row(row: Row) -> "Receipt":
        return Receipt(
            row["run_id"], row["table"], row["from_ds"], row["to_ds"], row["code_version"], dict(row["inputs"]),
            row["output_version"], row["rows"], row["rejected"], row["audit"]["warnings"],
            {day: Day(*facts) for day, facts in row["days"].items()},
            row["started_at"], row["finished_at"], row["seconds"],
        )  # fmt: skip

    def as_tuple(self) -> tuple[Any, ...]:
        """Values in the order of COLUMNS."""
        days = {day: (d.rows, d.hash, d.delivery, d.digest) for day, d in self.days.items()}
        return (
            self.run_id, self.table, self.from_ds, self.to_ds, self.code_version, dict(self.inputs),
            self.output_version, self.rows, self.rejected, (True, self.warnings), days,
            self.started_at, self.finished_at, self.seconds,
        )  # fmt: skip


@dataclass
class Ledger:
    """All receipts, newest last, answering what is published and what has changed since."""

    receipts: list[Receipt] = field(default_factory=list)
    _by_day: dict[tuple[str, date], list[Receipt]] = field(default_factory=dict)
    _first: dict[str, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known, self.receipts = self.receipts, []
        for receipt in sorted(known, key=lambda r: (r.table, r.output_version)):
            self.add(receipt)

    def add(self, receipt: Receipt) -> None:
        self.receipts.append(receipt)
        for day in receipt.days:
            self._by_day.setdefault((receipt.table, day), []).append(receipt)
            self._first[receipt.table] = min(day, self._first.get(receipt.table, day))

    def first_day(self, table: str) -> date | None:
        """First day that was ever published."""
        return self._first.get(table)

    def published(self, table: str, day: date, at_version: int | None = None) -> Receipt | None:
        """The receipt that made the day what it is now (or was, at a version of the table)."""
        known = self._by_day.get((table, day), [])
        if at_version is not None:
            known = [receipt for receipt in known if receipt.output_version <= at_version]
        return known[-1] if known else None

    def days(self, table: str) -> list[date]:
        """All published days, in order."""
        return sorted(day for name, day in list(self._by_day) if name == table)

    def keyframe_before(self, table: str, day: date, at_version: int | None = None) -> date | None:
        """Newest published day of a keyframe table before `day`."""
        first = self.first_day(table)
        candidate = day - DAY
        while first is not None and candidate >= first:
            if self.published(table, candidate, at_version) is not None:
                return candidate
            candidate -= DAY
        return None

    def window(
        self, read: Read, first: date, last: date, every: str, at_version: int | None = None
    ) -> list[tuple[str, date]]:
        """The (table, day) pairs that a read over `first..last` rests on, those that can exist only.

        every: of the table that is read, "day", "sunday" or "request".
        """
        start = self.first_day(read.table)
        if start is None or read.cache:
            return []
        pairs = []
        begin, end = first - (read.days - 1) * DAY, last
        if read.past:
            begin, end = first - read.days * DAY, first - DAY
        if read.keyframes:
            keyframe = self.keyframe_before(read.keyframes, first, at_version)
            if keyframe is not None:
                pairs.append((read.keyframes, keyframe))
            begin = start if keyframe is None else keyframe + DAY
        days = days_between(max(begin, start), end)
        if every != "day":
            due = SUNDAY if every == "sunday" else None
            days = [day for day in days if day.weekday() == due or self.published(read.table, day)]
        return pairs + [(read.table, day) for day in days]

    def changed_input(
        self, receipt: Receipt, table: Table, day: date, every: Mapping[str, str]
    ) -> tuple[str, date] | None:
        """The first input day that is not what it was when `receipt` computed `day`."""
        for read in table.reads.values():
            pinned = receipt.inputs.get(read.keyframes or read.table, -1)
            for name, at in self.window(read, day, day, every[read.table], pinned):
                then = self.published(name, at, receipt.inputs.get(name, -1))
                now = self.published(name, at)
                if now is not None and (then is None or then.days[at].hash != now.days[at].hash):
                    return name, at
        return None


def load(spark: SparkSession, warehouse: str) -> Ledger:
    """All receipts."""
    path = storage.table_path(warehouse, RUNS)
    if storage.version(spark, path) is None:
        return Ledger()
    return Ledger([Receipt.from_row(row) for row in storage.read(spark, path).toLocalIterator()])


def write(spark: SparkSession, warehouse: str, receipt: Receipt) -> None:
    """Adds one receipt."""
    storage.add_rows(spark, warehouse, RUNS, COLUMNS, [receipt.as_tuple()], "one row per published range of a table")
