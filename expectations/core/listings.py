"""What must hold of core.listings."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", because="a reference price belongs to a brand",
        condition="reference_price_cny IS NULL OR brand_id IS NOT NULL",
    ),
    Expect(
        "rows_to_meet", because="what is found stands somewhere, was written somehow, and is hidden or not",
        condition="(brand_id IS NULL) = (brand_match IS NULL) AND (brand_id IS NULL) = (brand_text IS NULL)"
        " AND coalesce(brand_match = 'evaded', false) = (brand_evasion IS NOT NULL)",
    ),
    Expect(
        "rows_to_meet", because="goods are compared with a brand that is named", condition="NOT is_compared OR brand_id IS NOT NULL",
    ),
]  # fmt: skip
