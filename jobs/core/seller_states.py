"""core.seller_states: every shop as known on a Sunday.

Grain: ds, seller_id. Reads core.sellers since the last of these Sundays, so a week's run costs a week, whatever
the age of the shops. `changed_ds` is the day of the row in core.sellers that is shown. Shops never disappear:
a closed one keeps its last values.
"""

from datetime import date

from pyspark.sql import DataFrame

from jobs import versions
from jobs.table import Read, Table

TABLE = Table(
    reads={"sellers": Read("core.sellers", keyframes="core.seller_states")},
    every="sunday",
    key=("seller_id",),
    like="core.sellers",
    columns="""
        changed_ds  date not null comment 'day of the newest change'
    """,
)


def transform(sellers: DataFrame, days: list[date]) -> DataFrame:
    return versions.newest_on(sellers, ["seller_id"], days)
