"""python -m simulator.classes FILE: notes the classes that Spark loads, so that every later JVM starts faster.

Java's class data sharing: a JVM that has computed two simulated tables leaves its classes in FILE, parsed and verified.
`jobs.session` hands the file to the JVMs that it starts; one that it does not fit ignores it.
"""

import json
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from pyspark import SparkContext

from jobs import catalog, runner, session, settings
from simulator import __main__ as simulator


def main(arguments: list[str]) -> int:
    """Plays a tiny world, computes two of its tables, writes the file; returns the exit code."""
    target = Path(arguments[0]).resolve()
    target.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder, "world")
        if code := simulator.main(["--preset", "tiny", "--seed", "1", "--out", str(world)]):
            return code
        day = date.fromisoformat(json.loads((world / "WORLD.json").read_text())["first_day"])
        java = f"-XX:TieredStopAtLevel=1 -XX:ArchiveClassesAtExit={target} {session.QUIET_SHARING}"
        sets = [
            f"landing={world / 'landing'}",
            f"warehouse={folder}/warehouse",
            f"spark.driver.extraJavaOptions={java}",
        ]
        chosen = settings.load("local", sets)
        with session.opened(chosen) as spark:
            runner.run_tables(
                runner.open_run(spark, chosen), catalog.select(["staging.shipments", "core.parcels"]), day, day
            )
        # The file is written while the JVM ends, and it ends when nobody talks to it any more.
        gateway: Any = SparkContext._gateway
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()
    return 0 if target.is_file() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
