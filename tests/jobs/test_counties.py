"""County codes of addresses as people write them: right or null, and no text is an error."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F

from jobs import reference
from jobs.counties import county_code

CODES = {
    # Complete, with blanks, full-width, traditional, in brackets, with building and room.
    "福建省莆田市荔城区荔园路123号": "350304",
    "福建省 莆田市 荔城区 荔园路 123 号": "350304",
    "福建省莆田市荔城区荔园路１２３号３楼３０１室": "350304",
    "福建省莆田市荔城區荔園路123號": "350304",
    "中国福建省莆田市荔城区拱辰街道荔园路123号（鞋店旁）": "350304",
    "福建省-莆田市-荔城区-荔园路123号A栋2单元": "350304",
    "浙江省溫州市鹿城區人民路63號3樓": "330302",
    "\u200b福建省\u202e莆田市荔城区荔园路1号": "350304",
    # Parts missing, short names, written twice.
    "莆田市荔城区荔园路123号": "350304",
    "荔城区荔园路123号": "350304",
    "福建莆田荔城区荔园路123号": "350304",
    "福建莆田荔城荔园路123号": "350304",
    "莆田荔城荔园路123号": "350304",
    "福建省福建省莆田市荔城区荔园路123号": "350304",
    "福建省莆田市莆田市荔城区荔城区荔园路": "350304",
    "收件人林生 福建省莆田市荔城区荔园路123号": "350304",
    "荔城区": "350304",
    "广东广州番禺区创业路５６号": "440113",
    "广东广州番禺创业路56号": "440113",
    # County-level cities, with and without their prefecture; under the province itself.
    "浙江省义乌市福田路105号": "330782",
    "浙江金华义乌福田路105号": "330782",
    "金华市义乌市福田路105号": "330782",
    "义乌市城东街道建设路833号(3楼)": "330782",
    "晋江市陈埭镇洋埭村工业区15号": "350582",
    "福建泉州石狮宝盖镇前园村12号": "350581",
    "湖北省仙桃市干河街道仙桃大道1号": "429004",
    "河南省济源市沁园路2号": "419001",
    "新疆石河子市北四路8号": "659001",
    "江苏省苏州市昆山市玉山镇北门路3号": "320583",
    "大理市泰安路5号": "532901",
    "云南省大理白族自治州大理市下关镇泰安路5号": "532901",
    # Prefecture-level cities without counties.
    "广东省东莞市虎门镇太沙路88号": "441900",
    "广东东莞八二一街７１３号": "441900",
    "东莞市南城区鸿福路1号": "441900",
    "中山市小榄镇工业大道中5号": "442000",
    "海南省儋州市那大镇中兴大街1号": "460400",
    "甘肃省嘉峪关市新华中路9号": "620200",
    # Municipalities.
    "北京市朝阳区建国路93号": "110105",
    "北京朝阳区建国路93号院8号楼": "110105",
    "北京市北京市通州区建设路2号": "110112",
    "上海市浦东新区张江镇张江路5弄6号": "310115",
    "上海浦东张杨路500号": "310115",
    "上海市上海市黄浦区南京东路300号3F": "310101",
    "重庆市渝中区解放碑民权路28号": "500103",
    "重庆城口县葛城街道南大街1号": "500229",
    "天津滨海新区第三大街1号": "120116",
    # Names that several counties have, or a prefecture too.
    "江苏省南通市通州区金沙街道建设路2号": "320612",
    "吉林省长春市朝阳区建国路93号": "220104",
    "江苏省南京市鼓楼区中山路1号": "320106",
    "江苏徐州鼓楼区中山路1号": "320302",
    "福州鼓楼东街1号": None,
    "辽宁省大连市中山区人民路1号": "210202",
    "湖南省长沙市长沙县星沙街道开元路17号": "430121",
    "长沙县开元路17号": "430121",
    "河北省邢台市清河县龙湾镇兴业街580号": "130534",
    "清河县兴业街580号": "130534",
    "广东省河源市和平县阳明镇1号": "441624",
    "山东省青岛市北区台东一路10号": "370203",
    "山东省青岛市市北区台东一路10号": "370203",
    "浙江台州路桥区银安街12号": "331004",
    "江苏镇江市京口区中山东路18号": "321102",
    # Autonomous counties, banners and prefectures.
    "湖北省恩施土家族苗族自治州恩施市施州大道9号": "422801",
    "湖北恩施州恩施市施州大道9号": "422801",
    "浙江省丽水市景宁畲族自治县鹤溪街道人民中路1号": "331127",
    "浙江丽水景宁县人民中路1号": "331127",
    "内蒙古呼和浩特市新城区新华大街20号": "150102",
    "新疆维吾尔自治区乌鲁木齐市天山区解放路8号": "650102",
    "新疆乌鲁木齐天山区解放路8号": "650102",
    "内蒙古自治区呼伦贝尔市鄂温克族自治旗巴彦托海镇1号": "150724",
    "广西壮族自治区南宁市兴宁区朝阳路1号": "450102",
    # What does not say which county: null rather than a guess.
    "人民路1号": None,
    "朝阳区建国路93号": None,
    "鼓楼区中山路1号": None,
    "福建省": None,
    "莆田市荔园路123号": None,
    "莆田市荔城大道5号": None,
    "广州市荔城区荔园路1号": None,
    "某地": None,
    "": None,
    None: None,
}  # fmt: skip


@pytest.fixture
def coded(spark):
    """Applies a rule to texts, in one Spark job: {text: code}."""

    def apply(rule, texts):
        rows = spark.createDataFrame([(text,) for text in texts], "text string")
        return {row["text"]: row["code"] for row in rows.select("text", rule(F.col("text")).alias("code")).collect()}

    return apply


def test_an_address_has_the_code_of_its_county_or_none(coded):
    assert len(CODES) >= 50
    assert coded(county_code, CODES) == CODES


def test_every_county_is_found_by_its_full_name_with_prefecture_and_province(coded):
    rows = reference.rows("counties")
    texts = {
        row["province"] + (row["prefecture"] if row["prefecture"] != row["province"] else "")
        + (row["name"] if row["name"] != row["prefecture"] else "") + "建设街道幸福新村七组3号": row["code"] for row in rows
    }  # fmt: skip
    assert len(texts) == len(rows) > 2800
    found = coded(county_code, texts)
    assert {text: (code, found[text]) for text, code in texts.items() if found[text] not in (code, None)} == {}
    assert sum(found[text] == code for text, code in texts.items()) / len(texts) > 0.99


PIECES = st.sampled_from(
    ["福建省", "莆田市", "荔城区", "荔城", "上海", "浦东", "东莞市", "市", "区", "县", "路", "镇", "自治州", "号", "1", "=", "/", "-", ":", ";", ",", "|", "$1", "\\", "%", "\u0000", "\U0001f45f", " ", "(", "【"]
)  # fmt: skip


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.lists(PIECES, max_size=40).map("".join)),
        min_size=200, max_size=200,
    )
)  # fmt: skip
def test_any_text_has_the_code_of_a_county_or_none(coded, texts):
    known = {row["code"] for row in reference.rows("counties")}
    found = coded(county_code, texts)
    assert set(found) == set(texts)
    assert {code for code in found.values() if code} <= known


def test_long_and_broken_text_is_no_error(spark):
    texts = [
        "市" * 100_000,
        "荔城区" * 60,
        "莆田市" * 66 + "荔城",
        "县市" * 100,
        "/" * 200,
        "=350304" * 20,
        "莆田" + "/荔城-" * 20,
    ]
    broken = [b"\xed\xa0\xbd", "莆田市荔城".encode() + b"\xe8\x8d", b"\xff\xfe" * 90]
    rows = spark.createDataFrame(
        [(bytearray(text.encode()),) for text in texts] + [(bytearray(b),) for b in broken], "body binary"
    )
    text = F.col("body").cast("string")
    found = [row["code"] for row in rows.select(county_code(text).alias("code")).collect()]
    assert len(found) == len(texts) + len(broken)
    assert set(found) == {None, "350304"}
