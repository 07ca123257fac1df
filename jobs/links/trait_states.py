"""links.trait_states: all values ever seen at a shop, as known on a Sunday.

Grain: ds, seller_id, kind, value. Reads links.traits since the last of these Sundays and adds to what was known
then, so a week's run costs a week. Values that a shop no longer uses stay, with the day they were last seen.
"""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.table import Read, Table
from jobs.versions import totals_on

TABLE = Table(
    reads={"traits": Read("links.traits", keyframes="links.trait_states")},
    every="sunday",
    key=("seller_id", "kind", "value"),
    like="links.traits",
    columns="""
        first_seen  date not null comment 'first day on which it was seen'
        last_seen   date not null comment 'last day on which it was seen'
    """,
)

KEY = ("seller_id", "kind", "value")


def transform(traits: DataFrame, days: list[date]) -> DataFrame:
    first, last = ("first_seen", "last_seen") if "first_seen" in traits.columns else ("ds", "ds")
    seen = traits.select(
        "ds", *KEY, "times",
        F.coalesce(F.col(first), F.col("ds")).alias("first_seen"),
        F.coalesce(F.col(last), F.col("ds")).alias("last_seen"),
    )  # fmt: skip
    return totals_on(seen, days, _add_up)


def _add_up(rows: DataFrame, day: str) -> DataFrame:
    return rows.groupBy(day, *KEY).agg(
        F.sum("times").alias("times"), F.min("first_seen").alias("first_seen"), F.max("last_seen").alias("last_seen")
    )
