"""links.communities: shops that are probably one operation, as known on a Sunday.

Grain: ds, seller_id; shops in a community of two or more. Reads of the same Sunday: links.components,
links.shared_values, links.edges, core.sales, evidence.listing_signals, evidence.seller_signals; and all of staging.outcomes until then: shops of
which a person said that they do not belong together are parted as long as that stands.
Each component is worked on as a whole, in memory, by jobs/graph/communities.py; components are spread over tasks.
`community_id` names it for this Sunday only: rackets.members gives names that last.
"""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.graph.community_batches import RESULT, evidence_of, label_components
from jobs.graph.sales import selling_days
from jobs.graph.suspects import among_suspects
from jobs.outcomes import standing
from jobs.table import Read, Table

TABLE = Table(
    reads={
        "components": Read("links.components"),
        "values": Read("links.shared_values"),
        "edges": Read("links.edges"),
        "sales": Read("core.sales"),
        "listings": Read("evidence.listing_signals"),
        "sellers": Read("evidence.seller_signals"),
        "outcomes": Read("staging.outcomes", days=3650),
    },
    every="sunday",
    key=("seller_id",),
    columns="""
        seller_id     string not null comment 'shop account'
        community_id  string not null comment 'smallest seller_id of the community'
        sellers       bigint not null comment 'size of the community'
        tier          string not null comment 'core: tied by two families or by one strong value; attached'
        confidence    double not null comment '0 to 1, from the ties to other members'
    """,
)


def transform(
    components: DataFrame,
    values: DataFrame,
    edges: DataFrame,
    sales: DataFrame,
    listings: DataFrame,
    sellers: DataFrame,
    outcomes: DataFrame,
    days: list[date],
) -> DataFrame:
    apart = (
        standing(outcomes, days)
        .where("event = 'cannot_link' AND subject_a <> subject_b")
        .select("ds", "subject_a", "subject_b")
    )
    evidence = evidence_of(
        components, sellers, values, edges, selling_days(sales), purchases(sales, listings, sellers), apart
    )
    return evidence.groupBy("ds", "bucket").applyInArrow(label_components, RESULT)


def purchases(sales: DataFrame, listings: DataFrame, sellers: DataFrame) -> DataFrame:
    """(ds, seller_id, buyer_seller_id, orders): suspect goods that suspects bought from other suspects."""
    return (
        among_suspects(sales, listings, sellers)
        .groupBy("ds", "seller_id", "buyer_seller_id")
        .agg(F.sum("orders").alias("orders"))
    )
