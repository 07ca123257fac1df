"""Finds the table declarations, orders them, and refuses what cannot run."""

import fnmatch
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType
from typing import Any

from jobs.errors import UsageError
from jobs.provenance import code_version
from jobs.table import GIVEN, Feed, Table

LAYERS = ("staging", "core", "evidence", "links", "rackets", "models")


@dataclass(frozen=True)
class Declaration:
    """One table file: `layer.name`, what it declares, its function (None for a feed), its docstring, its code's version.

    The version is found when the file is, in one thread: tables run side by side, and Python below 3.11.8 must not parse
    in two threads at a time (https://github.com/python/cpython/issues/106905).
    """

    name: str
    table: Table | Feed
    transform: Callable[..., Any] | None
    doc: str
    code_version: str

    @property
    def layer(self) -> str:
        return self.name.split(".")[0]

    @property
    def is_feed(self) -> bool:
        return isinstance(self.table, Feed)

    def sources(self) -> set[str]:
        """Names of all tables that this one reads, keyframes included, itself left out."""
        names = {read.table for read in self.table.reads.values()}
        names |= {read.keyframes for read in self.table.reads.values() if read.keyframes}
        return names - {self.name}

    @property
    def reads_own_past(self) -> bool:
        return any(read.past and read.table == self.name for read in self.table.reads.values())


@cache
def catalog() -> dict[str, Declaration]:
    """All declarations, upstream first."""
    return order(declarations(_table_modules()))


def _table_modules() -> Iterable[ModuleType]:
    for layer in LAYERS:
        package = importlib.import_module(f"jobs.{layer}")
        for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
            yield importlib.import_module(f"jobs.{layer}.{info.name}")


def declarations(modules: Iterable[ModuleType]) -> list[Declaration]:
    """Declarations of the given modules. Raises ValueError for one that does not hold together."""
    found = []
    for module in modules:
        name = ".".join(module.__name__.split(".")[-2:])
        table = getattr(module, "TABLE", None)
        if not isinstance(table, Table | Feed):
            raise ValueError(f"{name}: a table file declares TABLE = Table(…) or Feed(…)")
        transform = getattr(module, "transform", None)
        version = code_version(name, getattr(table, "like", None))
        found.append(Declaration(name, table, transform, inspect.getdoc(module) or "", version))
    found = [_with_borrowed_columns(declared, found) for declared in found]
    for declared in found:
        _check(declared)
    return found


def _with_borrowed_columns(declared: Declaration, found: list[Declaration]) -> Declaration:
    like = getattr(declared.table, "like", None)
    if like is None:
        return declared
    model = next((other for other in found if other.name == like), None)
    if model is None:
        raise ValueError(f"{declared.name} is like {like}, which no file declares")
    columns = model.table.columns + "\n" + declared.table.columns
    return replace(declared, table=replace(declared.table, columns=columns))


def _check(declared: Declaration) -> None:
    table, columns = declared.table, [column.name for column in declared.table.schema()]
    if missing := [key for key in table.key if key not in columns]:
        raise ValueError(f"{declared.name}: key column {missing[0]} is not among the columns")
    if doubled := {name for name in columns if columns.count(name) > 1}:
        raise ValueError(f"{declared.name}: column {sorted(doubled)[0]} is declared twice")
    if isinstance(table, Feed):
        return
    if declared.transform is None:
        raise ValueError(f"{declared.name}: a table file defines transform(…)")
    given = [name for name in inspect.signature(declared.transform).parameters if name not in GIVEN]
    if foreign := [read.table for read in table.reads.values() if read.cache and read.table != declared.name]:
        raise ValueError(f"{declared.name}: {foreign[0]} is another table, a cache is rows of the table itself")
    if sorted(given) != sorted(table.reads):
        raise ValueError(f"{declared.name}: transform takes {sorted(given)}, reads declares {sorted(table.reads)}")


def order(found: Iterable[Declaration]) -> dict[str, Declaration]:
    """Upstream first, alphabetical within that. Raises ValueError for unknown reads, two writers, cycles."""
    by_name: dict[str, Declaration] = {}
    for declared in found:
        if declared.name in by_name:
            raise ValueError(f"{declared.name} has two writers")
        by_name[declared.name] = declared
    for declared in by_name.values():
        if unknown := sorted(declared.sources() - set(by_name)):
            raise ValueError(f"{declared.name} reads {unknown[0]}, which no file declares")
    ordered: dict[str, Declaration] = {}
    while len(ordered) < len(by_name):
        ready = [
            name for name, declared in by_name.items() if name not in ordered and declared.sources() <= set(ordered)
        ]
        if not ready:
            raise ValueError(f"tables read each other in a circle: {sorted(set(by_name) - set(ordered))}")
        for name in sorted(
            ready, key=lambda n: (LAYERS.index(n.split(".")[0]) if n.split(".")[0] in LAYERS else 99, n)
        ):
            ordered[name] = by_name[name]
    return ordered


def select(patterns: Iterable[str]) -> list[Declaration]:
    """Declarations that match any of the patterns (`core.*`), upstream first. Raises UsageError for none.

    What is computed on request is meant only by its full name.
    """
    tables, chosen = catalog(), set()
    for pattern in patterns:
        matching = fnmatch.filter(tables, pattern)
        names = [name for name in matching if tables[name].table.every != "request" or name == pattern]
        if not names:
            raise UsageError(f"no table matches {pattern!r}: `python -m jobs list` names them all")
        chosen |= set(names)
    return [declared for name, declared in tables.items() if name in chosen]


def daily_tables() -> list[Declaration]:
    """What a day needs: all tables computed every day, and the keyframes that those read."""
    tables = catalog()
    wanted = {name for name, declared in tables.items() if declared.table.every == "day"}
    grown: set[str] = set()
    while grown != wanted:
        grown = set(wanted)
        wanted = grown.union(*(tables[name].sources() for name in grown))
    return [declared for name, declared in tables.items() if name in wanted]


def weekly_tables() -> list[Declaration]:
    """The snapshots that end a week."""
    daily = {declared.name for declared in daily_tables()}
    return [d for name, d in catalog().items() if name not in daily and d.table.every != "request"]
