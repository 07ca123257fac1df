"""Bags of boosted trees, learned from few positives among many rows of which nothing is known; the only user of xgboost.

Positive-unlabelled bagging (Mordelet and Vert, A bagging SVM to learn from positive and unlabeled examples, Pattern
Recognition Letters 2014): each bag learns all positives against a small random part of the unlabelled rows. Some of
those are positives nobody has found; a part is small enough not to hold many, and each bag has others.
"""

from collections.abc import Sequence

import numpy as np
import xgboost
from numpy.typing import NDArray

from jobs.errors import JobError

Floats = NDArray[np.floating]

# A dozen bags do, of few trees of little depth: they generalise from some hundred positives.
BAGS, TREES = 12, 40
# Unlabelled rows of a bag for each positive.
UNLABELLED_PER_POSITIVE = 2
# One thread: sums of floats, and so trees, depend on how many there are.
SETTINGS = {
    "objective": "binary:logistic", "tree_method": "hist", "max_depth": 4, "eta": 0.1, "min_child_weight": 4,
    "lambda": 2.0, "subsample": 0.8, "colsample_bytree": 0.6, "max_bin": 64, "base_score": 0.5, "nthread": 1,
}  # fmt: skip
VERSION = xgboost.__version__
# Larger values, and infinite ones, are refused by xgboost; sellers write any price.
LARGEST = 1e30


def major(version: str) -> str:
    """`3` of `3.2.0`: what another one of has written cannot be trusted to be read alike."""
    return version.split(".")[0]


def floats(values: Floats) -> Floats:
    """A column of features as xgboost takes it: nan = not known, nothing beyond LARGEST."""
    return np.clip(values.astype(float), -LARGEST, LARGEST).astype(np.float32)


def fit(rows: Floats, label: Floats, seed: int) -> list[xgboost.Booster]:
    """A booster for each bag. rows: n × features, nan = not known. label: 1 positive, 0 negative, nan unlabelled.

    Known negatives are in every bag. The same rows in the same order give the same trees.
    """
    known = np.flatnonzero(~np.isnan(label))
    unlabelled = np.flatnonzero(np.isnan(label))
    size = int(UNLABELLED_PER_POSITIVE * (label == 1).sum())
    chance = np.random.default_rng(seed)
    boosters = []
    for bag in range(BAGS):
        drawn = chance.choice(unlabelled, size) if len(unlabelled) else unlabelled
        taken = np.concatenate([known, np.sort(drawn)])
        target = np.nan_to_num(label[taken], nan=0.0)
        matrix = xgboost.DMatrix(rows[taken], target, nthread=1)
        boosters.append(xgboost.train({**SETTINGS, "seed": seed + bag}, matrix, TREES))
    return boosters


def margins(boosters: Sequence[xgboost.Booster], rows: Floats) -> Floats:
    """Log-odds of each row, the mean of the bags; their zero means nothing before they are calibrated."""
    matrix = xgboost.DMatrix(rows, nthread=1)
    total = np.zeros(len(rows))
    for booster in boosters:
        total += booster.predict(matrix, output_margin=True)
    return total / max(len(boosters), 1)


def contributions(boosters: Sequence[xgboost.Booster], rows: Floats) -> Floats:
    """What each feature adds to the margin of each row (TreeSHAP, Lundberg et al. 2018): n × features."""
    matrix = xgboost.DMatrix(rows, nthread=1)
    total = np.zeros((len(rows), rows.shape[1]))
    for booster in boosters:
        total += booster.predict(matrix, pred_contribs=True)[:, :-1]
    return total / max(len(boosters), 1)


def dump(boosters: Sequence[xgboost.Booster]) -> list[str]:
    """The bags as JSON texts."""
    return [bytes(booster.save_raw(raw_format="json")).decode() for booster in boosters]


def load(texts: Sequence[str]) -> list[xgboost.Booster]:
    """What `dump` wrote. Raises JobError for a text that is no model."""
    boosters = []
    for text in texts:
        booster = xgboost.Booster({"nthread": 1})
        try:
            booster.load_model(bytearray(text.encode()))
        except xgboost.core.XGBoostError as error:
            raise JobError(f"its trees cannot be read: {str(error).strip().splitlines()[-1]}") from error
        boosters.append(booster)
    return boosters
