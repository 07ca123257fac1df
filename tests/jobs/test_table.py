"""Declarations: DDL lines, reads, and the days on which a table is due."""

from datetime import date

import pytest

from jobs.table import Column, Feed, Read, Table, day_ranges, days_between, due_days, parse_columns

MONDAY, SUNDAY = date(2024, 3, 4), date(2024, 3, 10)


def test_columns_are_read_line_by_line():
    ddl = """
        order_id    string not null comment 'order'
        paid_cny    DECIMAL ( 18 , 2 ) NOT NULL COMMENT 'what the buyer''s bank paid'

        image_ids   array<string> comment 'in order, of display',
        nested      array<struct<a:int,b:map<string,bigint>>>
        _rank2      int
    """
    assert parse_columns(ddl) == [
        Column("order_id", "string", False, "order"),
        Column("paid_cny", "decimal(18,2)", False, "what the buyer's bank paid"),
        Column("image_ids", "array<string>", True, "in order, of display"),
        Column("nested", "array<struct<a:int,b:map<string,bigint>>>", True, ""),
        Column("_rank2", "int", True, ""),
    ]
    assert parse_columns("  \n ") == []


@pytest.mark.parametrize(
    "line",
    [
        "order_id",
        "order-id string",
        "2nd string",
        "order_id string not",
        "order_id string null",
        "order_id string comment 'it's open'",
        "order_id string comment open",
        "order_id string comment 'one' 'two'",
        "order_id decimal(18,2",
        "order_id array<string",
        "order_id string default 1",
        "order_id string; drop table x",
        "-- order_id string",
    ],
)
def test_a_line_that_is_no_column_is_named(line):
    with pytest.raises(ValueError, match="not a column") as caught:
        parse_columns(f"ok string\n{line}")
    assert repr(line) in str(caught.value)


def test_ds_is_the_first_column_of_every_table_and_feed():
    table, feed = Table(key=("a",), columns="a string not null"), Feed(key=("a",), columns="a string")
    assert [(c.name, c.type, c.nullable) for c in table.schema()] == [("ds", "date", False), ("a", "string", False)]
    assert [(c.name, c.type, c.nullable) for c in feed.schema()] == [("ds", "date", False), ("a", "string", True)]


def test_a_read_that_makes_no_sense_is_refused():
    assert Read("core.trades", days=60).days == 60
    with pytest.raises(ValueError, match=r"Read\('core.trades'\): days must be 1 or more, is 0"):
        Read("core.trades", days=0)
    for wrong in ({"days": 2}, {"past": True}):
        with pytest.raises(ValueError, match="keyframes goes with neither days nor past"):
            Read("core.trades", keyframes="core.sales", **wrong)
    for wrong in ({"keyframes": "core.states"}, {"past": True}):
        with pytest.raises(ValueError, match="cache goes with neither keyframes nor past"):
            Read("core.sellers", cache=True, **wrong)


def test_a_daily_table_is_due_every_day_and_a_weekly_one_on_sundays():
    daily, weekly = Table(key=(), columns=""), Table(key=(), columns="", every="sunday")
    assert due_days(daily, MONDAY, date(2024, 3, 6)) == [MONDAY, date(2024, 3, 5), date(2024, 3, 6)]
    assert due_days(weekly, MONDAY, date(2024, 3, 18)) == [SUNDAY, date(2024, 3, 17)]
    assert due_days(weekly, MONDAY, date(2024, 3, 9)) == []
    assert due_days(Feed(key=(), columns=""), SUNDAY, SUNDAY) == [SUNDAY]


def test_a_table_on_request_is_never_due():
    assert due_days(Table(key=(), columns="", every="request"), MONDAY, date(2024, 3, 31)) == []


def test_days_between_counts_both_ends_and_leap_days_and_nothing_backwards():
    assert days_between(date(2024, 2, 28), date(2024, 3, 1)) == [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
    assert days_between(MONDAY, date(2024, 3, 3)) == []


def test_days_are_grouped_into_unbroken_ranges():
    days = [date(2024, 3, d) for d in (9, 4, 5, 6, 9, 11)]
    assert day_ranges(days) == [
        (date(2024, 3, 4), date(2024, 3, 6)), (date(2024, 3, 9), date(2024, 3, 9)), (date(2024, 3, 11), date(2024, 3, 11)),
    ]  # fmt: skip
    sundays = [date(2024, 3, d) for d in (3, 10, 24)]
    assert day_ranges(sundays, step=7) == [
        (date(2024, 3, 3), date(2024, 3, 10)),
        (date(2024, 3, 24), date(2024, 3, 24)),
    ]
    assert day_ranges([]) == []
