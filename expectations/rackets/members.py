"""What must hold of rackets.members."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect("compound_columns_to_be_unique", column_list=["ds", "seller_id"], because="a shop is in at most one racket"),
    Expect("column_values_to_be_between", column="confidence", min_value=0, max_value=1, because="it is a share"),
    Expect("column_values_to_be_in_set", column="tier", value_set=["core", "attached"], because="readers know these two"),
    Expect(
        "column_values_to_be_in_set", column="role", because="readers know these six",
        value_set=["producer", "wholesaler", "shop", "materials", "forwarder", "unknown"],
    ),
    Expect("rows_to_meet", because="nobody joins in the future", condition="since <= ds"),
    Expect(
        "rows_to_meet", because="an id begins with the day of its birth, and nobody belonged to it before",
        condition="substring(racket_id, 2, 8) <= date_format(since, 'yyyyMMdd')",
    ),
]  # fmt: skip
