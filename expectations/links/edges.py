"""What must hold of links.edges."""

from jobs.expect import Expect
from jobs.graph.traits import KINDS

EXPECTATIONS = [
    Expect("rows_to_meet", because="a pair is written once, and nobody is tied to himself", condition="src < dst"),
    Expect(
        "column_values_to_be_in_set",
        column="via",
        value_set=list(KINDS),
        because="a kind without a weight cannot be judged",
    ),
    Expect(
        "column_values_to_be_between",
        column="weight",
        min_value=0,
        max_value=50,
        because="a tie is evidence for, in nats",
    ),
]
