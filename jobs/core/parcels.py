"""core.parcels: parcels with comparable sender keys and coordinates in WGS-84.

Grain: ds, waybill_no; one row for each day on which the carrier's data sent the parcel. Reads staging.shipments
of the same day. Holds all parcels: of orders, returns, and those of no platform order (upstream, materials).
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs import columns as C
from jobs.table import Read, Table

TABLE = Table(
    reads={"shipments": Read("staging.shipments")},
    key=("waybill_no",),
    columns="""
        waybill_no             string not null comment 'parcel'
        order_id               string comment 'null for parcels that are not of a platform order'
        carrier                string not null comment 'who carried it'
        sender_name            string comment 'as written on the waybill'
        sender_phone           string comment 'as written on the waybill'
        sender_phone_key       string comment 'normalised, null for placeholders'
        sender_address         string comment 'as written on the waybill'
        sender_address_key     string comment 'county, road or village and number'
        sender_account         string comment 'token of the carrier''s customer contract'
        recipient_token        string comment 'token of the recipient''s phone'
        recipient_region       string comment '6-digit county code of the destination'
        recipient_address      string comment 'only where the recipient is a registered seller or company'
        recipient_address_key  string comment 'county, road or village and number'
        weight_kg              double comment 'as weighed by the carrier'
        goods                  string comment 'declared contents'
        first_scan_at          timestamp comment 'UTC, first time the carrier saw it'
        first_scan_depot       string comment 'the carrier''s depot code'
        first_scan_lng         double comment 'degrees, WGS-84'
        first_scan_lat         double comment 'degrees, WGS-84'
        delivered_at           timestamp comment 'UTC'
        return_of              string comment 'waybill that this one returns'
        freight_cny            decimal(18,2) comment 'what the carriage cost'
        updated_at             timestamp not null comment 'UTC'
    """,
)


def transform(shipments: DataFrame) -> DataFrame:
    place = C.wgs84(F.col("first_scan_lng"), F.col("first_scan_lat"), F.col("datum"))
    return shipments.withColumn("_place", place).select(
        "ds", "waybill_no", "order_id", "carrier", "sender_name", "sender_phone",
        C.phone_key(F.col("sender_phone")).alias("sender_phone_key"),
        "sender_address",
        C.address_key(F.col("sender_address")).alias("sender_address_key"),
        C.token_key(F.col("sender_account")).alias("sender_account"),
        "recipient_token", "recipient_region", "recipient_address",
        C.address_key(F.col("recipient_address")).alias("recipient_address_key"),
        "weight_kg", "goods", "first_scan_at", "first_scan_depot",
        F.col("_place.lng").alias("first_scan_lng"),
        F.col("_place.lat").alias("first_scan_lat"),
        "delivered_at", "return_of", "freight_cny", "updated_at",
    )  # fmt: skip
