"""How the DAGs behave in a real Airflow. The jobs here only write down how they were called."""

import pytest

from orchestrator.local import LocalAirflow
from tests.airflow.api import Api
from tests.airflow.checkout import Checkout
from tests.light import LIGHT_JVM

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    return Checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def api(jobs, tmp_path_factory):
    extra = {
        "YUNJIAN_HOME": str(jobs.home),
        "YUNJIAN_POKE_SECONDS": "2",
        "YUNJIAN_RETRY_SECONDS": "3",
        "SPARK_SUBMIT_OPTS": LIGHT_JVM,
    }
    with LocalAirflow(tmp_path_factory.mktemp("airflow"), extra=extra) as airflow:
        api = Api(airflow)
        assert api.wait_for_dags() == {"yunjian_daily", "yunjian_weekly", "yunjian_backfill", "yunjian_train"}
        api.unpause("yunjian_daily")
        yield api


def test_a_day_waits_for_its_feeds_without_holding_a_slot(api, jobs):
    jobs.behave("late", ["arrived", "orders", "2024-03-04"], 3, "not arrived: orders of 2024-03-04")
    run = api.trigger("yunjian_daily", "2024-03-04")

    def waiting():
        return api.tasks("yunjian_daily", run).get("wait_for_orders", {}).get("state") == "up_for_reschedule"

    # The scheduler begins with yesterday, and one run goes at a time.
    api.wait_until("wait_for_orders gives its slot back", waiting, 240)
    assert jobs.calls("run", "2024-03-04") == []
    jobs.recover("late")
    assert api.wait_for_run("yunjian_daily", run, 120) == "success"
    assert len(jobs.calls("arrived", "orders", "--ds", "2024-03-04")) >= 2
    assert [call[1] for call in jobs.calls("run", "2024-03-04")] == [
        "staging.brands", "core.listings", "core.trades", "evidence.listing_text", "evidence.image_reads", "links.traits",
    ]  # fmt: skip


def test_an_audit_that_refuses_is_not_tried_again(api, jobs):
    jobs.behave(
        "refuse",
        ["run", "core.trades", "2024-03-05"],
        4,
        "refused: core.trades: 3 rows without key",
    )
    run = api.trigger("yunjian_daily", "2024-03-05")
    assert api.wait_for_run("yunjian_daily", run, 120) == "failed"
    jobs.recover("refuse")
    assert len(jobs.calls("run", "core.trades", "2024-03-05")) == 1
    assert jobs.calls("run", "links.traits", "2024-03-05") == []
    line = "yunjian_daily 2024-03-05 core.trades: refused: core.trades: 3 rows without key (exit code 4)"
    assert line in api.log("yunjian_daily", run, "core.trades")


def test_what_may_pass_is_tried_again(api, jobs):
    jobs.behave("fail", ["run", "core.trades", "2024-03-06"], 1, "failed: the disk is full")
    run = api.trigger("yunjian_daily", "2024-03-06")

    def waiting():
        return api.tasks("yunjian_daily", run).get("core.trades", {}).get("state") == "up_for_retry"

    api.wait_until("core.trades is to be tried again", waiting, 120)
    jobs.recover("fail")
    assert api.wait_for_run("yunjian_daily", run, 180) == "success"
    assert len(jobs.calls("run", "core.trades", "2024-03-06")) == 2


def test_a_week_runs_once_when_its_seven_days_are_published(api, jobs):
    """Three days ran above, of which one failed; the others are run by the scheduler or announced."""
    api.announce(["2024-03-05", "2024-03-08", "2024-03-09", "2024-03-10"])
    api.announce(["2024-03-11", "2024-03-17"])  # another week, not complete
    assert api.runs("yunjian_weekly") == []
    api.schedule_day("2024-03-07")
    assert api.wait_for_run("yunjian_weekly", "2024-03-04", 240) == "success"
    called = [call[1] for call in jobs.calls("run", "2024-03-04", "2024-03-10")]
    # Nothing waits for it.
    called.remove("evidence.listing_scores")
    assert called == ["core.sales", "evidence.listing_text_states", "links.trait_states", "rackets.members"]
    api.announce(["2024-03-08"])
    assert [run["partition_key"] for run in api.runs("yunjian_weekly")] == ["2024-03-04"]


def test_a_model_is_trained_for_the_sunday_that_is_asked_for(api, jobs):
    api.unpause("yunjian_train")
    run = api.trigger("yunjian_train", "2024-03-10")
    assert api.wait_for_run("yunjian_train", run, 240) == "success"
    assert [call[1:6] for call in jobs.calls("run", "models.listings", "2024-03-10")] == [
        ["models.listings", "--from", "2024-03-10", "--to", "2024-03-10"]
    ]


def test_a_backfill_rehearses_then_runs_what_was_asked_for(api, jobs):
    asked = {"from": "2024-04-01", "to": "2024-04-07", "tables": ["core.*"]}
    rehearsal = api.trigger("yunjian_backfill", **asked)
    assert api.wait_for_run("yunjian_backfill", rehearsal, 120) == "success"
    assert [call[-1] for call in jobs.calls("2024-04-01")] == ["--dry-run"]

    run = api.trigger("yunjian_backfill", **asked, dry_run=False)
    assert api.wait_for_run("yunjian_backfill", run, 240) == "success"
    assert [call[1] for call in jobs.calls("2024-04-01") if call[-1] != "--dry-run"] == [
        "core.listings", "core.trades", "core.sales",
    ]  # fmt: skip
    assert api.tasks("yunjian_backfill", run)["rackets.cases"]["state"] == "skipped"


def test_a_backfill_without_days_is_refused_with_a_reason(api, jobs):
    run = api.trigger("yunjian_backfill", tables=["core.*"])
    assert api.wait_for_run("yunjian_backfill", run, 120) == "failed"
    assert "no days: give `from` and `to`" in api.log("yunjian_backfill", run, "check")
    with pytest.raises(AssertionError, match=r"422|400"):
        api.trigger("yunjian_backfill", dry_run="perhaps")
