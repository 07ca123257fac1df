"""One lazy Spark session for all tests, and small worlds to run over.

Spark and the jobs are imported where they are used: tests of the orchestrator run in an environment without them.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.light import LIGHT_JVM

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from jobs.runner import Run
    from tests.worlds import Warehouse

# Beside the local profile: small shuffles, frames have a few rows.
FOR_TESTS = {
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.memory": "3g",
    "spark.driver.extraJavaOptions": LIGHT_JVM,
}


# Two processes take the files in this order: while one computes the `whole` warehouse, the other needs it not yet.
LONGEST = ("test_pipeline.py", "test_olist.py", "test_s3.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest come first."""

    def turn(item: pytest.Item) -> tuple[int, bool]:
        name = item.path.name
        place = LONGEST.index(name) if name in LONGEST else len(LONGEST)
        return place, item.get_closest_marker("slow") is None

    items.sort(key=turn)


@pytest.fixture(scope="session")
def spark() -> "Iterator[SparkSession]":
    from jobs import session, settings

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    made = session.start(settings.load("local", [f"{key}={value}" for key, value in FOR_TESTS.items()]))
    yield made
    made.stop()


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


@pytest.fixture
def open_run(spark: "SparkSession", tmp_path: Path, landing: Path):
    """Opens a run on this test's landing and warehouse; again = with the receipts of then."""
    from jobs import runner, settings
    from jobs.progress import Progress

    def opened(warehouse: Path | None = None, source: Path | None = None, force: bool = False) -> "Run":
        sets = [f"landing={source or landing}", f"warehouse={warehouse or tmp_path / 'warehouse'}"]
        return runner.open_run(spark, settings.load("local", sets), Progress(None), force)

    return opened


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated marketplace: see tests/worlds.py."""
    from tests.worlds import tiny_world

    return tiny_world(tmp_path_factory.mktemp("world") / "tiny")


@pytest.fixture(scope="session")
def whole(spark: "SparkSession", world: Path, tmp_path_factory: pytest.TempPathFactory) -> "Warehouse":
    """All its days in one range, corrections in place from the start, and the week's snapshot.

    Processes of one test run have it in common: the first computes it, and the others wait for that.
    """
    from tests.worlds import DAILY, FIRST, LAST, WEEKLY, Warehouse

    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    made, complete = Warehouse(spark, folder / "whole"), folder / "whole_is_complete"
    with (folder / "whole.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            shutil.rmtree(made.path, ignore_errors=True)
            made.compute(world / "corrected", [*DAILY, *WEEKLY], FIRST, LAST)
            complete.touch()
    return made
