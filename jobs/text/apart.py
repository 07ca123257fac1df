"""Chinese names with one or two characters taken apart (拆字): 而寸 for 耐, the parts side by side, as buyers still read them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from jobs import reference
from jobs.text import search
from jobs.text.characters import Letters, Numbers

# Characters of one name that are taken apart, at most: who takes more apart is read by nobody.
MOST_APART = 2


@dataclass(frozen=True)
class Apart:
    """Names with characters taken apart: words, and by number of the word its names and where (begin, end) the parts stand."""

    words: search.Words
    names: tuple[tuple[int, ...], ...]
    parts: tuple[tuple[tuple[int, int], ...], ...]
    everyday: frozenset[str]


def apart(letters: Sequence[str], han: Sequence[bool]) -> Apart:
    """All ways to take apart names that are spelt so. What two names could be is neither; parts that are a word are read as it."""
    everyday = reference.common_words("han")
    names: dict[str, set[int]] = defaultdict(set)
    places: dict[str, tuple[tuple[int, int], ...]] = {}
    for number, text in enumerate(letters):
        if han[number]:
            for written, parts in _ways(text):
                if everyday.isdisjoint(written[begin:end] for begin, end in parts):
                    names[written].add(number)
                    places[written] = parts
    kept = sorted(written for written, numbers in names.items() if len({letters[n] for n in numbers}) == 1)
    return Apart(
        search.words([np.array([ord(char) for char in written], np.uint32) for written in kept]),
        tuple(tuple(sorted(names[written])) for written in kept),
        tuple(places[written] for written in kept),
        everyday,
    )


def _ways(text: str) -> Iterator[tuple[str, tuple[tuple[int, int], ...]]]:
    """(as it is written, places of parts) of a name with one or two characters taken apart."""
    known = reference.character_parts()
    able = [i for i, char in enumerate(text) if char in known]
    for size in range(1, MOST_APART + 1):
        for places in combinations(able, size):
            for parts in product(*(known[text[i]] for i in places)):
                spelt = list(text)
                for place, part in zip(places, parts, strict=True):
                    spelt[place] = part
                ends = np.cumsum([len(piece) for piece in spelt]).tolist()
                yield "".join(spelt), tuple((ends[i] - len(spelt[i]), ends[i]) for i in places)


def find(simple: Letters, known: Apart) -> tuple[Numbers, Numbers, Numbers]:
    """(first letter, last letter, name) of names taken apart, but where a part begins or ends an everyday word."""
    at, word = search.find(simple.codes, known.words)
    found = []
    for first, number in zip(at.tolist(), word.tolist(), strict=True):
        last = first + int(known.words.lengths[number]) - 1
        edges = [i for begin, end in known.parts[number] for i in (first + begin - 1, first + end - 1)]
        pairs = {"".join(map(chr, simple.codes[max(0, i) : i + 2])) for i in edges}
        if known.everyday.isdisjoint(pairs):
            found += [(first, last, name) for name in known.names[number]]
    columns = np.array(found, np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]
