"""What must hold of rackets.leads."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet",
        because="an interval holds its middle",
        condition="value_low_cny <= value_cny AND value_cny <= value_high_cny",
    ),
    Expect("compound_columns_to_be_unique", column_list=["ds", "rank"], because="a rank is given once"),
    Expect(
        "column_values_to_be_between",
        column="production_score",
        min_value=0,
        max_value=1,
        because="it is a probability",
    ),
    Expect(
        "rows_to_meet",
        because="what one family alone says may be a landlord",
        condition="NOT is_lead OR evidence_families >= 2",
    ),
    Expect(
        "rows_to_meet",
        because="nothing is known of what comes later, whatever a clock says",
        condition="last_activity IS NULL OR (first_activity <= last_activity AND to_date(last_activity) <= ds)",
    ),
]
