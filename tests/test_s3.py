"""A simulated marketplace through all tables on an S3 server, by the commands that a person gives."""

import os
import subprocess
import sys

import pytest

from jobs.settings import ROOT
from tests.light import LIGHT_JVM
from tests.s3_server import s3_server
from tests.warehouse import rows
from tests.worlds import DAILY, FIRST, LAST, WEEKLY

pytestmark = pytest.mark.slow

BUCKET = "yunjian-tests"


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
