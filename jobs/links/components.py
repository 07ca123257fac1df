"""links.components: groups of shops that hold together by strong ties, as known on a Sunday.

Grain: ds, seller_id; only shops that are tied to another. Reads links.edges of the same Sunday. The ties of a pair
are the sum of its families' best; pairs above THRESHOLD are joined. A component above MAX_SELLERS is glued by
something: it is cut at higher thresholds until it fits, and `threshold` says at which.
"""

from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.graph.components import label_batches
from jobs.table import Read, Table

# One strong family, or two weaker ones.
THRESHOLD, STEP = 4.0, 0.5
# The largest known rackets ran some dozens of shops; hundreds are several operations with something in common.
MAX_SELLERS = 150

TABLE = Table(
    reads={"edges": Read("links.edges")},
    every="sunday",
    key=("seller_id",),
    columns="""
        seller_id     string not null comment 'shop account'
        component_id  string not null comment 'smallest seller_id of the component'
        sellers       bigint not null comment 'size of the component'
        threshold     double not null comment 'nats that a tie needed to hold'
    """,
)


def transform(edges: DataFrame) -> DataFrame:
    families = edges.groupBy("ds", "src", "dst", "family").agg(F.max("weight").alias("weight"))
    # Decimals add up to the same sum in any order.
    total = F.sum(F.col("weight").cast("decimal(18,9)")).cast("double")
    pairs = families.groupBy("ds", "src", "dst").agg(total.alias("weight")).where(F.col("weight") >= THRESHOLD)
    work = partial(label_batches, threshold=THRESHOLD, step=STEP, max_size=MAX_SELLERS)
    labelled = pairs.repartition(1).mapInArrow(work, "ds date, seller_id string, component_id string, threshold double")
    sizes = labelled.groupBy("ds", "component_id").agg(F.count("*").alias("sellers"))
    return labelled.join(sizes, ["ds", "component_id"], how="inner").select(
        "ds", "seller_id", "component_id", "sellers", "threshold"
    )
