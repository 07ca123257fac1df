"""Which county an address lies in: 6-digit codes (GB/T 2260) from what it says, by conf/reference/counties.csv.

Pure Spark expressions, null in = null out, never an error whatever the text. In doubt there is no code: an authority
of the wrong county is of no use.
"""

import re
from collections import Counter, defaultdict
from functools import cache

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs import reference
from jobs.columns import COUNTY_END, NOT_ALONE, PREFECTURE_END, address_levels, let

# Short names of counties have up to so many characters (察布查尔, 鄂伦春).
STEM_MAX_CHARS = 5


def county_code(address: Column) -> Column:
    """6-digit code of the county of a Chinese address as people write it; null when it does not say which.

    Read as by `address_key`: official or short names, with or without province and prefecture, traditional or full-width,
    written twice. With a prefecture the county has to be one of it. A name that several counties have needs its prefecture.
    The suffix may be missing after a prefecture (莆田荔城), not alone. Prefecture-level cities without counties (东莞)
    have their own code, whatever follows.
    """
    return let(address_levels(address), _code_of_levels)


def _code_of_levels(levels: Column) -> Column:
    county, rest = F.get(levels, F.lit(1)), F.get(levels, F.lit(2))
    city = F.regexp_replace(F.get(levels, F.lit(0)), PREFECTURE_END, "")

    def inside(counties: Column) -> Column:
        # Without a suffix it is a county only if no road, town or village goes on from it: 荔城大道, 鼓楼街.
        shortened = [
            F.when(
                F.substring(rest, 1, n).rlike(rf"^[\u4e00-\u9fff]{{{n}}}$") & rest.rlike(f"^.{{{n}}}{NOT_ALONE}"),
                _listed(counties, F.substring(rest, 1, n)),
            )
            for n in range(STEM_MAX_CHARS, 1, -1)
        ]
        return F.when(counties.startswith("="), F.substring(counties, 2, 6)).otherwise(
            F.when(county != "", F.coalesce(_listed(counties, county), _listed(counties, _stem(county)))).otherwise(
                F.coalesce(*shortened)
            )
        )

    alone = F.coalesce(F.try_element_at(_map(_names()), county), F.try_element_at(_map(_names()), _stem(county)))
    return F.when(city != "", let(F.try_element_at(_map(_of_cities()), city), inside)).when(county != "", alone)


def _stem(county: Column) -> Column:
    return F.regexp_replace(county, COUNTY_END, "")


def _listed(counties: Column, name: Column) -> Column:
    """The code after `/name-` in the list of a prefecture's counties."""
    at = F.instr(counties, F.concat(F.lit("/"), name, F.lit("-")))
    return F.when((name != "") & (at > 0), F.substring(counties, at + F.length(name) + 2, 6))


def _map(pairs: dict[str, str]) -> Column:
    """A constant: Spark makes one map of the text, once."""
    return F.str_to_map(F.lit(";".join(f"{key}:{value}" for key, value in pairs.items())), F.lit(";"), F.lit(":"))


@cache
def _of_cities() -> dict[str, str]:
    """Prefecture (short) -> its counties as `/name-code` of full and short names, or `=code` when it has none."""
    listed: dict[str, list[tuple[str, str]]] = defaultdict(list)
    alone = {}
    for row in reference.rows("counties"):
        city = re.sub(PREFECTURE_END, "", row["prefecture"])
        if row["name"] == row["prefecture"]:
            alone[city] = f"={row['code']}"
        # 仙桃 and its like are under the province; who names a prefecture with them is not to be relied on.
        elif city:
            # 浦东 is short for 浦东新区.
            forms = {row["name"], re.sub(COUNTY_END, "", row["name"]), re.sub("(?<=..)新区$", "", row["name"])}
            listed[city] += [(form, row["code"]) for form in sorted(forms)]
    return {
        city: "".join(f"/{name}-{code}" for name, code in _unique(pairs).items()) for city, pairs in listed.items()
    } | alone


@cache
def _names() -> dict[str, str]:
    """Code by a name, full or short, that only one county has."""
    return _unique(
        [(name, row["code"]) for row in reference.rows("counties") for name in (row["name"], re.sub(COUNTY_END, "", row["name"]))]
    )  # fmt: skip


def _unique(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Names with the one code that they have; those with two are left out."""
    codes = Counter(name for name, _ in set(pairs))
    return {name: code for name, code in pairs if codes[name] == 1}
