"""What sellers write: titles and descriptions, honest, boastful or evasive."""

from simulator import names
from simulator.brands import (
    ADJECTIVES,
    BRANDS,
    CHEAP_WORDS,
    GRADE_WORDS,
    HONEST_CLAIMS,
    NOUNS,
    SUBSTITUTE_WORDS,
    USED_WORDS,
    evade,
    plain_name,
)

OPENINGS = [
    "欢迎光临本店", "亲亲们看过来", "实体店同步销售", "本店所有商品均为实拍", "新老顾客都有小礼品", "店铺开业{n}年", "老店信誉保证",
    "每天下午{n}点前付款当天发货", "不定期上新请先收藏", "仓库直发没有中间环节", "全场满{n}件包邮", "拍前请先联系客服确认库存",
]  # fmt: skip
DETAILS = [
    "面料经过{n}道工序", "细节请看图", "尺码偏大建议拍小一码", "颜色因显示器不同会有色差", "手工测量误差{n}厘米以内", "包装完整带吊牌",
    "做工扎实走线整齐", "轻便耐用日常通勤都可以", "厚薄适中四季可用", "五金顺滑不掉色", "密封包装保质期见外盒", "库存剩{n}件卖完不补",
    "适合送礼自用", "质量对得起价格", "手感细腻有分量", "版型正不挑人", "开箱无异味", "配件齐全说明书在盒内", "颜色以实物为准",
    "支持对比实物", "已经卖出{n}多件", "回头客很多", "出货前逐件检查", "老客户复购率高",
]  # fmt: skip
TERMS = [
    "支持七天无理由退换", "非质量问题来回运费自理", "签收时请当面检查", "偏远地区补{n}元运费", "默认发中通圆通不指定", "退货请先联系客服登记",
    "退回请附纸条写明旺旺名", "质量问题{n}天内包换", "特价商品不退不换", "破损请拍照联系", "收到后满意请给五星好评", "发票请留言抬头",
    "晚上{n}点后的消息第二天回复", "节假日照常发货", "批发价格另议", "量大请私聊",
]  # fmt: skip
FAKE_DETAILS = [
    "一手货源工厂直出", "专柜可比细节到位", "懂的来不解释", "渠道特殊价格你懂", "盒子票据配件全套", "外贸尾单数量有限", "支持一件代发",
    "不议价不回复真假", "同行勿扰看图下单", "原厂材料同一条线", "支持放店使用", "验货满意再确认",
]  # fmt: skip
CONTACTS = ["更多款式加V：{h}", "看货微信 {h}", "相册请加{h}", "售后联系{h}"]
# Text that does harm where it is interpreted instead of shown.
HOSTILE = [
    '=HYPERLINK("http://example.com")',
    "@SUM(1+1)",
    "<script>alert(1)</script>",
    "'; DROP TABLE t; --",
    "\u202e",
    "${jndi:x}",
    "\\u0000",
    "-2+3",
]
TAILS = ["", "", "", "❤", "🔥", "～", "！！", "。", " ", "【现货】", "👟"]


def draw_template(r, fake: bool) -> list[str]:
    """The sentences of one description; numbers are still open."""
    details = DETAILS + FAKE_DETAILS if fake else DETAILS
    return [r.choice(OPENINGS), *r.sample(details, r.randint(3, 5)), *r.sample(TERMS, r.randint(2, 3))]


def add_text(cast, r, category: str, fake: bool, contact: bool = False) -> int:
    """Registers a description that several listings will use, and returns its index."""
    sentences = draw_template(r, fake)
    sentences.insert(1, r.choice(NOUNS[category]))
    if contact:
        handle = names.draw_handle(r).split(":")[1]
        sentences.append(r.choice(CONTACTS).format(h=handle))
    cast.texts.append(sentences)
    return len(cast.texts) - 1


def render_text(r, sentences: list[str]) -> str:
    """One listing's copy of a description: other numbers, another ending, sometimes a sentence less."""
    used = list(sentences)
    if len(used) > 5 and r.random() < 0.1:
        used.pop(r.randrange(1, len(used)))
    mark = "，" if r.random() < 0.85 else " "
    return mark.join(s.replace("{n}", str(r.randint(1, 30))) for s in used) + r.choice(TAILS)


def draw_title(r, goods, category: str, brand: int, evaded: str | None) -> str:
    """A title: the brand as this seller writes it, the thing, and the words that sell it."""
    noun = r.choice(NOUNS[category])
    words = r.sample(ADJECTIVES, r.randint(1, 3))
    if evaded is not None:
        if r.random() < goods.grade_share:
            words.append(r.choice(GRADE_WORDS))
        elif r.random() < 0.25:
            words.append(r.choice(HONEST_CLAIMS))
    elif goods.style == "honest" and brand >= 0 and r.random() < 0.5:
        words.append(r.choice(HONEST_CLAIMS))
    elif goods.style == "substitute":
        words.append(r.choice(SUBSTITUTE_WORDS))
    if goods.says and r.random() < 0.7:
        words.append(r.choice(USED_WORDS if goods.says == "used" else CHEAP_WORDS))
    r.shuffle(words)
    name = evaded if evaded is not None else plain_name(r, BRANDS[brand]) if brand >= 0 else ""
    parts = [name, *words[:1], noun, *words[1:]]
    glue = " " if r.random() < 0.6 else ""
    title = glue.join(p for p in parts if p)
    if r.random() < 0.002:
        return r.choice(HOSTILE) + title
    return f"{title} {r.randint(100, 9999)}" if r.random() < 0.2 else title


def draw_evasion(r, goods, brand: int) -> tuple[str, str]:
    """(kind, text) of a protected name as a seller of fakes writes it."""
    return evade(r, BRANDS[brand], goods.evasion)


def claim_brand(r, goods, brand: int, evasion: str | None) -> str | None:
    """What goes into the brand field: honest sellers fill it in, sellers of fakes mostly avoid it."""
    if brand < 0:
        return r.choice([None, None, "无品牌", "other/其他", ""])
    if evasion is None:
        return plain_name(r, BRANDS[brand]) if r.random() < 0.85 else None
    if evasion == "plain" and r.random() < 0.35:
        return BRANDS[brand].chinese
    return r.choice([None, None, None, "", "other/其他", "无"])
