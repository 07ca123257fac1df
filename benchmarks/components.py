"""Connected components against a plain program and GraphFrames, how they grow, and what an update costs; in one run.

    python -m benchmarks.components --dir DIR                        ours / plain, verify, update; 10 M edges, 3 M nodes
    python -m benchmarks.components --dir DIR --growth               1 M and 50 M edges as well, with peak memory
    python -m benchmarks.components --dir DIR --graphframes JAR      GraphFrames' fastest mode as well, at 1 M edges

Edges are random, in Parquet files of DIR. Every side reads the same files and writes labels as Parquet, in a process
of its own, several times; the best counts, so the session is warm. The labels are compared with those of the plain
program: pyarrow reads all edges, one compiled union-find joins them in memory. `update` finds what 1 % new edges
change, from the labels as Parquet, and is compared with a full run; it reads no edges but the new ones, so that what
may grow with history are the labels: --growth measures it with five times the nodes and edges.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

REPEATS = 5
FILES = 8
NODES_PER_EDGE = 0.3
EDGES_DDL = "src bigint, dst bigint"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=Path, required=True, help="for inputs and outputs, some GB")
    parser.add_argument("--edges", type=int, default=10_000_000, help="default %(default)s; 0.3 nodes an edge")
    parser.add_argument("--growth", action="store_true", help="measure 1 M and 50 M edges as well")
    parser.add_argument("--graphframes", metavar="JAR", help="GraphFrames compiled for this Spark, to compare with")
    parser.add_argument("--graphframes-edges", type=int, default=1_000_000, help="default %(default)s")
    parser.add_argument("--json", action="store_true", help="print the figures as data")
    parser.add_argument("--only", nargs=2, metavar=("SIDE", "EDGES"), help=argparse.SUPPRESS)
    parsed = parser.parse_args()
    if parsed.only:
        side, edges = parsed.only[0], int(parsed.only[1])
        print(json.dumps(SIDES[side](parsed.dir, edges, parsed.graphframes)))
        return
    found = measured(parsed)
    if parsed.json:
        print(json.dumps(found, indent=1))
    else:
        for name, value in found.items():
            print(f"{name:44} {value:10}")


def measured(parsed: argparse.Namespace) -> dict[str, Any]:
    """All figures: seconds, ratios, GB."""
    n, found = parsed.edges, {}

    def run(side: str, edges: int) -> float:
        command = [sys.executable, "-m", "benchmarks.components", "--dir", str(parsed.dir), "--only", side, str(edges)]
        command += ["--graphframes", parsed.graphframes] if parsed.graphframes else []
        seconds, gigabytes = timed(command)
        found[f"{side}, {edges / 1e6:g} M edges, s"] = round(seconds, 2)
        found[f"{side}, {edges / 1e6:g} M edges, peak GB"] = round(gigabytes, 2)
        return seconds

    make_edges(parsed.dir, n, n)
    plain, ours = run("plain", n), run("ours", n)
    compare(parsed.dir, n, "ours")
    found["ours / plain"] = round(ours / plain, 2)
    found["verify / ours"] = round(run("verify", n) / ours, 2)
    update = run("update", n)
    found["update / ours"] = round(update / ours, 3)
    if parsed.growth:
        for edges in (1_000_000, 50_000_000):
            make_edges(parsed.dir, edges, edges)
            run("plain", edges)
            found[f"growth: ours, {edges / 1e6:g} M edges / linear"] = round(run("ours", edges) / ours * n / edges, 2)
            compare(parsed.dir, edges, "ours")
        found["update with 5 x nodes and edges / update"] = round(run("update", 50_000_000) / update, 2)
    if parsed.graphframes:
        edges = parsed.graphframes_edges
        make_edges(parsed.dir, edges, edges)
        run("plain", edges)
        theirs = run("graphframes", edges)
        found[f"graphframes / ours, {edges / 1e6:g} M edges"] = round(theirs / run("ours", edges), 1)
        compare(parsed.dir, edges, "ours")
        compare(parsed.dir, edges, "graphframes")
    return found


def folder(base: Path, edges: int) -> Path:
    return base / f"components_{edges}"


def make_edges(base: Path, edges: int, seed: int) -> None:
    """Files of random edges, and one of 1 % new ones of which some have new nodes."""
    target, nodes, r = folder(base, edges) / "edges", int(edges * NODES_PER_EDGE), np.random.default_rng(seed)
    if (target / "_SUCCESS").exists():
        return
    target.mkdir(parents=True, exist_ok=True)
    for name in range(FILES):
        write_edges(target / f"{name}.parquet", r.integers(0, nodes, (2, edges // FILES)))
    write_edges(folder(base, edges) / "added.parquet", r.integers(0, int(nodes * 1.005), (2, edges // 100)))
    (target / "_SUCCESS").touch()


def write_edges(path: Path, ends: np.ndarray) -> None:
    pq.write_table(pa.table({"src": ends[0], "dst": ends[1]}), path, compression="zstd")


def timed(command: list[str]) -> tuple[float, float]:
    """(seconds that a side reports, peak GB of its process and all below it, shared memory counted in parts)."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        peak = [0]
        done = threading.Event()
        watching = threading.Thread(target=watch, args=(started.pid, peak, done))
        watching.start()
        out, err = started.communicate()
        done.set()
        watching.join()
    if started.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{err[-2000:]}")
    return float(out.splitlines()[-1]), peak[0] / 1e9


def watch(pid: int, peak: list[int], done: threading.Event) -> None:
    """Keeps in `peak` the most bytes that a process and all below it had at one time."""
    while not done.wait(0.2):
        peak[0] = max(peak[0], sum(map(proportional_bytes, family(pid))))


def family(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    # The JVM starts workers from any of its threads.
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            below += task.read_text().split()
        except OSError:
            continue
    return [pid, *(one for child in sorted(set(below)) for one in family(int(child)))]


def proportional_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def best(work: Callable[[], object], repeats: int = REPEATS) -> float:
    seconds = []
    for _ in range(repeats):
        started = time.monotonic()
        work()
        seconds.append(time.monotonic() - started)
    return min(seconds)


def plain(base: Path, edges: int, jar: str | None) -> float:
    """pyarrow and one compiled union-find in one process."""
    from jobs.graph.union_find import flatten, new_parents, unite

    source = folder(base, edges)

    def work() -> None:
        table = pq.read_table(source / "edges")
        parent = new_parents(int(edges * NODES_PER_EDGE))
        for batch in table.to_batches():
            unite(parent, batch["src"].to_numpy(), batch["dst"].to_numpy())
        flatten(parent)
        seen = np.flatnonzero(parent >= 0)
        labels = pa.table({"node": seen, "component": parent[seen].astype(np.int64)})
        pq.write_table(labels, source / "plain.parquet", compression="zstd")

    return best(work)


def session(jar: str | None = None) -> Any:
    from jobs import session, settings

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    extra = []
    if jar:
        jars = sorted(str(path) for path in (settings.ROOT / "jars").glob("*.jar"))
        extra = [f"spark.jars={','.join([*jars, jar])}"]
    return session.start(settings.load("local", extra))


def ours(base: Path, edges: int, jar: str | None) -> float:
    from jobs.graph.components import connected_components

    spark, source = session(), folder(base, edges)

    def work() -> None:
        read = spark.read.schema(EDGES_DDL).parquet(str(source / "edges"))
        connected_components(read).write.mode("overwrite").parquet(str(source / "ours"))

    return best(work)


def verified(base: Path, edges: int, jar: str | None) -> float:
    from jobs.graph.verify import verify

    spark, source = session(), folder(base, edges)
    labels, read = (spark.read.parquet(str(source / name)) for name in ("ours", "edges"))
    return best(lambda: verify(labels, read), 2)


def update(base: Path, edges: int, jar: str | None) -> float:
    """Finds what changes and writes it; compares what it comes to with a full run."""
    from jobs.graph.components import LABELS, apply_changes, changed_components, connected_components

    spark, source = session(), folder(base, edges)
    labels = spark.read.schema(LABELS).parquet(str(source / "ours"))
    added = spark.read.schema(EDGES_DDL).parquet(str(source / "added.parquet"))
    work = changed_components(labels, added).write.mode("overwrite")
    seconds = best(lambda: work.parquet(str(source / "changes")), 2 * REPEATS)
    now = apply_changes(labels, spark.read.parquet(str(source / "changes")))
    whole = connected_components(spark.read.parquet(str(source / "edges")).unionByName(added))
    if now.exceptAll(whole).count() or now.count() != whole.count():
        sys.exit("an update differs from a full run")
    return seconds


def graphframes(base: Path, edges: int, jar: str | None) -> float:
    """GraphFrames itself, through the JVM, in its fastest mode."""
    assert jar
    spark, source = session(jar), folder(base, edges)
    spark.sparkContext.setCheckpointDir(str(base / "checkpoints"))

    def work() -> None:
        read = spark.read.schema(EDGES_DDL).parquet(str(source / "edges"))
        graph = spark._jvm.org.graphframes.GraphFrame.fromEdges(read._jdf)
        labels = graph.connectedComponents().setAlgorithm("randomized_contraction").run()
        named = labels.toDF(spark._jvm.PythonUtils.toSeq(["node", "component"]))
        named.write().mode("overwrite").parquet(str(source / "graphframes"))

    return best(work, 2)


def compare(base: Path, edges: int, side: str) -> None:
    """Stops the program when a side's parts are not those of the plain program, whatever they are called."""
    expected, found = (pq.read_table(folder(base, edges) / name) for name in ("plain.parquet", side))
    node, component = found["node"].to_numpy(), found["component"].to_numpy()
    order = np.argsort(node)
    node, component = node[order], component[order]
    _, first, own = np.unique(component, return_index=True, return_inverse=True)
    same = np.array_equal(node, expected["node"]) and np.array_equal(node[first][own], expected["component"])
    if not same:
        sys.exit(f"the labels of {side} differ from those of the plain program at {edges} edges")


SIDES = {"plain": plain, "ours": ours, "verify": verified, "update": update, "graphframes": graphframes}


if __name__ == "__main__":
    main()
