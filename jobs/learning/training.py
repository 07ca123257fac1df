"""Trains a model of listings from bounded rows, and judges it beside the rules and the promoted model on rows held out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from jobs.errors import JobError
from jobs.learning import boosting, calibration, cards
from jobs.learning.calibration import Calibration
from jobs.learning.cards import Card

Floats = NDArray[np.floating]

# With fewer known counterfeits a model learns who was caught; with fewer to judge it by, chance decides.
MIN_POSITIVES, MIN_TEST_POSITIVES = 50, 15
FOLDS = 5
SEED = 20240307
# The feature that is the rules' own judgement.
RULES = "appearance"

RESULT = pa.schema(
    [
        ("model_id", pa.string()), ("is_promoted", pa.bool_()), ("why", pa.string()), ("model", pa.string()),
        ("model_sha256", pa.string()), ("features", pa.list_(pa.string())), ("xgboost_version", pa.string()),
        ("cut_off", pa.date32()), ("settings", pa.string()), ("found_share", pa.float64()), ("train_listings", pa.int64()),
        ("train_positives", pa.int64()), ("train_negatives", pa.int64()), ("test_listings", pa.int64()),
        ("test_positives", pa.int64()), ("compared_with", pa.string()), ("auc", pa.float64()), ("rules_auc", pa.float64()),
        ("promoted_auc", pa.float64()), ("average_precision", pa.float64()), ("rules_average_precision", pa.float64()),
        ("promoted_average_precision", pa.float64()), ("brier", pa.float64()), ("rules_brier", pa.float64()),
        ("promoted_brier", pa.float64()), ("calibration_error", pa.float64()), ("rules_calibration_error", pa.float64()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Side:
    """Rows in an order that depends on their ids alone. label: 1, 0, nan = not known; weight: listings that a row stands for."""

    rows: Floats
    label: Floats
    weight: Floats
    fold: NDArray[np.integer]

    @property
    def known(self) -> Floats:
        """1 for known positives, else 0."""
        return (self.label == 1).astype(float)

    @property
    def positives(self) -> int:
        return int((self.label == 1).sum())

    @property
    def listings(self) -> int:
        return round(float(self.weight.sum()))


def train(table: pa.Table, *, day: date, cut_off: date, features: Sequence[str], promoted: Card | None) -> pa.Table:
    """One row of RESULT. table: is_test, order_key, listing_id, fold, label, weight and the features, in any order."""
    table = table.sort_by([("order_key", "ascending"), ("listing_id", "ascending")])
    is_test = table["is_test"].to_numpy(zero_copy_only=False).astype(bool)
    learned, held_out = _side(table, ~is_test, features), _side(table, is_test, features)
    row: dict[str, Any] = {
        "model_id": f"M{day:%Y%m%d}-none",
        "is_promoted": False,
        "features": list(features),
        "xgboost_version": boosting.VERSION,
        "cut_off": cut_off,
        "settings": json.dumps(_settings(), sort_keys=True),
        "train_listings": learned.listings,
        "train_positives": learned.positives,
        "train_negatives": int((learned.label == 0).sum()),
        "test_listings": held_out.listings,
        "test_positives": held_out.positives,
    }
    if too_few := _too_few(learned, held_out):
        return _one(row | {"why": f"no model: {too_few}"})
    rules = list(features).index(RULES)
    rules_found = _found_by_rules(learned, rules)
    boosters, fitted = fit(learned, rules_found)
    text = cards.written(boosters, fitted)
    sha256 = cards.digest(text)
    own = cards.Model(boosters, fitted)
    judged = {
        "": _figures(own.chance(held_out.rows), fitted.found, held_out),
        "rules_": _figures(_by_rules(held_out, rules), rules_found, held_out),
    }
    why, other = "", None
    if promoted is not None:
        try:
            other = cards.read(promoted, features)
        except JobError as error:
            why = f"; not compared with the promoted model: {error}"
    if promoted is not None and other is not None:
        at = [list(features).index(name) for name in promoted.features]
        judged["promoted_"] = _figures(other.chance(held_out.rows[:, at]), other.calibration.found, held_out)
        row["compared_with"] = promoted.model_id
    figures = {f"{who}{name}": value for who, found in judged.items() for name, value in found.items()}
    figures.pop("promoted_calibration_error", None)
    worse = _worse_than(judged)
    row |= figures | {
        "model_id": f"M{day:%Y%m%d}-{sha256[:10]}",
        "is_promoted": not worse,
        "why": (f"not promoted: {'; '.join(worse)}" if worse else "promoted: no worse than " + " and ".join(_names(judged)))
        + why,
        "model": text,
        "model_sha256": sha256,
        "found_share": fitted.found,
    }  # fmt: skip
    return _one(row)


def fit(learned: Side, expected: float) -> tuple[list[Any], Calibration]:
    """Bags over all rows, calibrated by the margins that each fold gets from bags over the other folds.

    expected: share of the positives that anybody finds out about, as far as it is known.
    """
    margin = np.zeros(len(learned.label))
    for fold in range(FOLDS):
        left_out = learned.fold == fold
        if left_out.any() and (learned.label[~left_out] == 1).any():
            others = boosting.fit(learned.rows[~left_out], learned.label[~left_out], SEED)
            margin[left_out] = boosting.margins(others, learned.rows[left_out])
    fitted = calibration.calibrate(margin, learned.known, learned.weight, expected)
    return boosting.fit(learned.rows, learned.label, SEED), fitted


def _side(table: pa.Table, chosen: NDArray[np.bool_], features: Sequence[str]) -> Side:
    part = table.filter(pa.array(chosen))
    rows = np.empty((part.num_rows, len(features)), np.float32)
    for i, name in enumerate(features):
        rows[:, i] = boosting.floats(part[name].to_numpy(zero_copy_only=False))  # null becomes nan
    label = part["label"].cast(pa.float64()).to_numpy(zero_copy_only=False)
    return Side(rows, label, part["weight"].to_numpy(), part["fold"].to_numpy())


def _too_few(learned: Side, held_out: Side) -> str | None:
    if learned.positives < MIN_POSITIVES:
        return f"{learned.positives} listings are known to be fake before the cut-off, {MIN_POSITIVES} are needed"
    if np.isnan(learned.label).sum() == 0:
        return "there are no listings of which nothing is known to learn the difference from"
    if held_out.positives < MIN_TEST_POSITIVES:
        return f"{held_out.positives} of the listings held out are known to be fake, {MIN_TEST_POSITIVES} are needed"
    return None


def _figures(chance: Floats, found: float, side: Side) -> dict[str, float]:
    """How well chances rank, and how well `found` times them says who is labelled: more cannot be seen of real data."""
    known, weight = side.known, side.weight
    named = {
        "auc": calibration.auc(chance, known, weight),
        "average_precision": calibration.average_precision(chance, known, weight),
        "brier": calibration.brier(found * chance, known, weight),
        "calibration_error": calibration.calibration_error(found * chance, known, weight),
    }
    return {name: round(value, 6) for name, value in named.items()}


def _by_rules(side: Side, rules: int) -> Floats:
    return 1 / (1 + np.exp(-side.rows[:, rules].astype(float)))


def _found_by_rules(side: Side, rules: int) -> float:
    """Known positives by those that the rules expect."""
    expected = float((side.weight * _by_rules(side, rules)).sum())
    return min(1.0, float((side.weight * side.known).sum()) / expected) if expected else 0.0


def _worse_than(judged: Mapping[str, Mapping[str, float]]) -> list[str]:
    own, found = judged[""], []
    for who, name in ((who, name) for who, name in zip(judged, ["", *_names(judged)], strict=True) if who):
        if own["auc"] < judged[who]["auc"]:
            found.append(f"it ranks worse than {name} (AUC {own['auc']:.3f} against {judged[who]['auc']:.3f})")
        if own["brier"] > judged[who]["brier"]:
            found.append(f"it foretells labels worse than {name} (Brier {own['brier']:.5f} against {judged[who]['brier']:.5f})")  # fmt: skip
    return found


def _names(judged: Mapping[str, Any]) -> list[str]:
    return ["the rules", "the promoted model"][: len(judged) - 1]


def _settings() -> dict[str, Any]:
    return {
        **boosting.SETTINGS, "bags": boosting.BAGS, "trees": boosting.TREES, "folds": FOLDS, "seed": SEED,
        "unlabelled_per_positive": boosting.UNLABELLED_PER_POSITIVE,
    }  # fmt: skip


def _one(row: Mapping[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([{name: row.get(name) for name in RESULT.names}], schema=RESULT)
