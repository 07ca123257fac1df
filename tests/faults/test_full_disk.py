"""When the disk is full a run says so in one line, and tables stay as they were."""

import os
import subprocess
import sys
from datetime import date

import pytest
from deltalake import DeltaTable

from jobs.settings import ROOT
from tests.deliver import deliver
from tests.light import LIGHT_JVM

pytestmark = pytest.mark.slow

PARCEL = {"carrier": "yto", "updated_at": "2024-03-04T10:00:00+08:00"}
# A warehouse of this size holds the small day with its audits and receipts, and not the large one.
DISK_BYTES = 3 << 20


@pytest.fixture
def small_disk(tmp_path):
    """A real file system with little room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", str(disk)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small file system needs the right to mount one: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def jobs(landing, warehouse, day):
    env = {**os.environ, "YUNJIAN_LANDING": str(landing), "YUNJIAN_WAREHOUSE": str(warehouse)}
    command = [
        sys.executable,
        "-m",
        "jobs",
        "run",
        "staging.shipments",
        "--from",
        day,
        "--set",
        "spark.driver.memory=1g",
        "--set",
        f"spark.driver.extraJavaOptions={LIGHT_JVM}",
    ]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)


def test_full_disk_during_publish_leaves_the_table_as_before(small_disk, tmp_path):
    landing, warehouse = tmp_path / "landing", small_disk / "warehouse"
    deliver(landing, "shipments", "2024-03-04", [{**PARCEL, "waybill_no": f"W{n}"} for n in range(20)])
    assert jobs(landing, warehouse, "2024-03-04").returncode == 0
    table = DeltaTable(str(warehouse / "staging" / "shipments"))
    before = sorted(table.to_pyarrow_table()["waybill_no"].to_pylist())

    noise = [{**PARCEL, "waybill_no": f"X{n}", "sender_name": os.urandom(400).hex()} for n in range(9_000)]
    deliver(landing, "shipments", "2024-03-05", noise)
    failed = jobs(landing, warehouse, "2024-03-05")
    assert failed.returncode == 1
    last = failed.stderr.strip().splitlines()[-1]
    assert last.startswith("failed: staging.shipments 2024-03-05..2024-03-05: no space left on the disk"), last
    assert "run the same command again" in last
    table = DeltaTable(str(warehouse / "staging" / "shipments"))
    assert sorted(table.to_pyarrow_table()["waybill_no"].to_pylist()) == before
    assert table.to_pyarrow_table()["ds"].unique().to_pylist() == [date(2024, 3, 4)]
