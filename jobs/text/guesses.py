"""Words that only resemble a protected name: masked, misspelt, cut short, or its initials."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobs import reference
from jobs.text.evasions import INITIALS, MASKED, MISSPELT, TRUNCATED

# A Latin name shorter than this is one letter away from too many words.
LEAST_MISSPELT = 6
# So much of a name must be left when its end is.
LEAST_LEFT = 4
# With more codes of three letters than this, of 17,576, any code is some brand's: then they name none.
MOST_CODES = 1000
# A sign that stands so often in a title parts its words.
SEPARATES = 3
# Between two equal signs that adorn a word (*新品*) stand so many characters.
ADORNED = (2, 8)

MASKS = "*×✕✖xX○◯〇□■●?#_●△▲☆★❤♥⭕❌❎囗"
# Shapes, arrows and pictures, of which any may stand for a letter of a Latin word.
SHAPES = "\u2190-\u245f\u2500-\u2bff\U0001f300-\U0001faff"
_MASK = re.compile(
    rf"[{re.escape(MASKS.replace('x', '').replace('X', ''))}]{{1,3}}"
    r"|(?<![a-z0-9])x(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])x(?![a-z0-9])|(?<=[a-z])口|口(?=[a-z])"
    rf"|(?<=[a-z])[{SHAPES}]|[{SHAPES}](?=[a-z])"
)
_HIDES = frozenset(MASKS.lower() + "口")
_MAY_HIDE = re.compile(f"[{re.escape(''.join(sorted(_HIDES)))}{SHAPES}]")
_LATIN = re.compile(r"[a-z0-9]+")
_LATIN_BEFORE, _LATIN_AFTER = re.compile(r"[a-z0-9]+$"), re.compile(r"[a-z0-9]+")
_HAN, _HAN_ONLY = re.compile("[\u3400-\u9fff]{2,}"), re.compile("[\u3400-\u9fff]+")
_SPELT_OUT = re.compile(r"(?<![a-z0-9])(?:[a-z][^a-z0-9\u3400-\u9fff]{1,2}){2,3}[a-z](?![a-z0-9])")


@dataclass(frozen=True)
class Guesses:
    """What resembles a name: token -> numbers of names."""

    one_missing: dict[str, tuple[int, ...]] = field(default_factory=dict)
    beginning: dict[str, tuple[int, ...]] = field(default_factory=dict)
    initials: dict[str, tuple[int, ...]] = field(default_factory=dict)
    at_place: dict[tuple[bool, int, int, str], tuple[int, ...]] = field(default_factory=dict)
    exact: frozenset[str] = frozenset()
    common_han: frozenset[str] = frozenset()
    common_latin: frozenset[str] = frozenset()


def guesses(letters: Sequence[str], latin: Sequence[bool], han: Sequence[bool]) -> Guesses:
    """All that resembles names that are spelt so, of Latin letters or Chinese characters alone."""
    common_latin, common_han = reference.common_words("latin"), reference.common_words("han")
    words = common_latin | common_han | reference.rare_words("word") | reference.rare_words("name")
    one_missing, beginning, initials, at_place = (defaultdict(set) for _ in range(4))
    for number, text in enumerate(letters):
        if latin[number] or han[number]:
            for i, char in enumerate(text):
                at_place[latin[number], len(text), i, char].add(number)
        if latin[number] and len(text) >= LEAST_MISSPELT and text.isalpha():
            for i in range(len(text)):
                one_missing[text[:i] + text[i + 1 :]].add(number)
            one_missing[text].add(number)
            for size in range(max(LEAST_LEFT, (len(text) + 1) // 2), len(text)):
                beginning[text[:size]].add(number)
            for short in _abbreviations(text) - common_latin:
                initials[short].add(number)
        elif han[number] and len(text) >= 3:
            for size in range(2, len(text)):
                beginning[text[:size]].add(number)

    def frozen(found: dict[Any, set[int]]) -> dict[Any, tuple[int, ...]]:
        return {key: tuple(sorted(numbers)) for key, numbers in found.items()}

    return Guesses(
        frozen(one_missing),
        {key: numbers for key, numbers in frozen(beginning).items() if key not in words},
        frozen(initials) if len(initials) <= MOST_CODES else {},
        frozen(at_place), frozenset(letters), common_han, common_latin,
    )  # fmt: skip


def _abbreviations(text: str) -> set[str]:
    """Three letters that stand for a Latin name: its first and two later consonants, or one and its last letter."""
    later = [char for char in text[1:] if char not in "aeiou"]
    pairs = {(a, b) for i, a in enumerate(later) for b in [*later[i + 1 :], text[-1]]}
    # Three equal letters are a size or a decoration.
    return {text[0] + a + b for a, b in pairs if len({text[0], a, b}) > 1}


def resembling(text: str, guesses: Guesses, letters: Sequence[str]) -> Iterable[tuple[Sequence[int], int, int, int]]:
    """(names, evasion, begin, end) of words that resemble names. text: folded, simplified, with its symbols."""
    if _MAY_HIDE.search(text):
        yield from _masked(text, guesses, letters)
    for token in _LATIN.finditer(text):
        word, size = token[0], len(token[0])
        if size < 3 or size > 30 or word in guesses.exact or word in guesses.common_latin or word.isdigit():
            continue
        if size == 3 and word in guesses.initials:
            yield guesses.initials[word], INITIALS, *token.span()
        if size >= LEAST_LEFT and word in guesses.beginning:
            yield guesses.beginning[word], TRUNCATED, *token.span()
        if size >= LEAST_MISSPELT - 1:
            near = {n for form in _shorter(word) for n in guesses.one_missing.get(form, ())}
            if close := sorted(n for n in near if one_apart(word, letters[n])):
                yield close, MISSPELT, *token.span()
    for spelt_out in _SPELT_OUT.finditer(text):
        word = "".join(_LATIN.findall(spelt_out[0]))
        if word in guesses.initials:
            yield guesses.initials[word], INITIALS, *spelt_out.span()
    for token in _HAN.finditer(text):
        for size in (3, 2):
            word = token[0][:size]
            if len(word) == size and word in guesses.beginning and word not in guesses.exact:
                yield guesses.beginning[word], TRUNCATED, token.start(), token.start() + size
                break


def _shorter(word: str) -> list[str]:
    return [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]


def one_apart(one: str, other: str) -> bool:
    """Whether two words differ by one letter put in, left out or replaced, or by two neighbours swapped."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[same:], other[same:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _masked(text: str, guesses: Guesses, letters: Sequence[str]) -> Iterable[tuple[Sequence[int], int, int, int]]:
    """Words in which a letter was made unreadable."""
    for mask in _MASK.finditer(text):
        begin, end = mask.span()
        left = _LATIN_BEFORE.search(text, max(0, begin - 20), begin)
        right = _LATIN_AFTER.match(text, end)
        word_begin, word_end = left.start() if left else begin, right.end() if right else end
        known = word_end - word_begin - (end - begin)
        if known and mask[0] not in "xX":
            # As much of a Latin name must be left as was hidden, and three letters of it.
            if known >= 3 and known >= end - begin and not text[word_begin:begin].isdigit():
                names = _like(text[word_begin:word_end], begin - word_begin, end - word_begin, True, guesses, letters)
                yield names, MASKED, word_begin, word_end
            continue
        if mask[0] not in _HIDES:
            continue
        is_separator = text.count(mask[0]) >= SEPARATES or _adorns(text, begin, end)
        for size in (4, 3, 2):
            for before in range(size - (end - begin) + 1):
                start = begin - before
                if start < 0 or start + size > len(text) or size == end - begin:
                    continue
                left_part, right_part = text[start:begin], text[end : start + size]
                if not _HAN_ONLY.fullmatch(left_part + right_part):
                    continue
                if size == 2 and (is_separator or _is_in_word(text, begin, end, before, guesses.common_han)):
                    continue
                if size > 2 and size - (end - begin) < 2:
                    continue
                names = _like(text[start : start + size], before, before + end - begin, False, guesses, letters)
                yield names, MASKED, start, start + size


def _adorns(text: str, begin: int, end: int) -> bool:
    """Whether the sign from begin to end is one of two between which a word stands."""
    sign, (least, most) = text[begin:end], ADORNED
    after, before = text.find(sign, end), text.rfind(sign, 0, begin)
    inside = (text[end:after] if after >= 0 else "", text[before + len(sign) : begin] if before >= 0 else "")
    return any(least <= len(word) <= most and word.isalnum() for word in inside)


def _is_in_word(text: str, begin: int, end: int, before: int, common: frozenset[str]) -> bool:
    """Whether the one character beside a sign ends (before the sign) or begins an everyday word."""
    sizes = (2, 3)
    return any((text[max(0, begin - n) : begin] if before else text[end : end + n]) in common for n in sizes)


def _like(word: str, begin: int, end: int, is_latin: bool, guesses: Guesses, letters: Sequence[str]) -> list[int]:
    """Names that read like the word but for what stands from begin to end."""
    place = 0 if begin else end
    candidates = guesses.at_place.get((is_latin, len(word), place, word[place : place + 1]), ())
    return [n for n in candidates if letters[n][:begin] == word[:begin] and letters[n][end:] == word[end:]]
