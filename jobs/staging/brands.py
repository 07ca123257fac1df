"""staging.brands: protected brands as their rights holders describe them.

Grain: ds, brand_id. Reads the feed `brands`, which rarely changes.
"""

from jobs.table import Feed

TABLE = Feed(
    key=("brand_id",),
    columns="""
        brand_id            string not null comment 'brand'
        names               array<string> not null comment 'every protected spelling'
        categories          array<string> not null comment 'categories in which it is protected'
        reference_prices    array<string> comment 'category:median_genuine_price_cny'
        authorised_sellers  array<string> comment 'seller_id of who may sell it'
        genuine_regions     array<string> comment 'county or city codes where genuine goods are made or stored'
        updated_at          timestamp not null comment 'UTC'
    """,
)
