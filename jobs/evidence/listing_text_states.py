"""evidence.listing_text_states: what the texts of every listing say, as known on a Sunday.

Grain: ds, listing_id. Reads evidence.listing_text since the last of these Sundays, so a text is read once, when it
changes. `changed_ds` is the day of the row in evidence.listing_text that is shown.
"""

from datetime import date

from pyspark.sql import DataFrame

from jobs import versions
from jobs.table import Read, Table

TABLE = Table(
    reads={"texts": Read("evidence.listing_text", keyframes="evidence.listing_text_states")},
    every="sunday",
    key=("listing_id",),
    like="evidence.listing_text",
    columns="""
        changed_ds  date not null comment 'day of the newest change'
    """,
)


def transform(texts: DataFrame, days: list[date]) -> DataFrame:
    return versions.newest_on(texts, ["listing_id"], days)
