"""What becomes of a job's exit code and last line. The spark-submit here is a script that ends as told."""

import logging
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

import spark_task
from spark_task import SparkTables, has_arrived, spark_tables, write_failure

ARGUMENTS = ["run", "core.trades", "--from", "2024-03-04", "--to", "2024-03-04"]


@pytest.fixture
def end_with(tmp_path, monkeypatch):
    """Makes spark-submit, and the jobs' Python, say a line and exit with a code."""

    def write(code: int, said: str) -> None:
        for name in ("spark-submit", "python"):
            path = tmp_path / name
            path.write_text(f"#!/bin/sh\necho \"$@\" >> {tmp_path}/calls\necho '{said}' >&2\nexit {code}\n")
            path.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        monkeypatch.setattr("spark_task.PYTHON", str(tmp_path / "python"))

    return write


def job(arguments: list[str] = ARGUMENTS) -> SparkTables:
    return spark_tables("trades", arguments)


def test_a_job_that_is_done_is_done(end_with, tmp_path):
    end_with(0, "core.trades 2024-03-04 12 rows")
    job().execute({})
    (call,) = (tmp_path / "calls").read_text().splitlines()
    assert call.endswith(" ".join(ARGUMENTS))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (1, "failed: core.trades is being written by another run"),
        (3, "not arrived: core.listings has no 2024-03-03"),
    ],
)
def test_what_may_pass_is_tried_again(end_with, code, said):
    end_with(code, said)
    with pytest.raises(AirflowException) as failure:
        job().execute({})
    assert not isinstance(failure.value, AirflowFailException)
    assert str(failure.value) == f"{said} (exit code {code})"


@pytest.mark.parametrize(
    ("code", "said"),
    [(2, "usage: no table core.trade"), (4, "refused: core.trades 2024-03-04: 3 rows without key")],
)
def test_what_cannot_pass_is_not_tried_again(end_with, code, said):
    end_with(code, said)
    with pytest.raises(AirflowFailException) as failure:
        job().execute({})
    assert str(failure.value) == f"{said} (exit code {code})"


def test_a_death_without_last_words_is_tried_again(end_with):
    end_with(137, "Killed")
    with pytest.raises(AirflowException) as failure:
        job().execute({})
    assert not isinstance(failure.value, AirflowFailException)
    assert str(failure.value) == "Killed (exit code 137)"


def test_a_job_without_tables_is_skipped():
    with pytest.raises(AirflowSkipException):
        job([]).execute({})


def test_a_run_without_a_day_is_refused():
    with pytest.raises(AirflowFailException, match="give the run a partition key"):
        job(["run", "core.trades", "--from", "None", "--to", "None"]).execute({})


# --- arrival --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "expected"), [(0, True), (3, False)])
def test_a_feed_has_arrived_or_not(end_with, code, expected):
    end_with(code, "orders of 2024-03-04")
    assert has_arrived("orders", "2024-03-04") is expected


def test_looking_for_a_feed_is_tried_again_when_the_store_does_not_answer(end_with):
    end_with(1, "failed: cannot read s3://landing/orders")
    with pytest.raises(AirflowException) as failure:
        has_arrived("orders", "2024-03-04")
    assert not isinstance(failure.value, AirflowFailException)


def test_a_feed_that_does_not_exist_is_not_looked_for_again(end_with):
    end_with(2, "usage: no feed order")
    with pytest.raises(AirflowFailException, match="no feed order"):
        has_arrived("order", "2024-03-04")


def test_a_feed_is_not_looked_for_without_a_day():
    with pytest.raises(AirflowFailException, match="partition key"):
        has_arrived("orders", "None")


# --- the line about a failure ---------------------------------------------------------------------


def test_a_failure_is_one_readable_line(caplog):
    context = {
        "dag_run": SimpleNamespace(dag_id="yunjian_daily", partition_key="2024-03-04", run_id="scheduled__1"),
        "ti": SimpleNamespace(task_id="core.trades"),
        "exception": AirflowFailException("refused: core.trades 2024-03-04: 3 rows without key\nand a trace"),
    }
    with caplog.at_level(logging.ERROR, logger="yunjian"):
        write_failure(context)
    assert caplog.messages == [
        "yunjian_daily 2024-03-04 core.trades: refused: core.trades 2024-03-04: 3 rows without key"
    ]


def test_jobs_are_started_from_the_checkout_that_the_dags_are_in():
    assert (spark_task.HOME / "jobs" / "__main__.py").is_file()
