"""The only module that touches Delta: create, read as of a version, replace a range, add rows.

A table is at `<warehouse>/<layer>/<table>`, partitioned by `ds`.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast

import pyarrow as pa
from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from jobs import hadoop
from jobs.errors import JobError
from jobs.locks import table_lock
from jobs.settings import spark_path
from jobs.table import Column

# Rows of operation come one commit at a time; their files are joined after so many.
COMPACT_EVERY = 100


class SchemaError(JobError):
    """A frame, or a table on disk, has other columns than the declaration."""


def table_path(warehouse: str, name: str) -> str:
    """`core.trades` in a warehouse, as Spark spells the path."""
    return f"{spark_path(warehouse)}/{name.replace('.', '/')}"


def version(spark: SparkSession, path: str) -> int | None:
    """Newest version of the table, None when there is none."""
    jvm: Any = spark._jvm
    # DESCRIBE HISTORY costs a Spark job; the transaction log knows.
    log = jvm.org.apache.spark.sql.delta.DeltaLog.forTable(spark._jsparkSession, path)
    none = getattr(getattr(jvm.scala, "None$"), "MODULE$")
    newest = log.update(False, none, none).version()
    return None if newest < 0 else int(newest)


def ensure(spark: SparkSession, path: str, columns: Sequence[Column], partitions: Sequence[str], comment: str) -> None:
    """Creates the table when it is not there. Raises SchemaError when it is there with other columns."""
    if version(spark, path) is None:
        builder = DeltaTable.createIfNotExists(spark).location(path).comment(comment)
        for column in columns:
            builder = builder.addColumn(
                column.name, column.type, nullable=column.nullable, comment=column.comment or None
            )
        builder.partitionedBy(*partitions).execute() if partitions else builder.execute()
        return
    frame = spark.read.format("delta").load(path)
    if problem := schema_problem(frame, columns):
        raise SchemaError(
            f"{path} was made with other columns than its declaration has: {problem}; "
            "alter the table, or move it away and backfill"
        )


def schema_problem(frame: DataFrame, columns: Sequence[Column]) -> str | None:
    """Missing, extra and mistyped columns against a declaration, or None."""
    have = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
    want = {column.name: column.type for column in columns}
    missing = [name for name in want if name not in have]
    extra = [name for name in have if name not in want]
    mistyped = [
        f"{name} is {have[name]}, declared {want[name]}"
        for name in want
        if name in have and not _same_type(have[name], want[name])
    ]
    parts = [
        f"{label}: {', '.join(names)}"
        for label, names in (("missing", missing), ("extra", extra), ("mistyped", mistyped))
        if names
    ]
    return "; ".join(parts) or None


def _same_type(have: str, want: str) -> bool:
    alias = {"long": "bigint", "integer": "int"}
    return have == alias.get(want, want)


def read(spark: SparkSession, path: str, at_version: int | None = None, where: str | None = None) -> DataFrame:
    """The table as it was at a version (None = now), rows that meet `where`."""
    reader = spark.read.format("delta")
    if at_version is not None:
        reader = reader.option("versionAsOf", at_version)
    frame = reader.load(path)
    return frame.where(where) if where else frame


def in_range(first: date, last: date) -> str:
    """SQL condition for `first <= ds <= last` (replaceWhere cannot take BETWEEN)."""
    return f"ds >= date'{first}' AND ds <= date'{last}'"


def since(first: date) -> str:
    """SQL condition for `first <= ds`."""
    return f"ds >= date'{first}'"


def on_days(days: Iterable[date]) -> str:
    """SQL condition for `ds` being one of some days."""
    listed = ", ".join(f"date'{day}'" for day in days)
    return f"ds IN ({listed})"


def replace(spark: SparkSession, path: str, frame: DataFrame, where: str, metadata: dict[str, Any], rows: int) -> int:
    """Replaces the rows that meet `where` by `frame`, in one commit. Returns the new version.

    `rows` is what was audited: Raises JobError, with the table restored, when the commit wrote another number.
    """
    before = version(spark, path)
    frame.write.format("delta").mode("overwrite").option("replaceWhere", where).option(
        "userMetadata", json.dumps(metadata, sort_keys=True)
    ).save(path)
    after, written = _last_commit(spark, path)
    if after == before:  # nothing to remove and nothing to add: Delta commits nothing
        written = 0
    if written != rows:
        DeltaTable.forPath(spark, path).restoreToVersion(before or 0)
        raise JobError(
            f"{path}: {written} rows were written, {rows} were audited; the table was put back to version "
            f"{before}: run it again, with more memory if it happens twice"
        )
    return after


def add_rows(
    spark: SparkSession,
    warehouse: str,
    name: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    comment: str,
) -> None:
    """Adds a few rows (tuples in the columns' order) to a table without partitions, one writer at a time.

    Every call leaves a small file; they are joined again now and then.
    """
    path = table_path(warehouse, name)
    with table_lock(spark, warehouse, name, wait_seconds=120):
        ensure(spark, path, columns, (), comment)
        local_frame(spark, rows, ddl(columns)).write.format("delta").mode("append").save(path)
        if (version(spark, path) or 0) % COMPACT_EVERY == 0:
            DeltaTable.forPath(spark, path).optimize().executeCompaction()


def ddl(columns: Iterable[Column]) -> str:
    """Columns as Spark writes a schema, all nullable."""
    return ", ".join(f"{column.name} {column.type}" for column in columns)


def local_frame(spark: SparkSession, rows: Sequence[Sequence[Any]], schema: StructType | str) -> DataFrame:
    """A frame of a few rows (tuples in the schema's order), sent as Arrow: no Python worker is started for it."""
    types = schema if isinstance(schema, StructType) else cast(StructType, StructType.fromDDL(schema))
    named = [dict(zip(types.names, row, strict=True)) for row in rows]
    sent: Any = pa.Table.from_pylist(named, schema=to_arrow_schema(types))
    return spark.createDataFrame(sent, types)


def _last_commit(spark: SparkSession, path: str) -> tuple[int, int]:
    """Version and rows written of the newest commit, as the commit itself states them (DESCRIBE HISTORY runs a job)."""
    newest = version(spark, path)
    assert newest is not None
    for line in hadoop.read_text(spark, *hadoop.open_path(spark, f"{path}/_delta_log/{newest:020d}.json")).split("\n"):
        if line and "commitInfo" in (action := json.loads(line)):
            return newest, int(action["commitInfo"].get("operationMetrics", {}).get("numOutputRows", "0"))
    raise JobError(f"{path}: version {newest} does not say what it wrote; another program wrote it: see its history")
