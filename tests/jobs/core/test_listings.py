"""core.listings: one row per delivered listing, with the brand that was protected on that day."""

from jobs.core.listings import brands_since
from tests.frames import day, frame, lines, transformed

BRANDS = """
    ds    | brand_id | names        | categories       | reference_prices
    03-02 | b1       | Velmora,维莫拉 | sneakers,apparel | sneakers:900,apparel:300
    03-05 | b1       | Velmoro      | sneakers         | sneakers:1000
"""


def found(spark, listings, brands=BRANDS):
    return transformed(
        "core.listings",
        "03-01",
        "03-31",
        listings=frame(spark, "staging.listings", listings),
        brands=frame(spark, "staging.brands", brands),
    )


def test_a_brand_counts_from_the_day_it_is_known_and_as_it_is_then(spark):
    listings = """
        ds    | listing_id | title               | category
        03-01 | before     | velmora shoe        | sneakers
        03-02 | same_day   | new VELMORA runner  | sneakers
        03-04 | chinese    | 正品维莫拉跑鞋       | sneakers
        03-04 | other_kind | velmora cap         | watches
        03-05 | renamed    | velmora shoe        | sneakers
        03-05 | newname    | velmoro shoe        | sneakers
    """
    assert lines(found(spark, listings), "listing_id brand_id brand_match reference_price_cny") == [
        "before - - -",
        "chinese b1 title 900",
        "newname b1 title 1000",
        "other_kind b1 title -",
        "renamed - - -",
        "same_day b1 title 900",
    ]


def test_versions_of_a_brand_that_ended_before_the_first_day_are_left_out(spark):
    brands = """
        ds    | brand_id | names
        03-01 | b1       | Velmora
        03-03 | b1       | Velmore
        03-05 | b1       | Velmoro
        03-01 | b2       | Kestrel
        03-09 | b3       | Tarnquist
    """
    standing = brands_since(frame(spark, "staging.brands", brands), day("03-05"))
    assert lines(standing, "brand_id names valid_from valid_to") == [
        "b1 Velmoro 03-05 9999-12-31", "b2 Kestrel 03-01 9999-12-31", "b3 Tarnquist 03-09 9999-12-31",
    ]  # fmt: skip
    assert lines(brands_since(frame(spark, "staging.brands", brands), day("03-04")), "brand_id valid_from valid_to") == [
        "b1 03-03 03-05", "b1 03-05 9999-12-31", "b2 03-01 9999-12-31", "b3 03-09 9999-12-31",
    ]  # fmt: skip


def test_a_listing_stays_one_row_however_many_brands_it_names(spark):
    listings = (
        "ds | listing_id | title | category | image_ids\n03-03 | l | velmora x kestrel x velmora | sneakers | i1,i2"
    )
    brands = """
        ds    | brand_id | names           | categories | reference_prices
        03-01 | b1       | Velmora,VELMORA | sneakers   | sneakers:900
        03-01 | b2       | Kestrel         | watches    | watches:100
    """
    assert lines(found(spark, listings, brands), "ds listing_id brand_id image_ids") == ["03-03 l b1 i1,i2"]


def test_no_brand_at_all_is_no_error(spark):
    listings = "ds | listing_id | title\n03-03 | l | velmora"
    assert lines(found(spark, listings, "ds | brand_id"), "listing_id brand_id brand_match reference_price_cny") == [
        "l - - -"
    ]


def test_a_listing_without_pictures_has_none_rather_than_null(spark):
    (listing,) = found(spark, "ds | listing_id | title | category\n03-03 | l | velmora shoe | sneakers").collect()
    assert listing["image_ids"] == []
