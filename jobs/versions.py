"""State as of a day, from rows that are changes: newest row per key on or before the day, in range form."""

from collections.abc import Callable, Sequence
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

# End of a version that nothing has replaced yet.
OPEN = "9999-12-31"


def end_of(day: Column) -> Column:
    """The last second of a day, UTC."""
    return F.date_add(day, 1).cast("timestamp") - F.expr("INTERVAL 1 SECOND")


def with_validity(rows: DataFrame, key: Sequence[str]) -> DataFrame:
    """Adds `valid_from` and `valid_to` (dates, from included, to not) to changes of `key`, one row per key and ds."""
    newer = Window.partitionBy(*key).orderBy("ds")
    return rows.withColumns(
        {"valid_from": F.col("ds"), "valid_to": F.coalesce(F.lead("ds").over(newer), F.lit(OPEN).cast("date"))}
    )


def newest_on(rows: DataFrame, key: Sequence[str], days: Sequence[date]) -> DataFrame:
    """The newest row per key on each of `days`: its `ds` becomes the day, `changed_ds` its own.

    rows: a keyframe (rows with `changed_ds`) and the changes since, as a read with `keyframes` gives them.
    """
    changed = F.coalesce(F.col("changed_ds"), F.col("ds")) if "changed_ds" in rows.columns else F.col("ds")
    wanted = F.array(*[F.lit(day) for day in days])
    valid = with_validity(rows.withColumn("changed_ds", changed), key)
    on = F.explode(F.filter(wanted, lambda day: (day >= F.col("valid_from")) & (day < F.col("valid_to"))))
    return valid.drop("ds").withColumn("ds", on).drop("valid_from", "valid_to")


def recent_on(rows: DataFrame, days: Sequence[date], back: int) -> DataFrame:
    """Rows once for each of `days` on which they are at most `back` days old: their `ds` becomes that day."""
    wanted = F.array(*[F.lit(day) for day in days])
    on = F.explode(F.filter(wanted, lambda day: (day >= F.col("ds")) & (day <= F.date_add("ds", back))))
    return rows.withColumn("_on", on).drop("ds").withColumnRenamed("_on", "ds")


def totals_on(rows: DataFrame, days: Sequence[date], add_up: Callable[[DataFrame, str], DataFrame]) -> DataFrame:
    """What rows add up to until each of `days`: their `ds` becomes that day. Rows are added up by week first.

    rows: changes and the totals of a keyframe, as a read with `keyframes` gives them. add_up: (rows, column of the day)
    -> one row per day and key.
    """
    wanted = F.array(*[F.lit(day) for day in days])
    week = F.element_at(F.filter(wanted, lambda day: day >= F.col("ds")), 1)
    until = F.explode(F.filter(wanted, lambda day: day >= F.col("week")))
    return add_up(add_up(rows.withColumn("week", week), "week").withColumn("ds", until), "ds")
