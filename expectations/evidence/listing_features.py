"""What must hold of evidence.listing_features."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "column_values_to_be_between", column="appearance", min_value=-100, max_value=100,
        because="it is a sum of a few weights",
    ),
    Expect("rows_to_meet", because="a shop has the listing", condition="shop_listings >= 1"),
    Expect(
        "rows_to_meet", because="shares lie between nothing and all",
        condition="shop_brand_share BETWEEN 0 AND 1 AND shop_hidden_share BETWEEN 0 AND 1 AND shop_empty_share BETWEEN 0 AND 1 "
        "AND shop_graded_share BETWEEN 0 AND 1 AND shop_used_share BETWEEN 0 AND 1 AND shop_appearance BETWEEN 0 AND 1",
    ),
    Expect(
        "rows_to_meet", because="a shop that opens after it sells has a wrong clock", severity="warning",
        condition="shop_age_days IS NULL OR shop_age_days >= -1",
    ),
]  # fmt: skip
