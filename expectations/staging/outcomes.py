"""What must hold of staging.outcomes."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", severity="warning", because="an undo names what it takes back",
        condition="event <> 'undo' OR undoes IS NOT NULL",
    ),
    Expect(
        "rows_to_meet", severity="warning", because="two different shops are needed to say that they do not belong together",
        condition="event <> 'cannot_link' OR (subject_a IS NOT NULL AND subject_b IS NOT NULL AND subject_a <> subject_b)",
    ),
]  # fmt: skip
