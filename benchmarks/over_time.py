"""What happens over the weeks of a simulated world: how long ids last, how soon rackets are leads, which events are told."""

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.truth import COVER, HELPERS, LEAST, Groups, World, surfaced, truth_of

# True event -> what rackets.events calls it, and within how many days it is to be told; to the next Sunday.
EVENTS = {"split": ("split", 14), "merge": ("merged", 14), "dormant": ("dormant", 42), "revive": ("revived", 21)}
# Events of the last days cannot be told yet.
TOO_LATE = 15


class Weeks:
    """A world's Sundays, as days from its first, with the truth of each, and the published members by Sunday.

    members: ds, racket_id, seller_id, role of all Sundays. leads: ds and racket_id of rackets that are leads.
    """

    def __init__(self, folder: Path, about: dict, members: pd.DataFrame, leads: pd.DataFrame) -> None:
        self.first = date.fromisoformat(about["first_day"])
        self.days = about["days"]
        self.events = truth_of(folder)["events"]
        self.rackets = truth_of(folder)["rackets"].set_index("racket")
        sundays = [(date.fromisoformat(sunday) - self.first).days for sunday in about["sundays"]]
        self.truth = {day: World(folder, day) for day in sundays}
        of = members.ds.map(lambda ds: (ds - self.first).days)
        self.members = {day: members[of == day] for day in sundays}
        self.leads = dict(iter(leads.groupby(leads.ds.map(lambda ds: (ds - self.first).days)).racket_id))

    def ids(self) -> dict[str, dict[int, str]]:
        """racket -> day -> the id that most of its active shops have, when COVER of them have it."""
        ids: dict[str, dict[int, str]] = {}
        for day, world in self.truth.items():
            of = self.members[day].set_index("seller_id").racket_id.to_dict()
            for racket, active in world.active.items():
                named = Counter(of[shop] for shop in active if shop in of)
                best = min(named, key=lambda name: (-named[name], name)) if named else ""
                if len(active) >= LEAST and named[best] >= COVER * len(active):
                    ids.setdefault(racket, {})[day] = best
        return ids

    def first_leads(self) -> dict[str, int]:
        """racket -> day of the first Sunday on which a lead surfaces it."""
        first: dict[str, int] = {}
        for day, world in self.truth.items():
            members = self.members[day]
            chosen = members[members.racket_id.isin(self.leads.get(day, [])) & ~members.role.isin(HELPERS)]
            groups: Groups = {str(name): list(shops) for name, shops in chosen.groupby("racket_id").seller_id}
            for racket in surfaced(groups, world).values():
                first.setdefault(racket, day)
        return first


def kept(weeks: Weeks, ids: dict[str, dict[int, str]]) -> dict[str, float]:
    """How ids last; weeks in which a racket split or merged are left out."""
    moved = weeks.events[weeks.events.event.isin(["split", "merge", "merged_into"])]
    pairs = [
        (racket, of_day[day] == of_day[day + 7])
        for racket, of_day in ids.items()
        for day in of_day
        if day + 7 in of_day and not ((moved.racket == racket) & (moved.day > day) & (moved.day <= day + 7)).any()
    ]
    throughout = {racket: True for racket, _ in pairs}
    throughout |= {racket: False for racket, same in pairs if not same}
    return {
        "the id of one Sunday is that of the next": float(np.mean([same for _, same in pairs])),
        "rackets under one id throughout": float(np.mean(list(throughout.values()))),
    }


def surfacing(weeks: Weeks, first: dict[str, int]) -> list[str]:
    """Sentences: how long after it could be seen, and after its first order, a racket was a lead."""
    known = weeks.rackets[weeks.rackets.observable_from.notna()]
    since = {
        name: [first[r] - day for r, day in known[name].items() if r in first]
        for name in ("observable_from", "first_order_ds")
    }
    never = sum(racket not in first for racket in known.index)
    return [
        f"Median days from when a racket could be seen to its first lead: {np.median(since['observable_from']):.0f}; "
        f"from its first order: {np.median(since['first_order_ds']):.0f}. "
        f"Of {len(known)} that could be seen at some time {never} never were a lead."
    ]  # fmt: skip


def told(weeks: Weeks, published: pd.DataFrame, ids: dict[str, dict[int, str]], first: dict[str, int]) -> list[str]:
    """Rows of a table: true events of rackets that were leads by then, and how many rackets.events tells in time.

    published: ds, event, racket_id, other_racket_id.
    """
    when = published.ds.map(lambda ds: (ds - weeks.first).days)
    rows = []
    for event, (name, within) in EVENTS.items():
        found = []
        for true in weeks.events[
            (weeks.events.event == event) & (weeks.events.day <= weeks.days - TOO_LATE)
        ].itertuples():
            seen_by = true.day + 14 if event in ("split", "merge") else weeks.days
            if first.get(true.racket, weeks.days + 1) > seen_by:
                continue
            whose = {name for racket in (true.racket, true.other) for name in ids.get(racket, {}).values()}
            of = published.racket_id.isin(whose) | published.other_racket_id.isin(whose)
            in_time = (when >= true.day - 1) & (when <= true.day + within + 6)
            found.append(bool((of & in_time & (published.event == name)).any()))
        share = f"{np.mean(found):.3f}" if found else ""
        rows.append(f"| {event} | {len(found)} | {share} | {within} | {int((published.event == name).sum())} |")
    return rows
