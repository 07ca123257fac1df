"""What must hold of links.components."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect("column_values_to_be_between", because="a component has two shops at least", column="sellers", min_value=2),
    Expect(
        "rows_to_meet",
        because="a component that grows threefold in a week is glued by something",
        condition="sellers <= 200 OR sellers <= 3 * coalesce(sellers_before, sellers)",
        severity="warning",
    ),
]
