"""Texts of many rows as one array of characters, folded: what is the same to a reader is the same number.

Everything is an operation on whole arrays (numpy), so a batch costs some nanoseconds a character whatever is in it.
Tables are made on the driver from conf/reference and travel with the function; executors read no files.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from jobs import reference
from jobs.columns import spelling_table

Codes = NDArray[np.uint32]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Characters beyond are rare ideographs and signs that stand for themselves.
CODES = 0x30000
# A field ends with this, so that nothing is found across fields. It is in no text: NUL becomes a blank before.
END = "\0"
# What stands between two letters of a text, the strongest of a run.
NOTHING, BLANK, SYMBOL, SENTENCE = 0, 1, 2, 3
SENTENCE_MARKS = "，。；：！？、…\n\r"
# Formatting and direction marks, combining marks, and fillers that look like nothing; as in jobs/columns.py.
FILLERS = "\u115f\u1160\u3164\uffa0\u2800"


@dataclass(frozen=True)
class Tables:
    """Folded characters by code point, 0 where nothing is left.

    plain:   lower case, compatibility forms and accents undone; letters, digits and Chinese characters only.
    simple:  the same in simplified characters.
    read:    the same with look-alikes as the Latin letters that they imitate, and i as l.
    between: NOTHING, BLANK, SYMBOL or SENTENCE: what a character that is no letter is between letters.
    sound:   number of the syllable of a Chinese character, 0 for all others.
    is_capital: capital letters.
    """

    plain: Codes
    simple: Codes
    read: Codes
    between: NDArray[np.uint8]
    sound: Codes
    is_capital: Flags


@cache
def tables() -> Tables:
    """All tables, from Unicode's data and conf/reference."""
    spelling = dict(zip(*spelling_table(), strict=True))
    simple_of = dict(zip(*reference.simplified_table(), strict=True))
    alike = reference.look_alikes()
    plain, simple, read = (np.zeros(CODES, np.uint32) for _ in range(3))
    between = np.full(CODES, SYMBOL, np.uint8)
    for code in range(1, CODES):
        char = chr(code)
        form = spelling.get(char, char).lower()
        form = form if len(form) == 1 else form[0]
        form = spelling.get(form, form)
        if _is_letter(form):
            between[code] = NOTHING
            plain[code] = ord(form)
            simple[code] = ord(simple_of.get(form, form))
        elif _is_invisible(char):
            between[code] = NOTHING
        elif char in SENTENCE_MARKS or form in SENTENCE_MARKS:
            between[code] = SENTENCE
        elif char.isspace() or form.isspace() or code < 32:
            between[code] = BLANK
        imitated = alike.get(char) or alike.get(form)
        read[code] = ord(imitated) if imitated else simple[code]
    # 1 is written for both, and each for the other.
    read[read == ord("i")] = ord("l")
    sound = np.zeros(CODES, np.uint32)
    for number, (_, characters) in enumerate(sorted(reference.syllables().items()), start=1):
        sound[[ord(char) for char in characters]] = number
    is_capital = np.array([chr(code).isupper() for code in range(CODES)], bool)
    return Tables(plain, simple, read, between, sound, is_capital)


def _is_letter(char: str) -> bool:
    code = ord(char)
    return char.isalnum() and (code < 0x3000 or 0x3400 <= code <= 0x9FFF or code >= 0xAC00)


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in ("Cf", "Mn", "Me") or char in FILLERS


def is_han(codes: Codes) -> Flags:
    """Which characters are Chinese."""
    return (codes >= 0x3400) & (codes <= 0x9FFF)


@dataclass(frozen=True)
class Letters:
    """The letters of a batch of fields, in order, each field closed by a 0.

    codes:  folded characters.
    at:     where each stands in the text that was given.
    field:  number of its field.
    gap:    what stands between it and the letter before it in the same field; SENTENCE at the beginning of a field.
    """

    codes: Codes
    at: Numbers
    field: Numbers
    gap: NDArray[np.uint8]

    def starts(self) -> Flags:
        """Whether a word begins with a letter: after a gap, or where Latin and Chinese meet."""
        han = is_han(self.codes)
        changes = np.ones(len(self.codes), bool)
        changes[1:] = han[1:] != han[:-1]
        return changes | (self.gap > NOTHING)

    def ends(self) -> Flags:
        """Whether a word ends with a letter."""
        found = np.ones(len(self.codes), bool)
        found[:-1] = self.starts()[1:] | (self.codes[1:] == 0)
        return found


def joined(fields: Sequence[str]) -> Codes:
    """Code points of all fields, each closed by END."""
    text = END.join(fields) + END
    return np.frombuffer(text.encode("utf-32-le", "replace"), "<u4").astype(np.uint32, copy=False)


def letters(text: Codes, fold: Codes, between: NDArray[np.uint8]) -> Letters:
    """The letters of joined fields as `fold` makes them."""
    small = np.minimum(text, CODES - 1)
    codes, is_end = fold[small], text == 0
    # Rare ideographs stand for themselves; tags and variation selectors, far behind them, are not seen.
    far = text >= CODES
    if far.any():
        codes = np.where(far & (text < 0xE0000), text, np.where(far, 0, codes))
    kept = np.flatnonzero((codes > 0) | is_end)
    kinds = np.where(far | (codes > 0), NOTHING, between[small]).astype(np.uint8)
    # The strongest of what stands between two kept characters: maxima over what follows each.
    after = np.maximum.reduceat(kinds, kept) if len(kept) else kinds[:0]
    gap = np.empty(len(kept), np.uint8)
    gap[1:] = after[:-1]
    gap[:1] = SENTENCE
    ended = is_end[kept]
    gap[1:][ended[:-1]] = SENTENCE
    field = np.cumsum(ended) - ended
    return Letters(np.where(ended, 0, codes[kept]).astype(np.uint32), kept, field, gap)


def pieces(sizes: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """(first, last) of runs of rows with at most so many characters together, and at least one row."""
    begin, total = 0, 0
    for i, size in enumerate(sizes):
        if i > begin and total + size > most:
            yield begin, i
            begin, total = i, 0
        total += size
    if len(sizes) > begin:
        yield begin, len(sizes)
