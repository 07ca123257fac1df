"""The local Airflow keeps to this machine, and leaves nothing behind however it ends."""

import os
import re
import signal
import subprocess
import sys
import time
import uuid

import psutil
import pytest

from orchestrator.local import ROOT, USER
from tests.airflow.api import Api
from tests.airflow.checkout import Checkout

pytestmark = pytest.mark.airflow


class Started:
    """`python -m orchestrator.local` as a person starts it; its processes inherit a mark."""

    def __init__(self, folder):
        self.mark = uuid.uuid4().hex
        self.checkout = Checkout(folder / "checkout")
        self.home = folder / "airflow"
        env = {**os.environ, "A_MARK": self.mark, "YUNJIAN_HOME": str(self.checkout.home)}
        command = [sys.executable, "-m", "orchestrator.local", "--home", str(self.home), "--port", "0"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
        self.said = ""

    def read_until(self, pattern):
        for line in self.process.stdout:
            self.said += line
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"{pattern!r} was not said: {self.said}")

    def alive(self):
        """Every process with the mark, the launcher left out."""
        found = []
        for process in psutil.process_iter():
            try:
                marked = process.environ().get("A_MARK") == self.mark
                if marked and process.pid != self.process.pid and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found

    def wait_until_none_is_left(self, seconds):
        deadline = time.monotonic() + seconds
        while (left := self.alive()) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert [(process.pid, process.cmdline()) for process in left] == []


@pytest.fixture
def started(tmp_path):
    launcher = Started(tmp_path)
    yield launcher
    for process in [launcher.process, *launcher.alive()]:
        process.kill()
    launcher.process.wait()


class Client(Api):
    """An Api that was told where Airflow is, not by whom it is run."""

    def __init__(self, url, password):
        self.url, self.password = url, password
        super().__init__(self)

    def check(self):
        pass


def test_it_listens_on_loopback_only_and_leaves_no_process(started):
    said = started.read_until(r"(http://127\.0\.0\.1:\d+)   user (\w+), password (\S+)")
    assert said[2] == USER
    with pytest.raises(AssertionError, match="401"):
        Client(said[1], "a guess")
    api = Client(said[1], said[3])
    api.wait_for_dags()

    # A task is running, whose job has started a process in a session of its own.
    started.checkout.behave("hang", ["run"], 0, "hanging")
    api.trigger("yunjian_backfill", **{"from": "2024-03-04", "to": "2024-03-04"})
    api.wait_until("a job hangs", lambda: started.checkout.calls("--dry-run"), 120)
    api.wait_until("its child runs", lambda: any("600" in p.cmdline() for p in started.alive()), 30)

    addresses = {
        connection.laddr.ip
        for process in started.alive()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses
    assert all(address in ("127.0.0.1", "::1", "::ffff:127.0.0.1") for address in addresses), addresses
    for name in ("passwords.json", "airflow.cfg"):
        assert (started.home / name).stat().st_mode & 0o077 == 0, name

    started.process.send_signal(signal.SIGTERM)
    assert started.process.wait(60) == 0
    assert "no process is left" in started.process.stdout.read()
    started.wait_until_none_is_left(0)


@pytest.mark.parametrize("seconds", [0, 6])
def test_it_stops_while_it_is_starting(started, seconds):
    started.read_until("starting")
    time.sleep(seconds)
    started.process.send_signal(signal.SIGINT)
    assert started.process.wait(60) == 0
    started.wait_until_none_is_left(0)


def test_killed_it_takes_its_processes_along(started):
    started.read_until("http://")
    assert len(started.alive()) >= 4
    started.process.kill()
    started.wait_until_none_is_left(60)


def test_it_says_which_process_ended(started):
    started.read_until("http://")
    scheduler = next(process for process in started.alive() if "scheduler" in " ".join(process.cmdline()))
    scheduler.kill()
    assert started.process.wait(60) == 1
    started.wait_until_none_is_left(0)
