"""Dirt is counted: every bad row is known by file, line, kind and what the contract demands."""

import json

import pytest

from simulator import dirt
from simulator.feeds import FEEDS, KEYS
from tests.simulator.conftest import BROKEN_FILE, lines_of, manifests

NOT_A_RECORD = {"truncated", "not_an_object", "not_json"}


@pytest.fixture(scope="module")
def dirty_lines(tiny, truth) -> list[tuple]:
    """(row of the truth, its line)."""
    return [
        (row, lines_of(tiny / "landing" / row.feed / f"dt={row.date}" / row.file)[row.line - 1])
        for row in truth["dirt_rows"].itertuples()
    ]


def test_every_kind_of_dirt_stands_in_a_tiny_world(truth):
    wanted = {kind.name for kind in dirt.KINDS if "jsonl" in kind.formats} | NOT_A_RECORD | BROKEN_FILE | {"unlisted"}
    assert set(truth["dirt_rows"].kind) == wanted


def test_dirt_is_counted(tiny, truth, good_rows):
    delivered = sum(file["rows"] for _, manifest in manifests(tiny) for file in manifest["files"])
    listed = (truth["dirt_rows"].expect != "ignore") & ~truth["dirt_rows"].kind.isin(BROKEN_FILE)
    assert delivered == listed.sum() + sum(len(good_rows(feed)) for feed in FEEDS)
    assert delivered == truth["deliveries"].query("listed").rows.sum()


def test_dirty_rows_stand_on_the_line_that_the_truth_names(dirty_lines):
    with_key = [(row, line) for row, line in dirty_lines if row.key]
    assert len(with_key) > 100
    for row, line in with_key:
        assert f'"{KEYS[row.feed]}": "{row.key}"'.encode() in line


def test_no_feed_is_so_dirty_that_its_day_would_be_stopped(truth):
    bad = truth["dirt_rows"].query("expect != 'ignore' and kind not in @BROKEN_FILE").groupby(["feed", "date"]).size()
    rows = truth["deliveries"].query("listed").groupby(["feed", "date"]).rows.sum()
    assert (bad / rows).max() < 0.2


def test_nothing_true_depends_on_a_dirty_row(truth):
    keys = set(truth["dirt_rows"].key)
    for table, column in (("orders", "order_id"), ("listings", "listing_id"), ("seller_kind", "seller_id")):
        assert not keys & set(truth[table][column])


def test_a_duplicate_is_an_identical_second_row(tiny, dirty_lines):
    found = [(row, line) for row, line in dirty_lines if row.kind == "duplicate"]
    assert found
    for row, line in found:
        folder = tiny / "landing" / row.feed / f"dt={row.date}"
        assert sum(lines_of(path).count(line) for path in folder.glob("part-?.jsonl.gz")) == 2


def test_a_superseded_row_is_older_than_the_good_one_of_its_day(good_rows, dirty_lines):
    good = {(feed, row["ds"], row[KEYS[feed]]): row for feed in ("orders", "listings") for row in good_rows(feed)}
    found = [
        (row, json.loads(line))
        for row, line in dirty_lines
        if row.kind == "superseded" and row.feed in ("orders", "listings")
    ]
    assert found
    for row, record in found:
        newer = good[row.feed, row.date, record[KEYS[row.feed]]]
        assert record["updated_at"][:19] < newer["updated_at"][:19]


def test_rows_that_must_be_rejected_break_a_rule_that_can_be_seen(dirty_lines):
    seen = {row.kind: line for row, line in dirty_lines if row.feed == "orders"}
    assert b'"buyer_id": null' in seen["missing_required"]
    assert b'"buyer_id"' not in seen["absent_required"]
    assert b'"paid_cny": 1e400' in seen["number_1e400"]
    assert b'"paid_cny": NaN' in seen["number_nan"]
    assert b'"paid_at": "0000-00-00' in seen["year_0"]
    assert b'"paid_at": "9999-12-31' in seen["year_9999"]
    assert b'"buyer_id": ["a", "b"]' in seen["array_as_text"]
    assert b"\0" in seen["nul_byte"] and b"\\u0000" in seen["nul_escape"]
    with pytest.raises(UnicodeDecodeError):
        seen["broken_utf8"].decode()
    with pytest.raises(ValueError):
        json.loads(seen["truncated"])


def test_an_unlisted_file_is_named_in_no_manifest(tiny, truth):
    unlisted = truth["deliveries"].query("not listed")
    assert len(unlisted) == 2
    for row in unlisted.itertuples():
        folder = tiny / "landing" / row.feed / f"dt={row.date}"
        assert (folder / row.file).exists()
        assert row.file not in [f["name"] for f in json.loads((folder / "_manifest.json").read_text())["files"]]


def test_a_long_line_has_ten_megabytes():
    columns = {name: ["x"] for name in FEEDS["listings"]}
    assert len(dirt.long_line(columns, "listings").body) > 9_900_000
