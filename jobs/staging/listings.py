"""staging.listings: listings as delivered, one row per listing and day on which the marketplace sent it.

Grain: ds, listing_id. Reads the feed `listings`. Title and description are the seller's own text.
"""

from jobs.table import Feed

TABLE = Feed(
    key=("listing_id",),
    columns="""
        listing_id      string not null comment 'listing'
        seller_id       string not null comment 'shop account'
        title           string not null comment 'seller-controlled'
        description     string comment 'seller-controlled'
        category        string not null comment 'sneakers, handbags, …, packaging, materials, other'
        brand_claimed   string comment 'what the seller put in the brand field'
        price_cny       decimal(18,2) not null comment 'asking price'
        listed_at       timestamp not null comment 'UTC'
        removed_at      timestamp comment 'UTC'
        removal_reason  string comment 'seller, ip_complaint, platform_proactive, sold_out'
        image_ids       array<string> comment 'in order of display'
        ship_from       string comment 'free text, often a city'
        updated_at      timestamp not null comment 'UTC'
    """,
    allowed={"removal_reason": ("seller", "ip_complaint", "platform_proactive", "sold_out")},
)
