"""What must hold of rackets.production."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "column_values_to_be_between",
        because="bounded signs add up to a bounded sum",
        column="nats",
        min_value=-15,
        max_value=20,
    ),
    Expect("rows_to_meet", because="who buys also orders", condition="trade_buyers <= trade_orders"),
]
