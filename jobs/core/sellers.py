"""core.sellers: shops with their contact values as comparable keys.

Grain: ds, seller_id; one row for each day on which the marketplace sent the shop. Reads staging.sellers of the
same day. The newest row with ds <= D is the shop as known on D; core.seller_states has it ready for Sundays.
A key is null, or not in its array, when the seller typed a placeholder.
"""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs import columns as C
from jobs.table import Read, Table

TABLE = Table(
    reads={"sellers": Read("staging.sellers")},
    key=("seller_id",),
    columns="""
        seller_id               string not null comment 'shop account'
        platform                string not null comment 'marketplace code'
        shop_name               string comment 'free text, seller-controlled'
        legal_name              string comment 'person or company that registered it'
        registered_at           timestamp not null comment 'UTC'
        closed_at               timestamp comment 'UTC, null while open'
        close_reason            string comment 'seller, platform_ip, platform_other'
        licence_key             string comment 'licence number in one spelling'
        id_token                string comment 'salted token of the registrant''s document'
        payout_account          string comment 'salted token of the account that is paid'
        phone_keys              array<string> not null comment 'contact numbers, normalised, no placeholders'
        handle_keys             array<string> not null comment 'kind:value, normalised, no placeholders'
        registered_address      string comment 'as typed'
        registered_address_key  string comment 'county, road or village and number'
        return_address          string comment 'as typed'
        return_address_key      string comment 'county, road or village and number'
        devices                 array<string> not null comment 'salted device tokens seen that day'
        ip_prefixes             array<string> not null comment 'network prefixes seen that day'
        updated_at              timestamp not null comment 'UTC'
    """,
)


def transform(sellers: DataFrame) -> DataFrame:
    return sellers.select(
        "ds", "seller_id", "platform", "shop_name", "legal_name", "registered_at", "closed_at", "close_reason",
        C.licence_key(F.col("licence_no")).alias("licence_key"),
        C.token_key(F.col("id_token")).alias("id_token"),
        C.token_key(F.col("payout_account")).alias("payout_account"),
        _keys("phones", C.phone_key).alias("phone_keys"),
        _keys("handles", C.handle_key).alias("handle_keys"),
        "registered_address",
        C.address_key(F.col("registered_address")).alias("registered_address_key"),
        "return_address",
        C.address_key(F.col("return_address")).alias("return_address_key"),
        _keys("devices", C.token_key).alias("devices"),
        _keys("ip_prefixes", C.ip_prefix_key).alias("ip_prefixes"),
        "updated_at",
    )  # fmt: skip


def _keys(name: str, key: Callable[[Column], Column]) -> Column:
    """Distinct keys of an array of raw values, in order of value."""
    values = F.coalesce(F.col(name), F.array().cast("array<string>"))
    return F.array_sort(F.array_distinct(F.array_compact(F.transform(values, key))))
