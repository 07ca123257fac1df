"""What each family of evidence and each sign of production is worth on the last Sunday of a simulated world.

    python -m benchmarks.worth --world W --warehouse W/wh [--write docs/worth.md]

Each family is left out in turn, and shops are linked, grouped and judged anew without it: by the same functions as the
published tables, of the published tables that they read. Ids and places play no part, so the figures of `all` may
differ a little from those of the published leads. Each sign of rackets.production is then left out of the judgement
alone. Last, scores are held against the truth: of groups with a score about p, a share of about p should be right.
"""

import argparse
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from benchmarks.truth import LEAST, Groups, World, commit, owner, score
from jobs import session, settings, storage
from jobs.graph.traits import FAMILIES, KINDS
from jobs.links import communities, components, edges, shared_values
from jobs.progress import Progress
from jobs.rackets import leads, production

FIGURES = ("racket recall", "pure groups", "pairwise recall")
BINS = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 1.0)


@dataclass(frozen=True)
class Judged:
    """Groups of one Sunday, and of each: log-odds that it makes its goods, signs with their nats, families that hold it."""

    groups: Groups
    nats: dict[str, float]
    signs: dict[str, dict[str, float]]
    families: dict[str, int]

    def leads(self, without: str | None = None) -> Groups:
        """Groups that would be leads, with one sign left out of the judgement."""
        return {
            name: shops
            for name, shops in self.groups.items()
            if self.families.get(name, 0) >= leads.LEAD_FAMILIES
            and chance(self.nats[name] - self.signs[name].get(without or "", 0.0)) >= leads.LEAD_SCORE
        }


def chance(nats: float) -> float:
    return 1 / (1 + math.exp(-nats))


def judged(of: Callable[[str], DataFrame], day: date, without: str | None) -> Judged:
    """Links, groups and judges the shops of one Sunday without a family. of: a table's name -> its rows of the Sunday."""
    left_out = [name for name, kind in KINDS.items() if kind.family == without]
    traits = of("links.trait_states").where(~F.col("kind").isin(*left_out)).persist()
    sellers, sales = of("evidence.seller_signals").persist(), of("core.sales").persist()
    listings = of("evidence.listing_signals").persist()
    places = of("evidence.places").where(F.lit("place" not in left_out))
    values = shared_values.transform(traits, of("evidence.image_families"), sellers)
    values = values.where(~F.col("kind").isin(*left_out)).persist()
    ties = (
        edges.transform(values, places, listings, sellers, sales).where(~F.col("family").isin(without or "")).persist()
    )
    nobody = of("links.components").limit(0)
    parts = components.transform(ties, of("links.nodes"), nobody, [day])
    found = communities.transform(
        parts, values, ties, sales, listings, sellers, of("staging.outcomes"), [day]
    ).persist()
    members = found.where(F.col("sellers") >= LEAST).withColumnRenamed("community_id", "racket_id")
    made = production.transform(
        members,
        sales,
        listings,
        of("core.seller_states"),
        of("evidence.supplies"),
        traits,
        sellers,
    )
    rows = made.toPandas()
    held = leads.families(members, ties).toPandas()
    return Judged(
        {str(name): list(shops) for name, shops in members.toPandas().groupby("racket_id").seller_id},
        dict(zip(rows.racket_id, rows.nats, strict=True)),
        {row.racket_id: {sign["sign"]: sign["nats"] for sign in row.signs} for row in rows.itertuples()},
        dict(zip(held.racket_id, held.families, strict=True)),
    )


def row(name: str, found: Groups, world: World) -> str:
    """A line of a table: figures of the groups, and how many are of whom."""
    figures = score(found, world)
    wrong = [shops for shops in found.values() if owner(shops, world) is None]
    resellers = sum(world.kind_of(shops) == "reseller_group" for shops in wrong)
    shown = [f"{figures[name]:.3f}" for name in FIGURES]
    return f"| {name} | {figures['groups']:,} | {' | '.join(shown)} | {resellers} | {len(wrong) - resellers} |"


HEADER = f"groups | {' | '.join(FIGURES)} | wrong: resellers | wrong: others |"
RULE = "---:|" * (len(FIGURES) + 3)


def calibration(all_evidence: Judged, world: World) -> Iterator[str]:
    """Lines of a table: how often groups of about one score are right."""
    held = [name for name in all_evidence.groups if all_evidence.families.get(name, 0) >= leads.LEAD_FAMILIES]
    scores = np.array([chance(all_evidence.nats[name]) for name in held])
    right = np.array([owner(all_evidence.groups[name], world) is not None for name in held])
    in_bin = pd.cut(scores, BINS, include_lowest=True)
    for interval in in_bin.categories:
        chosen = in_bin == interval
        if chosen.any():
            yield (
                f"| {max(interval.left, 0):.2f} to {interval.right:.2f} | {chosen.sum()} | {scores[chosen].mean():.3f} "
                f"| {right[chosen].mean():.3f} |"
            )
    yield f"| all: Brier score {np.mean((scores - right) ** 2):.3f} | {len(held)} | {scores.mean():.3f} | {right.mean():.3f} |"


def report(warehouse: Path, folder: Path) -> str:
    """Markdown of one world."""
    about = json.loads((folder / "WORLD.json").read_text())
    sunday = date.fromisoformat(about["sundays"][-1])
    world = World(folder, (sunday - date.fromisoformat(about["first_day"])).days)

    def of(spark: SparkSession, table: str) -> DataFrame:
        until = "<=" if table in ("links.nodes", "staging.outcomes") else "="
        return storage.read(spark, storage.table_path(str(warehouse), table), where=f"ds {until} date'{sunday}'")

    steps, results = Progress(), {}
    for family in (None, *FAMILIES):
        # A session each: what one has cached is in nobody's way.
        with steps.step(f"without {family or 'nothing'}"), session.opened(settings.load("local")) as spark:
            results[family] = judged(partial(of, spark), sunday, family)
    whole = results[None]
    signs = sorted({sign for found in whole.signs.values() for sign in found} - {"prior"})
    return "\n".join(
        [
            "# What evidence is worth",
            "",
            f"Preset `{about['preset']}`, seed {about['seed']}, as known on {sunday}, commit {commit()}. Written by "
            "`python -m benchmarks.worth`. The simulated world is our own: which evidence rackets leave was decided there.",
            "",
            f"| families of evidence | {HEADER}",
            f"|---|{RULE}",
            *(row(f"without {family}" if family else "all", found.leads(), world) for family, found in results.items()),
            "",
            f"| signs of production | {HEADER}",
            f"|---|{RULE}",
            row("all", whole.leads(), world),
            *(row(f"without {sign}", whole.leads(sign), world) for sign in signs),
            "",
            f"Scores of groups that {leads.LEAD_FAMILIES} families hold together, against the truth:",
            "",
            "| score | groups | mean score | share right |",
            "|---|---:|---:|---:|",
            *calibration(whole, world),
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", type=Path, required=True, help="folder that the simulator wrote")
    parser.add_argument("--warehouse", type=Path, required=True, help="what was computed of it")
    parser.add_argument("--write", type=Path, help="write the tables to this file instead of printing them")
    parsed = parser.parse_args()
    text = report(parsed.warehouse, parsed.world)
    if parsed.write:
        parsed.write.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
