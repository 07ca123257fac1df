"""A model as text, and what has to hold before its scores are believed."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.errors import JobError
from jobs.learning import boosting
from jobs.learning.calibration import Calibration

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Card:
    """What a row of models.listings says of a model that can be used. sha256: of the text."""

    model_id: str
    features: tuple[str, ...]
    xgboost_version: str
    sha256: str
    text: str


class Model:
    """A model that has been read: chances, and what they rest on. rows: n × features in the card's order."""

    def __init__(self, boosters: Sequence[Any], calibration: Calibration) -> None:
        self.boosters, self.calibration = boosters, calibration

    def chance(self, rows: Floats) -> Floats:
        return self.calibration.chance(boosting.margins(self.boosters, rows))

    def nats(self, rows: Floats) -> Floats:
        """What each feature adds to the log-odds of the chance: n × features."""
        return self.calibration.slope * boosting.contributions(self.boosters, rows)


def written(boosters: Sequence[Any], calibration: Calibration) -> str:
    """The text of a model."""
    return json.dumps({"bags": boosting.dump(boosters), "calibration": asdict(calibration)}, sort_keys=True)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def read(card: Card, features: Iterable[str]) -> Model:
    """The model of a card. `features`: those that there are today.

    Raises JobError that names the model and says what to do, rather than score with one that is not what it was.
    """
    if digest(card.text) != card.sha256:
        raise unusable(card, "its text is not the one that was trained (another sha256)")
    made, here = boosting.major(card.xgboost_version), boosting.major(boosting.VERSION)
    if made != here:
        raise unusable(card, f"xgboost {card.xgboost_version} made it, this is {boosting.VERSION}")
    if different := sorted(set(card.features) ^ set(features)):
        raise unusable(card, f"it has other features than evidence.listing_features: {', '.join(different)}")
    try:
        parts = json.loads(card.text)
        model = Model(boosting.load(parts["bags"]), Calibration(**parts["calibration"]))
        counts = {booster.num_features() for booster in model.boosters}
    except (ValueError, KeyError, TypeError, JobError) as error:
        raise unusable(card, f"its text is damaged ({error})") from error
    if counts != {len(card.features)}:
        raise unusable(card, f"its trees know {sorted(counts)} features, its card {len(card.features)}")
    return model


def unusable(card: Card, why: str) -> JobError:
    return JobError(
        f"model {card.model_id} cannot be used: {why}; train another (`python -m jobs train --ds SUNDAY`) or withdraw it "
        f"(`python -m jobs models --withdraw {card.model_id} --because …`), then the one before it counts, or the rules"
    )


def promoted(models: DataFrame, days: Sequence[date]) -> dict[date, Card]:
    """For each day the card of the newest model of models.listings that was promoted until then, as it stands there.

    What is collected is a line a model, and the texts of those that are used.
    """
    rows = models.where("is_promoted")
    newest = newest_by_day([(row["ds"], row["model_id"]) for row in rows.select("ds", "model_id").collect()], days)
    if not newest:
        return {}
    cards = {
        (row["ds"], row["model_id"]): Card(
            row["model_id"], tuple(row["features"]), row["xgboost_version"], row["model_sha256"], row["model"]
        )
        for row in rows.where(F.col("ds").isin(*{ds for ds, _ in newest.values()})).collect()
    }
    return {day: cards[one] for day, one in newest.items()}


def newest_by_day(promoted: Iterable[tuple[date, str]], days: Sequence[date]) -> dict[date, tuple[date, str]]:
    """For each day the newest (ds, model_id) that was promoted until then; a day without one is left out."""
    known = sorted(promoted)
    found = {}
    for day in days:
        until = [one for one in known if one[0] <= day]
        if until:
            found[day] = until[-1]
    return found
