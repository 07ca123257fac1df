"""Rows that a careless deliverer sends, each counted with what the contract says about it.

`expect`: `reject` where the contract clearly demands it, `either` where it can be read both ways. Dirty rows have keys of their own, so that nothing true depends on them.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.feeds import FEEDS, KEYS, Raw, csv_line, json_line

MOST = 0.12  # of a day's rows: a feed that is dirtier than a fifth stops the day
LONG_LINE_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Dirt:
    """One dirty row. `body` is its bytes in a text file; `record` its values in Parquet."""

    kind: str
    expect: str
    key: str  # empty where the key also stands in a good row, or is missing
    body: bytes
    record: dict | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """How one sort of dirt changes a good record of certain feeds."""

    name: str
    expect: str
    feeds: tuple[str, ...]
    change: Callable  # (r, record, feed) -> record
    formats: tuple[str, ...] = ("jsonl", "csv")
    keeps_key: bool = False


ALL = tuple(FEEDS)
BIG = ("orders", "shipments", "listings", "sellers", "reports")
# A required column other than the key, a required time, a number, and a required text of each feed.
REQUIRED = {"sellers": "platform", "listings": "title", "images": "path", "orders": "buyer_id", "shipments": "carrier",
            "brands": "names", "reports": "source", "outcomes": "recorded_by"}  # fmt: skip
TIME = {"sellers": "registered_at", "listings": "listed_at", "orders": "paid_at", "shipments": "updated_at",
        "brands": "updated_at", "reports": "reported_at", "outcomes": "happened_at"}  # fmt: skip
NUMBER = {"listings": "price_cny", "orders": "paid_cny", "shipments": "weight_kg", "images": "bytes"}
TEXT = {
    "sellers": "platform",
    "listings": "title",
    "orders": "buyer_id",
    "shipments": "carrier",
    "reports": "listing_id",
}
FREE_TEXT = {"sellers": "shop_name", "listings": "description", "shipments": "sender_address"}


def put(column: dict, value):
    """A change that sets one column, given by feed, to a value or to one of several."""

    def change(r, record: dict, feed: str) -> dict:
        record[column[feed]] = r.choice(value) if isinstance(value, list) else value
        return record

    return change


def drop(column: dict):
    """A change that leaves out a column altogether."""

    def change(r, record: dict, feed: str) -> dict:
        del record[column[feed]]
        return record

    return change


def older(r, record: dict, feed: str) -> dict:
    """The same row as of an hour before."""
    record["updated_at"] = (datetime.fromisoformat(record["updated_at"]) - timedelta(hours=1)).isoformat()
    return record


def same(r, record: dict, feed: str) -> dict:
    return record


KINDS = (
    Kind("duplicate", "reject", ALL, same, ("jsonl", "csv", "parquet"), keeps_key=True),
    Kind("missing_required", "reject", ALL, put(REQUIRED, None), ("jsonl", "csv", "parquet")),
    Kind("not_a_number", "reject", tuple(NUMBER), put(NUMBER, ["abc", "十二", "1,5O"])),
    Kind("number_1e400", "reject", ("orders", "listings", "shipments"), put(NUMBER, Raw("1e400", "1e400"))),
    Kind("number_nan", "reject", ("orders", "listings", "shipments"), put(NUMBER, Raw("NaN", "NaN"))),
    Kind("superseded", "reject", BIG, older, ("jsonl", "csv", "parquet"), keeps_key=True),
    Kind("broken_utf8", "reject", BIG, put(TEXT, Raw('"\udcc3("', "\udcc3("))),
    Kind("year_0", "reject", BIG, put(TIME, "0000-00-00T00:00:00+08:00")),
    Kind("not_a_time", "reject", tuple(TIME), put(TIME, ["昨天", "2024-13-45T00:00:00+08:00", "1709500000"])),
    Kind("year_9999", "either", BIG, put(TIME, "9999-12-31T23:59:59+08:00")),
    Kind("array_as_text", "reject", tuple(TEXT), put(TEXT, Raw('["a", "b"]', "")), ("jsonl",)),
    Kind("missing_key", "reject", ALL, put(KEYS, None), ("jsonl", "csv", "parquet")),
    Kind("absent_required", "reject", BIG, drop(REQUIRED), ("jsonl",)),
    Kind("nul_byte", "reject", BIG, put(TEXT, Raw('"a\0b"', "a\0b")), ("jsonl",)),
    Kind("nul_escape", "either", BIG, put(TEXT, "a\0b"), ("jsonl",)),
    Kind("quantity_zero", "reject", ("orders",), put({"orders": "quantity"}, [0, -1])),
    Kind("number_infinite", "reject", ("orders", "listings", "shipments"), put(NUMBER, Raw("Infinity", "Infinity"))),
    Kind("quantity_half", "reject", ("orders",), put({"orders": "quantity"}, Raw("1.5", "1.5"))),
    Kind("unknown_status", "either", ("orders",), put({"orders": "status"}, "done")),
    Kind("unknown_datum", "either", ("shipments",), put({"shipments": "datum"}, "cgcs2000")),
    Kind("latitude_95", "either", ("shipments",), put({"shipments": "first_scan_lat"}, 95.5)),
    Kind("nan_double", "either", ("shipments",), put(NUMBER, float("nan")), ("parquet",)),
    Kind("object_as_text", "either", ("listings", "sellers"), put(FREE_TEXT, {"zh": "测试"}), ("jsonl",)),
    Kind("number_as_text", "either", ("listings",), put(NUMBER, "12.50"), ("jsonl",)),
    Kind("text_as_number", "either", ("listings",), put(TEXT, 12345), ("jsonl",)),
    Kind("empty_key", "either", ("listings", "sellers"), put(KEYS, ""), ("jsonl",)),
)  # fmt: skip
# Lines that are no record at all, whatever the feed.
BROKEN_LINES = (
    ("truncated", '{"updated_at": "2024-03-0'),
    ("not_an_object", '["a", "b"]'),
    ("not_json", "ERROR 1205: lock wait timeout"),
)


def how_many(r, rows: int, share: float) -> int:
    """Dirty rows for a day with so many good ones."""
    return min(int(rows * MOST), int(rows * share) + (r.random() < rows * share % 1))


def draw_dirt(
    r, feed: str, kinds: list[str], turn: int, columns: dict[str, list], format: str, n: int, tag: str
) -> list[Dirt]:
    """n dirty rows made from good ones of the same day, taking the kinds in turn."""
    rows = len(next(iter(columns.values())))
    table = {k.name: k for k in KINDS}
    found = []
    used: set[int] = set()
    for k in range(n):
        name = kinds[(turn + k) % len(kinds)]
        key = f"DIRT-{tag}-{k}"
        if name not in table:
            found.append(Dirt(name, "reject", "", dict(BROKEN_LINES)[name].encode()))
            continue
        i = r.choice([i for i in range(rows) if i not in used])
        used.add(i)
        record = copy.deepcopy({c: columns[c][i] for c in FEEDS[feed]})
        found.append(spoil(r, table[name], feed, record, key, format))
    return found


def spoil(r, kind: Kind, feed: str, record: dict, key: str, format: str) -> Dirt:
    if format == "jsonl":
        record = {c: _number(FEEDS[feed][c], v) for c, v in record.items()}
    if not kind.keeps_key:
        record[KEYS[feed]] = key
        if feed == "shipments":
            record["order_id"] = record["return_of"] = None
    record = kind.change(r, record, feed)
    line = json_line(record) if format == "jsonl" else csv_line(record, list(FEEDS[feed]))
    return Dirt(
        kind.name,
        kind.expect,
        record.get(KEYS[feed]) or "" if not kind.keeps_key else "",
        line.encode("utf-8", "surrogateescape"),
        record,
    )


def _number(kind: str, value):
    return Raw(value, value) if kind == "money" and value is not None else value


def kinds_for(feed: str, format: str) -> list[str]:
    """The sorts of dirt that a feed can have in a format, in the order in which they are dealt out."""
    names = [k.name for k in KINDS if feed in k.feeds and format in k.formats]
    return names + ([name for name, _ in BROKEN_LINES] if format == "jsonl" else [])


def long_line(columns: dict[str, list], feed: str) -> Dirt:
    """A good record whose description is ten megabytes long."""
    record = {c: _number(FEEDS[feed][c], columns[c][0]) for c in FEEDS[feed]}
    record[KEYS[feed]] = "DIRT-LONG"
    record["description"] = "长" * (LONG_LINE_BYTES // 3)
    return Dirt("long_line", "either", "DIRT-LONG", json_line(record).encode())
