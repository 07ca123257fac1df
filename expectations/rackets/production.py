"""What must hold of rackets.production."""

from jobs.expect import Expect

# As in jobs/rackets/production.py.
PRIOR = -0.9

EXPECTATIONS = [
    Expect(
        "rows_to_meet",
        because="the signs that are told are all that moved the judgement",
        condition=f"abs({PRIOR} + aggregate(signs, 0D, (total, sign) -> total + sign.nats) - nats) < 0.00001",
    ),
    Expect("rows_to_meet", because="who buys also orders", condition="trade_buyers <= trade_orders"),
]
