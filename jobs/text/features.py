"""What the texts of listings say: words of known kinds, contacts, and templates that other shops may share.

Words and templates are found in whole batches of characters; only listings that seem to name a contact are read one
by one. A template is what is left of a text when the seller has put in brand, numbers, sizes, codes and contacts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import DataFrame

from jobs import reference
from jobs.text import characters, whole
from jobs.text.batches import texts
from jobs.text.characters import BLANK, CODES, NOTHING, Codes, Flags, Letters, Numbers, Tables
from jobs.text.search import BASE, Hashes

KINDS = ("grade", "genuine", "used", "compatible_before", "compatible_after", "contact")
# Columns that list words, and the kinds of which.
COLUMNS = {
    "grade_words": ("grade",),
    "genuine_words": ("genuine",),
    "used_words": ("used",),
    "compatible_words": ("compatible_before", "compatible_after"),
}
TYPES = ", ".join(f"{name} array<string>" for name in COLUMNS) + (
    ", phones array<string>, handles array<string>, title_template string, description_template string"
)
# A title of fewer different letters is like others by chance: a noun and three adjectives are a dozen characters.
TITLE_LETTERS = 16
# Shorter descriptions are alike by chance; so are clauses of one word.
DESCRIPTION_LETTERS, CLAUSE_LETTERS = 40, 4
MOST_TITLE, MOST_DESCRIPTION = 1000, 5000
PIECE = 500_000


@dataclass(frozen=True)
class WordList:
    """Words of all kinds, and by number of the word its kinds."""

    tables: Tables
    words: whole.Listed
    kinds: NDArray[np.bool_]


def word_list() -> WordList:
    """The words of conf/reference/listing_words.csv. No words are no error."""
    tables = characters.tables()
    of_kind = [reference.listing_words(kind) for kind in KINDS]
    words, number = whole.listed([word for spelt in of_kind for word in spelt], tables)
    kinds = np.zeros((len(words.spelling), len(KINDS)), bool)
    for column, spelt in enumerate(of_kind):
        kinds[[number[word] for word in spelt], column] = True
    return WordList(tables, words, kinds)


def with_text(listings: DataFrame) -> DataFrame:
    """Adds the columns of TYPES to listings with title, description and brand_text (the brand as it was written).

    phones and handles are as written (`wechat:abc123`), not yet keys. No column but the templates is ever null.
    """
    types = ", ".join(f"`{name}` {kind}" for name, kind in listings.dtypes)
    return listings.mapInArrow(partial(_added, known=word_list()), f"{types}, {TYPES}")


def _added(batches: Iterable[pa.RecordBatch], known: WordList) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        title, description, brand = (texts(batch.column(name)) for name in ("title", "description", "brand_text"))
        added = describe(known, title, description, brand)
        yield pa.RecordBatch.from_arrays(
            [*batch.columns, *added.columns], names=[*batch.schema.names, *added.schema.names]
        )


def describe(
    known: WordList, title: Sequence[str | None], description: Sequence[str | None], brand: Sequence[str | None]
) -> pa.RecordBatch:
    """Columns of TYPES for listings, in their order."""
    fields = [
        (_cut(one, MOST_TITLE, name), _cut(other, MOST_DESCRIPTION, name))
        for one, other, name in zip(title, description, brand, strict=True)
    ]
    pieces = characters.pieces([len(one) + len(other) + 2 for one, other in fields], PIECE)
    parts = [_describe(known, [text for row in fields[begin:end] for text in row]) for begin, end in pieces]
    return pa.concat_batches([*parts, _describe(known, [])])


def _cut(text: str | None, most: int, brand: str | None) -> str:
    """A text without its ends and without the brand, which is what a template is filled with."""
    short = (text or "")[:most].replace(characters.END, " ")
    if not brand or len(brand) < 2 or brand not in short:
        return short
    # Not out of a longer word: an account may begin with the brand.
    return re.sub(rf"(?<![A-Za-z0-9]){re.escape(brand)}(?![A-Za-z0-9])", " ", short)


def _describe(known: WordList, fields: list[str]) -> pa.RecordBatch:
    rows = len(fields) // 2
    raw = characters.joined(fields) if fields else np.zeros(0, np.uint32)
    letters = characters.letters(raw, known.tables.simple, known.tables.between)
    at, _, word = whole.find_listed(letters, known.words)
    row = letters.field[at] // 2
    columns: dict[str, pa.Array] = {}
    for name, kinds in COLUMNS.items():
        of_kind = known.kinds[word][:, [KINDS.index(kind) for kind in kinds]].any(axis=1)
        columns[name] = _lists(row[of_kind], word[of_kind], rows, known.words.spelling)
    is_contact = known.kinds[word, KINDS.index("contact")]
    columns |= _contacts(raw, letters, row[is_contact & _followed(letters, at)], rows, known.tables)
    columns |= _templates(letters, at[is_contact], rows)
    return pa.RecordBatch.from_pydict(columns)


def _followed(letters: Letters, at: Numbers) -> Flags:
    """Whether something like an account comes soon after: five letters or digits among the next twenty."""
    latin = np.cumsum((letters.codes > 0) & ~characters.is_han(letters.codes))
    after: Numbers = latin[np.minimum(at + 20, len(latin) - 1)] - latin[at]
    return after >= 5


def _lists(row: Numbers, value: Numbers, rows: int, spelling: Sequence[str]) -> pa.Array:
    """For each row the distinct values that it has, as sorted spellings."""
    rank = np.argsort(np.argsort(np.array(spelling, object))) if spelling else np.zeros(0, np.int64)
    width = max(len(spelling), 1)
    pairs = np.unique(row * width + rank[value])
    in_order = sorted(spelling)
    offsets = np.searchsorted(pairs // width, np.arange(rows + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array([in_order[i] for i in pairs % width], pa.string()))


# --- contacts ------------------------------------------------------------------------------------

_NUMERALS = str.maketrans("零〇幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖", "00112234567891" + "23456789")
_DIGIT_ALIKE = str.maketrans("oilzsb", "011258")
_FILLER = r"(?:号码?|同号|同步|客服|搜索?|请|是|为|认准|[^\w]|_){0,10}"
_VALUE = r"([a-z0-9][a-z0-9_\-\s.·*/|]{3,40})"
_WECHAT = re.compile(
    r"(?:微信|薇信|威信|微号|加微|加薇|加v|v信|v号|(?<![a-z0-9])(?:vx|wx|weixin|wechat|v(?=[:：号])))"
    + _FILLER
    + _VALUE
)
_QQ = re.compile(r"(?:(?<![a-z0-9])qq|扣扣|企鹅|加q)群?" + _FILLER + _VALUE)
_ANY = re.compile(r"(?:加我|请加|联系|咨询|私聊|相册|看货|代理|搜)" + r"(?:号码?|[^\w]){0,4}" + _VALUE)
# Not inside a code of letters and digits; a numeral of the next word (七天) may follow.
_PHONE = re.compile(
    r"(?:(?<![0-9a-z])|(?<=tel)|(?<=phone)|(?<=[vw]x))1[\W_]{0,2}[3-9](?:[\W_]{0,2}\d){9}(?![a-z0-9]|[\W_]?\d{3})"
)
# A WeChat account: a letter, then 5 to 19 letters, digits, - and _ ; with a digit or _ where no word says what it is.
_WECHAT_ID = re.compile(r"[a-z][a-z0-9_\-]{5,19}")
_CODE = re.compile(r"(?=.*[\d_])[a-z][a-z0-9_\-]{5,19}")


def _contacts(raw: Codes, letters: Letters, named: Numbers, rows: int, tables: Tables) -> dict[str, pa.Array]:
    """phones and handles, as written but for spaces, of rows with a word for a contact or with eleven digits in a row."""
    digit = _DIGITS[np.minimum(letters.codes, CODES - 1)]
    so_far = np.concatenate([[0], np.cumsum(digit)])
    many = np.flatnonzero(so_far[11:] - so_far[:-11] == 11)
    asked = np.unique(np.concatenate([named, letters.field[many] // 2]))
    phones: list[list[str]] = [[] for _ in range(rows)]
    handles: list[list[str]] = [[] for _ in range(rows)]
    if len(asked):
        small = np.minimum(raw, CODES - 1)
        shown = np.where(
            tables.simple[small] > 0, tables.simple[small], np.where(tables.between[small] == NOTHING, 0x200B, raw)
        )
        whole = (
            np.where(raw == 0, 0, shown).astype("<u4").tobytes().decode("utf-32-le", "replace").replace("\u200b", "")
        )
        each = whole.split(characters.END)
        for row in asked.tolist():
            text = f"{each[2 * row]}\n{each[2 * row + 1]}"
            phones[row], handles[row] = contacts_of(text)
    return {"phones": pa.array(phones, pa.list_(pa.string())), "handles": pa.array(handles, pa.list_(pa.string()))}


_DIGITS = np.zeros(CODES, bool)
_DIGITS[[ord(char) for char in "0123456789零〇幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖"]] = True


def contacts_of(text: str) -> tuple[list[str], list[str]]:
    """(phone numbers, handles `kind:value`) of a text in lower case, sorted. Digits may be written as numerals."""
    in_digits = text.translate(_NUMERALS)
    phones = {re.sub(r"\D", "", found[0]) for found in _PHONE.finditer(in_digits)}
    handles = set()
    for pattern, alone in ((_WECHAT, _WECHAT_ID), (_QQ, None), (_ANY, _CODE)):
        for found in pattern.finditer(text):
            value = _closed_up(found[1]) if pattern is not _ANY else found[1].split()[0]
            digits = value.translate(_DIGIT_ALIKE) if pattern is _QQ else value
            if re.fullmatch(r"1[3-9]\d{9}", digits):
                phones.add(digits)
            elif re.fullmatch(r"[1-9]\d{4,10}" if pattern is not _ANY else r"[1-9]\d{7,10}", digits):
                # An account of digits alone is a QQ number: WeChat's own begin with a letter.
                handles.add(f"qq:{digits}")
            elif alone and alone.fullmatch(value):
                handles.add(f"wechat:{value}")
    return sorted(phones), sorted(handles)


def _closed_up(value: str) -> str:
    """A handle without what stands between its letters: all of it when they stand apart, else up to the first gap."""
    parts = [part for part in re.split(r"[\s.·*/|]+", value) if part]
    return "".join(parts) if len(parts[0]) < 5 else parts[0]


# --- templates -----------------------------------------------------------------------------------


def _templates(letters: Letters, contact_at: Numbers, rows: int) -> dict[str, pa.Array]:
    """Keys of titles and descriptions, null where a text is too short: whatever the order of letters, or of clauses."""
    kept = (letters.codes > 0) & ~_is_filled_in(letters)
    field = letters.field
    title = kept & (field % 2 == 0)
    pairs = np.unique((field[title] // 2 << 21) | letters.codes[title].astype(np.int64))
    different = np.bincount(pairs >> 21, minlength=rows)
    keys = _sums(pairs >> 21, _mixed((pairs & 0x1FFFFF).astype(np.uint64)), rows)
    clause_row, clause, size = _clauses(letters, kept & (field % 2 == 1), contact_at)
    total = np.bincount(clause_row, size, rows)
    return {
        "title_template": _named("t", keys, different >= TITLE_LETTERS),
        "description_template": _named("d", _sums(clause_row, _mixed(clause), rows), total >= DESCRIPTION_LETTERS),
    }


def _is_filled_in(letters: Letters) -> Flags:
    """Letters of words that fill a template: with a digit in them, or Latin of one or two letters (sizes, codes)."""
    han = characters.is_han(letters.codes)
    starts = letters.starts() | (letters.codes == 0) | han
    begins = np.flatnonzero(starts)
    if not len(begins):
        return np.zeros(len(letters.codes), bool)
    is_digit = (letters.codes >= 0x30) & (letters.codes <= 0x39)
    short = (np.diff(np.append(begins, len(letters.codes))) <= 2) & ~han[begins]
    return (np.maximum.reduceat(is_digit, begins) | short)[np.cumsum(starts) - 1]


def _clauses(letters: Letters, kept: Flags, contact_at: Numbers) -> tuple[Numbers, Hashes, Numbers]:
    """(row, hash, letters) of the different clauses of each description; clauses that name a contact are left out."""
    nothing = np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.int64)
    if not kept.any():
        return nothing
    # A clause ends where more than a word does: at marks and signs, and at blanks between Chinese characters.
    han = characters.is_han(letters.codes)
    before = np.concatenate([[False], han[:-1]])
    cut = (letters.gap > BLANK) | ((letters.gap == BLANK) & han & before) | (letters.codes == 0)
    clause_of = np.cumsum(cut)
    is_contact = np.zeros(clause_of[-1] + 1, bool)
    is_contact[clause_of[contact_at]] = True
    kept = kept & ~is_contact[clause_of]
    at = np.flatnonzero(kept)
    if not len(at):
        return nothing
    number = clause_of[at]
    begins = np.flatnonzero(np.concatenate([[True], number[1:] != number[:-1]]))
    size = np.diff(np.append(begins, len(at)))
    position = np.arange(len(at)) - np.repeat(begins, size)
    powers = np.cumprod(np.full(int(size.max()), BASE, np.uint64))
    hashes = np.add.reduceat(_mixed(letters.codes[at].astype(np.uint64)) * powers[position], begins)
    row = letters.field[at[begins]] // 2
    long = size >= CLAUSE_LETTERS
    row, hashes, size = row[long], hashes[long], size[long]
    order = np.lexsort((hashes, row))
    row, hashes, size = row[order], hashes[order], size[order]
    new = np.ones(len(row), bool)
    new[1:] = (row[1:] != row[:-1]) | (hashes[1:] != hashes[:-1])
    return row[new], hashes[new], size[new]


def _mixed(values: Hashes) -> Hashes:
    """Values spread over 64 bits (the finaliser of SplitMix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _sums(row: Numbers, values: Hashes, rows: int) -> Hashes:
    """Sum of the values of each row, rows in order: the same in whatever order they stand within it."""
    found = np.zeros(rows, np.uint64)
    if len(row):
        begins = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
        found[row[begins]] = np.add.reduceat(values, begins)
    return found


def _named(prefix: str, keys: Hashes, valid: Flags) -> pa.Array:
    return pa.array(
        [f"{prefix}{key:016x}" if ok else None for key, ok in zip(keys.tolist(), valid.tolist(), strict=True)],
        pa.string(),
    )
