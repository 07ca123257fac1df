"""What must hold of staging.sellers."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", severity="warning", because="a shop cannot close before it opened; clocks may differ by a day",
        condition="closed_at IS NULL OR closed_at >= registered_at - INTERVAL 1 DAY",
    ),
    Expect(
        "rows_to_meet", severity="warning", because="a reason without a closing time hides a takedown",
        condition="close_reason IS NULL OR closed_at IS NOT NULL",
    ),
    Expect(
        "column_value_lengths_to_be_between", severity="warning", column="seller_id", min_value=1, max_value=128,
        because="longer ids are usually a shifted column",
    ),
]  # fmt: skip
