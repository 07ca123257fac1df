"""Rows of weekly tables that are published, for who looks at them."""

from datetime import date, timedelta

from pyspark.sql import DataFrame

from jobs import storage
from jobs.errors import UsageError
from jobs.runner import Run
from jobs.table import SUNDAY


def of_day(run: Run, table: str, day: date) -> DataFrame:
    """The rows of a table as known on a day."""
    return storage.read(run.spark, run.path(table), where=f"ds = date'{day}'")


def need(run: Run, day: date, *tables: str) -> None:
    """Raises UsageError, saying what to do, for the first of these weekly tables that has nothing published of the day."""
    for table in tables:
        if run.ledger.published(table, day) is None:
            sunday = day - timedelta(days=(day.weekday() - SUNDAY) % 7)
            if day != sunday:
                raise UsageError(f"{table} is of Sundays, {day} is none: give {sunday}")
            raise UsageError(f"{table} has no {day}: run `python -m jobs weekly --from {day} --to {day}` first")
