"""What must hold of links.hubs."""

from jobs.expect import Expect
from jobs.graph.traits import KINDS

EXPECTATIONS = [
    Expect(
        "column_values_to_be_in_set",
        because="a kind without a weight cannot be judged",
        column="kind",
        value_set=list(KINDS),
    ),
    Expect(
        "column_values_to_be_in_set",
        because="what a hub usually is stands beside its kind",
        column="hub",
        value_set=[*sorted({kind.hub for kind in KINDS.values()}), "switchboard"],
    ),
    Expect(
        "rows_to_meet",
        because="a value of one suspect is not shared, and a switchboard is one shop",
        condition="(hub = 'switchboard' AND value LIKE 'shop:%' AND suspects IS NULL) OR (suspects >= 2 AND weight IS NOT NULL)",
    ),
]
