"""What must hold of evidence.address_places."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect("column_values_to_be_between", because="a longitude", column="lng", min_value=-180, max_value=180),
    Expect("column_values_to_be_between", because="a latitude", column="lat", min_value=-90, max_value=90),
    Expect(
        "rows_to_meet",
        because="an address with a scan has a position, and no other has",
        condition="(scans > 0) = (lng IS NOT NULL) AND (scans > 0) = (lat IS NOT NULL)",
    ),
    Expect(
        "rows_to_meet",
        because="a county code has six digits",
        condition="region_code IS NULL OR region_code RLIKE '^[0-9]{6}$'",
    ),
]
