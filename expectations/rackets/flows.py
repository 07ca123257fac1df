"""What must hold of rackets.flows."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect("rows_to_meet", because="nobody supplies itself", condition="seller_id <> buyer_seller_id"),
    Expect("rows_to_meet", because="a flow is at least one order", condition="orders >= 1"),
]
