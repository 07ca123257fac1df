"""Whether what was found in a text is a word there: alone, or parted from its neighbours by capitals; and words of lists."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from jobs.text import characters, search
from jobs.text.characters import BLANK, CODES, NOTHING, SENTENCE, Codes, Flags, Letters, Numbers, Tables

LETTER, DIGIT, OTHER = 0, 1, 2
# So far is looked for the end of a word: none that is known is longer.
MOST_REST = 30


@dataclass(frozen=True)
class Found:
    """Where Latin words stand in letters, one entry each: `at` to `end` (not included) inside `first` to `final`.

    first, final: the run of Latin letters, or of digits, around the word; of up to MOST_REST on a side.
    is_parted_before, is_parted_after: the case changes there: newNike, NEWnike, NikeShoes, NIKEshoes.
    """

    at: Numbers
    end: Numbers
    first: Numbers
    final: Numbers
    is_parted_before: Flags
    is_parted_after: Flags

    def is_alone(self) -> Flags:
        return (self.first == self.at) & (self.final == self.end)


def around(letters: Letters, raw: Codes, tables: Tables, at: Numbers, end: Numbers) -> Found:
    """What stands around words from `at` to `end`. raw: the text from which the letters were taken."""
    size = len(letters.codes)

    def code(position: Numbers) -> Codes:
        found: Codes = np.minimum(raw[letters.at[np.clip(position, 0, size - 1)]], CODES - 1)
        return found

    def kind(position: Numbers) -> Numbers:
        shown = tables.plain[code(position)]
        is_digit, is_letter = (shown >= ord("0")) & (shown <= ord("9")), (shown >= ord("a")) & (shown <= ord("z"))
        return np.where(is_digit, DIGIT, np.where(is_letter, LETTER, OTHER))

    def is_edge(position: Numbers) -> Flags:
        """Words end where letters, digits and other scripts meet."""
        gap = letters.gap[np.minimum(position, size - 1)] > NOTHING
        found: Flags = (position <= 0) | (position >= size) | gap | (kind(position) != kind(position - 1))
        return found

    def walked(start: Numbers, step: int) -> Numbers:
        position = start.copy()
        for _ in range(MOST_REST):
            goes_on = ~is_edge(position)
            if not goes_on.any():
                break
            position[goes_on] += step
        return position

    def is_parted(position: Numbers, rest: Numbers, more: Flags) -> Flags:
        """Whether the case changes at a letter. rest: letters of the neighbour; more: whether the word goes on after it."""
        here, next_one, before, two_before = (tables.is_capital[code(position + step)] for step in (0, 1, -1, -2))
        # newNike, NEWNike; NEWnike, NIKEshoes, but not the one capital with which any word begins, nor NIKEs.
        found: Flags = (here & ~before) | (here & more & ~next_one) | (~here & before & two_before & (rest > 1))
        return found

    first, final = walked(at, -1), walked(end, 1)
    return Found(
        at, end, first, final, is_parted(at, at - first, end - at > 1), is_parted(end, final - end, final - end > 1)
    )  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """Words of a list, by number: an index of their letters, how they are spelt, gaps inside and, of these, blanks."""

    words: search.Words
    spelling: tuple[str, ...]
    gaps: Numbers
    blanks: Numbers


def listed(spelt: Iterable[str], tables: Tables) -> tuple[Listed, dict[str, int]]:
    """Index over words, and the number of each: words of the same letters have one. No words are no error."""
    by_letters: dict[bytes, int] = {}
    number: dict[str, int] = {}
    kept: list[tuple[Codes, str, int, int]] = []
    for word in spelt:
        found = characters.letters(characters.joined([word]), tables.simple, tables.between)
        codes, inside = found.codes[:-1], found.gap[1:-1]
        number[word] = by_letters.setdefault(codes.tobytes(), len(kept))
        if number[word] == len(kept):
            kept.append((codes, word, int((inside > NOTHING).sum()), int((inside == BLANK).sum())))
    words = search.words([codes for codes, _, _, _ in kept])
    gaps, blanks = (np.array([row[i] for row in kept], np.int64) for i in (2, 3))
    return Listed(words, tuple(word for _, word, _, _ in kept), gaps, blanks), number


def find_listed(letters: Letters, wanted: Listed) -> tuple[Numbers, Numbers, Numbers]:
    """(first letter, last letter, word) of words of the list: Latin ones whole, with just the signs that they have.

    Between Chinese characters signs may be put in; sentences are not read across their end.
    """
    at, word = search.find(letters.codes, wanted.words)
    last = at + wanted.words.lengths[word] - 1
    gaps, blanks, sentences = (
        np.cumsum(flags) for flags in (letters.gap > NOTHING, letters.gap == BLANK, letters.gap == SENTENCE)
    )
    inside, signs = gaps[last] - gaps[at], wanted.gaps[word]
    han, starts, ends = characters.is_han(letters.codes), letters.starts(), letters.ends()
    all_han = np.cumsum(~han)
    is_han = all_han[last] - all_han[at] + ~han[at] == 0
    kept = (
        (is_han | (inside == signs))
        & (blanks[last] - blanks[at] == wanted.blanks[word])
        & ((sentences[last] - sentences[at] == 0) | (signs > 0))
        & (han[at] | starts[at])
        & (han[last] | ends[last])
    )
    return at[kept], last[kept], word[kept]
