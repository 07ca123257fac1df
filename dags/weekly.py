"""Computes the snapshots that end a week, as soon as its seven days are published."""

from airflow.sdk import DAG, PartitionedAssetTimetable, RollupMapper, StartOfWeekMapper, WeekWindow

from spark_task import DEFAULT_ARGS, PUBLISHED_DAY, TRIAGE, WEEKLY, run_arguments, run_in_order

DAY_FORMAT = "%Y-%m-%d"
MONDAY = "{{ partition_key }}"
SUNDAY = "{{ macros.ds_add(partition_key, 6) if partition_key else None }}"

with DAG(
    "yunjian_weekly",
    description=__doc__,
    schedule=PartitionedAssetTimetable(
        assets=PUBLISHED_DAY,
        default_partition_mapper=RollupMapper(
            upstream_mapper=StartOfWeekMapper(input_format=DAY_FORMAT, output_format=DAY_FORMAT),
            window=WeekWindow(),
        ),
    ),
    catchup=False,
    # The identity of a racket rests on the week before.
    max_active_runs=1,
    # It only follows the days: there is nothing to decide about when it starts.
    is_paused_upon_creation=False,
    default_args=dict(DEFAULT_ARGS),
    tags=["yunjian", "weekly"],
    doc_md=f"""\
{__doc__}

One run is one week, Monday to Sunday; the partition key is its Monday, the tables' `ds` its Sunday. It runs
once, when all seven days of the week are partitions of the asset `yunjian_day`.

A day that is published again does not start its week again. To compute a week anew, clear its run, trigger
the DAG with the Monday as partition key, or use `yunjian_backfill`; what stands is not computed again.
{TRIAGE}""",
) as dag:
    run_in_order({job: run_arguments(tables, MONDAY, SUNDAY) for job, tables in WEEKLY.items()})
