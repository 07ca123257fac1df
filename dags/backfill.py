"""Computes any tables over any range of days, by hand: a rehearsal first, then in earnest."""

import fnmatch
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from airflow.sdk import DAG, Param, task
from airflow.sdk.exceptions import AirflowFailException

from spark_task import DAILY, DEFAULT_ARGS, HOME, TRIAGE, WEEKLY, run_arguments, run_in_order, spark_tables

CAMPAIGNS = HOME / "conf" / "backfills"
LAYERS = ("staging", "core", "evidence", "links", "rackets")
# All of one layer before the next.
JOBS = dict(sorted({**DAILY, **WEEKLY}.items(), key=lambda job: LAYERS.index(job[0].split(".")[0])))
DAY = {"type": ["null", "string"], "format": "date"}


def asked_for(params: Mapping[str, Any]) -> tuple[list[str], date, date]:
    """Tables, first and last day that the params ask for. AirflowFailException if they make no sense."""
    asked = dict(params)
    if campaign := asked.get("campaign"):
        if asked.get("from") or asked.get("to"):
            raise AirflowFailException(f"campaign {campaign} says its own days: leave `from` and `to` empty")
        asked = read_campaign(campaign)
    if not (asked.get("from") and asked.get("to")):
        raise AirflowFailException("no days: give `from` and `to` (YYYY-MM-DD), or a campaign file's name")
    first, last = _day("from", asked["from"]), _day("to", asked["to"])
    if last < first:
        raise AirflowFailException(f"`to` {last} is before `from` {first}")
    return chosen_tables(asked.get("tables") or ["*"]), first, last


def read_campaign(name: str) -> dict[str, Any]:
    """A campaign file's content. Raises AirflowFailException naming the file and what is wrong with it."""
    path = CAMPAIGNS / f"{name}.toml"
    known = sorted(found.stem for found in CAMPAIGNS.glob("*.toml"))
    if name not in known:
        raise AirflowFailException(f"no campaign {name!r}: {CAMPAIGNS} has {', '.join(known) or 'none'}")
    try:
        campaign = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise AirflowFailException(f"{path}: {error}") from None
    if unknown := sorted(set(campaign) - {"why", "from", "to", "tables"}):
        raise AirflowFailException(f"{path}: unknown key {unknown[0]!r}, known are why, from, to, tables")
    return campaign


def _day(name: str, value: date | str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise AirflowFailException(f"`{name}` {str(value)!r} is not a day: write YYYY-MM-DD") from None


def chosen_tables(patterns: list[str]) -> list[str]:
    """Tables that match any of the patterns, upstream first. AirflowFailException for one without."""
    known = [table for tables in JOBS.values() for table in tables]
    for pattern in patterns:
        if not fnmatch.filter(known, pattern):
            raise AirflowFailException(f"no table matches {pattern!r}: there are {', '.join(known)}")
    return [table for table in known if any(fnmatch.fnmatch(table, pattern) for pattern in patterns)]


def commands(params: Mapping[str, Any]) -> dict[str, list[str]]:
    """Task -> arguments of its job, empty where nothing was asked for; `plan` is the rehearsal of all."""
    tables, first, last = asked_for(params)
    found = {"plan": [*run_arguments(tables, f"{first}", f"{last}"), "--dry-run"]}
    for job, of_job in JOBS.items():
        wanted = [table for table in of_job if table in tables]
        found[job] = run_arguments(wanted, f"{first}", f"{last}") if wanted else []
    return found


with DAG(
    "yunjian_backfill",
    description=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    # It only runs when somebody triggers it.
    is_paused_upon_creation=False,
    default_args=dict(DEFAULT_ARGS),
    params={
        "from": Param(None, **DAY, description="first day, YYYY-MM-DD"),
        "to": Param(None, **DAY, description="last day, included"),
        "tables": Param(["*"], type="array", items={"type": "string"}, description="names, or core.*"),
        "campaign": Param(None, type=["null", "string"], description="conf/backfills/NAME.toml, instead"),
        "dry_run": Param(True, type="boolean", description="only print what would be computed, and why"),
    },
    tags=["yunjian", "backfill"],
    doc_md=f"""\
{__doc__}

Give `from` and `to`, and `tables` as names or patterns; or `campaign`, a reviewed file of `conf/backfills/`.
`dry_run` is on unless it is switched off: then `plan` prints, in its log, for every table which days would be
computed and why, and nothing else happens. Read it, then trigger the DAG again with `dry_run` off.

Tables are computed layer by layer, each over the whole range, the weekly ones for its Sundays. Days that
stand are left alone, so a backfill that was stopped goes on where it was. It publishes no partitions of
`yunjian_day`: the weeks in its range are its own work, and `yunjian_weekly` is not started by it.

After a redelivery of a day, take the range from that day to the last published one: the plan names what was
computed from the old delivery.
{TRIAGE}""",
) as dag:

    @task(multiple_outputs=True, retries=0)
    def check(params: dict[str, Any]) -> dict[str, list[str]]:
        """The arguments of every task, or a refusal that says what is wrong with the params."""
        return commands(params)

    @task.short_circuit(retries=0)
    def in_earnest(params: dict[str, Any]) -> bool:
        """Whether to go on after the plan."""
        return not params["dry_run"]

    checked = check()
    plan = spark_tables("plan", checked["plan"])
    tasks = run_in_order({job: checked[job] for job in JOBS}, trigger_rule="none_failed")
    plan >> in_earnest() >> tasks[0]
