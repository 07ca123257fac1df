"""staging.orders: orders as delivered, one row per order and day on which anything about it changed.

Grain: ds, order_id. Reads the feed `orders`. Buyers appear only as salted tokens.
"""

from jobs.table import Feed

TABLE = Feed(
    key=("order_id",),
    columns="""
        order_id         string not null comment 'order'
        listing_id       string not null comment 'what was bought'
        seller_id        string not null comment 'who sold it'
        buyer_id         string not null comment 'salted token'
        buyer_seller_id  string comment 'the buyer''s own shop: a purchase between shops when set'
        quantity         int not null comment 'pieces'
        unit_price_cny   decimal(18,2) not null comment 'price of one piece'
        paid_cny         decimal(18,2) not null comment 'what the buyer paid'
        paid_at          timestamp not null comment 'UTC'
        status           string not null comment 'paid, shipped, received, refunded, closed'
        refunded_cny     decimal(18,2) comment 'what the buyer got back'
        refund_reason    string comment 'fake, quality, not_as_described, changed_mind, not_received, other text'
        updated_at       timestamp not null comment 'UTC'
    """,
    rules={"quantity_not_positive": "quantity > 0"},
    allowed={"status": ("paid", "shipped", "received", "refunded", "closed")},
)
