"""A real S3 server (SeaweedFS) on loopback, for tests."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

KEY, SECRET = "yunjian", "yunjian-secret"
START_SECONDS = 60


class S3:
    """Where the server is, as environment variables that boto3 and the jobs understand."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.env = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    @property
    def client(self):
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )

    @property
    def delta_options(self) -> dict[str, str]:
        """Storage options for a Delta reader."""
        return {**self.env, "AWS_ALLOW_HTTP": "true"}

    def upload(self, folder: Path, bucket: str, prefix: str) -> None:
        """Every file below a folder, manifests last, as a marketplace would deliver."""
        client = self.client
        for path in sorted((p for p in folder.rglob("*") if p.is_file()), key=lambda p: p.name == "_manifest.json"):
            client.upload_file(str(path), bucket, f"{prefix}/{path.relative_to(folder).as_posix()}")


@contextmanager
def s3_server(folder: Path, bucket: str) -> Iterator[S3]:
    """Starts a server with one empty bucket; ends it with all its files."""
    data = folder / "s3"
    data.mkdir()
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [
        {"name": "tests", "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
         "actions": ["Admin", "Read", "Write", "List", "Tagging"]},
    ]}))  # fmt: skip
    ports = _free_ports(4)
    s3_port, master, volume, filer = ports
    command = [
        str(Path(sys.executable).with_name("weed")), "mini", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-s3.config={config}", f"-s3.port={s3_port}", f"-master.port={master}", f"-volume.port={volume}",
        f"-filer.port={filer}", "-master.telemetry=false", "-webdav=false", "-admin.ui=false",
        "-s3.port.iceberg=0", "-s3.port.lance=0",
    ]  # fmt: skip
    log = (folder / "weed.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder, start_new_session=True)
    server = S3(s3_port)
    try:
        _wait_until_ready(server, process, folder / "weed.log", bucket)
        yield server
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.close()
        shutil.rmtree(data, ignore_errors=True)


def _wait_until_ready(server: S3, process: subprocess.Popen[bytes], log: Path, bucket: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, f"the S3 server ended: {log.read_text(errors='replace')[-2000:]}"
        try:
            server.client.create_bucket(Bucket=bucket)
            server.client.put_object(Bucket=bucket, Key="ready", Body=b"yes")
            return
        except (BotoCoreError, ClientError) as error:
            assert time.monotonic() < deadline, f"{error}: {log.read_text(errors='replace')[-2000:]}"
            time.sleep(0.5)


def _free_ports(count: int) -> list[int]:
    """Ports that are free, with room for the server's own gRPC ports 10,000 above them."""
    found: list[int] = []
    candidate = 18_000 + os.getpid() % 20_000
    while len(found) < count:
        candidate += 7
        if all(_is_free(port) for port in (candidate, candidate + 10_000)):
            found.append(candidate)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
