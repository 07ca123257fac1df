"""What a mapping read, made and counted: as lines for a person, and as JSON that stays beside what was turned away."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any


@dataclass
class Counted:
    """What was read of one table: lines = rows + headers + repeats + rejected + continued.

    continued: lines that go on with a row, after a line end within quotes. not_selected: of the rows, those that no
    SELECT takes; None = no SELECT says which rows of the table it takes.
    """

    files: tuple[str, ...]
    lines: int
    rows: int = 0
    headers: int = 0
    repeats: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    continued: int = 0
    not_selected: int | None = None
    unnamed_columns: list[str] = field(default_factory=list)


@dataclass
class Mapped:
    """What one SELECT gave. missing: required column -> rows without it, which staging will reject."""

    rows: int
    days: dict[date, int]
    without_day: dict[str, int] = field(default_factory=dict)
    null_throughout: list[str] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass
class Report:
    """What a mapping read, made, counted and wrote."""

    source: str
    tables: dict[str, Counted]
    feeds: dict[str, Mapped]
    not_mapped: dict[str, str]
    counts: dict[str, Any] = field(default_factory=dict)
    unnamed_tables: list[str] = field(default_factory=list)
    first: date | None = None
    last: date | None = None
    written: dict[str, int] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """The report for a person, all but what was written."""
        for name, table in self.tables.items():
            parts = [f"{table.rows:,} rows"]
            parts += [f"{table.headers} header"] if table.headers else []
            parts += [f"{table.repeats:,} exact repeats"] if table.repeats else []
            parts += [f"{n:,} rejected as {reason}" for reason, n in sorted(table.rejected.items())]
            parts += [f"{table.continued:,} that go on with a row"] if table.continued else []
            yield f"{name:26} {table.lines:,} lines = {' + '.join(parts)}"
            if table.not_selected is None:
                yield f"{'':26} not traced: no SELECT has its _at in _from, so what it leaves out is not known"
            elif table.not_selected:
                yield f"{'':26} taken by no SELECT: {table.not_selected:,} (kept as rejects, reason not_selected)"
            if table.unnamed_columns:
                yield f"{'':26} in no SELECT: {', '.join(table.unnamed_columns)}"
        for name in self.unnamed_tables:
            yield f"{name:26} in no SELECT, not read"
        for what, count in self.counts.items():
            yield f"{'counted':26} {count:,} {what}" if isinstance(count, int) else f"{'counted':26} {what}: {count}"
        yield f"{'days':26} {self.first}..{self.last} ({self._days:,})"
        for feed, mapped in self.feeds.items():
            yield f"{'→ ' + feed:26} {mapped.rows:,} rows on {len(mapped.days):,} days"
            for reason, n in mapped.without_day.items():
                yield f"{'':26} without a day: {n:,} (kept as rejects, reason {reason})"
            for n in sorted(set(mapped.missing.values())):
                names = [column for column, without in mapped.missing.items() if without == n]
                yield f"{'':26} without {', '.join(names)}: {n:,} (required, staging will reject them)"
            if mapped.null_throughout:
                yield f"{'':26} null in all rows: {', '.join(mapped.null_throughout)}"
            for note in mapped.notes:
                yield f"{'':26} note: {note}"
        for feed, why in self.not_mapped.items():
            yield f"{'→ ' + feed:26} not mapped, {self._days:,} empty days: {why}"

    @property
    def _days(self) -> int:
        return (self.last - self.first).days + 1 if self.first and self.last else 0

    def as_json(self) -> str:
        return json.dumps(_jsonable(asdict(self)), indent=1, ensure_ascii=False)


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(item) for item in value]
    return value if value is None or isinstance(value, (int, float, str)) else str(value)
