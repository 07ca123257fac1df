"""`python -m orchestrator.dag_docs`: writes docs/dags.md from the DAGs; `--check` says whether it is stale.

Run it with the orchestrator's Python. It needs no running Airflow and no database.
"""

import argparse
import importlib
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "dags.md"
DAG_FILES = ("daily", "weekly", "backfill", "train")
HEAD = """\
# DAGs

Generated from `dags/` by `python -m orchestrator.dag_docs`; do not edit. What the tables are is in
[tables.md](tables.md). A task that runs tables is one Spark application: `spark-submit … jobs/__main__.py run
TABLE… --from DAY --to DAY`, the same command that a person can type. Its pool has one slot, so that of all
DAGs only one task at a time writes a table; `airflow pools import conf/airflow_pools.json` makes the pools.
"""


def load_dags() -> dict[str, Any]:
    """Imports the DAG files: DAG id -> DAG. Airflow gets a folder of its own unless AIRFLOW_HOME is set."""
    if "AIRFLOW_HOME" not in os.environ:
        os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="yunjian-airflow-")
    if (folder := str(ROOT / "dags")) not in sys.path:
        sys.path.insert(0, folder)
    dags = [importlib.import_module(name).dag for name in DAG_FILES]
    return {dag.dag_id: dag for dag in dags}


def page(dags: Iterable[Any]) -> str:
    """The whole page."""
    from spark_task import TRIAGE

    parts = [HEAD, *[_dag_section(dag) for dag in dags], TRIAGE.strip().replace("### ", "## ", 1)]
    return "\n".join(parts) + "\n"


def _dag_section(dag: Any) -> str:
    from spark_task import TRIAGE

    lines = [f"## {dag.dag_id}", "", dag.doc_md.replace(TRIAGE, "").strip(), ""]
    lines += [f"Schedule: {_schedule(dag)}. Runs at a time: {dag.max_active_runs}.", ""]
    if dag.params:
        lines += ["| param | default | meaning |", "|---|---|---|"]
        for name in dag.params:
            param = dag.params.get_param(name)
            lines.append(f"| `{name}` | `{param.value}` | {param.description} |")
        lines.append("")
    lines += ["| task | runs | after | pool |", "|---|---|---|---|"]
    for task in dag.topological_sort():
        after = ", ".join(f"`{name}`" for name in sorted(task.upstream_task_ids)) or "–"
        pool = f"`{task.pool}`" if task.pool != "default_pool" else "–"
        lines.append(f"| `{task.task_id}` | {_what_runs(task)} | {after} | {pool} |")
    return "\n".join(lines) + "\n"


def _schedule(dag: Any) -> str:
    kind = type(dag.timetable).__name__
    if dag.dag_id == "yunjian_train":
        return "every Sunday at 12:00 UTC, one partition a Sunday, for the Sunday before"
    if kind == "CronPartitionTimetable":
        return "every day at 00:00 UTC, one partition a day, for the day that has ended"
    if kind == "PartitionedAssetTimetable":
        return "when all days of a week are partitions of `yunjian_day`"
    return "none, started by hand"


def _what_runs(task: Any) -> str:
    from spark_task import DAILY, TRAIN, WEEKLY

    if task.task_id.startswith("wait_for_"):
        return f"waits for the delivery of `{task.task_id.removeprefix('wait_for_')}`, without holding a slot"
    tables = {**DAILY, **WEEKLY, **TRAIN}.get(task.task_id)
    if tables:
        return ", ".join(f"`{table}`" for table in tables)
    if task.outlets:
        return f"publishes a partition of `{task.outlets[0].name}`"
    return {
        "check": "checks the params",
        "plan": "prints what would be computed, and why",
        "in_earnest": "stops here when `dry_run` is on",
    }[task.task_id]


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the page, or with `--check` compares it; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m orchestrator.dag_docs", description="Writes docs/dags.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is stale")
    parsed = parser.parse_args(arguments)
    text = page(load_dags().values())
    if not parsed.check:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
        print(PAGE.relative_to(ROOT))
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
        print("docs/dags.md is stale: run `python -m orchestrator.dag_docs`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
