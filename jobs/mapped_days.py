"""Writes mapped rows into a landing: a delivery per feed and day, again only where the content is another.

Spark writes the rows; a day's files are then moved into it, its manifest last. The order of rows in a file depends on
the rows alone, so equal content gives equal files, and a file's name says its content.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import landing
from jobs.errors import JobError
from jobs.landing import File
from jobs.mapping_report import Report
from jobs.progress import Progress
from jobs.settings import spark_path
from jobs.table import days_between

# Where a landing keeps what a mapping turned away and counted.
RECORDS = "_mapped"
# One file of a day holds this many rows; larger days have several.
ROWS_PER_FILE = 1_000_000

Manifest = dict[str, Any]
# Where files lie, and how a manifest will list them, by day.
Staged = dict[date, list[tuple[str, File]]]


def write(
    spark: SparkSession,
    target: str,
    frames: Mapping[str, DataFrame],
    rejects: DataFrame,
    report: Report,
    progress: Progress,
) -> None:
    """Delivers every feed and day of the report's range, and counts in `report.written` what was done.

    frames: feed -> dt and what becomes the row. Raises JobError, with nothing written, for rows on a day that was
    delivered by somebody else.
    """
    plan = {feed: _plan(target, feed, report) for feed in (*report.feeds, *report.not_mapped)}
    report.written = {"delivered": 0, "delivered again": 0, "unchanged": 0, "empty": 0}
    for feed, there in plan.items():
        temporary = f"{target}/{feed}/_mapping"
        try:
            with progress.step(f"writing {feed:18}") as said, ThreadPoolExecutor(landing.THREADS) as pool:
                days = report.feeds[feed].days if feed in frames else {}
                staged = _stage(spark, report.source, frames[feed], temporary, days, pool) if days else {}
                outcomes = list(pool.map(partial(_deliver, target, feed, report.source, staged, there), there))
                said.append(f"{len(staged):,} days with rows of {len(outcomes):,}")
        finally:
            landing.remove_tree(temporary)
        for outcome in outcomes:
            report.written[outcome] += 1
    folder = f"{target}/{RECORDS}/{report.source}"
    with progress.step("writing what was turned away"):
        rejects.write.mode("overwrite").option("compression", "gzip").json(spark_path(f"{folder}/rejects"))
    landing.write(f"{folder}/report.json", report.as_json().encode())


def _plan(target: str, feed: str, report: Report) -> dict[date, Manifest | None]:
    """Day -> its manifest, for the days that are ours to deliver: those of the range, and those that we filled once."""
    assert report.first and report.last
    days = sorted({*days_between(report.first, report.last), *landing.days_in(target, feed)})
    with ThreadPoolExecutor(landing.THREADS) as pool:
        there = dict(zip(days, pool.map(partial(landing.read_manifest, target, feed), days), strict=True))
    ours = {
        day: manifest for day, manifest in there.items() if manifest is None or manifest.get("source") == report.source
    }
    if foreign := [day for day in (report.feeds[feed].days if feed in report.feeds else {}) if day not in ours]:
        others = f" (and {len(foreign) - 1} more days)" if len(foreign) > 1 else ""
        raise JobError(
            f"{landing.folder_of(target, feed, foreign[0])} was delivered by somebody else{others}, nothing was written: "
            "give another --landing, or move that delivery away"
        )
    return {day: manifest for day, manifest in ours.items() if manifest or report.first <= day <= report.last}


def _stage(
    spark: SparkSession,
    source: str,
    frame: DataFrame,
    temporary: str,
    days: Mapping[date, int],
    pool: ThreadPoolExecutor,
) -> Staged:
    """Writes a feed's rows to a temporary folder. Raises JobError when not as many as were counted are there."""
    content = F.to_json(F.struct(*[name for name in frame.columns if name != "dt"]))
    parts = spark.createDataFrame(
        [(day, -(-rows // ROWS_PER_FILE)) for day, rows in days.items()], "dt date, parts int"
    )
    rows = frame.select("dt", content.alias("value")).join(F.broadcast(parts), "dt", how="inner")
    cut = rows.select("dt", F.pmod(F.xxhash64("value"), "parts").alias("part"), "value")
    laid_out = cut.repartition("dt", "part").sortWithinPartitions("dt", "part", "value")
    # Overwrites: a store may show an emptied folder as one that is there.
    laid_out.write.mode("overwrite").partitionBy("dt", "part").option("compression", "gzip").text(spark_path(temporary))
    names = sorted(name for name in landing.list_tree(temporary) if name.endswith(".gz"))
    staged: Staged = {}
    for name, file in zip(
        names, pool.map(lambda name: landing.measure(f"{temporary}/{name}", source), names), strict=True
    ):
        staged.setdefault(date.fromisoformat(name[3:13]), []).append(
            (f"{temporary}/{name}", file)
        )  # dt=2024-03-01/part=0/…
    written = {day: sum(file.rows for _, file in files) for day, files in staged.items()}
    if written != days:
        raise JobError(
            f"{temporary}: {sum(written.values()):,} rows were written, {sum(days.values()):,} were counted: nothing was delivered, run it again"
        )
    return staged


def _deliver(
    target: str, feed: str, source: str, staged: Staged, there: Mapping[date, Manifest | None], day: date
) -> str:
    """One day, unless it is there already. Returns what was done."""
    files, before = staged.get(day, []), there[day]
    content = {(file.name, file.sha256, file.rows) for _, file in files}
    if before and content == {(file["name"], file["sha256"], file["rows"]) for file in before["files"]}:
        return "unchanged"
    number = int(before.get("delivery", 1)) + 1 if before else 1
    landing.deliver(target, feed, day, files, number, source)
    return "delivered again" if before else "delivered" if files else "empty"
