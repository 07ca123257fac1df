"""What the command line says and how it ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs import cli, settings
from jobs.settings import ROOT
from tests.deliver import deliver, deliver_bytes
from tests.light import LIGHT_JVM

ORDER = {
    "order_id": "o1", "listing_id": "l1", "seller_id": "s1", "buyer_id": "b1", "quantity": 2, "unit_price_cny": "10.50",
    "paid_cny": "21.00", "paid_at": "2024-03-04T09:30:00+08:00", "status": "paid", "updated_at": "2024-03-04T10:00:00+08:00",
}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["run", "core.nothing", "--from", "2024-03-04"],
            "usage: no table matches 'core.nothing': `python -m jobs list` names them all",
        ),
        (["daily", "--from", "2024-03-05", "--to", "2024-03-04"], "usage: --to 2024-03-04 is before --from 2024-03-05"),
        (
            ["run", "core.trades", "--from", "2024-03-04", "--profile", "moon"],
            "usage: no profile 'moon' (conf/moon.conf): there are cluster, local",
        ),
        (
            ["run", "core.trades", "--from", "2024-03-04", "--set", "landing"],
            "usage: --set takes key=value, not 'landing'",
        ),
        (
            ["run", "core.trades", "--from", "2024-03-04"],
            "usage: no warehouse is set: give --set warehouse=PATH, or YUNJIAN_WAREHOUSE",
        ),
        (
            ["arrived", "ships", "--ds", "2024-03-04"],
            "usage: no feed 'ships': there are brands, images, listings, orders",
        ),
        (
            ["train", "--ds", "2024-03-13"],
            "usage: --ds 2024-03-13 is no Sunday; what models learn from is of Sundays: give 2024-03-10",
        ),
        (["models", "--withdraw", "M1"], "usage: --withdraw MODEL and --because TEXT go together"),
        (["run", "models.*", "--from", "2024-03-10"], "usage: no table matches 'models.*'"),
        (["show", "core.nothing"], "usage: no table 'core.nothing': `python -m jobs list` names them all"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(capsys, monkeypatch, arguments, said):
    for name in ("YUNJIAN_LANDING", "YUNJIAN_WAREHOUSE", "YUNJIAN_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(arguments) == 2
    line = capsys.readouterr().err.strip()
    assert line.startswith(said)
    assert "\n" not in line


def test_a_day_that_is_none_is_refused_with_its_form(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["daily", "--from", "4 March", "--to", "2024-03-05"])
    assert ended.value.code == 2
    assert "'4 March' is not a day, write YYYY-MM-DD" in capsys.readouterr().err


def test_help_teaches_with_examples(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for wanted in (
        "python -m jobs daily --from",
        "Exit codes: 0 done",
        "compute some tables over a range",
        "--set landing=DIR",
    ):
        assert wanted in text


def test_help_of_training_says_when_a_model_counts(capsys):
    for command in ("train", "models"):
        with pytest.raises(SystemExit):
            cli.main([command, "--help"])
        text = capsys.readouterr().out
        assert "python -m jobs train --ds 2024-06-30" in text
        assert "python -m jobs models --withdraw" in text
        assert "only when it is promoted" in text


def test_arrived_tells_by_its_exit_code(capsys, landing):
    deliver(landing, "orders", "2024-03-04", [ORDER])
    where = ["--set", f"landing={landing}"]
    assert cli.main(["arrived", "orders", "--ds", "2024-03-04", *where]) == 0
    assert capsys.readouterr().out == "orders of 2024-03-04: delivery 1, 1 files, 1 rows\n"
    assert cli.main(["arrived", "orders", "--ds", "2024-03-05", *where]) == 3
    assert capsys.readouterr().err.startswith("not arrived: orders of 2024-03-05 has not arrived: no ")


def test_a_file_that_is_not_whole_has_not_arrived(capsys, landing):
    folder = deliver(landing, "orders", "2024-03-04", [ORDER])
    where = ["arrived", "orders", "--ds", "2024-03-04", "--set", f"landing={landing}"]
    (folder / "extra.jsonl").write_text("{}\n")
    assert cli.main(where) == 0
    assert "not in the manifest, will not be read: " in capsys.readouterr().out

    body = (folder / "part-0.jsonl").read_bytes()
    for content, said in (
        (body[:-5], f"has {len(body) - 5} bytes, the manifest says {len(body)}"),
        (body[:-2] + b"]\n", "another sha256"),
    ):
        (folder / "part-0.jsonl").write_bytes(content)
        assert cli.main(where) == 3
        assert said in capsys.readouterr().err
    (folder / "part-0.jsonl").unlink()
    assert cli.main(where) == 3
    assert "part-0.jsonl is listed in the manifest and missing; ask for a redelivery" in capsys.readouterr().err


@pytest.mark.parametrize(
    "body", [b"not json", b"[]", b'{"feed": "orders"}', b'{"feed": "sellers", "dt": "2024-03-04", "files": []}']
)
def test_a_manifest_that_is_none_has_not_arrived(capsys, landing, body):
    folder = deliver(landing, "orders", "2024-03-04", [ORDER])
    (folder / "_manifest.json").write_bytes(body)
    assert cli.main(["arrived", "orders", "--ds", "2024-03-04", "--set", f"landing={landing}"]) == 3
    assert "manifest" in capsys.readouterr().err


def test_list_and_show_describe_every_table(capsys):
    assert cli.main(["list"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names[0] == "staging.brands"
    assert {"core.trades", "links.edges", "rackets.leads"} <= set(names)
    assert cli.main(["show", "core.trades"]) == 0
    text = capsys.readouterr().out
    for wanted in ("key: ds, order_id", "read by: ", "join_state", "must hold (critical)"):
        assert wanted in text


def test_later_settings_win(monkeypatch):
    monkeypatch.setenv("YUNJIAN_LANDING", "/from/environment")
    assert settings.load("local").landing == "/from/environment"
    assert settings.load("local", ["landing=s3://bucket/x/"]).landing == "s3://bucket/x"
    assert settings.load("local", ["spark.master=local[1]"]).properties["spark.master"] == "local[1]"


def test_generated_docs_are_fresh():
    assert cli.main(["docs", "--check"]) == 0


def jobs(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a person types it."""
    env = {**os.environ, "YUNJIAN_LANDING": str(folder / "landing"), "YUNJIAN_WAREHOUSE": str(folder / "warehouse")}
    light = [
        "--set",
        "spark.driver.memory=1g",
        "--set",
        f"spark.driver.extraJavaOptions={LIGHT_JVM}",
    ]
    command = [sys.executable, "-m", "jobs", *arguments, *light]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
def test_a_person_runs_looks_and_is_refused(tmp_path, landing):
    """One life of a table on the real command line: run, status, a refused audit, what the audit found."""
    deliver(landing, "orders", "2024-03-04", [ORDER])
    run = ["run", "staging.orders", "--from", "2024-03-04", "--to", "2024-03-05"]
    absent = jobs(tmp_path, *run)
    assert absent.returncode == 3
    assert absent.stderr.strip().splitlines()[-1].startswith("not arrived: orders of 2024-03-05 has not arrived")
    assert "staging.orders             2024-03-04..2024-03-04  1 rows" in absent.stderr.replace(
        "2024-03-04..2024-03-05", "2024-03-04..2024-03-04"
    )

    # More rows than the manifest says.
    deliver_bytes(landing, "orders", "2024-03-05", b'{"order_id": "o2"}\n' * 3, 2)
    refused = jobs(tmp_path, *run)
    assert refused.returncode == 4
    last = refused.stderr.strip().splitlines()[-1]
    assert last.startswith(
        "refused: staging.orders 2024-03-05..2024-03-05 was not published: FAIL critical unaccounted"
    )
    assert "keys: 2024-03-05/part-0.jsonl" in last
    found = jobs(tmp_path, "audit", "staging.orders", "--ds", "2024-03-05")
    assert found.returncode == 0
    assert "FAIL critical unaccounted" in found.stdout
    status = jobs(tmp_path, "status", "--to", "2024-03-05")
    assert status.returncode == 0
    assert "missing: 2024-03-05" in status.stdout


def test_a_reader_that_has_seen_enough_is_no_failure_with_a_trace():
    command = [sys.executable, "-m", "jobs", "list"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == ("", 141)
