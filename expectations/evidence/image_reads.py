"""What must hold of evidence.image_reads."""

from jobs.expect import Expect
from jobs.pictures.header import MAX_PIXELS

EXPECTATIONS = [
    Expect(
        "rows_to_meet", because="a picture was read, or there is a reason why not",
        condition="(reason IS NULL) = (format IS NOT NULL AND width IS NOT NULL AND height IS NOT NULL AND lines IS NOT NULL AND codes IS NOT NULL)",
    ),
    Expect(
        "rows_to_meet", because="larger ones are not decoded",
        condition=f"reason IS NOT NULL OR (width > 0 AND height > 0 AND 1L * width * height <= {MAX_PIXELS})",
    ),
    Expect(
        "rows_to_meet", because="a hash is four words, and of what was not read there is none",
        condition="phash IS NULL OR (reason IS NULL AND size(phash) = 4)",
    ),
    Expect(
        "rows_to_meet", because="an empty key would link strangers",
        condition="NOT array_contains(phone_keys, '') AND NOT array_contains(handle_keys, '')",
    ),
    Expect(
        "rows_to_meet", because="a picture that is all contacts has been misread", severity="warning",
        condition="size(phone_keys) + size(handle_keys) <= 20",
    ),
]  # fmt: skip
