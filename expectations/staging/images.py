"""What must hold of staging.images."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "column_values_to_be_between", severity="warning", column="bytes", max_value=20_000_000,
        because="larger files are refused when they are read",
    ),
]  # fmt: skip
