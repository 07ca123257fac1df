"""From which turnover dealing in counterfeits is a crime: conf/reference/thresholds.csv as columns."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs import reference

# What counts before the first and after the last row, so that every lead has a threshold.
USUAL_CNY = 50_000


def threshold(day: Column, is_maker: Column, brands: Column, county: Column) -> Column:
    """struct<turnover_cny decimal(18,2), source string>: what holds on a day for who makes, or only sells, fakes.

    brands: how many marks are counterfeited. county: 6-digit code, may be null. A province's own row comes before those
    that hold everywhere, then the one for more brands. `source` is null where no row holds.
    """

    def amount(cny: int | str, source: str | None) -> Column:
        return F.struct(
            F.lit(int(cny)).cast("decimal(18,2)").alias("turnover_cny"), F.lit(source).cast("string").alias("source")
        )

    by_need = sorted(reference.rows("thresholds"), key=lambda row: (row["province"] == "*", -int(row["brands_from"])))
    chosen = amount(USUAL_CNY, None)
    for row in reversed(by_need):
        holds = (
            (day >= F.lit(row["valid_from"]).cast("date"))
            & (day < F.lit(row["valid_to"]).cast("date"))
            & (is_maker == F.lit(row["offence"] == "counterfeiting"))
            & (brands >= int(row["brands_from"]))
        )
        if row["province"] != "*":
            holds &= F.coalesce(county.startswith(row["province"]), F.lit(False))
        chosen = F.when(holds, amount(row["turnover_cny"], row["source"])).otherwise(chosen)
    return chosen
