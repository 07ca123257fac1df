"""What must hold of links.traits."""

from jobs.expect import Expect
from jobs.graph.traits import KINDS

EXPECTATIONS = [
    Expect(
        "column_values_to_be_in_set",
        column="kind",
        value_set=list(KINDS),
        because="a kind without a weight cannot be judged",
    ),
    Expect(
        "column_values_to_not_be_in_set", column="value", value_set=[""], because="an empty value would link strangers"
    ),
]
