"""Which protected brand a listing names, openly or past a plain search.

Brands are few: they are collected on the driver and travel with the function as one index, so nothing is shuffled and
a listing stays one row, in its place. What is found and how stands in jobs/text/names.py.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from jobs.text import names
from jobs.text.batches import texts

COLUMNS = """brand_id string, brand_match string, brand_evasion string, is_compared boolean, brand_text string,
    reference_price_cny decimal(18,2)"""
NO_DAY = date(1970, 1, 1)
MOST_CNY = Decimal(10) ** 16

# brand_id, day from which and until which it is so -> price by category.
Prices = Mapping[str, Sequence[tuple[int, int, Mapping[str, Decimal]]]]
# brand_id, names, categories, reference_prices, valid_from, valid_to (days since 1970; the last no longer counts).
Version = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...], int, int]


def match_brands(listings: DataFrame, brands: DataFrame) -> DataFrame:
    """Adds brand_id, brand_match, brand_evasion, is_compared, brand_text and reference_price_cny to listings.

    listings: ds, title, description, brand_claimed, category, …; brands: rows of staging.brands with valid_from and
    valid_to, of which those count that are valid on a listing's `ds`; they are collected.

    brand_match says where the best match stands: `claimed` (the brand field), `title`, `description`, or `evaded`: only
    when something is undone, and brand_evasion says what. All are null where no brand is named, is_compared is false.
    """
    rows = merged_versions(
        (
            row["brand_id"], tuple(name for name in row["names"] or () if name), tuple(row["categories"] or ()),
            tuple(row["reference_prices"] or ()), _number(row["valid_from"]), _number(row["valid_to"]),
        )
        for row in brands.select("brand_id", "names", "categories", "valid_from", "valid_to", "reference_prices").collect()
    )  # fmt: skip
    prices: dict[str, list[tuple[int, int, Mapping[str, Decimal]]]] = {}
    for brand_id, _, _, stated, valid_from, valid_to in rows:
        prices.setdefault(brand_id, []).append((valid_from, valid_to, stated_prices(stated)))
    known = names.prepared([(*row[:3], *row[4:]) for row in rows])
    types = ", ".join(f"`{name}` {kind}" for name, kind in listings.dtypes)
    return listings.mapInArrow(partial(_matched, known=known, prices=prices), f"{types}, {COLUMNS}")


def merged_versions(rows: Iterable[Version]) -> list[Version]:
    """Versions of brands in order, those that follow one another and say the same as one: holders send them every day."""
    merged: list[Version] = []
    for row in sorted(rows, key=lambda version: (version[0], version[4])):
        if merged and merged[-1][:4] == row[:4] and merged[-1][5] == row[4]:
            merged[-1] = (*row[:4], merged[-1][4], row[5])
        else:
            merged.append(row)
    return merged


def _number(day: date) -> int:
    return (day - NO_DAY).days


def stated_prices(entries: Iterable[str]) -> dict[str, Decimal]:
    """Prices in yuan by category, of entries `category:price`; what is no price is left out, the first one counts."""
    found: dict[str, Decimal] = {}
    for entry in entries:
        category, _, text = entry.rpartition(":")
        try:
            price = Decimal(text.strip()).quantize(Decimal("0.01"), ROUND_HALF_UP)
        except InvalidOperation:
            continue
        if category not in found and price.is_finite() and abs(price) < MOST_CNY:
            found[category] = price
    return found


def _matched(batches: Iterable[pa.RecordBatch], known: names.Names, prices: Prices) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        claimed, title, description, category = (
            texts(batch.column(name)) for name in ("brand_claimed", "title", "description", "category")
        )
        days = batch.column("ds").cast(pa.int32()).to_numpy(zero_copy_only=False).astype(np.int64)
        found = names.match(known, claimed, title, description, category, days)
        price = [
            _price(prices[match.brand_id], day, of) if match else None
            for match, day, of in zip(found, days.tolist(), category, strict=True)
        ]
        added = {
            "brand_id": pa.array([match.brand_id if match else None for match in found], pa.string()),
            "brand_match": pa.array([match.place if match else None for match in found], pa.string()),
            "brand_evasion": pa.array([match.evasion if match else None for match in found], pa.string()),
            "is_compared": pa.array([match.is_compared if match else False for match in found], pa.bool_()),
            "brand_text": pa.array([match.text if match else None for match in found], pa.string()),
            "reference_price_cny": pa.array(price, pa.decimal128(18, 2)),
        }
        yield pa.RecordBatch.from_arrays(
            [*batch.columns, *added.values()], names=[*batch.schema.names, *added]
        )  # fmt: skip


def _price(
    versions: Sequence[tuple[int, int, Mapping[str, Decimal]]], day: int, category: str | None
) -> Decimal | None:
    stated = next(stated for valid_from, valid_to, stated in versions if valid_from <= day < valid_to)
    return stated.get(category) if category is not None else None
