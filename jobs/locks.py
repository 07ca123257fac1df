"""One writer per table, across processes and machines.

On a local warehouse a lock is an flock: it goes when its holder dies. On S3 it is an object created
only if absent; its holder renews it, and one that was not renewed for LEASE_SECONDS is taken over.
"""

import contextlib
import fcntl
import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from jobs import hadoop
from jobs.errors import JobError
from jobs.settings import spark_path

LEASE_SECONDS = 120
POLL_SECONDS = 0.2


class LockedError(JobError):
    """Another run is writing this table."""


@contextlib.contextmanager
def table_lock(spark: SparkSession, warehouse: str, table: str, wait_seconds: float = 0) -> Iterator[None]:
    """Holds the table's lock. Raises LockedError when another run has it for `wait_seconds` more."""
    deadline = time.monotonic() + wait_seconds
    acquire = _acquire_object if "://" in warehouse else _acquire_file
    while (release := acquire(spark, warehouse, table)) is None:
        if time.monotonic() >= deadline:
            raise LockedError(f"{table} is being written by another run: wait for it to end, then run this again")
        time.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        release()


def _acquire_file(_spark: SparkSession, warehouse: str, table: str) -> Any:
    folder = Path(warehouse, "_locks")
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / f"{table}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return lambda: os.close(handle)


def _acquire_object(spark: SparkSession, warehouse: str, table: str) -> Any:
    """The lease object holds its owner and the time until which it stands. Every write is conditional."""
    fs, path = hadoop.open_path(spark, f"{spark_path(warehouse)}/_locks/{table}.json")
    owner = uuid.uuid4().hex
    etag = _put(spark, fs, path, owner, None)
    if etag is None:
        found = _lease(spark, fs, path)
        if found is None or found[0]["until"] > time.time():
            return None
        etag = _put(spark, fs, path, owner, found[1])  # its holder died: of two who see that, one wins
        if etag is None:
            return None
    stop = threading.Event()

    def renew(etag: str | None) -> None:
        while etag is not None and not stop.wait(LEASE_SECONDS / 4):
            etag = _put(spark, fs, path, owner, etag)

    thread = threading.Thread(target=renew, args=(etag,), daemon=True)
    thread.start()

    def release() -> None:
        stop.set()
        thread.join()
        found = _lease(spark, fs, path)
        if found is not None and found[0]["owner"] == owner:
            fs.delete(path, False)

    return release


def _put(spark: SparkSession, fs: Any, path: Any, owner: str, etag: str | None) -> str | None:
    """Writes the lease only if the object is absent (`etag` None) or still has this etag. New etag, or None."""
    builder = fs.createFile(path).create().overwrite(True)
    if etag is None:
        builder = builder.opt("fs.option.create.conditional.overwrite", "true")
    else:
        builder = builder.must("fs.option.create.conditional.overwrite.etag", etag)
    try:
        stream = builder.build()
        stream.write(json.dumps({"owner": owner, "until": time.time() + LEASE_SECONDS}).encode())
        stream.close()
    except Py4JJavaError as error:
        if "412" not in str(error) and "FileAlreadyExists" not in str(error):
            raise
        # A retried request can be told 412 for its own success: the owner in the object decides.
    found = _lease(spark, fs, path)
    return found[1] if found is not None and found[0]["owner"] == owner else None


def _lease(spark: SparkSession, fs: Any, path: Any) -> tuple[dict[str, Any], str] | None:
    """The lease as written and its etag, or None when there is none."""
    try:
        etag = fs.getFileStatus(path).getEtag()
        text = hadoop.read_text(spark, fs, path)
    except Py4JJavaError as error:
        if "FileNotFound" in str(error):
            return None
        raise
    return json.loads(text), str(etag)
