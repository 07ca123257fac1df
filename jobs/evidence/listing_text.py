"""evidence.listing_text: what title and description of a listing say, past what sellers put in between.

Grain: ds, listing_id; one row for each day on which the marketplace sent the listing. Reads core.listings of the same
day. Each column is a sign that others weigh, none is a judgement: honest sellers write `正品` and so do others. Which
words count stands in conf/reference/listing_words.csv with the source of each.

A template is what is left without brand, numbers, short Latin words and contacts, whatever the order of its parts:
equal keys are equal texts to a reader. Contacts are keys as in core.sellers, so both can be compared.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.columns import handle_key, keys_of, phone_key
from jobs.table import Read, Table
from jobs.text.features import with_text

TABLE = Table(
    reads={"listings": Read("core.listings")},
    key=("listing_id",),
    columns="""
        listing_id            string not null comment 'listing'
        seller_id             string not null comment 'shop account'
        grade_words           array<string> not null comment 'words by which copies are graded or hinted at'
        genuine_words         array<string> not null comment 'claims that the goods are genuine'
        used_words            array<string> not null comment 'words of second-hand goods'
        compatible_words      array<string> not null comment 'words for goods that are like others or for them'
        phone_keys            array<string> not null comment 'telephone numbers in the text, normalised'
        handle_keys           array<string> not null comment 'accounts in the text, wechat:… or qq:…'
        title_template        string comment 'key of the title, null when it is short'
        description_template  string comment 'key of the description, null when it is short'
    """,
)


def transform(listings: DataFrame) -> DataFrame:
    texts = listings.select("ds", "listing_id", "seller_id", "title", "description", "brand_text")
    return with_text(texts).select(
        "ds", "listing_id", "seller_id", "grade_words", "genuine_words", "used_words", "compatible_words",
        keys_of(F.col("phones"), phone_key).alias("phone_keys"),
        keys_of(F.col("handles"), handle_key).alias("handle_keys"),
        "title_template", "description_template",
    )  # fmt: skip
