"""Which county an address lies in: 6-digit codes (GB/T 2260) from what it says, by conf/reference/counties.csv.

Pure Spark expressions, null in = null out, never an error whatever the text. In doubt there is no code: an authority
of the wrong county is of no use.
"""

import re
from functools import cache

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs import reference
from jobs.columns import address_levels
from jobs.divisions import COUNTY_END, PREFECTURE_END, code_of, counties_of, let, looked_up, unique


def county_code(address: Column) -> Column:
    """6-digit code of the county of a Chinese address as people write it; null when it does not say which.

    Read as by `address_key`: official or short names, with or without province and prefecture, traditional or full-width,
    written twice, names of before. With a prefecture the county has to be one of it. A name that several counties have
    needs its prefecture. The suffix may be missing after a prefecture (莆田荔城), not alone. Prefecture-level cities without
    counties (东莞) have their own code, whatever follows.
    """
    return let(address_levels(address), _code_of_levels)


def is_county_code(code: Column) -> Column:
    """Whether a text is the code of a county, now or formerly: 02 to 99 after the four digits of a prefecture.

    Six digits may also be a province, a prefecture, a postcode or a town of a carrier's own. Lists of different years
    differ (330183 was a city, and is 330111 now), so the last two digits need not stand in today's.
    """
    codes = sorted(row["code"] for row in reference.rows("counties"))
    of_prefecture = F.substring(code, 1, 4).isin(*sorted({code[:4] for code in codes}))
    is_one = code.isin(*codes) | (of_prefecture & code.rlike(r"^\d{4}(?:0[2-9]|[1-9]\d)$"))
    return F.coalesce(is_one, F.lit(False))


def _code_of_levels(levels: Column) -> Column:
    county, stem = F.get(levels, F.lit(1)), F.regexp_replace(F.get(levels, F.lit(1)), COUNTY_END, "")
    city = F.regexp_replace(F.get(levels, F.lit(0)), PREFECTURE_END, "")

    def inside(counties: Column) -> Column:
        return F.when(counties.startswith("="), F.substring(counties, 2, 6)).when(
            county != "", F.coalesce(code_of(counties, county), code_of(counties, stem))
        )

    alone = F.coalesce(looked_up(_names(), county), looked_up(_names(), stem))
    return F.when(city != "", let(counties_of(city), inside)).when(county != "", alone)


@cache
def _names() -> dict[str, str]:
    """Code by a name, full or short, that only one county has."""
    return unique(
        [(name, row["code"]) for row in reference.rows("counties") for name in (row["name"], re.sub(COUNTY_END, "", row["name"]))]
    )  # fmt: skip
