"""Runs tables over ranges of days: read → transform → persist → audit → publish → receipt."""

import inspect
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import feeds, landing, receipts, storage
from jobs.catalog import Declaration, catalog
from jobs.errors import AuditError, JobError, NotArrivedError
from jobs.locks import table_lock
from jobs.progress import Progress
from jobs.receipts import Day, Ledger, Receipt
from jobs.settings import Settings
from jobs.table import Feed, Read, Table, day_ranges, due_days, parse_columns

REJECTS = "staging.rejects"
REJECT_COLUMNS = parse_columns("""
    ds       date not null comment 'day of the delivery'
    feed     string not null comment 'which feed'
    file     string not null comment 'file of that day'
    line     bigint not null comment 'position of the row in the file, from 1; the header of a CSV file is 1'
    raw      string comment 'the row as it stood, broken UTF-8 replaced; of a repeated Parquet or CSV row, its text form'
    reasons  array<string> not null comment 'what was wrong: <what>:<column>, duplicate, superseded, …'
""")


@dataclass
class Run:
    """What every run needs: the session, where things are, what is published, and whom to tell."""

    spark: SparkSession
    settings: Settings
    ledger: Ledger
    progress: Progress = field(default_factory=Progress)
    force: bool = False

    @property
    def warehouse(self) -> str:
        return self.settings.warehouse

    def path(self, name: str) -> str:
        return storage.table_path(self.warehouse, name)


@dataclass(frozen=True)
class Plan:
    """What a run of one table would do: ranges to compute, why, and days that stand."""

    declared: Declaration
    ranges: tuple[tuple[date, date], ...]
    reasons: tuple[str, ...]
    standing: int

    def line(self) -> str:
        if not self.ranges:
            return f"{self.declared.name:26} {'up to date' if self.standing else 'nothing due'}"
        spans = ", ".join(f"{first}..{last}" for first, last in self.ranges)
        return f"{self.declared.name:26} {spans}  ({'; '.join(self.reasons)})"


def open_run(spark: SparkSession, settings: Settings, progress: Progress | None = None, force: bool = False) -> Run:
    """A run with all receipts of the warehouse loaded."""
    return Run(spark, settings, receipts.load(spark, settings.warehouse), progress or Progress(), force)


def plan(run: Run, declared: Declaration, first: date, last: date, ahead: frozenset[str] = frozenset()) -> Plan:
    """What has to be computed of `first..last`. `ahead`: tables that this very call recomputes before."""
    days = due_days(declared.table, first, last)
    if not days and first == last and declared.layer in ("links", "rackets"):
        days = [first]  # a snapshot of any one day may be asked for by name
    todo: dict[date, str] = {}
    for day in days:
        reason = "forced" if run.force else why_due(run, declared, day)
        if reason is None and declared.sources() & ahead:
            reason = "after its inputs"
        if reason:
            todo[day] = reason
    step = 1 if declared.table.every == "day" else 7
    ranges = day_ranges(list(todo), step)
    if declared.reads_own_past:
        ranges = [(day, day) for day in sorted(todo)]
    return Plan(declared, tuple(ranges), tuple(sorted(set(todo.values()))), len(days) - len(todo))


def why_due(run: Run, declared: Declaration, day: date) -> str | None:
    """Why a day has to be computed, None when its receipt stands."""
    receipt = run.ledger.published(declared.name, day)
    if receipt is None:
        return "not published"
    if not receipts.same_code(receipt.code_version, receipts.code_version(declared.name)):
        return "code changed"
    if isinstance(declared.table, Feed):
        return _redelivered(run, declared, day, receipt.days[day])
    changed = run.ledger.changed_input(receipt, declared.table, day, _cadences())
    return f"{changed[0]} of {changed[1]} changed" if changed else None


def _redelivered(run: Run, declared: Declaration, day: date, loaded: Day) -> str | None:
    """A higher delivery is due; the loaded one or a lower one is not. Raises JobError for a number used twice."""
    feed = declared.name.split(".")[1]
    try:
        found = landing.delivery(run.settings.landing, feed, day, verify=False)
    except NotArrivedError:
        return None  # what was loaded stands even when the landing was cleaned
    number = loaded.delivery or 0
    if found.number > number:
        return f"delivery {found.number}"
    if found.number == number and found.digest != loaded.digest:
        raise JobError(
            f"{feed} of {day}: delivery {number} was loaded with other content than now lies in {found.folder}; "
            "ask for a redelivery with a higher number"
        )
    return None


def _cadences() -> dict[str, str]:
    return {name: declared.table.every for name, declared in catalog().items()}


def run_table(run: Run, declared: Declaration, first: date, last: date) -> list[Receipt]:
    """Computes and publishes what is due of `first..last`.

    Raises NotArrivedError, after publishing what could be, when input days are missing; AuditError when an
    audit refuses; LockedError when another run writes the table.
    """
    with table_lock(run.spark, run.warehouse, declared.name):
        todo = plan(run, declared, first, last)
        if not todo.ranges:
            run.progress.line(todo.line())
        done: list[Receipt] = []
        absent: list[NotArrivedError] = []
        for begin, end in todo.ranges:
            span = f"{declared.name:26} {begin}..{end}"
            with run.progress.step(span) as said:
                compute = _load_feed if isinstance(declared.table, Feed) else _compute_table
                made, missing = compute(run, declared, begin, end)
                absent += missing
                done += made
                said.append(f"{sum(r.rows for r in made):,} rows" if made else "nothing published")
                if rejected := sum(r.rejected for r in made):
                    said.append(f"{rejected:,} rejected")
                if warnings := sum(r.warnings for r in made):
                    said.append(f"{warnings} warnings")
        if absent:
            more = f" (and {len(absent) - 1} more days)" if len(absent) > 1 else ""
            raise NotArrivedError(f"{absent[0]}{more}")
        return done


def run_tables(run: Run, tables: Sequence[Declaration], first: date, last: date) -> None:
    """Runs tables, upstream first, each as far as its input allows.

    A table that fails takes only what reads it along. Raises the first error when all has been tried.
    """
    errors: list[JobError] = []
    broken: set[str] = set()
    for declared in tables:
        if spoilt := declared.sources() & broken:
            run.progress.line(f"{declared.name:26} skipped: {sorted(spoilt)[0]} failed")
            broken.add(declared.name)
            continue
        try:
            run_table(run, declared, first, last)
        except JobError as error:
            run.progress.line(f"{declared.name:26} {error}")
            errors.append(error)
            if not isinstance(error, NotArrivedError):  # what reads it goes as far as the days that are there
                broken.add(declared.name)
    if errors:
        raise errors[0]


def plan_lines(run: Run, tables: Sequence[Declaration], first: date, last: date) -> Iterator[str]:
    """What `run_tables` would do, one line a table."""
    ahead: set[str] = set()
    for declared in tables:
        planned = plan(run, declared, first, last, frozenset(ahead))
        if planned.ranges:
            ahead.add(declared.name)
        yield planned.line()


# --- a table computed from tables ---------------------------------------------------------------


def _compute_table(run: Run, declared: Declaration, first: date, last: date) -> tuple[list[Receipt], list[NotArrivedError]]:
    table = declared.table
    assert isinstance(table, Table) and declared.transform is not None
    days = due_days(table, first, last) or [first]
    missing = {day: gap for day in days if (gap := _missing_input(run, declared, day))}
    days, absent = _before_gap(declared, days, missing)
    if not days:
        return [], absent
    first, last = days[0], days[-1]
    inputs: dict[str, int] = {}
    frames = {name: _read(run, read, first, last, inputs) for name, read in table.reads.items()}
    extra: dict[str, Any] = {"days": days} if "days" in inspect.signature(declared.transform).parameters else {}
    frame = conform(declared.transform(**frames, **extra), declared)
    receipt = _publish(run, declared, frame, days, inputs)
    return [receipt], absent


def _before_gap(declared: Declaration, days: list[date], missing: dict[date, str]) -> tuple[list[date], list[NotArrivedError]]:
    """Days that can be computed: those before the first with a missing input (later ones may rest on it)."""
    if not missing:
        return days, []
    hole = min(missing)
    error = NotArrivedError(f"{declared.name} of {hole} cannot be computed: {missing[hole]}; run that first, or ask for the delivery")
    return [day for day in days if day < hole], [error]


def _missing_input(run: Run, declared: Declaration, day: date) -> str | None:
    """Which input day a day lacks, as `table has no day`, or None."""
    for read in declared.table.reads.values():
        if read.past:
            continue  # a history may begin here
        if run.ledger.published(read.table, day) is None and not (
            catalog()[read.table].table.every == "sunday" and declared.table.every == "day"
        ):
            return f"{read.table} has no {day}"
        for name, at in run.ledger.window(read, day, day, catalog()[read.table].table.every):
            if run.ledger.published(name, at) is None:
                return f"{name} has no {at}"
    return None


def _read(run: Run, read: Read, first: date, last: date, inputs: dict[str, int]) -> DataFrame:
    """The frame that a declaration asks for, at a version that `inputs` remembers."""
    every = catalog()[read.table].table.every
    pairs = run.ledger.window(read, first, last, every, inputs.get(read.keyframes or read.table))
    frame: DataFrame | None = None
    for name in dict.fromkeys([*([read.keyframes] if read.keyframes else []), read.table]):
        days = [at for table, at in pairs if table == name]
        if name not in inputs and (newest := storage.version(run.spark, run.path(name))) is not None:
            inputs[name] = newest
        if name not in inputs:
            part = _empty(run.spark, catalog()[name])
        else:
            part = storage.read(run.spark, run.path(name), inputs[name], _where(days))
        frame = part if frame is None else frame.unionByName(part, allowMissingColumns=True)
    assert frame is not None
    return frame


def _where(days: Sequence[date]) -> str:
    if not days:
        return "false"
    if (days[-1] - days[0]).days + 1 == len(days):
        return storage.in_range(days[0], days[-1])
    return storage.on_days(days)


def _empty(spark: SparkSession, declared: Declaration) -> DataFrame:
    return spark.createDataFrame([], ", ".join(f"{c.name} {c.type}" for c in declared.table.schema()))


def conform(frame: DataFrame, declared: Declaration) -> DataFrame:
    """The frame with its columns in declared order. Raises SchemaError listing missing, extra, mistyped ones."""
    columns = declared.table.schema()
    if problem := storage.schema_problem(frame, columns):
        raise storage.SchemaError(f"{declared.name}: transform returns other columns than declared: {problem}; mend the table file")
    return frame.select(*[column.name for column in columns])


# --- a feed loaded from the landing -------------------------------------------------------------


def _load_feed(run: Run, declared: Declaration, first: date, last: date) -> tuple[list[Receipt], list[NotArrivedError]]:
    feed = declared.table
    assert isinstance(feed, Feed)
    name = declared.name.split(".")[1]
    arrived, absent = landing.deliveries(run.settings.landing, name, due_days(feed, first, last))
    made = []
    numbers = {delivery.day: delivery for delivery in arrived}
    for begin, end in day_ranges(list(numbers)):
        batch = [delivery for day, delivery in numbers.items() if begin <= day <= end]
        made.append(_load_batch(run, declared, feed, name, batch))
    return made, absent


def _load_batch(run: Run, declared: Declaration, feed: Feed, name: str, batch: Sequence[landing.Delivery]) -> Receipt:
    for delivery in batch:
        if delivery.unlisted:
            run.progress.line(f"{declared.name:26} {delivery.day}: not in the manifest, not read: {', '.join(delivery.unlisted)}")
    rows = feeds.read_rows(run.spark, feed, batch)
    with persisted(feeds.judge(rows, feed)) as judged:
        marked = feeds.mark_repeats(judged, feed)
        if unknown := feeds.unknown_columns(judged):
            run.progress.line(f"{declared.name:26} columns outside the contract, kept out: {', '.join(unknown)}")
        _check_columns_delivered(judged, declared, batch)
        frame = feeds.staged(marked, feed)
        return _publish(run, declared, frame, [d.day for d in batch], {}, feed_parts=(marked, batch, name))


def _check_columns_delivered(judged: DataFrame, declared: Declaration, batch: Sequence[landing.Delivery]) -> None:
    """JSON has no header: a required column is missing when not one row of a day has it."""
    required = [c.name for c in declared.table.schema()[1:] if not c.nullable]
    found = judged.groupBy("ds").agg(
        F.count("*").alias("rows"), *[F.count(f"`{name}`").alias(f"has_{name}") for name in required]
    )
    fewest = 20  # one bad row of one is a reject, not a drifted schema
    for row in found.where(f"rows >= {fewest}").toLocalIterator():
        for name in required:
            if row[f"has_{name}"] == 0:
                raise JobError(f"{declared.name} of {row['ds']}: no row has the required column {name}; ask for a redelivery")


# --- audit and publish --------------------------------------------------------------------------


@contextmanager
def persisted(frame: DataFrame) -> Iterator[DataFrame]:
    """The frame, computed at most once, spilling to disk."""
    frame.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        yield frame
    finally:
        frame.unpersist()


def _publish(
    run: Run, declared: Declaration, frame: DataFrame, days: Sequence[date], inputs: dict[str, int],
    feed_parts: tuple[DataFrame, Sequence[landing.Delivery], str] | None = None,
) -> Receipt:  # fmt: skip
    """Audits and publishes one range. Raises AuditError when a critical expectation does not hold."""
    from jobs import audit

    started, run_id = datetime.now(UTC), uuid.uuid4().hex[:16]
    path, table = run.path(declared.name), declared.table
    keys = ["ds", *table.key]
    # Rows of a day lie together and in key order: one file a day unless the day is large.
    laid_out = frame if feed_parts else frame.hint("rebalance", "ds").sortWithinPartitions(*keys)
    with persisted(laid_out) as final:
        facts = _day_facts(final, [c.name for c in table.schema()])
        rows = {day: facts[day].rows if day in facts else 0 for day in days}
        checks = audit.audit(final, declared, days) + audit.audit_volume(rows, declared.name, run.ledger)
        rejected = 0
        if feed_parts and isinstance(table, Feed):
            marked, batch, name = feed_parts
            checks += audit.audit_balance(feeds.balance(marked, batch), table)
            turned_away = feeds.rejects(marked, name)
            rejected = turned_away.count()
        audit.write(run.spark, run.warehouse, run_id, declared.name, days[0], days[-1], checks, datetime.now(UTC))
        refused = [check for check in checks if not check.success and check.severity == "critical"]
        warned = [check for check in checks if not check.success and check.severity == "warning"]
        for check in warned:
            run.progress.line(f"{declared.name:26} {check.line()}")
        if refused:
            raise AuditError(
                f"{declared.name} {days[0]}..{days[-1]} was not published: {refused[0].line()}"
                + (f" (and {len(refused) - 1} more)" if len(refused) > 1 else "")
                + f"; see `python -m jobs audit {declared.name} --ds {days[-1]}`"
            )
        where = storage.in_range(days[0], days[-1]) if table.every == "day" else storage.on_days(days)
        metadata = {"run_id": run_id, "code_version": receipts.code_version(declared.name), "inputs": inputs}
        if feed_parts:
            _publish_rejects(run, feeds.rejects(*feed_parts[::2]), feed_parts[2], where, metadata, rejected)
        storage.ensure(run.spark, path, table.schema(), ("ds",), declared.doc.split("\n")[0])
        output = storage.replace(run.spark, path, final, where, metadata, sum(rows.values()))
    delivered = {d.day: d for d in feed_parts[1]} if feed_parts else {}
    finished = datetime.now(UTC)
    receipt = Receipt(
        run_id, declared.name, days[0], days[-1], receipts.code_version(declared.name), inputs, output,
        sum(rows.values()), rejected, len(warned),
        {
            day: Day(
                rows[day], facts[day].hash if day in facts else 0,
                delivered[day].number if day in delivered else None,
                delivered[day].digest if day in delivered else None,
            )
            for day in days
        },
        started, finished, (finished - started).total_seconds(),
    )  # fmt: skip
    receipts.write(run.spark, run.warehouse, receipt)
    run.ledger.add(receipt)
    return receipt


def _day_facts(frame: DataFrame, columns: Sequence[str]) -> dict[date, Day]:
    """Per day: rows, and a hash that does not depend on their order (keys are unique, so none cancel out)."""
    hashed = F.xxhash64(*columns)
    facts = frame.groupBy("ds").agg(F.count("*").alias("rows"), F.bit_xor(hashed).alias("hash"))
    return {row["ds"]: Day(row["rows"], row["hash"]) for row in facts.collect()}


def _publish_rejects(run: Run, frame: DataFrame, feed: str, where: str, metadata: dict[str, Any], rows: int) -> None:
    """Replaces a feed's rejects of these days. Before the staged rows: a killed run shows rejects early, never none."""
    path = run.path(REJECTS)
    with table_lock(run.spark, run.warehouse, REJECTS, wait_seconds=600):
        storage.ensure(run.spark, path, REJECT_COLUMNS, ("ds", "feed"), "rows that were not taken in, and why")
        where = f"{where} AND feed = '{feed}'"
        if rows == 0 and storage.read(run.spark, path, where=where).isEmpty():
            return
        ordered = frame.select(*[c.name for c in REJECT_COLUMNS])
        storage.replace(run.spark, path, ordered, where, metadata, rows)
