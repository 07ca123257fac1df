"""links.components: shops that hang together by ties, however long the chain, as known on a Sunday.

Grain: ds, seller_id; only shops that are tied to another. Reads links.edges of this Sunday and of the one before, its
own last Sunday, and all numbers given until then (links.nodes). What did not change since is not computed again;
then all of it is checked by other means than those that found it, and nothing is published that does not hold.
A component is not yet an operation: links.communities looks inside.
"""

import logging
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.graph.components import connected_components, update_components
from jobs.graph.errors import GraphError
from jobs.graph.pairs import tied_pairs
from jobs.graph.verify import verify
from jobs.table import SUNDAY, Read, Table

# links.communities holds a component in the memory of one task. Real ones are far smaller: shops are linked by what
# hardly anybody else uses, and one that grows beyond this is glued by a value that should have been a hub.
MAX_SELLERS = 100_000
WEEK = 7

TABLE = Table(
    reads={
        "edges": Read("links.edges", days=1 + WEEK),
        "nodes": Read("links.nodes", days=3650),
        "before": Read("links.components", days=WEEK, past=True),
    },
    every="sunday",
    key=("seller_id",),
    columns="""
        seller_id       string not null comment 'shop account'
        component       bigint not null comment 'smallest number of the component''s shops (links.nodes)'
        sellers         bigint not null comment 'size of the component'
        sellers_before  bigint comment 'size, last Sunday, of the component that the shop was in; null = in none'
    """,
)


def transform(edges: DataFrame, nodes: DataFrame, before: DataFrame, days: list[date]) -> DataFrame:
    number = nodes.select("seller_id", "node")
    # Snapshots between Sundays are nobody's last Sunday.
    before = before.where(F.weekday("ds") == SUNDAY)
    known = before.join(number, "seller_id", how="inner").select("node", "component")
    pairs = numbered(tied_pairs(edges), number).persist()
    now = pairs.where(F.col("ds") == F.lit(days[-1])).select("src", "dst")
    # Ties of last Sunday count as known if its components are.
    then = pairs.join(before.select("ds").distinct(), "ds", how="left_semi").select("src", "dst")
    added, removed = (a.join(b, ["src", "dst"], how="left_anti") for a, b in ((now, then), (then, now)))
    today = edges.where(F.col("ds") == F.lit(days[-1]))
    try:
        labels = update_components(known, added, removed, now).persist()
        try:
            facts = verify(labels, now)
        except GraphError as error:
            logging.getLogger("jobs").warning("components are found anew, not from last Sunday's: %s", error)
            # Last Sunday's components may be of other edges than are there now: then nothing is known.
            labels.unpersist()
            labels = connected_components(now).persist()
            facts = verify(labels, now)
        if facts.largest > MAX_SELLERS:
            glued = too_large(facts.largest, labels, today, number)
            labels.unpersist()
            raise glued
    finally:
        pairs.unpersist()
    sizes = labels.groupBy("component").agg(F.count("*").alias("sellers"))
    former = before.select("seller_id", F.col("sellers").alias("sellers_before"))
    return (
        labels.join(sizes, "component", how="inner")
        .join(number, "node", how="inner")
        .join(former, "seller_id", how="left")
        .select(F.lit(days[-1]).alias("ds"), "seller_id", "component", "sellers", "sellers_before")
    )


def numbered(pairs: DataFrame, number: DataFrame) -> DataFrame:
    """(ds, src, dst) of shops as (ds, src, dst) of their numbers."""
    src, dst = number.toDF("src", "src_node"), number.toDF("dst", "dst_node")
    return (
        pairs.join(src, "src", how="inner")
        .join(dst, "dst", how="inner")
        .select("ds", F.col("src_node").alias("src"), F.col("dst_node").alias("dst"))
    )


def too_large(sellers: int, labels: DataFrame, edges: DataFrame, number: DataFrame) -> GraphError:
    """Says which values glue the largest component, of so many sellers."""
    largest = labels.groupBy("component").count().orderBy(F.desc("count"), "component").limit(1)
    inside = labels.join(largest, "component", how="left_semi").join(number, "node", how="inner")
    glue = (
        edges.join(inside.select(F.col("seller_id").alias("src")), "src", how="left_semi")
        .groupBy("via", "example")
        .count()
        .orderBy(F.desc("count"), "via", "example")
        .limit(5)
        .collect()
    )
    named = ", ".join(f"{row['via']} {row['example']} ({row['count']} ties)" for row in glue)
    return GraphError(
        f"a component of {sellers:,} shops is larger than {MAX_SELLERS:,}: it is glued by {named}; "
        "see links.shared_values for who uses them, and make them weigh less in jobs/graph/traits.py"
    )
