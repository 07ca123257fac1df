"""What must hold of links.components."""

from jobs.expect import Expect
from jobs.links.components import MAX_SELLERS

EXPECTATIONS = [
    Expect(
        "column_values_to_be_between",
        column="sellers",
        min_value=2,
        max_value=MAX_SELLERS,
        because="a larger one is glued by something",
    ),
    Expect(
        "rows_to_meet", because="a component is named after its smallest shop", condition="component_id <= seller_id"
    ),
]
