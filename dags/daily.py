"""Loads a day's feeds and computes all daily tables of that day."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, CronPartitionTimetable, TaskGroup

from spark_task import DAILY, DEFAULT_ARGS, PUBLISHED_DAY, TRIAGE, run_arguments, run_in_order, wait_for

DAY = "{{ partition_key }}"

with DAG(
    "yunjian_daily",
    description=__doc__,
    # Starts when the day is over, for that day; the sensors wait for what is delivered later.
    schedule=CronPartitionTimetable("0 0 * * *", timezone="UTC", run_offset=-1, key_format="%Y-%m-%d"),
    # Missed days are filled on purpose. Catching up would begin after the last day that anybody backfilled.
    catchup=False,
    # A day needs the day before it.
    max_active_runs=1,
    default_args=dict(DEFAULT_ARGS),
    tags=["yunjian", "daily"],
    doc_md=f"""\
{__doc__}

One run is one day; the partition key is the day, `YYYY-MM-DD`. It waits for the day's eight deliveries, loads
and computes layer by layer, and then publishes the day as a partition of the asset `yunjian_day`.
The seventh day of a week starts `yunjian_weekly`.

A sensor that gives up after 22 hours means that a delivery is missing: ask for it, then clear the sensor.
To compute a day by hand, trigger the DAG with the day as partition key. For many days, or after a redelivery,
use `yunjian_backfill`.
{TRIAGE}""",
) as dag:
    with TaskGroup("landing", prefix_group_id=False):
        arrivals = [wait_for(table.removeprefix("staging."), DAY) for table in DAILY["staging.feeds"]]
    tasks = run_in_order({job: run_arguments(tables, DAY, DAY) for job, tables in DAILY.items()})
    arrivals >> tasks[0]
    tasks[-1] >> EmptyOperator(task_id="published", outlets=[PUBLISHED_DAY])
