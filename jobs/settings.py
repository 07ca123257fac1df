"""Where a run reads and writes, and with which Spark properties: profile, environment, command line.

Later wins: `conf/<profile>.conf`, then YUNJIAN_LANDING and YUNJIAN_WAREHOUSE, then `--set key=value`.
A key without a dot is one of our own: `--set landing=/data` is `spark.yunjian.landing`.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jobs.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent
OWN = "spark.yunjian."


@dataclass(frozen=True)
class Settings:
    """A profile's name and all its properties, our own (`spark.yunjian.*`) among them."""

    profile: str
    properties: dict[str, str]

    def own(self, key: str) -> str | None:
        return self.properties.get(OWN + key)

    def required(self, key: str) -> str:
        """Value of `spark.yunjian.<key>`. Raises UsageError, saying how to give it, when it has none."""
        value = self.own(key)
        if not value:
            raise UsageError(
                f"no {key} is set: give --set {key}=PATH, or YUNJIAN_{key.upper()}, or a profile that has it"
            )
        return value

    @property
    def landing(self) -> str:
        return self.required("landing").rstrip("/")

    @property
    def warehouse(self) -> str:
        return self.required("warehouse").rstrip("/")

    @property
    def tables_at_once(self) -> int:
        """How many tables a run computes side by side."""
        value = self.own("tables_at_once") or "1"
        if not value.isdecimal() or int(value) < 1:
            raise UsageError(f"tables_at_once is a number from 1, not {value!r}")
        return int(value)

    @property
    def ocr(self) -> bool:
        """Whether words in pictures are read. Hashes and codes are always."""
        value = self.own("ocr") or "on"
        if value not in ("on", "off"):
            raise UsageError(f"ocr is on or off, not {value!r}")
        return value == "on"


def load(profile: str | None = None, sets: Iterable[str] = ()) -> Settings:
    """Reads a profile. Raises UsageError for an unknown profile or a `--set` that is not key=value."""
    profile = profile or os.environ.get("YUNJIAN_PROFILE") or "local"
    path = ROOT / "conf" / f"{profile}.conf"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in (ROOT / "conf").glob("*.conf")))
        raise UsageError(f"no profile {profile!r} (conf/{profile}.conf): there are {known}")
    properties = parse_properties(path.read_text(encoding="utf-8"))
    for key in ("landing", "warehouse"):
        if value := os.environ.get(f"YUNJIAN_{key.upper()}"):
            properties[OWN + key] = value
    for item in sets:
        key, equals, value = item.partition("=")
        if not equals or not key:
            raise UsageError(f"--set takes key=value, not {item!r}")
        properties[key if "." in key else OWN + key] = value
    return Settings(profile, properties)


def parse_properties(text: str) -> dict[str, str]:
    """Spark's properties format: `key value` a line, `#` comments."""
    properties = {}
    for line in text.splitlines():
        line = line.strip()
        if line and not line.startswith("#"):
            key, _, value = line.partition(" ")
            properties[key] = value.strip()
    return properties


def spark_path(location: str) -> str:
    """A location as Spark's file systems spell it: `s3://` is `s3a://`, a relative folder is absolute."""
    if location.startswith("s3://"):
        return "s3a://" + location.removeprefix("s3://")
    return location if "://" in location else os.path.abspath(location)
