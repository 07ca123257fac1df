"""What the texts of a listing say: words, contacts, templates; past what sellers put in between."""

import pytest

from jobs.text import features

KNOWN = features.word_list()
FULL = "新款春季百搭透气轻便运动鞋男女情侣学生通勤减震耐磨"
STORY = "面料经过十道工序，细节请看图，尺码偏大建议拍小一码，做工扎实走线整齐，包装完整带吊牌，支持七天无理由退换，发货前逐件检查"


def described(title=None, description=None, brand=None):
    (row,) = features.describe(KNOWN, [title], [description], [brand]).to_pylist()
    return row


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("grade_words", "高仿 运动鞋", ["高仿"]),
        ("grade_words", "高.仿 運動鞋", ["高仿"]),
        ("grade_words", "１：１ 復刻", ["1:1", "复刻"]),
        ("grade_words", "超A 版，A货", ["a货", "超a"]),
        ("grade_words", "原单尾货", ["原单", "原单尾货"]),
        ("grade_words", "尺寸 11:15 比例", []),
        ("grade_words", "规格11 码", []),
        ("grade_words", "提高 仿真度", []),
        ("grade_words", "身高，仿古", []),
        ("genuine_words", "专柜正品，假一赔十", ["专柜正品", "假一赔十", "正品"]),
        ("used_words", "闲置 95新", ["95新", "闲置"]),
        ("used_words", "1995新款", []),
        ("compatible_words", "适用于手机 case for phone", ["for", "适用", "适用于"]),
        ("compatible_words", "comfort 明星同款", ["同款"]),
        ("compatible_words", "compatible with phones", ["compatible", "compatible with"]),
        ("compatible_words", "明星同·款 平-替", ["同款", "平替"]),
        ("compatible_words", "明星同 款，平，替", []),
    ],
)
def test_words_are_found_as_they_are_meant(column, text, words):
    assert described(title=text)[column] == words
    assert described(description=text)[column] == words


@pytest.mark.parametrize(
    ("text", "phones", "handles"),
    [
        ("更多款式加V：shoes_888", [], ["wechat:shoes_888"]),
        ("看货微信 abcd1234 现货", [], ["wechat:abcd1234"]),
        ("薇 信 号: a b c d 1 2 3 4", [], []),
        ("薇信号: a b c d 1 2 3 4", [], ["wechat:abcd1234"]),
        ("ＶＸ：ａｂｃｄ１２３４", [], ["wechat:abcd1234"]),
        ("扣扣 4821·3377", [], ["qq:48213377"]),
        ("QQ：48２133７７", [], ["qq:48213377"]),
        ("微信 2870127133", [], ["qq:2870127133"]),
        ("电话 139-1234-5600", ["13912345600"], []),
        ("一三九一二三四五六零零 联系", ["13912345600"], []),
        ("①③⑨①②③④⑤⑥⓪⓪", ["13912345600"], []),
        ("微信同号 13912345600", ["13912345600"], []),
        ("联系 13912345600，七天无理由", ["13912345600"], []),
        ("13912345600 一件代发，24小时发货", ["13912345600"], []),
        ("相册请加abcde9369", [], ["wechat:abcde9369"]),
        ("联系客服 size 36-44", [], []),
        ("拍前请先联系客服确认库存", [], []),
        ("货号 20240317001234", [], []),
        ("编号 4f15932271068ba0c", [], []),
        ("编号 a15932271068", [], []),
        ("tel15932271068", ["15932271068"], []),
        ("v领 t恤 vintage collection", [], []),
        ("加微信 abc123456 正品 VERSACE 联系", [], ["wechat:abc123456"]),
        ("联系 Vans Old Skool 36", [], []),
        ("联系 v：abc123456", [], ["wechat:abc123456"]),
    ],
)
def test_contacts_are_read_past_spaces_and_other_digits(text, phones, handles):
    found = described(description=text)
    assert (found["phones"], found["handles"]) == (phones, handles)


def test_an_account_that_begins_with_the_brand_keeps_it():
    assert described(description="加微信 lvbag8888 看 lv 包", brand="lv")["handles"] == ["wechat:lvbag8888"]


def test_a_title_template_is_what_is_left_without_brand_numbers_and_order():
    first = described(title=f"Velmora {FULL} 42码 A-1234", brand="Velmora")["title_template"]
    assert first is not None
    assert described(title=f"{FULL[10:]} 维·莫·拉 38 {FULL[:10]}码", brand="维·莫·拉")["title_template"] == first
    assert described(title=f"{FULL}加绒")["title_template"] != first
    assert described(title="新款运动鞋")["title_template"] is None


def test_a_description_template_is_the_set_of_its_clauses():
    first = described(description=STORY)["description_template"]
    clauses = STORY.split("，")
    variants = [
        " ".join(reversed(clauses)),
        "！".join([*clauses, clauses[0]]) + "～👟",
        STORY.replace("细节请看图", "细节请看图3") + "，好鞋",
        "，".join([*clauses, "更多款式加v：abcd1234"]),
        STORY.replace("包裝", "包装").replace("做工", "做\u200b工"),
    ]
    assert first is not None
    assert [described(description=text)["description_template"] for text in variants] == [first] * len(variants)
    assert described(description="，".join(clauses[1:]))["description_template"] != first
    assert described(description="，".join(clauses[:2]))["description_template"] is None
    assert described(title=STORY)["description_template"] is None


def test_nothing_said_is_nothing_found():
    nothing = {
        name: [] for name in ("grade_words", "genuine_words", "used_words", "compatible_words", "phones", "handles")
    }
    for text in (None, "", "   ", "😀😀😀", "\0", "\u202e\u0301"):
        assert described(text, text) == {**nothing, "title_template": None, "description_template": None}
    assert features.describe(KNOWN, [], [], []).num_rows == 0


def test_an_empty_list_of_words_is_no_error(monkeypatch):
    monkeypatch.setattr(features.reference, "listing_words", lambda kind: ())
    (row,) = features.describe(features.word_list(), ["高仿 加v abcd1234"], [STORY], [None]).to_pylist()
    assert row["grade_words"] == [] and row["handles"] == []
    assert row["description_template"] is not None
