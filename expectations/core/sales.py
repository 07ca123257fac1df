"""What must hold of core.sales."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", because="totals of payments cannot be negative", condition="turnover_cny >= 0 AND orders >= 0"
    ),
    Expect(
        "rows_to_meet", because="the first payment is not after the last", condition="first_paid_at <= last_paid_at"
    ),
]
