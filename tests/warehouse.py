"""Reads a warehouse without Spark and without our own code: what any other reader of Delta sees."""

from datetime import date
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError


def rows(
    warehouse: Path | str, table: str, days: tuple[date, date] | None = None, options: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    """All rows of a table, or of its days `first..last`, in order; empty when there is no table."""
    try:
        found = DeltaTable(f"{warehouse}/{table.replace('.', '/')}", storage_options=options).to_pyarrow_table()
    except TableNotFoundError:
        return []
    kept = found.to_pylist()
    if days:
        kept = [row for row in kept if days[0] <= row["ds"] <= days[1]]
    return sorted(kept, key=lambda row: str(list(row.values())))


def newest_version(warehouse: Path | str, table: str) -> int:
    """Version of the table's last commit."""
    return DeltaTable(f"{warehouse}/{table.replace('.', '/')}").version()
