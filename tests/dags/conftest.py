"""The DAGs and the catalog of tables. Run with the orchestrator's pytest."""

import importlib.util
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
if importlib.util.find_spec("airflow") is None:
    collect_ignore_glob = ["test_*.py"]  # the jobs environment has no Airflow
else:
    for name in [name for name in os.environ if name.startswith("YUNJIAN_")]:
        del os.environ[name]
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="yunjian-airflow-")
    os.environ["AIRFLOW_CONN_SPARK_DEFAULT"] = '{"conn_type": "spark", "host": "local[2]"}'

    from orchestrator.dag_docs import load_dags

    load_dags()  # makes dags/ importable, as Airflow does


@pytest.fixture(scope="session")
def dags() -> dict[str, Any]:
    return load_dags()


@pytest.fixture(scope="session")
def tables() -> dict[str, dict[str, Any]]:
    """Table -> what `python -m jobs list --json` says about it."""
    command = [str(ROOT / ".venv" / "bin" / "python"), "-m", "jobs", "list", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {table["name"]: table for table in json.loads(done.stdout)}
