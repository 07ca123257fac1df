"""What must hold of rackets.sites."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet",
        because="abstaining means no place, and the other way round",
        condition="abstained = (lng IS NULL) AND abstained = (lat IS NULL)",
    ),
    Expect(
        "column_values_to_be_between", column="probability", min_value=0, max_value=1, because="it is a probability"
    ),
]
