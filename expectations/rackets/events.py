"""What must hold of rackets.events."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "column_values_to_be_in_set", column="event", because="readers know these nine",
        value_set=["born", "continued", "grew", "shrank", "split", "merged", "dormant", "revived", "ended"],
    ),
    Expect("column_values_to_be_between", column="overlap", min_value=0, max_value=1, because="it is a share"),
    Expect(
        "rows_to_meet", because="a split and a merger have two sides",
        condition="event NOT IN ('split', 'merged') OR (other_racket_id <> '' AND other_racket_id <> racket_id)",
    ),
    Expect(
        "rows_to_meet", because="all else happens to one racket",
        condition="event IN ('split', 'merged') OR other_racket_id = ''",
    ),
]  # fmt: skip
