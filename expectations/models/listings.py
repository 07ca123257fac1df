"""What must hold of models.listings."""

from jobs.expect import Expect

EXPECTATIONS = [
    Expect(
        "rows_to_meet", because="nothing can score without a model",
        condition="NOT is_promoted OR (model IS NOT NULL AND model_sha256 = sha2(model, 256))",
    ),
    Expect(
        "rows_to_meet", because="a worse model would replace a better one",
        condition="NOT is_promoted OR (auc >= greatest(rules_auc, coalesce(promoted_auc, 0)) AND brier <= least(rules_brier, coalesce(promoted_brier, 1)))",
    ),
    Expect("rows_to_meet", because="training must not see what it is judged by", condition="cut_off < ds"),
    Expect(
        "rows_to_meet", because="chances that are off by more than a tenth mislead whoever adds them up", severity="warning",
        condition="NOT is_promoted OR calibration_error <= 0.1",
    ),
]  # fmt: skip
