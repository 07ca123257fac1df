"""evidence.address_places: the median of what is sent under an address, and its county."""

import pytest
from pyspark.sql import functions as F

from jobs.graph.addresses import LATELY
from jobs.table import DAY
from tests.frames import Cases, day, frame_of, lines, stacked, transformed

CASES = Cases(
    "evidence.address_places", "03-31", "03-31", ids="waybill_no address_key sender_address_key recipient_address_key"
)
SHOWN = "ds address_key region_code lng lat sigma_m scans received"


@pytest.fixture
def addresses(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


@CASES.rows(
    parcels="""
        ds    | waybill_no | sender_address_key | sender_address           | first_scan_lng | first_scan_lat
        03-20 | w1         | mill               | 莆田市荔城区荔园路123号  | 119.000        | 25.400
        03-21 | w2         | mill               | 荔城区荔园路123号        | 119.001        | 25.401
        03-22 | w3         | mill               | 荔城区荔园路123号3楼     | 119.002        | 25.402
        03-23 | w4         | mill               | 荔城区荔园路123号        | 121.500        | 31.200
        03-24 | w5         | mill               | 荔城区荔园路123号        | -              | -
        03-24 | w6         | -                  | somewhere                | 119.000        | 25.400
    """
)
def test_a_position_is_the_median_of_first_scans_and_a_depot_far_away_does_not_move_it(addresses):
    # Between the second and the third of four.
    assert addresses("address_key region_code lng lat scans received") == ["mill 350304 119.0015 25.4015 4 0"]


@CASES.rows(
    parcels="""
        ds    | waybill_no | sender_address_key | first_scan_lng | first_scan_lat
        03-20 | w1         | mill               | 119.0          | 25.4
        03-21 | w1         | mill               | 119.0          | 25.4
        03-22 | w1         | mill               | 119.0          | 25.4
        03-22 | w2         | mill               | 119.2          | 25.4
    """
)
def test_a_parcel_that_is_sent_again_counts_once(addresses):
    assert addresses("lng scans") == ["119.1 2"]


@CASES.rows(
    parcels="""
        ds    | waybill_no | sender_address_key | first_scan_lng | first_scan_lat
        03-20 | w1         | mill               | 119.0          | 25.0
        03-21 | w2         | mill               | 119.1          | 25.1
        03-22 | w3         | mill               | 119.2          | 25.2
    """
)
def test_the_spread_is_that_of_a_normal_distribution_with_these_quartiles(addresses):
    # Quartiles are 0.1 degrees apart each way: 11,120 m to the north, 10,070 m to the east at 25.1° N.
    assert addresses("sigma_m") == ["7853.6"]


@CASES.rows(
    parcels="""
        ds    | waybill_no | recipient_address_key | recipient_address   | recipient_region | return_of
        03-20 | w1         | shop                  | 城厢区学园路1号     | 350304           | -
        03-21 | w2         | shop                  | 城厢区学园路1号     | 350304           | w0
        03-22 | w3         | shop                  | 城厢区学园路1号     | 350302           | -
        03-20 | w4         | unsaid                | 城厢区学园路1号     | -                | -
        03-20 | w5         | broken                | 城厢区学园路1号     | 3503             | -
        03-20 | w6         | neither               | no county           | -                | -
    """
)
def test_a_county_is_what_carriers_deliver_to_else_what_the_address_says(addresses):
    assert addresses("address_key region_code lng scans received") == [
        "broken 350302 - 0 1", "neither - - 0 1", "shop 350304 - 0 3", "unsaid 350302 - 0 1",
    ]  # fmt: skip


@CASES.rows(
    parcels="""
        ds    | waybill_no | recipient_address_key | recipient_address | recipient_region
        03-20 | w1         | postcode              | 城厢区学园路1号   | 351100
        03-20 | w2         | postcode              | 城厢区学园路1号   | 351100
        03-20 | w3         | postcode              | 城厢区学园路1号   | 350302
        03-20 | w4         | prefecture            | 城厢区学园路1号   | 350300
        03-20 | w5         | province              | no county         | 350000
        03-20 | w6         | cityless              | no county         | 441900
        03-20 | w7         | none                  | no county         | 000000
        03-20 | w8         | former                | no county         | 330183
    """
)
def test_six_digits_are_a_county_only_when_one_has_or_had_them(addresses):
    assert addresses("address_key region_code received") == [
        "cityless 441900 1", "former 330183 1", "none - 1", "postcode 350302 3", "prefecture 350302 1", "province - 1",
    ]  # fmt: skip


@CASES.rows(
    parcels="""
        ds    | waybill_no | sender_address_key | first_scan_lng | first_scan_lat | return_of
        03-20 | w1         | buyer              | 119.0          | 25.4           | w0
    """
)
def test_returns_come_from_buyers_and_say_nothing_of_an_address(addresses):
    assert addresses("address_key") == []


def test_a_range_of_sundays_gives_what_each_gives_alone_whatever_the_order_of_rows(spark):
    sundays = [day("03-24"), day("03-31"), day("04-07")]
    rows = [
        {
            "ds": sundays[0] - LATELY * DAY + (k % 100) * DAY, "waybill_no": f"w{k}", "sender_address_key": f"a{k % 7}",
            "first_scan_lng": 119 + (k * 37 % 101) / 1000, "first_scan_lat": 25 + (k * 53 % 97) / 1000,
            "recipient_address_key": f"a{k % 5}", "recipient_region": f"35030{2 + k % 3}",
        }
        for k in range(600)
    ]  # fmt: skip
    parcels = frame_of(spark, "core.parcels", rows)
    at_once = transformed(
        "evidence.address_places", sundays[0], sundays[-1], parcels=parcels.orderBy(F.rand(5)).repartition(4)
    )
    alone = [transformed("evidence.address_places", sunday, sunday, parcels=parcels) for sunday in sundays]
    found = lines(at_once, SHOWN)
    assert found == lines(stacked(alone), SHOWN)
    assert len(found) == 3 * 7
    assert len({line.split(maxsplit=1)[1] for line in found}) > 7
