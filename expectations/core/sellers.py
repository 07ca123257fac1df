"""What must hold of core.sellers."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", because="keys are what shops are linked by: an empty one would link strangers",
        condition="NOT array_contains(phone_keys, '') AND NOT array_contains(handle_keys, '') AND coalesce(licence_key, '-') <> ''",
    ),
    Expect(
        "column_values_to_match_regex", severity="warning", column="registered_address_key", regex=".*\\d.*", mostly=0.3,
        because="when hardly any address keeps a number, the delivered addresses have changed their form",
    ),
]  # fmt: skip
