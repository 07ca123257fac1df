"""core.trades: what a listing said, what was paid, and where the parcel was first scanned, joined.

Grain: ds, order_id; one row for each day on which the order, one of its parcels, or its listing (when that came
after the order) became known or changed. The newest row with ds <= D is the order as known on D.

Reads orders and parcels of the last LOOK_BACK days, so a day costs the same after years; listings and shops as of
the day, whatever their age. An order is never lost for want of a partner: `join_state` lists what is wrong with it.
It is never multiplied by having two parcels: the one shown has the place of its first scan, if any has, was scanned,
if any was, and has the lowest number.
A parcel that comes more than LOOK_BACK days after its order last changed stays in core.parcels only.

`is_first`, `turnover_change_cny` and `fake_refund_change` add up: over all rows until D they give what is known on D, under
one rule. A row counts when it is known within LOOK_BACK days of payment, or has such a row of the feed orders within its
look-back.
No other row changes orders or turnover: whether an older order was counted before cannot be known at a cost that does not
grow, so one that is first delivered so late never counts, and what was not added is never taken off. A refund for fakes
counts at any age, and again when it is told again more than LOOK_BACK days later. When shop, listing or buyer of an order were corrected, `moved_from` says what to take from the old ones.
"""

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.table import Read, Table
from jobs.versions import with_validity

# Delivery takes days, refunds and disputes weeks; two months after payment orders have settled.
LOOK_BACK = 60

ORDER = ("listing_id", "seller_id", "buyer_id", "buyer_seller_id", "quantity", "paid_cny", "refunded_cny", "status",
         "refund_reason", "paid_at")  # fmt: skip
PARCEL = ("carrier", "sender_account", "sender_phone", "sender_phone_key", "sender_address", "sender_address_key",
          "first_scan_at", "first_scan_lng", "first_scan_lat", "recipient_region", "weight_kg")  # fmt: skip

TABLE = Table(
    reads={
        "orders": Read("staging.orders", days=LOOK_BACK),
        "parcels": Read("core.parcels", days=LOOK_BACK),
        "listings": Read("core.listings", keyframes="core.listing_states"),
        "sellers": Read("core.sellers", keyframes="core.seller_states"),
    },
    key=("order_id",),
    columns="""
        order_id             string not null comment 'order'
        listing_id           string not null comment 'what was bought'
        seller_id            string not null comment 'who sold it'
        buyer_id             string not null comment 'salted token'
        buyer_seller_id      string comment 'the buyer''s own shop: a purchase between shops when set'
        platform             string comment 'marketplace of the shop, null when the shop is not known'
        category             string comment 'of the listing, null when that is not known'
        brand_id             string comment 'protected brand that the listing names'
        quantity             int not null comment 'pieces'
        paid_cny             decimal(18,2) not null comment 'what the buyer paid'
        refunded_cny         decimal(18,2) comment 'what the buyer got back'
        status               string not null comment 'paid, shipped, received, refunded, closed'
        refund_reason        string comment 'fake, quality, not_as_described, changed_mind, not_received, other text'
        paid_at              timestamp not null comment 'UTC'
        waybill_no           string comment 'parcel that is shown, null when none is known'
        carrier              string comment 'who carried it'
        sender_account       string comment 'token of the carrier''s customer contract'
        sender_phone         string comment 'as written on the waybill'
        sender_phone_key     string comment 'normalised, null for placeholders'
        sender_address       string comment 'as written on the waybill'
        sender_address_key   string comment 'county, road or village and number'
        first_scan_at        timestamp comment 'UTC, first time the carrier saw the parcel'
        first_scan_lng       double comment 'degrees, WGS-84'
        first_scan_lat       double comment 'degrees, WGS-84'
        recipient_region     string comment '6-digit county code of the destination'
        weight_kg            double comment 'as weighed by the carrier'
        join_state           string not null comment 'complete, or what is wrong, joined by +: no_listing, no_shipment, past_look_back, several_shipments, shipment_before_payment'
        is_first             boolean not null comment 'first row of the order that counts'
        is_first_shipment    boolean not null comment 'first row of the order on which a parcel is known'
        is_first_scan        boolean not null comment 'first row of the order on which the place of the first scan is known'
        turnover_change_cny  decimal(18,2) not null comment 'paid, orders not closed: this row less the one before it; 0 when it does not count'
        fake_refund_change   int not null comment '1 when a refund for fakes became known, -1 when it was taken back'
        moved_from           struct<seller_id:string,listing_id:string,buyer_seller_id:string,orders:int,turnover_cny:decimal(18,2),fake_refunds:int> comment 'what the row before counted for until now, when its shop, listing or buying shop was another'
    """,
)


def transform(
    orders: DataFrame, parcels: DataFrame, listings: DataFrame, sellers: DataFrame, days: list[date]
) -> DataFrame:
    events = join_parcels(orders, parcels, late_listings(orders, listings, days), days)
    events = as_of(events, listings, "listing_id", ("category", "brand_id"))
    return name_faults(as_of(events, sellers, "seller_id", ("platform",)))


def late_listings(orders: DataFrame, listings: DataFrame, days: list[date]) -> DataFrame:
    """(order_id, ds): days of the run on which the listing of an order that was known before arrived."""
    arrived = listings.groupBy("listing_id").agg(F.min("ds").alias("arrived")).where(F.col("arrived") >= F.lit(days[0]))
    waiting = orders.select("order_id", "listing_id", F.col("ds").alias("ordered"))
    return (
        waiting.join(arrived, "listing_id", how="inner")
        .where((F.col("ordered") < F.col("arrived")) & (F.col("arrived") < F.date_add("ordered", LOOK_BACK)))
        .select("order_id", F.col("arrived").alias("ds"))
        .distinct()
    )


def join_parcels(orders: DataFrame, parcels: DataFrame, late: DataFrame, days: list[date]) -> DataFrame:
    """One row per order and day of the run with an event, with what the last LOOK_BACK days say about it.

    orders, parcels, late (order_id, ds) go into one sort by order and day; windows over it do the as-of join.
    """
    order = F.struct(*ORDER)
    # The order of fields ranks parcels: goods before returns, known place first, scanned first, lowest number, newest row.
    parcel = F.struct(
        F.col("return_of").isNotNull().alias("is_return"),
        F.col("first_scan_lng").isNull().alias("is_unplaced"),
        F.col("first_scan_at").isNull().alias("is_unscanned"),
        "waybill_no",
        (-_day_number(F.col("ds"))).alias("newness"),
        *PARCEL,
    )
    nothing = F.lit(None)
    shipped = parcels.where("order_id IS NOT NULL")
    order_type, parcel_type = orders.select(order).schema[0].dataType, shipped.select(parcel).schema[0].dataType
    rows = (
        orders.select("order_id", "ds", order.alias("order"), nothing.cast(parcel_type).alias("parcel"))
        .unionByName(shipped.select("order_id", "ds", nothing.cast(order_type).alias("order"), parcel.alias("parcel")))
        .unionByName(
            late.select(
                "order_id", "ds", nothing.cast(order_type).alias("order"), nothing.cast(parcel_type).alias("parcel")
            )
        )
    )
    if len(days) < LOOK_BACK:
        # Few of the orders in the look-back have an event in a short run.
        touched = rows.where(F.col("ds") >= F.lit(days[0])).select("order_id").distinct()
        rows = rows.join(touched, "order_id", how="left_semi")
    # Sorting by a hash first is faster: ids of one marketplace begin alike, and a sort compares 8 bytes first.
    rows = rows.withColumns({"hash": F.xxhash64("order_id"), "day": _day_number(F.col("ds"))})
    by_day = Window.partitionBy("hash", "order_id").orderBy("day")
    known, before = by_day.rangeBetween(1 - LOOK_BACK, 0), by_day.rangeBetween(1 - LOOK_BACK, -1)
    is_recent = F.when(F.col("order").isNotNull(), ~_is_old(F.col("order")))
    goods = F.when(~F.col("parcel.is_return"), F.col("parcel.waybill_no"))
    events = rows.select(
        "order_id", "ds", "day",
        F.lead("day").over(by_day).alias("next_day"),
        F.last("order", ignorenulls=True).over(known).alias("order"),
        F.last("order", ignorenulls=True).over(before).alias("order_before"),
        F.coalesce(F.max(is_recent).over(before), F.lit(False)).alias("was_counted"),
        F.min("parcel").over(known).alias("parcel"),
        (F.min(goods).over(known) != F.max(goods).over(known)).alias("has_several"),
        F.min(F.when(F.col("order").isNotNull(), F.col("day"))).over(known).alias("order_day"),
        F.min(F.when(goods.isNotNull(), F.col("day"))).over(known).alias("shipment_day"),
        F.min(F.when(goods.isNotNull() & F.col("parcel.first_scan_lng").isNotNull(), F.col("day"))).over(known).alias("scan_day"),
    )  # fmt: skip
    return (
        # Rows of one day have one result: the last of them stands for the day.
        events.where((F.col("ds") >= F.lit(days[0])) & F.col("order").isNotNull())
        .where(F.col("next_day").isNull() | (F.col("next_day") != F.col("day")))
        .withColumn("parcel", F.when(~F.col("parcel.is_return"), F.col("parcel")))
    )


def as_of(events: DataFrame, rows: DataFrame, key: str, wanted: tuple[str, ...]) -> DataFrame:
    """Adds `wanted` columns of the version of a listing or shop that was valid on the event's day, and has_<key>."""
    valid = with_validity(rows.select(key, "ds", *wanted), [key]).select(
        F.col(key).alias("_key"), *wanted, "valid_from", "valid_to"
    )
    on = (
        (F.col(f"order.{key}") == F.col("_key"))
        & (F.col("ds") >= F.col("valid_from"))
        & (F.col("ds") < F.col("valid_to"))
    )
    return (
        events.join(valid, on, how="left")
        .withColumn(f"has_{key}", F.col("_key").isNotNull())
        .drop("_key", "valid_from", "valid_to")
    )


def name_faults(events: DataFrame) -> DataFrame:
    """The published columns."""
    order, parcel = F.col("order"), F.col("parcel")
    is_old = _is_old(order)
    has_parcel = parcel["waybill_no"].isNotNull()
    faults = F.concat_ws(
        "+",
        F.when(~F.col("has_listing_id"), "no_listing"),
        F.when(~has_parcel, "no_shipment"),
        F.when(~has_parcel & is_old, "past_look_back"),
        F.when(has_parcel & F.col("has_several"), "several_shipments"),
        F.when(parcel["first_scan_at"] < order["paid_at"], "shipment_before_payment"),
    )
    before, was_counted = F.col("order_before"), F.col("was_counted")
    # Of a recent order all rows are in sight. A row that is not recent counts on from one that is: between the two lies
    # less than a look-back, so every row between them counted as well.
    counted_before = F.when(was_counted, _turnover(before)).otherwise(0)
    turnover = F.when(~is_old | was_counted, _turnover(order) - counted_before).otherwise(0)
    same = [order[name].eqNullSafe(before[name]) for name in ("seller_id", "listing_id", "buyer_seller_id")]
    moved_from = F.struct(
        before["seller_id"].alias("seller_id"), before["listing_id"].alias("listing_id"),
        before["buyer_seller_id"].alias("buyer_seller_id"), was_counted.cast("int").alias("orders"),
        counted_before.cast("decimal(18,2)").alias("turnover_cny"), _is_fake_refund(before).alias("fake_refunds"),
    )  # fmt: skip
    return events.select(
        "ds", "order_id",
        *[order[name].alias(name) for name in ORDER],
        "platform", "category", "brand_id", parcel["waybill_no"].alias("waybill_no"),
        *[parcel[name].alias(name) for name in PARCEL],
        F.when(faults == "", "complete").otherwise(faults).alias("join_state"),
        (~is_old & ~was_counted).alias("is_first"),
        _is_first_day("shipment_day", is_old).alias("is_first_shipment"),
        _is_first_day("scan_day", is_old).alias("is_first_scan"),
        turnover.cast("decimal(18,2)").alias("turnover_change_cny"),
        (_is_fake_refund(order) - _is_fake_refund(before)).alias("fake_refund_change"),
        F.when(before.isNotNull() & ~(same[0] & same[1] & same[2]), moved_from).alias("moved_from"),
    )  # fmt: skip


def _is_first_day(known_since: str, is_old: Column) -> Column:
    """The first row of the order on which something is known: a parcel may come before its order does.

    Of an old order the first row may lie before the look-back, so there only the parcel's own day counts.
    """
    first_row = F.when(is_old, F.col(known_since)).otherwise(F.greatest(known_since, "order_day"))
    return F.col(known_since).isNotNull() & (first_row == F.col("day"))


def _is_old(order: Column) -> Column:
    """Whether a row became known so long after payment that earlier ones may lie before the look-back."""
    return F.datediff("ds", order["paid_at"]) >= LOOK_BACK


def _turnover(order: Column) -> Column:
    """What an order counts for: what was paid, unless it was closed. Refunds are not taken off."""
    return F.when(order.isNotNull(), F.when(order["status"] == "closed", 0).otherwise(order["paid_cny"]))


def _is_fake_refund(order: Column) -> Column:
    """1 when the order was refunded because the goods were fake, else 0."""
    return F.coalesce((order["refund_reason"] == "fake").cast("int"), F.lit(0))


def _day_number(day: Column) -> Column:
    return F.datediff(day, F.lit(date(1970, 1, 1)))
