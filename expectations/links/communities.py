"""What must hold of links.communities."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect("column_values_to_be_between", because="a community has two shops at least", column="sellers", min_value=2),
    Expect("column_values_to_be_in_set", because="there are two tiers", column="tier", value_set=["core", "attached"]),
    Expect("column_values_to_be_between", because="a chance", column="confidence", min_value=0, max_value=1),
    Expect(
        "rows_to_meet", because="a community is named after its smallest shop", condition="community_id <= seller_id"
    ),
]
