"""A tiny world written once, and ways to read it back."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simulator.__main__ import main

SEED = "11"
BROKEN_FILE = {"wrong_hash", "not_a_picture"}  # of images: the row is good, the file that it names is not


@pytest.fixture(scope="session")
def written(tmp_path_factory) -> Callable[..., Path]:
    """Writes a tiny world with more options, each combination once."""
    found: dict[tuple, Path] = {}

    def write(*options: str, seed: str = SEED) -> Path:
        if (options, seed) not in found:
            folder = tmp_path_factory.mktemp("world")
            assert main(["--preset", "tiny", "--seed", seed, "--out", str(folder), *options]) == 0
            found[options, seed] = folder
        return found[options, seed]

    return write


@pytest.fixture(scope="session")
def tiny(written) -> Path:
    return written()


@pytest.fixture(scope="session")
def truth(tiny) -> dict[str, pd.DataFrame]:
    return {path.stem: pd.read_parquet(path) for path in (tiny / "truth").glob("*.parquet")}


def manifests(world: Path, feed: str = "*") -> list[tuple[Path, dict[str, Any]]]:
    """(folder, manifest) of each delivery in the landing, by feed and day."""
    return [
        (path.parent, json.loads(path.read_text()))
        for path in sorted((world / "landing").glob(f"{feed}/dt=*/_manifest.json"))
    ]


def lines_of(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).removesuffix(b"\n").split(b"\n")


@pytest.fixture(scope="session")
def good_rows(tiny, truth) -> Callable[[str], list[dict[str, Any]]]:
    """The rows of a feed that are not dirt, as dictionaries with their day in `ds`."""
    bad = truth["dirt_rows"][~truth["dirt_rows"].kind.isin(BROKEN_FILE)]
    dirt = set(bad[["feed", "date", "file", "line"]].itertuples(index=False, name=None))

    def read(feed: str) -> list[dict[str, Any]]:
        return [
            json.loads(line) | {"ds": manifest["dt"]}
            for folder, manifest in manifests(tiny, feed)
            for file in manifest["files"]
            for number, line in enumerate(lines_of(folder / file["name"]), 1)
            if (feed, manifest["dt"], file["name"], number) not in dirt
        ]

    return read


def latest(rows: list[dict[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    """The current state: the row of the latest day per key."""
    return {row[key]: row for row in sorted(rows, key=lambda row: row["ds"])}


def metres_between(lng1, lat1, lng2, lat2):
    """Distance in metres on a sphere; arrays allowed."""
    k = np.pi / 180
    h = (
        np.sin((np.asarray(lat2) - lat1) * k / 2) ** 2
        + np.cos(np.asarray(lat1) * k) * np.cos(np.asarray(lat2) * k) * np.sin((np.asarray(lng2) - lng1) * k / 2) ** 2
    )
    return 2 * 6371008.8 * np.arcsin(np.minimum(1, np.sqrt(h)))
