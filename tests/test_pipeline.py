"""A simulated marketplace through all tables: ranges, repeats, corrections."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from jobs import catalog, runner, settings
from jobs.progress import Progress
from simulator import __main__ as simulator
from tests.warehouse import newest_version, rows

pytestmark = pytest.mark.slow

FIRST, SUNDAY, LAST = date(2024, 3, 4), date(2024, 3, 10), date(2024, 3, 12)
DAILY = [declared.name for declared in catalog.daily_tables()]
WEEKLY = [declared.name for declared in catalog.weekly_tables()]


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    """Ten days with every sort of dirt. `landing` has wrong first deliveries, `corrected` what followed them."""
    folder = tmp_path_factory.mktemp("world") / "tiny"
    given = ["--preset", "tiny", "--seed", "5", "--out", str(folder), "--redeliver-later"]
    assert simulator.main(given) == 0
    shutil.copytree(folder / "landing", folder / "corrected")
    shutil.copytree(folder / "redelivered", folder / "corrected", dirs_exist_ok=True)
    return folder


class Warehouse:
    """A warehouse, what is computed into it, and how to read it."""

    def __init__(self, spark, path: Path) -> None:
        self.spark, self.path = spark, path

    def compute(self, landing: Path, tables: list[str], first: date, last: date, force: bool = False) -> None:
        chosen = settings.load("local", [f"landing={landing}", f"warehouse={self.path}"])
        run = runner.open_run(self.spark, chosen, Progress(None), force)
        runner.run_tables(run, catalog.select(tables), first, last)

    def versions(self) -> dict[str, int]:
        return {table: newest_version(self.path, table) for table in [*DAILY, "staging.rejects"]}


@pytest.fixture(scope="module")
def whole(spark, world, tmp_path_factory) -> Warehouse:
    """All days in one range, corrections in place from the start, and the week's snapshot."""
    made = Warehouse(spark, tmp_path_factory.mktemp("whole"))
    made.compute(world / "corrected", DAILY, FIRST, LAST)
    made.compute(world / "corrected", WEEKLY, FIRST, LAST)
    return made


def assert_same(one: Warehouse, other: Warehouse, tables: list[str]) -> None:
    for table in tables:
        assert rows(one.path, table, (FIRST, LAST)) == rows(other.path, table, (FIRST, LAST)), table


def test_every_table_has_rows(whole):
    assert [table for table in [*DAILY, *WEEKLY, "staging.rejects"] if not rows(whole.path, table)] == []


def test_running_twice_changes_nothing(whole, world):
    before = whole.versions()
    whole.compute(world / "corrected", DAILY, FIRST, LAST)
    assert whole.versions() == before


def test_a_forced_run_computes_the_same_rows(whole, world, tmp_path):
    kept = {table: rows(whole.path, table) for table in [*WEEKLY, "core.trades"]}
    whole.compute(world / "corrected", [*WEEKLY, "core.trades"], SUNDAY, SUNDAY, force=True)
    for table, was in kept.items():
        assert rows(whole.path, table) == was, table


def test_by_week_is_as_all_at_once(spark, whole, world, tmp_path):
    by_week = Warehouse(spark, tmp_path)
    by_week.compute(world / "corrected", DAILY, FIRST, SUNDAY)
    by_week.compute(world / "corrected", DAILY, SUNDAY + timedelta(days=1), LAST)
    assert_same(whole, by_week, [*DAILY, "staging.rejects"])


def test_by_day_and_corrected_later_is_as_all_at_once(spark, whole, world, tmp_path):
    by_day = Warehouse(spark, tmp_path)
    day = FIRST
    while day <= LAST:
        by_day.compute(world / "landing", DAILY, day, day)
        day += timedelta(days=1)
    wrong = [table for table in DAILY if rows(by_day.path, table) != rows(whole.path, table)]
    assert "staging.orders" in wrong or "staging.listings" in wrong or "staging.shipments" in wrong
    by_day.compute(world / "corrected", DAILY, FIRST, LAST)
    assert_same(whole, by_day, [*DAILY, "staging.rejects"])
    by_day.compute(world / "corrected", WEEKLY, FIRST, LAST)
    assert_same(whole, by_day, WEEKLY)
