"""The truth of a simulated world, and how well groups of shops match it."""

import subprocess
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

# A group is found to be a racket's when it is pure to this share and holds this share of the active members; rackets and
# groups of fewer shops than LEAST do not count.
PURE, COVER, LEAST = 0.8, 0.5, 3
# Roles of shops that help a racket and are no fronts of it.
HELPERS = ("materials", "forwarder")

Groups = dict[str, list[str]]


@cache
def truth_of(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of a world's truth that figures are made of, read once; nobody changes them."""
    names = ("members", "rackets", "events", "observability", "seller_kind", "sites", "value_weekly")
    return {name: pd.read_parquet(folder / "truth" / f"{name}.parquet") for name in names}


def commit() -> str:
    """The commit that is checked out."""
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


class World:
    """The truth of one Sunday: who belongs to which racket, who is active, what everybody else is."""

    def __init__(self, folder: Path, day: int):
        truth = truth_of(folder)
        members = truth["members"][truth["members"].day_from <= day].sort_values("day_from", kind="stable")
        merged = {event.racket: event.day for event in truth["events"].itertuples() if event.event == "merged_into"}
        into = {r.racket: r.merged_into for r in truth["rackets"].itertuples() if merged.get(r.racket, day + 1) <= day}
        newest = members.drop_duplicates("seller_id", keep="last")
        self.racket = {row.seller_id: into.get(row.racket, row.racket) for row in newest.itertuples()}
        seen = truth["observability"][truth["observability"].ds == day]
        self.active = {row.racket: [s for s in row.active.split(",") if s] for row in seen.itertuples()}
        self.observable = {
            row.racket for row in seen.itertuples() if row.observable and row.recent and row.n_active >= LEAST
        }
        sites = truth["sites"][(truth["sites"].day_from <= day) & (truth["sites"].day_to > day)]
        self.sites = dict(iter(sites.groupby(["racket", "kind"])))
        value = truth["value_weekly"][truth["value_weekly"].ds == day]
        self.turnover = dict(zip(value.racket, value.gross.astype(float), strict=True))
        kinds = truth["seller_kind"]
        self.kind = dict(zip(kinds.seller_id, kinds.kind, strict=True))
        self.groups = kinds[kinds.group_id.notna()].groupby("kind").group_id.nunique().to_dict()

    def kind_of(self, shops: Iterable[str]) -> str:
        """What most of the shops are: `racket`, or another kind."""
        return Counter("racket" if s in self.racket else self.kind.get(s, "unknown") for s in shops).most_common(1)[0][
            0
        ]


def score(groups: Groups, world: World) -> dict[str, float]:
    """Recall of observable rackets, purity, pairwise and B-cubed precision and recall of groups of LEAST or more."""
    groups = {name: shops for name, shops in groups.items() if len(shops) >= LEAST}
    pure = sum(owner(shops, world) is not None for shops in groups.values())
    found = set(surfaced(groups, world).values())
    group_of = {shop: name for name, shops in groups.items() for shop in shops}
    true = {shop: racket for racket in world.observable for shop in world.active[racket]}
    together = Counter((true[s], group_of[s]) for s in true if s in group_of)
    shared = sum(_pairs(n) for n in together.values())
    right = sum(
        _pairs(n) for shops in groups.values() for n in Counter(world.racket[s] for s in shops if s in world.racket).values()
    )  # fmt: skip
    precise = [
        sum(world.racket.get(other, other) == world.racket.get(shop, shop) for other in shops) / len(shops)
        for shops in groups.values()
        for shop in shops
    ]
    recalled = [together[true[s], group_of[s]] / len(world.active[true[s]]) if s in group_of else 0.0 for s in true]
    return {
        "groups": len(groups),
        "largest": max(map(len, groups.values()), default=0),
        "racket recall": len(found & world.observable) / max(1, len(world.observable)),
        "pure groups": pure / max(1, len(groups)),
        "pairwise precision": right / max(1, sum(_pairs(len(shops)) for shops in groups.values())),
        "pairwise recall": shared / max(1, sum(_pairs(len(world.active[r])) for r in world.observable)),
        "B³ precision": float(np.mean(precise)) if precise else 0.0,
        "B³ recall": float(np.mean(recalled)) if recalled else 0.0,
    }


def owner(shops: list[str], world: World) -> str | None:
    """The racket to which the group belongs, PURE of it or more."""
    rackets = Counter(world.racket[s] for s in shops if s in world.racket).most_common(1)
    return rackets[0][0] if rackets and rackets[0][1] >= PURE * len(shops) else None


def surfaced(groups: Groups, world: World) -> dict[str, str]:
    """Groups that belong to a racket and hold COVER of its active members -> the racket."""
    owners = {name: owner(shops, world) for name, shops in groups.items()}
    return {
        name: racket
        for name, racket in owners.items()
        if racket
        and (active := world.active.get(racket))
        and len(set(active) & set(groups[name])) >= COVER * len(active)
    }


def _pairs(n: int) -> float:
    return n * (n - 1) / 2
