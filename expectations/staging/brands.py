"""What must hold of staging.brands."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", severity="warning", because="a brand without a name protects nothing",
        condition="size(names) > 0",
    ),
]  # fmt: skip
