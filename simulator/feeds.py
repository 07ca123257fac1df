"""The columns of each feed, and rows written as JSON lines, CSV or Parquet."""

import csv
import io
import json
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

# token: text that never needs escaping; money: decimal text; time: ISO 8601 text.
FEEDS = {
    "sellers": {
        "seller_id": "token", "platform": "token", "shop_name": "text", "legal_name": "text", "licence_no": "token",
        "id_token": "token", "registered_at": "time", "closed_at": "time", "close_reason": "token", "phones": "texts",
        "handles": "texts", "registered_address": "text", "return_address": "text", "payout_account": "token", "devices": "texts",
        "ip_prefixes": "texts", "updated_at": "time",
    },
    "listings": {
        "listing_id": "token", "seller_id": "token", "title": "text", "description": "text", "category": "token",
        "brand_claimed": "text", "price_cny": "money", "listed_at": "time", "removed_at": "time", "removal_reason": "token",
        "image_ids": "texts", "ship_from": "text", "updated_at": "time",
    },
    "images": {"image_id": "token", "path": "token", "sha256": "token", "bytes": "int"},
    "orders": {
        "order_id": "token", "listing_id": "token", "seller_id": "token", "buyer_id": "token", "buyer_seller_id": "token",
        "quantity": "int", "unit_price_cny": "money", "paid_cny": "money", "paid_at": "time", "status": "token",
        "refunded_cny": "money", "refund_reason": "text", "updated_at": "time",
    },
    "shipments": {
        "waybill_no": "token", "carrier": "token", "order_id": "token", "sender_name": "text", "sender_phone": "text",
        "sender_address": "text", "sender_account": "token", "recipient_token": "token", "recipient_region": "token",
        "recipient_address": "text", "weight_kg": "double", "goods": "text", "first_scan_at": "time", "first_scan_depot": "token",
        "first_scan_lng": "double", "first_scan_lat": "double", "datum": "token", "delivered_at": "time", "return_of": "token",
        "freight_cny": "money", "updated_at": "time",
    },
    "brands": {
        "brand_id": "token", "names": "texts", "categories": "texts", "reference_prices": "texts", "authorised_sellers": "texts",
        "genuine_regions": "texts", "updated_at": "time",
    },
    "reports": {
        "report_id": "token", "listing_id": "token", "brand_id": "token", "source": "token", "reported_at": "time",
        "result": "token", "result_at": "time", "updated_at": "time",
    },
    "outcomes": {
        "outcome_id": "token", "racket_id": "token", "jurisdiction": "token", "event": "token", "reason": "text",
        "subject_a": "token", "subject_b": "token", "undoes": "token", "value_cny": "money", "happened_at": "time",
        "recorded_at": "time", "recorded_by": "token",
    },
}  # fmt: skip
KEYS = {"sellers": "seller_id", "listings": "listing_id", "images": "image_id", "orders": "order_id", "shipments": "waybill_no",
        "brands": "brand_id", "reports": "report_id", "outcomes": "outcome_id"}  # fmt: skip
SUFFIXES = {"jsonl": "jsonl.gz", "csv": "csv.gz", "parquet": "parquet"}


@dataclass(frozen=True, slots=True)
class Raw:
    """A value that goes into a file as it stands: as JSON, and as a CSV field."""

    json: str
    csv: str


def count_rows(columns: dict[str, list]) -> int:
    return len(next(iter(columns.values()))) if columns else 0


def json_lines(feed: str, columns: dict[str, list]) -> list[str]:
    """One JSON object per row, without line ends."""
    if not count_rows(columns):
        return []
    fragments = [_fragments(kind, columns[name]) for name, kind in FEEDS[feed].items()]
    template = "{" + ", ".join(f'"{name}": %s' for name in FEEDS[feed]) + "}"
    return [template % row for row in zip(*fragments, strict=True)]


def _fragments(kind: str, values: list) -> list[str]:
    if kind in ("token", "time"):
        return ["null" if v is None else f'"{v}"' for v in values]
    if kind in ("money", "int", "double"):
        return ["null" if v is None else str(v) for v in values]
    return [json.dumps(v, ensure_ascii=False) for v in values]


def json_line(record: dict) -> str:
    """One record that may hold raw values."""
    return "{" + ", ".join(f"{json.dumps(k)}: {_json_value(v)}" for k, v in record.items()) + "}"


def _json_value(value) -> str:
    return value.json if isinstance(value, Raw) else json.dumps(value, ensure_ascii=False)


def csv_lines(feed: str, columns: dict[str, list]) -> list[str]:
    """One CSV record per row, without line ends and without header."""
    if not count_rows(columns):
        return []
    return [
        csv_line(dict(zip(columns, row, strict=True)), list(FEEDS[feed])) for row in zip(*columns.values(), strict=True)
    ]


def csv_line(record: dict, names: list[str]) -> str:
    """One record; lists become `;`-separated, null becomes empty."""
    sink = io.StringIO()
    csv.writer(sink, lineterminator="").writerow([_csv_value(record.get(name)) for name in names])
    return sink.getvalue()


def _csv_value(value):
    if isinstance(value, Raw):
        return value.csv
    return ";".join(value) if isinstance(value, list) else "" if value is None else value


def parquet_bytes(feed: str, columns: dict[str, list]) -> bytes:
    """Typed rows; money is a decimal, times are instants. Columns that the feed does not have are text."""
    arrays = {name: _arrow(FEEDS[feed].get(name, "text"), values) for name, values in columns.items()}
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays), sink)
    return sink.getvalue()


def _arrow(kind: str, values: list) -> pa.Array:
    if kind == "time":
        zoned = [v if v is None or v.endswith("Z") or v[-6] == "+" else v + "+08:00" for v in values]
        return (
            pa.array(zoned).cast(pa.timestamp("us", "UTC"))
            if any(zoned)
            else pa.array(values, pa.timestamp("us", "UTC"))
        )
    if kind == "money":
        return pa.array(values, pa.string()).cast(pa.decimal128(18, 2))
    types = {"int": pa.int64(), "double": pa.float64(), "texts": pa.list_(pa.string())}
    return pa.array(values, types.get(kind, pa.string()))
