"""Training: learns through selective labels, is calibrated, repeats itself, and promotes nothing that is worse."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import xgboost

from jobs.learning import boosting, calibration, cards, training
from jobs.learning.cards import Card
from tests.jobs.learning.planted import FAKES, FEATURES, FOUND, listings, table, without_labels

DAY, CUT_OFF = date(2024, 6, 30), date(2024, 6, 16)
LEARNED, HELD_OUT = listings(6_000, seed=1), listings(6_000, seed=2)
ALL = np.ones(len(HELD_OUT.label))


def train(learned=LEARNED, held_out=HELD_OUT, promoted=None, shuffled=None):
    rows = table(learned, held_out)
    if shuffled is not None:
        rows = rows.take(np.random.default_rng(shuffled).permutation(rows.num_rows))
    (row,) = training.train(rows, day=DAY, cut_off=CUT_OFF, features=FEATURES, promoted=promoted).to_pylist()
    return row


def card_of(row):
    return Card(row["model_id"], tuple(row["features"]), row["xgboost_version"], row["model_sha256"], row["model"])


@pytest.fixture(scope="module")
def trained():
    return train()


def test_a_model_that_ranks_better_than_the_rules_is_promoted(trained):
    assert trained["is_promoted"]
    assert trained["why"] == "promoted: no worse than the rules"
    assert trained["auc"] > trained["rules_auc"] + 0.03
    assert trained["brier"] <= trained["rules_brier"]
    assert trained["model_id"] == f"M20240630-{trained['model_sha256'][:10]}"
    assert (trained["train_listings"], trained["test_listings"], trained["cut_off"]) == (6_000, 6_000, CUT_OFF)
    assert trained["train_positives"] == int((LEARNED.label == 1).sum())
    assert trained["xgboost_version"] == xgboost.__version__


def test_the_same_rows_give_the_same_model_in_whatever_order_they_come(trained):
    again = train(shuffled=5)
    assert again == trained


def test_chances_of_operations_never_seen_are_calibrated_against_the_truth(trained):
    model = cards.read(card_of(trained), FEATURES)
    chance = model.chance(HELD_OUT.rows)
    assert calibration.calibration_error(chance, HELD_OUT.is_fake.astype(float), ALL) < 0.03
    assert chance.mean() == pytest.approx(HELD_OUT.is_fake.mean(), abs=0.03)
    assert trained["found_share"] == pytest.approx(FOUND, abs=0.06)


def test_bags_tell_fakes_better_than_taking_all_that_nobody_found_for_genuine(trained):
    chance = cards.read(card_of(trained), FEATURES).chance(HELD_OUT.rows)
    known = (LEARNED.label == 1).astype(float)
    naive = xgboost.train({**boosting.SETTINGS, "seed": 1}, xgboost.DMatrix(LEARNED.rows, known), boosting.TREES)
    taken_for_genuine = naive.predict(xgboost.DMatrix(HELD_OUT.rows))
    truth = HELD_OUT.is_fake.astype(float)
    assert calibration.auc(chance, truth, ALL) > calibration.auc(taken_for_genuine, truth, ALL)
    assert calibration.brier(chance, truth, ALL) < 0.75 * calibration.brier(taken_for_genuine, truth, ALL)
    assert taken_for_genuine.mean() < 0.5 * FAKES < chance.mean()


def test_training_knows_nothing_of_the_side_that_judges_it(trained):
    """A feature gives all positives away, on that side alone."""
    rows = HELD_OUT.rows.copy()
    rows[:, FEATURES.index("noise")] = np.where(HELD_OUT.label == 1, 100.0, -100.0)
    given_away = train(held_out=replace(HELD_OUT, rows=rows))
    assert given_away["model_sha256"] == trained["model_sha256"]
    assert given_away["auc"] == pytest.approx(trained["auc"], abs=0.02)


def test_values_beyond_all_measure_stop_nothing():
    rows = LEARNED.rows.astype(float)
    rows[::50, 1], rows[1::50, 1], rows[2::50, 3] = np.inf, -np.inf, 1e300
    assert train(learned=replace(LEARNED, rows=rows))["model"] is not None


@pytest.mark.parametrize(
    ("learned", "held_out", "why"),
    [
        (without_labels(LEARNED), HELD_OUT, "no model: 0 listings are known to be fake before the cut-off, 50 are needed"),
        (listings(1_000, 3, found=0.1), HELD_OUT, "no model: "),
        (LEARNED, without_labels(HELD_OUT), "no model: 0 of the listings held out are known to be fake, 15 are needed"),
        (replace(LEARNED, label=LEARNED.is_fake.astype(float)), HELD_OUT, "no model: there are no listings of which nothing is known"),
        (listings(0, 3), listings(0, 4), "no model: 0 listings are known to be fake"),
    ],
    ids=["no labels", "few labels", "no labels to judge by", "nothing unknown", "no listings"],
)  # fmt: skip
def test_without_enough_labels_there_is_a_card_that_says_so_and_no_model(learned, held_out, why):
    row = train(learned, held_out)
    assert (row["is_promoted"], row["model"], row["model_sha256"], row["auc"]) == (False, None, None, None)
    assert row["why"].startswith(why)
    assert row["model_id"] == "M20240630-none"
    assert row["train_positives"] == int((learned.label == 1).sum())


def test_a_model_that_is_worse_than_the_rules_is_kept_and_not_promoted():
    """Labels of training say nothing, and the rules are right."""
    chance = np.random.default_rng(9)
    label = np.where(chance.random(len(LEARNED.label)) < 0.03, 1.0, np.nan)
    rows = HELD_OUT.rows.copy()
    rows[:, 0] = np.where(HELD_OUT.label == 1, 3.0, -3.0)
    row = train(replace(LEARNED, label=label), replace(HELD_OUT, rows=rows))
    assert not row["is_promoted"]
    assert row["why"].startswith("not promoted: it ranks worse than the rules (AUC ")
    assert row["model"] is not None


def test_a_model_that_is_worse_than_the_promoted_one_is_kept_and_not_promoted(trained):
    few = listings(1_500, 11, found=0.3)
    row = train(learned=few, promoted=card_of(trained))
    assert row["auc"] > row["rules_auc"]
    assert not row["is_promoted"]
    assert "worse than the promoted model" in row["why"]
    assert (row["compared_with"], row["promoted_auc"]) == (trained["model_id"], trained["auc"])


def test_a_model_as_good_as_the_promoted_one_takes_its_place(trained):
    row = train(promoted=card_of(trained))
    assert row["is_promoted"]
    assert row["why"] == "promoted: no worse than the rules and the promoted model"


def test_a_promoted_model_that_cannot_be_read_does_not_stand_in_the_way(trained):
    row = train(promoted=replace(card_of(trained), text="{}"))
    assert row["is_promoted"]
    assert f"not compared with the promoted model: model {trained['model_id']} cannot be used" in row["why"]
    assert row["compared_with"] is None
