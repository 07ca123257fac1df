"""What is taken in from deliveries, what is turned away, and that nothing is lost."""

import io
import json
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import functions as F

from jobs import runner, settings
from jobs.catalog import catalog
from jobs.errors import AuditError, JobError, NotArrivedError
from jobs.progress import Progress
from tests.deliver import deliver, deliver_bytes, deliver_nothing

DAY = "2024-03-04"
ORDER = {
    "order_id": "o1", "listing_id": "l1", "seller_id": "s1", "buyer_id": "b1", "quantity": 2, "unit_price_cny": "10.50",
    "paid_cny": "21.00", "paid_at": "2024-03-04T09:30:00+08:00", "status": "paid", "updated_at": "2024-03-04T10:00:00+08:00",
}  # fmt: skip
SELLER = {
    "seller_id": "s1", "platform": "taobao", "registered_at": "2020-01-01T00:00:00+08:00", "phones": ["139 1234 5678"],
    "updated_at": "2024-03-04T10:00:00+08:00",
}  # fmt: skip


def load(run, feed, first=DAY, last=None):
    declared = catalog()[f"staging.{feed}"]
    return runner.run_table(run, declared, date.fromisoformat(first), date.fromisoformat(last or first))


def rows(run, table, *columns):
    return [
        tuple(r)
        for r in run.spark.read.format("delta").load(run.path(table)).select(*columns).orderBy(*columns[:2]).collect()
    ]


def reasons(run, feed):
    """{line: reasons} of a feed's rejects."""
    frame = run.spark.read.format("delta").load(run.path("staging.rejects")).where(f"feed = '{feed}'")
    return {r["line"]: list(r["reasons"]) for r in frame.collect()}


@pytest.mark.parametrize("format", ["jsonl", "jsonl.gz", "csv", "csv.gz", "parquet"])
def test_every_format_gives_the_same_rows(open_run, landing, format):
    second = {**SELLER, "seller_id": "s2", "phones": ["1", "2"], "shop_name": 'a "quoted", shop\nover lines'}
    deliver(landing, "sellers", DAY, [{**SELLER, "shop_name": "云"}, second], format=format)
    run = open_run()
    load(run, "sellers")
    assert rows(run, "staging.sellers", "seller_id", "shop_name", "phones") == [
        ("s1", "云", ["139 1234 5678"]),
        ("s2", 'a "quoted", shop\nover lines', ["1", "2"]),
    ]


def test_times_without_offset_are_china_standard_time(open_run, landing):
    deliver(landing, "orders", DAY, [{**ORDER, "paid_at": "2024-03-04T09:30:00"}, {**ORDER, "order_id": "o2"}])
    run = open_run()
    load(run, "orders")
    assert len({row[1] for row in rows(run, "staging.orders", "order_id", "paid_at")}) == 1


def test_rows_that_break_a_rule_are_kept_with_file_line_raw_and_reasons(open_run, landing):
    bad = {**ORDER, "quantity": 0, "status": "lost", "paid_at": "0000-01-01T00:00:00Z"}
    folder = deliver(landing, "orders", DAY, [ORDER, bad])
    run = open_run()
    load(run, "orders")
    (reject,) = run.spark.read.format("delta").load(run.path("staging.rejects")).collect()
    assert (reject["ds"], reject["feed"], reject["file"], reject["line"]) == (
        date(2024, 3, 4),
        "orders",
        "part-0.jsonl",
        2,
    )
    assert json.loads(reject["raw"]) == bad
    assert sorted(reject["reasons"]) == ["not_allowed:status", "out_of_range:paid_at", "quantity_not_positive"]
    assert folder.is_dir()


# What stands in the line -> why the row is turned away.
HOSTILE = {
    "NaN": ({"paid_cny": float("nan")}, ["malformed"]),  # not JSON, whatever some writers think
    "infinity": ({"paid_cny": float("inf")}, ["malformed"]),
    "NaN as text": ({"paid_cny": "NaN"}, ["not_a_number:paid_cny"]),
    "number as text": ({"quantity": "two"}, ["not_a_number:quantity"]),
    "more digits than money has": ({"paid_cny": "1" + "0" * 30}, ["not_a_number:paid_cny"]),
    "year 0": ({"paid_at": "0000-03-04T00:00:00Z"}, ["out_of_range:paid_at"]),
    "year 9999": ({"paid_at": "9999-12-31T23:59:59Z"}, ["out_of_range:paid_at"]),
    "30 February": ({"paid_at": "2024-02-30T00:00:00Z"}, ["not_a_time:paid_at"]),
    "array where text should be": ({"buyer_id": ["b1"]}, ["not_text:buyer_id"]),
    "object where text should be": ({"buyer_id": {"a": 1}}, ["not_text:buyer_id"]),
    "escaped NUL": ({"buyer_id": "b\0"}, ["not_text:buyer_id"]),
    "missing required value": ({"seller_id": None}, ["missing:seller_id"]),
    "empty required value": ({"seller_id": ""}, ["missing:seller_id"]),
    "unknown status": ({"status": "lost"}, ["not_allowed:status"]),
    "nothing bought": ({"quantity": 0}, ["quantity_not_positive"]),
}
BROKEN_LINES = {
    "number beyond doubles": (json.dumps(ORDER).replace('"21.00"', "1e400").encode(), "not_a_number:paid_cny"),
    "line of ten megabytes": (json.dumps({**ORDER, "refund_reason": "x" * 10_000_000}).encode(), "too_long"),
    "NUL byte": (b'{"order_id": "o\x00"}', "nul_byte"),
    "broken UTF-8": (b'{"order_id": "\xff\xfe"}', "invalid_utf8"),
    "half an object": (b'{"order_id": "o1", ', "malformed"),
    "array": (b'["o1"]', "malformed"),
    "text behind the object": (json.dumps(ORDER).encode() + b" and more", "malformed"),
    "ten thousand brackets": (b'{"order_id": ' + b"[" * 10_000 + b"}", "malformed"),
}


@pytest.fixture(scope="module")
def hostile(spark, tmp_path_factory):
    """All hostile rows in one delivery, good rows between them: (staged order ids, {line: reasons}, lines by name)."""
    base = tmp_path_factory.mktemp("hostile")
    bad = {name: json.dumps({**ORDER, "order_id": name, **change}).encode() for name, (change, _) in HOSTILE.items()}
    bad |= {name: line for name, (line, _) in BROKEN_LINES.items()}
    good = [json.dumps({**ORDER, "order_id": f"good{i}"}).encode() for i in range(5 * len(bad))]
    lines, where = [], {}
    for i, (name, line) in enumerate(bad.items()):
        lines += [good[5 * i], line, *good[5 * i + 1 : 5 * i + 5]]
        where[name] = 6 * i + 2
    deliver_bytes(base / "landing", "orders", DAY, b"\n".join(lines) + b"\n", len(lines), format="jsonl.gz")
    sets = [f"landing={base / 'landing'}", f"warehouse={base / 'warehouse'}"]
    run = runner.open_run(spark, settings.load("local", sets), Progress(None))
    load(run, "orders")
    return {row[0] for row in rows(run, "staging.orders", "order_id")}, reasons(run, "orders"), where


@pytest.mark.parametrize("name", [*HOSTILE, *BROKEN_LINES])
def test_hostile_row_is_rejected_where_it_stands(hostile, name):
    _, found, where = hostile
    expected = HOSTILE[name][1] if name in HOSTILE else [BROKEN_LINES[name][1]]
    assert found[where[name]] == expected


def test_rows_beside_hostile_ones_are_taken_in(hostile):
    staged, found, where = hostile
    assert staged == {f"good{i}" for i in range(5 * len(where))}
    assert sorted(found) == sorted(where.values())


def test_hostile_csv_keeps_rows_in_their_cells(open_run, landing):
    header = "seller_id,platform,shop_name,registered_at,updated_at\n"
    good = '"s1","taobao","two\nlines, ""quoted""","2020-01-01","2024-03-04T10:00:00"\n'
    short = "s2,taobao\n"
    deliver_bytes(landing, "sellers", DAY, (header + good + short).encode(), 2, format="csv")
    run = open_run()
    load(run, "sellers")
    assert rows(run, "staging.sellers", "seller_id", "shop_name") == [("s1", 'two\nlines, "quoted"')]
    assert len(reasons(run, "sellers")) == 1


def test_of_one_key_on_one_day_the_newest_row_stays(open_run, landing):
    newer = {**ORDER, "updated_at": "2024-03-04T12:00:00+08:00", "status": "shipped"}
    deliver(landing, "orders", DAY, [newer, ORDER, newer])
    run = open_run()
    load(run, "orders")
    assert rows(run, "staging.orders", "order_id", "status") == [("o1", "shipped")]
    assert reasons(run, "orders") == {1: ["duplicate"], 2: ["superseded"]}


def test_a_redelivery_replaces_its_day_and_nothing_else(open_run, landing):
    other = "2024-03-05"
    deliver(landing, "orders", DAY, [ORDER])
    deliver(landing, "orders", other, [{**ORDER, "order_id": "o2"}])
    run = open_run()
    load(run, "orders", DAY, other)
    deliver(landing, "orders", DAY, [{**ORDER, "order_id": "o9"}], delivery=2)
    (receipt,) = load(open_run(), "orders", DAY, other)
    assert (receipt.from_ds, receipt.to_ds) == (date(2024, 3, 4), date(2024, 3, 4))
    assert rows(run, "staging.orders", "ds", "order_id") == [(date(2024, 3, 4), "o9"), (date(2024, 3, 5), "o2")]


def test_the_same_or_a_lower_delivery_loads_nothing(open_run, landing):
    deliver(landing, "orders", DAY, [ORDER], delivery=2)
    load(open_run(), "orders")
    assert load(open_run(), "orders") == []
    deliver(landing, "orders", DAY, [{**ORDER, "order_id": "o9"}], delivery=1)
    assert load(open_run(), "orders") == []


def test_one_delivery_number_with_two_contents_is_an_error(open_run, landing):
    deliver(landing, "orders", DAY, [ORDER])
    load(open_run(), "orders")
    deliver(landing, "orders", DAY, [{**ORDER, "order_id": "o9"}])
    with pytest.raises(JobError, match="orders of 2024-03-04: delivery 1 was loaded with other content"):
        load(open_run(), "orders")


def test_a_day_without_manifest_is_named_and_the_others_load(open_run, landing):
    deliver(landing, "orders", "2024-03-05", [ORDER])
    run = open_run()
    with pytest.raises(NotArrivedError, match="orders of 2024-03-04 has not arrived"):
        load(run, "orders", DAY, "2024-03-05")
    assert rows(run, "staging.orders", "ds", "order_id") == [(date(2024, 3, 5), "o1")]


def test_an_empty_day_is_published_as_empty(open_run, landing):
    deliver_nothing(landing, "orders", DAY)
    run = open_run()
    (receipt,) = load(run, "orders")
    assert receipt.rows == 0 and rows(run, "staging.orders", "ds", "order_id") == []


def test_a_manifest_that_counts_other_rows_stops_the_day(open_run, landing):
    deliver_bytes(landing, "orders", DAY, json.dumps(ORDER).encode() + b"\n", 2)
    run = open_run()
    with pytest.raises(AuditError, match="rows delivered = rows staged"):
        load(run, "orders")
    assert run.ledger.published("staging.orders", date(2024, 3, 4)) is None


def test_a_day_of_mostly_bad_rows_is_refused(open_run, landing):
    bad = [{**ORDER, "order_id": f"o{i}", "quantity": -1} for i in range(30)]
    deliver(landing, "orders", DAY, [*bad, {**ORDER, "order_id": "good"}])
    with pytest.raises(AuditError, match="delivered wrong"):
        load(open_run(), "orders")


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_missing_required_column_stops_its_day_and_is_named(open_run, landing, format):
    deliver(landing, "orders", DAY, [{k: v for k, v in ORDER.items() if k != "paid_cny"}], format=format)
    with pytest.raises(JobError, match="paid_cny"):
        load(open_run(), "orders")


def test_a_required_column_that_no_json_row_has_stops_its_day(open_run, landing):
    lines = [{k: v for k, v in {**ORDER, "order_id": f"o{i}"}.items() if k != "paid_cny"} for i in range(30)]
    deliver(landing, "orders", DAY, lines)
    with pytest.raises(JobError, match="no row has the required column paid_cny"):
        load(open_run(), "orders")


def test_unknown_columns_are_kept_out_and_reported(open_run, landing):
    said = []
    deliver(landing, "orders", DAY, [{**ORDER, "colour": "red"}])
    run = open_run()
    run.progress.line = said.append
    load(run, "orders")
    assert any("colour" in line for line in said)
    assert "colour" not in run.spark.read.format("delta").load(run.path("staging.orders")).columns


def test_times_in_nanoseconds_are_moments_or_a_clock_on_a_wall_in_china(open_run, landing):
    noon = datetime(2024, 3, 4, 4, 0, 0, 123457)
    table = pa.Table.from_pylist([{**ORDER, "paid_at": noon, "updated_at": noon}])
    for name, kind in (("paid_at", pa.timestamp("ns", "UTC")), ("updated_at", pa.timestamp("ns"))):
        table = table.set_column(table.schema.get_field_index(name), name, table[name].cast(kind))
    sink = io.BytesIO()
    pq.write_table(table, sink)
    deliver_bytes(landing, "orders", DAY, sink.getvalue(), 1, format="parquet")
    run = open_run()
    load(run, "orders")
    found = run.spark.read.format("delta").load(run.path("staging.orders"))
    shown = found.select(*[F.date_format(name, "dd HH:mm:ss.SSSSSS") for name in ("paid_at", "updated_at")])
    assert [tuple(row) for row in shown.collect()] == [("04 04:00:00.123457", "03 20:00:00.123457")]


def test_typed_parquet_needs_no_text(open_run, landing):
    from decimal import Decimal

    typed = {**ORDER, "quantity": 2, "paid_cny": Decimal("21.00"), "unit_price_cny": 10.5}
    deliver(landing, "orders", DAY, [typed], format="parquet")
    run = open_run()
    load(run, "orders")
    assert rows(run, "staging.orders", "order_id", "quantity", "paid_cny") == [("o1", 2, Decimal("21.00"))]
