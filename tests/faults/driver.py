"""`python -m tests.faults.driver POINT ARGUMENTS…`: the jobs' command line, with its process killed at a point.

The whole process group gets SIGKILL, Spark's JVM too, as when a machine is lost. A point is `before:FUNCTION` or
`after:FUNCTION` of a module of jobs (`after:storage.replace@staging/shipments` for a call with this text in its
arguments), or `file:PART`: as soon as a file whose path has this part stands in the warehouse.
"""

import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from jobs.cli import main


def lose_the_machine() -> None:
    os.killpg(0, signal.SIGKILL)
    time.sleep(60)


def kill_around(when: str, function: str, argument: str) -> None:
    module_name, name = function.rsplit(".", 1)
    module = importlib.import_module(f"jobs.{module_name}")
    original: Callable[..., Any] = getattr(module, name)

    def dying(*args: Any, **named: Any) -> Any:
        wanted = any(argument in str(a) for a in args) if argument else True
        if wanted and when == "before":
            lose_the_machine()
        result = original(*args, **named)
        if wanted:
            lose_the_machine()
        return result

    setattr(module, name, dying)


def kill_when_there_is(pattern: str) -> None:
    warehouse = Path(os.environ["YUNJIAN_WAREHOUSE"])
    old = set(warehouse.rglob("*"))

    def watch() -> None:
        while True:
            if any(fnmatch(str(path.relative_to(warehouse)), pattern) for path in set(warehouse.rglob("*")) - old):
                lose_the_machine()
            time.sleep(0.001)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    kind, _, rest = sys.argv[1].partition(":")
    if kind == "file":
        kill_when_there_is(rest)
    else:
        called, _, text = rest.partition("@")
        kill_around(kind, called, text)
    sys.exit(main(sys.argv[2:]))
