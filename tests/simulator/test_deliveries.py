"""Everything in a landing follows the contract of the feeds."""

import csv
import gzip
import hashlib
import io
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import zxingcpp
from PIL import Image

from simulator.feeds import FEEDS, KEYS
from simulator.presets import date_of
from tests.simulator.conftest import BROKEN_FILE, lines_of, manifests


def test_every_feed_has_a_manifest_for_every_day(tiny):
    days = [date_of(day) for day in range(10)]
    for feed in FEEDS:
        assert [manifest["dt"] for _, manifest in manifests(tiny, feed)] == days


def test_manifest_counts_and_hashes_match(tiny):
    files = 0
    for folder, manifest in manifests(tiny):
        assert (manifest["feed"], f"dt={manifest['dt']}") == (folder.parent.name, folder.name)
        for file in manifest["files"]:
            body = (folder / file["name"]).read_bytes()
            assert (file["bytes"], file["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
            assert file["rows"] == len(lines_of(folder / file["name"]))
            files += 1
    assert files > 30


def test_good_rows_have_exactly_the_columns_of_the_contract(good_rows):
    for feed, columns in FEEDS.items():
        for row in good_rows(feed):
            assert set(row) - {"ds", "channel"} == set(columns)


def test_a_key_stands_once_per_day_among_the_good_rows(good_rows):
    for feed, key in KEYS.items():
        seen = [(row["ds"], row[key]) for row in good_rows(feed)]
        assert len(seen) == len(set(seen))


def test_pictures_lie_beside_the_rows_and_are_counted(tiny, truth, good_rows):
    counted = {manifest["dt"]: manifest.get("blobs") for _, manifest in manifests(tiny, "images")}
    rows = good_rows("images")
    bodies = [(row, (tiny / "landing" / "images" / f"dt={row['ds']}" / row["path"]).read_bytes()) for row in rows]
    for day, blobs in counted.items():
        mine = [body for row, body in bodies if row["ds"] == day]
        assert (blobs or {"count": 0, "bytes": 0}) == {"count": len(mine), "bytes": sum(map(len, mine))}
    assert all(len(body) == row["bytes"] for row, body in bodies)
    wrong = {row["image_id"]: "wrong_hash" for row, body in bodies if hashlib.sha256(body).hexdigest() != row["sha256"]}
    wrong |= {row["image_id"]: "not_a_picture" for row, body in bodies if body.startswith(b"<html>")}
    named = truth["dirt_rows"][truth["dirt_rows"].kind.isin(BROKEN_FILE)].set_index("key").kind.to_dict()
    assert wrong == named
    assert 0 < len(wrong) < 0.1 * len(bodies)


def test_no_images_leaves_the_feed_empty(written):
    world = written("--no-images")
    assert all(manifest["files"] == [] and "blobs" not in manifest for _, manifest in manifests(world, "images"))
    assert not list(world.glob("landing/images/*/files"))


def keys_of(world, feed: str, format: str) -> list[str]:
    """Keys of a feed's listed rows, in order, as text."""
    found = []
    for folder, manifest in manifests(world, feed):
        for file in manifest["files"]:
            path = folder / file["name"]
            if format == "csv":
                text = gzip.decompress(path.read_bytes()).decode(errors="replace").replace("\0", "")
                found += [row[KEYS[feed]] for row in csv.DictReader(io.StringIO(text))]
            elif format == "parquet":
                found += pq.read_table(path)[KEYS[feed]].to_pylist()
            else:
                found += [json.loads(line)[KEYS[feed]] for line in lines_of(path) if is_object(line)]
    return [key for key in found if key and not key.startswith("DIRT")]


def is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict) and json.loads(line).get("updated_at") is not None
    except ValueError:
        return False


@pytest.mark.parametrize("feed", ["sellers", "orders", "shipments"])
def test_all_formats_deliver_the_same_things(written, tiny, feed):
    wanted = set(keys_of(tiny, feed, "jsonl"))
    assert len(wanted) > 50
    assert set(keys_of(written("--format", "csv"), feed, "csv")) == wanted
    assert set(keys_of(written("--format", "parquet"), feed, "parquet")) == wanted


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_rows_in_every_format_equal_those_in_the_manifest(written, format):
    world = written("--format", format) if format != "jsonl" else written()
    for folder, manifest in manifests(world, "orders"):
        for file in manifest["files"]:
            path = folder / file["name"]
            if format == "parquet":
                assert pq.read_metadata(path).num_rows == file["rows"]
            else:
                assert len(lines_of(path)) == file["rows"] + (format == "csv")


def test_a_corrected_day_lies_in_the_landing_as_its_highest_delivery(tiny, truth):
    corrected = [manifest for _, manifest in manifests(tiny) if manifest["delivery"] > 1]
    assert len(corrected) == 1
    found = truth["deliveries"]
    assert set(found[found.delivery > 1].date) == {corrected[0]["dt"]}


def test_redeliver_later_keeps_the_wrong_first_delivery_in_the_landing(written, tiny):
    world = written("--redeliver-later")
    assert {manifest["delivery"] for _, manifest in manifests(world)} == {1}
    later = list((world / "redelivered").glob("*/dt=*/_manifest.json"))
    assert len(later) == 1
    again = json.loads(later[0].read_text())
    first = json.loads((world / "landing" / again["feed"] / f"dt={again['dt']}" / "_manifest.json").read_text())
    right = json.loads((tiny / "landing" / again["feed"] / f"dt={again['dt']}" / "_manifest.json").read_text())
    assert again["delivery"] == 2
    assert sum(f["rows"] for f in first["files"]) < sum(f["rows"] for f in again["files"])
    assert again["files"] == right["files"]


def test_a_column_that_the_contract_does_not_know_comes_on_some_days(good_rows):
    for feed in ("orders", "listings"):
        drifted = {row["ds"]: "channel" in row for row in good_rows(feed)}
        assert set(drifted.values()) == {True, False}


def test_some_pictures_carry_the_account_of_a_shop_that_shows_them(tiny, good_rows):
    """A stream of its own decides which: files of the same number are the same pictures with and without."""
    shown: dict[str, set[str]] = {}
    for row in good_rows("listings"):
        for image in row["image_ids"] or []:
            shown.setdefault(image, set()).add(row["seller_id"])
    accounts: dict[str, set[str]] = {}
    for row in good_rows("sellers"):
        accounts.setdefault(row["seller_id"], set()).update(row["handles"] or [])
    bare = marked = 0
    for row in good_rows("images"):
        body = (tiny / "landing" / "images" / f"dt={row['ds']}" / row["path"]).read_bytes()
        if body.startswith(b"<html>"):
            continue
        codes = zxingcpp.read_barcodes(np.array(Image.open(io.BytesIO(body)).convert("RGB")))
        bare += not codes
        for code in codes:
            account = code.text.removeprefix("https://u.example.cn/")
            assert any(account in accounts[seller] for seller in shown[row["image_id"]])
            marked += 1
    assert marked >= 1
    assert bare > 5 * marked
