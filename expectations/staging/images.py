"""What must hold of staging.images, beside what its columns say."""

from jobs.expect import Expect

EXPECTATIONS: list[Expect] = []
