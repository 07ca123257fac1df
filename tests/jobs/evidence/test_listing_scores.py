"""evidence.listing_scores: by the newest model promoted until then, else by the rules; and why a score is high."""

from datetime import date

import numpy as np
import pytest

from jobs.errors import JobError
from jobs.learning import boosting, cards
from jobs.learning.calibration import Calibration
from jobs.learning.scoring import HIGH
from tests.frames import frame_of, lines, transformed
from tests.jobs.learning.planted import listings

FIRST, SECOND = date(2024, 3, 3), date(2024, 3, 10)
NAMES = ("appearance", "price_share", "grade_words", "shop_age_days", "images")
PLANTED = listings(1_000, seed=5, found=0.8)
SHOWN = 40


def all_features():
    from jobs.catalog import catalog

    return [c.name for c in catalog()["evidence.listing_features"].table.schema()[3:]]


def model(ds, seed, promoted=True, **changes):
    """A row of models.listings, trained on the planted listings; features that these do not have are 0."""
    features = all_features()
    rows = np.zeros((len(PLANTED.label), len(features)), np.float32)
    for i, name in enumerate(NAMES):
        rows[:, features.index(name)] = PLANTED.rows[:, i]
    text = cards.written(boosting.fit(rows, PLANTED.label, seed), Calibration(1.5, 0.0, 0.5))
    return {
        "ds": ds, "model_id": f"M{seed}", "is_promoted": promoted, "why": "-", "model": text, "model_sha256": cards.digest(text),
        "features": features, "xgboost_version": boosting.VERSION, "cut_off": FIRST, "settings": "{}", **changes,
    }  # fmt: skip


def scores(spark, models, first=FIRST, last=SECOND):
    features, signals = [], []
    for ds in (FIRST, SECOND):
        for i in range(SHOWN):
            values = {name: None if np.isnan(v) else float(v) for name, v in zip(NAMES, PLANTED.rows[i], strict=True)}
            features.append({"ds": ds, "listing_id": f"l{i:02}", "seller_id": "s", **values})
            signals.append({"ds": ds, "listing_id": f"l{i:02}", "seller_id": "s", "suspicion": float(i - 20) / 5})
    return transformed(
        "evidence.listing_scores", first, last,
        features=frame_of(spark, "evidence.listing_features", features),
        signals=frame_of(spark, "evidence.listing_signals", signals),
        models=frame_of(spark, "models.listings", models),
    )  # fmt: skip


@pytest.fixture(scope="module")
def old():
    return model(FIRST, 1)


def test_without_a_promoted_model_the_rules_score(spark, old):
    for models in ([], [{**old, "is_promoted": False}], [{**old, "ds": date(2024, 3, 17)}]):
        rows = scores(spark, models).collect()
        assert len(rows) == 2 * SHOWN
        assert {(row["model_version"], len(row["reasons"])) for row in rows} == {(None, 0)}
        assert all(row["score"] == row["rule_score"] for row in rows)
        even = next(row for row in rows if row["listing_id"] == "l20")
        assert (even["score"], even["is_high"]) == (0.5, True)


def test_a_sunday_is_scored_by_what_was_promoted_until_then_whatever_came_later(spark, old):
    columns = "ds listing_id score rule_score model_version is_high reasons"
    until_first = lines(scores(spark, [old], FIRST, FIRST), columns)
    later = [old, model(SECOND, 2), model(date(2024, 3, 17), 3)]
    both = scores(spark, later)
    assert lines(both.where(f"ds = date'{FIRST}'"), columns) == until_first
    assert {row["model_version"] for row in both.where(f"ds = date'{SECOND}'").collect()} == {"M2"}
    assert lines(scores(spark, [old, model(SECOND, 2, promoted=False)], SECOND, SECOND), "model_version")[0] == "M1"


def test_scores_are_those_of_the_model_and_high_ones_say_why(spark, old):
    rows = {row["listing_id"]: row for row in scores(spark, [old], FIRST, FIRST).collect()}
    features = all_features()
    known = cards.read(cards.Card("M1", tuple(features), boosting.VERSION, old["model_sha256"], old["model"]), features)
    inputs = np.full((SHOWN, len(features)), 0, np.float32)
    for i, name in enumerate(NAMES):
        inputs[:, features.index(name)] = PLANTED.rows[:SHOWN, i]
    nullable = [c for c in features if c not in NAMES and c not in required()]
    inputs[:, [features.index(name) for name in nullable]] = np.nan
    expected = known.chance(inputs)
    found = np.array([rows[f"l{i:02}"]["score"] for i in range(SHOWN)])
    assert found == pytest.approx(expected, abs=1e-6)
    assert 0 < (found >= HIGH).sum() < SHOWN
    for i in range(SHOWN):
        row = rows[f"l{i:02}"]
        assert row["is_high"] == (row["score"] >= HIGH) == (len(row["reasons"]) > 0)
        assert len(row["reasons"]) <= 3
        for reason in row["reasons"]:
            name, value, nats = reason.split(" ")
            assert name in NAMES
            assert float(nats.strip("(+)")) >= 0.2
            at = PLANTED.rows[i, NAMES.index(name)]
            assert value == ("unknown" if np.isnan(at) else f"{at:.3g}")


def required():
    from jobs.catalog import catalog

    return [c.name for c in catalog()["evidence.listing_features"].table.schema()[3:] if not c.nullable]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": "{}"}, "model M1 cannot be used: its text is not the one that was trained"),
        ({"xgboost_version": "2.1.4"}, "model M1 cannot be used: xgboost 2.1.4 made it"),
        ({"features": ["appearance", "colour"]}, "model M1 cannot be used: it has other features than evidence.listing_features: appearance|model M1"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_used_stops_the_scores_and_is_named(spark, old, change, said):
    with pytest.raises(JobError, match=said):
        scores(spark, [{**old, **change}])
