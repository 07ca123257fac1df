"""What a backfill makes of its params."""

import pytest
from airflow.sdk.exceptions import AirflowFailException, ParamValidationError
from backfill import CAMPAIGNS, asked_for, commands

from spark_task import DAILY, WEEKLY

WEEK = {"from": "2024-03-04", "to": "2024-03-10"}


def test_it_rehearses_unless_told_otherwise(dags):
    assert dags["yunjian_backfill"].params["dry_run"] is True


def test_the_rehearsal_names_all_tables_asked_for():
    plan = commands({**WEEK, "tables": ["core.trades", "links.tr*"]})["plan"]
    assert plan == [
        *("run", "core.trades", "links.traits", "links.trait_states"),
        *("--from", "2024-03-04", "--to", "2024-03-10", "--profile", "local", "--dry-run"),
    ]


def test_a_task_runs_only_the_tables_asked_for():
    asked = commands({**WEEK, "tables": ["core.listings", "core.sellers", "core.sales"]})
    assert asked["core.changes"][:3] == ["run", "core.listings", "core.sellers"]
    assert asked["core.sales"][:2] == ["run", "core.sales"]
    assert asked["core.trades"] == []
    assert asked["rackets.cases"] == []


def test_all_tables_are_meant_when_none_is_named():
    tables, _first, _last = asked_for({**WEEK, "tables": []})
    assert sorted(tables) == sorted(table for job in {**DAILY, **WEEKLY}.values() for table in job)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "no days"),
        ({"from": "2024-03-04", "to": None}, "no days"),
        ({"from": "2024-03-10", "to": "2024-03-04"}, "`to` 2024-03-04 is before `from` 2024-03-10"),
        ({"from": "4 March", "to": "2024-03-04"}, "`from` '4 March' is not a day"),
        ({**WEEK, "tables": ["core.*", "cores.*"]}, "no table matches 'cores.*'"),
        ({**WEEK, "campaign": "example"}, "leave `from` and `to` empty"),
        ({"campaign": "spring"}, "no campaign 'spring'"),
        ({"campaign": "../airflow_pools"}, "no campaign '../airflow_pools'"),
    ],
)
def test_params_without_sense_are_refused(params, message):
    with pytest.raises(AirflowFailException) as refusal:
        commands(params)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(("name", "value"), [("from", "March"), ("tables", "core.*"), ("dry_run", "no")])
def test_params_of_the_wrong_kind_are_refused_when_it_is_triggered(dags, name, value):
    with pytest.raises(ParamValidationError):
        dags["yunjian_backfill"].params.get_param(name).resolve(value)


# --- campaign files -------------------------------------------------------------------------------


@pytest.mark.parametrize("file", sorted(CAMPAIGNS.glob("*.toml")), ids=lambda file: file.name)
def test_every_campaign_that_is_shipped_can_be_run(file):
    tables, first, last = asked_for({"campaign": file.stem})
    assert tables
    assert first <= last


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("from = 2024-03-01\nto = 2024-03-31\ntable = 'core.*'", "unknown key 'table'"),
        ("from = 2024-03-01", "no days"),
        ("from = ", "campaign.toml"),
    ],
)
def test_a_campaign_with_a_mistake_is_refused(tmp_path, monkeypatch, text, message):
    monkeypatch.setattr("backfill.CAMPAIGNS", tmp_path)
    (tmp_path / "campaign.toml").write_text(text)
    with pytest.raises(AirflowFailException) as refusal:
        asked_for({"campaign": "campaign"})
    assert message in str(refusal.value)
