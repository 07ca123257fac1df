"""core.trades against DuckDB: the same join of the same Parquet, written as Parquet; ratios in one run.

    python -m benchmarks.trades_join --orders 10000000 --dir DIR

Orders and parcels have about one row each and spread over 60 days; a tenth of the listings changed once. Both
sides read the same files, compute every published column but `moved_from` and write zstd Parquet; the rows are compared by count
and by an order-free hash of their keys and partners.
"""

import argparse
import json
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

FIRST = date(2024, 1, 1)
DAYS = 60

ORDERS = """
    SELECT 'O' || lpad(i::varchar, 12, '0') AS order_id, (DATE '{first}' + (i % {days})::int) AS ds,
        'L' || (hash(i) % {listings})::varchar AS listing_id, 'S' || (hash(i) % {listings} % {sellers})::varchar AS seller_id,
        'B' || (hash(i + 1) % 1000000)::varchar AS buyer_id,
        CASE WHEN i % 50 = 0 THEN 'S' || (hash(i + 2) % {sellers})::varchar END AS buyer_seller_id,
        (1 + i % 3)::int AS quantity, (10 + hash(i) % 9000 / 10)::decimal(18,2) AS paid_cny,
        CASE WHEN i % 30 = 0 THEN 10::decimal(18,2) END AS refunded_cny,
        CASE WHEN i % 30 = 0 THEN 'refunded' ELSE 'shipped' END AS status,
        CASE WHEN i % 30 = 0 THEN 'fake' END AS refund_reason,
        (DATE '{first}' + (i % {days})::int)::timestamp + to_minutes((hash(i) % 1000)::bigint) AS paid_at
    FROM range({orders}) t(i)"""
PARCELS = """
    SELECT 'Y' || lpad((i * 7)::varchar, 13, '0') AS waybill_no, 'O' || lpad(i::varchar, 12, '0') AS order_id,
        (DATE '{first}' + least(i % {days} + 1 + hash(i) % 3, {days} - 1)::int) AS ds, 'yto' AS carrier,
        'A' || (hash(i) % {sellers})::varchar AS sender_account, '1' || (hash(i + 3) % 10000000000)::varchar AS sender_phone,
        '1' || (hash(i + 3) % 10000000000)::varchar AS sender_phone_key,
        '福建省莆田市荔城区学园路' || (hash(i) % 999)::varchar || '号' AS sender_address,
        '学园路' || (hash(i) % 999)::varchar AS sender_address_key,
        (DATE '{first}' + (i % {days})::int)::timestamp + to_hours((20 + hash(i) % 40)::bigint) AS first_scan_at,
        118 + (hash(i) % 1000) / 1000.0 AS first_scan_lng, 25 + (hash(i + 1) % 1000) / 1000.0 AS first_scan_lat,
        '350304' AS recipient_region, 1.5::double AS weight_kg, NULL::varchar AS return_of
    FROM range({orders}) t(i)"""
LISTINGS = """
    SELECT 'L' || (i % {listings})::varchar AS listing_id, (DATE '{first}' + (CASE WHEN i < {listings} THEN hash(i) % 5 ELSE 20 + hash(i) % 30 END)::int) AS ds,
        'sneakers' AS category, CASE WHEN i % 3 = 0 THEN 'BR' || (i % 25)::varchar END AS brand_id
    FROM range(({listings} * 1.1)::int) t(i)"""
SELLERS = """
    SELECT 'S' || i::varchar AS seller_id, DATE '{first}' AS ds, 'taobao' AS platform FROM range({sellers}) t(i)"""

# The same result in DuckDB's own means: as-of joins for orders, listings and shops, an aggregate for parcels.
DUCKDB = """
COPY (
WITH late AS (
    SELECT DISTINCT o.order_id, a.arrived AS ds
    FROM orders o JOIN (SELECT listing_id, min(ds) AS arrived FROM listings GROUP BY 1) a USING (listing_id)
    WHERE o.ds < a.arrived),
events AS (
    SELECT order_id, ds FROM orders UNION SELECT order_id, ds FROM parcels UNION SELECT order_id, ds FROM late),
known AS (
    SELECT e.order_id, e.ds, o.* EXCLUDE (order_id, ds)
    FROM events e ASOF JOIN orders o ON e.order_id = o.order_id AND e.ds >= o.ds),
earlier AS (
    SELECT e.order_id, e.ds, o.status AS status_before, o.paid_cny AS paid_before, o.refund_reason AS reason_before
    FROM events e ASOF JOIN orders o ON e.order_id = o.order_id AND e.ds > o.ds),
parcel AS (
    SELECT e.order_id, e.ds,
        min({{'a': p.return_of IS NOT NULL, 'b': p.first_scan_at IS NULL, 'waybill_no': p.waybill_no, 'n': -(p.ds - DATE '1970-01-01'), 'p': p}}) AS best,
        count(DISTINCT CASE WHEN p.return_of IS NULL THEN p.waybill_no END) AS n,
        min(CASE WHEN p.return_of IS NULL THEN p.ds END) AS shipment_day,
        min(CASE WHEN p.return_of IS NULL AND p.first_scan_lng IS NOT NULL THEN p.ds END) AS scan_day
    FROM events e JOIN parcels p ON p.order_id = e.order_id AND p.ds <= e.ds GROUP BY 1, 2)
SELECT k.ds, k.order_id, k.listing_id, k.seller_id, k.buyer_id, k.buyer_seller_id, k.quantity, k.paid_cny, k.refunded_cny,
    k.status, k.refund_reason, k.paid_at, s.platform, l.category, l.brand_id,
    x.best.waybill_no AS waybill_no, x.best.p.carrier AS carrier, x.best.p.sender_account AS sender_account,
    x.best.p.sender_phone AS sender_phone, x.best.p.sender_phone_key AS sender_phone_key,
    x.best.p.sender_address AS sender_address, x.best.p.sender_address_key AS sender_address_key,
    x.best.p.first_scan_at AS first_scan_at, x.best.p.first_scan_lng AS first_scan_lng, x.best.p.first_scan_lat AS first_scan_lat,
    x.best.p.recipient_region AS recipient_region, x.best.p.weight_kg AS weight_kg,
    coalesce(nullif(concat_ws('+', CASE WHEN l.listing_id IS NULL THEN 'no_listing' END,
        CASE WHEN x.best IS NULL THEN 'no_shipment' END,
        CASE WHEN x.n > 1 THEN 'several_shipments' END,
        CASE WHEN x.best.p.first_scan_at < k.paid_at THEN 'shipment_before_payment' END), ''), 'complete') AS join_state,
    b.status_before IS NULL AS is_first,
    coalesce(x.shipment_day = k.ds, false) AS is_first_shipment, coalesce(x.scan_day = k.ds, false) AS is_first_scan,
    (CASE WHEN k.status = 'closed' THEN 0 ELSE k.paid_cny END
        - CASE WHEN b.status_before IS NULL OR b.status_before = 'closed' THEN 0 ELSE b.paid_before END)::decimal(18,2) AS turnover_change_cny,
    (coalesce(k.refund_reason = 'fake', false)::int - coalesce(b.reason_before = 'fake', false)::int) AS fake_refund_change
FROM known k
LEFT JOIN earlier b USING (order_id, ds)
LEFT JOIN parcel x USING (order_id, ds)
ASOF LEFT JOIN listings l ON k.listing_id = l.listing_id AND k.ds >= l.ds
ASOF LEFT JOIN sellers s ON k.seller_id = s.seller_id AND k.ds >= s.ds
) TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000_000)
    parser.add_argument("--dir", type=Path, required=True, help="for inputs and outputs, some GB")
    parser.add_argument("--only", choices=["spark", "duckdb"], help=argparse.SUPPRESS)
    parsed = parser.parse_args()
    if parsed.only:
        print(json.dumps({"spark": run_spark, "duckdb": run_duckdb}[parsed.only](parsed.dir, parsed.orders)))
        return
    make_input(parsed.dir, parsed.orders)
    seconds = {}
    for engine in ("duckdb", "spark"):  # one process each, so that neither has the other's memory
        command = [
            sys.executable,
            "-m",
            "benchmarks.trades_join",
            "--dir",
            str(parsed.dir),
            "--orders",
            str(parsed.orders),
            "--only",
            engine,
        ]
        seconds[engine] = json.loads(
            subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1]
        )
        print(f"{engine:8} {seconds[engine]:7.1f} s")
    print(f"ratio    {seconds['spark'] / seconds['duckdb']:7.2f}")
    print("rows", compare(parsed.dir, parsed.orders))


def folder(base: Path, orders: int) -> Path:
    return base / f"trades_join_{orders}"


def make_input(base: Path, orders: int) -> None:
    import duckdb

    target = folder(base, orders)
    target.mkdir(parents=True, exist_ok=True)
    sizes = {
        "first": FIRST,
        "days": DAYS,
        "orders": orders,
        "listings": max(orders // 11, 10),
        "sellers": max(orders // 150, 10),
    }
    for name, query in (("orders", ORDERS), ("parcels", PARCELS), ("listings", LISTINGS), ("sellers", SELLERS)):
        path = target / f"{name}.parquet"
        if not path.exists():
            duckdb.sql(f"COPY ({query.format(**sizes)}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


def run_duckdb(base: Path, orders: int) -> float:
    import duckdb

    source = folder(base, orders)
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "8GB", "temp_directory": str(source / "tmp")})
    for name in ("orders", "parcels", "listings", "sellers"):
        connection.sql(f"CREATE VIEW {name} AS SELECT * FROM '{source}/{name}.parquet'")
    started = time.monotonic()
    connection.sql(DUCKDB.format(out=source / "duckdb.parquet"))
    return time.monotonic() - started


def run_spark(base: Path, orders: int) -> float:
    from jobs import session, settings
    from jobs.core import trades

    source = folder(base, orders)
    spark = session.start(settings.load("local", ["spark.sql.shuffle.partitions=16"]))
    spark.range(1000).selectExpr("sum(id)").collect()
    started = time.monotonic()
    frames = {name: spark.read.parquet(str(source / f"{name}.parquet")) for name in trades.TABLE.reads}
    days = [FIRST + timedelta(days=i) for i in range(DAYS)]
    trades.transform(**frames, days=days).write.mode("overwrite").parquet(str(source / "spark"))
    return time.monotonic() - started


def compare(base: Path, orders: int) -> dict[str, str]:
    """Row count and hash sums of both results. Raises SystemExit when they differ."""
    import duckdb

    source = folder(base, orders)
    facts = {}
    for engine, files in (("spark", "spark/*.parquet"), ("duckdb", "duckdb.parquet")):
        facts[engine] = str(duckdb.sql(
            "SELECT count(*), sum(hash(order_id, ds, waybill_no, brand_id, category, platform, join_state, is_first, is_first_shipment,"
            f" is_first_scan, turnover_change_cny::double, fake_refund_change, status, paid_cny::double)::hugeint) FROM '{source}/{files}'"
        ).fetchall())  # fmt: skip
    if facts["spark"] != facts["duckdb"]:
        raise SystemExit(f"the rows differ: {facts}")
    return facts


if __name__ == "__main__":
    main()
