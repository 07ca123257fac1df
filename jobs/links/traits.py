"""links.traits: values seen at a shop on a day that other shops may share.

Grain: ds, seller_id, kind, value. Reads of the day: core.sellers (what the shop registered), core.trades (how its
parcels are sent), core.listings (pictures), evidence.listing_text (templates, and contacts that stand in texts).
`times` counts rows of that day: parcels count once, on the day when they became known. Placeholders never become traits. Where parcels are picked up stands in evidence.places. Kinds and families stand in jobs/graph/traits.py.
"""

from functools import partial

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.columns import clean_text
from jobs.table import Read, Table

# Names of firms and of individual businesses. Persons' names end in some of the shorter ones, but are short.
COMPANY = "(公司|商行|厂|工作室|经营部|合作社)|.{3}(店|部|中心|馆|坊|铺|超市)$|.{4}(行|社)$"

TABLE = Table(
    reads={
        "sellers": Read("core.sellers"),
        "trades": Read("core.trades"),
        "listings": Read("core.listings"),
        "texts": Read("evidence.listing_text"),
    },
    key=("seller_id", "kind", "value"),
    columns="""
        seller_id  string not null comment 'shop account'
        kind       string not null comment 'phone, payout_account, sender_address, …'
        value      string not null comment 'normalised; of texts the key of the template'
        times      bigint not null comment 'how often seen on that day'
    """,
)


def transform(sellers: DataFrame, trades: DataFrame, listings: DataFrame, texts: DataFrame) -> DataFrame:
    seen = registered(sellers).unionByName(shipped(trades)).unionByName(offered(listings)).unionByName(said(texts))
    return seen.groupBy("ds", "seller_id", "kind", "value").agg(F.count("*").alias("times"))


def registered(sellers: DataFrame) -> DataFrame:
    """Traits of the shop account itself."""
    one = {
        "id_token": F.col("id_token"),
        "licence": F.col("licence_key"),
        "company_name": F.when(clean_text(F.col("legal_name")).rlike(COMPANY), clean_text(F.col("legal_name"))),
        "payout_account": F.col("payout_account"),
        "registered_address": F.col("registered_address_key"),
        "return_address": F.col("return_address_key"),
    }
    many = {"phone": "phone_keys", "handle": "handle_keys", "device": "devices", "ip_prefix": "ip_prefixes"}
    # What a shop registered another may write into its listings: both are text_contact.
    lists = [*many.items(), ("text_contact", "phone_keys"), ("text_contact", "handle_keys")]
    values = F.flatten(
        F.array(
            F.array(*[_trait(kind, value) for kind, value in one.items()]),
            *[F.transform(F.col(name), partial(_trait, kind)) for kind, name in lists],
        )
    )
    return _exploded(sellers, "seller_id", values)


def shipped(trades: DataFrame) -> DataFrame:
    """Traits of parcels, on the day when they became known."""
    values = F.array(
        _trait("sender_phone", F.col("sender_phone_key")),
        _trait("sender_account", F.col("sender_account")),
        _trait("sender_address", F.col("sender_address_key")),
    )
    return _exploded(trades.where("is_first_shipment"), "seller_id", values)


def offered(listings: DataFrame) -> DataFrame:
    """Traits of listings: their pictures."""
    return _exploded(listings, "seller_id", F.transform(F.col("image_ids"), partial(_trait, "image")))


def said(texts: DataFrame) -> DataFrame:
    """Traits of what listings say: templates that others may use, and contacts."""
    templates = F.array(_trait("text", F.col("description_template")), _trait("text_template", F.col("title_template")))
    contacts = F.transform(F.concat("phone_keys", "handle_keys"), partial(_trait, "text_contact"))
    return _exploded(texts, "seller_id", F.concat(templates, contacts))


def _trait(kind: str, value: Column) -> Column:
    return F.struct(F.lit(kind).alias("kind"), value.alias("value"))


def _exploded(rows: DataFrame, seller: str, values: Column) -> DataFrame:
    """One row (ds, seller_id, kind, value) per value that is not null."""
    return (
        rows.select("ds", F.col(seller).alias("seller_id"), F.explode(values).alias("trait"))
        .where("trait.value IS NOT NULL")
        .select("ds", "seller_id", "trait.kind", "trait.value")
    )
