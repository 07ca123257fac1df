"""How well shops are grouped into operations, against the truth of a simulated world and against other methods.

    python -m simulator --preset campaign --seed 1 --out W
    python -m jobs daily … && python -m jobs weekly …          (with YUNJIAN_LANDING=W/landing, YUNJIAN_WAREHOUSE=W/wh)
    python -m benchmarks.accuracy --world W [W …] [--write docs/accuracy.md]

Other methods get the same shops and the same values as ours: plain components over every shared value, components over
ties that hold, label propagation over those ties, and, where it is installed, Splink (its probabilities estimated from
the data, clusters of pairs above 0.95). Ours is shown twice: the communities, and the leads that come of them. Of those
that are right, places and value are compared with the truth as well.
"""

import argparse
import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from deltalake import DeltaTable

from jobs.graph.near import METRES_PER_DEGREE
from jobs.graph.traits import KINDS, ONE_FAMILY, PAIR_WEIGHT

# A group is found to be a racket's when it is pure to this share and holds this share of the active members.
PURE, COVER, LEAST = 0.8, 0.5, 3
SPLINK_CERTAIN = 0.95

TITLE = f"""# Accuracy

Written by `python -m benchmarks.accuracy`; groups of {LEAST} shops or more count.
"""
CAUTION = """
The simulated world is our own, and its kinds of groups are those that the rules were made for: the figures say which
method does what, not how well any of them works on a marketplace. Communities find the groups; what keeps most groups of
resellers out is `rackets.production`.
"""

Groups = dict[str, list[str]]


class World:
    """The truth of one Sunday: who belongs to which racket, who is active, what everybody else is."""

    def __init__(self, folder: Path, day: int):
        truth = {path.stem: pd.read_parquet(path) for path in (folder / "truth").glob("*.parquet") if path.stem in
                 ("members", "rackets", "events", "observability", "seller_kind", "sites", "value_weekly")}  # fmt: skip
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


# --- places and value of what was surfaced -------------------------------------------------------


def placed(sites: pd.DataFrame, of: dict[str, str], world: World) -> list[str]:
    """A row of a table for each kind of site: how many are placed, how near, and whether the radius holds the truth."""
    rows = []
    for kind in ("made_at", "packed_at", "shipped_from", "returned_to"):
        chosen = sites[(sites.kind == kind) & (sites["rank"] == 1)].set_index("racket_id")
        errors, held = [], []
        known = [
            (group, racket) for group, racket in of.items() if (racket, kind) in world.sites and group in chosen.index
        ]
        for group, racket in known:
            site = chosen.loc[group]
            if site.abstained:
                continue
            metres = _metres(site, world.sites[racket, kind])
            errors.append(metres)
            held.append(metres <= site.radius_m)
        near = np.array(errors)
        cells = (
            [f"{len(errors)} of {len(known)}", f"{np.mean(near <= 1000):.3f}", f"{np.median(near):,.0f}", f"{np.mean(held):.3f}"]
            if errors
            else [f"0 of {len(known)}", "", "", ""]
        )  # fmt: skip
        rows.append(f"| {kind} | {' | '.join(cells)} |")
    return rows


def _metres(site: pd.Series, truth: pd.DataFrame) -> float:
    """Distance to the nearest true place of the kind, metres."""
    east = (truth.lng - site.lng) * np.cos(np.radians(site.lat))
    return float((np.hypot(east, truth.lat - site.lat) * METRES_PER_DEGREE).min())


def valued(judged: pd.DataFrame, of: dict[str, str], world: World) -> dict[str, float]:
    """Shares of surfaced rackets: true turnover in the interval, threshold decided right, county of making right."""
    rows = judged.set_index("racket_id").loc[[group for group, racket in of.items() if racket in world.turnover]]
    true = np.array([world.turnover[of[group]] for group in rows.index])
    low, value, high, threshold = (
        rows[name].astype(float).to_numpy()
        for name in ("value_low_cny", "value_cny", "value_high_cny", "threshold_cny")
    )
    counties = [
        set(world.sites[of[g], "made_at"].county.astype(str)) if (of[g], "made_at") in world.sites else set()
        for g in rows.index
    ]
    return {
        "true turnover within the 90 % interval": float(np.mean((low <= true) & (true <= high))),
        "median error of the value": float(np.median(np.abs(value - true) / np.maximum(true, 1))),
        "threshold decided right": float(np.mean(rows.over_threshold.to_numpy() == (true >= threshold))),
        "county of making right": float(np.mean([c in right for c, right in zip(rows.lead_jurisdiction, counties, strict=True)])),
    }  # fmt: skip


# --- identity -------------------------------------------------------------------------------------


def kept_ids(folder: Path, about: dict, members: pd.DataFrame) -> dict[str, float]:
    """How ids last: of rackets of which members (ds, racket_id, seller_id) show COVER on two Sundays in a row.

    A racket's id is the one that most of its active shops have; weeks in which it split or merged are left out.
    """
    first = date.fromisoformat(about["first_day"])
    events = pd.read_parquet(folder / "truth" / "events.parquet")
    moved = events[events.event.isin(["split", "merge", "merged_into"])]
    ids: dict[str, dict[int, str]] = {}
    for sunday in about["sundays"]:
        day = (date.fromisoformat(sunday) - first).days
        of = members[members.ds == date.fromisoformat(sunday)].set_index("seller_id").racket_id.to_dict()
        for racket, active in World(folder, day).active.items():
            named = Counter(of[shop] for shop in active if shop in of)
            best = min(named, key=lambda name: (-named[name], name)) if named else ""
            if len(active) >= LEAST and named[best] >= COVER * len(active):
                ids.setdefault(racket, {})[day] = best
    weeks = [
        (racket, of_day[day] == of_day[day + 7])
        for racket, of_day in ids.items()
        for day in of_day
        if day + 7 in of_day and not ((moved.racket == racket) & (moved.day > day) & (moved.day <= day + 7)).any()
    ]
    throughout = {racket: True for racket, _ in weeks}
    throughout |= {racket: False for racket, same in weeks if not same}
    return {
        "the id of one Sunday is that of the next": float(np.mean([same for _, same in weeks])),
        "rackets under one id throughout": float(np.mean(list(throughout.values()))),
    }


# --- methods ------------------------------------------------------------------------------------


def shared_components(values: pd.DataFrame, ties: pd.DataFrame) -> Groups:
    """Shops that share any value, however many do."""
    graph = nx.Graph()
    for _, users in values.groupby(["kind", "value"]).seller_id:
        nx.add_path(graph, users)
    return _groups(nx.connected_components(graph))


def tied_components(values: pd.DataFrame, ties: pd.DataFrame) -> Groups:
    """Shops that hang together by pairs that hold."""
    return _groups(nx.connected_components(_graph(ties)))


def label_propagation(values: pd.DataFrame, ties: pd.DataFrame) -> Groups:
    """Shops that take over the label of most of their weighted ties."""
    return _groups(nx.community.asyn_lpa_communities(_graph(ties), weight="weight", seed=1))


def splink(values: pd.DataFrame, ties: pd.DataFrame) -> Groups:
    """Splink's clusters: a comparison per kind, "share a value" against "do not", probabilities by EM."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    from splink import comparison_library as cl

    kinds = [kind for kind in KINDS if kind in set(values.kind)]
    rare = values[values.suspects <= 60]
    lists = rare.groupby(["seller_id", "kind"]).value.agg(list).unstack()
    shops = lists.reindex(columns=kinds).reset_index().rename(columns={"seller_id": "unique_id"})
    for kind in kinds:
        shops[kind] = [found if isinstance(found, list) else None for found in shops[kind]]
        # What probabilities are estimated on has to be one value.
        shops[f"first_{kind}"] = [found[0] if found else None for found in shops[kind]]
    rules = [block_on(kind, arrays_to_explode=[kind]) for kind in kinds]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[cl.ArrayIntersectAtSizes(kind, [1]) for kind in kinds],
        blocking_rules_to_generate_predictions=rules,
        retain_intermediate_calculation_columns=False,
    )
    database = DuckDBAPI()
    linker = Linker(database.register(shops), settings)
    linker.training.estimate_probability_two_random_records_match([rules[0]], recall=0.3)
    linker.training.estimate_u_using_random_sampling(max_pairs=2_000_000)
    for kind in ("id_token", "payout_account", "phone", "return_address"):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(f"first_{kind}"))
    pairs = linker.inference.predict(threshold_match_probability=SPLINK_CERTAIN)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, SPLINK_CERTAIN).as_pandas_dataframe()
    return {str(name): list(rows.unique_id) for name, rows in clusters.groupby("cluster_id")}


def _graph(ties: pd.DataFrame) -> nx.Graph:
    graph = nx.Graph()
    graph.add_weighted_edges_from(ties[["src", "dst", "weight"]].itertuples(index=False))
    return graph


def _groups(found: Iterable[set[str]]) -> Groups:
    return {min(shops): sorted(shops) for shops in found}


def tied_pairs(edges: pd.DataFrame) -> pd.DataFrame:
    """links.edges -> src, dst, weight of pairs that hold, as jobs/graph/pairs.py."""
    best = edges.groupby(["src", "dst", "family"]).weight.max()
    pairs = best.groupby(["src", "dst"]).agg(["sum", "size"]).reset_index()
    pairs["weight"] = pairs["sum"] * np.where(pairs["size"] == 1, ONE_FAMILY, 1.0)
    return pairs[pairs.weight >= PAIR_WEIGHT]


# --- report -------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", type=Path, nargs="+", required=True, help="folders that the simulator wrote")
    parser.add_argument(
        "--warehouse", type=Path, nargs="+", help="what was computed of each (default: wh in its folder)"
    )
    parser.add_argument("--write", type=Path, help="write the tables to this file instead of printing them")
    parsed = parser.parse_args()
    warehouses = parsed.warehouse or [world / "wh" for world in parsed.world]
    sections = [section(world, warehouse) for world, warehouse in zip(parsed.world, warehouses, strict=True)]
    text = "\n".join([TITLE, *sections, CAUTION])
    if parsed.write:
        parsed.write.write_text(text, encoding="utf-8")
    else:
        print(text)


def section(folder: Path, warehouse: Path) -> str:
    """Markdown of one world, as known on its last Sunday."""
    about = json.loads((folder / "WORLD.json").read_text())
    sunday = about["sundays"][-1]
    world = World(folder, (date.fromisoformat(sunday) - date.fromisoformat(about["first_day"])).days)

    def table(name: str, columns: list[str]) -> pd.DataFrame:
        delta = DeltaTable(str(warehouse.joinpath(*name.split("."))))
        found = delta.to_pyarrow_table(columns=columns, filters=[("ds", "=", date.fromisoformat(sunday))])
        return found.to_pandas()

    values = table("links.shared_values", ["kind", "value", "seller_id", "suspects"])
    ties = tied_pairs(table("links.edges", ["src", "dst", "family", "weight"]))
    methods: dict[str, Callable[[], Groups]] = {
        "components over every shared value": lambda: shared_components(values, ties),
        "components over ties that hold": lambda: tied_components(values, ties),
        "label propagation over them": lambda: label_propagation(values, ties),
        "Splink": lambda: splink(values, ties),
        "communities": lambda: _by(table("links.communities", ["seller_id", "community_id"]), "community_id"),
        "leads": lambda: leads(table),
    }
    results = {}
    for name, method in methods.items():
        try:
            groups = method()
        except ImportError as error:
            print(f"{name}: left out, {error.name} is not installed")
            continue
        results[name] = (score(groups, world), groups)
        print(f"{folder.name}, {name}: done")
    of = surfaced(results["leads"][1], world)
    sites = table("rackets.sites", ["racket_id", "kind", "rank", "lng", "lat", "radius_m", "abstained"])
    judged = table(
        "rackets.leads",
        ["racket_id", "value_low_cny", "value_cny", "value_high_cny", "threshold_cny", "over_threshold", "lead_jurisdiction"],
    )  # fmt: skip
    members = DeltaTable(str(warehouse / "rackets" / "members")).to_pyarrow_table(
        columns=["ds", "racket_id", "seller_id"]
    )
    shares = valued(judged, of, world) | kept_ids(folder, about, members.to_pandas())
    return report(about, sunday, world, results) + places_and_value(len(of), placed(sites, of, world), shares)


def _by(rows: pd.DataFrame, name: str) -> Groups:
    return {str(group): list(shops) for group, shops in rows.groupby(name).seller_id}


def leads(table: Callable[[str, list[str]], pd.DataFrame]) -> Groups:
    """Members of the rackets that are leads, without those that only supply materials."""
    members = table("rackets.members", ["racket_id", "seller_id", "role"])
    judged = table("rackets.leads", ["racket_id", "is_lead"])
    chosen = members[members.racket_id.isin(judged[judged.is_lead].racket_id)]
    return _by(chosen[chosen.role != "materials"], "racket_id")


def report(about: dict, sunday: str, world: World, results: dict[str, tuple[dict[str, float], Groups]]) -> str:
    """Markdown: a table of figures by method, and what the groups are that are no rackets."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    names = list(next(iter(results.values()))[0])
    lines = [
        f"## Seed {about['seed']}",
        "",
        f"Preset `{about['preset']}`, as known on {sunday}, commit {commit}: {len(world.observable)} observable rackets.",
        "",
        f"| method | {' | '.join(names)} |",
        f"|---|{'---:|' * len(names)}",
    ]
    for method, (figures, _) in results.items():
        cells = [f"{value:,}" if isinstance(value, int) else f"{value:.3f}" for value in figures.values()]
        lines.append(f"| {method} | {' | '.join(cells)} |")
    lines += ["", "What groups are that are mostly no racket, and how many groups of the kind there are:", ""]
    kinds = sorted(kind for kind in world.groups if kind != "racket")
    lines += [f"| method | {' | '.join(kinds)} |", f"|---|{'---:|' * len(kinds)}"]
    for method, (_, groups) in results.items():
        counted = Counter(world.kind_of(shops) for shops in groups.values() if len(shops) >= LEAST)
        lines.append(f"| {method} | {' | '.join(str(counted[kind]) for kind in kinds)} |")
    lines.append(f"| all groups of the kind | {' | '.join(str(world.groups[kind]) for kind in kinds)} |")
    return "\n".join([*lines, ""])


def places_and_value(rackets: int, places: list[str], shares: dict[str, float]) -> str:
    """Markdown: where and how much, of the rackets that leads surfaced; and how long ids last."""
    return "\n".join(
        [
            "",
            f"Places of the {rackets} rackets that leads surfaced (first rank; where none is placed the evidence does not hold one):",
            "",
            "| site | placed | within 1 km | median error, m | radius holds the truth |",
            "|---|---:|---:|---:|---:|",
            *places,
            "",
            "| value, law and identity | share |",
            "|---|---:|",
            *(f"| {name} | {share:.3f} |" for name, share in shares.items()),
            "",
        ]
    )


if __name__ == "__main__":
    main()
