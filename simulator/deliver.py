"""Delivers a world: every feed, every day, with its dirt and its corrections."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from simulator import changes, dirt, pictures, rows
from simulator.changes import Known
from simulator.feeds import FEEDS, count_rows
from simulator.folders import Delivery, Record, write_folder, write_unlisted
from simulator.presets import date_of
from simulator.world import World


@dataclass
class Options:
    """How to write: format, whether corrections come later, whether pictures are drawn."""

    format: str = "jsonl"
    redeliver_later: bool = False
    draw_pictures: bool = True


@dataclass
class Writing:
    """A world on its way into a folder."""

    world: World
    out: Path
    options: Options
    record: Record = field(default_factory=Record)
    turns: dict = field(
        default_factory=lambda: dict.fromkeys(FEEDS, 0)
    )  # dirty rows of each feed so far: all kinds get their turn


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
    writing = Writing(world, out, options)
    corrected = choose_corrections(world)
    for day in range(world.days):
        for feed in FEEDS:
            if feed == "images":
                ready = draw_images(world, [image for image, d in images.items() if d == day], day, out)
            else:
                ready = Delivery(feed, date_of(day), make[feed](day))
            write_day(writing, day, ready, (feed, day) in corrected)
        if day % max(1, world.days // 10) == 0 or day == world.days - 1:
            say(f"day {day + 1} of {world.days} written")
    return writing.record, Known(order_days, parcel_days, listing_days, shops, images)


def draw_images(world: World, images: list[int], day: int, out: Path) -> Delivery:
    """The pictures of one day, drawn beside their rows."""
    date = date_of(day)
    columns = pictures.draw_rows(world, images, out / "landing" / "images" / f"dt={date}")
    faults = {row: "not_a_picture" if pictures.is_no_picture(n) else "wrong_hash" for row, n in enumerate(images)
              if pictures.is_no_picture(n) or pictures.has_wrong_hash(n)}  # fmt: skip
    return Delivery(
        "images",
        date,
        columns,
        faults=faults,
        blobs={"count": len(images), "bytes": sum(columns["bytes"])} if images else None,
    )


def choose_corrections(world: World) -> set[tuple[str, int]]:
    """Days that are delivered a second time."""
    r = random.Random(f"{world.seed}/corrections")
    days = range(2, world.days - 1)
    return {
        (r.choice(["orders", "shipments", "listings"]), d)
        for d in r.sample(days, min(len(days), world.preset.redelivered_days))
    }


def write_day(writing: Writing, day: int, ready: Delivery, is_corrected: bool) -> None:
    """One feed of one day: its rows, its dirt, and a first delivery that was wrong where it was corrected."""
    options, record, feed, columns = writing.options, writing.record, ready.feed, ready.columns
    r = random.Random(f"{writing.world.seed}/{feed}/{day}")
    folder = writing.out / "landing" / feed / f"dt={ready.date}"
    ready.spoiled = spoil_some(writing, r, ready, day)
    if is_corrected and count_rows(columns):
        ready.number = 2
        if options.redeliver_later:
            other = random.Random(f"{writing.world.seed}/{feed}/{day}/first")
            write_folder(
                record, folder, options.format, other, Delivery(feed, ready.date, first_attempt(other, feed, columns))
            )
            folder = writing.out / "redelivered" / feed / f"dt={ready.date}"
    write_folder(record, folder, options.format, r, ready)
    if count_rows(columns) and (feed, day) in (("orders", 1), ("listings", 5)):
        write_unlisted(record, folder, ready)


def spoil_some(writing: Writing, r, ready: Delivery, day: int) -> list[dirt.Dirt]:
    """The dirty rows of one day. Pictures and outcomes have theirs on the first."""
    preset, format, feed, columns = writing.world.preset, writing.options.format, ready.feed, ready.columns
    if not count_rows(columns) or (feed in ("images", "outcomes") and day):
        return []
    n = dirt.how_many(r, count_rows(columns), max(preset.dirt_share, 0.1 if feed == "brands" else 0))
    found = dirt.draw_dirt(
        r, feed, dirt.kinds_for(feed, format), writing.turns[feed], columns, format, n, f"{feed}-{day}"
    )
    writing.turns[feed] += n
    if feed == "listings" and day == 3 and preset.has_long_line and format == "jsonl":
        found.append(dirt.long_line(columns, feed))
    return found


def first_attempt(r, feed: str, columns: dict) -> dict:
    """A day as first delivered: a part of the rows is missing and, in some, money is given in fen."""
    keep = sorted(r.sample(range(count_rows(columns)), int(count_rows(columns) * 0.7)))
    part = {name: [values[i] for i in keep] for name, values in columns.items()}
    for name, kind in FEEDS[feed].items():
        if kind == "money":
            part[name] = [
                f"{float(v) * 100:.2f}" if v is not None and i % 10 == 0 else v for i, v in enumerate(part[name])
            ]
    return part
