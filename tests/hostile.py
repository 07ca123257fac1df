"""Texts that nobody means well: parts of real ones put together, and any characters of Unicode."""

import random
from collections.abc import Iterator, Sequence

# What breaks readers whatever the field: ends, marks that are not seen, several code points a character, other digits, code.
HOSTILE = (
    " ", "\0", "\n", "\r", "\t", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "e\u0301", "\u0489" * 20, "😀", "👨‍👩‍👧", "🇻🇪", "🅥", "Ａ",
    "①", "ﬁ", "㎏", "ﷺ", "維", "𠀀", "\U000e0041", "\U0010ffff", "İ", "ß", "ǅ", "½", "٣", "०", "ª", "٪", "，", "。", "…", "<script>",
    "'; DROP TABLE", "%s{}$1\\", "한글", "عربي",
)  # fmt: skip


def texts(parts: Sequence[str], rows: int, seed: int) -> Iterator[str | None]:
    """So many texts of up to a dozen parts or of any characters, most short, some empty or missing."""
    r = random.Random(seed)
    for _ in range(rows):
        kind = r.random()
        if kind < 0.03:
            yield None
        elif kind < 0.8:
            yield "".join(r.choices(parts, k=r.randrange(12)))
        else:
            yield "".join(
                chr(r.choice((r.randrange(0xD800), r.randrange(0xE000, 0x110000)))) for _ in range(r.randrange(20))
            )
