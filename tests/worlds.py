"""A small simulated marketplace and warehouses that are computed from it."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

from jobs import catalog, runner, settings
from jobs.progress import Progress
from simulator import __main__ as simulator
from tests.warehouse import newest_version

FIRST, SUNDAY, LAST = date(2024, 3, 4), date(2024, 3, 10), date(2024, 3, 12)
DAILY = [declared.name for declared in catalog.daily_tables()]
WEEKLY = [declared.name for declared in catalog.weekly_tables()]


def tiny_world(folder: Path) -> Path:
    """Ten days with every sort of dirt. `landing` has wrong first deliveries, `corrected` what followed them."""
    assert simulator.main(["--preset", "tiny", "--seed", "5", "--out", str(folder), "--redeliver-later"]) == 0
    shutil.copytree(folder / "landing", folder / "corrected")
    shutil.copytree(folder / "redelivered", folder / "corrected", dirs_exist_ok=True)
    return folder


class Warehouse:
    """A warehouse, and what is computed into it."""

    def __init__(self, spark: Any, path: Path) -> None:
        self.spark, self.path = spark, path

    def compute(
        self, landing: Path, tables: list[str], first: date, last: date, force: bool = False, tables_at_once: int = 2
    ) -> None:
        sets = [f"landing={landing}", f"warehouse={self.path}", f"tables_at_once={tables_at_once}"]
        chosen = settings.load("local", sets)
        run = runner.open_run(self.spark, chosen, Progress(None), force)
        runner.run_tables(run, catalog.select(tables), first, last)

    def versions(self) -> dict[str, int]:
        return {table: newest_version(self.path, table) for table in [*DAILY, "staging.rejects"]}
