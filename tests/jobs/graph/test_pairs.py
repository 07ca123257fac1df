"""Tied pairs are reckoned in Spark for components and in memory for communities: both must tie the same shops, by as much."""

import numpy as np
import pytest
from pyspark.sql import Window
from pyspark.sql import functions as F

from jobs.graph import communities as in_memory
from jobs.graph import pairs
from jobs.graph.traits import of_kind
from jobs.links.edges import by_value
from tests.jobs.links.test_communities_table import TANGLES, tables


def test_pairs_of_edges_are_those_of_components_in_memory(spark):
    values = tables(spark, TANGLES)["values"]
    of_value = Window.partitionBy("ds", "kind", "value").orderBy("seller_id")
    edges = by_value(values.withColumn("place", F.row_number().over(of_value).cast("bigint")))
    rows = pairs.tied_pairs(edges.withColumn("family", of_kind(F.col("via"), "family"))).collect()
    in_spark = {(row.ds, row.src, row.dst): (row.weight, row.families) for row in rows}
    expected = {}
    for sunday, tangles in TANGLES.items():
        for shops in tangles:
            part = shops.component()
            found = in_memory.tied_pairs(part, part.weight)
            for src, dst, weight, families in zip(found.src, found.dst, found.weight, found.families, strict=True):
                expected[sunday, shops.names[src], shops.names[dst]] = (weight, families)
    assert len(expected) > 50
    assert in_spark.keys() == expected.keys()
    assert [in_spark[key][1] for key in expected] == [families for _, families in expected.values()]
    weights = np.array([in_spark[key][0] for key in expected])
    assert weights == pytest.approx(np.array([weight for weight, _ in expected.values()]), abs=1e-5)
