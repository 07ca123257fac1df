"""What must hold of core.parcels."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", because="half a coordinate is none, and none lies outside the globe",
        condition="(first_scan_lng IS NULL) = (first_scan_lat IS NULL) AND coalesce(abs(first_scan_lng) <= 180 AND abs(first_scan_lat) <= 90, true)",
    ),
    Expect(
        "column_values_to_be_between", severity="warning", column="first_scan_lng", min_value=73, max_value=135.1, mostly=0.95,
        because="parcels of a Chinese marketplace start in China; elsewhere longitude and latitude were often swapped",
    ),
]  # fmt: skip
