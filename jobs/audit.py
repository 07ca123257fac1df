"""Judges a computed frame before it is published, with Great Expectations.

Structure is derived from the declaration; what must hold beyond it stands in `expectations/<layer>/<table>.py`.
Importing great_expectations takes seconds: import this module only on a path that audits.
"""

import importlib
import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.core.result_format import ResultFormat
from great_expectations.data_context.types.base import ProgressBarsConfig
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import storage
from jobs.catalog import Declaration
from jobs.expect import Expect
from jobs.receipts import Ledger
from jobs.table import DAY, Feed, parse_columns

AUDITS = "ops.audits"
COLUMNS = parse_columns("""
    run_id       string not null comment 'the run that was judged'
    table        string not null comment 'layer.name'
    from_ds      date not null comment 'first day of the range'
    to_ds        date not null comment 'last day of the range'
    expectation  string not null comment 'what must hold'
    severity     string not null comment 'critical stops publishing, warning reports'
    success      boolean not null comment 'whether it held'
    unexpected   bigint comment 'rows that break it'
    observed     string comment 'what was found'
    sample       array<string> comment 'keys of rows that break it'
    because      string comment 'why it must hold'
    audited_at   timestamp not null comment 'UTC'
""")
SAMPLE = 5
# A day's rows against the median of the four weeks before: outside these factors somebody should look.
VOLUME_DAYS, VOLUME_LOW, VOLUME_HIGH = 28, 0.3, 3.0
# Below this many days or rows, a factor says nothing.
VOLUME_MIN_DAYS, VOLUME_MIN_ROWS = 7, 50
# A handful of bad rows is not a bad day.
REJECTS_TO_JUDGE = 20

# Great Expectations keeps its context in module state: one audit at a time in a process.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Check:
    """One expectation and what came of it."""

    expectation: str
    severity: str
    success: bool
    unexpected: int | None
    observed: str
    sample: tuple[str, ...]
    because: str

    def line(self) -> str:
        """The check for a person, in one line."""
        state = "ok  " if self.success else "FAIL" if self.severity == "critical" else "warn"
        found = f": {self.unexpected:,} rows" if self.unexpected else f": {self.observed}" if self.observed else ""
        keys = f"; keys: {', '.join(self.sample)}" if self.sample else ""
        why = "" if self.success else f" ({self.because})"
        return f"{state} {self.severity:8} {self.expectation}{'' if self.success else found + keys + why}"


def expectations_of(name: str) -> list[Expect]:
    """The hand-written expectations of a table."""
    module = importlib.import_module(f"expectations.{name}")
    found: list[Expect] = module.EXPECTATIONS
    return found


def structural(declared: Declaration) -> list[Expect]:
    """Columns, nulls, and a key that is unique per day, from the declaration."""
    columns = declared.table.schema()
    found = [
        Expect("table_columns_to_match_set", because="the declaration says so", column_set=[c.name for c in columns], exact_match=False),
        Expect("compound_columns_to_be_unique", because="the key identifies a row within a day", column_list=["ds", *declared.table.key]),
    ]  # fmt: skip
    found += [
        Expect("column_values_to_not_be_null", because="declared not null", column=c.name)
        for c in columns
        if not c.nullable
    ]
    return found


def audit(frame: DataFrame, declared: Declaration, days: Sequence[date]) -> list[Check]:
    """Judges a frame (persisted, or it is computed once per expectation) of these days."""
    expectations = [
        *structural(declared),
        Expect(
            "column_values_to_be_in_set", because="a run publishes its own days only", column="ds", value_set=list(days)
        ),
        *expectations_of(declared.name),
    ]
    return validate(frame, expectations, ["ds", *declared.table.key])


def audit_balance(files: pd.DataFrame, feed: Feed) -> list[Check]:
    """Judges a feed's balance (feeds.balance): nothing is lost, and not too much is rejected."""
    counts = files.assign(unaccounted=files.delivered - files.staged - files.rejected - files.repeated)
    days = counts.groupby("ds", as_index=False)[["staged", "rejected"]].sum()
    few = days.rejected < REJECTS_TO_JUDGE
    days["rejected_share"] = (days.rejected / (days.staged + days.rejected).clip(lower=1)).mask(few, 0.0)
    conserved = Expect(
        "column_values_to_be_in_set", column="unaccounted", value_set=[0],
        because="rows delivered = rows staged + rows rejected: nothing is lost",
    )  # fmt: skip
    share = Expect(
        "column_values_to_be_between", column="rejected_share", max_value=feed.reject_limit,
        because=f"a day of which more than {feed.reject_limit:.0%} is bad was delivered wrong, not typed wrong",
    )  # fmt: skip
    return [*validate(counts, [conserved], ["ds", "file"]), *validate(days, [share], ["ds"])]


def audit_volume(rows: dict[date, int], name: str, ledger: Ledger) -> list[Check]:
    """Rows of each day against the median of the 28 days before it. Only ever a warning: an empty day is fine."""
    strange = []
    for day, count in sorted(rows.items()):
        before = [day - i * DAY for i in range(1, VOLUME_DAYS + 1)]
        earlier = {d: r.days[d].rows for d in before if (r := ledger.published(name, d))}
        known = [(earlier | rows)[d] for d in before if d in earlier or d in rows]
        usual = median(known) if len(known) >= VOLUME_MIN_DAYS else 0
        if usual >= VOLUME_MIN_ROWS and not VOLUME_LOW * usual <= count <= VOLUME_HIGH * usual:
            strange.append(f"{day}: {count:,} rows, usually {usual:,.0f}")
    return [
        Check(
            "rows a day are near the last 28 days' median", "warning", not strange, len(strange) or None,
            "; ".join(strange[:SAMPLE]), (), "a feed that halves or triples was often delivered wrong",
        )
    ]  # fmt: skip


def validate(frame: DataFrame | pd.DataFrame, expectations: Iterable[Expect], key: Sequence[str]) -> list[Check]:
    """Runs expectations over a Spark or pandas frame with Great Expectations; failed ones come with sample keys."""
    expectations = list(expectations)
    with _ONE_AT_A_TIME:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        source: Any
        if isinstance(frame, pd.DataFrame):
            source = context.data_sources.add_pandas("frame")
        else:
            # The frame is persisted by the runner; persisting it again would copy it.
            source = context.data_sources.add_spark("frame", persist=False)
            frame = _with_conditions(frame, expectations)
        definition = source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("frame")
        batch = definition.get_batch({"dataframe": frame})
        # Most hold. Only for those that do not, another look finds what breaks them: it costs a job each.
        results = _results(batch, dict(enumerate(expectations)), ResultFormat.BOOLEAN_ONLY)
        broken = {i: expectations[i] for i, result in results.items() if not result.success}
        if broken:
            results |= _results(batch, broken, ResultFormat.SUMMARY)
    return [_check(expectations[i], results[i], frame, key) for i in range(len(expectations))]


def _with_conditions(frame: DataFrame, expectations: Sequence[Expect]) -> DataFrame:
    """The frame with a column that says, for each rows_to_meet, whether a row meets it: one job judges them all."""
    return frame.select(
        "*",
        *[
            F.expr(expect.arguments["condition"]).alias(_condition_column(i))
            for i, expect in enumerate(expectations)
            if expect.type == "rows_to_meet"
        ],
    )


def _condition_column(position: int) -> str:
    return f"_condition_{position}"


def _results(batch: Any, expectations: Mapping[int, Expect], detail: ResultFormat) -> dict[int, Any]:
    """Great Expectations' result of each expectation, under the same numbers."""
    suite = gx.ExpectationSuite(name="suite", expectations=[_expectation(e, i) for i, e in expectations.items()])
    results = batch.validate(suite, result_format=detail).results
    return {result.expectation_config.meta["position"]: result for result in results}


def _expectation(expect: Expect, position: int) -> Any:
    meta = {"position": position}
    type_, arguments = expect.type, expect.arguments
    if type_ == "rows_to_meet":
        type_, arguments = "column_values_to_be_in_set", {"column": _condition_column(position), "value_set": [True]}
    name = "Expect" + "".join(part.capitalize() for part in type_.split("_"))
    return getattr(gxe, name)(**arguments, meta=meta)


def _check(expect: Expect, result: Any, frame: DataFrame | pd.DataFrame, key: Sequence[str]) -> Check:
    if problem := _exception(result.exception_info or {}):
        raise RuntimeError(f"expectation {expect.describe()} cannot be evaluated: {problem}")
    found = result.result or {}
    observed = found.get("observed_value")
    unexpected = found.get("unexpected_count")
    sample: tuple[str, ...] = ()
    if not result.success:
        sample = _sample(expect, found, frame, key)
    text = "" if observed is None else json.dumps(observed, default=str, ensure_ascii=False)
    return Check(
        expect.describe(), expect.severity, bool(result.success), unexpected, text[:500], sample, expect.because
    )


def _exception(info: dict[str, Any]) -> str | None:
    """Great Expectations reports one exception, or one per metric."""
    for found in [info, *(value for value in info.values() if isinstance(value, dict))]:
        if found.get("raised_exception"):
            return str(found.get("exception_message"))
    return None


def _sample(
    expect: Expect, found: dict[str, Any], frame: DataFrame | pd.DataFrame, key: Sequence[str]
) -> tuple[str, ...]:
    """Keys of a few rows that break an expectation, found with one bounded query."""
    column = expect.arguments.get("column")
    if isinstance(frame, pd.DataFrame):
        broken_rows = frame[frame[column].isin(found.get("partial_unexpected_list", []))].head(SAMPLE)
        return tuple("/".join(str(row[name]) for name in key) for _, row in broken_rows.iterrows())
    if expect.type == "rows_to_meet":
        broken = frame.withColumn("_met", F.expr(expect.arguments["condition"])).where("NOT _met")
    elif expect.type == "compound_columns_to_be_unique":
        names = expect.arguments["column_list"]
        broken = frame.groupBy(*names).count().where("count > 1")
    elif expect.type == "column_values_to_not_be_null":
        broken = frame.where(F.col(str(column)).isNull())
    elif column and found.get("partial_unexpected_list"):
        broken = frame.where(F.col(str(column)).isin(found["partial_unexpected_list"]))
    else:
        return ()
    rows = broken.select(*[name for name in key if name in broken.columns]).limit(SAMPLE).collect()
    return tuple("/".join(str(value) for value in row) for row in rows)


def write(
    spark: SparkSession,
    warehouse: str,
    run_id: str,
    name: str,
    first: date,
    last: date,
    checks: Sequence[Check],
    at: datetime,
) -> None:
    """Keeps the checks in ops.audits, whatever came of them."""
    rows = [
        (
            run_id, name, first, last, c.expectation, c.severity, c.success, c.unexpected, c.observed,
            list(c.sample), c.because, at,
        )
        for c in checks
    ]  # fmt: skip
    storage.add_rows(spark, warehouse, AUDITS, COLUMNS, rows, "what every audit found")
