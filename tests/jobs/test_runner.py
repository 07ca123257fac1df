"""When a day is computed, when it stands, and what a run refuses."""

import json
import sys
import threading
from dataclasses import replace
from datetime import date

import pytest
from delta.tables import DeltaTable
from pyspark.sql import functions as F

from jobs import provenance, runner, storage
from jobs.catalog import Declaration, catalog, select
from jobs.errors import AuditError, JobError, NotArrivedError
from jobs.locks import LockedError, table_lock
from jobs.progress import Progress
from jobs.table import Read, Table
from tests.deliver import deliver, deliver_nothing
from tests.drawn import delivered, drawn, encoded

MONDAY, TUESDAY, WEDNESDAY = date(2024, 3, 4), date(2024, 3, 5), date(2024, 3, 6)
TABLES = ["staging.shipments", "core.parcels"]
PARCEL = {
    "waybill_no": "W1",
    "carrier": "yto",
    "sender_phone": "139 1234 5678",
    "updated_at": "2024-03-04T10:00:00+08:00",
}


@pytest.fixture
def three_days(landing):
    for day in (MONDAY, TUESDAY, WEDNESDAY):
        deliver(landing, "shipments", str(day), [{**PARCEL, "waybill_no": f"W{day.day}"}])


def compute(run, first=MONDAY, last=WEDNESDAY, tables=TABLES):
    runner.run_tables(run, select(tables), first, last)


def plan(run, first=MONDAY, last=WEDNESDAY, tables=TABLES):
    """{table: 'range (reason)' or 'up to date'}."""
    return {line.split()[0]: line.split(maxsplit=1)[1] for line in runner.plan_lines(run, select(tables), first, last)}


def test_tables_run_side_by_side_as_soon_as_what_they_read_is_done(open_run, monkeypatch):
    ended, done_before = [], {}
    both = threading.Barrier(2, timeout=30)

    def run_table(run, declared, first, last):
        done_before[declared.name] = set(ended)
        if declared.is_feed:
            both.wait()  # breaks unless the other one is under way too
        ended.append(declared.name)

    monkeypatch.setattr(runner, "run_table", run_table)
    compute(open_run(), tables=["core.seller_states", "staging.shipments", "core.sellers", "staging.sellers"])
    assert "staging.sellers" in done_before["core.sellers"]
    assert "core.sellers" in done_before["core.seller_states"]
    assert len(ended) == 4


def test_whatever_breaks_a_table_leaves_those_that_do_not_read_it(open_run, monkeypatch):
    ended = []

    def run_table(run, declared, first, last):
        if declared.name == "staging.sellers":
            raise ValueError("An error occurred while calling o1.save.\n: first\nCaused by: no memory\n\tat somewhere")
        ended.append(declared.name)

    monkeypatch.setattr(runner, "run_table", run_table)
    with pytest.raises(JobError, match=r"^staging\.sellers: ValueError: Caused by: no memory; tables are as before"):
        compute(open_run(), tables=["core.seller_states", "staging.shipments", "core.sellers", "staging.sellers"])
    assert ended == ["staging.shipments"]


def test_what_has_a_receipt_that_stands_is_not_computed_again(open_run, three_days):
    compute(open_run(), last=TUESDAY)
    run = open_run()
    assert plan(run) == dict.fromkeys(TABLES, "2024-03-06..2024-03-06  (not published)")
    compute(run)
    assert set(plan(open_run()).values()) == {"up to date"}
    assert plan(open_run(force=True))["core.parcels"] == "2024-03-04..2024-03-06  (forced)"


def test_a_redelivery_makes_its_day_and_what_read_it_stale(open_run, landing, three_days):
    compute(open_run())
    deliver(landing, "shipments", str(TUESDAY), [{**PARCEL, "waybill_no": "W5", "weight_kg": 2.5}], delivery=2)
    run = open_run()
    assert plan(run) == {
        "staging.shipments": "2024-03-05..2024-03-05  (delivery 2)",
        "core.parcels": "2024-03-05..2024-03-05  (after its inputs)",
    }
    compute(run)
    assert [(r.table, str(r.from_ds), str(r.to_ds)) for r in run.ledger.receipts[-2:]] == [
        ("staging.shipments", "2024-03-05", "2024-03-05"),
        ("core.parcels", "2024-03-05", "2024-03-05"),
    ]
    corrected = storage.read(run.spark, run.path("core.parcels"), where="ds = date'2024-03-05'").collect()
    assert [row["weight_kg"] for row in corrected] == [2.5]


def test_a_redelivery_of_the_same_rows_computes_nothing_downstream(open_run, landing, three_days):
    compute(open_run())
    deliver(landing, "shipments", str(TUESDAY), [{**PARCEL, "waybill_no": "W5"}], delivery=2)
    run = open_run()
    compute(run)
    assert run.ledger.receipts[-1].table == "staging.shipments"
    assert plan(run)["core.parcels"] == "up to date"


def test_new_code_makes_a_table_stale_and_a_new_commit_does_not(open_run, three_days, monkeypatch):
    compute(open_run())
    tables = catalog()
    for name in TABLES:
        code = tables[name].code_version.split("+")[1]
        monkeypatch.setitem(tables, name, replace(tables[name], code_version=f"another-commit+{code}"))
    assert set(plan(open_run()).values()) == {"up to date"}
    parcels = tables["core.parcels"]
    monkeypatch.setitem(tables, "core.parcels", replace(parcels, code_version=parcels.code_version + "x"))
    assert plan(open_run()) == {
        "staging.shipments": "up to date",
        "core.parcels": "2024-03-04..2024-03-06  (code changed)",
    }


def test_code_version_covers_what_a_table_imports():
    assert {"core.parcels", "columns", "reference"} <= provenance._imported("core.parcels")
    assert "brand_match" not in provenance._imported("core.parcels")
    assert {"links.edges", "graph.traits"} <= provenance._imported("links.edges")


def test_receipt_and_commit_name_code_and_pinned_inputs(open_run, three_days):
    run = open_run()
    compute(run)
    receipt = run.ledger.receipts[-1]
    read = DeltaTable.forPath(run.spark, run.path("staging.shipments")).history(1).collect()[0]["version"]
    commit = DeltaTable.forPath(run.spark, run.path("core.parcels")).history(1).collect()[0]
    assert receipt.inputs == {"staging.shipments": read}
    assert receipt.output_version == commit["version"]
    assert json.loads(commit["userMetadata"]) == {
        "run_id": receipt.run_id, "code_version": receipt.code_version, "inputs": {"staging.shipments": read},
    }  # fmt: skip
    kept = runner.open_run(run.spark, run.settings).ledger.published("core.parcels", MONDAY)
    assert (kept.run_id, kept.inputs, kept.days) == (receipt.run_id, receipt.inputs, receipt.days)


def test_a_missing_input_day_names_table_and_day_and_the_days_before_are_published(open_run, landing, three_days):
    (landing / "shipments" / "dt=2024-03-05" / "_manifest.json").unlink()
    run = open_run()
    with pytest.raises(NotArrivedError, match=r"shipments of 2024-03-05 has not arrived: no .*_manifest\.json"):
        compute(run)
    with pytest.raises(
        NotArrivedError, match=r"core\.parcels of 2024-03-05 cannot be computed: staging\.shipments has no 2024-03-05"
    ):
        compute(run, tables=["core.parcels"])
    assert run.ledger.days("core.parcels") == [MONDAY]
    assert run.ledger.days("staging.shipments") == [MONDAY, WEDNESDAY]


def test_an_empty_delivered_day_is_not_a_missing_one(open_run, landing, three_days):
    deliver_nothing(landing, "shipments", str(TUESDAY), delivery=2)
    run = open_run()
    compute(run)
    assert run.ledger.published("core.parcels", TUESDAY).days[TUESDAY].rows == 0


def test_a_second_writer_of_a_table_is_told_to_wait(open_run, three_days):
    run = open_run()
    with (
        table_lock(run.spark, run.warehouse, "staging.shipments"),
        pytest.raises(LockedError, match="is being written by another run"),
    ):
        compute(run, tables=["staging.shipments"])
    compute(run, tables=["staging.shipments"])
    assert len(run.ledger.days("staging.shipments")) == 3


def declared(transform, columns="waybill_no string not null, carrier string"):
    table = Table(key=("waybill_no",), columns=columns.replace(", ", "\n"), reads={"parcels": Read("core.parcels")})
    return Declaration("core.parcels", table, transform, "core.parcels: a test", "commit+parcels")


def test_other_columns_than_declared_are_listed_apart(open_run, three_days, monkeypatch):
    run = open_run()
    frame = run.spark.sql("SELECT date'2024-03-04' ds, 1L waybill_no, 'x' colour")
    with pytest.raises(storage.SchemaError) as caught:
        runner.conform(frame, declared(None))
    assert "missing: carrier; extra: colour; mistyped: waybill_no is bigint, declared string" in str(caught.value)


def test_a_table_made_with_other_columns_is_not_written(open_run, three_days):
    run = open_run()
    run.spark.sql("SELECT date'2024-03-04' ds, 'W1' waybill_no").write.format("delta").partitionBy("ds").save(
        run.path("core.parcels")
    )
    with pytest.raises(
        storage.SchemaError, match="was made with other columns than its declaration has: missing: order_id"
    ):
        compute(run)


def test_a_refused_audit_publishes_nothing_and_names_what_broke(open_run, three_days, monkeypatch):
    from expectations.core import parcels
    from jobs.expect import Expect

    strict = Expect("rows_to_meet", because="a test forbids it", condition="waybill_no <> 'W5'")
    monkeypatch.setattr(parcels, "EXPECTATIONS", [strict])
    run = open_run()
    with pytest.raises(AuditError) as caught:
        compute(run)
    assert (
        "core.parcels 2024-03-04..2024-03-06 was not published: FAIL critical waybill_no <> 'W5': 1 rows; keys: 2024-03-05/W5"
        in str(caught.value)
    )
    assert caught.value.exit_code == 4
    assert storage.version(run.spark, run.path("core.parcels")) is None
    assert run.ledger.days("core.parcels") == []


def test_a_day_of_a_feed_that_is_refused_keeps_out_neither_the_other_days_nor_what_reads_those_before(
    open_run, three_days, monkeypatch
):
    from expectations.staging import shipments
    from jobs.expect import Expect

    strict = Expect("rows_to_meet", because="a test forbids it", condition="waybill_no <> 'W5'")
    monkeypatch.setattr(shipments, "EXPECTATIONS", [strict])
    run = open_run()
    with pytest.raises(
        AuditError, match=r"staging\.shipments 2024-03-05\.\.2024-03-05 was not published: .*W5"
    ) as caught:
        compute(run)
    assert caught.value.exit_code == 4
    assert run.ledger.days("staging.shipments") == [MONDAY, WEDNESDAY]
    assert run.ledger.days("core.parcels") == [MONDAY]


def test_a_warning_is_told_and_publishes(open_run, three_days, monkeypatch):
    from expectations.core import parcels
    from jobs.expect import Expect

    mild = Expect(
        "column_values_to_not_be_null", because="most parcels are weighed", column="weight_kg", severity="warning"
    )
    monkeypatch.setattr(parcels, "EXPECTATIONS", [mild])
    run = open_run()
    compute(run)
    assert run.ledger.receipts[-1].warnings == 1
    assert len(run.ledger.days("core.parcels")) == 3


def test_a_day_unlike_the_four_weeks_before_is_a_warning(spark, open_run):
    from jobs.audit import audit_volume
    from jobs.receipts import Day, Ledger, Receipt
    from jobs.table import DAY

    days = {date(2024, 2, 1) + i * DAY: Day(1_000, i) for i in range(10)}
    ledger = Ledger(
        [Receipt("r", "core.parcels", min(days), max(days), "c", {}, 1, 10_000, 0, 0, days, None, None, 1.0)]
    )
    next_day = max(days) + DAY
    assert audit_volume({next_day: 1_100}, "core.parcels", ledger)[0].success
    (check,) = audit_volume({next_day: 120}, "core.parcels", ledger)
    assert (check.success, check.severity, check.observed) == (False, "warning", f"{next_day}: 120 rows, usually 1,000")


def test_rows_lost_in_a_commit_put_the_table_back(open_run, three_days):
    run = open_run()
    compute(run, tables=["staging.shipments"])
    path = run.path("staging.shipments")
    frame = storage.read(run.spark, path, where="ds = date'2024-03-04'")
    with pytest.raises(storage.JobError, match="1 rows were written, 2 were audited"):
        storage.replace(run.spark, path, frame, storage.in_range(MONDAY, MONDAY), {}, 2)
    assert storage.read(run.spark, path).count() == 3


def test_progress_on_a_pipe_is_plain_lines(tmp_path):
    with (tmp_path / "log").open("w+") as stream:
        progress = Progress(stream)
        with progress.step("core.trades  2024-03-04..2024-03-05") as said:
            said.append("12 rows")
        stream.seek(0)
        span = "core.trades  2024-03-04..2024-03-05"
        assert stream.read() == f"{span}  …\n{span}  12 rows  0.0 s\n"


@pytest.mark.parametrize("table", ["core.listing_states", "rackets.leads"])
def test_snapshots_are_of_sundays(open_run, table):
    declared = catalog()[table]
    assert runner.plan(open_run(), declared, TUESDAY, TUESDAY).line().split(maxsplit=1) == [table, "nothing due"]


def test_a_table_that_reads_its_own_past_is_computed_anew_from_the_first_day_that_is(open_run, monkeypatch):
    first, second, third = date(2024, 3, 3), date(2024, 3, 10), date(2024, 3, 17)
    monkeypatch.setattr(runner, "why_due", lambda run, declared, day: "not published" if day == second else None)
    planned = runner.plan(open_run(), catalog()["rackets.members"], first, third)
    assert planned.ranges == ((second, second), (third, third))
    assert planned.reasons == ("after its inputs", "not published")


# --- tables on request --------------------------------------------------------------------------


def on_request(reads):
    """Two tables in the place of real ones: models.listings on request, evidence.listing_scores that reads it."""

    def model(parcels):
        return parcels.groupBy("ds").agg(F.count("*").alias("seen")).select("ds", F.lit("m").alias("model_id"), "seen")

    def score(parcels, models):
        until = models.select(F.col("ds").alias("model_ds"))
        days = F.concat_ws(",", F.sort_array(F.collect_list(F.dayofmonth("model_ds").cast("string"))))
        pairs = parcels.join(until, F.col("model_ds") <= F.col("ds"), how="left")
        return pairs.groupBy("ds", "waybill_no").agg(days.alias("known"))

    models = Table(
        key=("model_id",),
        columns="model_id string not null\nseen bigint",
        reads={"parcels": Read("staging.shipments")},
        every="request",
    )
    scores = Table(
        key=("waybill_no",),
        columns="waybill_no string not null\nknown string",
        reads={"parcels": Read("staging.shipments"), "models": Read("models.listings", days=reads)},
    )
    return [
        Declaration("models.listings", models, model, "models.listings: a test", "commit+models"),
        Declaration("evidence.listing_scores", scores, score, "evidence.listing_scores: a test", "commit+scores"),
    ]  # fmt: skip


@pytest.fixture
def requested(monkeypatch):
    """The catalog with these two, without expectations of their own."""
    from expectations.evidence import listing_scores
    from expectations.models import listings

    declared = on_request(3650)
    tables = {**catalog(), **{one.name: one for one in declared}}
    for module in (runner, sys.modules["jobs.catalog"]):
        monkeypatch.setattr(module, "catalog", lambda: tables)
    for module in (listing_scores, listings):
        monkeypatch.setattr(module, "EXPECTATIONS", [])
    return declared


def known(run):
    rows = storage.read(run.spark, run.path("evidence.listing_scores")).select("ds", "known").distinct().collect()
    return {row["ds"]: row["known"] for row in rows}


def test_what_is_on_request_is_computed_for_the_last_day_asked_for_and_read_as_far_as_it_is_there(
    open_run, three_days, requested
):
    models, scores = requested
    run = open_run()
    compute(run, tables=["staging.shipments"])
    # Nobody has asked for one: its absence stops nothing.
    runner.run_table(run, scores, MONDAY, WEDNESDAY)
    assert known(run) == dict.fromkeys([MONDAY, TUESDAY, WEDNESDAY], "")
    assert runner.plan(run, models, MONDAY, WEDNESDAY).ranges == ((WEDNESDAY, WEDNESDAY),)

    # One of Tuesday makes Tuesday and later stale, and leaves Monday alone.
    runner.run_table(run, models, MONDAY, TUESDAY)
    assert run.ledger.days("models.listings") == [TUESDAY]
    assert runner.plan(run, scores, MONDAY, WEDNESDAY).line().split(maxsplit=1)[1] == (
        "2024-03-05..2024-03-06  (models.listings of 2024-03-05 changed)"
    )
    runner.run_table(run, scores, MONDAY, WEDNESDAY)
    assert runner.plan(run, scores, MONDAY, WEDNESDAY).ranges == ()
    assert known(run) == {MONDAY: "", TUESDAY: "5", WEDNESDAY: "5"}

    # A later one leaves days before it as they are: they stand, and computed again they are the same.
    runner.run_table(run, models, WEDNESDAY, WEDNESDAY)
    assert runner.plan(run, scores, MONDAY, WEDNESDAY).ranges == ((WEDNESDAY, WEDNESDAY),)
    again = open_run(force=True)
    runner.run_table(again, scores, MONDAY, WEDNESDAY)
    assert known(again) == {MONDAY: "", TUESDAY: "5", WEDNESDAY: "5,6"}


def test_what_is_on_request_is_missing_on_no_day(open_run, three_days, requested):
    from jobs import status

    run = open_run()
    compute(run, tables=["staging.shipments"])
    lines = list(status.report(run.spark, run.settings, None, None))
    at = next(i for i, line in enumerate(lines) if line.startswith("models.listings"))
    assert [line for line in lines[at + 1 : at + 2] if line.startswith(" ")] == []


def test_a_cache_makes_no_day_stale_and_none_of_it_must_be_there(open_run, landing):
    """A day of pictures is computed before the day before it; what comes there later changes nothing of it."""
    tables, pictures = ["staging.images", "evidence.image_reads"], {}
    for day, seed in ((MONDAY, 1), (TUESDAY, 2)):
        pictures[day] = delivered(landing, str(day), f"p{seed}.jpg", encoded(drawn(seed)))
        deliver(landing, "images", str(day), [pictures[day]])
    compute(open_run(), TUESDAY, TUESDAY, tables)
    compute(open_run(), MONDAY, MONDAY, tables)
    assert plan(open_run(), MONDAY, TUESDAY, tables) == dict.fromkeys(tables, "up to date")
    again = delivered(landing, str(MONDAY), "p2.jpg", encoded(drawn(2)))
    deliver(landing, "images", str(MONDAY), [pictures[MONDAY], again], delivery=2)
    compute(open_run(), MONDAY, TUESDAY, tables[:1])
    assert plan(open_run(), MONDAY, TUESDAY, tables) == {
        "staging.images": "up to date",
        "evidence.image_reads": "2024-03-04..2024-03-04  (staging.images of 2024-03-04 changed)",
    }
