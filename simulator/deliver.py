"""Writes a world into a landing: every feed, every day, files first and the manifest last."""

import gzip
import hashlib
import json
import random
from dataclasses import dataclass, field
from pathlib import Path

from simulator import changes, dirt, pictures, rows
from simulator.changes import Known
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


@dataclass
class Delivery:
    """One feed of one day as it is to be written."""

    feed: str
    date: str
    columns: dict[str, list]
    number: int = 1
    spoiled: list[dirt.Dirt] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)  # by row, what is wrong with the file that it names
    blobs: dict | None = None


def deliver(world: World, out: Path, options: Options, say) -> tuple[Record, Known]:
    """Writes all feeds of all days. Returns what was delivered, and the days on which things became known."""
    orders, order_days = changes.order_changes(world)
    parcels, parcel_days = changes.parcel_changes(world)
    listings, listing_days = changes.listing_changes(world)
    shops = changes.shop_changes(world)
    reports, outcomes = changes.report_changes(world), changes.outcome_changes(world)
    images = pictures.choose(world, listing_days[:, 0]) if options.draw_pictures else {}
    make = {
        "sellers": lambda d: rows.shop_rows(world, *shops.of(d)),
        "listings": lambda d: rows.listing_rows(world, *listings.of(d)),
        "orders": lambda d: rows.order_rows(world, *orders.of(d)),
        "shipments": lambda d: rows.parcel_rows(world, *parcels.of(d)),
        "brands": lambda d: rows.brand_rows(world) if d == 0 else {},
        "reports": lambda d: rows.report_rows(world, *reports.of(d)),
        "outcomes": lambda d: rows.outcome_rows(world, *outcomes.of(d)),
    }
    record = Record()
    corrected = choose_corrections(world)
    turns = dict.fromkeys(FEEDS, 0)
    for day in range(world.days):
        for feed in FEEDS:
            if feed == "images":
                ready = draw_images(world, [image for image, d in images.items() if d == day], day, out)
            else:
                ready = Delivery(feed, date_of(day), make[feed](day))
            write_day(world, out, options, record, day, ready, (feed, day) in corrected, turns)
        if day % max(1, world.days // 10) == 0 or day == world.days - 1:
            say(f"day {day + 1} of {world.days} written")
    return record, Known(order_days, parcel_days, listing_days, shops, images)


def draw_images(world: World, images: list[int], day: int, out: Path) -> Delivery:
    """The pictures of one day, drawn beside their rows."""
    date = date_of(day)
    columns = pictures.draw_rows(world, images, out / "landing" / "images" / f"dt={date}")
    faults = {row: "not_a_picture" if pictures.is_no_picture(n) else "wrong_hash" for row, n in enumerate(images)
              if pictures.is_no_picture(n) or pictures.has_wrong_hash(n)}  # fmt: skip
    return Delivery("images", date, columns, faults=faults, blobs={"count": len(images), "bytes": sum(columns["bytes"])} if images else None)


def choose_corrections(world: World) -> set[tuple[str, int]]:
    """Days that are delivered a second time."""
    r = random.Random(f"{world.seed}/corrections")
    days = range(2, world.days - 1)
    return {(r.choice(["orders", "shipments", "listings"]), d) for d in r.sample(days, min(len(days), world.preset.redelivered_days))}


def write_day(world: World, out: Path, options: Options, record: Record, day: int, ready: Delivery, is_corrected: bool, turns: dict) -> None:
    """One feed of one day: its rows, its dirt, and a first delivery that was wrong where it was corrected.

    `turns`: how many dirty rows each feed has had, so that all kinds get their turn.
    """
    feed, columns = ready.feed, ready.columns
    r = random.Random(f"{world.seed}/{feed}/{day}")
    folder = out / "landing" / feed / f"dt={ready.date}"
    ready.spoiled = spoil_some(world, r, ready, day, options.format, turns)
    if is_corrected and count_rows(columns):
        ready.number = 2
        if options.redeliver_later:
            other = random.Random(f"{world.seed}/{feed}/{day}/first")
            write_folder(record, folder, options.format, other, Delivery(feed, ready.date, first_attempt(other, feed, columns)))
            folder = out / "redelivered" / feed / f"dt={ready.date}"
    write_folder(record, folder, options.format, r, ready)
    if count_rows(columns) and (feed, day) in (("orders", 1), ("listings", 5)):
        write_unlisted(record, folder, ready)


def spoil_some(world: World, r, ready: Delivery, day: int, format: str, turns: dict) -> list[dirt.Dirt]:
    """The dirty rows of one day; small feeds have theirs on the first."""
    feed, rows = ready.feed, count_rows(ready.columns)
    if not rows or (feed in ("images", "outcomes") and day):
        return []
    n = dirt.how_many(r, rows, max(world.preset.dirt_share, 0.1 if feed == "brands" else 0))
    found = dirt.draw_dirt(r, feed, dirt.kinds_for(feed, format), turns[feed], ready.columns, format, n, f"{feed}-{day}")
    turns[feed] += n
    if feed == "listings" and day == 3 and world.preset.has_long_line and format == "jsonl":
        found.append(dirt.long_line(ready.columns, feed))
    return found


def first_attempt(r, feed: str, columns: dict) -> dict:
    """A day as first delivered: a part of the rows is missing and, in some, money is given in fen."""
    keep = sorted(r.sample(range(count_rows(columns)), int(count_rows(columns) * 0.7)))
    part = {name: [values[i] for i in keep] for name, values in columns.items()}
    for name, kind in FEEDS[feed].items():
        if kind == "money":
            part[name] = [f"{float(v) * 100:.2f}" if v is not None and i % 10 == 0 else v for i, v in enumerate(part[name])]
    return part


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
        files.append({"name": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(), "rows": b - a + len(spoiled)})
        here = (feed, date, ready.number, name)
        record.deliveries.append((*here, b - a + len(spoiled), True))
        record.dirt_rows += [(*here, line, d.kind, d.expect, d.key) for d, line in zip(spoiled, lines, strict=True)]
        keys = part[KEYS[feed]]
        record.dirt_rows += [(*here, line_of(i - a + (format == "csv"), lines), kind, "either", keys[i - a]) for i, kind in ready.faults.items() if a <= i < b]
    manifest = {"feed": feed, "dt": date, "delivery": ready.number, "format": format, "schema_version": 1, "files": files}
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
