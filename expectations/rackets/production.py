"""What must hold of rackets.production."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet",
        because="the signs that are told are all that moved the judgement",
        condition="abs(aggregate(signs, 0D, (total, sign) -> total + sign.nats) - nats) < 0.00001",
    ),
    Expect(
        "rows_to_meet",
        because="what listings look like is counted among them",
        condition="greatest(hidden_names, graded, upheld, far_below) <= branded",
    ),
    Expect("rows_to_meet", because="who buys also orders", condition="trade_buyers <= trade_orders"),
]
