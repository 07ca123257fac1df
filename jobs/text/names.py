"""Protected names in listings, openly and past the ways in which sellers hide them.

Names travel to the executors as arrays. A batch of listings is searched as a whole: first for names as they are
written, then, in listings that name nothing openly in the right category, for hidden ones, then for guesses. What
only resembles a name (a guess) counts in the brand's own categories alone, in the title and the brand field.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from jobs import reference
from jobs.text import apart, characters, search, whole
from jobs.text.characters import BLANK, CODES, NOTHING, SENTENCE, SYMBOL, Codes, Flags, Letters, Numbers, Tables
from jobs.text.evasions import EVASIONS, HOMOPHONE, LOOK_ALIKE, SPLIT, SYMBOLS, TRADITIONAL
from jobs.text.guesses import Guesses, guesses, resembling

# In a longer word a Latin name as short as this is there by chance, but for what its own category says and parts of the
# word that are known; one that is no everyday word and as long as LONG_LATIN is not, at either end of it.
SHORT_LATIN, LONG_LATIN = 4, 7
# An everyday word beside a name in one word has so many letters: two are the end of many a word.
WORD = 3
# Single letters before a Chinese character begin a word of their own: A货, K金, T恤, U盘, V领.
LETTER_WORDS = "aktuv"
# A name as short as this, found only by undoing something, counts in the brand's own categories.
SHORT = 3
# Sellers' fields are cut here: a name that nobody reads is no use to the seller.
MOST_CHARS = {"brand_claimed": 200, "title": 1000, "description": 5000}
# Characters of one array: some hundred bytes each while it is searched.
PIECE = 500_000
# A mention as it was written is kept to this length.
MOST_SHOWN = 60
# So many characters from a name a word still speaks of it.
NEAR = 3

CLAIMED, TITLE, DESCRIPTION, EVADED = 1, 2, 3, 4
PLACES = ("claimed", "title", "description", "evaded")
_LATIN = re.compile(r"[a-z0-9]+")
# How the parts of a Latin name are written: LUMA-II, Luma II, J. Luma, L'Uma.
_PARTS = re.compile(r"[^\W_]+(?:(?:\s|\s?[.\-\u2010-\u2013'\u2019]\s?)[^\W_]+)+")
_JOINTS = re.compile(r"[.\-\u2010-\u2013'\u2019]")
# Letters of a part of a name, on average: of less, the name is spelt out, and to hide it.
LEAST_PART = 2
_NO_NAME = frozenset(
    {"无", "无品牌", "其他", "other", "others", "none", "no", "其它", "其他other", "other其他", "未知", "自有品牌"}
)


@dataclass(frozen=True)
class Name:
    """One spelling of a brand, valid from and to (not included) a day as a number."""

    brand: int
    text: str
    valid_from: int
    valid_to: int


@dataclass(frozen=True)
class Names:
    """All that is known of protected names, ready to search for.

    brand_ids, categories, prices: by brand. open, hidden, sounds: words and, by word, the names (as arrays).
    is_everyday: Latin names that are, or whose words all are, words of everyday use. is_word: names that are one such word,
    of brands with categories: an apple is the brand's in these alone. joins: what may stand beside a name in one word.
    """

    tables: Tables
    brand_ids: tuple[str, ...]
    categories: tuple[frozenset[str], ...]
    names: tuple[Name, ...]
    brand: Numbers
    length: Numbers
    blanks: Numbers
    is_latin: Flags
    is_everyday: Flags
    is_word: Flags
    valid_from: Numbers
    valid_to: Numbers
    letters: tuple[str, ...]
    open: "Spelt"
    hidden: "Spelt"
    sounds: "Spelt"
    before: whole.Listed
    after: whole.Listed
    guesses: Guesses
    apart: apart.Apart
    joins: frozenset[str]


@dataclass(frozen=True)
class Spelt:
    """Distinct words and the numbers of the names that are spelt so: names[first[w]:first[w + 1]]."""

    words: search.Words
    first: Numbers
    names: Numbers


def prepared(brands: Iterable[tuple[str, Sequence[str], Sequence[str], int, int]]) -> Names:
    """Names of brands: (brand_id, names, categories, valid from, valid to), days as numbers. No brand is no error."""
    tables = characters.tables()
    brand_ids, categories, names = [], [], []
    for number, (brand_id, spelt, of_categories, valid_from, valid_to) in enumerate(sorted(brands, key=_order)):
        brand_ids.append(brand_id)
        categories.append(frozenset(of_categories or ()))
        for text in sorted({*(spelt or ()), *_pinyin_of(spelt or (), tables)}):
            names.append(Name(number, text, valid_from, valid_to))
    folded = [characters.letters(characters.joined([name.text]), tables.plain, tables.between) for name in names]
    kept = [i for i, found in enumerate(folded) if len(found.codes) > 2]
    names, folded = [names[i] for i in kept], [folded[i] for i in kept]
    plain = [found.codes[:-1] for found in folded]
    read = [tables.read[codes] if len(codes) else codes for codes in plain]
    sound = [_sounds(codes, tables) for codes in plain]
    han = [bool(characters.is_han(codes).all()) for codes in plain]
    spelt_letters = tuple("".join(map(chr, codes)) for codes in plain)
    latin = [text.isascii() for text in spelt_letters]
    words = reference.common_words("latin") | reference.common_words("han") | reference.rare_words("word")
    return Names(
        tables, tuple(brand_ids), tuple(categories), tuple(names),
        np.array([name.brand for name in names], np.int64),
        np.array([len(codes) for codes in plain], np.int64),
        np.array([int((found.gap[1:-1] > NOTHING).sum()) for found in folded], np.int64),
        np.array(latin, bool),
        np.array([_is_everyday(name.text, text) for name, text in zip(names, spelt_letters, strict=True)], bool),
        np.array([bool(categories[name.brand]) and text in words for name, text in zip(names, spelt_letters, strict=True)], bool),
        np.array([name.valid_from for name in names], np.int64),
        np.array([name.valid_to for name in names], np.int64),
        spelt_letters,
        _spelt(plain, range(len(names))),
        _spelt(read, range(len(names))),
        _spelt(sound, [i for i in range(len(names)) if han[i] and bool((sound[i] > 0).all())]),
        whole.listed(reference.listing_words("compatible_before"), tables)[0],
        whole.listed(reference.listing_words("compatible_after"), tables)[0],
        guesses(spelt_letters, latin, han),
        apart.apart(spelt_letters, han),
        frozenset(spelt_letters) | reference.joined_words(),
    )  # fmt: skip


def _is_everyday(text: str, letters: str) -> bool:
    """Whether a Latin name, or each of its words, is a word of everyday use: it is part of others by chance."""
    common = reference.common_words("latin")
    return letters in common or common.issuperset(_LATIN.findall(text.lower()))


def _order(brand: tuple[str, Sequence[str], Sequence[str], int, int]) -> tuple[str, int]:
    return brand[0], brand[3]


def _pinyin_of(spelt: Sequence[str], tables: Tables) -> set[str]:
    """Readings of Chinese names of three or more characters; shorter ones read like too many words."""
    reading = sorted(reference.syllables())
    found = set()
    for text in spelt:
        sound = [int(tables.sound[ord(char)]) for char in text if ord(char) < CODES]
        if len(text) >= 3 and len(sound) == len(text) and all(sound):
            found.add("".join(reading[number - 1] for number in sound))
    return found


def _sounds(codes: Codes, tables: Tables) -> Codes:
    return tables.sound[tables.simple[np.minimum(codes, CODES - 1)]]


def _spelt(codes: Sequence[Codes], numbers: Iterable[int]) -> Spelt:
    by_word: dict[bytes, list[int]] = defaultdict(list)
    for number in numbers:
        by_word[codes[number].tobytes()].append(number)
    sizes = [len(found) for found in by_word.values()]
    return Spelt(
        search.words([np.frombuffer(word, np.uint32) for word in by_word]),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.array([number for found in by_word.values() for number in found], np.int64),
    )


# --- matching ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hits:
    """Places where names were found: row, name, place, evasion, and begin and end in the joined fields."""

    row: Numbers
    name: Numbers
    place: Numbers
    evasion: Numbers
    begin: Numbers
    end: Numbers


@dataclass(frozen=True)
class Match:
    """What one listing names: brand_id, place and evasion by name, whether only compared with, as it was written."""

    brand_id: str
    place: str
    evasion: str | None
    is_compared: bool
    text: str


@dataclass(frozen=True)
class Batch:
    """Joined fields of some listings: claimed, title and description of each, closed by a 0 each.

    sells: brand x row, whether the listing is in one of the brand's categories.
    """

    names: Names
    fields: list[str]
    raw: Codes
    plain: Letters
    first: Numbers
    day: Numbers
    category: Numbers
    sells: Flags

    def simple(self) -> Letters:
        """The plain letters in simplified characters."""
        codes = self.names.tables.simple[np.minimum(self.plain.codes, CODES - 1)]
        return Letters(codes, self.plain.at, self.plain.field, self.plain.gap)

    def in_category(self, row: Numbers, name: Numbers) -> Flags:
        return self.sells[self.names.brand[name], self.category[row]]

    def valid(self, row: Numbers, name: Numbers) -> Flags:
        day = self.day[row]
        return (self.names.valid_from[name] <= day) & (day < self.names.valid_to[name])


def match(
    names: Names, claimed: Sequence[str | None], title: Sequence[str | None], description: Sequence[str | None],
    category: Sequence[str | None], day: Numbers,
) -> list[Match | None]:  # fmt: skip
    """The protected name that each listing means. day: day of each listing as a number.

    A match in one of the brand's categories comes first, then the more open, then the one that is not merely compared
    with (`for`, `same style as`), then the longer name, then the smaller brand_id.
    """
    if not names.names:
        return [None] * len(title)
    columns = [
        [(text or "")[:most].replace(characters.END, " ") for text in texts]
        for texts, most in zip((claimed, title, description), MOST_CHARS.values(), strict=True)
    ]
    rows = list(zip(*columns, strict=True))
    sizes = [len(a) + len(b) + len(c) + 3 for a, b, c in rows]
    found: list[Match | None] = []
    for begin, end in characters.pieces(sizes, PIECE):
        found += _match_piece(_batch(names, rows[begin:end], category[begin:end], day[begin:end]))
    return found


def _batch(names: Names, rows: Sequence[tuple[str, ...]], category: Sequence[str | None], day: Numbers) -> Batch:
    number = {value: i for i, value in enumerate(sorted({value for value in category if value is not None}))}
    sells = np.zeros((len(names.brand_ids), len(number) + 1), bool)
    for brand, wanted in enumerate(names.categories):
        sells[brand, [number[value] for value in wanted if value in number]] = True
    fields = [text for row in rows for text in row]
    raw = characters.joined(fields)
    first = np.concatenate([[0], np.flatnonzero(raw == 0)[:-1] + 1]).astype(np.int64)
    of_row = np.array([len(number) if value is None else number[value] for value in category], np.int64)
    plain = characters.letters(raw, names.tables.plain, names.tables.between)
    return Batch(names, fields, raw, plain, first, day, of_row, sells)


def _match_piece(batch: Batch) -> list[Match | None]:
    rows = len(batch.day)
    hits = [_open(batch)]
    settled = np.zeros(rows, bool)
    settled[hits[0].row[batch.in_category(hits[0].row, hits[0].name)]] = True
    named = np.zeros(rows, bool)
    named[hits[0].row] = True
    if not settled.all():
        hits.append(_hidden(batch, settled))
        named[hits[1].row] = True
    if not named.all():
        hits += [_taken_apart(batch, named), _homophones(batch, named), _guessed(batch, named)]
    return _best(batch, _joined(hits), rows)


def _joined(hits: Sequence[Hits]) -> Hits:
    columns = (np.concatenate([getattr(each, name) for each in hits]) for name in Hits.__dataclass_fields__)
    return Hits(*columns)


def _expanded(at: Numbers, word: Numbers, spelt: Spelt) -> tuple[Numbers, Numbers]:
    """(position, name) for each name that is spelt as the word found there."""
    count = spelt.first[word + 1] - spelt.first[word]
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(at, count), spelt.names[np.repeat(spelt.first[word], count) + offset]


def _open(batch: Batch) -> Hits:
    """Names as they are written, but for case, width and accents."""
    names, plain = batch.names, batch.plain
    at, name = _expanded(*search.find(plain.codes, names.open.words), names.open)
    last = at + names.length[name] - 1
    row = plain.field[at] // 3
    kept = (_gaps(plain, at, last) <= names.blanks[name]) | _means_it(batch, plain, at, last, name)
    kept &= batch.valid(row, name)
    at, name, last, row = at[kept], name[kept], last[kept], row[kept]
    kept = _stands_out(batch, plain, at, last, name)
    at, name, last, row = at[kept], name[kept], last[kept], row[kept]
    return Hits(row, name, plain.field[at] % 3 + 1, np.zeros(len(at), np.int64), plain.at[at], plain.at[last] + 1)


def _gaps(letters: Letters, at: Numbers, last: Numbers) -> Numbers:
    gaps = np.cumsum(letters.gap > NOTHING)
    found: Numbers = gaps[last] - gaps[at]
    return found


def _is_written_so(batch: Batch, letters: Letters, at: Numbers, last: Numbers, name: Numbers) -> Flags:
    """Whether Latin names are written in more parts than the brand says, as anybody writes them: LUMA-II, Luma II."""
    names = batch.names
    parts = _gaps(letters, at, last) + 1
    found: Flags = names.is_latin[name] & (parts > names.blanks[name] + 1) & (parts * LEAST_PART <= names.length[name])
    for i in np.flatnonzero(found).tolist():
        found[i] = _PARTS.fullmatch(_written(batch, letters, at[i], last[i])) is not None
    return found


def _means_it(batch: Batch, letters: Letters, at: Numbers, last: Numbers, name: Numbers) -> Flags:
    """Whether names written in parts are meant. Parts that are all everyday words (can on) are the name in its own category
    alone; a short name needs its category and more than a blank."""
    names = batch.names
    own = batch.in_category(letters.field[at] // 3, name)
    found = np.zeros(len(at), bool)
    for i in np.flatnonzero(_is_written_so(batch, letters, at, last, name)).tolist():
        written = _written(batch, letters, at[i], last[i])
        is_word = names.guesses.common_latin.issuperset(_LATIN.findall(written.lower()))
        is_short = names.length[name[i]] <= SHORT_LATIN
        found[i] = (own[i] or not (is_word or is_short)) and (not is_short or _JOINTS.search(written) is not None)
    return found


def _written(batch: Batch, letters: Letters, first: int, last: int) -> str:
    """What stands in the fields from one letter to another."""
    return batch.raw[letters.at[first] : letters.at[last] + 1].tobytes().decode("utf-32-le", "replace")


def _stands_out(batch: Batch, letters: Letters, at: Numbers, last: Numbers, name: Numbers) -> Flags:
    """Whether names that stand from `at` to `last` are meant: Chinese ones always, Latin ones as a word; both, where they are
    everyday words, in the brand's categories or as a claim (an apple is a fruit elsewhere).

    Or joined to others in one word where its case changes, or where what is left is known to stand beside names. Everyday
    words are part of longer ones by chance (coach in stagecoach), so only names that are none may be joined to them.
    """
    names, codes = batch.names, letters.codes
    there = whole.around(letters, batch.raw, names.tables, at, last + 1)
    before, after = at - there.first, there.final - there.end
    own, claims = batch.in_category(letters.field[at] // 3, name), letters.field[at] % 3 == 0
    alone: Flags = ~names.is_latin[name] | there.is_alone()
    found = alone & (own | claims | ~names.is_word[name])
    is_short = names.length[name] <= SHORT_LATIN
    # Of a short name: in its category, and beside parts that are words.
    is_word = ((before == 0) | (before >= WORD)) & ((after == 0) | (after >= WORD))
    may_join = ~alone & (~is_short | ((names.length[name] > 2) & own & is_word))
    han = np.append(characters.is_han(codes), False)
    letter_words = np.isin(np.append(codes, 0)[there.end], [ord(letter) for letter in LETTER_WORDS])
    known_after = there.is_parted_after | ((after == 1) & letter_words & han[there.final])
    open_before, open_after = (before > 0) & ~there.is_parted_before, (after > 0) & ~known_after
    found |= may_join & ~open_before & ~open_after
    for i in np.flatnonzero(may_join & (open_before | open_after)).tolist():
        left = "".join(map(chr, codes[there.first[i] : at[i]]))
        right = "".join(map(chr, codes[there.end[i] : there.final[i]]))
        rests = [rest for rest, is_open in ((left, open_before[i]), (right, open_after[i])) if is_open]
        word = left + names.letters[name[i]] + right
        found[i] = _may_join(names, int(name[i]), rests, bool(left and right), word)
    return found


def _may_join(names: Names, name: int, rests: Sequence[str], is_inside: bool, word: str) -> bool:
    """Whether a name may be meant in a word that has these other parts, before or after it or (is_inside) both."""
    if word in names.guesses.common_latin:
        return False
    if all(rest in names.joins or _is_two(rest, names.joins) for rest in rests):
        return True
    if names.is_everyday[name] or names.length[name] <= SHORT_LATIN:
        return False
    is_long = names.length[name] >= LONG_LATIN and not is_inside
    common = names.guesses.common_latin
    return is_long or all(len(rest) >= WORD and (rest in common or rest in names.joins) for rest in rests)


def _is_two(text: str, words: frozenset[str]) -> bool:
    return any(text[:i] in words and text[i:] in words for i in range(2, len(text) - 1))


def _hidden(batch: Batch, settled: Flags) -> Hits:
    """Names with symbols inside, look-alike letters or traditional characters, or that go on in the next field."""
    names, tables = batch.names, batch.names.tables
    read = characters.letters(batch.raw, tables.read, tables.between)
    no_name = np.array([text.strip().lower() in _NO_NAME for text in batch.fields[::3]])
    row, part = read.field // 3, read.field % 3
    kept = ~settled[row] & ~((read.codes == 0) & (part < 2)) & ~((part == 0) & no_name[row])
    read = Letters(read.codes[kept], read.at[kept], read.field[kept], read.gap[kept])
    at, name = _expanded(*search.find(read.codes, names.hidden.words), names.hidden)
    length, is_latin = names.length[name], names.is_latin[name]
    last, row = at + length - 1, read.field[at] // 3
    any_gap, symbol, sentence = (np.cumsum(read.gap >= least) for least in (BLANK, SYMBOL, SENTENCE))
    gaps, sentences = any_gap[last] - any_gap[at], sentence[last] - sentence[at]
    symbols = symbol[last] - symbol[at] - sentences
    crosses = read.field[at] != read.field[last]
    own = batch.in_category(row, name)
    whole = read.starts()[at] & read.ends()[last]
    fits = np.where(
        is_latin,
        np.where(
            length <= SHORT_LATIN,
            (length > 2) & whole & own & ((gaps == 0) | (symbols > 0) | (gaps == length - 1)),
            whole | ((gaps == 0) & _stands_out(batch, read, at, last, name)),
        ),
        own | (length > SHORT),
    )
    within = ~crosses & (sentences == 0)
    across = crosses & (gaps == 1) & own & np.where(is_latin, whole & (length >= SHORT_LATIN), True)
    kept = fits & (within | across) & batch.valid(row, name)
    at, last, name, row, gaps, crosses = at[kept], last[kept], name[kept], row[kept], gaps[kept], crosses[kept]
    parted = (gaps > names.blanks[name]) & ~_is_written_so(batch, read, at, last, name)
    shown = tables.plain[np.minimum(batch.raw, CODES - 1)]
    evasion = np.array(
        [
            SPLIT if split else _how(names.letters[n], shown[read.at[a : b + 1]], has_gaps)
            for a, b, n, has_gaps, split in zip(at, last, name, parted, crosses, strict=True)
        ],
        np.int64,
    )
    kept = evasion > 0
    at, last, name, row = at[kept], last[kept], name[kept], row[kept]
    return Hits(row, name, np.full(len(at), EVADED), evasion[kept], read.at[at], read.at[last] + 1)


def _how(name: str, shown: Codes, has_gaps: bool) -> int:
    """What had to be undone to read the name; 0 when nothing had, or when digits alone make most of it."""
    other = [(a, b) for a, b in zip(name, map(chr, shown), strict=True) if a != b]
    if any(a.isascii() for a, _ in other):
        digits = sum(b.isdigit() for _, b in other)
        return LOOK_ALIKE if digits * 2 < len(name) else 0
    return TRADITIONAL if other else SYMBOLS if has_gaps else 0


def _taken_apart(batch: Batch, named: Flags) -> Hits:
    """Names in the title or brand field with characters taken apart, in their category."""
    simple = batch.simple()
    kept = ~named[simple.field // 3] & (simple.field % 3 < 2)
    simple = Letters(simple.codes[kept], simple.at[kept], simple.field[kept], simple.gap[kept])
    at, last, name = apart.find(simple, batch.names.apart)
    row = simple.field[at] // 3
    kept = (_gaps(simple, at, last) == 0) & batch.in_category(row, name) & batch.valid(row, name)
    at, last, name, row = at[kept], last[kept], name[kept], row[kept]
    place, evasion = (np.full(len(at), value) for value in (EVADED, SPLIT))
    return Hits(row, name, place, evasion, simple.at[at], simple.at[last] + 1)


def _homophones(batch: Batch, named: Flags) -> Hits:
    """Chinese words in the title or brand field that sound like a name of their category and are no everyday word."""
    names, guesses = batch.names, batch.names.guesses
    simple = batch.simple()
    kept = ~named[simple.field // 3] & (simple.field % 3 < 2)
    simple = Letters(simple.codes[kept], simple.at[kept], simple.field[kept], simple.gap[kept])
    at, name = _expanded(*search.find(_sounds(simple.codes, batch.names.tables), names.sounds.words), names.sounds)
    last, row = at + names.length[name] - 1, simple.field[at] // 3
    gaps = np.cumsum(simple.gap > NOTHING)
    kept = (
        (gaps[last] == gaps[at]) & simple.starts()[at] & batch.in_category(row, name) & batch.valid(row, name)
    )  # fmt: skip
    found = []
    for a, b, n in zip(at[kept].tolist(), last[kept].tolist(), name[kept].tolist(), strict=True):
        word = "".join(map(chr, simple.codes[a : b + 1]))
        # Nor may an everyday word begin with its last character or go on after it.
        others = {word, *("".join(map(chr, simple.codes[i : b + 2])) for i in (a, b))}
        if word not in guesses.exact and others.isdisjoint(guesses.common_han):
            found.append((simple.field[a] // 3, n, EVADED, HOMOPHONE, simple.at[a], simple.at[b] + 1))
    return _of_rows(found)


def _of_rows(found: Sequence[tuple[int, ...]]) -> Hits:
    return Hits(*np.array(found, np.int64).reshape(-1, 6).T)


def _guessed(batch: Batch, named: Flags) -> Hits:
    """Words of titles and brand fields that resemble one brand of the category."""
    tables = batch.names.tables
    small = np.minimum(batch.raw, CODES - 1)
    folded = np.where(tables.simple[small] > 0, tables.simple[small], np.where(batch.raw == 0x0A, 32, batch.raw))
    shown = folded.astype("<u4").tobytes().decode("utf-32-le").split(characters.END)
    found = []
    for row in np.flatnonzero(~named).tolist():
        for number in (3 * row, 3 * row + 1):
            text = shown[number]
            if len(text) < 2 or (number == 3 * row and text.strip() in _NO_NAME):
                continue
            first = int(batch.first[number])
            for candidates, evasion, begin, end in resembling(text, batch.names.guesses, batch.names.letters):
                numbers = np.array(candidates, np.int64)
                rows = np.full(len(numbers), row)
                fits = numbers[batch.in_category(rows, numbers) & batch.valid(rows, numbers)]
                if len(set(batch.names.brand[fits].tolist())) == 1:
                    found.append((row, int(fits[0]), EVADED, evasion, first + begin, first + end))
    return _of_rows(found)


def _best(batch: Batch, hits: Hits, rows: int) -> list[Match | None]:
    """The best hit of each row."""
    names = batch.names
    found: list[Match | None] = [None] * rows
    if not len(hits.row):
        return found
    compared = _compared(batch, hits)
    order = np.lexsort((
        hits.begin, names.brand[hits.name], -names.length[hits.name], compared, hits.evasion, hits.place,
        ~batch.in_category(hits.row, hits.name), hits.row,
    ))  # fmt: skip
    rows_in_order = hits.row[order]
    first = order[np.concatenate([[True], rows_in_order[1:] != rows_in_order[:-1]])]
    for i in first.tolist():
        evasion = int(hits.evasion[i])
        written = batch.raw[hits.begin[i] : hits.end[i]].tobytes().decode("utf-32-le")
        found[hits.row[i]] = Match(
            names.brand_ids[names.brand[hits.name[i]]],
            PLACES[hits.place[i] - 1],
            EVASIONS[evasion - 1] if evasion else None,
            bool(compared[i]),
            written.replace(characters.END, " / ")[:MOST_SHOWN],
        )
    return found


def _compared(batch: Batch, hits: Hits) -> Flags:
    """Whether a name stands beside a word by which sellers of other goods refer to it. A brand field is a claim."""
    simple = batch.simple()
    last = len(batch.raw) - 1
    field_of = np.cumsum(batch.raw == 0)
    near = np.zeros(len(hits.row), bool)
    for wanted, side in ((batch.names.before, "before"), (batch.names.after, "after")):
        first, final, _ = whole.find_listed(simple, wanted)
        begin, end = simple.at[first], simple.at[final] + 1
        if not len(begin):
            continue
        if side == "before":
            ends = np.sort(end)
            place = np.searchsorted(ends, hits.begin, side="right") - 1
            other = ends[np.maximum(place, 0)]
            close = (place >= 0) & (hits.begin - other <= NEAR)
        else:
            begins = np.sort(begin)
            place = np.searchsorted(begins, hits.end, side="left")
            other = begins[np.minimum(place, len(begins) - 1)]
            close = (place < len(begins)) & (other - hits.end <= NEAR)
        near |= close & (field_of[np.minimum(other, last)] == field_of[np.minimum(hits.begin, last)])
    return near & (hits.place != CLAIMED)
