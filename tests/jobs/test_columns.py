"""How raw text becomes keys: one thing has one key, two things have two, and no text is an error."""

import random

import numpy as np
import pytest
from pyspark.sql import functions as F

from jobs import columns as C
from jobs import reference
from jobs.errors import JobError
from jobs.text import features

ALL_RULES = (
    C.clean_text,
    C.simplified,
    C.phone_key,
    C.handle_key,
    C.token_key,
    C.ip_prefix_key,
    C.licence_key,
    C.address_key,
    C.declared_kind,
)


@pytest.fixture
def keyed(spark):
    """Applies a rule to texts, in one Spark job: {text: key}."""

    def apply(rule, texts):
        rows = spark.createDataFrame([(text,) for text in texts], "text string")
        return {row["text"]: row["key"] for row in rows.select("text", rule(F.col("text")).alias("key")).collect()}

    return apply


# --- text ---------------------------------------------------------------------------------------


def test_clean_text_has_one_spelling_of_what_looks_alike(keyed):
    expected = {
        "ＮＩＫＥ　Ａｉｒ": "nike air",
        "N\u200bI\u200dK\u200eE": "nike",
        "𝐍𝐢𝐤𝐞": "nike",
        "Ⓝⓘⓚⓔ": "nike",
        "n\u0303ike": "nike",
        "Adidàs": "adidas",
        "①②③ ２²": "123 22",
        "  a\t\n b\u00a0c\u3000d ": "a b c d",
        "\u202eEKIN\u202c": "ekin",
        "a\u0000b": "a b",
        "耐\ufe0f克\u3164": "耐克",
        "\u2800": "",
        "\uf900鞋": "豈鞋",
        "👟 鞋": "👟 鞋",
        "İSTANBUL": "istanbul",
        "": "",
        None: None,
    }
    assert keyed(C.clean_text, expected) == expected


def test_clean_text_of_clean_text_is_itself(keyed):
    r = random.Random(1)
    texts = [
        "".join(
            chr(r.choice((r.randrange(1, 0x800), r.randrange(0x2000, 0xD800), r.randrange(0xF900, 0x10000))))
            for _ in range(40)
        )
        for _ in range(300)
    ]
    once = keyed(C.clean_text, texts)
    assert {text: clean for text, clean in keyed(C.clean_text, once.values()).items() if text != clean} == {}


def test_traditional_characters_are_simplified_one_by_one(keyed):
    expected = {
        "廣東省東莞市虎門鎮": "广东省东莞市虎门镇",
        "臺灣鞋廠後門": "台湾鞋厂后门",
        "简体 abc": "简体 abc",
        "": "",
        None: None,
    }
    assert keyed(C.simplified, expected) == expected


# --- phones -------------------------------------------------------------------------------------


def test_every_spelling_of_a_mobile_number_has_one_key(keyed):
    spellings = """
        13857204916|138 5720 4916|138-5720-4916|138.5720.4916|138–5720–4916|138_5720_4916|1 3 8 5 7 2 0 4 9 1 6
        +86 13857204916|+86-138-5720-4916|(+86)13857204916|+86(0)13857204916|0086 13857204916|0086-138-5720-4916
        8613857204916|86-13857204916|86(138)57204916|013857204916|１３８５７２０４９１６|𝟏𝟑𝟖𝟓𝟕𝟐𝟎𝟒𝟗𝟏𝟔|①③⑧⑤⑦②⓪④⑨①⑥
        电话：13857204916|13857204916（王）|手机13857204916微信同号|tel:13857204916|13857204916,13912045678|13857204916/13912045678
    """
    texts = [spelling.strip() for line in spellings.strip().splitlines() for spelling in line.split("|")]
    texts += ["138\u200b5720\u200b4916", "\u202a13857204916\u202c", "13857204916\u0000", "\t138 5720 4916\n"]
    found = keyed(C.phone_key, texts)
    assert {text: key for text, key in found.items() if key != "13857204916"} == {}


def test_landlines_and_foreign_numbers_have_one_key(keyed):
    expected = {
        "0594-2687315": "05942687315",
        "(0594)2687315": "05942687315",
        "+86 594 268 7315": "05942687315",
        "86-0594-2687315": "05942687315",
        "0594-2687315-801": "05942687315",
        "0594-2687315转801": "05942687315",
        "0594-2687315 ext. 12": "05942687315",
        "28 8675 4321": "02886754321",
        "+86-28-86754321": "02886754321",
        "400-618-4000": "4006184000",
        "+86 400 618 4000": "4006184000",
        "+852 9123 4567": "+85291234567",
        "00852 91234567": "+85291234567",
        "+886 912 045 678": "+886912045678",
        "+1 (212) 736-5000": "+12127365000",
    }
    assert keyed(C.phone_key, expected) == expected


def test_what_is_nobodys_phone_has_no_key(keyed):
    nothing = """
        138****4916|138xxxx4916|138●●●●4916|13800138000|+86 138-0013-8000|13900139000|010-12345678|11111111111|13888888888
        12345678901|13912345678|0574-87654321|88888888|123456|1234567890123456|10086|95338|400-811-1111|无|-
        13857204916转8021|13857204916-8021|138-5720-4916 ext 3|13857204916#2
    """
    texts = [text.strip() for line in nothing.strip().splitlines() for text in line.split("|")] + ["", " ", None]
    assert {text: key for text, key in keyed(C.phone_key, texts).items() if key is not None} == {}


# --- handles, tokens, networks ------------------------------------------------------------------


def test_handles_have_one_spelling_and_their_kind(keyed):
    expected = {
        "wechat:Shoe_King88": "wechat:shoe_king88",
        "WeChat: shoe king88": "wechat:shoeking88",
        "微信：SHOE_KING88": "wechat:shoe_king88",
        "vx:shoe_king88": "wechat:shoe_king88",
        "v信=shoe_king88": "wechat:shoe_king88",
        "加微信:ｓｈｏｅ_king88": "wechat:shoe_king88",
        "wxid_a7k2m9": "wechat:wxid_a7k2m9",
        "wechat:@shoe\u200b_king88": "wechat:shoe_king88",
        "qq:48213377": "qq:48213377",
        "QQ：４８２１３３７７": "qq:48213377",
        "48213377@qq.com": "qq:48213377",
        "email:48213377@QQ.com": "qq:48213377",
        "Lin.Shoes@Example.com": "email:lin.shoes@example.com",
        "邮箱:lin.shoes@example.com": "email:lin.shoes@example.com",
        "telegram:lin_shoes": "telegram:lin_shoes",
    }
    assert keyed(C.handle_key, expected) == expected


def test_what_is_nobodys_handle_has_no_key(keyed):
    nothing = [
        "shoe_king88", "wechat:", "wechat:abc", "wechat:无", "wechat:null", "wechat:aaaaaa", "wechat:123456", "qq:0123456", "qq:abcdef",
        "qq:12345678", "qq:88888888", "email:foo", "email:test@example.com", "email:a@b", ":", ":::", "@", "", None, "wechat:" + "a1" * 20,
    ]  # fmt: skip
    assert {text: key for text, key in keyed(C.handle_key, nothing).items() if key is not None} == {}


def test_tokens_keep_their_case_and_placeholders_have_no_key(keyed):
    expected = {
        " pay_9fK2 ": "pay_9fK2", "pay_9fk2": "pay_9fk2", "pay\u200b_9fK2": "pay_9fK2", "a b\u3000c d": "a b c d",
        "abc": None, "0000-0000": None, "::::": None, "----------": None, "02:00:00:00:00:00": None, "NULL": None, "unknown": None,
        "D41D8CD98F00B204E9800998ECF8427E": None, "x1" * 101: None, "": None, None: None,
    }  # fmt: skip
    assert keyed(C.token_key, expected) == expected


def test_networks_have_their_address_bits_only(keyed):
    expected = {
        "203.0.113.0/24": "203.0.113.0/24", "203.0.113.77": "203.0.113.0/24", "203.0.113.77/32": "203.0.113.0/24", "203.0.113.9/25": "203.0.113.0/24",
        " ２０３.0.113.0/24 ": "203.0.113.0/24", "203.7.113.0/16": "203.7.0.0/16", "203.7.113.0/20": "203.7.0.0/16", "203.7.113.0/8": "203.0.0.0/8",
        "2001:DB8::/32": "2001:db8::/32", "10.1.2.0/24": "10.1.2.0/24",
        "192.168.1.7": None, "10.0.0.1": None, "127.0.0.1": None, "169.254.1.0/24": None, "224.0.0.0/24": None, "255.255.255.255": None,
        "0.0.0.0/0": None, "fe80::1/64": None, "::1/128": None, "256.1.1.1": None, "1.2.3": None, "203.0.113.0/33": None,
        "203.0.113.0/7": None, "abc": None, "": None, None: None,
    }  # fmt: skip
    assert keyed(C.ip_prefix_key, expected) == expected


# --- licences -----------------------------------------------------------------------------------


def test_a_licence_number_is_its_own_key_whatever_its_check_character(keyed):
    numbers = [
        "91350100M000100Y43",  # the example of GB 32100-2015
        "91350302MA2XP01T7A",  # with a wrong check character
        "92350302MA2XP01T74",  # of a household
        "350301100123456",  # of before 2015
    ]
    assert keyed(C.licence_key, numbers) == {number: number for number in numbers}


def test_a_licence_has_one_key_however_it_is_written(keyed):
    code = "91350302MA2XP01T74"
    spelt = [code.lower(), f" {code[:4]} {code[4:]} ", f"{code[:2]}-{code[2:8]}-{code[8:]}", code.replace("0", "O").replace("1", "I"),
             "".join(chr(ord(c) + 0xFEE0) for c in code), f"{code[:9]}\u200b{code[9:]}"]  # fmt: skip
    assert set(keyed(C.licence_key, spelt).values()) == {code}


def test_what_cannot_be_a_licence_number_has_no_key(keyed):
    wrong = ["", "无", "000000000000000", "111111111111111111", "123456789012345", "987654321098765", "91000000000000000X",
             "个体工商户", "ABCDEFGHIJKLMNOPQR", "9135", "91350302MA2XP01T74" * 2, None]  # fmt: skip
    assert {code: key for code, key in keyed(C.licence_key, wrong).items() if key is not None} == {}


# --- places -------------------------------------------------------------------------------------


def gcj02(lng, lat):
    """WGS-84 to GCJ-02, degrees: the forward transformation as public re-implementations give it."""
    pi, axis, ee = np.pi, 6378245.0, 0.00669342162296594323
    x, y = lng - 105, lat - 35
    common = (20 * np.sin(6 * x * pi) + 20 * np.sin(2 * x * pi)) * 2 / 3
    d_lat = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + common
    d_lat += (20 * np.sin(y * pi) + 40 * np.sin(y / 3 * pi)) * 2 / 3 + (
        160 * np.sin(y / 12 * pi) + 320 * np.sin(y * pi / 30)
    ) * 2 / 3
    d_lng = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + common
    d_lng += (20 * np.sin(x * pi) + 40 * np.sin(x / 3 * pi)) * 2 / 3 + (
        150 * np.sin(x / 12 * pi) + 300 * np.sin(x / 30 * pi)
    ) * 2 / 3
    magic = 1 - ee * np.sin(np.radians(lat)) ** 2
    return (
        lng + np.degrees(d_lng / (axis / np.sqrt(magic) * np.cos(np.radians(lat)))),
        lat + np.degrees(d_lat / (axis * (1 - ee) / magic**1.5)),
    )


def bd09(lng, lat):
    """GCJ-02 to BD-09, degrees."""
    twist = np.pi * 3000 / 180
    radius = np.hypot(lng, lat) + 0.00002 * np.sin(lat * twist)
    angle = np.arctan2(lat, lng) + 0.000003 * np.cos(lng * twist)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def placed(spark, points):
    """wgs84 of (lng, lat, datum) rows, in their order: (lng, lat) or None."""
    rows = spark.createDataFrame(
        [(i, *point) for i, point in enumerate(points)], "i int, lng double, lat double, datum string"
    )
    place = C.wgs84(F.col("lng"), F.col("lat"), F.col("datum"))
    return [
        row["place"] and tuple(row["place"]) for row in rows.select("i", place.alias("place")).orderBy("i").collect()
    ]


def test_every_datum_comes_back_to_wgs84_within_a_metre(spark):
    r = np.random.default_rng(5)
    lng, lat = r.uniform(73.5, 134.9, 400), r.uniform(18.2, 53.5, 400)
    written = {"wgs84": (lng, lat), "gcj02": gcj02(lng, lat), "bd09": bd09(*gcj02(lng, lat))}
    points = [(float(a), float(b), datum) for datum, (x, y) in written.items() for a, b in zip(x, y, strict=True)]
    found = np.array(placed(spark, points)).reshape(3, 400, 2)

    def metres_off(x, y):
        return np.hypot((x - lng) * 111320 * np.cos(np.radians(lat)), (y - lat) * 110574)

    assert {datum: metres_off(*found[i].T).max() < 1 for i, datum in enumerate(written)} == dict.fromkeys(written, True)
    assert metres_off(*written["gcj02"]).min() > 10  # the test would see a transformation that does nothing


def test_only_sound_coordinates_with_a_known_datum_are_a_place_and_outside_china_gcj02_is_wgs84(spark):
    nan, infinite = float("nan"), float("inf")
    nothing = [
        (None, 25.4, "wgs84"), (119.0, None, "wgs84"), (119.0, 25.4, None), (119.0, 25.4, ""), (119.0, 25.4, "cgcs2000"), (0.0, 0.0, "wgs84"),
        (181.0, 25.4, "wgs84"), (119.0, 95.5, "gcj02"), (-181.0, 25.4, "bd09"), (nan, 25.4, "wgs84"), (119.0, nan, "gcj02"), (infinite, 25.4, "gcj02"),
        (119.0, -infinite, "bd09"),
    ]  # fmt: skip
    abroad = [(2.35, 48.86, "gcj02"), (-74.0, 40.7, " GCJ02 ")]
    assert placed(spark, nothing + abroad) == [None] * len(nothing) + [(2.35, 48.86), (-74.0, 40.7)]


# --- addresses ----------------------------------------------------------------------------------

# One address a group, however it is written; two groups are two addresses.
ADDRESSES = [
    """福建省莆田市荔城区荔园路123号|莆田市荔城区荔园路123号|福建莆田荔城区荔园路123号|福建省 莆田市 荔城区 荔园路 123 号|荔城区荔园路123号
       福建省莆田市荔城区荔园路１２３号3楼301室|福建省莆田市荔城區荔園路123號|中国福建省莆田市荔城区拱辰街道荔园路123号（鞋店旁）
       福建省莆田市荔城区荔园路123|莆田市荔城区荔园路123#A栋|福建省福建省莆田市荔城区荔园路123号|收件人林生 福建省莆田市荔城区荔园路123号
       福建省莆田市莆田市荔城区荔园路123号|福建省莆田市荔城区荔城区荔园路123号|福建省-莆田市-荔城区-荔园路123号|荔城区荔园路第123号""",
    "福建省莆田市荔城区荔园路124号|荔城区荔园路124号",
    "福建省莆田市荔城区荔园路12号",
    "福建省莆田市荔城区荔园东路123号",
    "福建省莆田市涵江区荔园路123号|莆田涵江区荔园路123号",
    "福建省莆田市城厢区学园路１－２号|莆田市城厢区学园路1-2号|莆田市城厢区学园路1—2号",
    "福建省莆田市城厢区学园路1号|城厢区学园路一号",
    "福建省莆田市仙游县榜头镇坝下路二段10号|仙游县榜头镇坝下路2段10号",
    "福建省莆田市仙游县榜头镇坝下路2号",
    "福建省晋江市陈埭镇洋埭村工业区15号|晋江市陈埭镇洋埭村工业区15号|福建省泉州市晋江市陈埭镇洋埭村工业区15号",
    "广东省广州市白云区石井街道庆丰村3组12号|广州白云区庆丰村三组12号",
    "广州市白云区庆丰村4组12号",
    "贵州省贵阳市白云区庆丰村3组12号",
    "广东省东莞市虎门镇太沙路88号|东莞市虎门镇太沙路88号|广东东莞市太沙路88号A栋",
    "浙江省台州市路桥区路桥街道银安街12号|台州路桥区银安街12号|台州市路桥区银安街十二号",
    "江苏省镇江市京口区中山东路18号|镇江京口区中山东路18号|江苏镇江市京口区中山东路18号",
    "江苏省南通市通州区金沙街道建设路2号|南通通州区建设路2号|江苏南通市通州区建设路2号",
    "北京市通州区建设路2号|北京通州区建设路2号|北京市北京市通州区建设路2号",
    "北京市朝阳区建国路93号|北京朝阳区建国路93号院8号楼|中国北京市朝阳区建国路93号",
    "吉林省长春市朝阳区建国路93号|长春朝阳区建国路93号",
    "江苏省南京市鼓楼区中山路1号|南京市鼓楼区中山路1号",
    "江苏省徐州市鼓楼区中山路1号|徐州鼓楼区中山路1号",
    "湖南省长沙市长沙县星沙街道开元路17号|长沙县开元路17号",
    "湖南省长沙市开元路17号|长沙市开元路17号",
    "长沙市芙蓉区开元路17号",
    "上海市黄浦区南京东路300号|上海黄浦区南京东路300号3F",
    "上海市黄浦区南京西路300号",
    "上海市上海市浦东新区张江镇张江路5弄6号|上海浦东新区张江路5弄6号",
    "上海市浦东新区张江路5号",
    "辽宁省大连市沙河口区西安路66号|大连沙河口区西安路66号",
    "陕西省西安市未央区西安路66号",
    "四川省成都市武侯区人民南路四段19号|成都武侯区人民南路4段19号",
    "四川省成都市武侯区人民南路三段19号",
    "山东省青岛市市北区台东一路10号|青岛市北区台东一路10号|青岛市市北区台东1路10号|青岛市北区台东1路10号",
    "山东省青岛市市北区台东二路10号|青岛市北区台东2路10号",
    "新疆维吾尔自治区乌鲁木齐市天山区解放路8号|新疆乌鲁木齐天山区解放路8号",
    "内蒙古自治区呼和浩特市新城区新华大街20号|内蒙古呼和浩特市新城区新华大街20号",
    "湖北省恩施土家族苗族自治州恩施市施州大道9号|湖北恩施市施州大道9号|恩施州恩施市施州大道9号",
    "云南省大理白族自治州大理市下关镇泰安路5号|云南大理州大理市泰安路5号|大理市泰安路5号",
    "广西壮族自治区南宁市兴宁区朝阳路1号|广西南宁市兴宁区朝阳路1号",
    "深圳市宝安区107国道888号|广东省深圳市宝安区107国道888号",
    "北京市海淀区中关村南大街5号|北京海淀区中关村南大街5号",
    "黑龙江省哈尔滨市道里区中央大街89号|哈尔滨道里区中央大街89号",
    "浙江省义乌市福田路105号|浙江金华义乌福田路105号|金华市义乌市福田路105号",
]  # fmt: skip


def groups():
    return [
        [text.strip() for line in group.splitlines() for text in line.split("|") if text.strip()] for group in ADDRESSES
    ]


def test_one_address_has_one_key_however_it_is_written(keyed):
    found = keyed(C.address_key, [text for group in groups() for text in group])
    several = {
        group[0]: {text: found[text] for text in group}
        for group in groups()
        if len({found[text] for text in group}) > 1
    }
    assert several == {}
    assert [text for text, key in found.items() if key is None] == []


def test_different_addresses_have_different_keys(keyed):
    found = keyed(C.address_key, [group[0] for group in groups()])
    shared = {key: [text for text in found if found[text] == key] for key in found.values()}
    assert {key: texts for key, texts in shared.items() if len(texts) > 1} == {}


def test_what_says_no_house_or_not_where_has_no_key(keyed):
    nothing = [
        "福建省", "广州市", "荔城区荔园路", "人民路1号", "中山路100号", "朝阳区建国路93号", "鼓楼区中山路1号", "无", "某地", "荔城区某某路1号",
        "莆田市荔城区测试路1号", "123", "号", "---", "()", "", " ", None,
    ]  # fmt: skip
    assert {text: key for text, key in keyed(C.address_key, nothing).items() if key is not None} == {}


def test_a_key_reads_as_county_road_number(keyed):
    expected = {
        "福建省莆田市荔城区荔园路123号": "荔城|荔园路|123",
        "江苏省南通市通州区建设路2号": "南通通州|建设路|2",
        "长沙县开元路17号": "长沙县|开元路|17",
    }
    assert keyed(C.address_key, expected) == expected


# --- hostile text -------------------------------------------------------------------------------


def test_no_text_is_an_error(spark):
    long = 100_000
    address = "福建省莆田市荔城区"
    texts = [
        "a" * long, "1" * long, "市" * long, "省市区县路号" * (long // 6), "一" * long, "路1" * (long // 2), " " * long, "\u200b" * long, "🀄" * (long // 2),
        address + "路" * 190, address + "1" * 190, (address + "荔") * 20, "县市" * 100, "镇乡村" * 66 + "1号", "(" * 200, "（" * 199 + "1", "-" * 200, "86" * 100,
        "+" * 200, ":" * 200, "@" * 200, "wechat:" * 28, "1/" * 100, "\u0000", "a\u0000b", "13857204916\u0000" * 9, "👨‍👩‍👧‍👦1🇨🇳", "\u202e\u2066荔园路\u202c123\u2069",
        "شارع 12 رقم", "١٣٨٥٧٢٠٤٩١٦", "\\", "$1|$2", "%s{}", "\ufffe\uffff", "\U0010ffff", "᠎", "Ａ" * 200, "ﷺ" * 200,
    ]  # fmt: skip
    broken = [
        b"\xed\xa0\xbd",
        b"\xed\xb1\x9f" * 9,
        b"\xff\xfe\xff" * 50,
        b"138\xc35720\xe44916",
        b"\xf0\x9f\x91",
        b"wechat:ab\xedcd",
        "荔园路".encode() + b"\xe8\x8d",
    ]
    frame = spark.createDataFrame([(text,) for text in texts], "text string").unionByName(
        spark.createDataFrame([(bytearray(body),) for body in broken], "body binary").select(
            F.col("body").cast("string").alias("text")
        )
    )
    kept = frame.select(*[F.length(F.hex(rule(F.col("text")))).alias(rule.__name__) for rule in ALL_RULES]).collect()
    assert len(kept) == len(texts) + len(broken)
    assert all(row["clean_text"] is not None for row in kept)


# --- goods --------------------------------------------------------------------------------------


def test_declared_goods_are_of_the_kind_that_a_phrase_ends_in(keyed):
    expected = {
        "鞋底": "materials",
        "橡胶鞋底2箱": "materials",
        "面料 一批": "materials",
        "輔料": "materials",
        "原料等": "materials",
        "运动鞋，鞋材": "materials",
        "包装材料": "packaging",
        "鞋盒/吊牌": "packaging",
        "五金配件": "materials",
        "白酒酒标": "packaging",
        "手机外壳": "other",
        "拉链卫衣": "other",
        "皮革包": "other",
        "鞋": "other",
        "学习材料": "other",
        "茶叶礼盒": "other",
        "其他": None,
        "日用品*3": None,
        "无": None,
        "123": None,
        "": None,
        None: None,
    }
    assert keyed(C.declared_kind, expected) == expected


# --- reference data -----------------------------------------------------------------------------


def test_every_reference_row_has_a_source_and_every_file_a_version():
    names = sorted(path.stem for path in reference.FOLDER.glob("*.csv"))
    assert {
        "common_words", "declared_goods", "divisions", "listing_words", "look_alikes", "pinyin", "placeholders", "service_phones",
        "shared_county_names", "traditional",
    } <= set(names)  # fmt: skip
    for name in names:
        rows = reference.rows(name)
        assert reference.version(name), name
        assert rows, name
        assert [
            row for row in rows if not (row.get("source") or "").strip() or None in row or None in row.values()
        ] == [], name
        values = [tuple(value for column, value in row.items() if column != "source") for row in rows]
        assert len(set(values)) == len(values), name


def test_reference_values_are_spelt_as_the_rules_spell_them(keyed):
    simple, traditional = reference.simplified_table()[1], reference.simplified_table()[0]
    assert len(simple) == len(traditional) == len(reference.rows("traditional"))
    assert len(set(traditional)) == len(traditional)
    phones = [row["phone"] for row in reference.rows("service_phones")]
    assert [phone for phone in phones if not phone.isdigit()] == []
    assert set(keyed(C.phone_key, phones).values()) == {None}
    listed = [row["value"] for row in reference.rows("placeholders")]
    assert [value for value in listed if value != value.lower().strip()] == []


def test_look_alikes_syllables_and_words_say_one_thing_each():
    alike = "".join(row["characters"] for row in reference.rows("look_alikes"))
    assert len(set(alike)) == len(alike) == len(reference.look_alikes())
    assert set(reference.look_alikes().values()) <= set("abcdefghijklmnopqrstuvwxyz")
    sounding = "".join(reference.syllables().values())
    assert len(set(sounding)) == len(sounding)
    assert all(syllable.isascii() and syllable.isalpha() for syllable in reference.syllables())
    assert {row["kind"] for row in reference.rows("listing_words")} == set(features.KINDS)
    assert all(word == word.lower().strip() for row in reference.rows("listing_words") for word in (row["word"],))
    rare = reference.rare_words("word") | reference.rare_words("name")
    assert len(rare) > 50_000 and rare.isdisjoint(reference.common_words("han"))
    assert all(2 <= len(way) <= 3 for ways in reference.character_parts().values() for way in ways)
    assert len(reference.common_words("han")) > 20_000 and len(reference.common_words("latin")) > 10_000


def test_a_reference_file_that_is_not_there_is_named(tmp_path, monkeypatch):
    with pytest.raises(JobError, match=r"no conf/reference/nowhere\.csv: there are character_parts, common_words"):
        reference.rows("nowhere")
    (tmp_path / "bare.csv").write_text("name,source\n")
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    with pytest.raises(JobError, match=r"bare\.csv does not begin with `# version: `"):
        reference.version("bare")
