"""What is published, missing and stale, and what audits found, in lines for an operator."""

from collections.abc import Iterator
from datetime import date

from pyspark.sql import SparkSession

from jobs import runner, storage
from jobs.catalog import catalog
from jobs.errors import UsageError
from jobs.progress import Progress
from jobs.settings import Settings
from jobs.table import day_ranges, due_days

# Days or ranges named in one line.
SHOWN = 6


def report(spark: SparkSession, settings: Settings, first: date | None, last: date | None) -> Iterator[str]:
    """One line per table: published span, rows; then missing and stale days, each with what to run."""
    run = runner.open_run(spark, settings, Progress(None))
    published = [day for name in catalog() for day in run.ledger.days(name)]
    if not published:
        yield f"nothing is published in {settings.warehouse}: start with `python -m jobs daily --from DAY --to DAY`"
        return
    first, last = first or min(published), last or max(published)
    for name, declared in catalog().items():
        days = [day for day in run.ledger.days(name) if first <= day <= last]
        rows = sum(receipt.days[day].rows for day in days if (receipt := run.ledger.published(name, day)))
        span = f"{days[0]}..{days[-1]}" if days else "nothing"
        yield f"{name:26} {span:24} {rows:>14,} rows"
        missing = [day for day in due_days(declared.table, first, last) if day not in set(days)]
        step = 1 if declared.table.every == "day" else 7
        if missing:
            yield f"{'':26} missing: {_spans(missing, step)}"
        stale = {day: why for day in days if (why := runner.why_due(run, declared, day))}
        for why in sorted(set(stale.values())):
            yield f"{'':26} stale: {_spans([d for d in stale if stale[d] == why], step)} ({why})"


def _spans(days: list[date], step: int) -> str:
    ranges = [str(a) if a == b else f"{a}..{b}" for a, b in day_ranges(days, step)]
    return ", ".join(ranges[:SHOWN]) + (f" and {len(ranges) - SHOWN} more" if len(ranges) > SHOWN else "")


def audit_lines(spark: SparkSession, warehouse: str, table: str, day: date) -> Iterator[str]:
    """The checks of the newest audit of that day. Raises UsageError when there was none."""
    from jobs import audit

    path = storage.table_path(warehouse, audit.AUDITS)
    if storage.version(spark, path) is None:
        raise UsageError(f"no audit was ever written to {warehouse}")
    of_day = storage.read(spark, path, where=f"from_ds <= date'{day}' AND to_ds >= date'{day}'")
    rows = of_day.where(of_day.table == table).orderBy("audited_at").collect()
    if not rows:
        raise UsageError(f"{table} of {day} was never audited")
    newest = [row for row in rows if row["run_id"] == rows[-1]["run_id"]]
    yield f"{table} {newest[0]['from_ds']}..{newest[0]['to_ds']}, run {newest[0]['run_id']}, {newest[0]['audited_at']} UTC"
    for row in sorted(newest, key=lambda r: (r["success"], r["severity"])):
        yield audit.Check(
            row["expectation"], row["severity"], row["success"], row["unexpected"], row["observed"] or "",
            tuple(row["sample"] or ()), row["because"] or "",
        ).line()  # fmt: skip
