"""evidence.deliveries: who sends goods to whom, added up over the weeks; returns and consumers left out."""

import pytest

from tests.frames import Cases, frame, lines, stacked, transformed

CASES = Cases(
    "evidence.deliveries", "03-03", "03-10", ids="waybill_no recipient_address_key", parcels="ds | waybill_no",
    earlier="ds | waybill_no",
)  # fmt: skip
SHOWN = (
    "ds recipient_address_key sender_address_key sender_account has_order parcels scans lng_sum lat_sum "
    "first_seen last_seen"
)


@pytest.fixture
def deliveries(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


@CASES.rows(
    parcels="""
        ds    | waybill_no | order_id | recipient_address_key | sender_address_key | sender_account
        02-28 | w1         | -        | shop                  | mill               | acc
        02-28 | w2         | -        | shop                  | mill               | acc
        02-28 | w3         | o3       | shop                  | mill               | acc
        02-28 | w4         | -        | shop                  | mill               | -
        02-28 | w5         | -        | shop                  | -                  | acc
        02-28 | w6         | -        | depot                 | mill               | acc
    """
)
def test_parcels_with_and_without_an_order_are_counted_apart_by_recipient_sender_and_account(deliveries):
    assert deliveries("ds recipient_address_key sender_address_key sender_account has_order parcels") == [
        f"{sunday} {row}" for sunday in ("03-03", "03-10") for row in (
            "depot mill acc false 1", "shop '' acc false 1", "shop mill '' false 1", "shop mill acc false 2",
            "shop mill acc true 1",
        )
    ]  # fmt: skip


@CASES.rows(
    parcels="""
        ds    | waybill_no | recipient_address_key | sender_address_key | return_of
        02-28 | w1         | shop                  | mill               | -
        02-28 | w2         | shop                  | buyer              | w9
        02-28 | w3         | -                     | mill               | -
    """
)
def test_returns_and_parcels_to_addresses_that_are_not_known_are_left_out(deliveries):
    assert deliveries("ds recipient_address_key sender_address_key parcels") == [
        "03-03 shop mill 1",
        "03-10 shop mill 1",
    ]


@CASES.rows(
    parcels="""
        ds    | waybill_no | recipient_address_key | sender_address_key | first_scan_lng | first_scan_lat
        03-01 | w1         | shop                  | mill               | 119.0000001    | 25.5
        03-02 | w2         | shop                  | mill               | -              | -
        03-06 | w3         | shop                  | mill               | 119.0000002    | 25.25
        03-11 | w4         | shop                  | mill               | 119            | 25
    """
)
def test_places_of_scans_are_added_up_and_days_are_those_on_which_parcels_became_known(deliveries):
    assert deliveries("ds parcels scans lng_sum lat_sum first_seen last_seen") == [
        "03-03 2 1 119 25.5 03-01 03-02",
        "03-10 3 2 238 50.75 03-01 03-06",
    ]
    assert deliveries("sender_account has_order") == ["'' false", "'' false"]


@CASES.rows(
    parcels="""
        ds    | waybill_no | recipient_address_key | sender_address_key | first_scan_lng | first_scan_lat
        03-01 | w1         | shop                  | mill               | 119            | 25.5
        03-02 | w1         | shop                  | mill               | 119            | 25.5
        03-06 | w1         | shop                  | mill               | 119            | 25.5
        03-05 | w2         | shop                  | mill               | -              | -
        03-07 | w2         | shop                  | mill               | 119            | 25.5
    """
)
def test_a_parcel_that_the_carrier_sends_again_counts_once_as_it_was_first_known(deliveries):
    assert deliveries("ds parcels scans lng_sum first_seen last_seen") == [
        "03-03 1 1 119 03-01 03-01",
        "03-10 2 1 119 03-01 03-05",
    ]


def test_totals_from_the_last_keyframe_are_those_of_all_parcels_at_once(spark):
    parcels = frame(
        spark, "core.parcels",
        """
        ds    | waybill_no | order_id | recipient_address_key | sender_address_key | sender_account | first_scan_lng | first_scan_lat
        02-28 | w1         | -        | shop                  | mill               | acc            | 119.123        | 25.1
        03-03 | w2         | -        | shop                  | mill               | acc            | 119.124        | 25.2
        03-05 | w3         | -        | shop                  | mill               | acc            | -              | -
        03-08 | w4         | o4       | shop                  | mill               | acc            | 119.2          | 25.3
        03-10 | w5         | -        | other                 | -                  | -              | 119.3          | 25.4
        03-14 | w1         | -        | shop                  | mill               | acc            | 119.123        | 25.1
        03-15 | w3         | -        | shop                  | mill               | acc            | 119.4          | 25.4
        03-17 | w6         | -        | shop                  | mill               | acc            | 119.4          | 25.5
        """,
    )  # fmt: skip
    given = {"parcels": parcels, "earlier": parcels}
    at_once = transformed("evidence.deliveries", "03-03", "03-17", **given).localCheckpoint()
    weeks = [transformed("evidence.deliveries", "03-03", "03-03", **given).localCheckpoint()]
    for sunday in ("03-10", "03-17"):
        known = {"parcels": stacked(weeks)}
        weeks.append(transformed("evidence.deliveries", sunday, sunday, known, **given).localCheckpoint())
    assert lines(stacked(weeks), SHOWN) == lines(at_once, SHOWN)
    assert lines(at_once.where("ds = date'2024-03-17' AND NOT has_order"), SHOWN) == [
        "03-17 other '' '' false 1 1 119.3 25.4 03-10 03-10",
        "03-17 shop mill acc false 4 3 357.647 75.8 02-28 03-17",
    ]
