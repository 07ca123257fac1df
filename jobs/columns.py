"""Column rules: how raw text of sellers and carriers becomes keys that can be compared.

Pure Spark expressions (no Python functions on executors), null in = null out, never an error whatever the text.
A key is null where the text says nothing that could tie two shops: blanks, placeholders, broken values.
Two spellings of one thing should have one key; two things must not. In doubt the key is null.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs import divisions, reference
from jobs.divisions import COUNTY_END, NOT_ALONE, PREFECTURE_END, let

# Longer values of short fields are no phones, handles or licences, whatever they contain.
FIELD_MAX_CHARS = 200
# An address stands at the beginning of what was written.
ADDRESS_MAX_CHARS = 200
# Characters that are not seen: formatting and direction marks, combining marks, fillers that look like nothing.
INVISIBLE = r"[\p{Cf}\p{Mn}\p{Me}\u115F\u1160\u3164\uFFA0\u2800]+"
BLANKS = r"[\s\p{Z}\p{Cc}]+"


# --- text ---------------------------------------------------------------------------------------


def clean_text(text: Column) -> Column:
    """Text for comparing and searching: lower case, one spelling of each character, single blanks.

    Of Unicode's NFKC (UAX #15) it does what maps one character to one: full-width and half-width, letters in
    circles, mathematical alphabets, compatibility ideographs. Accents and other combining marks are taken off;
    zero-width, direction and filler characters are removed; any run of blanks or control characters is one blank.
    Not done: characters that NFKC writes as several (㎏, ﬁ), traditional characters (see `simplified`), look-alikes.
    """
    visible = F.regexp_replace(F.lower(_one_spelling(text)), INVISIBLE, "")
    return F.trim(F.regexp_replace(visible, BLANKS, " "))


def simplified(text: Column) -> Column:
    """Traditional Chinese characters as simplified ones, character by character (conf/reference/traditional.csv)."""
    return F.translate(text, *reference.simplified_table())


def _one_spelling(text: Column) -> Column:
    return F.translate(text, *spelling_table())


@cache
def spelling_table() -> tuple[str, str]:
    """Characters whose compatibility form without combining marks is one other character, and that form."""
    pairs = []
    for code in range(0x80, 0x30000):
        char = chr(code)
        form = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
        if len(form) == 1 and form != char:
            pairs.append((char, form))
    return "".join(char for char, _ in pairs), "".join(form for _, form in pairs)


def _compact(text: Column) -> Column:
    """Short field without blanks, cleaned; null when it is too long to be one, or empty."""
    short = F.when(F.length(text) <= FIELD_MAX_CHARS, text)
    return F.nullif(F.regexp_replace(clean_text(short), " ", ""), F.lit(""))


def _same_throughout(text: Column) -> Column:
    return text.rlike(r"^(.)\1*$")


# --- phones -------------------------------------------------------------------------------------

_MOBILE = r"1[3-9]\d{9}"
# Numbering plan: two-digit area codes 10 and 2x have eight-digit numbers, three-digit ones seven or eight.
_LANDLINE = r"(?:(?:10|2\d)\d{8}|[3-9]\d{2}[2-8]\d{6,7})"
_EXTENSION = r"(?:转|分机|ext\.?|#)"
_COUNTED = "01234567890123456789|98765432109876543210"


def phone_key(phone: Column) -> Column:
    """One spelling of a phone number: digits, `13912345600`, `05941234567` (area code with its 0), `+85212345678`.

    Any separators, full-width digits, +86, 0086, 86 and a landline's extension are taken off; of several numbers the
    first counts. Null for masked numbers (138****0000), mobile numbers with an extension (platforms lend these to one
    stranger after the other), fewer than 7 or more than 15 digits, public service numbers, and placeholders by list
    and by form: one digit repeated, counting up or down, eight equal digits after the prefix.
    """
    return let(_compact(phone), lambda text: let(_first_number(text), _phone_of_digits))


def _first_number(text: Column) -> Column:
    """Digits and leading + of the first part of the text that can be a phone number; null when masked."""
    alone = F.regexp_replace(text, rf"(?<=\d){_EXTENSION}.*$", "")
    alone = F.regexp_replace(alone, r"^\(?(0\d{2,3})\)?-?(\d{7,8})-\d{1,6}$", "$1$2")
    parts = F.transform(F.split(alone, r"[/,;、|或]"), lambda part: F.regexp_replace(part, r"[^0-9+]", ""))
    unusable = rf"\d[*x●•]{{2,}}|1[3-9]\d-?\d{{4}}-?\d{{4}}(?:{_EXTENSION}|-)\d"
    return F.when(~text.rlike(unusable), F.get(F.filter(parts, lambda part: F.length(part) >= 7), F.lit(0)))


def _phone_of_digits(digits: Column) -> Column:
    foreign = digits.rlike(r"^(?:\++(?:00)?|00)(?!0*86)[1-9]\d{6,14}$") & ~digits.rlike(rf"^00{_MOBILE}$")
    national = F.regexp_replace(digits, r"[^0-9]", "")
    national = F.regexp_replace(national, "^0+", "")
    national = F.regexp_replace(national, rf"^86(?=0?(?:{_MOBILE}|{_LANDLINE}|[48]00\d{{7}})$)0?", "")
    national = F.regexp_replace(national, rf"^(?![48]00)(?={_LANDLINE}$)", "0")
    key = F.when(foreign, F.regexp_replace(digits, r"^\+*(?:00)?", "+")).otherwise(national)
    return let(key, lambda number: F.when(_is_phone(number), number))


def _is_phone(number: Column) -> Column:
    digits = F.ltrim(number, F.lit("+0"))
    tail = F.when(F.length(digits) > 10, F.substring(digits, 4, 20)).otherwise(digits)
    listed = reference.placeholders("phone") + reference.service_phones()
    return (
        F.length(digits).between(7, 15)
        & ~number.rlike(r"^\+?0*(\d)\1+$")
        & ~number.rlike(r"^(?:1\d{2}|0\d{2,3})(\d)\1{6,7}$")
        & ~F.lit(_COUNTED).contains(digits)
        & ~F.lit(_COUNTED).contains(tail)
        & ~number.isin(*listed)
    )


# --- handles, tokens, networks ------------------------------------------------------------------

_HANDLE_KINDS = {
    "wechat": "wechat|wx|vx|v|v信|微信|微信号|微|薇信|威信|weixin|wechatid|加v|加微|加微信",
    "qq": "qq|q|qq号|扣扣|企鹅|tencentqq",
    "email": "email|e-mail|mail|邮箱|电子邮箱|电子邮件",
}
_EMAIL = r"[^@\s:]{1,64}@[^@\s:]+\.[a-z]{2,24}"


def handle_key(handle: Column) -> Column:
    """`wechat:…`, `qq:…` or `email:…` in one spelling: lower case, no blanks, the kind by its usual name.

    An address of digits at qq.com is that QQ number. Other kinds stay as they are written. Null without a kind
    (except for an e-mail address or a `wxid_`), for values that cannot be of the kind, and for placeholders.
    """
    return let(F.regexp_replace(_compact(handle), "[=：]", ":"), _handle_of_text)


def _handle_of_text(text: Column) -> Column:
    kind = F.regexp_extract(text, r"^([^:@]{1,20}):", 1)
    value = F.regexp_replace(F.regexp_replace(text, r"^[^:@]{1,20}:+", ""), r"^[@+:]+(?=[^@]*$)", "")
    for name, aliases in _HANDLE_KINDS.items():
        kind = F.when(kind.isin(*aliases.split("|")), name).otherwise(kind)
    kind = F.when(kind != "", kind).when(text.rlike(f"^{_EMAIL}$"), "email").when(text.startswith("wxid_"), "wechat")
    kind = F.when(value.rlike(r"^\d{5,11}@qq\.com$"), "qq").otherwise(kind)
    value = F.regexp_replace(value, r"^(\d{5,11})@qq\.com$", "$1")
    return let(F.struct(kind.alias("kind"), value.alias("value")), _handle_of_parts)


def _handle_of_parts(parts: Column) -> Column:
    kind, value = parts["kind"], parts["value"]
    fits = (
        F.when(kind == "wechat", value.rlike(r"^[a-z0-9_\-]{4,30}$"))
        .when(kind == "qq", value.rlike(r"^[1-9]\d{4,11}$"))
        .when(kind == "email", value.rlike(f"^{_EMAIL}$"))
        .otherwise(F.length(value).between(4, 64))
    )
    account = F.regexp_replace(value, "@.*$", "")
    empty = (
        _same_throughout(account)
        | account.isin(*reference.placeholders("handle"))
        | (account.rlike(r"^\d+$") & F.lit(_COUNTED).contains(account))
    )
    return F.when(kind.isNotNull() & fits & ~empty, F.concat(kind, F.lit(":"), value))


def keys_of(values: Column, key: Callable[[Column], Column]) -> Column:
    """The distinct keys of a list of values, sorted; without values that have none."""
    return F.array_sort(F.array_distinct(F.array_compact(F.transform(values, key))))


def token_key(token: Column) -> Column:
    """A salted token without blanks around it, its case kept; null when shorter than 4 or a placeholder."""
    visible = F.trim(F.regexp_replace(F.regexp_replace(token, INVISIBLE, ""), BLANKS, " "))
    return let(
        F.when(F.length(token) <= FIELD_MAX_CHARS, visible),
        lambda value: F.when(
            (F.length(F.regexp_replace(value, "[-:]", "")) >= 4)
            & ~_same_throughout(F.regexp_replace(value, "[-:]", ""))
            & ~F.lower(value).isin(*reference.placeholders("token")),
            value,
        ),
    )


_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"


def ip_prefix_key(prefix: Column) -> Column:
    """An IPv4 network of 8, 16 or 24 bits with the rest zero, e.g. `203.0.113.0/24`; a bare address is of 24.

    IPv6 networks are kept in lower case. Null for what is no network, for networks that are on every machine
    (0, 127, 169.254, 224 and up) and for the defaults of home routers.
    """
    return let(_compact(prefix), lambda text: let(_network(text), _public_network))


def _network(text: Column) -> Column:
    four = rf"^({_OCTET})\.({_OCTET})\.({_OCTET})\.{_OCTET}"
    return (
        F.when(text.rlike(four + r"(?:/(?:2[4-9]|3[0-2]))?$"), F.regexp_replace(text, four + ".*$", "$1.$2.$3.0/24"))
        .when(text.rlike(four + r"/(?:1[6-9]|2[0-3])$"), F.regexp_replace(text, four + ".*$", "$1.$2.0.0/16"))
        .when(text.rlike(four + r"/(?:[89]|1[0-5])$"), F.regexp_replace(text, four + ".*$", "$1.0.0.0/8"))
        .when(text.rlike(r"^[0-9a-f:]{2,39}/\d{1,3}$") & text.contains("::"), text)
    )


def _public_network(network: Column) -> Column:
    local = network.rlike(r"^(?:0|127|22[4-9]|2[3-5]\d)\.|^169\.254\.|^(?:::|::1|fe80:.*|ff.*)/")
    return F.when(~local & ~network.isin(*reference.placeholders("ip_prefix")), network)


# --- licences -----------------------------------------------------------------------------------


def licence_key(licence: Column) -> Column:
    """A business licence number in one spelling: capitals and digits; null for what cannot be one.

    10 to 24 characters of which six are digits: a unified social credit code (18 characters, GB 32100-2015) has the
    letters I and O read as 1 and 0, which are not in its alphabet; a registration number of before 2015 has 15 digits.
    Whether the check character is right does not count: a number that was mistyped or made up, and stands in the
    registrations of two shops, ties them all the same. Null for what people type instead: the same digit nine times,
    or counting up or down.
    """
    text = F.regexp_replace(F.translate(F.upper(_compact(licence)), "IO", "10"), r"[^0-9A-Z]", "")
    return let(
        text,
        lambda code: F.when(
            code.rlike(r"^(?=(?:[A-Z]*\d){6})[0-9A-Z]{10,24}$")
            & ~code.rlike(r"(.)\1{8}")
            & ~F.lit(_COUNTED).contains(F.regexp_replace(code, "[A-Z]", "")),
            code,
        ),
    )


# --- goods --------------------------------------------------------------------------------------

# After the word that says what it is: 拉链等, 纸箱一批.
_AND_SO_ON = "(?:等|类|一批|若干|样品)*"


def declared_kind(goods: Column) -> Column:
    """What a parcel holds as its sender declares it: `materials`, `packaging` or `other`; null where it says nothing.

    The words stand in conf/reference/declared_goods.csv, and end a phrase: a Chinese noun ends in what it is.
    """
    text = simplified(clean_text(F.substring(goods, 1, FIELD_MAX_CHARS)))
    bare = F.regexp_replace(text, r"[^\p{L}]+", "")
    # Packaging first: 包装材料 ends in 材料.
    kind = F.lit("other")
    for name in ("materials", "packaging"):
        words = "|".join(map(re.escape, reference.declared_words(name)))
        kind = F.when(text.rlike(rf"(?:{words}){_AND_SO_ON}(?!\p{{L}})"), name).otherwise(kind)
    return F.when((bare != "") & ~bare.isin(*reference.placeholders("goods")), kind)


# --- places -------------------------------------------------------------------------------------

# The GCJ-02 shift as published by independent re-implementations: the Krasovsky ellipsoid (metres, squared
# eccentricity), the rectangle in which it applies, and BD-09's own additional twist.
_AXIS_M = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_PI = 3.14159265358979324
_BD_TWIST = _PI * 3000.0 / 180.0
CHINA_LNG, CHINA_LAT = (72.004, 137.8347), (0.8293, 55.8271)


def wgs84(lng: Column, lat: Column, datum: Column) -> Column:
    """Coordinates in degrees and their datum (`wgs84`, `gcj02`, `bd09`) -> struct<lng, lat> in WGS-84.

    The inverse of GCJ-02 is found by fixed-point iteration, to better than a centimetre. Outside China GCJ-02 is
    WGS-84. Null when a coordinate is missing, not finite, out of range or (0, 0), and without a known datum: taking
    one for another would move the place by half a kilometre.
    """
    name = F.lower(F.trim(datum))
    good = lng.between(-180, 180) & lat.between(-90, 90) & ~((lng == 0) & (lat == 0)) & ~F.isnan(lng) & ~F.isnan(lat)
    point = F.struct(lng.cast("double").alias("lng"), lat.cast("double").alias("lat"))
    return (
        F.when(good & (name == "wgs84"), point)
        .when(good & (name == "gcj02"), let(point, _wgs84_from_gcj02))
        .when(good & (name == "bd09"), let(let(point, _gcj02_from_bd09), _wgs84_from_gcj02))
    )


def _gcj02_from_bd09(point: Column) -> Column:
    x, y = point["lng"] - 0.0065, point["lat"] - 0.006
    radius = F.sqrt(x * x + y * y) - 0.00002 * F.sin(y * _BD_TWIST)
    angle = F.atan2(y, x) - 0.000003 * F.cos(x * _BD_TWIST)
    return F.struct((radius * F.cos(angle)).alias("lng"), (radius * F.sin(angle)).alias("lat"))


def _wgs84_from_gcj02(point: Column) -> Column:
    inside = point["lng"].between(*CHINA_LNG) & point["lat"].between(*CHINA_LAT)

    def nearer(guess: Column) -> Column:
        shift = _gcj02_shift(guess)
        return F.struct((point["lng"] - shift["lng"]).alias("lng"), (point["lat"] - shift["lat"]).alias("lat"))

    # The shift changes by less than one percent of itself over its own length: each round gains two digits.
    return F.when(inside, let(let(nearer(point), nearer), nearer)).otherwise(point)


def _gcj02_shift(point: Column) -> Column:
    """How far GCJ-02 lies from WGS-84 at a WGS-84 point: struct<lng, lat> in degrees."""
    x, y = point["lng"] - 105.0, point["lat"] - 35.0
    root = F.sqrt(F.abs(x))

    def waves(value: Column, *terms: tuple[float, float]) -> Column:
        total = F.lit(0.0)
        for height, frequency in terms:
            total = total + height * F.sin(value * (frequency * _PI))
        return total * (2.0 / 3.0)

    short = waves(x, (20.0, 6.0), (20.0, 2.0))
    north = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + short
        + waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    )  # fmt: skip
    east = (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + short
        + waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    )  # fmt: skip
    latitude = point["lat"] * (_PI / 180.0)
    flattening = 1.0 - _ECCENTRICITY2 * F.sin(latitude) * F.sin(latitude)
    meridian_m = _AXIS_M * (1 - _ECCENTRICITY2) / (flattening * F.sqrt(flattening))
    parallel_m = _AXIS_M / F.sqrt(flattening) * F.cos(latitude)
    return F.struct((east * 180.0 / _PI / parallel_m).alias("lng"), (north * 180.0 / _PI / meridian_m).alias("lat"))


# --- addresses ----------------------------------------------------------------------------------


def address_key(address: Column) -> Column:
    """County, road or village, and number of a Chinese address, e.g. `荔城|荔园路|123`.

    Made from the first 200 characters: cleaned, traditional characters simplified, brackets dropped; province,
    prefecture and county are read from the left (official or short names, also when written twice), the county
    without its suffix; town, building, floor and room do not count. Without a county the prefecture stands in. A
    county whose name another one has too is written with its prefecture (南通通州, 北京通州).
    A road keeps numbered sections (2段) and lanes (弄, 巷); a village keeps its group (3组). Null when there is no
    such number, or no division that says where the road is: every county has a 人民路1号.
    """
    return let(address_levels(address), _address_of_levels)


def address_levels(address: Column) -> Column:
    """[prefecture, county, what follows], as they stand in the first 200 characters, cleaned; empty what is not there.

    Letters, digits, # and - only. Read from the left; of a division that is written twice the last counts. A county
    without its suffix after its prefecture (莆田荔城荔园路), or by a name of before (郫县), has the name that it has now.
    """
    return let(
        let(_address_text(address), lambda text: F.split(_by_level(text), r"\|")),
        lambda levels: F.split(divisions.resolved(*[F.get(levels, F.lit(i)) for i in range(3)]), r"\|"),
    )


def _address_text(address: Column) -> Column:
    text = simplified(clean_text(F.substring(address, 1, ADDRESS_MAX_CHARS)))
    text = F.regexp_replace(text, r"[(\[【][^)\]】]{0,60}[)\]】]", "")
    text = F.regexp_replace(text, "[—–−~～‐‑]", "-")
    text = F.regexp_replace(text, r"[^0-9a-z\u3007\u4e00-\u9fff#-]", "")
    # Marks at the edge of words, a telephone before the address, and a level without a name of its own (上海市市辖区浦东新区).
    return F.regexp_replace(text, r"(?<![0-9a-z])-+|-+(?![0-9a-z])|^[0-9-]{7,}|(?<=市)市辖区", "")


_HAVE_CENTRE = "青岛|济南|枣庄|济宁|乐山|内江"
# A county's name: never past a town, village or road, and no zone or housing estate.
_COUNTY = (
    r"(?:[\u4e00-\u9fff](?:乡(?=[市县])|[\u4e00-\u9fff&&[^镇村路街道号巷弄乡]]){0,12}?"
    r"(?:自治[县旗]|(?<![社小园业发])区|(?:县|旗|市(?!区|市|场|中区))(?!镇(?!海)|乡|路|街)))"
)


@cache
def _levels_pattern() -> str:
    """Groups: prefecture, county, the rest. Quantifiers are possessive: no text makes it backtrack far."""
    names = {
        level: [row for row in reference.rows("divisions") if row["level"] == level]
        for level in ("province", "prefecture", "county_city")
    }
    # Beijing and the like are divided into counties, as a prefecture is.
    names["prefecture"] += [row for row in names["province"] if row["name"].endswith("市")]

    def forms(level: str) -> str:
        full = sorted(
            {row["name"] for row in names[level]}
            | {row["short"] + "州" for row in names[level] if "自治州" in row["name"]}
            # 广西省 is what many write, 广西自治区 some.
            | {row["short"] + end for row in names[level] if "自治区" in row["name"] for end in ("省", "自治区")}
        )
        short = sorted(row["short"] for row in names[level])
        longest_first = sorted(full, key=len, reverse=True)
        return f"(?:{'|'.join(longest_first)}|(?:{'|'.join(sorted(short, key=len, reverse=True))}){NOT_ALONE})"

    # 青岛市北区 is 市北区 of 青岛.
    provinces, prefectures = (
        forms("province"),
        re.sub(f"({_HAVE_CENTRE})市", "\\1市(?![中南北]区)", forms("prefecture")),
    )
    cities = "|".join(sorted((row["short"] for row in names["county_city"]), key=len, reverse=True))
    full_provinces = "|".join(row["name"] for row in names["province"])
    county = f"(?:(?:{cities}){NOT_ALONE}|{_COUNTY})"
    return (
        f"^(?:.{{0,40}}?(?={full_provinces}))?(?:中国)?"
        f"(?:({prefectures})|{provinces})*+({county})?+(?:(?:{prefectures}|{provinces})*+\\2)*+(.*)$"
    )


def _by_level(text: Column) -> Column:
    return F.regexp_replace(text, _levels_pattern(), "$1|$2|$3")


# Kinds of way, most particular first, and kinds of quarter that number their houses.
_WAY = "(?:大道|大街|公路|国道|省道|县道|胡同|路|街|巷|弄|里|道)"
_QUARTER = "(?:新村|村|庄|屯|寨|社区|工业园区|工业园|工业区|开发区|产业园|产业区|集中区|科技园|创业园|电商园|物流园|物流中心|仓储园|仓储中心|园区|基地|批发市场|市场|广场|花园|小区|大厦|商城|商贸城|鞋城)"
_NUMERAL = r"[0-9一二三四五六七八九十]"
_WAY_NUMBER = (
    rf"^.*?([\u4e00-\u9fff0-9a-z]{{1,12}}?{_WAY}(?:[0-9一二三四五六七八九十]段)?)(?:[东西南北中]段)?第?"
    rf"(?:([0-9]{{1,5}}+(?:-[0-9]{{1,4}}(?=号))?(?:[弄巷][0-9]{{1,5}}+)?)(?![楼层室米栋幢座单元档铺段]|公里|km|国道|省道|县道)"
    rf"|([一二三四五六七八九十]{{1,3}}(?=号)(?!号[路街楼])))"
)
_QUARTER_NUMBER = (
    rf"^.*?([\u4e00-\u9fff]{{1,10}}?{_QUARTER}[a-z\u4e00-\u9fff]{{0,6}}?)第?"
    rf"(?:({_NUMERAL}{{1,4}}[组队](?:[0-9]{{1,5}}(?=号|#|$))?)|({_NUMERAL}{{1,5}})(?:号|#|栋|幢|座|-[0-9]))"
)
# A village by its number alone (龙山村18), and one without its suffix (坂头5号); no counter, locker or room.
_VILLAGE_NUMBER = r"^.*?([\u4e00-\u9fff]{1,10}?[村庄屯寨])([0-9]{1,4})()$"
_HAMLET_NUMBER = (
    r"^([\u4e00-\u9fff]{2,8}(?<![楼房库门店铺栋室箱柜位层站]))([0-9]{1,5})()号(?![楼房门库厂仓柜箱窗店铺车])"
)


def _address_of_levels(levels: Column) -> Column:
    prefecture, county, rest = (F.get(levels, F.lit(i)) for i in range(3))
    stem, city = F.regexp_replace(county, COUNTY_END, ""), F.regexp_replace(prefecture, PREFECTURE_END, "")
    shared = {kind: reference.shared_county_names(kind) for kind in ("county", "prefecture")}
    # 清河县 is one, 清河区 another.
    city = F.coalesce(F.nullif(city, F.lit("")), divisions.only_prefecture(county))
    of_city = F.when(county != "", F.concat(city, F.regexp_replace(county, "(?<=..)[区市]$", "")))
    place = (
        F.when(stem.isin(*shared["county"]), of_city)
        .when(stem.isin(*shared["prefecture"]), county)
        .otherwise(F.coalesce(F.nullif(stem, F.lit("")), city))
    )
    rest = F.regexp_replace(
        rest,
        rf"^[\u4e00-\u9fff]{{1,7}}?(?:街道办事处|街道|镇(?![东西南北中]?{_WAY}|[海江])|乡(?![东西南北中]?{_WAY})|苏木)",
        "",
    )
    rest = F.regexp_replace(
        rest,
        rf"^[\u4e00-\u9fff0-9a-z]{{1,20}}{_QUARTER}(?![东西南北中]{_WAY})(?=[\u4e00-\u9fff0-9]{{2,8}}?{_WAY}[0-9])",
        "",
    )
    return let(
        F.struct(place.alias("place"), rest.alias("rest")),
        lambda parts: F.coalesce(
            *[_numbered(parts, pattern) for pattern in (_WAY_NUMBER, _QUARTER_NUMBER, _VILLAGE_NUMBER, _HAMLET_NUMBER)]
        ),
    )


def _numbered(parts: Column, pattern: str) -> Column:
    rest = parts["rest"]
    name, number = (
        F.regexp_extract(rest, pattern, 1),
        F.concat(F.regexp_extract(rest, pattern, 2), F.regexp_extract(rest, pattern, 3)),
    )
    return F.when(
        rest.rlike(pattern) & ~name.rlike("测试|某|xx|^[0-9]*(?:大?[路街道])$"),
        F.concat(parts["place"], F.lit("|"), _arabic(F.concat(name, F.lit("|"), number))),
    )


def _arabic(number: Column) -> Column:
    """Chinese numerals up to 九十九 as digits, in names too: 台东一路 is 台东1路."""
    for pattern, digits in (("([2-9])十([1-9])", "$1$2"), ("十([1-9])", "1$1"), ("([2-9])十", "$10"), ("十", "10")):
        number = F.regexp_replace(F.translate(number, "一二三四五六七八九", "123456789"), pattern, digits)
    return F.regexp_replace(number, r"(?<!\d)0+(?=\d)", "")
