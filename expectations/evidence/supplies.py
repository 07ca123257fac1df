"""What must hold of evidence.supplies."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect("column_values_to_be_between", because="a row is at least one parcel", column="parcels", min_value=1),
    Expect(
        "rows_to_meet",
        because="age only takes away, and a position needs a scan",
        condition="recent > 0 AND recent <= parcels AND scans <= parcels AND (scans > 0) = (lng IS NOT NULL)",
    ),
]
