"""core.parcels: sender keys and places that can be compared, one row per delivered row."""

from tests.frames import frame, lines, transformed


def test_parcels_of_orders_returns_and_no_order_are_kept_with_keys(spark):
    shipments = """
        ds    | waybill_no | carrier | order_id | return_of | sender_phone    | sender_address           | sender_account | recipient_address
        03-01 | w1         | yto     | o1       | -         | +86 13857204916 | 莆田市荔城区荔园路123号 | acc_9fK2       | -
        03-01 | w2         | yto     | -        | w1        | 138****4916     | 荔城区                   | null           | 荔城区荔园路5号
        03-02 | w1         | yto     | o1       | -         | -               | -                        | -              | -
    """
    found = transformed("core.parcels", "03-01", "03-02", shipments=frame(spark, "staging.shipments", shipments))
    assert lines(
        found,
        "ds waybill_no order_id return_of sender_phone_key sender_address_key sender_account recipient_address_key",
    ) == [
        "03-01 w1 o1 - 13857204916 荔城|荔园路|123 acc_9fK2 -",
        "03-01 w2 - w1 - - - 荔城|荔园路|5",
        "03-02 w1 o1 - - - - -",
    ]


def test_a_first_scan_is_in_wgs84_or_nowhere(spark):
    shipments = """
        ds    | waybill_no | first_scan_lng | first_scan_lat | datum
        03-01 | plain      | 119.0          | 25.4           | wgs84
        03-01 | shifted    | 119.0          | 25.4           | gcj02
        03-01 | unknown    | 119.0          | 25.4           | cgcs2000
        03-01 | no_datum   | 119.0          | 25.4           | -
        03-01 | no_place   | -              | -              | wgs84
        03-01 | off_earth  | 119.0          | 95.5           | wgs84
    """
    found = transformed("core.parcels", "03-01", "03-01", shipments=frame(spark, "staging.shipments", shipments))
    assert lines(found.selectExpr("waybill_no", "round(first_scan_lng, 3) AS lng", "round(first_scan_lat, 3) AS lat"), "waybill_no lng lat") == [
        "no_datum - -", "no_place - -", "off_earth - -", "plain 119 25.4", "shifted 118.995 25.403", "unknown - -",
    ]  # fmt: skip
