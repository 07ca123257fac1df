"""Audits a computed frame and publishes it: audit → rejects → one Delta commit → receipt."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs import feeds, landing, receipts, storage
from jobs.catalog import Declaration
from jobs.errors import AuditError
from jobs.locks import table_lock
from jobs.receipts import Day, Receipt
from jobs.table import Feed, parse_columns

if TYPE_CHECKING:
    from jobs.audit import Check
    from jobs.runner import Run

REJECTS = "staging.rejects"
REJECT_COLUMNS = parse_columns("""
    ds       date not null comment 'day of the delivery'
    feed     string not null comment 'which feed'
    file     string not null comment 'file of that day'
    line     bigint not null comment 'position of the row in the file, from 1; the header of a CSV file is 1'
    raw      string comment 'the row as it stood, broken UTF-8 replaced; of a repeated Parquet or CSV row, its text form'
    reasons  array<string> not null comment 'what was wrong: <what>:<column>, duplicate, superseded, …'
""")


@dataclass(frozen=True)
class Loaded:
    """What a feed's load has beside its good rows: the deliveries, and all their rows with what is wrong with each."""

    feed: Feed
    name: str
    deliveries: Sequence[landing.Delivery]
    marked: DataFrame


@contextmanager
def persisted(frame: DataFrame, level: StorageLevel = StorageLevel.MEMORY_AND_DISK) -> Iterator[DataFrame]:
    """The frame, computed at most once; by default in memory as far as there is room."""
    frame.persist(level)
    try:
        yield frame
    finally:
        frame.unpersist()


def publish(
    run: "Run", declared: Declaration, frame: DataFrame, days: Sequence[date], inputs: Mapping[str, int], loaded: Loaded | None = None
) -> Receipt:  # fmt: skip
    """Publishes the persisted rows of `days` and returns the receipt.

    inputs: Delta version of each table that was read; loaded: of a feed, what else came with it.
    Raises AuditError, with nothing published, when a critical expectation does not hold.
    """
    from jobs import audit

    started, run_id = datetime.now(UTC), uuid.uuid4().hex[:16]
    facts = _day_facts(frame, [c.name for c in declared.table.schema()])
    rows = {day: facts[day].rows if day in facts else 0 for day in days}
    checks = audit.audit(frame, declared, days) + audit.audit_volume(rows, declared.name, run.ledger)
    if loaded:
        balance: Any = feeds.balance(loaded.marked, loaded.deliveries).toPandas()  # a row per delivered file
        checks += audit.audit_balance(balance, loaded.feed)
    audit.write(run.spark, run.warehouse, run_id, declared.name, days[0], days[-1], checks, datetime.now(UTC))
    warnings = _report(run, declared, days, checks)

    code = declared.code_version
    metadata = {"run_id": run_id, "code_version": code, "inputs": dict(inputs)}
    where = storage.in_range(days[0], days[-1]) if declared.table.every == "day" else storage.on_days(days)
    path, rejected = run.path(declared.name), 0
    if loaded:
        rejected = int(balance.rejected.sum() + balance.repeated.sum())
        _publish_rejects(run, loaded, where, metadata, rejected)
    storage.ensure(run.spark, path, declared.table.schema(), ("ds",), declared.doc.split("\n")[0])
    output = storage.replace(run.spark, path, frame, where, metadata, sum(rows.values()))
    finished = datetime.now(UTC)
    receipt = Receipt(
        run_id, declared.name, days[0], days[-1], code, inputs, output, sum(rows.values()), rejected, warnings,
        _days(days, facts, loaded), started, finished, (finished - started).total_seconds(),
    )  # fmt: skip
    receipts.write(run.spark, run.warehouse, receipt)
    run.ledger.add(receipt)
    return receipt


def _report(run: "Run", declared: Declaration, days: Sequence[date], checks: "Sequence[Check]") -> int:
    """Says what did not hold and returns the number of warnings. Raises AuditError for what is critical."""
    broken = [check for check in checks if not check.success]
    refused = [check for check in broken if check.severity == "critical"]
    for check in broken:
        if check.severity == "warning":
            run.progress.line(f"{declared.name:26} {check.line()}")
    if refused:
        more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        raise AuditError(
            f"{declared.name} {days[0]}..{days[-1]} was not published: {refused[0].line()}{more}; "
            f"see `python -m jobs audit {declared.name} --ds {days[-1]}`"
        )
    return len(broken)


def _day_facts(frame: DataFrame, columns: Sequence[str]) -> dict[date, Day]:
    """Per day: rows, and a hash that does not depend on their order (keys are unique, so none cancel out)."""
    hashed = F.xxhash64(*columns)
    facts = frame.groupBy("ds").agg(F.count("*").alias("rows"), F.bit_xor(hashed).alias("hash"))
    return {row["ds"]: Day(row["rows"], row["hash"]) for row in facts.collect()}


def _days(days: Sequence[date], facts: Mapping[date, Day], loaded: Loaded | None) -> dict[date, Day]:
    """What a receipt keeps of each day; of a feed also which delivery it was."""
    delivered = {d.day: d for d in loaded.deliveries} if loaded else {}
    kept = {}
    for day in days:
        found, delivery = facts.get(day, Day(0, 0)), delivered.get(day)
        kept[day] = Day(found.rows, found.hash, delivery.number, delivery.digest) if delivery else found
    return kept


def _publish_rejects(run: "Run", loaded: Loaded, where: str, metadata: dict[str, Any], rows: int) -> None:
    """Replaces a feed's rejects of these days. Before the staged rows: a killed run shows rejects early, never none."""
    path = run.path(REJECTS)
    with table_lock(run.spark, run.warehouse, REJECTS, wait_seconds=600):
        storage.ensure(run.spark, path, REJECT_COLUMNS, ("ds", "feed"), "rows that were not taken in, and why")
        where = f"{where} AND feed = '{loaded.name}'"
        if rows == 0 and storage.read(run.spark, path, where=where).isEmpty():
            return
        turned_away = feeds.rejects(loaded.marked, loaded.name).select(*[c.name for c in REJECT_COLUMNS])
        storage.replace(run.spark, path, turned_away.coalesce(1), where, metadata, rows)
