"""The one way a DAG starts a job: `spark-submit jobs/__main__.py run TABLE… --from DAY --to DAY`.

A task is one Spark application. Starting one costs 6 to 10 seconds and importing the audit 3 more, so small
tables of one layer share a task; a table that can keep a cluster busy has its own and is named after it.
A task that is tried again goes on where it stopped: what has a receipt that stands is not computed again.
"""

import logging
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.sdk import Asset, TaskGroup
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

HOME = Path(os.environ.get("YUNJIAN_HOME") or Path(__file__).resolve().parent.parent)
PROFILE = os.environ.get("YUNJIAN_PROFILE") or "local"
PYTHON = os.environ.get("YUNJIAN_PYTHON") or f"{HOME}/.venv/bin/python"
POKE_SECONDS = float(os.environ.get("YUNJIAN_POKE_SECONDS") or 600)
RETRY_SECONDS = float(os.environ.get("YUNJIAN_RETRY_SECONDS") or 30)
NO_DAY = "give the run a partition key, YYYY-MM-DD"

# Task -> the tables that it computes, upstream first; tasks run in this order.
DAILY: Mapping[str, Sequence[str]] = {
    # Eight loads of seconds each: alone, each would spend most of its time starting Spark.
    "staging.feeds": (
        "staging.brands",
        "staging.images",
        "staging.listings",
        "staging.orders",
        "staging.outcomes",
        "staging.reports",
        "staging.sellers",
        "staging.shipments",
    ),
    # One day's changes are small; the keyframes that end a week are due on Sundays only.
    "core.changes": (
        "core.listings",
        "core.parcels",
        "core.sellers",
        "core.listing_states",
        "core.seller_states",
    ),
    "core.trades": ("core.trades",),
    "evidence.listing_text": ("evidence.listing_text",),
    "evidence.image_reads": ("evidence.image_reads",),
    "links.traits": ("links.traits",),
}
WEEKLY: Mapping[str, Sequence[str]] = {
    "core.sales": ("core.sales",),
    # A week's texts and pictures; what is judged by them, and its aggregate; six weeks of first scans; a quarter's parcels
    # between shops, and a quarter's places of addresses.
    "evidence.signals": (
        "evidence.listing_text_states",
        "evidence.image_families",
        "evidence.listing_signals",
        "evidence.seller_signals",
        "evidence.listing_features",
        "evidence.places",
        "evidence.supplies",
        "evidence.address_places",
    ),
    "evidence.listing_scores": ("evidence.listing_scores",),
    # Most read the one before them; together they are as large as the shops, not as the trades.
    "links.network": (
        "links.trait_states",
        "links.nodes",
        "links.shared_values",
        "links.edges",
        "links.components",
        "links.communities",
        "links.hubs",
    ),
    # Tables with a row per racket, member, flow or site: each is small, and reads what the others have just read.
    "rackets.cases": (
        "rackets.members",
        "rackets.events",
        "rackets.sites",
        "rackets.production",
        "rackets.flows",
        "rackets.leads",
    ),
}
# No table reads it, so nothing waits for it: a model that cannot be used does not hold up the leads.
BESIDE = ("evidence.listing_scores",)
# Not part of a day or a week: yunjian_train, or a person, asks for it.
TRAIN: Mapping[str, Sequence[str]] = {"models.listings": ("models.listings",)}

# A partition, named by its day, says: all daily tables of this day are published.
PUBLISHED_DAY = Asset(name="yunjian_day", uri="x-yunjian://daily")

TRIAGE = """
### When a task fails
Its last log line says what is wrong, where, and what to do; it ends with the exit code of the job.

| exit code | meaning | what to do |
|---|---|---|
| 1 | failed: the machine, the store, or another run had the table | Tried again by itself, each time later. If it stays: read the log above the last line, mend, clear the task. Tables are as before or whole. |
| 2 | usage: a table, profile or setting does not exist | Not tried again. Correct the DAG or `conf/`, then clear the task. |
| 3 | input not arrived: a delivery or a day of an input table is missing or not whole | Tried again by itself. The line names table and day: ask for the delivery, or run the missing day first (`yunjian_backfill`), then clear the task. |
| 4 | an audit refused; nothing was published | Not tried again. `python -m jobs audit TABLE --ds DAY` shows which expectation and which rows. Correct the input (a redelivery) or the table, then clear the task. |

Clearing is always safe: a table is replaced as a whole or not at all, and what stands is not computed again.
"""


def write_failure(context: Mapping[str, Any]) -> None:
    """One line on why a task failed, to be read or collected: DAG, day or range, task, reason."""
    run = context["dag_run"]
    reason = str(context.get("exception") or "no reason was given").strip().splitlines()[0]
    logging.getLogger("yunjian").error(
        "%s %s %s: %s", run.dag_id, run.partition_key or run.run_id, context["ti"].task_id, reason
    )


DEFAULT_ARGS: Mapping[str, Any] = {
    "owner": "yunjian",
    # Half a minute, one, two, four, eight, sixteen.
    "retries": 6,
    "retry_delay": timedelta(seconds=RETRY_SECONDS),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(hours=1),
    "on_failure_callback": write_failure,
}


class SparkTables(SparkSubmitOperator):
    """A spark-submit whose exit code decides whether it is worth trying again; no arguments: skipped."""

    def execute(self, context: Any) -> None:
        """Raises AirflowFailException where trying again cannot help, AirflowException where it can."""
        if not self.application_args:
            raise AirflowSkipException("no table of this task was asked for")
        if unknown := [word for word in self.application_args if "None" in word]:
            raise AirflowFailException(f"{unknown[0]!r} is not a day: {NO_DAY}")
        try:
            super().execute(context)
        except AirflowException as error:
            raise explained(str(error)) from None


def explained(output: str) -> AirflowException:
    """What spark-submit's failure means: the job's last line and exit code, in one line."""
    found = re.search(r"Error code is: (-?\d+)", output)
    code = int(found[1]) if found else 1
    said = re.findall(r"^(?:failed|usage|not arrived|refused): .*$", output, re.MULTILINE)
    line = f"{said[-1] if said else output.strip().splitlines()[-1]} (exit code {code})"
    return AirflowFailException(line) if code in (2, 4) else AirflowException(line)


def run_arguments(tables: Sequence[str], first: str, last: str) -> list[str]:
    """The arguments of the command that computes tables over `first..last`."""
    return ["run", *tables, "--from", first, "--to", last, "--profile", PROFILE]


def spark_tables(task_id: str, arguments: Any, **options: Any) -> SparkTables:
    """A task that runs the jobs' command line with these arguments (a list, or what yields one)."""
    return SparkTables(
        task_id=task_id,
        application=f"{HOME}/jobs/__main__.py",
        application_args=arguments,
        properties_file=f"{HOME}/conf/{PROFILE}.conf",
        jars=f"{HOME}/jars/*.jar",
        name="{{ dag.dag_id }}-{{ task.task_id }}",
        conn_id="spark_default",
        **options,
    )


def run_in_order(jobs: Mapping[str, Any], **options: Any) -> list[SparkTables]:
    """One task for each job (name -> arguments), after one another, each in the TaskGroup of its layer.

    Returned are those in line; one of BESIDE waits for the one before it, and nothing for it.
    A job has a pool of one slot, so that in all DAGs together only one task writes a table.
    """
    layers: dict[str, TaskGroup] = {}
    line: list[SparkTables] = []
    for job, arguments in jobs.items():
        layer, name = job.split(".")
        if layer not in layers:
            layers[layer] = TaskGroup(layer)
        place = {"pool": f"yunjian.{job}", "task_group": layers[layer]}
        made = spark_tables(name, arguments, **place, **options)
        if line:
            line[-1] >> made
        if job not in BESIDE:
            line.append(made)
    return line


def arrival_command(feed: str, day: str) -> list[str]:
    """The command that exits 0 when a day of a feed has arrived whole, and 3 when it has not."""
    return [PYTHON, "-m", "jobs", "arrived", feed, "--ds", day, "--profile", PROFILE]


def has_arrived(feed: str, day: str) -> bool:
    """Whether a feed's day is there. Raises AirflowException, and on a usage error AirflowFailException."""
    try:
        date.fromisoformat(day)
    except ValueError:
        raise AirflowFailException(f"{day!r} is not a day: {NO_DAY}") from None
    command = arrival_command(feed, day)
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr)
    if done.returncode in (0, 3):
        return done.returncode == 0
    raise explained(f"{done.stdout}{done.stderr}\nError code is: {done.returncode}")


def wait_for(feed: str, day: str) -> PythonSensor:
    """A sensor that looks for a feed's day now and then, and holds no worker slot in between."""
    return PythonSensor(
        task_id=f"wait_for_{feed}",
        python_callable=has_arrived,
        op_args=[feed, day],
        mode="reschedule",
        poke_interval=POKE_SECONDS,
        timeout=timedelta(hours=22).total_seconds(),
    )
