"""Any text is read without an error: one row out for each row in, keys null or not empty."""

import random
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from jobs.text import features, names
from tests.frames import frame, frame_of, transformed
from tests.hostile import HOSTILE, texts

KNOWN = names.prepared(
    [(f"b{i}", [latin, han, "x*x", ""], ["sneakers"], 0, 10**6) for i, (latin, han) in enumerate([("Velmora", "维莫拉"), ("Kesa", "铠莎")])]
)  # fmt: skip
WORDS = features.word_list()
PARTS = [
    "velmora", "VELM", "维莫", "拉", "铠", "kesa", "k*sa", "高仿", "1:1", "加v", "微信", "qq", "139", "1234", "5600", "a", "口", "*", "×", *HOSTILE
]  # fmt: skip
ROWS = 100_000


def test_a_hundred_thousand_hostile_listings_are_one_row_each_with_keys_or_none():
    claimed, title, description = (list(texts(PARTS, ROWS, seed)) for seed in (1, 2, 3))
    category = [("sneakers", "other", None)[i % 3] for i in range(ROWS)]
    matches = names.match(KNOWN, claimed, title, description, category, np.zeros(ROWS, np.int64))
    assert len(matches) == ROWS
    assert {match.place for match in matches if match} == set(names.PLACES)
    assert all(match.brand_id in ("b0", "b1") and match.text for match in matches if match)
    brand = [match.text if match else None for match in matches]
    found = features.describe(WORDS, title, description, brand)
    assert found.num_rows == ROWS
    for name in ("title_template", "description_template"):
        assert {len(key) for key in found.column(name).to_pylist() if key is not None} <= {17}
    for name in ("grade_words", "phones", "handles"):
        values = found.column(name)
        assert values.null_count == 0
        assert "" not in pa.compute.unique(values.flatten()).to_pylist()
    assert len(pa.compute.unique(found.column("phones").flatten())) > 0


@pytest.mark.parametrize(
    "text",
    ["驰" * 100_000, "a" * 100_000, "*" * 100_000, "a\u0301" * 50_000, "\u0489" * 100_000, "\u202e" * 100_000, "😀" * 100_000, "\0" * 100_000,
     "1 " * 50_000, "微信" * 50_000, "加v " * 30_000, "velmora" * 15_000, "k*" * 50_000, "v." * 50_000],
)  # fmt: skip
def test_endless_texts_are_cut_and_read(text):
    (match,) = names.match(KNOWN, [text], [text], [text], ["sneakers"], np.zeros(1, np.int64))
    assert match is None or len(match.text) <= names.MOST_SHOWN
    assert features.describe(WORDS, [text], [text], [None]).num_rows == 1


def test_where_a_row_stands_changes_nothing_about_it():
    rows = list(zip(*(list(texts(PARTS, 3000, seed)) for seed in (4, 5, 6)), strict=True))
    order = list(range(len(rows)))
    random.Random(7).shuffle(order)

    def found(which):
        claimed, title, description = zip(*(rows[i] for i in which), strict=True)
        matches = names.match(
            KNOWN, claimed, title, description, ["sneakers"] * len(which), np.zeros(len(which), np.int64)
        )
        said = features.describe(WORDS, title, description, [match.text if match else None for match in matches])
        return dict(zip(which, zip(matches, said.to_pylist(), strict=True), strict=True))

    assert (
        found(order)
        == found(sorted(order))
        == {i: found([i])[i] for i in order[:200]} | {i: row for i, row in found(order).items() if i not in order[:200]}
    )


def test_hostile_listings_pass_through_spark_and_its_arrow_batches(spark):
    rows = zip(*(list(texts(PARTS, 500, seed)) for seed in (8, 9, 10)), strict=True)
    listings = frame_of(
        spark, "staging.listings",
        [{"ds": date(2024, 3, 1), "listing_id": f"l{i}", "brand_claimed": a, "title": b or "", "description": c} for i, (a, b, c) in enumerate(rows)],
    )  # fmt: skip
    brands = frame(spark, "staging.brands", "ds | brand_id | names | categories\n03-01 | b | Velmora,维莫拉 | ''")
    named = transformed("core.listings", "03-01", "03-01", listings=listings, brands=brands)
    said = transformed("evidence.listing_text", "03-01", "03-01", listings=named)
    assert named.count() == said.count() == said.where("title_template IS NULL OR title_template <> ''").count() == 500
