"""The Arrow side of jobs/graph/communities.py: components as rows, spread over tasks, worked on one by one."""

from functools import partial, reduce

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.complaints import market_refunds, shop_refunds
from jobs.graph.communities import WELL_TIED, Pairs, communities
from jobs.graph.evidence import NEVER_ACTIVE, NEVER_OPENED, Component
from jobs.graph.traits import KINDS

# Components are handed to Python in so many lots a Sunday; each is worked on in one piece.
BUCKETS = 16
# Nats of its strongest tie to another member at which a member is as good as two in three certain.
SURE_TIES = 8.0

RESULT = "ds date, seller_id string, community_id string, sellers bigint, tier string, confidence double"
RESULT_SCHEMA = pa.schema(
    [
        ("ds", pa.date32()), ("seller_id", pa.string()), ("community_id", pa.string()), ("sellers", pa.int64()),
        ("tier", pa.string()), ("confidence", pa.float64()),
    ]
)  # fmt: skip


def evidence_of(
    components: DataFrame,
    sellers: DataFrame,
    values: DataFrame,
    edges: DataFrame,
    sold: DataFrame,
    bought: DataFrame,
    apart: DataFrame,
) -> DataFrame:
    """Everything that is known of each component, as rows of one form.

    components: ds, seller_id, component. sellers: evidence.seller_signals. values: links.shared_values. edges:
    links.edges. sold: ds, seller_id, first, last (dates). bought: ds, seller_id (the source), buyer_seller_id, orders, of suspect goods. apart: ds, subject_a,
    subject_b. Result: ds, bucket, component, what (shop, use, tie, purchase, apart), a, b (sellers), kind, value,
    weight, refunds, suspects, honest, is_ended, first, last (days since 1970), orders; what a row does not have is null.
    """
    day = F.lit("1970-01-01").cast("date")
    of_a = components.select("ds", F.col("seller_id").alias("a"), "component")
    of_b = components.select("ds", F.col("seller_id").alias("b"), F.col("component").alias("other"))

    def rows(frame: DataFrame, what: str, a: str, *columns: Column | str) -> DataFrame:
        return frame.select("ds", F.lit(what).alias("what"), F.col(a).alias("a"), *columns).join(
            of_a, ["ds", "a"], how="inner"
        )

    suspects = sellers.where("is_suspect").join(F.broadcast(market_refunds(sellers)), "ds", how="inner")
    refunds = F.round(shop_refunds(), 6).alias("refunds")
    shops = rows(
        suspects.join(sold, ["ds", "seller_id"], how="left"), "shop", "seller_id", F.col("suspicion").alias("weight"), refunds,
        F.datediff("first", day).alias("first"), F.datediff("last", day).alias("last"),
    )  # fmt: skip
    uses = rows(
        values, "use", "seller_id", "kind", F.xxhash64("kind", "value").alias("value"), "weight", "suspects", "honest",
        "is_ended", F.datediff("first_seen", day).alias("first"), F.datediff("last_seen", day).alias("last"),
    )  # fmt: skip
    # A tie that leaves the component was too weak to join it.
    untold = edges.where(F.col("via").isin("place", "supplier"))
    ties = rows(untold, "tie", "src", F.col("dst").alias("b"), F.col("via").alias("kind"), "weight")
    pairs = rows(apart, "apart", "subject_a", F.col("subject_b").alias("b"))
    inside = (
        ties.unionByName(pairs, allowMissingColumns=True)
        .join(of_b, ["ds", "b"], how="inner")
        .where("component = other")
    )
    # Sources in one other component are one source, others are each their own.
    purchases = rows(bought, "purchase", "buyer_seller_id", F.col("seller_id").alias("b"), "orders")
    sources = purchases.join(of_b, ["ds", "b"], how="left").withColumn(
        "value", F.coalesce("other", -F.abs(F.xxhash64("b")))
    )
    parts = (shops, uses, inside.drop("other"), sources.drop("other"))
    together = reduce(partial(DataFrame.unionByName, allowMissingColumns=True), parts)
    return together.withColumn("bucket", F.pmod(F.xxhash64("component"), F.lit(BUCKETS)))


def label_components(rows: pa.Table) -> pa.Table:
    """Rows of `evidence_of` for whole components of one Sunday -> RESULT, communities of two or more."""
    order = [("component", "ascending"), ("what", "ascending"), ("a", "ascending"), ("b", "ascending"),
             ("kind", "ascending"), ("value", "ascending")]  # fmt: skip
    rows = rows.sort_by(order).combine_chunks()
    if not rows.num_rows:
        return RESULT_SCHEMA.empty_table()
    component = rows["component"].to_numpy()
    starts = np.flatnonzero(np.r_[True, component[1:] != component[:-1]])
    ends = np.r_[starts[1:], len(component)]
    return pa.concat_tables(
        [_labelled(rows.slice(begin, end - begin)) for begin, end in zip(starts, ends, strict=True)]
    )


def _labelled(rows: pa.Table) -> pa.Table:
    """One component."""
    part, names = component_of(rows)
    label, pairs = communities(part)
    sellers = np.bincount(label, minlength=part.n)[label]
    tier, confidence = standing(label, pairs)
    kept = np.flatnonzero(sellers >= 2)
    return pa.table(
        [
            pa.array([rows["ds"][0].as_py()] * len(kept), pa.date32()),
            pa.array(names[kept], pa.string()),
            pa.array(names[label[kept]], pa.string()),
            pa.array(sellers[kept], pa.int64()),
            pa.array(np.where(tier[kept], "core", "attached"), pa.string()),
            pa.array(confidence[kept], pa.float64()),
        ],
        schema=RESULT_SCHEMA,
    )


def standing(label: np.ndarray, pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """(is of the core, confidence) of each node, from its ties to others of its community."""
    inside = label[pairs.src] == label[pairs.dst]
    ends = np.r_[pairs.src[inside], pairs.dst[inside]]
    well = (pairs.families >= 2) | (pairs.best >= WELL_TIED)
    core = np.zeros(len(label), bool)
    core[ends[np.r_[well[inside], well[inside]]]] = True
    strongest = np.zeros(len(label))
    np.maximum.at(strongest, ends, np.r_[pairs.weight[inside], pairs.weight[inside]])
    return core, np.round(1 - np.exp(-strongest / SURE_TIES), 6)


def component_of(rows: pa.Table) -> tuple[Component, np.ndarray]:
    """The arrays of one component, and the ids of its nodes in order."""
    what = rows["what"].to_numpy(zero_copy_only=False)
    a, b = (rows[name].to_numpy(zero_copy_only=False) for name in ("a", "b"))
    is_shop, is_use, is_tie, is_purchase, is_apart = (
        what == name for name in ("shop", "use", "tie", "purchase", "apart")
    )
    names = a[is_shop].astype(str)
    kind = rows["kind"].to_numpy(zero_copy_only=False)
    column = {
        name: rows[name].to_numpy(zero_copy_only=False)
        for name in ("value", "weight", "refunds", "suspects", "honest", "is_ended", "first", "last", "orders")
    }
    kinds = list(KINDS)
    part = Component(
        suspicion=column["weight"][is_shop].astype(float),
        refunds=column["refunds"][is_shop].astype(float),
        opened=_days(column["first"][is_shop], NEVER_OPENED),
        active=_days(column["last"][is_shop], NEVER_ACTIVE),
        user=np.searchsorted(names, a[is_use].astype(str)),
        value=column["value"][is_use].astype(np.int64),
        kind=np.array([kinds.index(k) for k in kind[is_use]], np.int64),
        weight=column["weight"][is_use].astype(float),
        suspects=column["suspects"][is_use].astype(float),
        honest=column["honest"][is_use].astype(float),
        ended=column["is_ended"][is_use].astype(bool),
        first=column["first"][is_use].astype(np.int64),
        last=column["last"][is_use].astype(np.int64),
        src=np.searchsorted(names, a[is_tie].astype(str)),
        dst=np.searchsorted(names, b[is_tie].astype(str)),
        tie_kind=np.array([kinds.index(k) for k in kind[is_tie]], np.int64),
        tie_weight=column["weight"][is_tie].astype(float),
        buyer=np.searchsorted(names, a[is_purchase].astype(str)),
        source=_sources(names, b[is_purchase].astype(str), column["value"][is_purchase].astype(np.int64)),
        orders=column["orders"][is_purchase].astype(float),
        apart=np.stack([np.searchsorted(names, side[is_apart].astype(str)) for side in (a, b)], axis=1),
    )
    return part, names


def _days(days: np.ndarray, never: int) -> np.ndarray:
    """Whole days, `never` where there is none."""
    known = ~np.isnan(days.astype(float))
    return np.where(known, np.where(known, days, 0).astype(np.int64), never)


def _sources(names: np.ndarray, sellers: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Sources of purchases as nodes; those outside are numbered behind the nodes, one number for each group."""
    at = np.minimum(np.searchsorted(names, sellers), len(names) - 1)
    _, number = np.unique(group, return_inverse=True)
    return np.where(names[at] == sellers, at, len(names) + number).astype(np.int64)
