"""What must hold of links.trait_states."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet",
        because="nothing is seen after its last day, or after the snapshot",
        condition="first_seen <= last_seen AND last_seen <= ds",
    ),
]
