"""python -m simulator.demo: five weeks of a simulated marketplace, from deliveries to leads, beside the truth.

Everything is computed anew, by what the commands daily, weekly, leads and why run.
"""

import argparse
import json
import shutil
import sys
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from jobs import catalog, runner, session, settings, summary, why
from jobs.progress import Progress
from simulator import __main__ as simulator

# A lead is right when at least this share of its shops belongs to one true racket.
RIGHT = 0.8
# Of the first lead's ties, so many are told; `python -m jobs why` tells more.
STRONGEST = 3


def main(arguments: list[str] | None = None) -> int:
    """Plays, computes, prints; returns the exit code."""
    parser = argparse.ArgumentParser("python -m simulator.demo", description=__doc__.split(": ", 1)[1])
    parser.add_argument("--seed", type=int, default=7, help="of the world (default: %(default)s)")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("demo"),
        metavar="DIR",
        help="everything is written here (default: %(default)s)",
    )
    given = parser.parse_args(arguments)
    started = time.monotonic()
    progress = Progress()
    progress.line("1/3  a marketplace with planted rackets is simulated")
    world, warehouse = given.out / "world", given.out / "warehouse"
    if (world / "WORLD.json").exists():  # of an earlier demo, and so is the warehouse beside it
        shutil.rmtree(warehouse, ignore_errors=True)
    if code := simulator.main(["--preset", "demo", "--seed", str(given.seed), "--out", str(world), "--force"]):
        return code
    about = json.loads((world / "WORLD.json").read_text())
    first = date.fromisoformat(about["first_day"])
    last = first + timedelta(days=about["days"] - 1)

    progress.line("2/3  its deliveries are computed into tables")
    sets = [f"landing={world / 'landing'}", f"warehouse={warehouse}"]
    chosen = settings.load("local", sets)
    with session.opened(chosen, progress) as spark:
        run = runner.open_run(spark, chosen, progress)
        runner.run_tables(run, [*catalog.daily_tables(), *catalog.weekly_tables()], first, last)
        day = summary.newest_day(run)
        leads = summary.leads_of(run, day)
        because = why.racket_lines(run, leads[0].racket_id, day, STRONGEST) if leads else []

    progress.line("3/3  leads beside the truth")
    truth = Truth(world, (day - first).days)
    notes = {lead.racket_id: truth.about(lead.member_ids) for lead in leads}
    page = given.out / "leads.html"
    summary.write(page, summary.page(leads, day, {racket: f"In truth: {note}." for racket, note in notes.items()}))
    head, *told = summary.lines(leads, notes)
    print(f"\nLeads of {day}\n", f"{head}  | in truth", *told, sep="\n")
    if leads:
        print(f"\nWhy the first (python -m jobs why {leads[0].racket_id} --ds {day})\n", *because, sep="\n")
    print(f"\n{truth.tally([lead.member_ids for lead in leads])}")
    print(f"{time.monotonic() - started:.0f} s; open {page}")
    return 0


class Truth:
    """What the simulator knows about every shop, up to a day (days are counted from the world's first)."""

    def __init__(self, world: Path, day: int) -> None:
        members = pd.read_parquet(world / "truth" / "members.parquet")
        self.racket = dict(zip(*members[members.day_from <= day][["seller_id", "racket"]].values.T, strict=True))
        kinds = pd.read_parquet(world / "truth" / "seller_kind.parquet")
        self.kind = dict(zip(kinds.seller_id, kinds.kind, strict=True))
        seen = pd.read_parquet(world / "truth" / "observability.parquet")
        self.observable = set(seen[(seen.ds == day) & seen.observable & seen.recent].racket)

    def owner(self, sellers: tuple[str, ...]) -> tuple[str | None, float]:
        """The true racket to which most of the shops belong, and the share of the shops that do."""
        owners = Counter(self.racket[s] for s in sellers if s in self.racket)
        if not owners:
            return None, 0.0
        racket, n = owners.most_common(1)[0]
        return racket, n / len(sellers)

    def about(self, sellers: tuple[str, ...]) -> str:
        """`racket R3, 9 of 9 shops`, or what the shops are."""
        racket, share = self.owner(sellers)
        if racket is None:
            return ", ".join(
                f"{n} {kind}" for kind, n in Counter(self.kind.get(s, "unknown") for s in sellers).most_common(3)
            )
        return f"racket {racket}, {round(share * len(sellers))} of {len(sellers)} shops"

    def tally(self, leads: list[tuple[str, ...]]) -> str:
        """How many leads are right, and how many of the rackets that could be seen they found."""
        right = [racket for racket, share in map(self.owner, leads) if share >= RIGHT]
        found = self.observable & set(right)
        return f"{len(right)} of {len(leads)} leads are right; of {len(self.observable)} rackets that could be seen by then, {len(found)} were found"


if __name__ == "__main__":
    sys.exit(main())
