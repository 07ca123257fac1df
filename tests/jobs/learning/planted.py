"""Listings of which it is known what they are, and what somebody found out about some of them."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from jobs.learning.training import FOLDS, Side

FEATURES = ("appearance", "price_share", "grade_words", "shop_age_days", "noise")
# Share of counterfeits, and of these that anybody finds out about.
FAKES, FOUND = 0.15, 0.2


@dataclass(frozen=True)
class Planted:
    """rows: n × FEATURES; is_fake: the truth; label: 1 found out, nan not known."""

    rows: np.ndarray
    is_fake: np.ndarray
    label: np.ndarray

    def side(self) -> Side:
        count = len(self.label)
        return Side(self.rows, self.label, np.ones(count), np.arange(count) % FOLDS)


def listings(count: int, seed: int, found: float = FOUND) -> Planted:
    """Fakes look worse to the rules, cost less, and are in younger shops; nothing tells them surely."""
    chance = np.random.default_rng(seed)
    fake = chance.random(count) < FAKES
    rows = np.column_stack([
        chance.normal(-2.5 + 1.2 * fake, 1.0),
        np.where(chance.random(count) < 0.2, np.nan, chance.lognormal(-0.2 - 1.1 * fake, 0.5)),
        chance.poisson(0.1 + 0.6 * fake),
        chance.exponential(600 - 400 * fake),
        chance.normal(size=count),
    ]).astype(np.float32)  # fmt: skip
    label = np.where(fake & (chance.random(count) < found), 1.0, np.nan)
    return Planted(rows, fake, label)


def without_labels(planted: Planted) -> Planted:
    return replace(planted, label=np.full(len(planted.label), np.nan))


def table(learned: Planted, held_out: Planted) -> pa.Table:
    """Both sides as the rows that jobs.learning.training gets."""
    parts = []
    for is_test, part in ((False, learned), (True, held_out)):
        count = len(part.label)
        columns = {name: pa.array(part.rows[:, i].astype(float), from_pandas=True) for i, name in enumerate(FEATURES)}
        ids = [f"{'test' if is_test else 'train'}{i}" for i in range(count)]
        parts.append(
            pa.table({
                **columns,
                "is_test": pa.array([is_test] * count),
                "listing_id": pa.array(ids),
                "order_key": pa.array([hash_of(name) for name in ids], pa.int64()),
                "fold": pa.array(np.arange(count) % FOLDS, pa.int32()),
                "label": pa.array([None if np.isnan(v) else int(v) for v in part.label], pa.int32()),
                "weight": pa.array(np.ones(count)),
            })
        )  # fmt: skip
    return pa.concat_tables(parts)


def hash_of(name: str) -> int:
    """Any number that depends on the name alone."""
    return int.from_bytes(name.encode()[-7:], "big") * 2_654_435_761 % 2**31
