"""A hundred thousand hostile texts of each kind have keys of a known form, the same however they are written, or none."""

import random
import re

import pyarrow as pa
import pytest
from pyspark.sql import functions as F

from jobs import columns as C
from jobs import reference
from jobs.counties import county_code
from tests.hostile import HOSTILE, texts

ROWS = 100_000
# Of these so many are spelt in other ways, too.
RESPELT = 20_000
PHONES = (
    "139", "1234", "5600", "13857204916", "0594", "2687315", "010", "28", "86754321", "+86", "0086", "86", "+", "00", "852", "0", "1", "8", "-",
    "(", ")", "/", ",", "、", "转", "ext.", "#", "*", "x", "●", "或", "电话", "400", "800", "95", "tel:", "分机", "①③⑧", "一", *HOSTILE,
)  # fmt: skip
HANDLES = (
    "wechat", "微信", "vx", "v", "qq", "扣扣", "email", "邮箱", "wxid_", "telegram", ":", "：", "=", "@", "+", ".", "_", "-", "qq.com", "example.com",
    "shoe", "KING", "48213377", "88", "1", "a", "无", "null", "test", "QQ", *HOSTILE,
)  # fmt: skip
ADDRESSES = (
    *["福建省莆田市荔城区", "莆田荔城", "荔园路123号", "庆丰村3组12号"] * 4, "荔城区", "上海浦东新区张杨路", "广州白云区",
    "福建省", "福建", "莆田市", "莆田", "荔城区", "荔城", "上海市", "上海", "浦东新区", "东莞市", "青岛市", "市北区", "台州", "路桥区", "镇江", "恩施土家族苗族自治州",
    "景宁畲族自治县", "鼓楼区", "长沙县", "内蒙古", "鄂温克族自治旗", "省", "市", "区", "县", "旗", "镇", "乡", "村", "路", "街道", "大道", "新村", "工业区", "号", "弄", "巷",
    "组", "段", "东", "中", "一", "十二", "3", "123", "12345678", "A", "栋", "楼", "室", "#", "-", "—", "(", "（", "【", "]", "荔园", "人民", "收件人林生", "|", "13857204916",
    "國", "鎮", *HOSTILE,
)  # fmt: skip
KINDS = {"phone_key": PHONES, "handle_key": HANDLES, "address_key": ADDRESSES, "county_code": ADDRESSES}
RULES = {"phone_key": C.phone_key, "handle_key": C.handle_key, "address_key": C.address_key, "county_code": county_code}
FORMS = {
    "phone_key": r"\+?[0-9]{7,15}",
    "handle_key": r"[^:@\s]{1,20}:\S{4,64}|email:\S{1,64}@\S{1,190}",
    "address_key": r"[0-9a-z\u4e00-\u9fff]{2,20}\|[0-9a-z\u4e00-\u9fff#-]{1,40}\|[0-9a-z\u4e00-\u9fff-]{1,20}",
    "county_code": r"\d{6}",
}
# Counties that the parts of an address can make up; of the others thousands of keys.
LEAST = {"county_code": 8}
IDEMPOTENT = ("phone_key", "handle_key")
UNSEEN = ("\u200b", "\u202e", "\u2066", "\u0301", "\u0489", "\ufeff", "\u3164")
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def keys_of(spark, rule, given):
    """Keys of texts in their order, in one Spark job."""
    rows = spark.createDataFrame(pa.table({"n": range(len(given)), "text": pa.array(given, pa.string())}))
    # Spread, or the planner works it out by itself, one row at a time.
    rows = rows.repartition(spark.sparkContext.defaultParallelism)
    found = rows.select("n", RULES[rule](F.col("text")).alias("key")).toArrow().to_pydict()
    by_row = dict(zip(found["n"], found["key"], strict=True))
    return [by_row[n] for n in range(len(given))]


@pytest.mark.parametrize("rule", RULES)
def test_keys_have_their_form_whatever_the_text_and_do_not_change_with_its_spelling(spark, rule):
    given = list(texts(KINDS[rule], ROWS, seed=sorted(RULES).index(rule)))
    r = random.Random(3)
    some_texts = given[:RESPELT]
    wide = [text and text.translate(WIDE) for text in some_texts]
    unseen = [text and "".join(char + r.choice(UNSEEN) * r.randrange(3) for char in text) for text in some_texts]
    found = keys_of(spark, rule, [*given, *wide, *unseen])
    assert len(found) == ROWS + 2 * RESPELT
    keys, of_wide, of_unseen = found[:ROWS], found[ROWS : ROWS + RESPELT], found[ROWS + RESPELT :]
    distinct = {key for key in keys if key is not None}
    assert len(distinct) >= LEAST.get(rule, 300)
    assert {key for key in distinct if not re.fullmatch(FORMS[rule], key)} == set()
    # A text is cut before it is read: what makes it longer may take its end away.
    for other, others in ((wide, of_wide), (unseen, of_unseen)):
        compared = [
            (text, key, key_of_other)
            for text, respelt, key, key_of_other in zip(some_texts, other, keys, others, strict=False)
            if text and len(respelt) <= C.FIELD_MAX_CHARS
        ]
        assert len(compared) > 0.8 * RESPELT
        assert [row for row in compared if row[1] != row[2]] == []
    if rule in IDEMPOTENT:
        in_order = sorted(distinct)
        assert keys_of(spark, rule, in_order) == in_order
    if rule == "county_code":
        assert distinct <= {row["code"] for row in reference.rows("counties")}


@pytest.mark.parametrize("rule", RULES)
def test_endless_texts_are_read_by_their_beginning_or_not_at_all(spark, rule):
    address = "福建省莆田市荔城区荔园路123号"
    zalgo = "".join(char + "\u0489\u0301\u0337" * 3 for char in address)
    endless = [
        address + "楼" * 100_000, address + " " * 100_000, address + "1" * 100_000, "\u202e" + address + "\u202c" * 100_000, zalgo + "\u0489" * 100_000,
        address * 6000, "13857204916" * 9000, "wechat:shoe_king88" * 6000, "路" * 100_000, "省市区县" * 25_000, "荔城" * 50_000, "1-" * 50_000, "(" * 100_000,
        "\u202e" * 100_000, "\u0489" * 100_000, "@" * 100_000, ":" * 100_000, "😀" * 100_000,
    ]  # fmt: skip
    cut = [text[: C.ADDRESS_MAX_CHARS] for text in endless]
    expected = keys_of(spark, rule, cut) if KINDS[rule] is ADDRESSES else [None] * len(endless)
    assert keys_of(spark, rule, endless) == expected
    if rule == "address_key":
        assert expected[:2] == ["荔城|荔园路|123"] * 2 and expected[3:5] == ["荔城|荔园路|123"] * 2
    if rule == "county_code":
        assert expected[:6] == ["350304"] * 6
