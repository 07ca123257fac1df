"""From log-odds to chances, where only some of the positives are known; and how good chances are, by weighted rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

Floats = NDArray[np.floating]

BINS = 10
STARTS = (-3.0, 0.0, 3.0)
# How far the ceiling may well be from what was expected, in logits: a factor of 1.3. Some dozen labels do not show where
# they stop getting denser; then it stays there.
TRUST = 0.25


@dataclass(frozen=True)
class Calibration:
    """chance = 1 / (1 + exp(-(slope · margin + offset))); `found`: share of the positives that anybody finds out about."""

    slope: float
    offset: float
    found: float

    def chance(self, margin: Floats) -> Floats:
        return expit(self.slope * margin + self.offset)


def calibrate(margin: Floats, label: Floats, weight: Floats, expected: float) -> Calibration:
    """Platt scaling (1999) under a ceiling: a row is labelled with the chance found · expit(slope · margin + offset).

    label: 1 for known positives, else 0; expected: what `found` is thought to be, between 0 and 1. As in Elkan and Noto (Learning classifiers from only positive and unlabeled
    data, KDD 2008), positives are taken to be found out about with one chance, whatever they look like; the ceiling is
    where labels stop getting denser though margins rise. Maximum a posteriori, of margins that come of other folds.
    """
    expected = min(max(expected, 1e-3), 1 - 1e-3)
    believed = np.log(expected / (1 - expected))

    def loss(parameters: Floats) -> float:
        rate = expit(parameters[2])
        chance = np.clip(rate * expit(np.exp(parameters[0]) * margin + parameters[1]), 1e-12, 1 - 1e-12)
        likely = np.sum(weight * np.where(label == 1, np.log(chance), np.log1p(-chance)))
        doubt = ((parameters[2] - believed) / TRUST) ** 2 / 2
        return float((doubt - likely) / weight.sum())

    starts = [np.array([0.0, offset, believed]) for offset in STARTS]
    limits = [(-3.0, 3.0), (-20.0, 20.0), (-9.0, 9.0)]
    found = min((minimize(loss, start, method="L-BFGS-B", bounds=limits) for start in starts), key=lambda fit: fit.fun)
    slope, offset, rate = (float(np.round(value, 6)) for value in (np.exp(found.x[0]), found.x[1], expit(found.x[2])))
    return Calibration(slope, offset, rate)


def auc(score: Floats, label: Floats, weight: Floats) -> float:
    """Chance that a labelled row scores above another one, ties counting half; nan without both kinds."""
    levels = np.unique(score, return_inverse=True)[1]
    up = np.bincount(levels, weight * (label == 1))
    down = np.bincount(levels, weight * (label != 1))
    if not up.sum() or not down.sum():
        return float("nan")
    below = np.cumsum(down) - down / 2
    return float((up * below).sum() / (up.sum() * down.sum()))


def average_precision(score: Floats, label: Floats, weight: Floats) -> float:
    """Area under precision by recall, rows of one score taken at once; nan without labelled rows."""
    levels = np.unique(-score, return_inverse=True)[1]
    hits = np.bincount(levels, weight * (label == 1))
    every = np.bincount(levels, weight)
    if not hits.sum():
        return float("nan")
    return float((hits * np.cumsum(hits) / np.cumsum(every)).sum() / hits.sum())


def brier(chance: Floats, label: Floats, weight: Floats) -> float:
    """Mean square of what is missing to the label."""
    return float(np.average((chance - (label == 1)) ** 2, weights=weight))


def calibration_error(chance: Floats, label: Floats, weight: Floats) -> float:
    """Expected calibration error: how far chances are from shares, over bins of equal weight; 0 = not at all."""
    order = np.argsort(chance, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    which = np.minimum((share * BINS).astype(int), BINS - 1)
    gaps = np.bincount(which, (weight * (chance - (label == 1)))[order], BINS)
    return float(np.abs(gaps).sum() / weight.sum())
