"""evidence.listing_scores: the chance that each listing offers counterfeits, as known on a Sunday.

Grain: ds, listing_id. Reads of the same Sunday: evidence.listing_features, evidence.listing_signals; and the models of
models.listings until then. A Sunday is scored by the newest model that was promoted with a ds of that Sunday or before,
so a past Sunday scores the same whatever is trained later. Without one the score is that of the rules.

The model's score says what a listing and its shop look like; reports and refunds of the listing itself are not in it
(they are what was learned) and stand in evidence.listing_signals; they are in `rule_score`. It is calibrated as far as
labels allow: docs/decisions/0012.
"""

from datetime import date
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.learning import cards, scoring
from jobs.learning.cards import Card
from jobs.table import Read, Table

TABLE = Table(
    reads={
        "features": Read("evidence.listing_features"),
        "signals": Read("evidence.listing_signals"),
        "models": Read("models.listings", days=3650),
    },
    every="sunday",
    key=("listing_id",),
    columns="""
        listing_id     string not null comment 'listing'
        seller_id      string not null comment 'shop account'
        score          double not null comment 'chance that it offers counterfeits, 0 to 1'
        rule_score     double not null comment 'the same by the rules: suspicion of evidence.listing_signals as a chance'
        model_version  string comment 'model_id in models.listings, null = by the rules'
        is_high        boolean not null comment 'score of 0.5 or more'
        reasons        array<string> not null comment 'of high scores by a model, at most three: feature, its value, and what it adds in nats of log-odds'
    """,
)


def transform(features: DataFrame, signals: DataFrame, models: DataFrame, days: list[date]) -> DataFrame:
    by_rules = F.round(1 / (1 + F.exp(-F.col("suspicion"))), 6).alias("rule_score")
    rows = features.join(signals.select("ds", "listing_id", by_rules), ["ds", "listing_id"], how="inner")
    names = [name for name in features.columns if name not in ("ds", "listing_id", "seller_id")]
    known = usable_cards(models, days, names)
    types = ", ".join(f"`{name}` {kind}" for name, kind in rows.dtypes)
    return rows.mapInArrow(partial(scoring.scored, known=known), f"{types}, {scoring.COLUMNS}").select(
        "ds", *[column.name for column in TABLE.schema()[1:]]
    )


def usable_cards(models: DataFrame, days: list[date], features: list[str]) -> dict[date, Card]:
    """Day -> the card of its model; days without a model are left out. Raises JobError for one that cannot be used."""
    known = cards.promoted(models, days)
    for card in {card.model_id: card for card in known.values()}.values():
        cards.read(card, features)
    return known
