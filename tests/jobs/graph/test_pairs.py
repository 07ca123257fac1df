"""Tied pairs are reckoned in Spark for components and in memory for communities: both must tie the same shops, by as much."""

import random

import numpy as np
import pytest
from pyspark.sql import Window
from pyspark.sql import functions as F

from jobs.graph import communities as in_memory
from jobs.graph import pairs
from jobs.graph.traits import BAND, KINDS, of_kind
from jobs.links.edges import by_value
from tests.frames import day
from tests.jobs.graph.shops import Shops
from tests.jobs.links.test_communities_table import TANGLES, tables


def in_spark(spark, weeks):
    """(Sunday, src, dst) -> (weight, families), by links.edges' rule for values and jobs/graph/pairs.py."""
    values = tables(spark, weeks)["values"]
    of_value = Window.partitionBy("ds", "kind", "value").orderBy("seller_id")
    edges = by_value(values.withColumn("place", F.row_number().over(of_value).cast("bigint")))
    rows = pairs.tied_pairs(edges.withColumn("family", of_kind(F.col("via"), "family"))).collect()
    return {(row.ds, row.src, row.dst): (row.weight, row.families) for row in rows}


def by_arrays(weeks):
    """The same by jobs/graph/communities.py."""
    found = {}
    for sunday, components in weeks.items():
        for shops in components:
            part = shops.component()
            tied = in_memory.tied_pairs(part, part.weight)
            for src, dst, weight, families in zip(tied.src, tied.dst, tied.weight, tied.families, strict=True):
                found[sunday, shops.names[src], shops.names[dst]] = (weight, families)
    return found


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    assert [found[key][1] for key in expected] == [families for _, families in expected.values()]
    weights = np.array([found[key][0] for key in expected])
    assert weights == pytest.approx(np.array([weight for weight, _ in expected.values()]), abs=1e-5)


def crowd(seed):
    """So many shops that a value of all is a band, with others of some of them at random; some were replaced."""
    draw = random.Random(seed)
    names = "".join(chr(0x4E00 + 100 * seed + k) for k in range(BAND + 15))
    shops = Shops(names)
    shops.use(names, "payout_account")
    kinds = [kind for kind in KINDS if kind not in ("place", "supplier")]
    for kind in draw.choices(kinds, k=25):
        users = draw.sample(names, draw.randrange(2, BAND + 10))
        shops.use(users, kind, ended=draw.random() < 0.2, honest=draw.choice([0.0, 0.0, 0.3, 2.0]))
    return shops


def test_pairs_of_edges_are_those_of_components_in_memory(spark):
    expected = by_arrays(TANGLES)
    assert len(expected) > 50
    assert_same(in_spark(spark, TANGLES), expected)


def test_a_value_of_more_users_than_the_band_ties_the_same_pairs_in_both(spark):
    sunday = day("03-03")
    weeks = {sunday: [crowd(1), crowd(2)]}
    alone = Shops(weeks[sunday][0].names)
    alone.use(alone.names, "payout_account")
    expected = by_arrays({sunday: [alone]})
    assert len(expected) == BAND * (BAND - 1) // 2 + BAND * (len(alone.names) - BAND)
    assert (sunday, alone.names[0], alone.names[BAND]) in expected
    assert (sunday, alone.names[0], alone.names[BAND + 1]) not in expected
    assert_same(in_spark(spark, weeks), by_arrays(weeks))
