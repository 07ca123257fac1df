"""What must hold of evidence.image_families."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", because="a picture with a hash has a family, a blank one has none",
        condition="(phash IS NULL) = (family IS NULL)",
    ),
    Expect("rows_to_meet", because="as known on the day", condition="since <= ds"),
    Expect(
        "rows_to_meet", because="an empty value would link strangers",
        condition="NOT array_contains(phone_keys, '') AND NOT array_contains(handle_keys, '') AND NOT array_contains(codes, '')",
    ),
]  # fmt: skip
