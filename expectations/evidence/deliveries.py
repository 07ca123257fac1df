"""What must hold of evidence.deliveries."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect("column_values_to_be_between", because="a row is at least one parcel", column="parcels", min_value=1),
    Expect(
        "rows_to_meet",
        because="nothing is seen after its last day",
        condition="first_seen <= last_seen AND last_seen <= ds",
    ),
]
