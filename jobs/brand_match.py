"""Which protected brand a listing names, openly or past a plain search.

All brand spellings travel as one broadcast row, so nothing is shuffled and a listing stays one row. Thousands of
spellings are fine; a register of all trade marks would need an automaton.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.columns import clean_text, simplified

# Letters of other scripts, digits and signs that are read as a Latin letter.
LOOK_ALIKES = ("авеіјкмнорстухһυпοα01$@€", "abeijkmhopctyxhunoaolsae")
# Inside a longer word a Latin name as short as this is there by chance.
SHORT_LATIN_CHARS = 4
# A name as short as this, found only after symbols were dropped, counts in the brand's own categories.
SHORT_CHARS = 3


def match_brands(listings: DataFrame, brands: DataFrame) -> DataFrame:
    """Adds brand_id, brand_match and reference_price_cny (null where no brand is named).

    listings: ds, title, description, brand_claimed, category, …; brands: rows of staging.brands with valid_from and
    valid_to, of which those count that are valid on a listing's `ds`. brand_match says where the best match stands:
    `claimed` (the brand field), `title`, `description`, or `evaded`: only when look-alike letters, traditional
    characters and symbols inside the name are undone. A match in one of the brand's categories comes first, then the
    more open, then the longer name.
    """
    spellings = brands.select(
        "brand_id", "categories", "reference_prices", "valid_from", "valid_to", F.explode("names").alias("name")
    )
    is_latin = F.col("plain").rlike(r"^[\x00-\x7f]*$")
    known = (
        spellings.withColumns({"plain": clean_text(F.col("name")), "skeleton": skeleton(F.col("name"))})
        .withColumns(
            {"length": F.length("skeleton"), "is_word": is_latin & (F.length("skeleton") <= SHORT_LATIN_CHARS)}
        )
        .where("length >= 2")
        # What is searched for is made once, here, and not once for every listing.
        .withColumn("written", F.when(F.col("is_word"), _form(F.col("plain"))).otherwise(F.trim(_form(F.col("plain")))))
        .select(F.struct("*").alias("spelling"))
    )
    everything = known.agg(F.collect_list("spelling").alias("_spellings"))
    texts = listings.withColumns(
        {
            "_claimed": _form(clean_text(F.col("brand_claimed"))),
            "_title": _form(clean_text(F.col("title"))),
            "_description": _form(clean_text(F.col("description"))),
            "_skeleton": F.concat_ws(
                "|", skeleton(F.col("title")), skeleton(F.col("brand_claimed")), skeleton(F.col("description"))
            ),
        }
    )
    matched = texts.crossJoin(F.broadcast(everything)).withColumn(
        "_match", F.array_min(F.array_compact(F.transform("_spellings", _rank)))
    )
    return matched.withColumns(
        {
            "brand_id": F.col("_match.brand_id"),
            # Not element_at: in Spark 4.1 that gives the last element where the position is null.
            "brand_match": F.get(F.array(*[F.lit(place) for place in PLACES]), F.col("_match.place") - 1),
            "reference_price_cny": _price(F.col("_match.reference_prices"), F.col("category")),
        }
    ).drop("_claimed", "_title", "_description", "_skeleton", "_spellings", "_match")


PLACES = ("claimed", "title", "description", "evaded")


def skeleton(text: Column) -> Column:
    """Letters, digits and Chinese characters only, simplified, look-alikes as the Latin letters that they imitate."""
    latin = F.translate(simplified(clean_text(text)), *LOOK_ALIKES)
    return F.regexp_replace(latin, r"[^a-z0-9\u3400-\u9fff]", "")


def _form(text: Column) -> Column:
    """The text between blanks, with Latin words and Chinese characters apart: `无线Inlithe耳机` -> ` 无线 inlithe 耳机 `."""
    apart = F.regexp_replace(text, r"(?<=[a-z0-9])(?=[^a-z0-9])|(?<=[^a-z0-9])(?=[a-z0-9])", " ")
    return F.concat(F.lit(" "), F.coalesce(F.regexp_replace(apart, r"[\s\p{Punct}]+", " "), F.lit("")), F.lit(" "))


def _rank(spelling: Column) -> Column:
    """How good a match of this spelling is, the least being the best; null when there is none."""
    in_category = F.array_contains(spelling["categories"], F.col("category"))
    place = (
        F.when(F.col("_claimed").contains(spelling["written"]), 1)
        .when(F.col("_title").contains(spelling["written"]), 2)
        .when(F.col("_description").contains(spelling["written"]), 3)
        .when(
            F.col("_skeleton").contains(spelling["skeleton"])
            & ~spelling["is_word"]
            & (in_category | (spelling["length"] > SHORT_CHARS)),
            4,
        )
    )
    is_valid = (F.col("ds") >= spelling["valid_from"]) & (F.col("ds") < spelling["valid_to"])
    return F.when(
        is_valid & place.isNotNull(),
        F.struct(
            (~in_category).alias("is_foreign"), place.alias("place"), (-spelling["length"]).alias("length"),
            spelling["brand_id"].alias("brand_id"), spelling["reference_prices"].alias("reference_prices"),
        ),
    )  # fmt: skip


def _price(reference_prices: Column, category: Column) -> Column:
    """The price that `category:price` states for the category."""
    prefix = F.concat(category, F.lit(":"))
    stated = F.get(F.filter(reference_prices, lambda entry: entry.startswith(prefix)), F.lit(0))
    return F.substring_index(stated, ":", -1).try_cast("decimal(18,2)")
