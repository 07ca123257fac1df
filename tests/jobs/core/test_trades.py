"""An order is never lost for want of a partner, never multiplied by having two, and says what is wrong with it."""

import itertools
import random
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from jobs.core.trades import LOOK_BACK
from jobs.table import DAY
from tests.frames import Cases, day_text, frame, frame_of, lines, refused, stacked, transformed

ORDER = "ds | order_id"
PARCEL = "ds | waybill_no | order_id"
LISTING = "ds | listing_id | category\n03-01 | shoe | sneakers"
SELLER = "ds | seller_id | platform\n03-01 | shop | taobao"
CASES = Cases(
    "core.trades", "03-01", "06-30", ids="order_id listing_id seller_id waybill_no return_of",
    orders=ORDER, parcels=PARCEL, listings=LISTING, sellers=SELLER,
)  # fmt: skip


@pytest.fixture
def trades(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


# --- join states --------------------------------------------------------------------------------


@CASES.rows(
    orders="""
        ds    | order_id | listing_id | seller_id | status | paid_cny | paid_at
        03-02 | o        | shoe       | shop      | paid   | 100      | 03-02
    """,
    parcels="""
        ds    | waybill_no | order_id | carrier | sender_phone_key | first_scan_at | first_scan_lng | first_scan_lat
        03-04 | w          | o        | yto     | 13857204916      | 03-03         | 119.5          | 25.5
    """,
)
def test_an_order_with_listing_and_scanned_parcel_is_complete(trades):
    shown = "ds join_state waybill_no carrier sender_phone_key first_scan_at first_scan_lng first_scan_lat category platform is_first is_first_shipment is_first_scan"
    assert trades(shown) == [
        "03-02 no_shipment - - - - - - sneakers taobao true false false",
        "03-04 complete w yto 13857204916 03-03 119.5 25.5 sneakers taobao false true true",
    ]


@CASES.rows(
    orders="""
        ds    | order_id | listing_id | seller_id | paid_at
        03-05 | o        | shoe       | shop      | 03-02
    """,
    parcels="""
        ds    | waybill_no | order_id | first_scan_at | first_scan_lng
        03-03 | w          | o        | 03-03         | 119.5
    """,
)
def test_a_parcel_that_comes_before_its_order_is_known_with_the_order(trades):
    assert trades("ds join_state waybill_no is_first is_first_shipment is_first_scan") == [
        "03-05 complete w true true true"
    ]


@CASES.rows(
    orders="""
        ds    | order_id | listing_id | seller_id
        03-02 | never    | gone       | shop
        03-02 | later    | late       | shop
        03-09 | same_day | late       | shop
    """,
    listings="""
        ds    | listing_id | category
        03-09 | late       | watches
        03-20 | late       | apparel
    """,
)
def test_a_listing_that_is_never_delivered_is_named_and_a_late_one_makes_a_new_row(trades):
    assert trades("order_id ds join_state category is_first") == [
        "later 03-02 no_listing+no_shipment - true",
        "later 03-09 no_shipment watches false",
        "never 03-02 no_listing+no_shipment - true",
        "same_day 03-09 no_shipment watches true",
    ]


@CASES.rows(
    orders="""
        ds    | order_id | listing_id | seller_id | paid_at
        03-02 | o        | shoe       | shop      | 03-02
    """,
    parcels="""
        ds    | waybill_no | order_id | first_scan_at | first_scan_lng | weight_kg
        03-03 | w3         | o        | -             | -              | 3
        03-04 | w2         | o        | 03-04         | -              | 2
        03-05 | w4         | o        | 03-04         | 119.5          | 4
        03-06 | w1         | o        | -             | -              | 1
        03-07 | w4         | o        | 03-04         | 119.5          | 5
        03-08 | w0         | o        | 03-04         | 119.4          | 6
    """,
)
def test_two_parcels_do_not_multiply_an_order_and_the_one_with_a_place_is_shown(trades):
    assert trades("ds waybill_no weight_kg first_scan_lng join_state is_first_shipment is_first_scan") == [
        "03-02 - - - no_shipment false false",
        "03-03 w3 3 - complete true false",
        "03-04 w2 2 - several_shipments false false",
        "03-05 w4 4 119.5 several_shipments false true",
        "03-06 w4 4 119.5 several_shipments false false",
        "03-07 w4 5 119.5 several_shipments false false",
        "03-08 w0 6 119.4 several_shipments false false",
    ]


@CASES.rows(
    orders="ds | order_id | listing_id | seller_id | paid_at\n03-02 | o | shoe | shop | 03-02",
    parcels="""
        ds    | waybill_no | order_id | first_scan_at | weight_kg
        03-03 | w          | o        | -             | 1
        03-04 | w          | o        | 03-03 20:00   | 2
        03-06 | w          | o        | 03-03 20:00   | 3
    """,
)
def test_a_parcel_that_changes_is_one_parcel(trades):
    assert trades("ds waybill_no weight_kg join_state") == [
        "03-02 - - no_shipment", "03-03 w 1 complete", "03-04 w 2 complete", "03-06 w 3 complete",
    ]  # fmt: skip


@CASES.rows(
    orders="""
        ds    | order_id | listing_id | seller_id | paid_at
        03-05 | before   | shoe       | shop      | 03-05 12:00
        03-05 | at       | shoe       | shop      | 03-05 12:00
    """,
    parcels="""
        ds    | waybill_no | order_id | first_scan_at
        03-06 | w1         | before   | 03-05 11:59
        03-06 | w2         | at       | 03-05 12:00
    """,
)
def test_a_first_scan_before_payment_is_named(trades):
    assert trades("ds order_id join_state") == [
        "03-05 at no_shipment", "03-05 before no_shipment", "03-06 at complete", "03-06 before shipment_before_payment",
    ]  # fmt: skip


@CASES.rows(
    orders="""
        ds    | order_id | listing_id | seller_id
        03-02 | only     | shoe       | shop
        03-02 | both     | shoe       | shop
    """,
    parcels="""
        ds    | waybill_no | order_id | return_of | first_scan_at | first_scan_lng
        03-08 | a_return   | only     | w0        | 03-08         | 113.1
        03-04 | w          | both     | -         | -             | -
        03-08 | b_return   | both     | w         | 03-08         | 113.1
    """,
)
def test_a_return_is_never_shown_as_the_parcel(trades):
    assert trades("order_id ds waybill_no first_scan_lng join_state is_first_shipment is_first_scan") == [
        "both 03-02 - - no_shipment false false",
        "both 03-04 w - complete true false",
        "both 03-08 w - complete false false",
        "only 03-02 - - no_shipment false false",
        "only 03-08 - - no_shipment false false",
    ]


@CASES.rows(
    parcels="""
        ds    | waybill_no | order_id
        03-03 | upstream   | -
        03-03 | stray      | unknown
    """,
)
def test_parcels_of_no_order_and_of_unknown_orders_make_no_row(trades):
    assert trades("ds order_id") == []


# --- changes and what they add up to ------------------------------------------------------------


@CASES.rows(
    orders="""
        ds    | order_id | listing_id | seller_id | status   | paid_cny | refunded_cny | refund_reason | paid_at
        03-02 | o        | shoe       | shop      | paid     | 100      | -            | -             | 03-02
        03-30 | o        | shoe       | shop      | refunded | 100      | 100          | fake          | 03-02
        04-06 | o        | shoe       | shop      | refunded | 100      | 100          | quality       | 03-02
    """,
    parcels="ds | waybill_no | order_id | first_scan_at\n03-04 | w | o | 03-03",
)
def test_a_refund_weeks_later_is_a_new_row_that_counts_the_fake_and_keeps_the_turnover(trades):
    shown = "ds status refunded_cny waybill_no turnover_change_cny fake_refund_change is_first"
    assert trades(shown) == [
        "03-02 paid - - 100 0 true",
        "03-04 paid - w 0 0 false",
        "03-30 refunded 100 w 0 1 false",
        "04-06 refunded 100 w 0 -1 false",
    ]


@CASES.rows(
    orders="""
        ds    | order_id | listing_id | seller_id | status  | paid_cny | paid_at
        03-02 | closed   | shoe       | shop      | paid    | 100      | 03-02
        03-04 | closed   | shoe       | shop      | closed  | 100      | 03-02
        03-09 | closed   | shoe       | shop      | paid    | 100      | 03-02
        03-02 | cheaper  | shoe       | shop      | paid    | 100      | 03-02
        03-03 | cheaper  | shoe       | shop      | shipped | 80       | 03-02
        03-02 | stillborn| shoe       | shop      | closed  | 100      | 03-02
    """,
)
def test_a_closed_order_counts_for_nothing_and_a_changed_price_for_the_difference(trades):
    assert trades("order_id ds turnover_change_cny") == [
        "cheaper 03-02 100", "cheaper 03-03 -20", "closed 03-02 100", "closed 03-04 -100", "closed 03-09 100", "stillborn 03-02 0",
    ]  # fmt: skip


@CASES.rows(
    orders="""
        ds    | order_id | listing_id | seller_id | status | paid_cny | paid_at
        03-02 | o        | shoe       | shop      | paid   | 100      | 03-02
        03-05 | o        | shoe       | shop      | paid   | 100      | 03-02
    """,
)
def test_a_row_delivered_again_with_the_same_content_counts_for_nothing(trades):
    assert trades("ds status is_first turnover_change_cny join_state") == [
        "03-02 paid true 100 no_shipment",
        "03-05 paid false 0 no_shipment",
    ]


@CASES.rows(
    orders="""
        ds    | order_id | listing_id | seller_id | status   | paid_cny | paid_at | refund_reason
        03-01 | refund   | shoe       | shop      | paid     | 100      | 03-01   | -
        05-15 | refund   | shoe       | shop      | refunded | 100      | 03-01   | fake
        03-01 | closing  | shoe       | shop      | paid     | 100      | 03-01   | -
        05-15 | closing  | shoe       | shop      | closed   | 100      | 03-01   | -
        04-20 | going_on | shoe       | shop      | shipped  | 80       | 03-01   | -
        03-01 | going_on | shoe       | shop      | paid     | 100      | 03-01   | -
        06-15 | going_on | shoe       | shop      | closed   | 80       | 03-01   | -
        04-30 | late     | shoe       | shop      | paid     | 100      | 03-01   | -
        05-15 | late     | shoe       | shop      | closed   | 100      | 03-01   | -
        03-01 | parcel   | shoe       | shop      | paid     | 100      | 03-01   | -
    """,
    parcels="""
        ds    | waybill_no | order_id
        03-03 | w1         | refund
        05-15 | w2         | parcel
    """,
)
def test_what_comes_after_the_look_back_is_named_and_not_added_or_taken_off_unless_what_counts_is_in_sight(trades):
    assert trades("order_id ds join_state waybill_no is_first turnover_change_cny fake_refund_change") == [
        "closing 03-01 no_shipment - true 100 0",
        "closing 05-15 no_shipment+past_look_back - false 0 0",
        "going_on 03-01 no_shipment - true 100 0",
        "going_on 04-20 no_shipment - false -20 0",
        "going_on 06-15 no_shipment+past_look_back - false -80 0",
        "late 04-30 no_shipment+past_look_back - false 0 0",
        "late 05-15 no_shipment+past_look_back - false 0 0",
        "parcel 03-01 no_shipment - true 100 0",
        "refund 03-01 no_shipment - true 100 0",
        "refund 03-03 complete w1 false 0 0",
        "refund 05-15 no_shipment+past_look_back - false 0 1",
    ]


def test_a_corrected_shop_listing_or_buyer_says_what_to_take_from_the_one_before(spark):
    orders = """
        ds    | order_id | listing_id | seller_id | buyer_seller_id | status   | paid_cny | refund_reason | paid_at
        03-02 | buyer    | shoe       | shop      | -               | paid     | 100      | -             | 03-02
        03-04 | buyer    | shoe       | shop      | b               | paid     | 100      | -             | 03-02
        03-02 | closed   | shoe       | shop      | b               | paid     | 100      | -             | 03-02
        03-04 | closed   | shoe       | shop      | -               | closed   | 100      | -             | 03-02
        03-02 | late     | shoe       | shop      | -               | refunded | 100      | fake          | 2023-12-01
        03-04 | late     | bag        | shop      | -               | refunded | 100      | quality       | 2023-12-01
        03-02 | two      | shoe       | shop      | -               | refunded | 100      | fake          | 03-02
        03-04 | two      | bag        | other     | -               | refunded | 120      | fake          | 03-02
    """
    read = {
        "parcels": ("core.parcels", PARCEL),
        "listings": ("core.listings", LISTING),
        "sellers": ("core.sellers", SELLER),
    }
    frames = {name: frame(spark, table, text) for name, (table, text) in read.items()}
    found = transformed("core.trades", "03-01", "03-10", orders=frame(spark, "staging.orders", orders), **frames)
    assert lines(found, "order_id ds is_first turnover_change_cny fake_refund_change moved_from") == [
        "buyer 03-02 true 100 0 -",
        "buyer 03-04 false 0 0 shop:shoe:-:1:100:0",
        "closed 03-02 true 100 0 -",
        "closed 03-04 false -100 0 shop:shoe:b:1:100:0",
        "late 03-02 false 0 1 -",
        "late 03-04 false 0 -1 shop:shoe:-:0:0:1",
        "two 03-02 true 100 1 -",
        "two 03-04 false 20 0 shop:shoe:-:1:100:1",
    ]


# --- versions of listings and shops -------------------------------------------------------------


@CASES.rows(
    orders="""
        ds    | order_id | listing_id | seller_id
        03-03 | o        | shoe       | shop
        03-06 | o        | shoe       | shop
    """,
    listings="""
        ds    | listing_id | category | brand_id
        03-01 | shoe       | sneakers | -
        03-04 | shoe       | apparel  | b1
        03-07 | shoe       | watches  | b2
    """,
    sellers="ds | seller_id | platform\n03-05 | shop | xianyu",
)
def test_listing_and_shop_are_as_known_on_the_day_of_the_event(trades):
    assert trades("ds category brand_id platform") == ["03-03 sneakers - -", "03-06 apparel b1 xianyu"]


# --- any history --------------------------------------------------------------------------------

START = date(2024, 1, 1)
SPAN = 100  # days of history, longer than the look-back


def draw_history(r: random.Random, n: int) -> dict:
    """A small history with every trouble: late, early, missing, repeated, corrected and doubled partners."""
    listings, sellers = [f"l{n}_{k}" for k in range(3)], [f"s{n}_{k}" for k in range(2)]
    known_listings = {
        (START + r.randrange(SPAN) * DAY, name): r.choice(("sneakers", "watches"))
        for name in listings[:2]
        for _ in range(r.randint(1, 3))
    }
    known_sellers = {(START + r.randrange(20) * DAY, sellers[0]): "taobao"}
    orders, parcels = {}, {}
    for k in range(r.randint(1, 4)):
        order, seen = f"o{n}_{k}", (r.choice(listings), r.choice(sellers), r.choice((None, *sellers, f"b{n}")))
        paid_day, paid = START + r.randrange(30) * DAY, Decimal(r.randint(1, 9) * 10)
        for _ in range(r.randint(0, 5)):
            ds = paid_day + r.choice((0, 0, 1, 2, 5, 20, 59, 60, 61, 65, 79, 118, 119, 125)) * DAY
            status = r.choice(("paid", "shipped", "refunded", "closed"))
            reason = r.choice(("fake", "quality")) if status == "refunded" else None
            if r.random() < 0.2:
                seen = (r.choice(listings), r.choice(sellers), r.choice((None, *sellers, f"b{n}")))
            # Seldom the time of payment is wrong, so that an order looks new once more, or old at once.
            clock = r.choice((*[0] * 18, -70, 90)) * DAY
            orders[ds, order] = (*seen, paid + r.choice((0, 0, 5)), status, reason, paid_day + clock)
        for w in range(r.randint(0, 3)):
            waybill, lng = f"w{n}_{k}_{w}", r.choice((None, 119.25 + w))
            return_of = "x" if r.random() < 0.2 else None
            scanned = None if lng is None and r.random() < 0.5 else paid_day + r.choice((-1, 1, 2)) * DAY
            for _ in range(r.randint(1, 3)):
                parcels[paid_day + r.choice((-2, 0, 1, 2, 5, 58, 59, 60, 61, 64)) * DAY, waybill] = (
                    order,
                    return_of,
                    scanned,
                    lng,
                    float(r.randint(1, 9)),
                )
    return {"listings": known_listings, "sellers": known_sellers, "orders": orders, "parcels": parcels}


def is_recent(ds: date, version: tuple) -> bool:
    return (ds - version[6]).days < LOOK_BACK


def expected_rows(history: dict) -> list[str]:
    """core.trades of a history, day by day, by looking everything up."""
    rows = []
    names = sorted({order for _, order in history["orders"]} | {value[0] for value in history["parcels"].values()})
    first_listed = {}
    for ds, listing in sorted(history["listings"]):
        first_listed.setdefault(listing, ds)
    for ds in (START + (k - 5) * DAY for k in range(SPAN + 80)):
        window = [ds - k * DAY for k in range(LOOK_BACK)]
        for order in names:
            versions = {at: history["orders"][at, order] for at in window if (at, order) in history["orders"]}
            touched = ds in versions or any(
                at == ds and value[0] == order for (at, _), value in history["parcels"].items()
            )
            arrives = any(first_listed.get(value[0]) == ds and at < ds for at, value in versions.items())
            if not versions or not (touched or arrives):
                continue
            listing, seller, buyer, paid, status, reason, paid_day = versions[max(versions)]
            known = {}  # newest row of each parcel of goods
            for at, waybill in sorted(history["parcels"]):
                value = history["parcels"][at, waybill]
                if value[0] == order and at in window and not value[1]:
                    known[waybill] = value
            shown = min(known, key=lambda w: (known[w][3] is None, known[w][2] is None, w), default=None)
            listed = [at for at, name in history["listings"] if name == listing and at <= ds]
            is_old = (ds - paid_day).days >= LOOK_BACK
            faults = [
                *(["no_listing"] if not listed else []),
                *(["no_shipment"] if not known else []),
                *(["past_look_back"] if not known and is_old else []),
                *(["several_shipments"] if len(known) > 1 else []),
                *(["shipment_before_payment"] if known and known[shown][2] and known[shown][2] < paid_day else []),
            ]
            turnover, fake = (0 if status == "closed" else paid), int(reason == "fake")
            previous = {at: value for at, value in versions.items() if at < ds}
            was_counted = any(is_recent(at, value) for at, value in previous.items())
            turnover_before, fake_before, moved_from = 0, 0, "-"
            if previous:
                last = previous[max(previous)]
                fake_before = int(last[5] == "fake")
                if was_counted:
                    turnover_before = 0 if last[4] == "closed" else last[3]
                if last[:3] != (listing, seller, buyer):
                    moved_from = (
                        f"{last[1]}:{last[0]}:{last[2] or '-'}:{int(was_counted)}:{turnover_before}:{fake_before}"
                    )
            if is_old and not was_counted:
                turnover = 0
            # A parcel may come before its order: then it is new with the order, unless that is too old to say.
            goods = [
                (at, v) for (at, _), v in history["parcels"].items() if v[0] == order and not v[1] and at in window
            ]
            order_day = min(window) if is_old else min(versions)
            sent, placed = ([at for at, v in goods if v[3] is not None or not place] for place in (False, True))
            first_shipment, first_scan = (bool(days) and max(min(days), order_day) == ds for days in (sent, placed))
            platform = "taobao" if any(name == seller and at <= ds for at, name in history["sellers"]) else "-"
            category = history["listings"][max(listed), listing] if listed else "-"
            weight = f"{known[shown][4]:.0f}" if known else "-"
            flags = " ".join(str(flag).lower() for flag in (not was_counted and not is_old, first_shipment, first_scan))
            rows.append(f"{day_text(ds)} {order} {status} {shown or '-'} {weight} {'+'.join(faults) or 'complete'} {category} {platform} "
                        f"{turnover - turnover_before} {fake - fake_before} {flags} {moved_from}")  # fmt: skip
    return rows


def frames_of(spark, histories):
    rows = {
        name: [item for history in histories for item in history[name].items()]
        for name in ("orders", "parcels", "listings", "sellers")
    }
    order = ("listing_id", "seller_id", "buyer_seller_id", "paid_cny", "status", "refund_reason", "paid_at")
    parcel = ("order_id", "return_of", "first_scan_at", "first_scan_lng", "weight_kg")
    return {
        "orders": frame_of(
            spark,
            "staging.orders",
            (
                {"ds": ds, "order_id": key, "quantity": 1, **dict(zip(order, value, strict=True))}
                for (ds, key), value in rows["orders"]
            ),
        ),
        "parcels": frame_of(
            spark,
            "core.parcels",
            (
                {"ds": ds, "waybill_no": key, **dict(zip(parcel, value, strict=True))}
                for (ds, key), value in rows["parcels"]
            ),
        ),
        "listings": frame_of(
            spark,
            "core.listings",
            ({"ds": ds, "listing_id": key, "category": value} for (ds, key), value in rows["listings"]),
        ),
        "sellers": frame_of(
            spark,
            "core.sellers",
            ({"ds": ds, "seller_id": key, "platform": value} for (ds, key), value in rows["sellers"]),
        ),
    }


PUBLISHED = "ds order_id status waybill_no weight_kg join_state category platform turnover_change_cny fake_refund_change is_first is_first_shipment is_first_scan moved_from"


@pytest.fixture(scope="module")
def histories():
    r = random.Random(20240301)
    return [draw_history(r, n) for n in range(200)]


@pytest.fixture(scope="module")
def trades_of_histories(spark, histories):
    frames = frames_of(spark, histories)
    return transformed("core.trades", START - 5 * DAY, START + (SPAN + 80) * DAY, **frames).localCheckpoint()


def test_any_history_gives_what_looking_everything_up_day_by_day_gives(histories, trades_of_histories):
    wanted = sorted(line for history in histories for line in expected_rows(history))
    assert len(wanted) > 1000
    assert lines(trades_of_histories, PUBLISHED) == wanted
    assert refused("core.trades", trades_of_histories) == []


def expected_sales(history: dict, sunday: date) -> Counter:
    """(seller_id, listing_id, buyer_seller_id, what) -> orders, turnover or fakes: each order where it was last seen."""
    found: Counter = Counter()
    for order in {order for _, order in history["orders"]}:
        rows = sorted((ds, value) for (ds, name), value in history["orders"].items() if name == order and ds <= sunday)
        counted, refunded = None, None
        for i, (ds, value) in enumerate(rows):
            listing, seller, buyer, paid, status, reason, _ = value
            in_sight = [(at, earlier) for at, earlier in rows[:i] if (ds - at).days < LOOK_BACK]
            goes_on = any(is_recent(at, earlier) for at, earlier in in_sight)
            key = (seller, listing, buyer or "''")
            found[*key, "orders"] += 0  # the key is known
            if goes_on and counted:
                found.subtract(counted)
            if goes_on or is_recent(ds, value):
                counted = Counter({(*key, "orders"): 1, (*key, "turnover"): 0 if status == "closed" else paid})
                found.update(counted)
            if in_sight and refunded:
                found.subtract(refunded)
            refunded = Counter({(*key, "fakes"): int(reason == "fake")})
            found.update(refunded)
    return found


def test_any_history_adds_up_to_sales_of_what_orders_say_last_and_no_audit_refuses_what_rests_on_them(
    spark, histories, trades_of_histories
):
    first, last = date(2024, 1, 7), date(2024, 6, 23)
    sales = transformed("core.sales", first, last, trades=trades_of_histories).localCheckpoint()
    wanted = []
    for k in range(25):
        sunday = first + 7 * k * DAY
        totals: Counter = Counter()
        for history in histories:
            totals.update(expected_sales(history, sunday))
        for key in {key[:3] for key in totals}:
            sums = " ".join(str(totals[*key, what]) for what in ("orders", "turnover", "fakes"))
            wanted.append(f"{day_text(sunday)} {' '.join(key)} {sums}")
    assert lines(sales, "ds seller_id listing_id buyer_seller_id orders turnover_cny fake_refunds") == sorted(wanted)
    assert sales.where("orders = 0 AND buyer_seller_id <> ''").count() > 100
    assert refused("core.sales", sales) == []

    members = [
        {"ds": last, "racket_id": f"r{n % 50}", "seller_id": f"s{n}_{k}"} for n in range(len(histories)) for k in (0, 1)
    ]
    listings = [
        {"ds": last, "listing_id": f"l{n}_{k}", "suspicion": 2.0, "category": "sneakers"}
        for n in range(len(histories))
        for k in range(3)
    ]
    given = {
        "members": frame_of(spark, "rackets.members", members),
        "sales": sales,
        "listings": frame_of(spark, "evidence.listing_signals", listings),
    }
    flows = transformed("rackets.flows", last, last, **given).localCheckpoint()
    assert {row["direction"] for row in flows.collect()} == {"inside", "out"}
    assert refused("rackets.flows", flows) == []
    nothing = {"sellers": "core.seller_states", "signals": "evidence.seller_signals", "supplies": "evidence.supplies",
               "traits": "links.trait_states"}  # fmt: skip
    empty = {name: frame_of(spark, table, []) for name, table in nothing.items()}
    production = transformed("rackets.production", last, last, **given, **empty).localCheckpoint()
    assert production.count() == 50
    assert refused("rackets.production", production) == []


@pytest.mark.slow
def test_a_days_rows_do_not_depend_on_the_range(spark):
    r = random.Random(7)
    frames = {name: rows.cache() for name, rows in frames_of(spark, [draw_history(r, n) for n in range(40)]).items()}
    first, last = START + 20 * DAY, START + 110 * DAY
    keyframes = {
        "listings": transformed("core.listing_states", START, last, listings=frames["listings"]).cache(),
        "sellers": transformed("core.seller_states", START, last, sellers=frames["sellers"]).cache(),
    }
    whole = lines(transformed("core.trades", first, last, **frames), PUBLISHED)
    cuts = [first, first + DAY, first + 20 * DAY, last + DAY]
    parts = [
        transformed("core.trades", begin, end - DAY, keyframes, **frames) for begin, end in itertools.pairwise(cuts)
    ]
    assert len(whole) > 100
    assert lines(stacked(parts), PUBLISHED) == whole
