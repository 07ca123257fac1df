"""A run that is killed leaves tables as before or as after; the same command again makes them what they should be."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import date

import pytest

from jobs import runner, settings
from jobs.catalog import select
from jobs.progress import Progress
from jobs.settings import ROOT
from tests.deliver import deliver
from tests.light import LIGHT_JVM
from tests.warehouse import rows

pytestmark = pytest.mark.slow

DAYS = ["2024-03-04", "2024-03-05"]
TABLES = ["staging.shipments", "core.parcels"]
PUBLISHED = [*TABLES, "staging.rejects"]
PARCEL = {
    "carrier": "yto", "sender_phone": "139 1234 5678", "sender_address": "福建省莆田市荔城区荔园路123号", "datum": "gcj02",
    "first_scan_lng": 119.02, "first_scan_lat": 25.44, "updated_at": "2024-03-04T10:00:00+08:00",
}  # fmt: skip
# Where a run of both tables can be cut off, in the order of time.
POINTS = [
    "before:feeds.read_rows",  # the lock is held, nothing is read
    "after:audit.audit",  # rows are computed and judged
    "after:audit.write@staging.shipments",  # the audit is kept, nothing is published
    "file:staging/rejects/ds=2024-03-05/*",  # rejects are being written
    "before:storage.ensure@staging/shipments",  # rejects are published, their feed is not
    "file:staging/shipments/ds=2024-03-05/*.parquet",  # rows are being written, nothing is committed
    "file:staging/shipments/_delta_log/00000000000000000001.json",  # at the moment of the commit
    "after:storage.replace@staging/shipments",  # committed, no receipt
    "after:receipts.write@staging.shipments",  # one table is done, the other not begun
    "file:core/parcels/_delta_log/00000000000000000001.json",
    "before:receipts.write@core.parcels",
    "file:ops/runs/_delta_log/00000000000000000002.json",  # while the last receipt is written
]


def parcels(day, count, marker):
    good = [{**PARCEL, "waybill_no": f"{marker}{day[-2:]}{n:03d}"} for n in range(count)]
    return [*good, {**PARCEL, "waybill_no": None}]


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """A landing where the second day of two was delivered again, and a warehouse that has the first delivery."""
    folder = tmp_path_factory.mktemp("kill")
    for day in DAYS:
        deliver(folder / "landing", "shipments", day, parcels(day, 50, "W"))
    return folder


def compute(spark, folder, warehouse):
    chosen = settings.load("local", [f"landing={folder / 'landing'}", f"warehouse={warehouse}"])
    run = runner.open_run(spark, chosen, Progress(None))
    runner.run_tables(run, select(TABLES), date.fromisoformat(DAYS[0]), date.fromisoformat(DAYS[-1]))
    return run


@pytest.fixture(scope="module")
def undisturbed(spark, delivered):
    compute(spark, delivered, delivered / "undisturbed")
    return content(delivered / "undisturbed")


def content(warehouse):
    return {table: rows(warehouse, table) for table in PUBLISHED}


def receipts(warehouse):
    return [(r["table"], r["from_ds"], r["to_ds"], r["rows"], r["rejected"]) for r in rows(warehouse, "ops.runs")]


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_a_table_is_as_before_or_as_after(spark, delivered, undisturbed, tmp_path, point):
    warehouse = tmp_path / "warehouse"
    env = {**os.environ, "YUNJIAN_LANDING": str(delivered / "landing"), "YUNJIAN_WAREHOUSE": str(warehouse)}
    warehouse.mkdir()
    command = [sys.executable, "-m", "tests.faults.driver", point, "run", *TABLES, "--from", DAYS[0], "--to", DAYS[1],
               "--set", "spark.driver.memory=1g", "--set", f"spark.driver.extraJavaOptions={LIGHT_JVM}"]  # fmt: skip
    killed = subprocess.run(
        command, cwd=ROOT, env=env, start_new_session=True, capture_output=True, text=True, timeout=300
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]

    for table, found in content(warehouse).items():
        assert found in ([], undisturbed[table]), table
    compute(spark, delivered, warehouse)
    assert content(warehouse) == undisturbed
    whole = [
        ("core.parcels", date(2024, 3, 4), date(2024, 3, 5), 100, 0),
        ("staging.shipments", date(2024, 3, 4), date(2024, 3, 5), 100, 2),
    ]
    assert set(receipts(warehouse)) == set(whole)
    shutil.rmtree(warehouse)
