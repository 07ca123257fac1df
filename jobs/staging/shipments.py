"""staging.shipments: parcels as delivered, one row per waybill and day on which anything about it changed.

Grain: ds, waybill_no. Reads the feed `shipments`. Coordinates are in the datum that the row names.
"""

from jobs.table import Feed

TABLE = Feed(
    key=("waybill_no",),
    columns="""
        waybill_no         string not null comment 'parcel'
        carrier            string not null comment 'who carried it'
        order_id           string comment 'null for parcels that are not of a platform order'
        sender_name        string comment 'as written on the waybill'
        sender_phone       string comment 'as written on the waybill'
        sender_address     string comment 'as written on the waybill'
        sender_account     string comment 'token of the carrier''s customer contract'
        recipient_token    string comment 'token of the recipient''s phone'
        recipient_region   string comment '6-digit county code of the destination'
        recipient_address  string comment 'only where the recipient is a registered seller or company'
        weight_kg          double comment 'as weighed by the carrier'
        goods              string comment 'declared contents'
        first_scan_at      timestamp comment 'UTC, first time the carrier saw it'
        first_scan_depot   string comment 'the carrier''s depot code'
        first_scan_lng     double comment 'degrees, in the datum of the row'
        first_scan_lat     double comment 'degrees, in the datum of the row'
        datum              string comment 'wgs84, gcj02, bd09'
        delivered_at       timestamp comment 'UTC'
        return_of          string comment 'waybill that this one returns'
        freight_cny        decimal(18,2) comment 'what the carriage cost'
        updated_at         timestamp not null comment 'UTC'
    """,
    rules={
        "lng_out_of_range": "abs(first_scan_lng) <= 180",
        "lat_out_of_range": "abs(first_scan_lat) <= 90",
        "weight_negative": "weight_kg >= 0",
    },
    allowed={"datum": ("wgs84", "gcj02", "bd09")},
)
