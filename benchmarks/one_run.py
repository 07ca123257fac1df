"""What one run of a small table costs from command to exit, and what of it is starting.

    python -m benchmarks.one_run --dir DIR

Everything is warm: each part is measured several times, in processes of its own, and the best counts.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.ranges import FIRST, world

REPEATS = 3
PARTS = {
    "python_and_command_line": "import jobs.cli",
    "great_expectations_import": "import jobs.audit",
    "spark_session": "from jobs import session, settings; session.start(settings.load('local')).stop()",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=Path, required=True, help="for a world and a warehouse")
    parsed = parser.parse_args()
    landing = world(parsed.dir, 7)
    env = {**os.environ, "YUNJIAN_LANDING": str(landing), "YUNJIAN_WAREHOUSE": str(parsed.dir / "one_run")}
    run = [sys.executable, "-m", "jobs", "run", "core.sellers", "--from", str(FIRST), "--force"]
    subprocess.run([*run[:4], "staging.sellers", *run[5:]], env=env, check=True, capture_output=True)
    found = {name: best([sys.executable, "-c", code], env) for name, code in PARTS.items()}
    found["command_to_exit"] = best(run, env)
    print(json.dumps(found, indent=1))


def best(command: list[str], env: dict[str, str]) -> float:
    """Seconds of the quickest of several runs."""
    seconds = []
    for _ in range(REPEATS):
        started = time.monotonic()
        subprocess.run(command, env=env, check=True, capture_output=True)
        seconds.append(time.monotonic() - started)
    return round(min(seconds), 1)


if __name__ == "__main__":
    main()
