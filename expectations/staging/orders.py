"""What must hold of staging.orders."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", severity="warning", because="nobody gets back more than was paid",
        condition="refunded_cny IS NULL OR refunded_cny <= paid_cny",
    ),
    Expect(
        "rows_to_meet", severity="warning", because="a refunded order says how much",
        condition="status <> 'refunded' OR refunded_cny > 0",
    ),
    Expect(
        "rows_to_meet", severity="warning", because="payment in the future is a wrong clock",
        condition="paid_at < timestamp(ds + INTERVAL 2 DAYS)",
    ),
]  # fmt: skip
