"""Twenty-five invented brands, the goods sold under them, and how sellers write and hide their names."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Brand:
    """A protected name. `traditional` and `homophone` are what evaders write; only the first is protected."""

    brand_id: str
    chinese: str
    latin: str
    pinyin: str
    short: str
    traditional: str
    homophone: str
    prices: tuple[tuple[str, int], ...]  # category, median genuine price in yuan

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(c for c, _ in self.prices)


def brand(n, chinese, latin, pinyin, short, traditional, homophone, **prices) -> Brand:
    """One row of the table below."""
    return Brand(f"BR{n:03d}", chinese, latin, pinyin, short, traditional, homophone, tuple(prices.items()))


BRANDS = (
    brand(1, "驰风", "Chivento", "chifeng", "CVT", "馳風", "池峰", sneakers=899, apparel=459),
    brand(2, "跃鹿", "Yuelune", "yuelu", "YLN", "躍鹿", "悦鹿", sneakers=1199),
    brand(3, "岚步", "Lanstep", "lanbu", "LSP", "嵐步", "蓝布", sneakers=699, apparel=329),
    brand(4, "赤隼", "Krestral", "chisun", "KRL", "赤隼", "赤笋", sneakers=1599),
    brand(5, "沐珂", "Mucquet", "muke", "MQT", "沐珂", "木可", handbags=12800),
    brand(6, "斐朗", "Felaron", "feilang", "FLR", "斐朗", "菲浪", handbags=8600, apparel=4200),
    brand(7, "罗缇雅", "Lotiara", "luotiya", "LTA", "羅緹雅", "萝蒂雅", handbags=18500),
    brand(8, "葵妮", "Quinelle", "kuini", "QNL", "葵妮", "奎尼", handbags=3200),
    brand(9, "穆恩时", "Muhnzeit", "muenshi", "MZT", "穆恩時", "木恩石", watches=36000),
    brand(10, "铂岳", "Bovierre", "boyue", "BVR", "鉑岳", "博越", watches=9800),
    brand(11, "汐颜", "Siyenne", "xiyan", "SYN", "汐顏", "夕言", cosmetics=680),
    brand(12, "曜白", "Yaobelle", "yaobai", "YBL", "曜白", "耀百", cosmetics=420),
    brand(13, "芷露", "Zhilurea", "zhilu", "ZLR", "芷露", "止露", cosmetics=260),
    brand(14, "极鲸", "Gekwale", "jijing", "GKW", "極鯨", "机晶", electronics=1299),
    brand(15, "音砾", "Inlithe", "yinli", "ILT", "音礫", "音力", electronics=899),
    brand(16, "酲河", "Chenghera", "chenghe", "CHR", "酲河", "成河", liquor=1480),
    brand(17, "九隐", "Jiuyinne", "jiuyin", "JYN", "九隱", "久饮", liquor=980),
    brand(18, "固擎", "Gutorque", "guqing", "GTQ", "固擎", "古晴", auto_parts=560),
    brand(19, "驭衡", "Yudhena", "yuheng", "YDH", "馭衡", "玉恒", auto_parts=380),
    brand(20, "凛峰", "Linpeake", "linfeng", "LPK", "凜峰", "林丰", apparel=1890),
    brand(21, "素衿", "Sujinelle", "sujin", "SJN", "素衿", "素巾", apparel=760),
    brand(22, "砺原", "Liyuanne", "liyuan", "LYN", "礪原", "丽园", apparel=1280, sneakers=980),
    brand(23, "澜笛", "Landilo", "landi", "LDL", "瀾笛", "蓝迪", cosmetics=560),
    brand(24, "星楔", "Astrowedge", "xingxie", "AWG", "星楔", "星蝎", electronics=459, watches=1680),
    brand(25, "麓壳", "Lukeshell", "luke", "LKS", "麓殼", "鹿可", electronics=199, auto_parts=240),
)  # fmt: skip

NOUNS = {
    "sneakers": ["运动鞋", "跑步鞋", "板鞋", "篮球鞋", "老爹鞋", "休闲鞋"],
    "handbags": ["手提包", "单肩包", "斜挎包", "托特包", "钱包", "腋下包"],
    "watches": ["机械表", "男士手表", "石英表", "女表", "运动手表"],
    "cosmetics": ["精华液", "面霜", "口红", "粉底液", "眼霜", "面膜"],
    "electronics": ["无线耳机", "充电器", "智能手环", "蓝牙音箱", "移动电源"],
    "liquor": ["白酒500ml", "酱香型53度", "礼盒装", "整箱6瓶"],
    "auto_parts": ["刹车片", "机油滤清器", "火花塞", "雨刮器", "空气滤芯"],
    "apparel": ["羽绒服", "冲锋衣", "卫衣", "T恤", "连衣裙", "牛仔裤"],
    "packaging": ["鞋盒", "礼品盒", "手提袋", "防尘袋", "吊牌", "包装彩盒", "酒瓶瓶盖", "说明书印刷"],
    "materials": ["PU皮革面料", "鞋底EVA", "拉链五金", "网布", "石英机芯", "膏霜空瓶", "耳机壳料", "织标"],
    "other": ["收纳盒", "手机壳", "厨房置物架", "宠物玩具", "文具套装", "快递代发"],
}  # fmt: skip
# Median price of goods that claim no brand, and the weight of one piece in kg.
PLAIN_PRICE = {"sneakers": 129, "handbags": 158, "watches": 188, "cosmetics": 69, "electronics": 79, "liquor": 188,
               "auto_parts": 66, "apparel": 99, "packaging": 3, "materials": 18, "other": 39}  # fmt: skip
PIECE_KG = {"sneakers": 1.1, "handbags": 1.0, "watches": .4, "cosmetics": .3, "electronics": .35, "liquor": 1.3,
            "auto_parts": .9, "apparel": .7, "packaging": .12, "materials": .5, "other": .6}  # fmt: skip
DECLARED = {"sneakers": "鞋", "handbags": "箱包", "watches": "饰品", "cosmetics": "日化", "electronics": "数码配件",
            "liquor": "食品", "auto_parts": "汽配", "apparel": "服装", "packaging": "纸制品", "materials": "原料",
            "other": "日用品"}  # fmt: skip
PLAIN_CATEGORIES = ["apparel", "apparel", "apparel", "other", "other", "other", "sneakers", "cosmetics", "electronics",
                    "handbags", "auto_parts", "liquor", "watches"]  # fmt: skip

ADJECTIVES = ["新款", "春季", "百搭", "透气", "轻便", "简约", "韩版", "ins风", "复古", "通勤", "学生", "高级感", "防水", "大容量",
              "经典款", "情侣", "显瘦", "耐磨", "减震", "补水", "舒适"]  # fmt: skip
HONEST_CLAIMS = ["正品保证", "专柜正品", "官方授权", "假一赔十", "支持专柜验货", "七天无理由", "现货速发", "包邮"]
GRADE_WORDS = ["1:1", "高版本", "顶级", "复刻", "原单", "纯原", "公司级", "出厂货", "尾单", "支持放店", "过验", "莆田",
               "高仿", "海外版", "渠道货", "工厂直供", "专柜品质", "大牌平替", "终端放店", "一比一"]  # fmt: skip
USED_WORDS = ["二手", "95新", "闲置", "自用转让", "9成新", "穿过两次", "吃灰出"]
CHEAP_WORDS = ["断码", "奥莱", "清仓", "临期", "微瑕", "折扣店", "尾货"]
SUBSTITUTE_WORDS = ["同款", "平替", "风格", "明星同款", "大牌感"]

HOMOGLYPHS = {"a": "а", "e": "е", "o": "0", "i": "і", "c": "с", "l": "1", "u": "υ", "n": "п", "s": "$", "h": "һ"}
SYMBOLS = "·.*/|_~♥★ \u200b"
MASKS = "*xX○□"


def full_width(text: str) -> str:
    """ASCII letters and digits as their full-width forms."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def with_homoglyphs(r, text: str) -> str:
    """One or two letters replaced by letters of other scripts that look alike."""
    spots = [i for i, c in enumerate(text.lower()) if c in HOMOGLYPHS]
    chars = list(text)
    for i in r.sample(spots, min(len(spots), r.randint(1, 2))):
        chars[i] = HOMOGLYPHS[chars[i].lower()]
    return "".join(chars)


def with_symbol(r, text: str) -> str:
    """A symbol inserted inside the name."""
    i = r.randint(1, len(text) - 1)
    return text[:i] + r.choice(SYMBOLS) * r.randint(1, 2) + text[i:]


def with_mask(r, text: str) -> str:
    """A character in the middle or at the end made unreadable."""
    i = r.randint(1, len(text) - 1)
    return text[:i] + r.choice(MASKS) + text[i + 1 :]


def plain_name(r, b: Brand) -> str:
    """The brand as an honest seller writes it."""
    return r.choice([b.chinese, f"{b.latin}/{b.chinese}", b.latin, f"{b.chinese}{b.latin}", b.latin.upper()])


# How openly a group writes the names it copies: the draws below, by style of the group.
EVASIONS = {
    "plain": lambda r, b: plain_name(r, b),
    "homoglyph": lambda r, b: with_homoglyphs(r, b.latin),
    "full_width": lambda r, b: full_width(b.latin),
    "symbol": lambda r, b: with_symbol(r, r.choice([b.chinese, b.latin])),
    "mask": lambda r, b: with_mask(r, r.choice([b.chinese, b.latin])),
    "short": lambda r, b: r.choice([b.short, b.short.lower(), "".join(f"{c}." for c in b.short)]),
    "pinyin": lambda r, b: r.choice([b.pinyin, b.pinyin.upper(), b.pinyin.title()]),
    "traditional": lambda r, b: b.traditional,
    "homophone": lambda r, b: b.homophone,
    "hidden": lambda r, b: "",
}  # fmt: skip
EVASION_STYLES = {
    "open": {"plain": 6, "symbol": 1, "pinyin": 1},
    "mixed": {"plain": 2, "homoglyph": 2, "full_width": 1, "symbol": 3, "mask": 2, "pinyin": 2, "traditional": 1,
              "homophone": 1, "short": 1},
    "careful": {"mask": 3, "symbol": 3, "short": 3, "homophone": 2, "homoglyph": 2, "hidden": 3},
}  # fmt: skip


def evade(r, b: Brand, style: str) -> tuple[str, str]:
    """(kind of evasion, text) for one listing of a group with this style."""
    kinds = EVASION_STYLES[style]
    kind = r.choices(list(kinds), list(kinds.values()))[0]
    return kind, EVASIONS[kind](r, b)
