"""What stands in conf/feeds/<source>: a SELECT per feed, and how the source's files are written; and which files are which table.

A file `orders.csv` is the table `orders`; so are all files of a folder `orders`. `source.toml` says what differs from that,
from UTF-8 and from commas. Reading the files is source_files.py, running the SELECTs mapping.py.
"""

import fnmatch
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from jobs import landing
from jobs.errors import NotArrivedError, UsageError
from jobs.settings import ROOT

FEEDS = ROOT / "conf" / "feeds"
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
}
PACKED = (".gz", ".bz2")


@dataclass(frozen=True)
class Layout:
    """How the files of one table are written; each field is a key of source.toml.

    files:      which files of the folder, `orders_*.csv`; default: those named like the table, or a folder named like it
    format:     csv, jsonl or parquet; default: by the file's name
    encoding:   UTF-8, GBK, … any in which a line end is one byte
    separator, quote: one character each; separator default: comma, tab in .tsv; quote "" = none
    multiline:  whether a quoted text may hold line ends
    header:     names of the columns, when the file has no line that says them
    skip_lines: filled lines before the header that are not data
    repeats:    "drop" counts an exact repeat of a row and leaves it out, "keep" takes it as a row of its own
    """

    files: str | None = None
    format: str | None = None
    encoding: str = "UTF-8"
    separator: str | None = None
    quote: str = '"'
    multiline: bool = True
    header: tuple[str, ...] | None = None
    skip_lines: int = 0
    repeats: str = "drop"


@dataclass(frozen=True)
class Source:
    """One folder of conf/feeds. selects: feed -> SELECT; not_mapped: feed -> why; counts: what is counted -> SELECT."""

    name: str
    folder: Path
    selects: Mapping[str, str]
    time_zone: str = "Asia/Shanghai"
    layout: Layout = Layout()
    tables: Mapping[str, Layout] = field(default_factory=dict)
    not_mapped: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, str] = field(default_factory=dict)

    def layout_of(self, table: str) -> Layout:
        return self.tables.get(table, self.layout)

    def has_word(self, word: str) -> bool:
        """Whether one of the SELECTs names it."""
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
        return any(pattern.search(without_comments(text)) for text in (*self.selects.values(), *self.counts.values()))

    def notes(self, feed: str) -> list[str]:
        """What the SELECT's comments `-- note: …` say to whoever runs it."""
        return re.findall(r"^\s*-- note: *(.+?)\s*$", self.selects[feed], re.MULTILINE)


def without_comments(sql: str) -> str:
    return re.sub(r"--[^\n]*", "", sql)


def open_source(source: str) -> Source:
    """A folder of conf/feeds by name, or any folder by its path. Raises UsageError for what is not as it must be."""
    folder = Path(source) if "/" in source else FEEDS / source
    if not folder.is_dir():
        known = sorted(path.name for path in FEEDS.glob("*") if path.is_dir())
        raise UsageError(
            f"no source {source!r} (no folder {folder}): there are {', '.join(known)}; docs/mapping.md says how to add one"
        )
    selects = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql"))}
    if not selects:
        raise UsageError(f"{folder} has no .sql: add one SELECT per feed, docs/mapping.md says how")
    found = Source(folder.name, folder, selects)
    path = folder / "source.toml"
    return _with_toml(found, path) if path.is_file() else found


def _with_toml(source: Source, path: Path) -> Source:
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}") from None
    kinds: dict[str, type] = {"time_zone": str, "files": dict, "tables": dict, "not_mapped": dict, "counts": dict}
    _check_keys(said, kinds, str(path))
    layout = _layout(Layout(), said.get("files", {}), f"{path} [files]")
    return replace(
        source,
        time_zone=said.get("time_zone", source.time_zone),
        layout=layout,
        tables={
            name: _layout(layout, keys, f"{path} [tables.{name}]") for name, keys in said.get("tables", {}).items()
        },
        not_mapped=said.get("not_mapped", {}),
        counts=said.get("counts", {}),
    )


def _check_keys(said: Mapping[str, Any], kinds: Mapping[str, type], where: str) -> None:
    for name, value in said.items():
        if name not in kinds:
            raise UsageError(f"{where}: no key {name!r}: there are {', '.join(kinds)}")
        if type(value) is not kinds[name]:
            raise UsageError(f"{where}: {name} = {value!r} is not of the type {kinds[name].__name__}")


def _layout(base: Layout, keys: Mapping[str, Any], where: str) -> Layout:
    others = {"multiline": bool, "header": list, "skip_lines": int}
    _check_keys(keys, {f.name: others.get(f.name, str) for f in fields(Layout)}, where)
    values: dict[str, Any] = {name: tuple(value) if name == "header" else value for name, value in keys.items()}
    made = replace(base, **values)
    for name, value, allowed in (
        ("format", made.format, (None, "csv", "jsonl", "parquet")),
        ("repeats", made.repeats, ("drop", "keep")),
    ):
        if value not in allowed:
            raise UsageError(f"{where}: {name} is {value!r}: one of {', '.join(filter(None, allowed))}")
    return made


# --- which files are which table -----------------------------------------------------------------


def find_tables(source: Source, folder: str) -> dict[str, tuple[str, ...]]:
    """Table -> its files, relative to `folder` (local or s3://). Raises NotArrivedError for files that are not there."""
    files = [name for name in landing.list_files(folder) if _is_data(name)]
    tables: dict[str, list[str]] = {
        name: fnmatch.filter(files, layout.files) for name, layout in source.tables.items() if layout.files
    }
    loose = set(files).difference(*tables.values())
    for name, layout in source.tables.items():
        if layout.files and not tables[name]:
            raise NotArrivedError(
                f"{folder} has no file {layout.files} for the table {name} of {source.folder / 'source.toml'}; ask for it"
            )
    for file in loose:
        tables.setdefault(table_name(file), []).append(file)
    for sub in landing.list_folders(folder):
        if inside := [f"{sub}/{file}" for file in landing.list_files(f"{folder}/{sub}") if _is_data(file)]:
            tables.setdefault(table_name(sub), []).extend(inside)
    if not any(tables.values()):
        raise NotArrivedError(f"{folder} has no files of {', '.join(FORMATS)}; check --from")
    if missing := [name for name in source.tables if name not in tables]:
        raise NotArrivedError(
            f"{folder} has no file {missing[0]}.* for the table {missing[0]} of {source.folder / 'source.toml'}; ask for it"
        )
    return {name: tuple(sorted(listed)) for name, listed in sorted(tables.items())}


def table_name(file: str) -> str:
    return re.sub(r"\W", "_", Path(unpacked(file)).stem).lower()


def unpacked(name: str) -> str:
    return name.removesuffix(PACKED[0]).removesuffix(PACKED[1])


def format_of(name: str) -> str | None:
    return FORMATS.get(Path(unpacked(name)).suffix.lower())


def _is_data(name: str) -> bool:
    return format_of(name) is not None and not name.startswith((".", "_"))
