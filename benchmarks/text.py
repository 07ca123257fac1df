"""How many listings a core reads in a second: for names of brands, by how many names there are, and for words and keys.

    python -m benchmarks.text [--listings 50000] [--spellings 25 300 3000]

Listings are made up: a dozen Chinese words of title, a hundred characters of description, one in three with a brand, one in
six with a hidden one. Names are made up too, half Latin, half Chinese. One process, no Spark: what is measured is the function
that Spark calls with every Arrow batch, from the strings of a batch to its results. The best of several rounds counts.
"""

import argparse
import json
import random
import time
from collections.abc import Callable

import numpy as np

from jobs import reference
from jobs.text import features, names

BATCH = 10_000  # rows of an Arrow batch as Spark makes them
ROUNDS = 3
CATEGORIES = ("sneakers", "handbags", "watches", "cosmetics", "electronics", "liquor", "auto_parts", "apparel")
SIGNS = "*.·×_ "


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listings", type=int, default=50_000)
    parser.add_argument("--spellings", type=int, nargs="+", default=[25, 300, 3000])
    parsed = parser.parse_args()
    found: dict[str, float] = {}
    for spellings in parsed.spellings:
        brands = made_up_brands(random.Random(1), spellings)
        started = time.perf_counter()
        known = names.prepared(brands)
        found[f"{spellings}_spellings_prepared_seconds"] = round(time.perf_counter() - started, 2)
        listings = made_up_listings(random.Random(2), brands, parsed.listings)
        found[f"{spellings}_spellings_listings_per_second"] = rate(
            listings, lambda rows, known=known: names.match(known, *columns(rows), np.zeros(len(rows), np.int64))
        )
    words = features.word_list()
    found["words_and_keys_listings_per_second"] = rate(
        listings, lambda rows: features.describe(words, *columns(rows)[1:3], [None] * len(rows))
    )
    print(json.dumps(found, indent=1))


def made_up_brands(r: random.Random, spellings: int) -> list[tuple[str, list[str], list[str], int, int]]:
    han = "".join(reference.syllables().values())
    latin = {"".join(r.choice(pair) for pair in ("bcdfglmnrst", "aeiou") * r.randint(3, 4)) for _ in range(spellings)}
    chinese = {"".join(r.sample(han, r.choice((2, 2, 3)))) for _ in range(spellings)}
    pairs = zip(sorted(latin), sorted(chinese), strict=False)
    return [
        (f"b{i}", list(pair), [r.choice(CATEGORIES)], 0, 1)
        for i, pair in zip(range((spellings + 1) // 2), pairs, strict=False)
    ]


def made_up_listings(
    r: random.Random, brands: list[tuple[str, list[str], list[str], int, int]], listings: int
) -> list[tuple[str | None, ...]]:
    """(brand field, title, description, category) of each."""
    words = sorted(reference.common_words("han"))
    found: list[tuple[str | None, ...]] = []
    for _ in range(listings):
        category, claimed, name = r.choice(CATEGORIES), None, ""
        if r.random() < 0.5:
            brand = r.choice(brands)
            name, category = r.choice(brand[1]), brand[2][0]
            if r.random() < 0.33:
                at = r.randrange(1, len(name))
                name = name[:at] + r.choice(SIGNS) + name[at + r.randrange(2) :]
            else:
                claimed = name
        title = " ".join([name, *r.sample(words, 5), "PU 42码"])
        description = "，".join("".join(r.sample(words, 3)) for _ in range(15))
        found.append((claimed, title, description, category))
    return found


def columns(rows: list[tuple[str | None, ...]]) -> list[list[str | None]]:
    return [list(column) for column in zip(*rows, strict=True)]


def rate(listings: list[tuple[str | None, ...]], read: Callable[[list[tuple[str | None, ...]]], object]) -> int:
    """Listings a second of processor time."""
    seconds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for begin in range(0, len(listings), BATCH):
            read(listings[begin : begin + BATCH])
        seconds.append(time.process_time() - started)
    return round(len(listings) / min(seconds))


if __name__ == "__main__":
    main()
