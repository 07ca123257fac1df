"""Writes a world into a landing: every feed, every day, files first and the manifest last."""

import gzip
import hashlib
import json
import random
from dataclasses import dataclass, field
from pathlib import Path

from simulator import changes, dirt, pictures, rows
from simulator.feeds import FEEDS, KEYS, SUFFIXES, count_rows, csv_lines, json_line, json_lines, parquet_bytes
from simulator.presets import date_of
from simulator.world import World

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
class Options:
    """How to write: format, whether corrections come later, whether pictures are drawn."""

    format: str = "jsonl"
    redeliver_later: bool = False
    draw_pictures: bool = True


def deliver(world: World, out: Path, options: Options, say) -> tuple[Record, dict]:
    """Writes all feeds of all days. Returns what was delivered, and the days on which things became known."""
    record = Record()
    known: dict = {}
    orders, known["orders"] = changes.order_changes(world)
    parcels, known["parcels"] = changes.parcel_changes(world)
    listings, known["listings"] = changes.listing_changes(world)
    shops = changes.shop_changes(world)
    known["shops"] = shops
    reports, outcomes = changes.report_changes(world), changes.outcome_changes(world)
    images = pictures.choose(world, known["listings"][:, 0]) if options.draw_pictures else None
    known["images"] = images
    feeds = {
        "sellers": lambda d: rows.shop_rows(world, *shops.of(d)),
        "listings": lambda d: rows.listing_rows(world, *listings.of(d)),
        "images": lambda d: pictures.draw_day(world, images, d, out / "landing") if images else ({}, None),
        "orders": lambda d: rows.order_rows(world, *orders.of(d)),
        "shipments": lambda d: rows.parcel_rows(world, *parcels.of(d)),
        "brands": lambda d: rows.brand_rows(world) if d == 0 else {},
        "reports": lambda d: rows.report_rows(world, *reports.of(d)),
        "outcomes": lambda d: rows.outcome_rows(world, *outcomes.of(d)),
    }
    corrected = choose_corrections(world)
    turns = dict.fromkeys(FEEDS, 0)
    for day in range(world.days):
        for feed, make in feeds.items():
            columns = make(day)
            columns, blobs = columns if feed == "images" else (columns, None)
            write_day(world, out, options, record, feed, day, columns, blobs, (feed, day) in corrected, turns)
        if day % max(1, world.days // 10) == 0 or day == world.days - 1:
            say(f"day {day + 1} of {world.days} written")
    return record, known


def choose_corrections(world: World) -> set[tuple[str, int]]:
    """Days that are delivered a second time."""
    r = random.Random(f"{world.seed}/corrections")
    days = range(2, world.days - 1)
    return {(r.choice(["orders", "shipments", "listings"]), d) for d in r.sample(days, min(len(days), world.preset.redelivered_days))}


def write_day(world, out, options, record, feed, day, columns, blobs, is_corrected, turns) -> None:
    """One feed of one day: its rows, its dirt, and a first delivery that was wrong where it was corrected."""
    date = date_of(day)
    r = random.Random(f"{world.seed}/{feed}/{day}")
    folder = out / "landing" / feed / f"dt={date}"
    spoiled = draw_dirt(world, r, feed, day, columns, options.format, turns)
    delivery = 1
    if is_corrected and count_rows(columns):
        delivery = 2
        if options.redeliver_later:
            other = random.Random(f"{world.seed}/{feed}/{day}/first")
            write_folder(record, folder, feed, date, 1, options.format, other, first_attempt(other, feed, columns), [], None)
            folder = out / "redelivered" / feed / f"dt={date}"
    write_folder(record, folder, feed, date, delivery, options.format, r, columns, spoiled, blobs)
    if count_rows(columns) and (feed, day) in (("orders", 1), ("listings", 5)):
        write_unlisted(record, folder, feed, date, delivery, columns)


def draw_dirt(world: World, r, feed: str, day: int, columns: dict, format: str, turns: dict) -> list[dirt.Dirt]:
    rows = count_rows(columns)
    if not rows or feed in ("images", "outcomes") and day:
        return []
    n = dirt.how_many(r, rows, max(world.preset.dirt_share, 0.1 if feed == "brands" else 0))
    kinds = dirt.kinds_for(feed, format)
    found = dirt.draw_dirt(r, feed, kinds, turns[feed], columns, format, n, f"{feed}-{day}")
    turns[feed] += n
    if feed == "listings" and day == 3 and world.preset.has_long_line and format == "jsonl":
        found.append(dirt.long_line(columns, feed))
    return found


def first_attempt(r, feed: str, columns: dict) -> dict:
    """A day as first delivered: a part of the rows is missing and, in some, money is given in fen."""
    keep = sorted(r.sample(range(count_rows(columns)), int(count_rows(columns) * 0.7)))
    part = {name: [values[i] for i in keep] for name, values in columns.items()}
    for name, kind in FEEDS[feed].items():
        if kind == "money":
            part[name] = [f"{float(v) * 100:.2f}" if v is not None and i % 10 == 0 else v for i, v in enumerate(part[name])]
    return part


def write_folder(record, folder: Path, feed, date, delivery, format, r, columns, spoiled, blobs) -> None:
    """Files and manifest of one delivery."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = count_rows(columns)
    parts = -(-rows // PART_ROWS)
    if 100 < rows <= PART_ROWS and int(date[-2:]) % 5 == 0:
        parts = 2
    drifted = feed in ("listings", "orders") and int(date[-2:]) % 7 == 0
    files = []
    for k in range(parts):
        a, b = rows * k // parts, rows * (k + 1) // parts
        part = {name: values[a:b] for name, values in columns.items()}
        mine = spoiled if k == 0 else []
        name = f"part-{k}.{SUFFIXES[format]}"
        body, lines = encode(r, feed, format, part, mine, drifted)
        (folder / name).write_bytes(body)
        files.append({"name": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(), "rows": b - a + len(mine)})
        record.deliveries.append((feed, date, delivery, name, b - a + len(mine), True))
        record.dirt_rows += [(feed, date, delivery, name, line, d.kind, d.expect, d.key) for d, line in zip(mine, lines, strict=True)]
    manifest = {"feed": feed, "dt": date, "delivery": delivery, "format": format, "schema_version": 1, "files": files}
    if blobs:
        manifest["blobs"] = blobs
    manifest["delivered_at"] = f"{date}T{17 + delivery}:{10 + int(r.random() * 40)}:00Z"
    (folder / "_manifest.json").write_text(json.dumps(manifest, indent=1))


def encode(r, feed: str, format: str, columns: dict, spoiled: list[dirt.Dirt], drifted: bool) -> tuple[bytes, list[int]]:
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


def write_unlisted(record: Record, folder: Path, feed: str, date: str, delivery: int, columns: dict) -> None:
    """A file that somebody left in the folder and no manifest names."""
    n = min(5, count_rows(columns))
    lines = []
    for i in range(n):
        row = {name: values[i] for name, values in columns.items()} | {KEYS[feed]: f"UNLISTED-{date}-{i}"}
        record.dirt_rows.append((feed, date, delivery, UNLISTED, i + 1, "unlisted", "ignore", row[KEYS[feed]]))
        lines.append(json_line(row))
    (folder / UNLISTED).write_bytes(gzip.compress("\n".join([*lines, ""]).encode(), GZIP_LEVEL, mtime=0))
    record.deliveries.append((feed, date, delivery, UNLISTED, n, False))
