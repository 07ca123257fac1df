"""When things were sold, from the totals of core.sales: a row knows its first and its last payment, and nothing between."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def selling_days(sales: DataFrame) -> DataFrame:
    """(ds, seller_id, first, last): between which days of payment a shop sold, by `ds` whatever a clock says."""
    day = {"first": F.min("first_paid_at"), "last": F.max("last_paid_at")}
    sold = sales.where("orders > 0").groupBy("ds", "seller_id")
    return sold.agg(*[F.least(F.to_date(at), F.col("ds")).alias(name) for name, at in day.items()])


def share_between(first: Column, last: Column, begin: Column, end: Column) -> Column:
    """The part of the days from first to last that lies from begin to end, all counted; orders are taken as spread evenly.

    A begin or end that is null is no limit.
    """
    inside = F.datediff(F.least(last, end), F.greatest(first, begin)) + 1
    return F.greatest(inside, F.lit(0)) / (F.datediff(last, first) + 1)
