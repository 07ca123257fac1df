"""What must hold of staging.reports."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", severity="warning", because="a result has its day, and a day its result",
        condition="(result IS NULL) = (result_at IS NULL)",
    ),
]  # fmt: skip
