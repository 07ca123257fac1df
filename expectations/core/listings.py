"""What must hold of core.listings."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", because="a reference price belongs to a brand",
        condition="reference_price_cny IS NULL OR brand_id IS NOT NULL",
    ),
]  # fmt: skip
