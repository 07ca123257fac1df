"""Which code made a table's rows: a version that changes when, and only when, what can change them does."""

import ast
from functools import cache
from hashlib import sha256
from pathlib import Path

from jobs.settings import ROOT

# What every table's rows pass through, whatever its file imports.
EVERY_TABLE = ("table", "runner", "storage", "session")
EVERY_FEED = ("feeds", "landing")


def code_version(table: str, like: str | None = None) -> str:
    """`<git commit>+<hash>` of a table `layer.name`; `like` names the table from which it borrows columns.

    The hash covers the table's file, all that it imports of this project, the reference data where that is read,
    and the modules above: a new README, or a change in another table, computes nothing anew.
    """
    sources = {name for borrowed in (table, like) if borrowed for name in _imported(borrowed)} | set(EVERY_TABLE)
    if table.startswith("staging."):
        sources |= set(EVERY_FEED)
    paths = [_path(name) for name in sources]
    if "reference" in sources:
        paths += (ROOT / "conf" / "reference").glob("*")
    digest = sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{_git_commit()}+{digest.hexdigest()[:12]}"


def same_code(one: str, other: str) -> bool:
    """Whether two code versions compute the same, whatever the commit."""
    return one.split("+")[-1] == other.split("+")[-1]


def _path(name: str) -> Path:
    return ROOT / "jobs" / f"{name.replace('.', '/')}.py"


def _imported(name: str) -> set[str]:
    """A module of `jobs` and all modules of `jobs` that it imports, directly or not."""
    found, waiting = set(), [name]
    while waiting:
        module = waiting.pop()
        if module not in found and _path(module).is_file():
            found.add(module)
            waiting += _imports(_path(module))
    return found


@cache
def _imports(path: Path) -> tuple[str, ...]:
    """Names after `jobs.` that a file's import statements may mean."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "jobs":
            package = node.module.removeprefix("jobs").removeprefix(".")
            found += [package, *(f"{package}.{alias.name}".removeprefix(".") for alias in node.names)]
        elif isinstance(node, ast.Import):
            found += [alias.name.removeprefix("jobs.") for alias in node.names if alias.name.startswith("jobs.")]
    return tuple(found)


def _git_commit() -> str:
    """Short commit of the checkout, "nogit" outside one; read from .git so that no process is started."""
    head = ROOT / ".git" / "HEAD"
    if not head.is_file():
        return "nogit"
    text = head.read_text().strip()
    if not text.startswith("ref: "):
        return text[:12]
    ref = text.removeprefix("ref: ")
    loose = ROOT / ".git" / ref
    if loose.is_file():
        return loose.read_text().strip()[:12]
    packed = ROOT / ".git" / "packed-refs"
    lines = packed.read_text().splitlines() if packed.is_file() else []
    return next((line.split()[0][:12] for line in lines if line.endswith(" " + ref)), "nogit")
