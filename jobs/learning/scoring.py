"""Scores listings by the model of their day, batch by batch, and says of high scores what they rest on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache

import numpy as np
import pyarrow as pa

from jobs.learning import boosting, cards
from jobs.learning.cards import Card, Model

COLUMNS = "score double, model_version string, is_high boolean, reasons array<string>"
# From here on a score is high, and its reasons are worked out: more likely than not. Working them out costs ten times
# what scoring does, and most listings are honest.
HIGH = 0.5
MOST_REASONS = 3
# Less than this, in nats, is no reason.
LEAST_NATS = 0.2


def scored(batches: Iterable[pa.RecordBatch], known: Mapping[date, Card]) -> Iterator[pa.RecordBatch]:
    """Adds COLUMNS to rows with ds, the features of the cards, and rule_score, which is the score on days without a card."""
    for batch in batches:
        score = batch.column("rule_score").to_numpy(zero_copy_only=False).copy()
        reasons: list[list[str]] = [[] for _ in range(batch.num_rows)]
        version: list[str | None] = [None] * batch.num_rows
        days = np.array(batch.column("ds").to_pylist(), object)
        for day in set(days.tolist()) & known.keys():
            card = known[day]
            at = np.flatnonzero(days == day)
            model = _model(card)
            rows = np.stack(
                [boosting.floats(batch.column(name).to_numpy(zero_copy_only=False))[at] for name in card.features],
                axis=1,
            )
            score[at] = np.round(model.chance(rows), 6)
            high = np.flatnonzero(score[at] >= HIGH)
            for place, found in zip(at[high], _reasons(model, rows[high], card.features), strict=True):
                reasons[place] = found
            for place in at:
                version[place] = card.model_id
        added = {
            "score": pa.array(score, pa.float64()),
            "model_version": pa.array(version, pa.string()),
            "is_high": pa.array(score >= HIGH, pa.bool_()),
            "reasons": pa.array(reasons, pa.list_(pa.string())),
        }
        yield pa.RecordBatch.from_arrays([*batch.columns, *added.values()], names=[*batch.schema.names, *added])


@cache
def _model(card: Card) -> Model:
    """Read once in a process: what is wrong with it was said before."""
    return cards.read(card, card.features)


def _reasons(model: Model, rows: np.ndarray, names: Sequence[str]) -> list[list[str]]:
    """The strongest features for a fake, with value and nats, strongest first: `price_share 0.21 (+1.84)`."""
    if not len(rows):
        return []
    nats = np.round(model.nats(rows), 2)
    order = np.argsort(-nats, axis=1, kind="stable")[:, :MOST_REASONS]
    return [
        [f"{names[i]} {_said(value[i])} (+{nat[i]:.2f})" for i in best if nat[i] >= LEAST_NATS]
        for best, value, nat in zip(order, rows, nats, strict=True)
    ]


def _said(value: float) -> str:
    return "unknown" if np.isnan(value) else f"{value:.3g}"
