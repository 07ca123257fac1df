"""Every task's exact command is a checked-in file. UPDATE_GOLDEN=1 writes them anew: read the diff."""

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from backfill import commands

from spark_task import HOME, SparkTables, arrival_command

GOLDEN = Path(__file__).parent / "golden"
A_WEEK_ASKED_FOR = {"from": "2024-03-04", "to": "2024-03-10", "tables": ["core.*", "links.traits"]}


def spark_command(task: SparkTables, context: Mapping[str, Any]) -> list[str]:
    """What Airflow's own hook would execute for this task."""
    rendered = task.prepare_for_execution()
    rendered.render_template_fields({"dag": task.dag, "task": task, "macros": _macros(), **context})
    hook = rendered._get_hook()
    return [str(word) for word in hook._build_spark_submit_command(rendered.application)]


def _macros() -> Any:
    from airflow.sdk.execution_time.macros import ds_add

    return SimpleNamespace(ds_add=ds_add)


def compare(name: str, commands_of_tasks: Mapping[str, Sequence[str]]) -> None:
    text = "".join(
        f"# {task}\n{shlex.join(command).replace(str(HOME), '<repo>')}\n\n"
        for task, command in commands_of_tasks.items()
    )
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("dag_id", ["yunjian_daily", "yunjian_weekly", "yunjian_train"])
def test_commands_of_a_scheduled_run(dags, dag_id):
    context = {"partition_key": "2024-03-04"}
    found = {}
    for task in dags[dag_id].topological_sort():
        if isinstance(task, SparkTables):
            found[task.task_id] = spark_command(task, context)
        elif task.task_id.startswith("wait_for_"):
            assert task.op_args[1] == "{{ partition_key }}"
            found[task.task_id] = arrival_command(task.op_args[0], context["partition_key"])
    compare(dag_id, found)


def test_commands_of_a_backfill(dags):
    asked = commands(A_WEEK_ASKED_FOR)
    found = {}
    for task in dags["yunjian_backfill"].topological_sort():
        if isinstance(task, SparkTables):
            job = task.task_id
            assert task.application_args == dags["yunjian_backfill"].get_task("check").output[job]
            if asked[job]:
                plain = task.prepare_for_execution()
                plain.application_args = asked[job]
                found[job] = spark_command(plain, {})
    compare("yunjian_backfill", found)
