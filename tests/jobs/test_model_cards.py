"""Models are listed with their figures, and a promotion can be taken back."""

from datetime import date

import pytest

from jobs import model_cards, storage
from jobs.catalog import catalog
from jobs.errors import UsageError
from jobs.learning.cards import digest
from jobs.publish import persisted, publish
from tests.frames import frame_of

FIRST, SECOND = date(2024, 3, 10), date(2024, 3, 17)
GOOD = {
    "is_promoted": True, "why": "promoted: no worse than the rules", "model": "{}", "model_sha256": digest("{}"),
    "cut_off": date(2024, 2, 25), "auc": 0.91, "rules_auc": 0.88, "brier": 0.01, "rules_brier": 0.02, "calibration_error": 0.01,
}  # fmt: skip


def published(run, **row):
    declared = catalog()["models.listings"]
    with persisted(frame_of(run.spark, "models.listings", [row])) as frame:
        publish(run, declared, frame, [row["ds"]], {"evidence.listing_features": 3})


def test_a_withdrawn_model_makes_place_for_the_one_before_it_and_its_day_stale(open_run):
    run = open_run()
    assert next(iter(model_cards.lines(run))).startswith("no model was ever trained")
    with pytest.raises(UsageError, match="no promoted model 'M2': there are none"):
        model_cards.withdraw(run, "M2", "it is wrong")

    published(run, ds=FIRST, model_id="M1", **GOOD)
    published(run, ds=SECOND, model_id="M2", **GOOD)
    assert [[*line.split("  ")[:2], line.split()[2]] for line in model_cards.lines(run)] == [
        ["2024-03-10", "M1", "promoted"], ["2024-03-17", "M2", "in"],
    ]  # fmt: skip
    assert "AUC 0.910 (rules 0.880)  Brier 0.01000 (0.02000)  promoted: no worse" in list(model_cards.lines(run))[1]
    before = run.ledger.published("models.listings", SECOND)

    assert model_cards.withdraw(run, "M2", "scores used goods high") == SECOND
    rows = storage.read(run.spark, run.path("models.listings")).orderBy("ds").collect()
    assert [(row["model_id"], row["is_promoted"], row["why"]) for row in rows] == [
        ("M1", True, GOOD["why"]),
        ("M2", False, f"withdrawn: scores used goods high; was {GOOD['why']}"),
    ]
    assert [line.split()[2] for line in model_cards.lines(run)] == ["in", "not"]
    # What was scored by it can see that it changed.
    after = open_run().ledger.published("models.listings", SECOND)
    assert after.days[SECOND].hash != before.days[SECOND].hash
    assert after.inputs == before.inputs
    with pytest.raises(UsageError, match="no promoted model 'M2': there are M1"):
        model_cards.withdraw(run, "M2", "again")
