"""staging.sellers: shop accounts as delivered, one row per shop and day on which the marketplace sent it.

Grain: ds, seller_id. Reads the feed `sellers`. A row is the whole shop as of that day; the newest row is its
current state. Free text is the seller's own and may hold anything.
"""

from jobs.table import Feed

TABLE = Feed(
    key=("seller_id",),
    columns="""
        seller_id           string not null comment 'shop account'
        platform            string not null comment 'marketplace code'
        shop_name           string comment 'free text, seller-controlled'
        legal_name          string comment 'person or company that registered it'
        licence_no          string comment 'unified social credit code or individual licence'
        id_token            string comment 'salted token of the identity number: equal tokens = same document'
        registered_at       timestamp not null comment 'UTC'
        closed_at           timestamp comment 'UTC, null while open'
        close_reason        string comment 'seller, platform_ip, platform_other'
        phones              array<string> comment 'contact numbers, any spelling'
        handles             array<string> comment 'wechat:…, qq:…, email:…'
        registered_address  string comment 'free text'
        return_address      string comment 'free text: where buyers send returns'
        payout_account      string comment 'salted token of the account that is paid'
        devices             array<string> comment 'salted device tokens seen that day'
        ip_prefixes         array<string> comment '203.0.113.0/24 style prefixes seen that day'
        updated_at          timestamp not null comment 'UTC'
    """,
    allowed={"close_reason": ("seller", "platform_ip", "platform_other")},
)
