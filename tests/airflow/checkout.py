"""A checkout of the project whose jobs start at once and end as they are told."""

import json
from pathlib import Path

A_JOB = """
import json, subprocess, sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
call = sys.argv[1:]
with open(HOME / "calls.jsonl", "a") as file:
    file.write(json.dumps(call) + "\\n")
for behaviour in sorted((HOME / "behave").glob("*.json")):
    words, code, said = json.loads(behaviour.read_text())
    if set(words) <= set(call):
        print(said, file=sys.stderr, flush=True)
        if said == "hanging":
            subprocess.Popen(["sleep", "600"], start_new_session=True).wait()
        sys.exit(code)
"""


class Checkout:
    """Jobs that do nothing but what they are told."""

    def __init__(self, home: Path) -> None:
        self.home = home
        for folder in ("jobs", "conf", "jars", "behave"):
            (home / folder).mkdir(parents=True)
        (home / "jobs" / "__main__.py").write_text(A_JOB)
        (home / "conf" / "local.conf").write_text("spark.ui.enabled false\n")

    def behave(self, name: str, words: list[str], code: int, said: str) -> None:
        """From now on a call that has all these words says so and ends so; if it says `hanging`, it does."""
        (self.home / "behave" / f"{name}.json").write_text(json.dumps([words, code, said]))

    def recover(self, name: str) -> None:
        (self.home / "behave" / f"{name}.json").unlink()

    def calls(self, *words: str) -> list[list[str]]:
        path = self.home / "calls.jsonl"
        found = [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []
        return [call for call in found if set(words) <= set(call)]
