"""What must hold of links.nodes."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "compound_columns_to_be_unique",
        because="two shops with one number would be one shop",
        column_list=["ds", "node"],
    ),
    Expect("column_values_to_be_between", because="numbers run from 0", column="node", min_value=0),
]
