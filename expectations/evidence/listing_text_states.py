"""What must hold of evidence.listing_text_states."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", because="a state shows nothing that became known after its day", condition="changed_ds <= ds"
    ),
]
