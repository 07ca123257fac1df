"""Personal values in published tables are hashes that only the key's owner can look up."""

import pytest
from pyspark.sql import functions as F

from jobs.masking import KEY_VARIABLE, masked


@pytest.fixture
def hashes(spark):
    def of(*pairs):
        rows = spark.createDataFrame(pairs, "kind string, value string")
        return [row[0] for row in rows.select(masked(F.col("kind"), F.col("value"))).collect()]

    return of


def test_equal_values_of_a_kind_have_equal_hashes_under_one_key(hashes, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "one secret")
    first, again, other_kind = hashes(
        ("phone", "13912345678"), ("phone", "13912345678"), ("sender_phone", "13912345678")
    )
    assert first == again != other_kind
    assert len(first) == 16
    monkeypatch.setenv(KEY_VARIABLE, "another secret")
    assert hashes(("phone", "13912345678")) != [first]


def test_a_plan_does_not_show_the_secret(spark, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "one secret")
    rows = spark.range(1).select(masked(F.lit("phone"), F.lit("13912345678")).alias("example"))
    assert "one secret" not in rows._jdf.queryExecution().toString()
