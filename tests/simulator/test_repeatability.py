"""The same seed gives the same bytes, another seed another world."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def digests(world: Path) -> dict[str, str]:
    return {
        str(p.relative_to(world)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(world.rglob("*"))
        if p.is_file()
    }


def test_same_seed_same_bytes(tiny, tmp_path):
    # In a process of its own, with other hashes of text: no order may come from a set.
    command = [sys.executable, "-m", "simulator", "--preset", "tiny", "--seed", "11", "--out", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": "77"}, check=True, capture_output=True)
    assert digests(tmp_path) == digests(tiny)


def test_other_seed_other_world(written, tiny):
    other = digests(written(seed="12"))
    same = [name for name, digest in digests(tiny).items() if other.get(name) == digest and name.endswith(".gz")]
    assert same == []
