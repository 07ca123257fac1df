"""What these tests ask of a running Airflow, over its public API."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

from orchestrator.local import USER, LocalAirflow

ENDED = ("success", "failed")


class Api:
    """A logged-in client of a local Airflow."""

    def __init__(self, airflow: LocalAirflow) -> None:
        self.airflow = airflow
        self._token = ""
        login = {"username": USER, "password": airflow.password}
        self._token = self.call("POST", "/auth/token", login)["access_token"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The decoded answer. Raises AssertionError with Airflow's words when it refuses."""
        try:
            return self._call(method, path, body)
        except AssertionError as refusal:
            # SQLite was busy for a minute and more; nothing was done.
            if "Database error" not in str(refusal):
                raise
            time.sleep(5)
            return self._call(method, path, body)

    def _call(self, method: str, path: str, body: Any) -> Any:
        request = urllib.request.Request(
            self.airflow.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=180) as answer:
                return json.loads(answer.read() or "null")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()[:500]}") from None

    def wait_until(self, what: str, condition: Callable[[], Any], seconds: float) -> Any:
        """The first true answer of `condition`. Raises AssertionError after so many seconds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.airflow.check()
            if found := condition():
                return found
            time.sleep(1)
        raise AssertionError(f"waited {seconds} s in vain: {what}; runs: {self.states()}")

    def wait_for_dags(self) -> set[str]:
        """Names of all DAGs, once all four are there; none may have failed to import."""
        self.wait_until("four DAGs", lambda: self.call("GET", "/api/v2/dags")["total_entries"] >= 4, 60)
        assert self.call("GET", "/api/v2/importErrors")["total_entries"] == 0
        return {dag["dag_id"] for dag in self.call("GET", "/api/v2/dags")["dags"]}

    def unpause(self, dag_id: str) -> None:
        self.call("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str, key: str | None = None, **conf: Any) -> str:
        """Starts a run by hand; its run id."""
        body = {"logical_date": None, "partition_key": key, "conf": conf}
        return str(self.call("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def schedule_day(self, day: str) -> None:
        """Has the scheduler run yunjian_daily for a past day."""
        # A date alone is its midnight; a day's partition is reached with its end.
        body = {"dag_id": "yunjian_daily", "from_date": f"{day}T00:00:00Z", "to_date": f"{day}T23:59:59Z",
                "max_active_runs": 1}  # fmt: skip
        self.call("POST", "/api/v2/backfills", body)

    def announce(self, days: Sequence[str]) -> None:
        """Says that days are published which were computed outside Airflow."""
        assets = self.call("GET", "/api/v2/assets?name_pattern=yunjian_day")["assets"]
        for day in days:
            self.call("POST", "/api/v2/assets/events", {"asset_id": assets[0]["id"], "partition_key": day})

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("GET", f"/api/v2/dags/{dag_id}/dagRuns?limit=100")["dag_runs"]
        return found

    def run(self, dag_id: str, key_or_id: str) -> dict[str, Any] | None:
        """The run with this partition key or run id, if there is one."""
        for run in self.runs(dag_id):
            if key_or_id in (run["partition_key"], run["dag_run_id"]):
                return run
        return None

    def states(self) -> list[tuple[str, str, str]]:
        runs = [run for name in ("daily", "weekly", "backfill", "train") for run in self.runs(f"yunjian_{name}")]
        return [(run["dag_id"], run["partition_key"] or run["dag_run_id"], run["state"]) for run in runs]

    def wait_for_run(self, dag_id: str, key_or_id: str, seconds: float) -> str:
        """The state in which a run ended."""

        def ended() -> str | None:
            run = self.run(dag_id, key_or_id)
            return str(run["state"]) if run and run["state"] in ENDED else None

        return str(self.wait_until(f"the end of {dag_id} {key_or_id}", ended, seconds))

    def tasks(self, dag_id: str, key_or_id: str) -> dict[str, dict[str, Any]]:
        """Task id -> its instance in a run, empty while there is no such run."""
        if (run := self.run(dag_id, key_or_id)) is None:
            return {}
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run['dag_run_id']}/taskInstances?limit=100"
        return {task["task_id"]: task for task in self.call("GET", path)["task_instances"]}

    def log(self, dag_id: str, key_or_id: str, task_id: str) -> str:
        """All messages of the last try of a task."""
        task = self.tasks(dag_id, key_or_id)[task_id]
        path = f"/api/v2/dags/{dag_id}/dagRuns/{task['dag_run_id']}/taskInstances/{task_id}/logs"
        lines = self.call("GET", f"{path}/{task['try_number']}?full_content=true")["content"]
        return "\n".join(line if isinstance(line, str) else line["event"] for line in lines)
