"""Trains a model of listings, and promotes it unless it is worse than the one in use or than the rules."""

from airflow.sdk import DAG, CronPartitionTimetable

from spark_task import DEFAULT_ARGS, TRAIN, TRIAGE, run_arguments, run_in_order

SUNDAY = "{{ partition_key }}"

with DAG(
    "yunjian_train",
    description=__doc__,
    # Sundays at noon, for the Sunday before: its week has been computed by then.
    schedule=CronPartitionTimetable("0 12 * * 0", timezone="UTC", run_offset=-1, key_format="%Y-%m-%d"),
    catchup=False,
    # A model is compared with the one before it.
    max_active_runs=1,
    default_args=dict(DEFAULT_ARGS),
    tags=["yunjian", "train"],
    doc_md=f"""\
{__doc__}

One run is one model; the partition key is its Sunday, `YYYY-MM-DD`. It is paused until somebody switches it on; by hand,
trigger it with a Sunday as partition key. It computes `models.listings` of that Sunday and nothing else:
`evidence.listing_scores` takes up a promoted model with the next week, or when that Sunday is run again.

Promoted or not, and why, stands in the table and in `python -m jobs models`, which also takes a promotion back.
{TRIAGE}""",
) as dag:
    run_in_order({job: run_arguments(tables, SUNDAY, SUNDAY) for job, tables in TRAIN.items()})
