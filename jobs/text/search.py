"""Many words searched for in one array of characters at once: exact, in time that hardly grows with the words.

Windows are compared by a polynomial hash of 64 bits (Karp and Rabin, 1987), and only where the first characters are
those of a word. Two different words collide with a chance of 2**-64 times the windows that were compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.text.characters import Codes, Flags, Numbers

Hashes = NDArray[np.uint64]

BASE, _SPREAD, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93), np.uint64(44)
_FIRST = 1 << 20


@dataclass(frozen=True)
class Words:
    """Words to search for: which beginnings of two and three characters there are, and hashes by length.

    by_length: length -> (sorted hashes, numbers of the words in that order). lengths: of all words, by number.
    """

    two: Flags
    three: Flags
    by_length: dict[int, tuple[Hashes, Numbers]]
    lengths: Numbers


def words(spelt: Sequence[Codes]) -> Words:
    """Index over words of two or more characters; shorter ones are left out. Words must differ."""
    two, three = np.zeros(_FIRST, bool), np.zeros(_FIRST, bool)
    lengths: dict[int, list[int]] = {}
    for number, word in enumerate(spelt):
        if len(word) >= 2:
            lengths.setdefault(len(word), []).append(number)
    by_length = {}
    for length, numbers in sorted(lengths.items()):
        stacked = np.stack([spelt[number] for number in numbers]).astype(np.uint64)
        hashes = np.zeros(len(numbers), np.uint64)
        for position in range(length):
            hashes = hashes * BASE + stacked[:, position]
        order = np.argsort(hashes, kind="stable")
        by_length[length] = hashes[order], np.array(numbers, np.int64)[order]
        if length == 2:
            two[_slot(stacked[:, 0], stacked[:, 1])] = True
        else:
            three[_slot(stacked[:, 0] * BASE + stacked[:, 1], stacked[:, 2])] = True
    return Words(two, three, by_length, np.array([len(word) for word in spelt], np.int64))


def _slot(before: Hashes, last: Hashes) -> Numbers:
    return (((before * BASE + last) * _SPREAD) >> _SHIFT).astype(np.int64)


def find(codes: Codes, wanted: Words) -> tuple[Numbers, Numbers]:
    """(positions, numbers of the words that stand there), in no order. A 0 in codes belongs to no word."""
    if not wanted.by_length or len(codes) < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    longest = max(wanted.by_length)
    wide = np.zeros(len(codes) + longest, np.uint64)
    wide[: len(codes)] = codes
    pair = wide[:-1] * BASE + wide[1:]
    is_begun = wanted.two[((pair * _SPREAD) >> _SHIFT).astype(np.int64)][: len(codes)]
    is_begun |= wanted.three[_slot(pair[:-1], wide[2:])][: len(codes)]
    at = np.flatnonzero(is_begun & (codes > 0))
    positions, numbers = [], []
    hashes = np.zeros(len(at), np.uint64)
    for length in range(1, longest + 1):
        hashes = hashes * BASE + wide[at + length - 1]
        if length not in wanted.by_length:
            continue
        known, word = wanted.by_length[length]
        place = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
        hit = known[place] == hashes
        positions.append(at[hit])
        numbers.append(word[place[hit]])
    return np.concatenate(positions), np.concatenate(numbers)
