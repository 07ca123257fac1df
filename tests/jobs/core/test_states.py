"""Keyframes: listings and shops as known on Sundays, at the cost of a week."""

import random
from datetime import date

import pytest

from jobs.table import DAY
from tests.frames import day_text, frame_of, lines, transformed

FIRST, LAST = date(2024, 3, 1), date(2024, 4, 30)
SUNDAYS = [date(2024, 3, 3) + 7 * k * DAY for k in range(9)]
TABLES = {
    "core.listing_states": ("core.listings", "listings", "listing_id", "title"),
    "core.seller_states": ("core.sellers", "sellers", "seller_id", "shop_name"),
    "evidence.listing_text_states": ("evidence.listing_text", "texts", "listing_id", "title_template"),
}


@pytest.mark.parametrize("table", TABLES)
def test_keyframes_show_the_newest_of_all_history_however_the_weeks_are_computed(spark, table):
    source, read, key, value = TABLES[table]
    r = random.Random(11)
    changes = {(FIRST + r.randrange((LAST - FIRST).days) * DAY, f"k{r.randrange(40)}"): f"v{n}" for n in range(150)}
    frame = frame_of(spark, source, ({"ds": ds, key: name, value: text} for (ds, name), text in changes.items()))

    expected = []
    for sunday in SUNDAYS:
        newest = {name: (ds, text) for (ds, name), text in sorted(changes.items()) if ds <= sunday}
        expected += [f"{day_text(sunday)} {name} {text} {day_text(ds)}" for name, (ds, text) in newest.items()]

    shown = f"ds {key} {value} changed_ds"
    at_once = transformed(table, FIRST, LAST, **{read: frame})
    assert lines(at_once, shown) == sorted(expected)

    until = at_once.where("ds <= date'2024-04-07'").localCheckpoint()
    resumed = transformed(table, "04-08", LAST, {read: until}, **{read: frame})
    assert lines(until.unionByName(resumed), shown) == sorted(expected)
