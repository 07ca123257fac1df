"""From which turnover dealing in counterfeits is a crime: by day, offence, number of marks, province."""

from datetime import date

import pytest
from pyspark.sql import functions as F

from jobs import reference
from jobs.thresholds import USUAL_CNY, threshold


@pytest.fixture
def threshold_of(spark):
    """Threshold and source of a lead."""

    def found(day, is_maker, brands, county=None):
        law = threshold(F.lit(day), F.lit(is_maker), F.lit(brands), F.lit(county).cast("string"))
        row = spark.range(1).select(law.alias("law")).first()
        return int(row.law.turnover_cny), row.law.source

    return found


@pytest.mark.parametrize(
    ("day", "is_maker", "brands", "cny", "source"),
    [
        (date(2024, 6, 30), True, 1, 50_000, "法释〔2004〕19号, art. 1 (1)"),
        (date(2024, 6, 30), True, 2, 30_000, "法释〔2004〕19号, art. 1 (2)"),
        (date(2024, 6, 30), True, 7, 30_000, "法释〔2004〕19号, art. 1 (2)"),
        (date(2024, 6, 30), False, 7, 50_000, "法释〔2004〕19号, art. 2"),
        (date(2025, 4, 25), True, 1, 50_000, "法释〔2004〕19号"),
        (date(2025, 4, 26), True, 1, 50_000, "法释〔2025〕5号"),
    ],
)
def test_the_law_of_the_day(threshold_of, day, is_maker, brands, cny, source):
    found, stated = threshold_of(day, is_maker, brands)
    assert found == cny
    assert stated.startswith(source)


@pytest.mark.parametrize(("day", "brands"), [(date(1999, 1, 1), 2), (date(2024, 6, 30), 0)])
def test_where_no_law_is_stated_the_usual_threshold_counts_without_a_source(threshold_of, day, brands):
    assert threshold_of(day, True, brands) == (USUAL_CNY, None)


def test_a_province_of_its_own_comes_first(threshold_of, monkeypatch):
    rows = [
        {"offence": "selling", "province": province, "brands_from": brands, "turnover_cny": cny, "valid_from": "2004-12-22",
         "valid_to": "9999-12-31", "source": province}
        for province, brands, cny in (("*", "1", "50000"), ("35", "1", "60000"), ("*", "2", "30000"))
    ]  # fmt: skip
    monkeypatch.setattr(reference, "rows", lambda name: tuple(rows))
    assert threshold_of(date(2024, 1, 1), False, 2, "350304") == (60_000, "35")
    assert threshold_of(date(2024, 1, 1), False, 2, "330304") == (30_000, "*")
    assert threshold_of(date(2024, 1, 1), False, 1, None) == (50_000, "*")


def test_every_row_of_the_reference_has_a_source_and_no_two_hold_at_once():
    rows = reference.rows("thresholds")
    assert all(row["source"] and row["valid_from"] < row["valid_to"] for row in rows)
    for row in rows:
        same = [o for o in rows if all(o[k] == row[k] for k in ("offence", "province", "brands_from"))]
        assert sum(o["valid_from"] < row["valid_to"] and row["valid_from"] < o["valid_to"] for o in same) == 1
