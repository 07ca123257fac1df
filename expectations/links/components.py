"""What must hold of links.components."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect("column_values_to_be_between", because="a component has two shops at least", column="sellers", min_value=2),
]
