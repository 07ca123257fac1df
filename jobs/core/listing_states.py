"""core.listing_states: every listing as known on a Sunday.

Grain: ds, listing_id. Reads core.listings since the last of these Sundays, so a week's run costs a week, whatever
the age of the listings. `changed_ds` is the day of the row in core.listings that is shown.
"""

from datetime import date

from pyspark.sql import DataFrame

from jobs import versions
from jobs.table import Read, Table

TABLE = Table(
    reads={"listings": Read("core.listings", keyframes="core.listing_states")},
    every="sunday",
    key=("listing_id",),
    like="core.listings",
    columns="""
        changed_ds  date not null comment 'day of the newest change'
    """,
)


def transform(listings: DataFrame, days: list[date]) -> DataFrame:
    return versions.newest_on(listings, ["listing_id"], days)
