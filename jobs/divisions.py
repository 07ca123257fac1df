"""Names of China's divisions as addresses use them: short forms, names of before, and which counties a prefecture has.

Pure Spark expressions over conf/reference, null in = null out.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cache
from zlib import crc32

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs import reference

# Short names of counties have up to so many characters (察布查尔, 鄂伦春).
STEM_MAX_CHARS = 5
# No text is longer: an address is cut before.
LONGEST = 400
# Spark searches a map from its beginning: names are dealt out to so many, by their hash.
BUCKETS = 64

# What follows a name when it is part of another one: 上海路, 黄石镇, 朝阳区, 南京东路, 大连新村.
# Not so when it is the first character of a county or prefecture: 台州路桥区, 江苏镇江.
_BEGINS = (
    "镇(?:江|海区|平县|雄县|原县|赉县|巴县|安县|宁|远县|康县|坪县|沅)|路(?:桥区|南区|北区)|(?<=台州)路桥|"
    "道(?:里区|外区|孚县|县|真)|市[中南北]区|乡宁县"
)
NOT_ALONE = (
    f"(?:(?={_BEGINS})|"
    "(?!(?:[东西南北中]|[一二三四五六七八九十])?[路街道巷弄里村镇乡区县旗市省州盟]|大[道街]|新[路街村]|口区))"
)
_PEOPLES = (
    "(?:壮|回|满|苗|侗|瑶|畲|彝|藏|羌|白|傣|哈尼|拉祜|佤|纳西|布依|仡佬|水|土家|土|撒拉|东乡|保安|裕固|蒙古|朝鲜|"
    "达斡尔|鄂伦春|鄂温克|锡伯|塔吉克|哈萨克|柯尔克孜|黎|仫佬|毛南|各|傈僳|独龙|怒|普米|布朗|景颇|阿昌|德昂)"
)
# What a short name leaves out.
COUNTY_END = rf"(?<=..)(?:(?:{_PEOPLES}族?)*族?自治[县旗]|[区县市旗])$"
PREFECTURE_END = rf"(?<=..)(?:(?:{_PEOPLES}族?)*自治州|地区|[市盟州])$"


def let(value: Column, body: Callable[[Column], Column]) -> Column:
    """body(value), with value computed once however often the body uses it."""
    return F.get(F.transform(F.array(value), body), F.lit(0))


def resolved(prefecture: Column, county: Column, rest: Column) -> Column:
    """`prefecture|county|rest` of an address as it was read, with the county by the full name that it has now.

    A county that was read stays unless its name is one of before. Without one the rest may begin with a county of the
    prefecture without its suffix: only if no road, town or village goes on from it (荔城大道, 鼓楼街).
    """
    city = F.regexp_replace(prefecture, PREFECTURE_END, "")

    def shortened(counties: Column) -> Column:
        beginnings = [
            F.when(
                F.substring(rest, 1, n).rlike(rf"^[\u4e00-\u9fff]{{{n}}}$") & rest.rlike(f"^.{{{n}}}{NOT_ALONE}"),
                _levels(prefecture, name_of(counties, F.substring(rest, 1, n)), F.substring(rest, n + 1, LONGEST)),
            )
            for n in range(STEM_MAX_CHARS, 1, -1)
        ]
        return F.coalesce(*beginnings)

    return F.coalesce(
        F.concat(looked_up(_former(), county), F.lit("|"), rest),
        F.when((county == "") & (city != ""), let(counties_of(city), shortened)),
        _levels(prefecture, county, rest),
    )


def _levels(prefecture: Column, county: Column, rest: Column) -> Column:
    return F.concat(prefecture, F.lit("|"), county, F.lit("|"), rest)


def counties_of(city: Column) -> Column:
    """What `code_of` and `name_of` look into: the counties of a prefecture by its short name, null without such a one.

    Of a prefecture-level city without counties (东莞) `=` and its code.
    """
    return looked_up(_of_cities(), city)


def code_of(counties: Column, name: Column) -> Column:
    """Code of the county of a full or short name among `counties_of` a prefecture; null when it has none or two."""
    return F.substring(_entry(counties, name), 1, 6)


def name_of(counties: Column, name: Column) -> Column:
    """The county's full name, as `code_of` its code."""
    return F.substring(_entry(counties, name), 7, LONGEST)


def _entry(counties: Column, name: Column) -> Column:
    """What stands after `/name-` in a list: the code and the full name."""
    at = F.instr(counties, F.concat(F.lit("/"), name, F.lit("-")))
    after = F.substring(counties, at + F.length(name) + 2, F.lit(LONGEST))
    return F.when((name != "") & (at > 0), F.substring_index(after, "/", 1))


def only_prefecture(county: Column) -> Column:
    """Short name of the prefecture of the only county with this full name: 清河县 is one, 清河区 another."""
    names = Counter(row["name"] for row in reference.rows("counties"))
    cities = {
        row["name"]: re.sub(PREFECTURE_END, "", row["prefecture"])
        for row in reference.rows("counties")
        if names[row["name"]] == 1 and row["prefecture"]
    }
    return looked_up(cities, county)


def looked_up(values: dict[str, str], key: Column) -> Column:
    """The value of a key, null without one. Constants: Spark makes the maps of their text once."""
    dealt: list[list[str]] = [[] for _ in range(BUCKETS)]
    for name, value in values.items():
        dealt[crc32(name.encode()) % BUCKETS].append(f"{name}:{value}")
    maps = F.array(*[F.str_to_map(F.lit(";".join(pairs)), F.lit(";"), F.lit(":")) for pairs in dealt])
    return F.try_element_at(F.get(maps, (F.crc32(key) % BUCKETS).cast("int")), key)


@cache
def _of_cities() -> dict[str, str]:
    """Prefecture (short) -> its counties as `/name-code and full name` of full and short names, or `=code`."""
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
            listed[city] += [(form, row["code"] + row["name"]) for form in sorted(forms)]
    return {
        city: "".join(f"/{name}-{entry}" for name, entry in unique(pairs).items()) for city, pairs in listed.items()
    } | alone


@cache
def _former() -> dict[str, str]:
    """Name that a county had -> `prefecture|county` now."""
    return {row["name"]: f"{row['prefecture']}|{row['now']}" for row in reference.rows("former_counties")}


def unique(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Names with the one value that they have; those with two are left out."""
    values = Counter(name for name, _ in set(pairs))
    return {name: value for name, value in pairs if values[name] == 1}
