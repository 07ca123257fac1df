"""Protected names as sellers write them: what is found, what had to be undone for it, and what is left alone."""

import numpy as np
import pytest

from jobs.brand_match import merged_versions, stated_prices
from jobs.text import names

ALWAYS = (0, 10**6)
BRANDS = [
    ("b1", ["Velmora", "维莫拉"], ["sneakers", "apparel"], *ALWAYS),
    ("b2", ["Kesa", "铠莎"], ["sneakers"], *ALWAYS),
    ("b3", ["North Ridge", "馭衡"], ["watches"], *ALWAYS),
    ("b4", ["Tarnquist", "朔棠"], ["cosmetics"], *ALWAYS),
]
KNOWN = names.prepared(BRANDS)


def found(title, claimed=None, description=None, category="sneakers", known=KNOWN):
    """`brand place evasion`, with `~` before it where the name is only compared with; None where there is none."""
    (match,) = names.match(known, [claimed], [title], [description], [category], np.array([20000]))
    if match is None:
        return None
    parts = [match.brand_id, match.place, *([match.evasion] if match.evasion else [])]
    return ("~" if match.is_compared else "") + " ".join(parts)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Velmora 跑鞋", "b1 title"),
        ("新款ＶＥＬＭＯＲＡ跑鞋", "b1 title"),
        ("Vélmora 跑鞋", "b1 title"),
        ("v\u200bel\u00admora", "b1 title"),
        ("维莫拉跑鞋", "b1 title"),
        ("正品KESA跑鞋", "b2 title"),
        ("V.e.l.m.o.r.a 跑鞋", "b1 evaded symbols"),
        ("Vel❤mora 跑鞋", "b1 evaded symbols"),
        ("Vel..mora 跑鞋", "b1 evaded symbols"),
        ("维·莫·拉 跑鞋", "b1 evaded symbols"),
        ("k.e.s.a 跑鞋", "b2 evaded symbols"),
        ("Vеlmоrа 跑鞋", "b1 evaded look_alike"),
        ("Velm0ra 跑鞋", "b1 evaded look_alike"),
        ("Tarnqu1st 面霜", "b4 evaded look_alike"),
        ("Tarnqulst 面霜", "b4 evaded look_alike"),
        ("Vi1mora 跑鞋", None),
        ("VΕLMΟRΑ 跑鞋", "b1 evaded look_alike"),
        ("🅥🅔🅛🅜🅞🅡🅐 跑鞋", "b1 evaded look_alike"),
        ("🇻🇪🇱🇲🇴🇷🇦 跑鞋", "b1 evaded look_alike"),
        ("K€sa 跑鞋", "b2 evaded look_alike"),
        ("維莫拉跑鞋", "b1 evaded traditional"),
        ("V*lmora 跑鞋", "b1 evaded masked"),
        ("Velmor口 跑鞋", "b1 evaded masked"),
        ("K*sa 跑鞋", "b2 evaded masked"),
        ("维*拉跑鞋", "b1 evaded masked"),
        ("铠* 跑鞋", "b2 evaded masked"),
        ("铠x跑鞋", "b2 evaded masked"),
        ("Vellmora 跑鞋", "b1 evaded misspelt"),
        ("Velomra 跑鞋", "b1 evaded misspelt"),
        ("Velmra 跑鞋", "b1 evaded misspelt"),
        ("velmo 跑鞋", "b1 evaded truncated"),
        ("维莫 跑鞋", "b1 evaded truncated"),
        ("weimola 跑鞋", "b1 title"),
        ("唯莫垃 跑鞋", "b1 evaded homophone"),
        ("vlm 跑鞋", "b1 evaded initials"),
        ("V.L.M. 跑鞋", "b1 evaded initials"),
    ],
)
def test_names_are_found_past_what_sellers_do_to_hide_them(title, expected):
    assert found(title) == expected


@pytest.mark.parametrize(
    "title",
    [
        "透气运动鞋 1:1", "welcome to our shop", "100*50 cm 地垫", "防滑*耐磨*透气", "more vel", "elmo 拖鞋", "kesari 运动鞋",
        "尺码 36-44 现货", "velocity 跑鞋", "", "😀😀😀", "维修工具", "oooo 1111 跑鞋", "k e 运动鞋", "铠甲 莎莎", "拉链 维护 莫名",
        "*铠*跑鞋*百搭*", "**拉 跑鞋", "mmm 跑鞋 vvv", "anvelmoran 跑鞋",
    ],
)  # fmt: skip
def test_what_only_has_letters_in_common_is_no_name(title):
    assert found(title) is None


EVERYDAY = names.prepared(
    [
        ("apple", ["Apple"], ["electronics"], *ALWAYS), ("coach", ["Coach"], ["handbags"], *ALWAYS), ("gap", ["Gap"], ["apparel"], *ALWAYS),
        ("dorva", ["Dorva"], ["handbags"], *ALWAYS), ("ridge", ["North Ridge"], ["watches"], *ALWAYS), ("kesa", ["Kesa"], ["handbags"], *ALWAYS),
        ("velmora", ["Velmora"], ["sneakers"], *ALWAYS),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    "title",
    [
        "pineapple 罐头", "Pineapple juice", "PINEAPPLE", "APPLES", "APPLES 水果", "APPLEs", "Apples", "stagecoach 模型", "apples水果", "appleton", "applepie", "coachman 帽子", "pineapp1e", "stagec0ach",
        "northridgeway", "dorvan", "andorva", "landorvas", "kesari", "akesa", "gaps", "agap", "anvelmoran", "aGap", "GapX", "onlinegap",
    ],
)  # fmt: skip
def test_a_name_in_a_longer_word_is_no_mention_of_it(title):
    assert found(title, category="handbags", known=EVERYDAY) is None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("AppleWatch 表带", "apple title"), ("newapple", "apple title"), ("pineAPPLE", "apple title"), ("NEWApple", "apple title"), ("NEWapple", "apple title"), ("APPLEWatch", "apple title"), ("APPLEcase", "apple title"),
        ("coachbag 手提包", "coach title"), ("COACHOutlet", "coach title"), ("ＣｏａｃｈＢａｇ", "coach title"), ("coach2024", "coach title"),
        ("2024coach", "coach title"), ("coacht恤", "coach title"), ("正品coach包", "coach title"), ("coachоригинал", "coach title"),
        ("dorvapremium", "dorva title"), ("dorvaorange", "dorva title"), ("dorvacoach", "coach title"), ("newdorvawomensbag", "dorva title"),
        ("dоrvabag", "dorva evaded look_alike"), ("KesaBags", "kesa title"), ("kesabags", "kesa title"), ("xvelmora", "velmora title"),
        ("velmoraqz", "velmora title"), ("northridgewatch", "ridge title"),
    ],
)  # fmt: skip
def test_a_name_joined_to_known_words_or_by_its_capitals_is_a_mention(title, expected):
    assert found(title, category="handbags", known=EVERYDAY) == expected


def test_a_guess_counts_in_the_brands_own_categories_only():
    titles = ["V*lmora", "velmo", "vlm", "铠*", "唯莫垃", "Velmra", "维·莫", "k.e.s.a"]
    assert [found(title, category="liquor") for title in titles] == [None] * len(titles)
    assert found("Vel❤mora", category="liquor") == "b1 evaded symbols"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("vel mora 跑鞋", "b1 title"), ("VEL-MORA 跑鞋", "b1 title"), ("Vel.mora 跑鞋", "b1 title"), ("V.elmora", "b1 title"),
        ("Vel’mora", "b1 title"), ("Vel – mora", "b1 title"), ("Ke-sa 跑鞋", "b2 title"), ("north-ridge", "b3 title"),
        ("ke sa 跑鞋", None), ("v e l m o r a", "b1 evaded symbols"), ("V-e-l-m-o-r-a", "b1 evaded symbols"),
        ("Vel*mora", "b1 evaded symbols"), ("Vel·mora", "b1 evaded symbols"), ("维-莫-拉", "b1 evaded symbols"),
        ("Vel-m0ra", "b1 evaded look_alike"),
    ],
)  # fmt: skip
def test_a_hyphen_blank_or_full_stop_between_parts_of_a_latin_name_hides_nothing(title, expected):
    assert found(title) == expected


FRUIT = names.prepared(
    [
        ("orange", ["Orange", "橙子"], ["electronics"], *ALWAYS), ("canon", ["Canon"], ["electronics"], *ALWAYS),
        ("rose", ["玫瑰园", "Rosegarden"], ["cosmetics"], *ALWAYS), ("hill", ["丁山"], ["cosmetics"], *ALWAYS),
        ("good", ["好萝", "Any"], [], *ALWAYS),
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("title", "category", "expected"),
    [
        ("赣南橙子 九斤", "other", None), ("orange juice", "other", None), ("橙子手机", "electronics", "orange title"),
        ("orange phone", "electronics", "orange title"), ("OrangePhone 2024", "other", "orange title"),
        ("we can on request", "other", None), ("CAN-ON 相机", "electronics", "canon title"), ("Any 外套", "apparel", "good title"),
        ("玫瑰 面膜", "cosmetics", None), ("清新*丁香*山茶", "cosmetics", None), ("白*山茶*香皂", "cosmetics", None),
    ],
)  # fmt: skip
def test_a_name_that_is_an_everyday_word_is_one_outside_the_brands_categories(title, category, expected):
    assert found(title, category=category, known=FRUIT) == expected


def test_a_claim_to_be_of_a_brand_counts_in_any_category():
    assert found("九斤装", claimed="橙子", category="other", known=FRUIT) == "orange claimed"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("纟隹莫拉跑鞋", "b1 evaded split"), ("新款维莫扌立", "b1 evaded split"), ("铠艹沙 跑鞋", "b2 evaded split"),
        ("钅岂莎", "b2 evaded split"), ("铠草沙", "b2 evaded split"), ("木草地", None), ("铠 艹 沙", None),
    ],
)  # fmt: skip
def test_a_character_written_as_its_parts_is_read(title, expected):
    assert found(title) == expected


def test_parts_that_are_a_word_or_belong_to_one_name_nothing():
    known = names.prepared([("a", ["好丽"], ["apparel"], *ALWAYS), ("b", ["兰芝"], ["apparel"], *ALWAYS)])
    assert found("女子丽 外套", category="apparel", known=known) is None
    assert found("兰艹之", category="apparel", known=known) == "b evaded split"
    assert found("兰艹之", category="liquor", known=known) is None


def test_a_name_goes_on_in_the_next_field():
    assert found("跑鞋 Velm", description="ora 现货") == "b1 evaded split"
    assert found("透气跑鞋维", description="莫拉同厂出品") == "b1 evaded split"
    assert found("mora 跑鞋", claimed="vel") == "b1 evaded split"
    assert found("跑鞋 velm", claimed="其他", description="ora") == "b1 evaded split"
    assert found("跑鞋 vel", description="more than shoes") is None


def test_sentences_are_not_read_across_their_end_within_a_field():
    assert found("跑鞋", description="有三种颜色可选铠，莎是赠品") is None


def test_the_more_open_place_comes_first_and_the_own_category_before_it():
    assert found("Velmora", claimed="Velmora", description="Velmora") == "b1 claimed"
    assert found("鞋", description="原厂Velmora") == "b1 description"
    assert found("Tarnquist 维*拉 V❤elmora") == "b1 evaded symbols"
    assert found("Tarnquist 跑鞋") == "b4 title"
    assert found("North-Ridge 男表", category="watches") == "b3 title"
    assert found("northridge 男表", category="watches") == "b3 title"
    assert found("驭衡 男表", category="watches") == "b3 evaded traditional"


def test_a_name_that_goods_are_for_or_like_is_marked():
    assert found("适用于 Velmora 鞋带") == "~b1 title"
    assert found("Velmora同款 跑鞋") == "~b1 title"
    assert found("laces for velmora") == "~b1 title"
    assert found("laces, compatible with velmora") == "~b1 title"
    assert found("Velmora平·替 跑鞋") == "~b1 title"
    assert found("维·莫·拉平替 跑鞋") == "~b1 evaded symbols"
    assert found("同款热卖的正品 Velmora 跑鞋") == "b1 title"
    assert found("Velmora同款 正品Velmora") == "b1 title"
    assert found("跑鞋同款", claimed="Velmora") == "b1 claimed"
    assert found("Velmora", description="同款可拍") == "b1 title"


def test_a_word_that_resembles_two_brands_names_neither():
    twins = names.prepared([("a", ["Velmora"], ["sneakers"], *ALWAYS), ("b", ["Velmoro"], ["sneakers"], *ALWAYS)])
    assert found("velmor* 跑鞋", known=twins) is None
    assert found("velmo 跑鞋", known=twins) is None
    assert found("velmora 跑鞋", known=twins) == "a title"


def test_among_many_brands_three_letters_are_no_name():
    few, many = ([(f"b{i:03}", [f"{a}ermodun"], ["sneakers"], *ALWAYS) for i, a in enumerate(starts)] for starts in (
        "b", [a + b for a in "bdfgklmt" for b in "abdfgiklmnoprstu"]))  # fmt: skip
    assert found("bmd 跑鞋", known=names.prepared(few)) == "b000 evaded initials"
    assert found("bmd 跑鞋", known=names.prepared(many)) is None


def test_a_brand_counts_from_its_day_until_its_day():
    known = names.prepared([("b", ["Velmora"], ["sneakers"], 10, 20)])
    matches = names.match(
        known, [None] * 4, ["Velmora", "V❤elmora"] * 2, [None] * 4, ["sneakers"] * 4, np.array([9, 10, 19, 20])
    )
    assert [match and match.place for match in matches] == [None, "evaded", "title", None]


def test_the_mention_is_shown_as_it_was_written_and_cut():
    written = [
        match and match.text
        for match in names.match(
            KNOWN,
            [None] * 3,
            ["新款V.е.lmora鞋", "维*拉", "Vel" + " " * 90 + "mora"],
            [None] * 3,
            ["sneakers"] * 3,
            np.full(3, 0),
        )
    ]
    assert written == ["V.е.lmora", "维*拉", "Vel" + " " * 57]


def test_prices_are_read_by_category_and_what_is_no_price_is_left_out():
    stated = ["sneakers:899.555", "sneakers:1", "a:b:3", "bags:", "bags:x", "bags:NaN", "bags:1e30", ":5", "8"]
    assert {key: str(value) for key, value in stated_prices(stated).items()} == {
        "sneakers": "899.56", "a:b": "3.00", "": "5.00",
    }  # fmt: skip


@pytest.mark.parametrize("spelt", [[], [""], ["a"], ["**"], ["\0"], ["驰"], ["a" * 5000], ["😀😀"], ["x y", "X-Y"]])
def test_odd_brand_lists_are_no_error(spelt):
    known = names.prepared([("b", spelt, ["sneakers"], *ALWAYS)])
    assert found("velmora 跑鞋 **", known=known) is None


def test_no_brands_at_all_find_nothing():
    assert found("velmora", known=names.prepared([])) is None
    assert names.match(KNOWN, [], [], [], [], np.zeros(0, np.int64)) == []


def test_versions_that_follow_one_another_and_say_the_same_are_one():
    said, other = ("b1", ("Velmora",), ("sneakers",), ("sneakers:900",)), ("b1", ("Velmora",), ("sneakers",), ())
    rows = [
        (*said, 7, 9),
        (*said, 1, 5),
        (*said, 5, 7),
        (*other, 9, 11),
        (*said, 11, 12),
        (*said, 13, 99),
        ("b0", *said[1:], 12, 13),
    ]
    assert merged_versions(rows) == [
        ("b0", *said[1:], 12, 13), (*said, 1, 9), (*other, 9, 11), (*said, 11, 12), (*said, 13, 99),
    ]  # fmt: skip
