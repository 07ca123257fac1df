"""The command line: what it refuses, and what --force removes."""

import pytest

from simulator.__main__ import main

TINY = ["--preset", "tiny", "--seed", "3", "--no-images", "--out"]


def test_refuses_a_folder_that_is_not_empty(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("keep")
    assert main([*TINY, str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_force_replaces_an_earlier_run_and_leaves_other_files(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    old = tmp_path / "landing" / "orders" / "dt=2020-01-01"
    old.mkdir(parents=True)
    assert main([*TINY, str(tmp_path), "--force"]) == 0
    assert not old.exists()
    assert (tmp_path / "mine.txt").read_text() == "keep"
    assert (tmp_path / "WORLD.json").exists()


def test_refuses_less_than_a_week(tmp_path, capsys):
    assert main([*TINY, str(tmp_path / "new"), "--days", "6"]) == 2
    assert "week" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_help_names_what_is_written(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("tiny", "demo", "campaign", "WORLD.json", "truth", "--redeliver-later"))


def test_progress_goes_to_standard_error(tmp_path, capsys):
    assert main([*TINY, str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "shops" in said.err and "done" in said.err
