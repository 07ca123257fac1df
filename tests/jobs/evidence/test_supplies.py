"""evidence.supplies: what came to a shop's or company's address in twelve weeks, from whom, and who had bought it."""

import pytest
from pyspark.sql import functions as F

from jobs.graph.addresses import LATELY
from jobs.graph.pickups import HALF_LIFE
from jobs.table import DAY
from tests.frames import Cases, day, frame_of, lines, stacked, transformed

CASES = Cases(
    "evidence.supplies", "03-31", "03-31", ids="waybill_no order_id recipient_address_key", trades="ds | order_id"
)
SHOWN = (
    "ds recipient_address_key sender_address_key buyer_seller_id category has_order sells parcels recent scans lng lat"
)


@pytest.fixture
def supplies(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


@CASES.rows(
    parcels="""
        ds    | waybill_no | order_id | recipient_address_key | sender_address_key | return_of
        03-31 | w1         | -        | shop                  | mill               | -
        03-31 | w2         | -        | shop                  | mill               | -
        03-31 | w3         | o3       | shop                  | mill               | -
        03-31 | w4         | o4       | shop                  | mill               | -
        03-31 | w5         | o5       | shop                  | mill               | -
        03-31 | w6         | -        | shop                  | -                  | -
        03-31 | w7         | -        | shop                  | mill               | w1
        03-31 | w8         | o8       | -                     | mill               | -
    """,
    trades="""
        ds    | order_id | buyer_seller_id | category
        03-01 | o3       | b               | -
        03-20 | o3       | b               | materials
        03-20 | o4       | b               | materials
        03-20 | o5       | -               | materials
    """,
)
def test_parcels_are_counted_by_who_sent_and_who_bought_what_as_is_known_last(supplies):
    assert supplies("recipient_address_key sender_address_key buyer_seller_id category has_order parcels") == [
        "shop '' '' '' false 1", "shop mill '' '' false 2", "shop mill '' '' true 1", "shop mill b materials true 2",
    ]  # fmt: skip


@CASES.rows(
    parcels="""
        ds    | waybill_no | order_id | recipient_address_key | sender_address_key
        03-17 | w1         | -        | shop                  | -
        03-24 | w1         | o1       | shop                  | mill
        03-31 | w1         | -        | shop                  | -
    """,
)
def test_an_order_and_a_sender_may_be_told_later_and_the_age_stays(supplies):
    assert supplies("sender_address_key has_order parcels recent") == ["mill true 1 0.5"]


@CASES.rows(
    parcels="""
        ds    | waybill_no | recipient_address_key | sender_address_key | first_scan_lng | first_scan_lat
        03-31 | w1         | shop                  | mill               | 119.0          | 25.4
        03-17 | w2         | shop                  | mill               | 119.1          | 25.5
        03-03 | w3         | shop                  | mill               | 119.2          | 25.6
        03-03 | w4         | shop                  | mill               | -              | -
        01-08 | w5         | shop                  | mill               | -              | -
        01-07 | w6         | shop                  | mill               | 110.0          | 25.4
    """,
)
def test_parcels_of_twelve_weeks_fade_by_half_in_two_and_lie_at_their_median(supplies):
    assert (LATELY, HALF_LIFE) == (84, 14)
    # 1 + 1/2 + 1/4 + 1/4 + 2^(-83/14)
    assert supplies("parcels recent scans lng lat") == ["5 2.016418 3 119.1 25.5"]


@CASES.rows(
    parcels="""
        ds    | waybill_no | recipient_address_key | sender_address_key | first_scan_lng | first_scan_lat
        03-17 | w1         | shop                  | mill               | -              | -
        03-24 | w1         | shop                  | mill               | 119.0          | 25.4
        03-31 | w1         | shop                  | mill               | 119.0          | 25.4
    """,
)
def test_a_parcel_that_is_sent_again_counts_once_from_its_first_day_with_the_scan_that_came_later(supplies):
    assert supplies("parcels recent scans lng") == ["1 0.5 1 119"]


# --- who sells materials and packaging ----------------------------------------------------------


@CASES.rows(
    parcels="""
        ds    | waybill_no | order_id | recipient_address_key | sender_address_key | goods
        03-31 | w1         | o1       | shop                  | tanner             | -
        03-31 | w2         | -        | mill                  | tanner             | -
        03-31 | w3         | o3       | shop                  | maker              | -
        03-31 | w4         | o4       | shop                  | maker              | -
        03-31 | w5         | o5       | shop                  | maker              | -
        03-31 | w6         | -        | mill                  | maker              | -
        03-31 | w7         | -        | mill                  | nobody             | -
    """,
    trades="""
        ds    | order_id | buyer_seller_id | category
        03-31 | o1       | b               | materials
        03-31 | o3       | b               | packaging
        03-31 | o4       | b               | sneakers
        03-31 | o5       | b               | sneakers
    """,
)
def test_who_mostly_sells_shops_materials_sends_them_without_an_order_too(supplies):
    assert supplies("sender_address_key category sells") == [
        "maker '' -", "maker packaging -", "maker sneakers -", "nobody '' -", "tanner '' materials",
        "tanner materials materials",
    ]  # fmt: skip


@CASES.rows(
    parcels="""
        ds    | waybill_no | order_id | recipient_address_key | sender_address_key | goods
        03-24 | w1         | -        | mill                  | tanner             | 皮革
        03-31 | w1         | -        | mill                  | tanner             | -
        03-31 | w2         | -        | mill                  | tanner             | 鞋
        03-31 | w3         | -        | mill                  | tanner             | 其他
        03-31 | w4         | -        | mill                  | printer            | 吊牌
        03-31 | w5         | -        | mill                  | printer            | 鞋盒
        03-31 | w6         | -        | mill                  | printer            | 辅料
        03-31 | w7         | o7       | shop                  | maker              | 原料
        03-31 | w8         | -        | depot                 | maker              | 鞋材
        03-31 | w9         | o9       | shop                  | maker              | 原料
    """,
    trades="""
        ds    | order_id | buyer_seller_id | category
        03-31 | o7       | b               | sneakers
        03-31 | o9       | b               | sneakers
    """,
)
def test_without_an_order_declared_contents_say_what_a_sender_sends_and_no_more(supplies):
    assert supplies("sender_address_key has_order sells") == [
        "maker false -", "maker true -", "printer false packaging", "tanner false materials",
    ]  # fmt: skip


@CASES.rows(
    parcels="""
        ds    | waybill_no | order_id | recipient_address_key | sender_address_key | goods
        03-31 | w1         | -        | mill                  | -                  | 面料
        03-31 | w2         | -        | depot                 | -                  | 鞋
        03-31 | w3         | o3       | depot                 | -                  | 面料
        03-31 | w4         | o4       | depot                 | -                  | 面料
    """,
)
def test_senders_that_are_not_known_have_only_their_recipient_in_common(supplies):
    assert supplies("recipient_address_key has_order sells") == [
        "depot false -", "depot true materials", "mill false materials",
    ]  # fmt: skip


def test_a_range_of_sundays_gives_what_each_gives_alone_whatever_the_order_of_rows(spark):
    sundays = [day("03-24"), day("03-31"), day("04-07")]
    begin = sundays[0] - LATELY * DAY
    parcels = [
        {
            "ds": begin + (k % 100) * DAY, "waybill_no": f"w{k % 550}", "order_id": f"o{k % 90}" if k % 3 else None,
            "recipient_address_key": f"r{k % 5}", "sender_address_key": f"s{k % 4}",
            "goods": (None, "面料", "鞋", "其他")[k % 4],
            "first_scan_lng": 119 + (k * 37 % 101) / 1000, "first_scan_lat": 25 + (k * 53 % 97) / 1000,
        }
        for k in range(600)
    ]  # fmt: skip
    trades = [
        {
            "ds": begin + (k % 100) * DAY,
            "order_id": f"o{k % 90}",
            "buyer_seller_id": f"b{k % 3}",
            "category": ("materials", None)[k % 2],
        }
        for k in range(120)
    ]
    given = {"parcels": frame_of(spark, "core.parcels", parcels), "trades": frame_of(spark, "core.trades", trades)}
    mixed = {name: rows.orderBy(F.rand(5)).repartition(4) for name, rows in given.items()}
    found = lines(transformed("evidence.supplies", sundays[0], sundays[-1], **mixed), SHOWN)
    assert found == lines(
        stacked([transformed("evidence.supplies", sunday, sunday, **given) for sunday in sundays]), SHOWN
    )
    assert len(found) > 100
