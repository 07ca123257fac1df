"""A foreign export becomes deliveries; what cannot be used is kept with a reason, and all lines are accounted for."""

import gzip
import json
import re
import textwrap
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import functions as F

from jobs import cli, landing, mapping, source_files
from jobs.errors import JobError, NotArrivedError, UsageError
from jobs.progress import Progress
from jobs.settings import ROOT

QUIET = Progress(None)
FEEDS = ("brands", "images", "listings", "orders", "outcomes", "reports", "sellers", "shipments")

# One report per line of a dump: values in objects, and what version control left behind.
DUMP = """\
<<<<<<< HEAD
{"id": 12345678901234567890, "item": {"id": "l1"}, "who": "consumer", "at": "2024-03-01 09:30:00", "tags": ["a", "b"]}

{"id": 2, "item": {"id": "l2"}, "who": "platform", "at": "2024-03-03 23:30:00", "result": "upheld", "closed": "soon"}
=======
{"id": 2, "item": {"id": "l2"}, "who": "platform", "at": "2024-03-03 23:30:00", "result": "upheld", "closed": "soon"}
{"id": 3, "item": {}, "who": "consumer", "at": "yesterday"}
{"id": 4, "item":
{"id": 5, "item": {"id": "l5"}, "who": "nobody", "at": "2024-03-02 00:00:00"}
"""
REPORTS_SQL = """\
-- note: nothing is known of the brand
SELECT
  to_date(try_cast(at AS TIMESTAMP)) AS dt,
  d._at AS _from,
  id AS report_id,
  item.id AS listing_id,
  who AS source,
  at AS reported_at,
  result,
  closed AS result_at,
  at AS updated_at
FROM dump AS d
WHERE who <> 'nobody';
"""
# Shops in a Chinese encoding: two lines of something else first, a text over two lines, a row cut short.
SHOPS = """\
店铺导出
2024;
编号;店名;电话;电话
s1;"云;间
鞋";139 1234 5678;
s2;;;0594-123
s1;"云;间
鞋";139 1234 5678;
编号;店名;电话;电话
s3
"""
SELLERS_SQL = """\
SELECT
  DATE'2024-03-01' AS dt,
  array(_at) AS _from,
  `编号` AS seller_id,
  'taobao' AS platform,
  `店名` AS shop_name,
  filter(array(`电话`, `_column_4`), x -> x IS NOT NULL) AS phones,
  TIMESTAMP'2020-01-01 00:00:00' AS registered_at,
  DATE'2024-03-01' AS updated_at
FROM shops
"""
TOML = """\
time_zone = "America/Sao_Paulo"

[tables.shops]
encoding = "GBK"
separator = ";"
skip_lines = 2

[not_mapped]
orders = "the export has no orders"

[counts]
"reports by consumers" = "SELECT count(*) FROM dump WHERE who = 'consumer'"
"""


def make_source(base: Path, selects: dict[str, str], toml: str = "") -> str:
    folder = base / "conf" / "market"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for feed, sql in selects.items():
        (folder / f"{feed}.sql").write_text(sql, encoding="utf-8")
    if toml:
        (folder / "source.toml").write_text(toml, encoding="utf-8")
    return str(folder)


def make_export(base: Path, files: dict[str, bytes]) -> str:
    folder = base / "export"
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    return str(folder)


def run(spark, base: Path, source: str, export: str, **options) -> mapping.Report:
    return mapping.map_source(spark, source, export, str(base / "landing"), QUIET, say=lambda line: None, **options)


def delivered(base: Path, feed: str, day: str) -> list[dict]:
    """The rows of a day, read after the landing said that it is whole."""
    found = landing.delivery(str(base / "landing"), feed, date.fromisoformat(day))
    assert found.unlisted == ()
    lines = [
        line
        for file in found.files
        for line in gzip.decompress(Path(found.folder, file.name).read_bytes()).splitlines()
    ]
    return [json.loads(line) for line in lines]


def turned_away(base: Path) -> list[tuple]:
    files = (base / "landing" / "_mapped" / "market" / "rejects").glob("*.gz")
    rows = [json.loads(line) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]
    return sorted((row["file"], row.get("line", 0), *row["reasons"]) for row in rows)


@pytest.fixture(scope="module")
def market(spark, tmp_path_factory):
    """The two files above, mapped once: (folder, report, what was said)."""
    base = tmp_path_factory.mktemp("market")
    source = make_source(base, {"reports": REPORTS_SQL, "sellers": SELLERS_SQL}, TOML)
    export = make_export(
        base,
        {
            "dump.jsonl.gz": gzip.compress(DUMP.encode()),
            "shops.csv": SHOPS.encode("gbk") + b"   \n",
            "readme.csv": b"a\n1\n",
        },
    )
    said: list[str] = []
    report = mapping.map_source(spark, source, export, str(base / "landing"), QUIET, say=said.append)
    return base, report, "\n".join(said)


def test_every_line_is_a_row_a_header_a_repeat_or_rejected(market):
    _, report, _ = market
    dump, shops = report.tables["dump"], report.tables["shops"]
    assert (dump.lines, dump.rows, dump.headers, dump.repeats, dump.rejected) == (
        8,
        4,
        0,
        1,
        {"merge_marker": 2, "malformed": 1},
    )
    assert (shops.rows, shops.headers, shops.repeats) == (2, 1, 1)
    assert shops.rejected == {"before_header": 2, "repeated_header": 1, "wrong_number_of_columns": 1}
    assert (shops.lines, shops.continued) == (10, 2)
    for table in (dump, shops):
        assert (
            table.lines == table.rows + table.headers + table.repeats + sum(table.rejected.values()) + table.continued
        )


def test_what_is_turned_away_is_kept_with_file_line_and_reason(market):
    assert turned_away(market[0]) == [
        ("dump.jsonl.gz", 1, "merge_marker"),
        ("dump.jsonl.gz", 5, "merge_marker"),
        ("dump.jsonl.gz", 6, "duplicate"),
        ("dump.jsonl.gz", 8, "malformed"),
        ("dump.jsonl.gz", 9, "not_selected"),
        ("reports.sql", 0, "missing:dt"),
        ("shops.csv", 1, "before_header"),
        ("shops.csv", 2, "before_header"),
        ("shops.csv", 6, "duplicate"),
        ("shops.csv", 7, "repeated_header"),
        ("shops.csv", 8, "wrong_number_of_columns"),
    ]


def test_rows_of_a_select_are_delivered_on_their_day_or_have_none(market):
    report = market[1].feeds["reports"]
    assert (report.rows, report.days, report.without_day) == (
        3,
        {date(2024, 3, 1): 1, date(2024, 3, 3): 1},
        {"missing:dt": 1},
    )


def test_times_get_the_offset_of_the_source_and_what_is_none_is_left_to_staging(market):
    # A number with more digits than numbers have stays as it was written.
    assert delivered(market[0], "reports", "2024-03-01") == [
        {
            "report_id": "12345678901234567890", "listing_id": "l1", "source": "consumer",
            "reported_at": "2024-03-01T09:30:00-03:00", "updated_at": "2024-03-01T09:30:00-03:00",
        }
    ]  # fmt: skip
    (report,) = delivered(market[0], "reports", "2024-03-03")
    assert (report["reported_at"], report["result_at"]) == ("2024-03-03T23:30:00-03:00", "soon")


def test_another_encoding_separator_and_texts_over_lines_are_read(market):
    assert delivered(market[0], "sellers", "2024-03-01") == [
        {
            "seller_id": "s1", "platform": "taobao", "shop_name": "云;间\n鞋", "registered_at": "2020-01-01T00:00:00-03:00",
            "phones": ["139 1234 5678"], "updated_at": "2024-03-01T00:00:00-03:00",
        },
        {
            "seller_id": "s2", "platform": "taobao", "registered_at": "2020-01-01T00:00:00-03:00",
            "phones": ["0594-123"], "updated_at": "2024-03-01T00:00:00-03:00",
        },
    ]  # fmt: skip


def test_every_feed_has_every_day_of_the_range(market):
    base, report, _ = market
    assert (report.first, report.last) == (date(2024, 3, 1), date(2024, 3, 3))
    assert {feed: [len(delivered(base, feed, f"2024-03-0{day}")) for day in (1, 2, 3)] for feed in FEEDS} == {
        **{feed: [0, 0, 0] for feed in FEEDS}, "reports": [1, 0, 1], "sellers": [2, 0, 0]
    }  # fmt: skip
    assert report.written == {"delivered": 3, "delivered again": 0, "unchanged": 0, "empty": 21}


def test_what_is_null_missing_unused_and_noted_is_said(market):
    _, report, said = market
    assert report.feeds["reports"].null_throughout == ["brand_id"]
    assert report.feeds["sellers"].missing == {}
    assert report.counts == {"reports by consumers": 2}
    for line in (
        "taken by no SELECT: 1 (kept as rejects, reason not_selected)", "in no SELECT: tags", "note: nothing is known of the brand", "readme                     in no SELECT, not read",
        "without a day: 1 (kept as rejects, reason missing:dt)", "without listing_id: 1 (required, staging will reject them)", "→ orders                   not mapped, 3 empty days: the export has no orders",
        "not mapped, 3 empty days: there is no brands.sql", "null in all rows: legal_name",
    ):  # fmt: skip
        assert line in said
    kept = json.loads((market[0] / "landing" / "_mapped" / "market" / "report.json").read_text())
    assert kept["tables"]["dump"]["rejected"] == {"merge_marker": 2, "malformed": 1}


ORDERS_SQL = """\
SELECT day AS dt, order_id, 'l1' AS listing_id, 's1' AS seller_id, 'b1' AS buyer_id, 1 AS quantity, paid AS unit_price_cny,
  paid AS paid_cny, day AS paid_at, 'paid' AS status, day AS updated_at
FROM orders
"""
MARCH = b"order_id,day,paid\no1,2024-03-01,10.50\no2,2024-03-02,20\no3,2024-03-04,30\n"


def manifests(base: Path) -> dict[str, str]:
    return {str(path.relative_to(base)): path.read_text() for path in (base / "landing").rglob("_manifest.json")}


def test_the_same_export_again_changes_nothing_and_another_one_is_a_redelivery(spark, tmp_path):
    source, export = make_source(tmp_path, {"orders": ORDERS_SQL}), make_export(tmp_path, {"orders.csv": MARCH})
    run(spark, tmp_path, source, export)
    before = manifests(tmp_path)
    again = run(spark, tmp_path, source, export)
    assert manifests(tmp_path) == before
    assert again.written == {"delivered": 0, "delivered again": 0, "unchanged": 32, "empty": 0}

    make_export(
        tmp_path, {"orders.csv": b"order_id,day,paid\no1,2024-03-01,10.50\no2,2024-03-02,25\no3,2024-03-03,30\n"}
    )
    changed = run(spark, tmp_path, source, export)
    found = {day: landing.delivery(str(tmp_path / "landing"), "orders", date(2024, 3, day)) for day in (1, 2, 3, 4)}
    assert {day: (delivery.number, delivery.rows, len(delivery.unlisted)) for day, delivery in found.items()} == {
        1: (1, 1, 0), 2: (2, 1, 0), 3: (2, 1, 0), 4: (2, 0, 0)
    }  # fmt: skip
    assert delivered(tmp_path, "orders", "2024-03-02")[0]["paid_cny"] == "25"
    assert changed.written["delivered again"] == 3


def test_days_that_somebody_else_delivered_are_not_touched(spark, tmp_path):
    source, export = make_source(tmp_path, {"orders": ORDERS_SQL}), make_export(tmp_path, {"orders.csv": MARCH})
    other = str(tmp_path / "landing")
    landing.deliver(other, "orders", date(2024, 3, 2), [], 1, "elsewhere")
    landing.deliver(other, "sellers", date(2024, 3, 1), [], 7, "elsewhere")
    before = manifests(tmp_path)
    with pytest.raises(JobError, match="orders/dt=2024-03-02 was delivered by somebody else, nothing was written"):
        run(spark, tmp_path, source, export)
    assert manifests(tmp_path) == before
    (tmp_path / "landing/orders/dt=2024-03-02/_manifest.json").unlink()
    run(spark, tmp_path, source, export)
    assert landing.delivery(other, "sellers", date(2024, 3, 1)).number == 7


def test_a_dry_run_says_all_and_writes_nothing(spark, tmp_path):
    # A SELECT without rows is a feed of empty days.
    nothing = REPORTS_SQL.replace("who <> 'nobody';", "false")
    source = make_source(tmp_path, {"orders": ORDERS_SQL, "reports": nothing})
    export = make_export(tmp_path, {"orders.csv": MARCH, "dump.jsonl": DUMP.encode()})
    report = run(spark, tmp_path, source, export, dry_run=True)
    assert report.feeds["orders"].days == {date(2024, 3, 1): 1, date(2024, 3, 2): 1, date(2024, 3, 4): 1}
    assert report.feeds["reports"].days == {}
    assert not (tmp_path / "landing").exists()


def test_parts_of_a_table_lie_in_a_folder_or_are_found_by_a_pattern(spark, tmp_path):
    head, o1, o2 = b"order_id,day,paid\n", b"o1,2024-03-01,10\n", b"o2,2024-03-02,20\n"
    source = make_source(tmp_path, {"orders": ORDERS_SQL})
    export = make_export(
        tmp_path,
        {
            "orders/a.csv": (head + o1).replace(b"\n", b"\r\n"),
            "orders/b.csv.gz": gzip.compress(b"day,order_id,paid\n2024-03-02,o2,20\n"),
        },
    )
    assert run(spark, tmp_path, source, export).feeds["orders"].rows == 2
    assert [delivered(tmp_path, "orders", f"2024-03-0{day}")[0]["paid_cny"] for day in (1, 2)] == ["10", "20"]

    other = tmp_path / "other"
    source = make_source(
        other,
        {"orders": ORDERS_SQL},
        '[tables.orders]\nfiles = "2024-*.txt"\nheader = ["order_id", "day", "paid"]\nrepeats = "keep"\n',
    )
    export = make_export(other, {"2024-03.txt": o1 + o1, "2024-04.txt": o2})
    table = run(spark, other, source, export).tables["orders"]
    assert (table.rows, table.headers, table.repeats, table.not_selected) == (3, 0, 0, None)


def test_parquet_keeps_its_types(spark, tmp_path):
    rows = [
        {"order_id": "o1", "day": date(2024, 3, 1), "paid": 10.5},
        {"order_id": "o1", "day": date(2024, 3, 1), "paid": 10.5},
    ]
    source, export = make_source(tmp_path, {"orders": ORDERS_SQL}), make_export(tmp_path, {})
    Path(export).mkdir()
    pq.write_table(pa.Table.from_pylist(rows), Path(export, "orders.parquet"))
    report = run(spark, tmp_path, source, export)
    assert (report.tables["orders"].rows, report.tables["orders"].repeats) == (1, 1)
    (order,) = delivered(tmp_path, "orders", "2024-03-01")
    assert (order["paid_cny"], order["paid_at"]) == (10.5, "2024-03-01T00:00:00+08:00")


def test_lines_that_reading_did_not_see_stop_it(spark, tmp_path):
    export = make_export(tmp_path, {"orders.csv": MARCH})
    source = mapping.open_source(make_source(tmp_path, {"orders": ORDERS_SQL}))
    table = source_files.read_table(
        source_files.reading_session(spark, "UTC"), source, "orders", export, ["orders.csv"]
    )
    short = source_files.Table(
        "orders", table.files, table.columns, table.lines.where(F.col("_line") != 3), is_text=True
    )
    with pytest.raises(JobError, match="orders has 4 lines, of which 3 were read"):
        mapping.count_lines(spark, short, export)


# What is wrong -> (orders.sql, error, what is said).
WRONG = {
    "no day": (ORDERS_SQL.replace("day AS dt,", ""), UsageError, "orders.sql: gives no dt"),
    "no required column": (
        ORDERS_SQL.replace("'l1' AS listing_id,", ""),
        UsageError,
        "orders.sql: gives no listing_id, which orders requires",
    ),
    "unknown column": (
        ORDERS_SQL.replace("paid_cny", "payed_cny"),
        UsageError,
        "orders has no column payed_cny, did you mean paid_cny",
    ),
    "column twice": (
        ORDERS_SQL.replace("'b1' AS buyer_id", "'b1' AS seller_id"),
        UsageError,
        "gives the column seller_id twice",
    ),
    "no such source column": (
        ORDERS_SQL.replace("paid AS paid_cny", "payed AS paid_cny"),
        UsageError,
        r"orders.sql line 2: .*`payed`",
    ),
    "no SQL": (ORDERS_SQL.replace("FROM orders", "FROM orders WHERE ("), UsageError, "orders.sql line 3: "),
    "no such file": (
        ORDERS_SQL.replace("FROM orders", "FROM\n ordres"),
        NotArrivedError,
        "orders.sql line 4: no file of the export is the table ordres",
    ),
    "object where text should be": (
        ORDERS_SQL.replace("'l1'", "struct(1)"),
        UsageError,
        "listing_id is struct<col1:int>, the contract wants string",
    ),
    "value that cannot be cast": (
        ORDERS_SQL.replace("1 AS quantity", "CAST(order_id AS INT) AS quantity"),
        JobError,
        "orders.sql line 1: .*'o[123]' .*INT",
    ),
    "origin that is no place": (
        ORDERS_SQL.replace("day AS dt", "day AS dt, 1 AS _from"),
        UsageError,
        "_from is int; give the _at of one table",
    ),
    "not one day": (ORDERS_SQL.replace("day AS dt", "NULL AS dt"), JobError, "gives 3 rows and not one with a day"),
    "not one row": (f"{ORDERS_SQL} WHERE false", JobError, "the SELECTs of market give no rows"),
    "a wrong clock": (
        ORDERS_SQL.replace("day AS dt", "if(paid = '20', '2099-01-01', day) AS dt"),
        UsageError,
        "from 2024-03-01 to 2099-01-01",
    ),
    "a statement": ("DROP TABLE orders", UsageError, "orders.sql: is not a SELECT"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_a_select_is_said_in_one_line(spark, tmp_path, name):
    sql, error, said = WRONG[name]
    source, export = make_source(tmp_path, {"orders": sql}), make_export(tmp_path, {"orders.csv": MARCH})
    with pytest.raises(error, match=said) as caught:
        run(spark, tmp_path, source, export)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "landing").exists()


# What is wrong in the source's folder -> (files, what is said).
WRONG_FOLDER = {
    "no such feed": ({"ordres.sql": ORDERS_SQL}, "there is no feed ordres"),
    "pictures": ({"images.sql": ORDERS_SQL}, "pictures lie beside their rows"),
    "no SELECT at all": ({"source.toml": ""}, "has no .sql"),
    "not TOML": ({"orders.sql": ORDERS_SQL, "source.toml": "time_zone = "}, "source.toml: Invalid value"),
    "unknown key": (
        {"orders.sql": ORDERS_SQL, "source.toml": "[tables.orders]\nseparater = ';'"},
        r"\[tables.orders\]: no key 'separater'",
    ),
    "wrong type": (
        {"orders.sql": ORDERS_SQL, "source.toml": "[files]\nskip_lines = '2'"},
        "skip_lines = '2' is not of the type int",
    ),
    "wrong value": (
        {"orders.sql": ORDERS_SQL, "source.toml": "[files]\nrepeats = 'some'"},
        "repeats is 'some': one of drop, keep",
    ),
    "reason for no feed": (
        {"orders.sql": ORDERS_SQL, "source.toml": "[not_mapped]\nphotos = 'none'"},
        "there is no feed photos",
    ),
}


@pytest.mark.parametrize("name", WRONG_FOLDER)
def test_what_is_wrong_in_a_source_is_said_before_spark_starts(tmp_path, capsys, name):
    files, said = WRONG_FOLDER[name]
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    with pytest.raises(UsageError, match=said):
        mapping.open_source(f"{tmp_path}/")
    assert cli.main(["map", f"{tmp_path}/", "--from", str(tmp_path), "--landing", str(tmp_path / "landing")]) == 2
    assert capsys.readouterr().err.startswith("usage: ")


def test_an_unknown_source_is_a_usage_error_that_names_those_there_are(capsys):
    assert cli.main(["map", "ebay", "--from", ".", "--landing", "nowhere"]) == 2
    assert "no source 'ebay'" in capsys.readouterr().err


def test_an_export_without_files_has_not_arrived(spark, tmp_path):
    source = make_source(tmp_path, {"orders": ORDERS_SQL})
    with pytest.raises(NotArrivedError, match=r"has no files of \.csv"):
        run(spark, tmp_path, source, str(tmp_path / "export"))
    source = make_source(tmp_path, {"orders": ORDERS_SQL}, '[tables.orders]\nfiles = "orders-*.csv"\n')
    with pytest.raises(NotArrivedError, match=r"has no file orders-\*.csv for the table orders"):
        run(spark, tmp_path, source, make_export(tmp_path, {"orders.csv": MARCH}))


def examples() -> list[tuple[str, str]]:
    """The manual's code blocks: (language, text)."""
    return re.findall(r"```(sql|toml)\n(.*?)```", (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_examples_of_the_manual_work(spark, tmp_path):
    selects = {text: textwrap.dedent(text) for language, text in examples() if language == "sql" and "SELECT" in text}
    first, of_objects, of_shops = selects.values()
    toml = next(text for language, text in examples() if language == "toml" and "店铺*.csv" in text)

    export = make_export(
        tmp_path, {"orders.csv": b"no,item,shop,buyer,price,state,created\n1,i1,s1,b1,9.90,done,2024-03-01\n"}
    )
    run(spark, tmp_path, make_source(tmp_path, {"orders": first}), export)
    (order,) = delivered(tmp_path, "orders", "2024-03-01")
    assert (order["order_id"], order["status"], order["paid_at"]) == ("1", "received", "2024-03-01T00:00:00+08:00")

    dump = {
        "id": "7", "created_at": "2024-03-01 10:00:00", "updated_at": "2024-03-02 10:00:00", "paid_at": "2024-03-01 10:01:00",
        "status": "paid", "shop": {"id": "s1"}, "buyer": {"phone": "1"},
        "items": [{"sku": "a", "price": 1.10, "count": 3}, {"sku": "b", "price": 5, "count": 1}],
    }  # fmt: skip
    shops = "店铺列表\n店铺编号;店铺名称;联系电话;注册日期;更新日期\ns1;云间;1/2;2020年1月5日;2024年3月2日\n"
    other = tmp_path / "other"
    export = make_export(
        other, {"dump.jsonl.gz": gzip.compress(json.dumps(dump).encode()), "店铺2024.csv": shops.encode("gbk")}
    )
    report = run(spark, other, make_source(other, {"orders": of_objects, "sellers": of_shops}, toml), export)
    orders = delivered(other, "orders", "2024-03-02")
    assert [(o["order_id"], o["listing_id"], o["quantity"], str(o["paid_cny"])) for o in orders] == [
        ("7-0", "a", "3", "3.3"), ("7-1", "b", "1", "5.0")
    ]  # fmt: skip
    (shop,) = delivered(other, "sellers", "2024-03-02")
    assert (shop["shop_name"], shop["phones"], shop["registered_at"]) == (
        "云间",
        ["1", "2"],
        "2020-01-05T00:00:00+08:00",
    )
    assert [table.not_selected for table in report.tables.values()] == [0, 0]
