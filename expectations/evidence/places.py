"""What must hold of evidence.places."""

from jobs.expect import Expect
from jobs.graph.pickups import MAX_MODES, MIN_SCANS

EXPECTATIONS = [
    Expect(
        "column_values_to_be_between", because="a shop's best places", column="rank", min_value=1, max_value=MAX_MODES
    ),
    Expect("column_values_to_be_between", because="fewer scans make no place", column="scans", min_value=MIN_SCANS),
    Expect("column_values_to_be_between", because="a longitude", column="lng", min_value=-180, max_value=180),
    Expect("column_values_to_be_between", because="a latitude", column="lat", min_value=-90, max_value=90),
    Expect("column_values_to_be_between", because="a share", column="share", min_value=0, max_value=1),
]
