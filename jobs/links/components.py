"""links.components: shops that hang together by ties, however long the chain, as known on a Sunday.

Grain: ds, seller_id; only shops that are tied to another. Reads links.edges of the same Sunday and all numbers
given until then (links.nodes). A component is not yet an operation: links.communities looks inside.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.graph.components import label_batches
from jobs.graph.pairs import tied_pairs
from jobs.table import Read, Table

TABLE = Table(
    reads={"edges": Read("links.edges"), "nodes": Read("links.nodes", days=3650)},
    every="sunday",
    key=("seller_id",),
    columns="""
        seller_id  string not null comment 'shop account'
        component  bigint not null comment 'smallest number of the component''s shops (links.nodes)'
        sellers    bigint not null comment 'size of the component'
    """,
)


def transform(edges: DataFrame, nodes: DataFrame) -> DataFrame:
    number = nodes.select("seller_id", "node")
    pairs = tied_pairs(edges)
    labelled = pairs.repartition(1).mapInArrow(
        lambda b: label_batches(b, 0.0, 1.0, 10**9), "ds date, seller_id string, component_id string, threshold double"
    )
    named = labelled.join(
        number.select(F.col("seller_id").alias("component_id"), F.col("node").alias("component")), "component_id"
    )
    sizes = named.groupBy("ds", "component").agg(F.count("*").alias("sellers"))
    return named.join(sizes, ["ds", "component"], how="inner").select("ds", "seller_id", "component", "sellers")
