"""A simulated marketplace through all tables: ranges, repeats, corrections; and all of it on an S3 server."""

import os
import subprocess
import sys

import pytest

from jobs.settings import ROOT
from jobs.table import DAY
from tests.light import LIGHT_JVM
from tests.s3_server import s3_server
from tests.warehouse import rows
from tests.worlds import DAILY, FIRST, LAST, SUNDAY, WEEKLY, Warehouse

pytestmark = pytest.mark.slow

BUCKET = "yunjian-tests"


def assert_same(one: Warehouse, other: Warehouse, tables: list[str]) -> None:
    for table in tables:
        assert rows(one.path, table, (FIRST, LAST)) == rows(other.path, table, (FIRST, LAST)), table


def test_every_table_has_rows(whole):
    assert [table for table in [*DAILY, *WEEKLY, "staging.rejects"] if not rows(whole.path, table)] == []


def test_running_twice_changes_nothing(whole, world):
    before = whole.versions()
    whole.compute(world / "corrected", DAILY, FIRST, LAST)
    assert whole.versions() == before


def test_a_forced_run_computes_the_same_rows(whole, world):
    tables = ["core.trades", "links.edges", "links.components", "rackets.members", "rackets.leads"]
    kept = {table: rows(whole.path, table) for table in tables}
    whole.compute(world / "corrected", tables, SUNDAY, SUNDAY, force=True)
    for table, was in kept.items():
        assert rows(whole.path, table) == was, table


def test_ranges_and_later_corrections_are_as_all_at_once(spark, whole, world, tmp_path):
    """A range, a Sunday by itself and a range after it, of first deliveries; then what was delivered again."""
    live = Warehouse(spark, tmp_path)
    for first, last in ((FIRST, SUNDAY - DAY), (SUNDAY, SUNDAY), (SUNDAY + DAY, LAST)):
        live.compute(world / "landing", DAILY, first, last)
    assert [table for table in DAILY if rows(live.path, table) != rows(whole.path, table)] != []
    live.compute(world / "corrected", DAILY, FIRST, LAST)
    assert_same(whole, live, [*DAILY, "staging.rejects"])
    live.compute(world / "corrected", WEEKLY, FIRST, LAST)
    assert_same(whole, live, WEEKLY)


@pytest.fixture(scope="module")
def server(world, tmp_path_factory):
    with s3_server(tmp_path_factory.mktemp("s3"), BUCKET) as made:
        made.upload(world / "corrected", BUCKET, "landing")
        yield made


def run_on_s3(server, *arguments):
    env = {
        **os.environ,
        **server.env,
        "YUNJIAN_LANDING": f"s3://{BUCKET}/landing",
        "YUNJIAN_WAREHOUSE": f"s3://{BUCKET}/warehouse",
    }
    command = [sys.executable, "-m", "jobs", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=900)


def test_s3_gives_the_same_rows(server, whole):
    span = ("--from", str(FIRST), "--to", str(LAST))
    light = (
        "--set",
        "spark.driver.memory=2g",
        "--set",
        f"spark.driver.extraJavaOptions={LIGHT_JVM}",
    )
    for command in ("daily", "weekly"):
        done = run_on_s3(server, command, *span, *light)
        assert done.returncode == 0, done.stderr[-3000:]
    for table in [*DAILY, *WEEKLY, "staging.rejects"]:
        found = rows(f"s3://{BUCKET}/warehouse", table, options=server.delta_options)
        assert found == rows(whole.path, table), table
        assert found, table
    again = run_on_s3(server, "daily", *span, "--dry-run", *light)
    assert [line for line in again.stdout.splitlines() if not line.endswith("up to date")] == []


def test_arrival_is_read_from_s3(server):
    arrived = run_on_s3(server, "arrived", "orders", "--ds", str(FIRST))
    assert (arrived.returncode, arrived.stdout.split(":")[0]) == (0, f"orders of {FIRST}")
    absent = run_on_s3(server, "arrived", "orders", "--ds", "2031-01-01")
    assert absent.returncode == 3
    assert absent.stderr.startswith("not arrived: orders of 2031-01-01 has not arrived: no s3://")


def test_a_bucket_that_does_not_exist_is_one_clear_line(server):
    done = run_on_s3(
        server, "arrived", "orders", "--ds", str(FIRST), "--set", "landing=s3://no-such-bucket-here/landing"
    )
    assert done.returncode == 1
    assert "check bucket, endpoint and credentials" in done.stderr
    assert "Traceback" not in done.stderr
