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
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from deltalake import DeltaTable

from benchmarks.over_time import Weeks, kept, surfacing, told
from benchmarks.truth import HELPERS, LEAST, Groups, World, commit, score, surfaced
from jobs.graph.near import METRES_PER_DEGREE
from jobs.graph.traits import KINDS, ONE_FAMILY, PAIR_WEIGHT

SPLINK_CERTAIN = 0.95

TITLE = f"""# Accuracy

Written by `python -m benchmarks.accuracy`; groups of {LEAST} shops or more count.
"""
CAUTION = """
The simulated world is our own, and its kinds of groups are those that the rules were made for: the figures say which
method does what, not how well any of them works on a marketplace. Communities find the groups; what keeps most groups of
resellers out is `rackets.production`.
"""

# --- places and value of what was surfaced -------------------------------------------------------


def known_sites(
    sites: pd.DataFrame, of: dict[str, str], world: World, kind: str
) -> list[tuple[str, pd.Series, pd.DataFrame]]:
    """(racket, its published site of first rank, its true places) of the groups whose true place of the kind is known."""
    chosen = sites[(sites.kind == kind) & (sites["rank"] == 1)].set_index("racket_id")
    return [
        (racket, chosen.loc[group], world.sites[racket, kind])
        for group, racket in of.items()
        if (racket, kind) in world.sites and group in chosen.index
    ]


def placed(sites: pd.DataFrame, of: dict[str, str], world: World) -> list[str]:
    """A row of a table for each kind of site: how many are placed, how near, and whether the radius holds the truth."""
    rows = []
    for kind in ("made_at", "packed_at", "shipped_from", "returned_to"):
        errors, held = [], []
        known = known_sites(sites, of, world, kind)
        for _, site, truth in known:
            if site.abstained:
                continue
            metres = _metres(site, truth)
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


def inferable(sites: pd.DataFrame, of: dict[str, str], world: World, weeks: Weeks) -> str:
    """A sentence: places of making of the rackets whose traces lead to one."""
    known = [found for found in known_sites(sites, of, world, "made_at") if weeks.rackets.site_inferable[found[0]]]
    shown = [(site, truth) for _, site, truth in known if not site.abstained]
    right = sum(_metres(site, truth) <= 1000 for site, truth in shown)
    return (
        f"Of {len(known)} whose traces lead to where they make, {1 - len(shown) / max(1, len(known)):.3f} have no such place; "
        f"{right / max(1, len(shown)):.3f} of the others are within 1 km."
    )


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
    parser.add_argument(
        "--commit", nargs="+", help="of the code that computed each (default: the one that is checked out)"
    )
    parser.add_argument("--write", type=Path, help="write the tables to this file instead of printing them")
    parsed = parser.parse_args()
    warehouses = parsed.warehouse or [world / "wh" for world in parsed.world]
    commits = parsed.commit or [commit()] * len(parsed.world)
    sections = [section(*given) for given in zip(parsed.world, warehouses, commits, strict=True)]
    text = "\n".join([TITLE, *sections, CAUTION])
    if parsed.write:
        parsed.write.write_text(text, encoding="utf-8")
    else:
        print(text)


def section(folder: Path, warehouse: Path, computed_by: str) -> str:
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

    def all_sundays(name: str, columns: list[str]) -> pd.DataFrame:
        return DeltaTable(str(warehouse.joinpath(*name.split(".")))).to_pyarrow_table(columns=columns).to_pandas()

    weeks = Weeks(
        folder,
        about,
        all_sundays("rackets.members", ["ds", "racket_id", "seller_id", "role"]),
        all_sundays("rackets.leads", ["ds", "racket_id", "is_lead"]).query("is_lead"),
    )
    ids, first = weeks.ids(), weeks.first_leads()
    events = all_sundays("rackets.events", ["ds", "event", "racket_id", "other_racket_id"])
    return (
        report(about, sunday, computed_by, world, results)
        + places_and_value(len(of), placed(sites, of, world), inferable(sites, of, world, weeks), valued(judged, of, world) | kept(weeks, ids))
        + over_weeks(surfacing(weeks, first), told(weeks, events, ids, first))
    )  # fmt: skip


def _by(rows: pd.DataFrame, name: str) -> Groups:
    return {str(group): list(shops) for group, shops in rows.groupby(name).seller_id}


def leads(table: Callable[[str, list[str]], pd.DataFrame]) -> Groups:
    """Members of the rackets that are leads, without those that only supply or forward."""
    members = table("rackets.members", ["racket_id", "seller_id", "role"])
    judged = table("rackets.leads", ["racket_id", "is_lead"])
    chosen = members[members.racket_id.isin(judged[judged.is_lead].racket_id)]
    return _by(chosen[~chosen.role.isin(HELPERS)], "racket_id")


def report(
    about: dict, sunday: str, computed_by: str, world: World, results: dict[str, tuple[dict[str, float], Groups]]
) -> str:
    """Markdown: a table of figures by method, and what the groups are that are no rackets."""
    names = list(next(iter(results.values()))[0])
    lines = [
        f"## Seed {about['seed']}",
        "",
        f"Preset `{about['preset']}`, as known on {sunday}, commit {computed_by}: {len(world.observable)} observable rackets.",
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


def places_and_value(groups: int, places: list[str], of_inferable: str, shares: dict[str, float]) -> str:
    """Markdown: where and how much, of the rackets that leads surfaced; and how long ids last."""
    return "\n".join(
        [
            "",
            f"Places of the {groups} leads that surface a racket (first rank; of those whose true place of the kind is known; where none is placed the evidence does not hold one):",
            "",
            "| site | placed | within 1 km | median error, m | radius holds the truth |",
            "|---|---:|---:|---:|---:|",
            *places,
            "",
            of_inferable,
            "",
            "| value, law and identity | share |",
            "|---|---:|",
            *(f"| {name} | {share:.3f} |" for name, share in shares.items()),
            "",
        ]
    )


def over_weeks(sentences: list[str], events: list[str]) -> str:
    """Markdown: how soon rackets were leads, and which events were told in time."""
    return "\n".join(
        [
            "",
            *sentences,
            "",
            "| true event, of rackets that were leads | events | told in time | days | told at all, true or not |",
            "|---|---:|---:|---:|---:|",
            *events,
            "",
        ]
    )


if __name__ == "__main__":
    main()
