"""What must hold of evidence.listing_signals."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "column_values_to_be_between", column="suspicion", min_value=-30, max_value=30,
        because="beyond that a weight or a count has slipped",
    ),
    Expect("rows_to_meet", because="refunds are of orders", severity="warning", condition="fake_refunds BETWEEN 0 AND orders"),
]  # fmt: skip
