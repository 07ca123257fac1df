"""Writes one delivery into its folder: files first and the manifest last."""

import gzip
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from simulator.dirt import Dirt
from simulator.feeds import FEEDS, KEYS, SUFFIXES, count_rows, csv_lines, json_line, json_lines, parquet_bytes

PART_ROWS = 60_000  # rows per file; every fifth of a month is cut in two even if it is small
GZIP_LEVEL = 3
NEW_COLUMN = "channel"
UNLISTED = "part-0-copy.jsonl.gz"


@dataclass
class Record:
    """What was delivered: rows of the truth tables `deliveries` and `dirt_rows`."""

    deliveries: list = field(default_factory=list)
    dirt_rows: list = field(default_factory=list)


@dataclass
class Delivery:
    """One feed of one day as it is to be written."""

    feed: str
    date: str
    columns: dict[str, list]
    number: int = 1
    spoiled: list[Dirt] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)  # by row, what is wrong with the file that it names
    blobs: dict | None = None


def write_folder(record: Record, folder: Path, format: str, r, ready: Delivery) -> None:
    """Files and manifest of one delivery."""
    folder.mkdir(parents=True, exist_ok=True)
    feed, date, rows = ready.feed, ready.date, count_rows(ready.columns)
    parts = -(-rows // PART_ROWS)
    if 100 < rows <= PART_ROWS and int(date[-2:]) % 5 == 0:
        parts = 2
    drifted = feed in ("listings", "orders") and int(date[-2:]) % 7 == 0
    files = []
    for k in range(parts):
        a, b = rows * k // parts, rows * (k + 1) // parts
        part = {name: values[a:b] for name, values in ready.columns.items()}
        spoiled = ready.spoiled if k == 0 else []
        name = f"part-{k}.{SUFFIXES[format]}"
        body, lines = encode(r, feed, format, part, spoiled, drifted)
        (folder / name).write_bytes(body)
        files.append(
            {"name": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(), "rows": b - a + len(spoiled)}
        )
        here = (feed, date, ready.number, name)
        record.deliveries.append((*here, b - a + len(spoiled), True))
        record.dirt_rows += [(*here, line, d.kind, d.expect, d.key) for d, line in zip(spoiled, lines, strict=True)]
        keys = part[KEYS[feed]]
        record.dirt_rows += [
            (*here, line_of(i - a + (format == "csv"), lines), kind, "either", keys[i - a])
            for i, kind in ready.faults.items()
            if a <= i < b
        ]
    manifest = {
        "feed": feed,
        "dt": date,
        "delivery": ready.number,
        "format": format,
        "schema_version": 1,
        "files": files,
    }
    if ready.blobs:
        manifest["blobs"] = ready.blobs
    manifest["delivered_at"] = f"{date}T{17 + ready.number}:{10 + int(r.random() * 40)}:00Z"
    (folder / "_manifest.json").write_text(json.dumps(manifest, indent=1))


def line_of(index: int, spoiled: list[int]) -> int:
    """The line of what would be the line of this index if there were no dirty lines."""
    line = index + 1
    for other in spoiled:
        line += other <= line
    return line


def encode(r, feed: str, format: str, columns: dict, spoiled: list[Dirt], drifted: bool) -> tuple[bytes, list[int]]:
    """One file's bytes, and the line on which each dirty row came to stand.

    `drifted`: the deliverer sends a column that the contract does not know.
    """
    rows = count_rows(columns)
    if format == "parquet":
        full = {name: values + [d.record[name] for d in spoiled] for name, values in columns.items()}
        if drifted:
            full[NEW_COLUMN] = ["app"] * (rows + len(spoiled))
        return parquet_bytes(feed, full), list(range(rows + 1, rows + 1 + len(spoiled)))
    good = json_lines(feed, columns) if format == "jsonl" else csv_lines(feed, columns)
    lines = [line.encode() for line in good]
    spots = sorted(r.sample(range(rows + len(spoiled)), len(spoiled)))
    for spot, d in zip(spots, spoiled, strict=True):
        lines.insert(spot, d.body)
    if drifted and format == "jsonl":
        extra = f'{{"{NEW_COLUMN}": "app", '.encode()
        lines = [extra + line[1:] if line.startswith(b'{"') and line.endswith(b"}") else line for line in lines]
    if format == "csv":
        header = ",".join([*FEEDS[feed], *([NEW_COLUMN] if drifted else [])]).encode()
        lines = [header, *((line + b",app" for line in lines) if drifted else lines)]
        spots = [spot + 1 for spot in spots]
    return gzip.compress(b"\n".join(lines) + b"\n", GZIP_LEVEL, mtime=0), [spot + 1 for spot in spots]


def write_unlisted(record: Record, folder: Path, ready: Delivery) -> None:
    """A file that somebody left in the folder and no manifest names."""
    feed, date, key = ready.feed, ready.date, KEYS[ready.feed]
    n = min(5, count_rows(ready.columns))
    lines = []
    for i in range(n):
        row = {name: values[i] for name, values in ready.columns.items()} | {key: f"UNLISTED-{date}-{i}"}
        record.dirt_rows.append((feed, date, ready.number, UNLISTED, i + 1, "unlisted", "ignore", row[key]))
        lines.append(json_line(row))
    (folder / UNLISTED).write_bytes(gzip.compress("\n".join([*lines, ""]).encode(), GZIP_LEVEL, mtime=0))
    record.deliveries.append((feed, date, ready.number, UNLISTED, n, False))
