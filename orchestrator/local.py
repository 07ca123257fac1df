"""`python -m orchestrator.local`: a local Airflow for trying things, on this machine's loopback only.

Scheduler, DAG processor, triggerer and API server run as separate processes over SQLite; everything
they write lies in one folder (`.airflow`). Ctrl-C or SIGTERM ends all of them and whatever they started.
"""

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from orchestrator import processes

ROOT = Path(__file__).resolve().parent.parent
POOLS = ROOT / "conf" / "airflow_pools.json"
USER = "admin"
# Ended in this order: first nothing new is started, last what the others talk to.
COMPONENTS = ("scheduler", "dag-processor", "triggerer", "api-server")
START_SECONDS = 180
PATIENCE_SECONDS = 8
LOCK_SECONDS = 60


class LocalError(Exception):
    """Airflow could not be started, or one of its processes ended: what and where to look."""


class LocalAirflow:
    """A running local Airflow; use it as a context manager.

    home: its folder, made if need be. dags: the DAG folder. port: of the API server, 0 = any free one.
    extra: environment variables for all its processes and the tasks, over those of this process.
    """

    def __init__(
        self, home: Path, dags: Path = ROOT / "dags", port: int = 0, extra: Mapping[str, str] | None = None
    ) -> None:
        self.home = home.resolve()
        self.port = port or _free_port()
        self.env = {**os.environ, **environment(self.home, dags.resolve(), self.port), **(extra or {})}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        return str(json.loads(_passwords_file(self.home).read_text())[USER])

    def __enter__(self) -> "LocalAirflow":
        processes.adopt_orphans()
        try:
            self._prepare()
            for name in reversed(COMPONENTS):
                self._spawn(name)
            self._wait_until_healthy()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends every process of this Airflow, running tasks included."""
        processes.end_all([self._running[name] for name in COMPONENTS if name in self._running], PATIENCE_SECONDS)
        self._running.clear()

    def check(self) -> None:
        """Raises LocalError when one of the processes has ended by itself."""
        for name, process in self._running.items():
            if (code := process.poll()) is not None:
                raise LocalError(f"{name} ended with exit code {code}: see {self.log(name)}")

    def log(self, name: str) -> Path:
        return self.home / "processes" / f"{name}.log"

    def airflow(self, *arguments: str) -> str:
        """Runs an airflow command against this Airflow's database; its standard output."""
        command = [_airflow(), *arguments]
        done = subprocess.run(command, env=self.env, cwd=self.home, capture_output=True, text=True)
        if done.returncode != 0:
            tail = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
            raise LocalError(f"airflow {' '.join(arguments)} ended with exit code {done.returncode}:\n{tail}")
        return done.stdout

    def _prepare(self) -> None:
        self.log("x").parent.mkdir(parents=True, exist_ok=True)
        _write_spark_submit(self.home)
        if not _passwords_file(self.home).is_file():
            _write_private(_passwords_file(self.home), json.dumps({USER: secrets.token_urlsafe(12)}))
        self.airflow("db", "migrate")
        self.airflow("pools", "import", str(POOLS))

    def _spawn(self, name: str) -> None:
        # Without the log servers: they cannot be bound to loopback, and the files are on this machine.
        skip = ["--skip-serve-logs"] if name in ("scheduler", "triggerer") else []
        self._running[name] = processes.spawn([_airflow(), name, *skip], self.env, self.log(name), self.home)

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.check()
            state = self._health()
            if state and all(part.get("status") == "healthy" for part in state.values()):
                return
            time.sleep(0.5)
        raise LocalError(f"not healthy after {START_SECONDS} s: {state}; see {self.home / 'processes'}")

    def _health(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/monitor/health", timeout=10) as answer:
                found: dict[str, Any] = json.load(answer)
        except (urllib.error.URLError, OSError, ValueError):
            return {}
        return found


def environment(home: Path, dags: Path, port: int) -> dict[str, str]:
    """What tells Airflow where it is, to stay on loopback, and how to reach the jobs' environment."""
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "8",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(_passwords_file(home)),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        # It has one writer at a time: the others wait, on a busy machine for longer than the 5 s that they would.
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}?timeout={LOCK_SECONDS}",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "AIRFLOW_CONN_SPARK_DEFAULT": json.dumps({"conn_type": "spark", "host": "local[2]"}),
        "PATH": os.pathsep.join([str(home / "bin"), os.environ.get("PATH", os.defpath)]),
        "YUNJIAN_PYTHON": str(ROOT / ".venv" / "bin" / "python"),
        "PYTHONUNBUFFERED": "1",
    }


def _write_spark_submit(home: Path) -> None:
    """Airflow takes `spark-submit` from PATH; this one is that of the jobs environment and no other."""
    jobs = ROOT / ".venv"
    path = home / "bin" / "spark-submit"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "#!/bin/sh\n"
        "# The orchestrator's own environment holds another pyspark: keep it out.\n"
        "unset SPARK_HOME PYTHONPATH\n"
        f'export PYSPARK_PYTHON="{jobs}/bin/python" PYSPARK_DRIVER_PYTHON="{jobs}/bin/python"\n'
        "# A JVM that finds its classes ready starts seconds faster; one that they do not fit ignores them.\n"
        f'classes="-XX:SharedArchiveFile={ROOT}/jars/classes.jsa -Xlog:cds=off -Xlog:cds+dynamic=off"\n'
        'export SPARK_SUBMIT_OPTS="$classes $SPARK_SUBMIT_OPTS"\n'
        f'exec "{jobs}/bin/spark-submit" "$@"\n'
    )
    path.chmod(0o755)


def _airflow() -> str:
    return str(Path(sys.executable).parent / "airflow")


def _passwords_file(home: Path) -> Path:
    return home / "passwords.json"


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until it is told to stop or a process ends; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m orchestrator.local", description="Runs a local Airflow.")
    parser.add_argument("--home", type=Path, default=ROOT / ".airflow", metavar="DIR", help="its folder")
    parser.add_argument("--port", type=int, default=8080, help="of web page and API (0: any free one)")
    parsed = parser.parse_args(arguments)
    _interrupt_once()
    try:
        print("starting Airflow …", flush=True)
        with LocalAirflow(parsed.home, port=parsed.port) as airflow:
            print(f"Airflow:  {airflow.url}   user {USER}, password {airflow.password}", flush=True)
            print(f"folder:   {airflow.home}   (Ctrl-C stops everything)", flush=True)
            while True:
                airflow.check()
                time.sleep(1)
    except LocalError as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; no process is left", flush=True)
    return 0


def _interrupt_once() -> None:
    """The first SIGINT or SIGTERM interrupts, whatever is going on; later ones do not disturb stopping."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        print("stopping …", flush=True)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)


if __name__ == "__main__":
    sys.exit(main())
