"""Rules that every DAG of this project keeps."""

import ast
import json
import sys

import pytest
from airflow.serialization.serialized_objects import DagSerialization

from spark_task import DAILY, PUBLISHED_DAY, TRAIN, WEEKLY, SparkTables
from tests.dags.conftest import ROOT

DAG_IDS = ("yunjian_daily", "yunjian_weekly", "yunjian_backfill", "yunjian_train")
DAG_FILES = sorted((ROOT / "dags").glob("*.py"))
JOBS = {**DAILY, **WEEKLY, **TRAIN}


@pytest.mark.parametrize("file", DAG_FILES, ids=lambda file: file.name)
def test_dag_files_import_only_airflow_and_spark_task(file):
    allowed = {"airflow", "spark_task", *sys.stdlib_module_names}
    imported = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported <= allowed


def test_there_are_four_dags(dags):
    assert tuple(dags) == DAG_IDS


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_says_whose_it_is_and_what_to_do_when_it_fails(dags, dag_id):
    dag = dags[dag_id]
    assert {"yunjian", dag_id.removeprefix("yunjian_")} == set(dag.tags)
    assert dag.description
    for code in ("| 1 |", "| 2 |", "| 3 |", "| 4 |"):
        assert code in dag.doc_md
    assert {task.owner for task in dag.tasks} == {"yunjian"}


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_dag_survives_the_trip_to_the_scheduler(dags, dag_id):
    assert DagSerialization.from_dict(DagSerialization.to_dict(dags[dag_id])).dag_id == dag_id


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_layers_can_be_shown_closed(dags, dag_id):
    """Groups that depend on each other in a circle break the graph view."""
    assert dags[dag_id].task_group.topological_sort()


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_nothing_is_started_for_days_long_past(dags, dag_id):
    assert dags[dag_id].catchup is False
    assert dags[dag_id].max_active_runs == 1


def test_jobs_are_tried_again_each_time_later(dags):
    for dag in dags.values():
        for task in dag.tasks:
            if isinstance(task, SparkTables):
                assert task.retries > 0
                assert task.retry_exponential_backoff
                assert task.max_retry_delay is not None
                assert task.has_on_failure_callback


def test_spark_is_started_in_one_way_only(dags):
    for dag in dags.values():
        for task in dag.tasks:
            assert isinstance(task, SparkTables) == task.task_type.startswith("Spark"), task.task_id


# --- tables ---------------------------------------------------------------------------------------


def test_every_table_is_in_exactly_one_scheduled_dag(tables):
    named = [table for job in JOBS.values() for table in job]
    assert sorted(named) == sorted(tables)


def test_weekly_tables_are_in_the_weekly_dag_unless_a_daily_table_reads_them(tables):
    daily = {table for job in DAILY.values() for table in job}
    read_by_daily = {source for table in daily for source in tables[table]["reads"]}
    for name, table in tables.items():
        expected = table["every"] == "day" or name in read_by_daily
        assert (name in daily) == expected, name


def test_what_is_computed_on_request_is_in_the_training_dag_only(dags, tables):
    on_request = [name for name, table in tables.items() if table["every"] == "request"]
    assert on_request == [table for of_job in TRAIN.values() for table in of_job]
    named = {task for dag_id in DAG_IDS[:3] for task in dags[dag_id].task_ids}
    assert named & set(TRAIN) == set()
    assert set(dags["yunjian_train"].task_ids) == set(TRAIN)


def test_a_job_has_tables_of_one_layer_and_its_own_name_if_it_has_one():
    for job, of_job in JOBS.items():
        assert {table.split(".")[0] for table in of_job} == {job.split(".")[0]}
        assert (len(of_job) == 1) == (job == of_job[0]), job


def test_every_feed_is_waited_for(dags, tables):
    feeds = {name.removeprefix("staging.") for name, table in tables.items() if table["feed"]}
    dag = dags["yunjian_daily"]
    waiting = {task for task in dag.tasks if task.task_id.startswith("wait_for_")}
    assert {task.task_id.removeprefix("wait_for_") for task in waiting} == feeds
    assert {task.mode for task in waiting} == {"reschedule"}
    assert {task.task_id for task in waiting} == dag.get_task("staging.feeds").upstream_task_ids


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_a_table_is_computed_after_what_it_reads(dags, tables, dag_id):
    dag = dags[dag_id]
    job_of = {table: job for job, of_job in JOBS.items() for table in of_job if job in dag.task_ids}
    assert job_of
    upstream = {job: {*dag.get_task(job).get_flat_relative_ids(upstream=True), job} for job in job_of.values()}
    for table, job in job_of.items():
        for source in tables[table]["reads"]:
            if source in job_of:
                assert job_of[source] in upstream[job], f"{table} reads {source}"


def test_a_day_is_published_after_all_its_tables(dags):
    dag = dags["yunjian_daily"]
    publishing = [task for task in dag.tasks if task.outlets]
    assert [task.outlets for task in publishing] == [[PUBLISHED_DAY]]
    assert publishing[0].get_flat_relative_ids(upstream=True) >= set(DAILY)


# --- pools ----------------------------------------------------------------------------------------


def test_one_writer_at_a_time(dags):
    pools = json.loads((ROOT / "conf" / "airflow_pools.json").read_text())
    assert set(pools) == {f"yunjian.{job}" for job in JOBS}
    assert {pool["slots"] for pool in pools.values()} == {1}
    for dag in dags.values():
        for job in set(JOBS) & set(dag.task_ids):
            assert dag.get_task(job).pool == f"yunjian.{job}"
