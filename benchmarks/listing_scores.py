"""How well listings are told, by the scores of a warehouse and by the rules, against the truth of a simulated world.

    python -m simulator --preset demo --seed 7 --days 70 --out W
    python -m jobs daily … && python -m jobs weekly …          (with YUNJIAN_LANDING=W/landing, YUNJIAN_WAREHOUSE=W/wh)
    python -m jobs train --ds SUNDAY                           (the last Sunday)
    python -m benchmarks.listing_scores --world W --warehouse W/wh [--write docs/scores.md]

Listings are those of operations that training held out. Rules are shown as they are, complaints included, and without.
"""

import argparse
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from benchmarks.truth import commit
from jobs import session, settings, storage
from jobs.learning import boosting, calibration, cards
from jobs.learning.cards import Card
from jobs.models.listings import is_held_out, operations

CAUTION = """
Chances are of being counterfeit, truth is the simulator's: who is found out about there depends on how zealous a brand is and
on how well a name is hidden, so one chance to be found, which calibration assumes, does not hold. The rules were made on worlds
of the same simulator. The world is our own: the figures say how the two compare, not how well either works on a marketplace.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", type=Path, required=True, help="folder that the simulator wrote")
    parser.add_argument("--warehouse", type=Path, required=True, help="what was computed of it")
    parser.add_argument("--write", type=Path, help="write the table to this file instead of printing it")
    parsed = parser.parse_args()
    about = json.loads((parsed.world / "WORLD.json").read_text())
    day = date.fromisoformat(about["sundays"][-1])

    def table(name: str, ds: date = day) -> pa.Table:
        return DeltaTable(str(parsed.warehouse.joinpath(*name.split(".")))).to_pyarrow_table(filters=[("ds", "=", ds)])

    truth = pd.read_parquet(parsed.world / "truth" / "listings.parquet").set_index("listing_id").is_counterfeit
    (row,) = table("models.listings").to_pylist()
    print(f"{row['model_id']}: {row['why']}")
    sellers = held_out(parsed.warehouse, day)
    features, signals = (
        found.filter(pc.is_in(found["seller_id"], value_set=sellers))
        for found in (table("evidence.listing_features"), table("evidence.listing_signals"))
    )
    text = report(about, day, row, features, signals, truth)
    if parsed.write:
        parsed.write.write_text(text, encoding="utf-8")
    else:
        print(text)


def held_out(warehouse: Path, day: date) -> pa.Array:
    """Shops on the side that judges."""
    with session.opened(settings.load("local", [f"warehouse={warehouse}"])) as spark:

        def rows(name: str) -> DataFrame:
            return storage.read(spark, storage.table_path(str(warehouse), name), where=f"ds = date'{day}'")

        shops = rows("evidence.listing_features").select("seller_id").distinct()
        named = shops.join(operations(rows("links.communities"), rows("rackets.members")), "seller_id", how="left")
        found = named.where(is_held_out(F.coalesce("operation", "seller_id"))).select("seller_id").collect()
    return pa.array(sorted(row["seller_id"] for row in found), pa.string())


def report(about: dict, day: date, row: dict, features: pa.Table, signals: pa.Table, truth: pd.Series) -> str:
    """Markdown: figures by method, over the listings of these features."""
    listings = features.column("listing_id").to_pandas()
    fake = listings.map(truth).astype(float)
    suspicion = signals.to_pandas().set_index("listing_id").suspicion.reindex(listings)
    found = {
        "rules, complaints included": chance_of(suspicion.to_numpy()),
        "rules without complaints": chance_of(features.column("appearance").to_numpy()),
    }
    if row["model"]:
        found |= {"model": model_chance(row, features)}
    known = fake.notna().to_numpy()
    lines = [
        "# Scores of listings", "",
        f"Preset `{about['preset']}`, seed {about['seed']}, {about['days']} days, as known on {day}, commit {commit()}: {known.sum():,} "
        f"listings, {fake.mean():.1%} counterfeit. Cut-off of training {row['cut_off']}, {row['train_positives']} known counterfeits. "
        "Written by `python -m benchmarks.listing_scores`.", "",
        "| method | AUC | average precision | Brier | calibration error | mean chance |", "|---|---:|---:|---:|---:|---:|",
        *(f"| {name} | {' | '.join(figures(chance[known], fake.to_numpy()[known]))} |" for name, chance in found.items()),
    ]  # fmt: skip
    return "\n".join(lines) + "\n" + CAUTION


def model_chance(row: dict, features: pa.Table) -> np.ndarray:
    card = Card(row["model_id"], tuple(row["features"]), row["xgboost_version"], row["model_sha256"], row["model"])
    columns = [boosting.floats(features.column(name).to_numpy()) for name in card.features]
    return cards.read(card, card.features).chance(np.stack(columns, axis=1))


def chance_of(nats: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-nats))


def figures(chance: np.ndarray, fake: np.ndarray) -> Sequence[str]:
    weight = np.ones(len(fake))
    found = (
        calibration.auc(chance, fake, weight),
        calibration.average_precision(chance, fake, weight),
        calibration.brier(chance, fake, weight),
        calibration.calibration_error(chance, fake, weight),
        chance.mean(),
    )
    return [f"{value:.3f}" for value in found]


if __name__ == "__main__":
    main()
