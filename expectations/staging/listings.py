"""What must hold of staging.listings."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "column_values_to_be_between", severity="warning", column="price_cny", max_value=10_000_000,
        because="an asking price above ten million yuan is a slipped decimal point", mostly=0.999,
    ),
    Expect(
        "rows_to_meet", severity="warning", because="a listing cannot be removed before it was listed; clocks may differ by a day",
        condition="removed_at IS NULL OR removed_at >= listed_at - INTERVAL 1 DAY",
    ),
]  # fmt: skip
