"""A model that is not what it was is refused by name, and never scores."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from jobs.errors import JobError
from jobs.learning import boosting, cards
from jobs.learning.calibration import Calibration
from jobs.learning.cards import Card
from tests.jobs.learning.planted import FEATURES, listings

PLANTED = listings(800, seed=3, found=0.5)


@pytest.fixture(scope="module")
def card():
    text = cards.written(boosting.fit(PLANTED.rows, PLANTED.label, 1), Calibration(1.5, -1.0, 0.5))
    return Card("M20240630-abc", FEATURES, boosting.VERSION, cards.digest(text), text)


def with_text(card, text):
    return replace(card, text=text, sha256=cards.digest(text))


def test_a_model_that_is_read_again_scores_the_same(card):
    boosters = boosting.fit(PLANTED.rows, PLANTED.label, 1)
    expected = Calibration(1.5, -1.0, 0.5).chance(boosting.margins(boosters, PLANTED.rows))
    assert np.array_equal(cards.read(card, FEATURES).chance(PLANTED.rows), expected)


def test_what_features_add_makes_up_the_difference_between_two_listings(card):
    model = cards.read(card, FEATURES)
    log_odds = np.log(model.chance(PLANTED.rows) / (1 - model.chance(PLANTED.rows)))
    nats = model.nats(PLANTED.rows).sum(axis=1)
    assert np.allclose(log_odds - log_odds[0], nats - nats[0], atol=1e-4)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda card: replace(card, text=card.text.replace("0.", "1.", 1)), "its text is not the one that was trained (another sha256)"),
        (lambda card: replace(card, xgboost_version="2.1.4"), f"xgboost 2.1.4 made it, this is {boosting.VERSION}"),
        (lambda card: replace(card, features=("appearance", "colour")), "it has other features than evidence.listing_features: colour, "),
        (lambda card: with_text(card, card.text[: len(card.text) // 2]), "its text is damaged ("),
        (lambda card: with_text(card, '{"bags": ["not a model"], "calibration": {}}'), "its text is damaged ("),
        (lambda card: with_text(card, "[]"), "its text is damaged ("),
        (lambda card: with_text(card, ""), "its text is damaged ("),
    ],
    ids=["other text", "other major version", "other features", "cut off", "no trees", "no model", "empty"],
)  # fmt: skip
def test_a_damaged_model_is_named_with_what_to_do(card, damage, said):
    with pytest.raises(JobError) as refused:
        cards.read(damage(card), FEATURES)
    text = str(refused.value)
    assert text.startswith("model M20240630-abc cannot be used: ")
    assert said in text
    assert "train another (`python -m jobs train --ds SUNDAY`) or withdraw it" in text
    assert "\n" not in text


def test_trees_of_fewer_features_than_the_card_has_are_refused(card):
    boosters = boosting.fit(PLANTED.rows[:, :3], PLANTED.label, 1)
    text = cards.written(boosters, Calibration(1.0, 0.0, 0.5))
    with pytest.raises(JobError, match=r"its trees know \[3\] features, its card 5"):
        cards.read(with_text(card, text), FEATURES)


def test_a_day_is_scored_by_the_newest_model_promoted_until_then():
    promoted = [(date(2024, 6, 30), "later"), (date(2024, 6, 2), "first"), (date(2024, 6, 16), "second")]
    days = [date(2024, 5, 26), date(2024, 6, 2), date(2024, 6, 9), date(2024, 6, 16), date(2024, 6, 23)]
    assert cards.newest_by_day(promoted, days) == {
        days[1]: (date(2024, 6, 2), "first"),
        days[2]: (date(2024, 6, 2), "first"),
        days[3]: (date(2024, 6, 16), "second"),
        days[4]: (date(2024, 6, 16), "second"),
    }
