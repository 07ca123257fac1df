"""Runs tables over ranges of days: read → transform → persist → audit → publish → receipt."""

import inspect
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import date

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import feeds, landing, receipts, storage
from jobs.catalog import Declaration, catalog
from jobs.errors import JobError, NotArrivedError, explained
from jobs.locks import LockedError, table_lock
from jobs.progress import Progress
from jobs.provenance import same_code
from jobs.publish import Loaded, persisted, publish
from jobs.receipts import Day, Ledger, Receipt
from jobs.settings import Settings
from jobs.table import DAY, GIVEN, Feed, Read, Table, day_ranges, due_days

# Rows of a delivery that one task of a load takes, if they lie in small files.
TASK_ROWS = 50_000


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


def plan(
    run: Run, declared: Declaration, first: date, last: date, ahead: Mapping[str, Collection[date]] | None = None
) -> Plan:
    """What has to be computed of `first..last`. `ahead`: days of other tables that this very call computes before."""
    days = due_days(declared.table, first, last)
    if declared.table.every == "request":
        days = [last]
    todo: dict[date, str] = {}
    for day in days:
        reason = "forced" if run.force else why_due(run, declared, day)
        # A table that reads its own past is computed anew from the first day that is.
        coming = {**(ahead or {}), **({declared.name: todo} if declared.reads_own_past else {})}
        if reason is None and any(_reads_ahead(run, read, day, coming) for read in declared.table.reads.values()):
            reason = "after its inputs"
        if reason:
            todo[day] = reason
    step = 1 if declared.table.every == "day" else 7
    ranges = day_ranges(list(todo), step)
    if declared.reads_own_past:
        ranges = [(day, day) for day in sorted(todo)]
    return Plan(declared, tuple(ranges), tuple(sorted(set(todo.values()))), len(days) - len(todo))


def _reads_ahead(run: Run, read: Read, day: date, ahead: Mapping[str, Collection[date]]) -> bool:
    """Whether a day reads a day that is about to be computed."""
    if read.cache:
        return False
    first, last = day - (read.days - 1) * DAY, day
    if read.past:
        first, last = day - read.days * DAY, day - DAY
    if read.keyframes:
        first = run.ledger.keyframe_before(read.keyframes, day) or date.min
    known = (*ahead.get(read.table, ()), *(ahead.get(read.keyframes, ()) if read.keyframes else ()))
    return any(first <= at <= last for at in known)


def why_due(run: Run, declared: Declaration, day: date) -> str | None:
    """Why a day has to be computed, None when its receipt stands."""
    receipt = run.ledger.published(declared.name, day)
    if receipt is None:
        return "not published"
    if not same_code(receipt.code_version, declared.code_version):
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

    Raises NotArrivedError, after publishing what could be, when input days are missing; what is wrong with a day of a
    feed, after publishing the others; AuditError when an audit refuses; LockedError when another run writes the table.
    """
    with table_lock(run.spark, run.warehouse, declared.name):
        todo = plan(run, declared, first, last)
        if not todo.ranges:
            run.progress.line(todo.line())
        done: list[Receipt] = []
        absent: list[JobError] = []
        for begin, end in todo.ranges:
            span = f"{declared.name:26} {begin}..{end}"
            with run.progress.step(span) as said:
                made, missing = _compute(run, declared, begin, end)
                absent += missing
                done += made
                said.append(f"{sum(r.rows for r in made):,} rows" if made else "nothing published")
                if rejected := sum(r.rejected for r in made):
                    said.append(f"{rejected:,} rejected")
                if warnings := sum(r.warnings for r in made):
                    said.append(f"{warnings} warnings")
        if absent:
            # What was refused has to be mended, what has not arrived comes by itself.
            worst = min(absent, key=lambda error: isinstance(error, NotArrivedError))
            more = f" (and {len(absent) - 1} more days)" if len(absent) > 1 else ""
            worst.args = (f"{worst}{more}",)
            worst.of_days = True
            raise worst
        return done


def _compute(run: Run, declared: Declaration, first: date, last: date) -> tuple[list[Receipt], Sequence[JobError]]:
    """Computes and publishes one range. Raises JobError for a full disk, wherever Spark or Delta met it."""
    try:
        return (_load_feed if declared.is_feed else _compute_table)(run, declared, first, last)
    except JobError:
        raise
    except Exception as error:
        if "No space left on device" not in str(error):
            raise
        raise JobError(
            f"{declared.name} {first}..{last}: no space left on the disk of {run.warehouse} or of Spark's temporary files; "
            "the table is as before: free space, then run the same command again"
        ) from error


def run_tables(run: Run, tables: Sequence[Declaration], first: date, last: date) -> None:
    """Runs tables, each as soon as what it reads is done, several side by side, each as far as its input allows.

    A table that fails takes only what reads it along. Raises the first error when all has been tried.
    """
    waiting = {declared.name: declared for declared in tables}
    running: dict[Future[list[Receipt]], str] = {}
    errors: list[JobError] = []
    broken: set[str] = set()
    with ThreadPoolExecutor(run.settings.tables_at_once) as pool:
        try:
            while waiting or running:
                for declared in list(waiting.values()):
                    if declared.sources() & {*waiting, *running.values()}:
                        continue
                    del waiting[declared.name]
                    if spoilt := declared.sources() & broken:
                        run.progress.line(f"{declared.name:26} skipped: {sorted(spoilt)[0]} failed")
                        broken.add(declared.name)
                    else:
                        running[pool.submit(run_table, run, declared, first, last)] = declared.name
                for ended in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(ended)
                    try:
                        ended.result()
                    except Exception as failure:
                        error = explained(failure, f"{name}: ")
                        run.progress.line(f"{name:26} {error}")
                        errors.append(error)
                        if not error.of_days:  # else what reads it goes as far as its days do
                            broken.add(name)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if errors:
        raise errors[0]


def plan_lines(run: Run, tables: Sequence[Declaration], first: date, last: date) -> Iterator[str]:
    """What `run_tables` would do, one line a table."""
    ahead: dict[str, list[date]] = {}
    for declared in tables:
        planned = plan(run, declared, first, last, ahead)
        ahead[declared.name] = [
            day for begin, end in planned.ranges for day in due_days(declared.table, begin, end) or [begin]
        ]
        yield planned.line()


# --- a table computed from tables ---------------------------------------------------------------


def _compute_table(
    run: Run, declared: Declaration, first: date, last: date
) -> tuple[list[Receipt], list[NotArrivedError]]:
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
    extra = {
        name: days if name == "days" else getattr(run.settings, name)
        for name in inspect.signature(declared.transform).parameters
        if name in GIVEN
    }
    frame = conform(declared.transform(**frames, **extra), declared)
    # Rows of a day lie together and in key order: one file a day unless the day is large.
    with persisted(frame.hint("rebalance", "ds").sortWithinPartitions("ds", *table.key)) as laid_out:
        return [publish(run, declared, laid_out, days, inputs)], absent


def _before_gap(
    declared: Declaration, days: list[date], missing: dict[date, str]
) -> tuple[list[date], list[NotArrivedError]]:
    """Days that can be computed: those before the first with a missing input (later ones may rest on it)."""
    if not missing:
        return days, []
    hole = min(missing)
    error = NotArrivedError(
        f"{declared.name} of {hole} cannot be computed: {missing[hole]}; run that first, or ask for the delivery"
    )
    return [day for day in days if day < hole], [error]


def _missing_input(run: Run, declared: Declaration, day: date) -> str | None:
    """Which input day a day lacks, as `table has no day`, or None."""
    for read in declared.table.reads.values():
        if read.past or read.cache or _cadences()[read.table] == "request":
            continue  # a history may begin here; and what is computed on request may not have been asked for
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
            where = storage.since(first - read.days * DAY) if read.cache else _where(days)
            part = storage.read(run.spark, run.path(name), inputs[name], where)
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
    return storage.local_frame(spark, [], storage.ddl(declared.table.schema()))


def conform(frame: DataFrame, declared: Declaration) -> DataFrame:
    """The frame with its columns in declared order. Raises SchemaError listing missing, extra, mistyped ones."""
    columns = declared.table.schema()
    if problem := storage.schema_problem(frame, columns):
        raise storage.SchemaError(
            f"{declared.name}: transform returns other columns than declared: {problem}; mend the table file"
        )
    return frame.select(*[column.name for column in columns])


# --- a feed loaded from the landing -------------------------------------------------------------


def _load_feed(run: Run, declared: Declaration, first: date, last: date) -> tuple[list[Receipt], list[JobError]]:
    feed = declared.table
    assert isinstance(feed, Feed)
    name = declared.name.split(".")[1]
    arrived, absent = landing.deliveries(run.settings.landing, name, due_days(feed, first, last))
    made: list[Receipt] = []
    errors: list[JobError] = [*absent]
    numbers = {delivery.day: delivery for delivery in arrived}
    for begin, end in day_ranges(list(numbers)):
        batch = [delivery for day, delivery in numbers.items() if begin <= day <= end]
        loaded, refused = _load_days(run, declared, feed, name, batch)
        made += loaded
        errors += refused
    return made, errors


def _load_days(
    run: Run, declared: Declaration, feed: Feed, name: str, batch: Sequence[landing.Delivery]
) -> tuple[list[Receipt], list[JobError]]:
    """Loads days together; when something is wrong with one of them its half without it, and so on, and the error."""
    try:
        return [_load_batch(run, declared, feed, name, batch)], []
    except LockedError:
        raise
    except JobError as error:
        if len(batch) == 1:
            return [], [error]
        run.progress.line(f"{declared.name:26} {error}; the other days are loaded without it")
    middle = len(batch) // 2
    halves = [_load_days(run, declared, feed, name, half) for half in (batch[:middle], batch[middle:])]
    return [receipt for made, _ in halves for receipt in made], [error for _, errors in halves for error in errors]


def _load_batch(run: Run, declared: Declaration, feed: Feed, name: str, batch: Sequence[landing.Delivery]) -> Receipt:
    for delivery in batch:
        if delivery.unlisted:
            run.progress.line(
                f"{declared.name:26} {delivery.day}: not in the manifest, not read: {', '.join(delivery.unlisted)}"
            )
    rows = feeds.read_rows(run.spark, feed, batch)
    # Small files share a task. What was read is kept on disk: it holds every row as it stood.
    tasks = max(2 * run.spark.sparkContext.defaultParallelism, sum(delivery.rows for delivery in batch) // TASK_ROWS)
    with (
        persisted(feeds.judge(rows, feed).coalesce(tasks), StorageLevel.DISK_ONLY) as judged,
        persisted(feeds.repeats(judged, feed)) as repeated,
    ):
        repeated.count()
        with persisted(feeds.mark_repeats(judged, repeated)) as marked:
            if unknown := feeds.unknown_columns(judged):
                run.progress.line(f"{declared.name:26} columns outside the contract, kept out: {', '.join(unknown)}")
            _check_columns_delivered(judged, declared)
            return publish(
                run, declared, feeds.staged(marked, feed), [d.day for d in batch], {}, Loaded(feed, name, batch, marked)
            )


def _check_columns_delivered(judged: DataFrame, declared: Declaration) -> None:
    """JSON has no header: a required column is missing when not one row of a day has it."""
    required = [c.name for c in declared.table.schema()[1:] if not c.nullable]
    found = judged.groupBy("ds").agg(
        F.count("*").alias("rows"), *[F.count(f"`{name}`").alias(f"has_{name}") for name in required]
    )
    fewest = 20  # one bad row of one is a reject, not a drifted schema
    for row in found.where(f"rows >= {fewest}").toLocalIterator():
        for name in required:
            if row[f"has_{name}"] == 0:
                raise JobError(
                    f"{declared.name} of {row['ds']}: no row has the required column {name}; ask for a redelivery"
                )
