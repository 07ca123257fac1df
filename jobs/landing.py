"""Deliveries in the landing: has a day arrived, is it whole, which files are it; and how one is made.

The only module that touches boto3 and the landing's folders. Rows are read and written by Spark (feeds.py, mapped_days.py).
A day has arrived when its `_manifest.json` is there and every file that it lists is whole.
"""

import hashlib
import json
import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from jobs.errors import JobError, NotArrivedError

Answer = TypeVar("Answer")

MANIFEST = "_manifest.json"
SUFFIXES = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".parquet")
# Hashing is I/O and C code that frees the interpreter: threads help, even on two cores.
THREADS = 8
CHUNK = 1 << 20


@dataclass(frozen=True)
class File:
    """A file that a manifest lists: name, size in bytes, hexadecimal SHA-256, rows without a CSV file's header."""

    name: str
    bytes: int
    sha256: str
    rows: int

    @property
    def format(self) -> str:
        return self.name.removesuffix(".gz").rsplit(".", 1)[-1]


@dataclass(frozen=True)
class Delivery:
    """One arrived day of a feed. `unlisted`: files in its folder that the manifest does not name."""

    feed: str
    day: date
    number: int
    folder: str
    files: tuple[File, ...]
    unlisted: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def digest(self) -> str:
        """Equal for equal content, whatever the delivery's number and time."""
        listed = sorted((file.name, file.sha256, file.rows) for file in self.files)
        return hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:32]


def folder_of(landing: str, feed: str, day: date) -> str:
    return f"{landing.rstrip('/')}/{feed}/dt={day}"


def deliveries(
    landing: str, feed: str, days: Sequence[date], verify: bool = True
) -> tuple[list[Delivery], list[NotArrivedError]]:
    """The days that arrived whole, in order, and an error for each that did not."""
    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(lambda day: _attempt(landing, feed, day, verify), days))
    return (
        [result for result in results if isinstance(result, Delivery)],
        [result for result in results if isinstance(result, NotArrivedError)],
    )


def _attempt(landing: str, feed: str, day: date, verify: bool) -> Delivery | NotArrivedError:
    try:
        return delivery(landing, feed, day, verify)
    except NotArrivedError as error:
        return error


def delivery(landing: str, feed: str, day: date, verify: bool = True) -> Delivery:
    """One day's delivery. Raises NotArrivedError when there is none or a listed file is not whole."""
    folder = folder_of(landing, feed, day)
    body = _read(f"{folder}/{MANIFEST}")
    if body is None:
        raise NotArrivedError(f"{feed} of {day} has not arrived: no {folder}/{MANIFEST}; ask for the delivery, or wait")
    number, files = _parse_manifest(body, feed, day, f"{folder}/{MANIFEST}")
    present = list_files(folder)
    listed = {file.name for file in files}
    unlisted = tuple(sorted(name for name in present if name not in listed and name != MANIFEST))
    for file in files:
        where = f"{folder}/{file.name}"
        if file.name not in present:
            raise NotArrivedError(
                f"{feed} of {day} has not arrived: {where} is listed in the manifest and missing; ask for a redelivery"
            )
        if present[file.name] != file.bytes:
            raise NotArrivedError(
                f"{feed} of {day} has not arrived: {where} has {present[file.name]} bytes, "
                f"the manifest says {file.bytes}; ask for a redelivery"
            )
        if verify and _sha256(where) != file.sha256:
            raise NotArrivedError(
                f"{feed} of {day} has not arrived: {where} has another sha256 than the manifest says; ask for a redelivery"
            )
    return Delivery(feed, day, number, folder, tuple(files), unlisted)


def _parse_manifest(body: bytes, feed: str, day: date, where: str) -> tuple[int, list[File]]:
    try:
        manifest: dict[str, Any] = json.loads(body)
        files = [
            File(str(f["name"]), int(f["bytes"]), str(f["sha256"]).lower(), int(f["rows"])) for f in manifest["files"]
        ]
        number = int(manifest.get("delivery", 1))
        named = (manifest["feed"], manifest["dt"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotArrivedError(
            f"{feed} of {day} has not arrived: {where} is not a manifest ({type(error).__name__}: {error}); ask for a redelivery"
        ) from None
    if named != (feed, str(day)):
        raise NotArrivedError(
            f"{feed} of {day} has not arrived: {where} is the manifest of {named[0]} {named[1]}; ask for a redelivery"
        )
    for file in files:
        if not file.name.endswith(SUFFIXES) or "/" in file.name or file.name.startswith((".", "_")):
            raise NotArrivedError(
                f"{feed} of {day} has not arrived: {where} lists {file.name!r}, which is none of {', '.join(SUFFIXES)}; ask for a redelivery"
            )
    return number, files


def first_line(location: str, limit: int = CHUNK) -> bytes:
    """The first line of a text file, gzip or not; at most `limit` bytes."""
    import gzip

    stream = _open(location)
    with gzip.open(stream) if location.endswith(".gz") else stream as text:
        return text.read(limit).split(b"\n", 1)[0].rstrip(b"\r")


def times_in_nanoseconds(location: str) -> dict[str, bool]:
    """Columns of a Parquet file that are times in nanoseconds, and whether they are moments (else a clock on a wall)."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    with _open(location) as stream:
        schema = pq.read_schema(io.BytesIO(stream.read()))
    return {
        field.name: field.type.tz is not None
        for field in schema
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns"
    }


def days_in(landing: str, feed: str) -> list[date]:
    """The days that have a folder, in order."""
    days = []
    for name in list_folders(f"{landing.rstrip('/')}/{feed}"):
        if name.startswith("dt="):
            try:
                days.append(date.fromisoformat(name.removeprefix("dt=")))
            except ValueError:
                continue
    return sorted(days)


# --- making a delivery ---------------------------------------------------------------------------


def read_manifest(landing: str, feed: str, day: date) -> dict[str, Any] | None:
    """A day's manifest as it stands, None when there is none."""
    body = _read(f"{folder_of(landing, feed, day)}/{MANIFEST}")
    return None if body is None else json.loads(body)


def measure(location: str, prefix: str) -> File:
    """A gzipped file of lines as a manifest lists it. Its name says its content: equal content, equal name."""
    import zlib

    digest, unpack = hashlib.sha256(), zlib.decompressobj(wbits=31)
    size = rows = 0
    with _open(location) as body:
        while chunk := body.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            while chunk:
                rows += unpack.decompress(chunk).count(b"\n")
                chunk = unpack.unused_data
                if unpack.eof:
                    unpack = zlib.decompressobj(wbits=31)
    return File(f"{prefix}-{digest.hexdigest()[:16]}.jsonl.gz", size, digest.hexdigest(), rows)


def deliver(landing: str, feed: str, day: date, files: Sequence[tuple[str, File]], number: int, source: str) -> None:
    """Moves files (where each lies, how it is listed) into a day and writes the manifest last.

    Killed anywhere, the day is as before or as after. Files that only the manifest before listed are removed.
    """
    folder = folder_of(landing, feed, day)
    before = read_manifest(landing, feed, day)
    for location, file in files:
        _move(location, f"{folder}/{file.name}")
    listed = [{"name": f.name, "bytes": f.bytes, "sha256": f.sha256, "rows": f.rows} for _, f in files]
    manifest = {
        "feed": feed, "dt": str(day), "delivery": number, "format": "jsonl", "schema_version": 1, "files": listed,
        "delivered_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"), "source": source,
    }  # fmt: skip
    write(f"{folder}/{MANIFEST}", json.dumps(manifest).encode())
    kept = {file.name for _, file in files}
    for old in (before or {"files": []})["files"]:
        if old["name"] not in kept:
            _remove(f"{folder}/{old['name']}")


# --- a folder or a bucket -----------------------------------------------------------------------


_MAKING_A_CLIENT = threading.Lock()


def _s3() -> Any:
    """The process's client. Clients serve many threads at a time, but boto3 makes only one at a time."""
    with _MAKING_A_CLIENT:
        return _made_s3()


@cache
def _made_s3() -> Any:
    import boto3

    return boto3.client("s3")


def _bucket_key(location: str) -> tuple[str, str]:
    bucket, _, key = location.removeprefix("s3://").removeprefix("s3a://").partition("/")
    return bucket, key


def _is_s3(location: str) -> bool:
    return location.startswith(("s3://", "s3a://"))


def _open(location: str) -> BinaryIO:
    if not _is_s3(location):
        return open(location, "rb")
    bucket, key = _bucket_key(location)
    body: BinaryIO = _s3().get_object(Bucket=bucket, Key=key)["Body"]
    return body


def _read(location: str) -> bytes | None:
    """The whole file, None when there is none. Raises JobError when the store does not answer."""
    if not _is_s3(location):
        path = Path(location)
        return path.read_bytes() if path.is_file() else None

    def whole() -> bytes:
        with _open(location) as body:
            return body.read()

    return _asked(location, whole)


def _asked(location: str, question: Callable[[], Answer]) -> Answer | None:
    """What S3 answers about an object, None when there is none. Raises JobError when the store does not answer."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return question()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise JobError(f"cannot read {location}: {error}; check bucket, endpoint and credentials") from None
    except BotoCoreError as error:
        raise JobError(f"cannot read {location}: {error}; check endpoint and credentials") from None


class OutsideError(Exception):
    """A path leaves the folder that it should be in."""


class TooLargeError(Exception):
    """A file is larger than what is taken in."""


def read_below(folder: str, path: str, limit: int) -> bytes | None:
    """A file of a folder's tree, by a path that somebody else chose; None when there is no such file.

    Nothing is opened before it is known to be a plain file inside the folder, links followed, of at most `limit` bytes.
    Raises OutsideError and TooLargeError; JobError when the store does not answer.
    """
    if path.startswith("/") or ".." in path.split("/") or "\0" in path:
        raise OutsideError(path)
    if _is_s3(folder):
        size = _object_size(f"{folder}/{path}")
    else:
        root, real = os.path.realpath(folder), os.path.realpath(f"{folder}/{path}")
        if real != root and not real.startswith(root + os.sep):
            raise OutsideError(path)
        size = _plain_size(Path(real))
    if size is None:
        return None
    if size > limit:
        raise TooLargeError(path)
    return _read(f"{folder}/{path}")


def _plain_size(path: Path) -> int | None:
    """Bytes of a plain file; None for what is none, a pipe among them, and for names that no file can have."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _object_size(location: str) -> int | None:
    """Bytes of an object of S3, None when there is none. Raises JobError when the store does not answer."""
    bucket, key = _bucket_key(location)
    return _asked(location, lambda: int(_s3().head_object(Bucket=bucket, Key=key)["ContentLength"]))


def list_files(folder: str) -> dict[str, int]:
    """Names and sizes of the files right in a folder."""
    if not _is_s3(folder):
        if not os.path.isdir(folder):
            return {}
        return {entry.name: entry.stat().st_size for entry in os.scandir(folder) if entry.is_file()}
    prefix = _bucket_key(folder)[1].rstrip("/") + "/"
    return {o["Key"].removeprefix(prefix): o["Size"] for page in _pages(folder) for o in page.get("Contents", [])}


def list_folders(folder: str) -> list[str]:
    """Names of the folders right in a folder."""
    if not _is_s3(folder):
        return [entry.name for entry in os.scandir(folder) if entry.is_dir()] if os.path.isdir(folder) else []
    prefix = _bucket_key(folder)[1].rstrip("/") + "/"
    return [
        p["Prefix"].removeprefix(prefix).rstrip("/") for page in _pages(folder) for p in page.get("CommonPrefixes", [])
    ]


def _pages(folder: str) -> Iterator[dict[str, Any]]:
    bucket, key = _bucket_key(folder)
    pages = _s3().get_paginator("list_objects_v2")
    yield from pages.paginate(Bucket=bucket, Prefix=key.rstrip("/") + "/", Delimiter="/")


def _sha256(location: str) -> str:
    digest = hashlib.sha256()
    with _open(location) as body:
        while chunk := body.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def list_tree(folder: str) -> list[str]:
    """Paths of all files below a folder, relative to it."""
    if not _is_s3(folder):
        return [os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names]
    bucket, key = _bucket_key(folder)
    prefix = key.rstrip("/") + "/"
    pages = _s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [o["Key"].removeprefix(prefix) for page in pages for o in page.get("Contents", [])]


def write(location: str, body: bytes) -> None:
    """The whole file at once: readers see the one before or this one."""
    if _is_s3(location):
        bucket, key = _bucket_key(location)
        _s3().put_object(Bucket=bucket, Key=key, Body=body)
        return
    path, part = Path(location), Path(f"{location}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(body)
    part.replace(path)


def remove_tree(folder: str) -> None:
    """Removes a folder and all that is in it; nothing to do when it is not there."""
    if not _is_s3(folder):
        shutil.rmtree(folder, ignore_errors=True)
        return
    for name in list_tree(folder):
        _remove(f"{folder}/{name}")


def _move(location: str, to: str) -> None:
    if not _is_s3(location):
        Path(to).parent.mkdir(parents=True, exist_ok=True)
        Path(location).replace(to)
        return
    bucket, key = _bucket_key(to)
    _s3().copy(dict(zip(("Bucket", "Key"), _bucket_key(location), strict=True)), bucket, key)
    _remove(location)


def _remove(location: str) -> None:
    if not _is_s3(location):
        Path(location).unlink(missing_ok=True)
        return
    bucket, key = _bucket_key(location)
    _s3().delete_object(Bucket=bucket, Key=key)
