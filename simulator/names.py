"""Names, numbers and tokens of people and firms. None belongs to anybody."""

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰志海燕建国文斌鹏辉云飞凤宇欣怡浩然子涵晨曦雨桐俊彬佳琪梦婷思雅春梅冬生金水火旺家豪永福德胜宏达"
FIRM_WORDS = [
    "鑫",
    "旺",
    "达",
    "盛",
    "恒",
    "瑞",
    "诚",
    "宏",
    "泰",
    "华",
    "源",
    "丰",
    "隆",
    "嘉",
    "锐",
    "卓",
    "永",
    "博",
    "联",
    "众",
]
TRADES = ["商贸", "电子商务", "贸易", "百货", "供应链管理", "网络科技", "服饰", "鞋业", "皮具", "包装材料", "日用品"]
SHOP_WORDS = [
    "小铺",
    "优选",
    "潮品",
    "正品汇",
    "工厂店",
    "直营",
    "良品",
    "生活馆",
    "名品",
    "折扣仓",
    "杂货",
    "衣橱",
    "严选",
    "买手店",
    "优购",
]
SHOP_STEMS = ["阿杰", "小鱼", "微微", "木子", "南风", "星河", "七月", "糖糖", "老街", "云上", "橙子", "北巷", "拾光", "青禾", "豆豆", "大熊",
              "知夏", "鹿角", "花间", "初见", "海岸", "半夏", "蓝调", "山野"]  # fmt: skip
DIGITS_WIDE = {ord("0") + i: 0xFF10 + i for i in range(10)}

# Prefixes that no Chinese operator has been given: the numbers look right and ring nowhere.
MOBILE_PREFIXES = ["154", "160", "161", "163", "164", "168", "169", "179"]

# What people type to get past a mandatory field.
PLACEHOLDER_PHONES = ["00000000000", "13800138000", "11111111111", "12345678901", "无", "test", "NULL", "-"]
PLACEHOLDER_TEXTS = ["无", "test", "NULL", "-", "N/A", "无无", "null"]

LICENCE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LICENCE_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]


def draw_person(r) -> str:
    """A Chinese personal name of two or three characters."""
    return r.choice(SURNAMES) + r.choice(GIVEN) + (r.choice(GIVEN) if r.random() < 0.7 else "")


def draw_company(r, city: str) -> str:
    """A registered company name."""
    return f"{city.removesuffix('市')}{r.choice(FIRM_WORDS)}{r.choice(FIRM_WORDS)}{r.choice(TRADES)}有限公司"


def draw_shop_name(r) -> str:
    """A shop name as sellers choose them."""
    tail = str(r.randint(1, 999)) if r.random() < 0.35 else ""
    return r.choice(SHOP_STEMS) + r.choice(SHOP_WORDS) + tail


def draw_phone(r) -> str:
    """An 11-digit mobile number of a range that is not in use."""
    return f"{r.choice(MOBILE_PREFIXES)}{r.randrange(10**8):08d}"


def spell_phone(phone: str, style: int) -> str:
    """One of six spellings of a phone number."""
    if not phone.isdigit() or len(phone) != 11 or style == 0:
        return phone
    a, b, c = phone[:3], phone[3:7], phone[7:]
    return [phone, f"{a} {b} {c}", f"+86{phone}", f"{a}-{b}-{c}", phone.translate(DIGITS_WIDE), f"86-{phone}"][style]


def draw_token(r) -> str:
    """A salted token as the platform delivers them: 16 hexadecimal digits."""
    return f"{r.getrandbits(64):016x}"


def draw_handle(r) -> str:
    """A contact handle of the form kind:value."""
    kind = r.choice(["wechat", "wechat", "wechat", "qq", "email"])
    if kind == "qq":
        return f"qq:{r.randrange(10**8, 10**10)}"
    word = "".join(r.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(r.randint(4, 7)))
    if kind == "email":
        return f"email:{word}{r.randrange(1000)}@example.com"
    return f"wechat:{word}{r.randrange(10**4)}"


def draw_licence(r, county_code: str) -> str:
    """A unified social credit code with a right check character (GB 32100)."""
    body = "9" + r.choice("1122") + county_code + "".join(r.choice(LICENCE_ALPHABET) for _ in range(9))
    total = sum(LICENCE_ALPHABET.index(c) * w for c, w in zip(body, LICENCE_WEIGHTS, strict=True))
    return body + LICENCE_ALPHABET[(31 - total % 31) % 31]


def draw_ip_prefix(r) -> str:
    """A /24 out of the shared address space of RFC 6598, which routes nowhere."""
    return f"100.{r.randint(64, 127)}.{r.randint(0, 255)}.0/24"
