"""models.listings: which rows training gets, and that nothing of the other side or of later reaches it."""

from datetime import date, timedelta

import numpy as np
import pytest
from pyspark.sql import functions as F

from jobs.catalog import catalog
from jobs.models import listings
from tests.frames import frame, frame_of, lines, transformed
from tests.jobs.learning.planted import listings as planted

DAY = date(2024, 3, 31)
CUT_OFF = DAY - listings.HELD_OUT
SUNDAYS = [CUT_OFF, CUT_OFF + timedelta(7), DAY]
PER_SHOP = 5


def test_no_operation_is_on_both_sides_and_each_side_is_of_its_own_day(spark):
    features = frame_of(
        spark,
        "evidence.listing_features",
        [{"ds": ds, "listing_id": f"l{i}", "seller_id": f"s{i // 2}"} for ds in SUNDAYS for i in range(400)],
    )
    members = frame(
        spark,
        "rackets.members",
        "ds | seller_id | racket_id\n" + "".join(f"03-31 | s{i} | r{i // 10}\n" for i in range(50)),
    )
    communities = frame(spark, "links.communities", "ds | seller_id | community_id\n" + "".join(f"03-31 | s{i} | s{i // 5 * 5}\n" for i in range(100)))  # fmt: skip
    labels = frame(spark, "staging.reports", "ds | listing_id").select("ds", "listing_id", F.lit(1).alias("label"))
    rows = listings.sides(features, labels, listings.operations(communities, members), CUT_OFF, DAY).collect()
    side, fold = {}, {}
    for row in rows:
        shop = int(row["listing_id"][1:]) // 2
        operation = f"r{shop // 10}" if shop < 50 else f"c{shop // 5}" if shop < 100 else f"s{shop}"
        assert side.setdefault(operation, row["is_test"]) == row["is_test"], operation
        assert fold.setdefault(operation, row["fold"]) == row["fold"], operation
    assert len(rows) == len({row["listing_id"] for row in rows}) == 400
    assert 0.1 < np.mean(list(side.values())) < 0.4
    assert set(fold.values()) == set(range(5))


def test_a_sample_stands_for_all_and_keeps_what_is_known(spark, monkeypatch):
    monkeypatch.setattr(
        listings, "MOST", {"train": {"known": 100, "unknown": 500}, "test": {"known": 100, "unknown": 5_000}}
    )
    rows = spark.range(4_000).select(
        F.concat(F.lit("l"), F.col("id")).alias("listing_id"),
        (F.col("id") % 4 == 0).alias("is_test"),
        F.when(F.col("id") % 50 == 1, 1).alias("label"),
    )
    kept = (
        listings.bounded(rows).groupBy("is_test", "label").agg(F.count("*").alias("rows"), F.sum("weight").alias("all"))
    )
    found = {(row["is_test"], row["label"]): (row["rows"], row["all"]) for row in kept.collect()}
    assert found[False, 1] == (80, 80.0)
    assert found[True, None] == (1_000, 1_000.0)
    assert found[False, None][0] == pytest.approx(500, rel=0.15)
    assert found[False, None][1] == pytest.approx(2_920, rel=0.15)
    again = listings.bounded(rows.repartition(7))
    assert again.exceptAll(listings.bounded(rows)).isEmpty()


# --- from frames to a model --------------------------------------------------------------------

WORLD = planted(4_000, seed=21, found=0.35)


def frames(spark, change=None, labelled=True, later=()):
    """Shops of PER_SHOP listings each; all that is known was reported on one day before the cut-off, or is in `later`."""
    columns = ("appearance", "price_share", "grade_words", "shop_age_days")
    rows = []
    for ds in (CUT_OFF, DAY):
        for i, values in enumerate(WORLD.rows):
            row = {"ds": ds, "listing_id": f"l{i:05}", "seller_id": f"s{i // PER_SHOP}", "images": 1.0}
            row |= {name: None if np.isnan(v) else float(v) for name, v in zip(columns, values, strict=False)}
            rows.append({**row, **(change(ds, i) if change else {})})
    known = np.flatnonzero(WORLD.label == 1) if labelled else []
    reports = [
        {"ds": CUT_OFF, "report_id": f"r{i}", "listing_id": f"l{i:05}", "source": "rights_holder", "result": "upheld"} for i in known
    ] + [{"ds": DAY, "report_id": f"later{i}", "listing_id": f"l{i:05}", "source": "rights_holder", "result": "upheld"} for i in later]  # fmt: skip
    empty = {
        name: frame_of(spark, name, [])
        for name in ("core.sales", "links.communities", "rackets.members", "models.listings")
    }
    return {
        "features": frame_of(spark, "evidence.listing_features", rows),
        "reports": frame_of(spark, "staging.reports", reports),
        "sales": empty["core.sales"], "communities": empty["links.communities"], "members": empty["rackets.members"],
        "earlier": empty["models.listings"],
    }  # fmt: skip


def card(spark, **changes):
    (row,) = transformed("models.listings", DAY, DAY, **frames(spark, **changes)).collect()
    return row


@pytest.fixture(scope="module")
def learned_and_held_out(spark):
    """Which listings are held out, as numbers."""
    given = frames(spark)
    nothing = listings.operations(given["communities"], given["members"])
    labels = given["reports"].select("ds", "listing_id", F.lit(1).alias("label"))
    rows = listings.sides(given["features"], labels, nothing, CUT_OFF, DAY).where("is_test").select("listing_id")
    return {int(row["listing_id"][1:]) for row in rows.collect()}


def test_training_sees_no_day_after_the_cut_off_and_no_operation_that_judges_it(spark, learned_and_held_out):
    """A feature gives away who is a fake: after the cut-off, and in operations that are held out, but nowhere else."""
    held_out = learned_and_held_out
    plain = card(spark)
    assert plain["is_promoted"], plain["why"]
    assert plain["auc"] > plain["rules_auc"]

    def give_away(ds, i):
        return {"images": 9.0 if WORLD.is_fake[i] else 0.0} if ds > CUT_OFF or i in held_out else {}

    not_known_then = [i for i in range(len(WORLD.rows)) if WORLD.is_fake[i] and i not in held_out]
    given_away = card(spark, change=give_away, later=not_known_then)
    assert given_away["model_sha256"] == plain["model_sha256"]
    assert given_away["train_positives"] == plain["train_positives"]

    # The same where training looks does reach it: the test above would see it.
    reached = card(spark, change=lambda ds, i: {"images": 9.0 if WORLD.is_fake[i] else 0.0})
    assert reached["model_sha256"] != plain["model_sha256"]
    assert reached["auc"] > plain["auc"] + 0.01


def test_a_week_without_labels_has_a_card_without_a_model(spark):
    row = card(spark, labelled=False)
    assert (row["is_promoted"], row["model"]) == (False, None)
    assert row["why"].startswith("no model: 0 listings are known to be fake before the cut-off")


def test_without_listings_there_is_a_card_too(spark):
    nothing = {name: frame_of(spark, read.table, []) for name, read in catalog()["models.listings"].table.reads.items()}
    result = transformed("models.listings", DAY, DAY, **nothing)
    assert lines(result, "ds model_id is_promoted train_listings test_listings") == ["03-31 M20240331-none false 0 0"]
