"""What must hold of core.trades."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", because="a trade without a fault has both partners",
        condition="join_state <> 'complete' OR (waybill_no IS NOT NULL AND category IS NOT NULL)",
    ),
    Expect(
        "rows_to_meet", because="what has no parcel shows none of a parcel's facts",
        condition="waybill_no IS NOT NULL OR (carrier IS NULL AND first_scan_at IS NULL AND join_state LIKE '%no_shipment%')",
    ),
    Expect(
        "rows_to_meet", because="turnover is counted once: a new order counts for nothing or for what was paid",
        condition="NOT is_first OR turnover_change_cny BETWEEN 0 AND paid_cny",
    ),
    Expect(
        "column_values_to_be_in_set", severity="warning", column="join_state", value_set=["complete", "no_shipment"], mostly=0.8,
        because="when a fifth of the orders lacks its listing or has odd parcels, a feed is late or keys have changed",
    ),
]  # fmt: skip
