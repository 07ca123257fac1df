"""Writes small deliveries into a landing, as a marketplace would."""

import csv
import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def deliver(
    landing: Path, feed: str, day: str, rows: list[dict[str, Any]], *, format: str = "jsonl", delivery: int = 1, name: str = "part-0"
) -> Path:  # fmt: skip
    """One file of rows and its manifest. `format`: jsonl, jsonl.gz, csv, csv.gz or parquet."""
    body = {"jsonl": _jsonl, "csv": _csv, "parquet": _parquet}[format.removesuffix(".gz")](rows)
    return deliver_bytes(landing, feed, day, body, len(rows), format=format, delivery=delivery, name=name)


def deliver_bytes(
    landing: Path, feed: str, day: str, body: bytes, rows: int, *, format: str = "jsonl", delivery: int = 1, name: str = "part-0"
) -> Path:  # fmt: skip
    """One file with this very content (before gzip) and a manifest that says it has `rows` rows."""
    if format.endswith(".gz"):
        body = gzip.compress(body, mtime=0)
    folder = Path(landing, feed, f"dt={day}")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.is_file():
            old.unlink()
    (folder / f"{name}.{format}").write_bytes(body)
    files = [{"name": f"{name}.{format}", "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest(), "rows": rows}]
    write_manifest(folder, feed, day, files, delivery)
    return folder


def deliver_nothing(landing: Path, feed: str, day: str, delivery: int = 1) -> Path:
    """An empty day: a manifest without files."""
    folder = Path(landing, feed, f"dt={day}")
    folder.mkdir(parents=True, exist_ok=True)
    write_manifest(folder, feed, day, [], delivery)
    return folder


def write_manifest(folder: Path, feed: str, day: str, files: list[dict[str, Any]], delivery: int = 1) -> None:
    manifest = {"feed": feed, "dt": day, "delivery": delivery, "format": "jsonl", "schema_version": 1,
                "files": files, "delivered_at": f"{day}T23:10:00Z"}  # fmt: skip
    (folder / "_manifest.json").write_text(json.dumps(manifest))


def _jsonl(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def _csv(rows: list[dict[str, Any]]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    for row in rows:
        writer.writerow({k: ";".join(v) if isinstance(v, list) else v for k, v in row.items()})
    return text.getvalue().encode()


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()
