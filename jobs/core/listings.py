"""core.listings: listings with the protected brand that they name.

Grain: ds, listing_id; one row for each day on which the marketplace sent the listing. Reads staging.listings of
the same day and all brands known until then. A brand that becomes known later does not change earlier rows.
`brand_id` says that the name was used, not that the goods are fake; from `masked` on an evasion is a guess. Titles are the seller's and may be hostile.
"""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.brand_match import match_brands
from jobs.table import Read, Table
from jobs.versions import with_validity

TABLE = Table(
    # Brands change rarely and are few: all of them, however old.
    reads={"listings": Read("staging.listings"), "brands": Read("staging.brands", days=3650)},
    key=("listing_id",),
    columns="""
        listing_id           string not null comment 'listing'
        seller_id            string not null comment 'shop account'
        title                string not null comment 'seller-controlled'
        description          string comment 'seller-controlled'
        category             string not null comment 'sneakers, handbags, …, packaging, materials, other'
        brand_claimed        string comment 'what the seller put in the brand field'
        brand_id             string comment 'protected brand that the listing names, null = none found'
        brand_match          string comment 'where it was found and how openly: claimed, title, description, evaded'
        brand_evasion        string comment 'how the name was hidden: symbols, look_alike, traditional, split, masked, misspelt, truncated, homophone, initials'
        is_compared          boolean not null comment 'a word beside the name says that the goods are like it or for it, not it'
        brand_text           string comment 'the name as the seller wrote it'
        reference_price_cny  decimal(18,2) comment 'median price of the genuine article in this category'
        price_cny            decimal(18,2) not null comment 'asking price'
        listed_at            timestamp not null comment 'UTC'
        removed_at           timestamp comment 'UTC'
        removal_reason       string comment 'seller, ip_complaint, platform_proactive, sold_out'
        image_ids            array<string> not null comment 'in order of display'
        ship_from            string comment 'free text, often a city'
        updated_at           timestamp not null comment 'UTC'
    """,
)


def transform(listings: DataFrame, brands: DataFrame, days: list[date]) -> DataFrame:
    pictured = listings.withColumn("image_ids", F.coalesce("image_ids", F.array().cast("array<string>")))
    return match_brands(pictured, brands_since(brands, days[0]))


def brands_since(brands: DataFrame, first: date) -> DataFrame:
    """Versions of brands with valid_from and valid_to, without those that ended before `first`.

    Holders may send their brands every day, and what is left is collected.
    """
    return with_validity(brands, ["brand_id"]).where(F.col("valid_to") > F.lit(first))
