"""What must hold of evidence.listing_scores."""

from jobs.expect import Expect
from jobs.learning.scoring import HIGH, MOST_REASONS

EXPECTATIONS = [
    Expect("rows_to_meet", because="chances", condition="score BETWEEN 0 AND 1 AND rule_score BETWEEN 0 AND 1"),
    Expect("rows_to_meet", because="without a model the rules decide", condition="model_version IS NOT NULL OR score = rule_score"),
    Expect(
        "rows_to_meet", because="reasons are for scores that somebody looks at",
        condition=f"size(reasons) <= {MOST_REASONS} AND (size(reasons) = 0 OR score >= {HIGH})",
    ),
]  # fmt: skip
