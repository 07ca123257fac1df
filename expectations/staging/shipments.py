"""What must hold of staging.shipments."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", severity="warning", because="coordinates without their datum can be 500 m off",
        condition="first_scan_lng IS NULL OR datum IS NOT NULL",
    ),
    Expect(
        "rows_to_meet", severity="warning", because="half a coordinate is none",
        condition="(first_scan_lng IS NULL) = (first_scan_lat IS NULL)",
    ),
    Expect(
        "column_values_to_be_between", severity="warning", column="weight_kg", max_value=1_000, mostly=0.999,
        because="no parcel weighs a ton: grams were delivered as kilograms",
    ),
]  # fmt: skip
