"""Orders and parcels: what is delivered, put together again, is what the truth says."""

from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

from simulator.geography import bd09_from_gcj02, gcj02_from_wgs84
from tests.simulator.conftest import latest, metres_between

CST = timezone(timedelta(hours=8))


def instant(text: str) -> datetime:
    """A time without an offset is China Standard Time."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=CST)


@pytest.fixture(scope="module")
def orders(good_rows):
    return good_rows("orders")


@pytest.fixture(scope="module")
def parcels(good_rows):
    return good_rows("shipments")


def test_every_delivered_order_is_in_the_truth_and_no_other(orders, truth):
    assert {row["order_id"] for row in orders} == set(truth["orders"].order_id)


def test_the_newest_row_of_a_settled_order_is_its_fate(orders, truth):
    last = latest(orders, "order_id")
    settled = truth["orders"].query("last_dt < 10")
    assert len(settled) > 200
    for row in settled.itertuples():
        found = last[row.order_id]
        assert found["status"] == row.fate
        assert float(found["refunded_cny"] or 0) == pytest.approx(row.refunded_cny)
        assert (found["refund_reason"] is not None) == (row.fate == "refunded")


def test_paid_at_is_the_same_instant_in_every_spelling(orders, truth):
    last = latest(orders, "order_id")
    endings = {row["paid_at"][19:] for row in orders}
    assert endings == {"+08:00", "", "Z"}
    for row in truth["orders"].itertuples():
        assert instant(last[row.order_id]["paid_at"]) == row.paid_at.to_pydatetime()


def test_the_state_of_an_order_never_goes_back(orders):
    rank = {"paid": 0, "shipped": 1, "received": 2, "refunded": 3, "closed": 3}
    by_order: dict[str, list[int]] = {}
    for row in sorted(orders, key=lambda row: row["ds"]):
        by_order.setdefault(row["order_id"], []).append(rank[row["status"]])
    assert all(steps == sorted(set(steps)) for steps in by_order.values())


def test_late_rows_are_delivered_days_after_they_happened(orders):
    lag = [
        (datetime.fromisoformat(row["ds"]).date() - instant(row["updated_at"]).astimezone(CST).date()).days
        for row in orders
    ]
    assert min(lag) == 0
    assert 0 < np.mean(np.array(lag) > 0) < 0.06


def test_waybills_are_counted(parcels, truth):
    sent = pd.Series(
        [r["order_id"] for r in latest(parcels, "waybill_no").values() if r["order_id"] and not r["return_of"]]
    )
    wanted = truth["orders"].set_index("order_id").n_waybills
    count = sent[sent.isin(wanted.index)].value_counts()  # an order may come later than its parcel, or too late
    assert count.to_dict() == wanted[wanted > 0].to_dict()
    assert {0, 1, 2} <= set(wanted)


def test_scans_are_in_the_datum_that_the_row_names(parcels, truth):
    true = truth["orders"].dropna(subset="scan_lng").set_index("waybill_no")
    last = latest(parcels, "waybill_no")
    to = {
        "wgs84": lambda x, y: (x, y),
        "gcj02": gcj02_from_wgs84,
        "bd09": lambda x, y: bd09_from_gcj02(*gcj02_from_wgs84(x, y)),
    }
    used = set()
    for waybill, row in true.iterrows():
        found = last[waybill]
        used.add(found["datum"])
        lng, lat = to[found["datum"]](row.scan_lng, row.scan_lat)
        assert metres_between(lng, lat, found["first_scan_lng"], found["first_scan_lat"]) < 0.1
    assert used == {"wgs84", "gcj02", "bd09"}


def test_parcels_before_payment_are_those_that_the_truth_marks(orders, parcels, truth):
    paid = {row["order_id"]: instant(row["paid_at"]) for row in orders}
    early = {r["order_id"] for r in latest(parcels, "waybill_no").values()
             if r["order_id"] in paid and r["first_scan_at"] and not r["return_of"] and instant(r["first_scan_at"]) < paid[r["order_id"]]}  # fmt: skip
    assert early == set(truth["orders"].query("before_payment").order_id)
    assert early


def test_orders_of_listings_that_never_came_are_marked(orders, good_rows, truth):
    listed = {row["listing_id"] for row in good_rows("listings")}
    missing = {row["order_id"] for row in orders if row["listing_id"] not in listed}
    assert missing == set(truth["orders"].query("listing_dt >= 9000").order_id)
    assert missing


def test_addresses_of_consumers_are_never_delivered(orders, parcels):
    consumer = {row["order_id"] for row in orders if row["buyer_seller_id"] is None}
    to_consumers = [row for row in parcels if row["order_id"] in consumer and not row["return_of"]]
    returned = [row for row in parcels if row["return_of"]]
    assert to_consumers and all(row["recipient_address"] is None for row in to_consumers)
    assert all(row["sender_address"] is None and row["sender_phone"] is None for row in returned)


def test_parcels_without_order_lead_to_written_addresses(parcels):
    free = [row for row in parcels if row["order_id"] is None and row["return_of"] is None]
    assert free and all(row["recipient_address"] and row["sender_address"] for row in free)
