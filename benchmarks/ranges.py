"""What ranges and history cost: core.trades in one range against day by day; a day after 30 and after 120 days.

    python -m benchmarks.ranges trades --dir DIR     60 days in one range / 60 runs of one day, one session
    python -m benchmarks.ranges history --dir DIR    the same day after 120 days of history / after 30

Both play a simulated world of the demo's size; `trades` compares the rows that came out, `history` those of staging.
"""

import argparse
import json
import shutil
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from jobs import catalog, runner, session, settings
from jobs.progress import Progress
from simulator import __main__ as simulator

FIRST = date(2024, 3, 4)
DAY = timedelta(days=1)
REPEATS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["trades", "history"])
    parser.add_argument("--dir", type=Path, required=True, help="for worlds and warehouses, a GB")
    parser.add_argument("--days", type=int, help="instead of 60 (trades) or 120 (history)")
    parsed = parser.parse_args()
    found = {"trades": trades, "history": history}[parsed.what](
        parsed.dir, parsed.days or {"trades": 60, "history": 120}[parsed.what]
    )
    print(json.dumps(found, indent=1))


def world(base: Path, days: int) -> Path:
    folder = base / f"world_{days}"
    if not (folder / "WORLD.json").exists():
        given = ["--preset", "demo", "--seed", "3", "--days", str(days), "--no-images", "--out", str(folder), "--force"]
        if simulator.main(given):
            sys.exit("the world could not be simulated")
    return folder / "landing"


def compute(spark, landing: Path, warehouse: Path, tables: list[str], first: date, last: date, force: bool = False):
    """Runs tables over a range; returns the run and its seconds."""
    chosen = settings.load("local", [f"landing={landing}", f"warehouse={warehouse}"])
    run = runner.open_run(spark, chosen, Progress(None), force)
    started = time.monotonic()
    runner.run_tables(run, catalog.select(tables), first, last)
    return run, time.monotonic() - started


def hashes(run: runner.Run, table: str) -> dict[date, int]:
    """A hash over each published day's rows."""
    return {day: run.ledger.published(table, day).days[day].hash for day in run.ledger.days(table)}


def trades(base: Path, days: int) -> dict[str, float]:
    landing, last = world(base, days), FIRST + (days - 1) * DAY
    spark = session.start(settings.load("local"))
    warehouse = base / "ranges"
    shutil.rmtree(warehouse, ignore_errors=True)
    upstream = [d.name for d in catalog.daily_tables() if d.layer in ("staging", "core") and d.name != "core.trades"]
    compute(spark, landing, warehouse, upstream, FIRST, last)
    whole, in_one = compute(spark, landing, warehouse, ["core.trades"], FIRST, last)
    at_once = hashes(whole, "core.trades")
    by_day = 0.0
    for i in range(days):
        run, seconds = compute(spark, landing, warehouse, ["core.trades"], FIRST + i * DAY, FIRST + i * DAY, force=True)
        by_day += seconds
    if hashes(run, "core.trades") != at_once:
        sys.exit("the rows differ")
    rows = sum(receipt.rows for receipt in run.ledger.receipts[-days:])
    spark.stop()
    return {
        "days": days,
        "rows": rows,
        "one_range_seconds": round(in_one, 1),
        "day_by_day_seconds": round(by_day, 1),
        "ratio": round(by_day / in_one, 1),
    }


def history(base: Path, days: int) -> dict[str, float]:
    landing, last = world(base, days + 1), FIRST + days * DAY
    spark = session.start(settings.load("local"))
    tables = [declared.name for declared in catalog.daily_tables()]
    runs, seconds = {}, {}
    for long in (days, 30):
        warehouse = base / f"history_{long}"
        shutil.rmtree(warehouse, ignore_errors=True)
        compute(spark, landing, warehouse, tables, last - long * DAY, last - DAY)
    for _ in range(REPEATS):  # taken in turn; the best counts, the others had a neighbour's noise
        for long in (days, 30):
            runs[long], took = compute(spark, landing, base / f"history_{long}", tables, last, last, force=True)
            seconds[long] = min(took, seconds.get(long, took))
    same = [table for table in tables if table.startswith("staging") and last in hashes(runs[days], table)]
    if any(hashes(runs[days], table)[last] != hashes(runs[30], table)[last] for table in same):
        sys.exit("the rows differ")
    spark.stop()
    return {
        "after_30_days_seconds": round(seconds[30], 1),
        f"after_{days}_days_seconds": round(seconds[days], 1),
        "ratio": round(seconds[days] / seconds[30], 2),
    }


if __name__ == "__main__":
    main()
