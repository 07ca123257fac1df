"""A whole week of the demo world through a real Airflow: its last day, the week that it starts, and a backfill.

Monday to Saturday are computed by the command line and announced; Airflow runs Sunday, and from then on everything, by
itself.
"""

import os
import subprocess
from pathlib import Path

import pytest

from orchestrator.local import ROOT, LocalAirflow
from tests.airflow.api import Api
from tests.light import LIGHT_JVM

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

MONDAY, SATURDAY, SUNDAY = "2024-03-04", "2024-03-09", "2024-03-10"
NEXT_MONDAY, NEXT_TUESDAY = "2024-03-11", "2024-03-12"
COMPUTED = [MONDAY, "2024-03-05", "2024-03-06", "2024-03-07", "2024-03-08", SATURDAY]
QUICK = {
    "SPARK_SUBMIT_OPTS": LIGHT_JVM,
    # The scheduler also begins yesterday, whose deliveries never come: each look for them costs seconds of a core.
    "YUNJIAN_POKE_SECONDS": "60",
}


class World:
    """A simulated marketplace, its landing and its warehouse."""

    def __init__(self, folder: Path) -> None:
        self.landing = folder / "world" / "landing"
        self.env = {
            "YUNJIAN_LANDING": str(self.landing),
            "YUNJIAN_WAREHOUSE": str(folder / "warehouse"),
            **QUICK,
        }
        self.python("simulator", "--preset", "demo", "--seed", "11", "--days", "9", "--no-images",
                    "--out", str(folder / "world"))  # fmt: skip

    def python(self, *arguments: str) -> str:
        """Runs a module of the project in the jobs' environment; what it printed."""
        command = [str(ROOT / ".venv" / "bin" / "python"), "-m", *arguments]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **self.env}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def manifest(self, feed: str, day: str) -> Path:
        return self.landing / feed / f"dt={day}" / "_manifest.json"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("world"))
    made.python("jobs", "daily", "--from", MONDAY, "--to", SATURDAY)
    return made


@pytest.fixture(scope="module")
def api(world, tmp_path_factory):
    with LocalAirflow(tmp_path_factory.mktemp("airflow"), extra=world.env) as airflow:
        api = Api(airflow)
        api.wait_for_dags()
        yield api


def test_a_day_waits_for_its_deliveries_runs_by_itself_and_starts_its_week(api, world):
    late = world.manifest("orders", SUNDAY)
    not_yet = late.rename(late.with_name("_not_yet.json"))
    api.announce(COMPUTED)
    api.schedule_day(SUNDAY)
    api.unpause("yunjian_daily")

    def waiting():
        return api.tasks("yunjian_daily", SUNDAY).get("wait_for_orders", {}).get("state") == "up_for_reschedule"

    api.wait_until("Sunday waits for its orders", waiting, 240)
    not_yet.rename(late)
    assert api.wait_for_run("yunjian_daily", SUNDAY, 900) == "success"
    assert api.wait_for_run("yunjian_weekly", MONDAY, 1500) == "success"
    assert len(api.runs("yunjian_weekly")) == 1


def test_nothing_of_that_week_is_left_to_compute(api, world):
    plan = world.python("jobs", "run", "*", "--from", MONDAY, "--to", SUNDAY, "--dry-run")
    assert [line for line in plan.splitlines() if not line.endswith("up to date")] == []


def test_a_backfill_rehearses_then_fills_a_gap(api, world):
    gap = {"from": NEXT_MONDAY, "to": NEXT_TUESDAY, "tables": ["staging.sellers", "core.sellers"]}
    rehearsal = api.trigger("yunjian_backfill", **gap)
    assert api.wait_for_run("yunjian_backfill", rehearsal, 180) == "success"
    log = api.log("yunjian_backfill", rehearsal, "plan")
    for table in gap["tables"]:
        assert f"{table:26} {NEXT_MONDAY}..{NEXT_TUESDAY}  (not published)" in log

    run = api.trigger("yunjian_backfill", **gap, dry_run=False)
    assert api.wait_for_run("yunjian_backfill", run, 300) == "success"
    plan = world.python("jobs", "run", *gap["tables"], "--from", NEXT_MONDAY, "--to", NEXT_TUESDAY, "--dry-run")
    assert [line.split(maxsplit=1) for line in plan.splitlines()] == [[table, "up to date"] for table in gap["tables"]]
