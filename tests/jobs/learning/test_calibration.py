"""Calibration under selective labels, and figures compared with scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from jobs.learning import calibration

CHANCE = np.random.default_rng(4)
MARGIN = CHANCE.normal(0, 3, 20_000)
TRUE = 1 / (1 + np.exp(-(1.4 * MARGIN - 2.0)))
IS_FAKE = CHANCE.random(len(MARGIN)) < TRUE
ONES = np.ones(len(MARGIN))


@pytest.mark.parametrize("found", [0.05, 0.3, 0.9])
def test_the_share_that_is_found_out_is_told_from_the_chance_to_be_fake(found):
    label = (IS_FAKE & (CHANCE.random(len(MARGIN)) < found)).astype(float)
    fitted = calibration.calibrate(MARGIN, label, ONES, expected=found / 1.5)
    assert fitted.found == pytest.approx(found, abs=0.05)
    assert np.abs(fitted.chance(MARGIN) - TRUE).mean() < 0.03


def test_where_labels_are_too_few_to_tell_the_share_that_is_found_stays_what_was_expected():
    few = np.arange(len(MARGIN)) % 20 == 0
    label = (IS_FAKE & (CHANCE.random(len(MARGIN)) < 0.04)).astype(float)
    fitted = calibration.calibrate(MARGIN[few], label[few], ONES[few], expected=0.05)
    assert 0.02 < fitted.found < 0.09
    assert np.abs(fitted.chance(MARGIN) - TRUE).mean() < 0.1


def test_a_row_that_stands_for_others_counts_as_these():
    label = (IS_FAKE & (CHANCE.random(len(MARGIN)) < 0.3)).astype(float)
    kept = (label == 1) | (np.arange(len(label)) % 4 == 0)
    fitted = calibration.calibrate(MARGIN[kept], label[kept], np.where(label == 1, 1.0, 4.0)[kept], expected=0.2)
    assert fitted.found == pytest.approx(0.3, abs=0.05)
    assert np.abs(fitted.chance(MARGIN) - TRUE).mean() < 0.03


def test_ranks_are_those_of_scikit_learn_ties_and_weights_included():
    score, label = np.round(TRUE[:500], 1), IS_FAKE[:500].astype(float)
    weight = CHANCE.random(500) + 0.5
    assert calibration.auc(score, label, weight) == pytest.approx(roc_auc_score(label, score, sample_weight=weight))
    assert calibration.average_precision(score, label, weight) == pytest.approx(
        average_precision_score(label, score, sample_weight=weight)
    )
    assert np.isnan(calibration.auc(score, np.zeros(500), weight))
    assert np.isnan(calibration.average_precision(score, np.zeros(500), weight))


def test_calibration_error_is_the_distance_of_chances_from_shares():
    assert calibration.calibration_error(TRUE, IS_FAKE.astype(float), ONES) < 0.01
    assert calibration.calibration_error(np.full(len(TRUE), 0.9), np.zeros(len(TRUE)), ONES) == pytest.approx(0.9)
    assert calibration.brier(np.array([0.5, 1.0]), np.array([1.0, 1.0]), np.array([1.0, 3.0])) == pytest.approx(0.0625)
