"""What must hold of rackets.sites."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet",
        because="a county code has six digits",
        condition="region_code IS NULL OR region_code RLIKE '^[0-9]{6}$'",
    ),
    Expect("column_values_to_be_between", column="rank", min_value=1, max_value=3, because="a few alternatives"),
    Expect(
        "rows_to_meet",
        because="whoever reads the first ranks misses none",
        condition="max(rank) OVER (PARTITION BY ds, racket_id, kind) = count(*) OVER (PARTITION BY ds, racket_id, kind)",
    ),
    Expect("column_values_to_be_between", column="radius_m", min_value=1, because="no site is a point"),
    Expect(
        "rows_to_meet",
        because="where nothing is known there is no alternative to it",
        condition="NOT abstained OR rank = 1",
    ),
    Expect(
        "rows_to_meet",
        because="abstaining means no place, and the other way round",
        condition="abstained = (lng IS NULL) AND abstained = (lat IS NULL)",
    ),
    Expect(
        "column_values_to_be_between", column="probability", min_value=0, max_value=1, because="it is a probability"
    ),
]
