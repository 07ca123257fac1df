"""Reference data: the CSV files of conf/reference, each row with its source, each file with a version.

Standard library only. Files are read on the driver, where columns are built; executors need none of them.
"""

import csv
from functools import cache

from jobs.errors import JobError
from jobs.settings import ROOT

FOLDER = ROOT / "conf" / "reference"


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Rows of `conf/reference/<name>.csv` by column name. Raises JobError when there is no such file."""
    return tuple(csv.DictReader(line for line in _lines(name) if not line.startswith("#")))


@cache
def version(name: str) -> str:
    """What the file's first line states after `# version: `. Raises JobError when it states none."""
    first = next(iter(_lines(name)), "")
    if not first.startswith("# version: "):
        raise JobError(f"conf/reference/{name}.csv does not begin with `# version: `; add the line")
    return first.removeprefix("# version: ").strip()


@cache
def placeholders(kind: str) -> tuple[str, ...]:
    """Values that stand for nothing, for `phone`, `token`, `goods`, …: those of the kind and those of any kind."""
    return tuple(row["value"] for row in rows("placeholders") if row["kind"] in (kind, "any"))


@cache
def service_phones() -> tuple[str, ...]:
    """Public numbers of carriers and platforms, which many shops write down and none owns."""
    return tuple(row["phone"] for row in rows("service_phones"))


@cache
def shared_county_names(kind: str) -> tuple[str, ...]:
    """Short names that several counties have (kind `county`), or one county and a prefecture (`prefecture`)."""
    return tuple(row["name"] for row in rows("shared_county_names") if row["shared_with"] == kind)


@cache
def simplified_table() -> tuple[str, str]:
    """Traditional characters and, at the same positions, their simplified forms."""
    pairs = rows("traditional")
    return "".join(row["traditional"] for row in pairs), "".join(row["simplified"] for row in pairs)


@cache
def look_alikes() -> dict[str, str]:
    """Characters that are read as a Latin letter, and that letter."""
    return {char: row["read_as"] for row in rows("look_alikes") for char in row["characters"]}


@cache
def syllables() -> dict[str, str]:
    """Syllables without tones and the Chinese characters whose usual reading they are."""
    return {row["syllable"]: row["characters"] for row in rows("pinyin")}


@cache
def common_words(script: str) -> frozenset[str]:
    """Everyday words, in `latin` letters or `han` characters."""
    return frozenset(word for row in rows("common_words") if row["script"] == script for word in row["words"].split())


@cache
def rare_words(kind: str) -> frozenset[str]:
    """Two Chinese characters that are a seldom used `word`, or the `name` of a person or a place."""
    return frozenset(word for row in rows("rare_words") if row["kind"] == kind for word in row["words"].split())


@cache
def character_parts() -> dict[str, tuple[str, ...]]:
    """Chinese characters and the two or three parts into which each can be taken, in every way."""
    return {row["character"]: tuple(row["parts"].split()) for row in rows("character_parts")}


@cache
def listing_words(kind: str) -> tuple[str, ...]:
    """Words that say something about a listing: of the kind `grade`, `genuine`, `used`, …"""
    return tuple(row["word"] for row in rows("listing_words") if row["kind"] == kind)


@cache
def declared_words(kind: str) -> tuple[str, ...]:
    """Words in which the declared contents of a parcel end when they are of the kind `materials` or `packaging`."""
    return tuple(row["word"] for row in rows("declared_goods") if row["kind"] == kind)


@cache
def joined_words() -> frozenset[str]:
    """Latin words that sellers write beside a name in one word: goods, shops, praise; listing words among them."""
    listed = {row["word"] for row in rows("listing_words") if row["word"].isascii() and row["word"].isalpha()}
    return frozenset(listed | {word for row in rows("joined_words") for word in row["words"].split()})


def _lines(name: str) -> list[str]:
    path = FOLDER / f"{name}.csv"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.csv")))
        raise JobError(f"no conf/reference/{name}.csv: there are {known}")
    return path.read_text(encoding="utf-8").splitlines()
