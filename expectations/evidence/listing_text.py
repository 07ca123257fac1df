"""What must hold of evidence.listing_text."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", because="an empty key would link strangers",
        condition="coalesce(title_template, 't') <> '' AND coalesce(description_template, 'd') <> ''"
        " AND NOT array_contains(phone_keys, '') AND NOT array_contains(handle_keys, '')",
    ),
    Expect(
        "rows_to_meet", because="a text that is all contacts has been misread", severity="warning",
        condition="size(phone_keys) + size(handle_keys) <= 20",
    ),
]  # fmt: skip
