"""What must hold of links.shared_values."""

from jobs.expect import Expect
from jobs.graph.traits import KINDS

EXPECTATIONS = [
    Expect(
        "column_values_to_be_in_set",
        because="a kind without a weight cannot be judged",
        column="kind",
        value_set=list(KINDS),
    ),
    Expect(
        "column_values_to_be_between", because="a value of one suspect is not shared", column="suspects", min_value=2
    ),
    Expect("rows_to_meet", because="places number a value's suspects", condition="place BETWEEN 1 AND suspects"),
    Expect("column_values_to_be_between", because="users cannot be fewer than none", column="honest", min_value=0),
]
