"""A simulated marketplace through all tables: ranges, repeats, corrections."""

import pytest

from jobs import catalog, provenance
from jobs.table import DAY
from tests.warehouse import rows
from tests.worlds import DAILY, FIRST, LAST, SUNDAY, WEEKLY, Warehouse

pytestmark = pytest.mark.slow


def assert_same(one: Warehouse, other: Warehouse, tables: list[str]) -> None:
    for table in tables:
        assert rows(one.path, table, (FIRST, LAST)) == rows(other.path, table, (FIRST, LAST)), table


def test_every_table_has_rows(whole):
    assert [table for table in [*DAILY, *WEEKLY, "staging.rejects"] if not rows(whole.path, table)] == []


def test_running_twice_changes_nothing(whole, world):
    before = whole.versions()
    whole.compute(world / "corrected", DAILY, FIRST, LAST)
    assert whole.versions() == before


def test_a_forced_run_computes_the_same_rows(whole, world):
    tables = ["core.trades", "links.edges", "links.components", "rackets.members", "rackets.leads"]
    kept = {table: rows(whole.path, table) for table in tables}
    whole.compute(world / "corrected", tables, SUNDAY, SUNDAY, force=True)
    for table, was in kept.items():
        assert rows(whole.path, table) == was, table


def test_ranges_and_later_corrections_are_as_all_at_once(spark, whole, world, tmp_path):
    """A range, a Sunday by itself and a range after it, of first deliveries; then what was delivered again."""
    live = Warehouse(spark, tmp_path)
    for first, last in ((FIRST, SUNDAY - DAY), (SUNDAY, SUNDAY), (SUNDAY + DAY, LAST)):
        live.compute(world / "landing", DAILY, first, last)
    assert [table for table in DAILY if rows(live.path, table) != rows(whole.path, table)] != []
    live.compute(world / "corrected", DAILY, FIRST, LAST)
    assert_same(whole, live, [*DAILY, "staging.rejects"])
    live.compute(world / "corrected", WEEKLY, FIRST, LAST)
    assert_same(whole, live, WEEKLY)


def test_a_run_with_nothing_to_do_ends_well_every_time(whole, world):
    """Python below 3.11.8 must not parse in two threads: code versions are found before tables run side by side."""
    before = whole.versions()
    for _ in range(20):
        catalog.catalog.cache_clear()
        provenance._imports.cache_clear()
        whole.compute(world / "corrected", [*DAILY, *WEEKLY], FIRST, LAST, tables_at_once=8)
    assert whole.versions() == before
