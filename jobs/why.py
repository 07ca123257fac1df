"""What ties two shops, or holds a racket together: sentences for a person, with the keys of the rows they rest on.

Shops appear by id only: names and texts are the sellers' own and may be hostile. Values appear as keyed hashes, as in the
examples of links.edges (jobs/masking.py), because many are personal; only who has the key and asks for one is told what
it stands for.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs import storage
from jobs.display import shown
from jobs.errors import JobError, UsageError
from jobs.graph.families import families_of
from jobs.graph.pairs import tied_pairs
from jobs.graph.traits import (
    ENDED,
    HONEST_DAMPING,
    KINDS,
    MIN_WEIGHT,
    ONE_FAMILY,
    PAIR_WEIGHT,
)
from jobs.graph.why import Group, merged_places, smallest_cut, strongest_chain, weakest_tie
from jobs.masking import KEY_VARIABLE, masked
from jobs.outcomes import standing
from jobs.published import need, of_day
from jobs.runner import Run

# Rows of shared values that are brought here for one racket: thousands of shops.
MAX_USES = 300_000
# Steps of a chain that are told, and values that two shops share to no effect.
MAX_STEPS, MAX_COMMON = 40, 12
# Shops and pieces of evidence that one sentence names.
NAMED, STRONGEST = 12, 8
# Fewer honest shops than this are none, to a person.
NOBODY = 0.05

# Where values stand: those of shops, and those that suspects share, which may be read from pictures.
VALUES = ("links.trait_states", "links.shared_values")

PIECES = ("piece of evidence", "pieces of evidence")
LEGEND = (
    "In brackets: table, day and key of the rows. #… is a value's keyed hash, as in links.edges. nats: log-likelihood ratio, "
    "one operation against chance."
)


@dataclass(frozen=True)
class Shop:
    """Where a shop stands on the day; component and community are None when it is tied to nobody, or in none."""

    seller_id: str
    is_suspect: bool
    suspicion: float
    component: int | None
    community: str | None


@dataclass(frozen=True)
class Use:
    """A row of links.shared_values, its value as a hash."""

    seller_id: str
    kind: str
    mark: str
    suspects: int
    honest: float
    weight: float
    is_ended: bool
    first_seen: date
    last_seen: date


@dataclass(frozen=True)
class Tie:
    """A row of links.edges that rests on no value: parcels of one place, purchases."""

    src: str
    dst: str
    via: str
    weight: float
    shared: int
    example: str
    first_seen: date
    last_seen: date


@dataclass(frozen=True)
class Evidence:
    """What two shops have in common in one family, at its best."""

    family: str
    nats: float
    text: str
    keys: str


@dataclass(frozen=True)
class Chain:
    """The strongest chain between two shops: number of its ties, nats of the weakest, and its first MAX_STEPS ties."""

    ties: int
    weakest: float
    steps: tuple[tuple[str, str, list[Evidence]], ...]


@dataclass(frozen=True)
class Common:
    """A value that two shops use and that does not tie them; reason: of links.hubs, empty when it has no row there."""

    kind: str
    mark: str
    reason: str


@dataclass(frozen=True)
class Member:
    """A row of rackets.members."""

    seller_id: str
    tier: str
    role: str
    confidence: float
    since: date


@dataclass(frozen=True)
class Family:
    """How many members a family ties to another, by how many ties, (src, dst, via) of the strongest; families.py."""

    name: str
    tied: int
    ties: int
    strongest: tuple[str, str, str]
    holds: bool


@dataclass(frozen=True)
class Piece:
    """A piece of evidence inside a racket: what it is, nats as its outsiders leave them, the members that it ties."""

    kind: str
    mark: str
    nats: float
    users: tuple[str, ...]
    first_seen: date
    last_seen: date
    outside: str
    keys: str

    @property
    def family(self) -> str:
        return KINDS[self.kind].family


# --- two shops ----------------------------------------------------------------------------------


def pair_lines(run: Run, first: str, second: str, day: date) -> list[str]:
    """What ties two shops on a day. Raises UsageError for a shop or a day that is not there."""
    if first == second:
        raise UsageError(f"{first!r} is one shop: give two, or a racket")
    need(
        run,
        day,
        "evidence.seller_signals",
        "links.shared_values",
        "links.edges",
        "links.components",
        "links.communities",
        "links.hubs",
        "links.trait_states",
    )
    a, b = sorted((first, second))
    shops = read_shops(run, (a, b), day)
    for seller in (first, second):
        if seller not in shops:
            raise UsageError(f"no shop {seller!r} is known on {day}: ids of shops stand in evidence.seller_signals")
    direct = evidence_of_pair(a, b, read_uses(run, (a, b), day), read_ties(run, (a, b), day), day)
    chain = None
    if nats_of(direct) < PAIR_WEIGHT and shops[a].component is not None and shops[a].component == shops[b].component:
        chain = read_chain(run, shops[a], shops[b], day)
    common = read_common(run, a, b, day)
    judged = read_judgements(run, a, b, day)
    return _clean(pair_text(day, shops[a], shops[b], direct, chain, common, judged))


def pair_text(
    day: date,
    a: Shop,
    b: Shop,
    direct: Sequence[Evidence],
    chain: Chain | None,
    common: Sequence[Common],
    judged: Sequence[str],
) -> list[str]:
    """The answer as lines. judged: keys of what people said against it."""
    lines = [f"Shops {a.seller_id} and {b.seller_id}, as known on {day}", *(_stand(shop, day) for shop in (a, b))]
    lines += [f"A person has judged that they do not belong together {keys}" for keys in judged]
    nats = nats_of(direct)
    if nats >= PAIR_WEIGHT:
        lines += [f"They are tied directly, by {_count(len(direct), 'family', 'families')}, {_sum(direct)}:"]
        lines += _told(direct)
    elif direct:
        lines += [f"What they share says {_sum(direct)}, less than the {PAIR_WEIGHT:.0f} that tie two shops:"]
        lines += _told(direct)
    if chain:
        lines.append(
            f"The strongest chain between them has {_count(chain.ties, 'tie')}, the weakest of {chain.weakest:.1f} nats:"
        )
        for src, dst, evidence in chain.steps:
            lines += [f"  {src} and {dst}, {_sum(evidence)}:", *(f"  {line}" for line in _told(evidence))]
        if chain.ties > len(chain.steps):
            lines.append(f"  and {chain.ties - len(chain.steps)} more, to {b.seller_id}")
    elif nats < PAIR_WEIGHT:
        lines.append(f"No chain of ties leads from one to the other: {_why_not(a, b)}")
    if common:
        lines.append("They share, to no effect:")
        lines += [
            f"  {value.kind} #{value.mark}: {value.reason or _no_hub(a, b)} "
            + _keys("links.hubs" if value.reason else "links.trait_states", day, value.kind, f"#{value.mark}")
            for value in common[:MAX_COMMON]
        ]
        if len(common) > MAX_COMMON:
            lines.append("  and more")
    return [*lines, LEGEND]


def evidence_of_pair(a: str, b: str, uses: Iterable[Use], ties: Iterable[Tie], day: date) -> list[Evidence]:
    """The best of each family that ties two shops, strongest first."""
    of_a, of_b = ({(u.kind, u.mark): u for u in uses if u.seller_id == seller} for seller in (a, b))
    found = [
        _of_value(of_a[value], of_b[value], day) for value in of_a.keys() & of_b.keys() if of_a[value].weight >= MIN_WEIGHT
    ]  # fmt: skip
    found += [_of_tie(tie, day) for tie in ties if {tie.src, tie.dst} == {a, b}]
    best: dict[str, list[Evidence]] = defaultdict(list)
    for evidence in sorted(found, key=lambda e: (-e.nats, e.text)):
        best[evidence.family].append(evidence)
    return [
        Evidence(top.family, top.nats, top.text + (f"; and {len(rest)} more" if rest else ""), top.keys)
        for top, *rest in best.values()
    ]


def nats_of(evidence: Sequence[Evidence]) -> float:
    """What the families say together; of one alone only ONE_FAMILY counts, as in links.components."""
    return sum(e.nats for e in evidence) * (ONE_FAMILY if len(evidence) == 1 else 1.0)


def _of_value(a: Use, b: Use, day: date) -> Evidence:
    since, until = max(a.first_seen, b.first_seen), min(a.last_seen, b.last_seen)
    ended = a.is_ended or b.is_ended
    when = f"since {since}, until {until}" if since <= until else f"one until {until}, the other since {since}"
    text = f"both use {a.kind} #{a.mark}, {when}; {_users(a.suspects, a.honest)} in all"
    if ended:
        text += f"; one of them has stated another one since, so it counts {ENDED:.0%}"
    keys = _keys("links.shared_values", day, a.kind, f"#{a.mark}", a.seller_id, b.seller_id)
    return Evidence(KINDS[a.kind].family, a.weight * (ENDED if ended else 1.0), text, keys)


def _of_tie(tie: Tie, day: date) -> Evidence:
    text = {
        "place": f"parcels of both are picked up at one place, near {tie.example}",
        "supplier": f"one buys suspect goods from the other and from nobody else, {_count(tie.shared, 'order')}, "
        f"since {tie.first_seen}, until {tie.last_seen}",
    }[tie.via]
    return Evidence(
        KINDS[tie.via].family, tie.weight, text, _keys("links.edges", day, tie.src, tie.dst, f"via {tie.via}")
    )


def _sum(evidence: Sequence[Evidence]) -> str:
    alone = f" (one family alone counts {ONE_FAMILY:.0%})" if len(evidence) == 1 else ""
    return f"{nats_of(evidence):.1f} nats{alone}"


def _told(evidence: Sequence[Evidence]) -> list[str]:
    return [f"  {e.family}, {e.nats:.1f} nats: {e.text} {e.keys}" for e in evidence]


def _stand(shop: Shop, day: date) -> str:
    said = f"{shop.seller_id}: {'a' if shop.is_suspect else 'no'} suspect ({shop.suspicion:+.1f} nats of log-odds)"
    keys = _keys("evidence.seller_signals", day, shop.seller_id)
    if shop.component is None:
        return f"{said}, tied to nobody {keys}"
    keys += " " + _keys("links.components", day, shop.seller_id)
    if shop.community is None:
        return f"{said}, in component {shop.component}, in no community {keys}"
    keys += " " + _keys("links.communities", day, shop.seller_id)
    return f"{said}, in component {shop.component}, in community {shop.community} {keys}"


def _why_not(a: Shop, b: Shop) -> str:
    honest = [shop.seller_id for shop in (a, b) if not shop.is_suspect]
    if honest:
        return f"only suspects are linked, and {' and '.join(honest)} {'is' if len(honest) == 1 else 'are'} none"
    alone = [shop.seller_id for shop in (a, b) if shop.component is None]
    if alone:
        return f"{' and '.join(alone)} {'is' if len(alone) == 1 else 'are'} tied to nobody"
    return f"components {a.component} and {b.component} have no tie between them"


def _no_hub(a: Shop, b: Shop) -> str:
    if a.is_suspect and b.is_suspect:
        return "one of them has too many values of this kind for it to be its own"
    return "it ties suspects only"


# --- a racket -----------------------------------------------------------------------------------


def racket_lines(run: Run, racket_id: str, day: date, strongest: int = STRONGEST) -> list[str]:
    """What holds a racket together on a day, with so many of its strongest ties. Raises UsageError when it is not there,
    JobError when it is too large to be looked at here."""
    need(run, day, "rackets.members", "links.shared_values", "links.edges")
    members = read_members(run, racket_id, day)
    of_racket = of_day(run, "rackets.members", day).where(F.col("racket_id") == racket_id).select("seller_id")
    values = of_day(run, "links.shared_values", day).join(of_racket, "seller_id", how="left_semi")
    uses = _uses(values.limit(MAX_USES + 1))
    if len(uses) > MAX_USES:
        raise JobError(
            f"racket {racket_id} of {day} has more than {MAX_USES:,} uses of shared values: too many to be told; "
            "see links.shared_values for what glues it"
        )
    src, dst = (of_racket.withColumnRenamed("seller_id", name) for name in ("src", "dst"))
    edges = of_day(run, "links.edges", day).join(src, "src", how="left_semi").join(dst, "dst", how="left_semi")
    pieces = pieces_of(members, uses, _ties(edges), day)
    return _clean(racket_text(day, racket_id, members, read_families(run, racket_id, day), pieces, strongest))


def racket_text(
    day: date,
    racket_id: str,
    members: Sequence[Member],
    families: Sequence[Family],
    pieces: Sequence[Piece],
    strongest: int,
) -> list[str]:
    """The answer as lines. families: those that tie most first. pieces: strongest first."""
    names = [member.seller_id for member in members]
    lines = [f"Racket {racket_id}, as known on {day}: {_count(len(members), 'shop')}"]
    for tier in ("core", "attached"):
        told = [f"{m.seller_id} ({m.role}, {m.confidence:.2f}, since {m.since})" for m in members if m.tier == tier]
        if told:
            keys = _keys("rackets.members", day, racket_id)
            lines.append(f"{tier}, {_count(len(told), 'shop')}: {_named(told)} {keys}")
    lines += _families_text(day, len(names), families)
    lines += _cut_text(names, pieces)
    if pieces:
        lines.append(f"The strongest of {_count(len(pieces), *PIECES)}:")
        lines += [_piece(piece, len(names)) for piece in pieces[:strongest]]
    return [*lines, LEGEND]


def pieces_of(members: Sequence[Member], uses: Iterable[Use], ties: Iterable[Tie], day: date) -> list[Piece]:
    """What ties members to each other, strongest first: values, places and purchases that say MIN_WEIGHT or more.

    Inside a racket a value says what those who use it outside leave of it, as in links.communities.
    """
    names = {member.seller_id for member in members}
    users: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for use in uses:
        users[use.kind, use.mark].append(use)
    found = [_of_uses(kind, mark, own, day) for (kind, mark), own in users.items()]
    inside = [tie for tie in ties if tie.src in names and tie.dst in names]
    found += [_of_supply(tie, day) for tie in inside if tie.via == "supplier"]
    found += _of_places([tie for tie in inside if tie.via == "place"], day)
    kept = [piece for piece in found if len(piece.users) > 1]
    return sorted(kept, key=lambda piece: (-piece.nats, -len(piece.users), piece.kind, piece.mark))


def _of_uses(kind: str, mark: str, uses: list[Use], day: date) -> Piece:
    suspects, honest = uses[0].suspects - len(uses), uses[0].honest
    nats = KINDS[kind].base - HONEST_DAMPING * math.log1p(max(suspects + honest, 0.0))
    held = [use for use in uses if nats * (ENDED if use.is_ended else 1.0) >= MIN_WEIGHT]
    return Piece(
        kind, mark, nats, tuple(sorted(use.seller_id for use in held)), min(use.first_seen for use in uses),
        max(use.last_seen for use in uses), f"{_users(suspects, honest)} outside",
        _keys("links.shared_values", day, kind, f"#{mark}"),
    )  # fmt: skip


def _of_supply(tie: Tie, day: date) -> Piece:
    return Piece(
        tie.via, f"{tie.src}-{tie.dst}", tie.weight, (tie.src, tie.dst), tie.first_seen, tie.last_seen,
        f"{_count(tie.shared, 'order')} of one from the other", _keys("links.edges", day, tie.src, tie.dst, "via supplier"),
    )  # fmt: skip


def _of_places(ties: list[Tie], day: date) -> list[Piece]:
    names = sorted({name for tie in ties for name in (tie.src, tie.dst)})
    number = {name: node for node, name in enumerate(names)}
    src, dst = (np.array([number[getattr(tie, end)] for tie in ties], np.int64) for end in ("src", "dst"))
    at = np.array([[float(part) for part in tie.example.split(",")] for tie in ties]).reshape(-1, 2)
    place = merged_places(src, dst, at[:, 0], at[:, 1]).tolist()
    found = []
    for one in sorted(set(place)):
        own = sorted(
            (tie for tie, its in zip(ties, place, strict=True) if its == one),
            key=lambda tie: (-tie.weight, tie.src, tie.dst),
        )
        shops = tuple(sorted({name for tie in own for name in (tie.src, tie.dst)}))
        keys = _keys("links.edges", day, own[0].src, own[0].dst, "via place")
        found.append(
            Piece("place", own[0].example, own[0].weight, shops, own[0].first_seen, own[0].last_seen,
                  "parcels are picked up at one place", keys)
        )  # fmt: skip
    return found


def _families_text(day: date, shops: int, families: Sequence[Family]) -> list[str]:
    holds = sum(family.holds for family in families)
    return [
        f"{_count(holds, 'independent family', 'independent families')} of evidence "
        f"{'ties' if holds == 1 else 'tie'} at least half of its shops to another of them, as rackets.leads counts:",
        *(
            f"  {family.name}: {family.tied} of {_count(shops, 'shop')} by {_count(family.ties, 'tie')}"
            f"{'' if family.holds else ', less than half'} {_keys('links.edges', day, src, dst, f'via {via}')}"
            for family in families
            for src, dst, via in [family.strongest]
        ),
    ]


def _cut_text(names: Sequence[str], pieces: Sequence[Piece]) -> list[str]:
    cut = smallest_cut(_group(names, pieces))
    if cut is None:
        return ["No single piece of evidence holds it together; it is too large to look for the smallest set that does"]
    shops: dict[int, list[str]] = defaultdict(list)
    for name, part in zip(names, cut.part.tolist(), strict=True):
        shops[part].append(name)
    parts = _named(
        [f"{_count(len(p), 'shop')} ({_named(p)})" for p in sorted(shops.values(), key=lambda p: (-len(p), p))], "; "
    )
    if not cut.values:
        return [f"Evidence of {MIN_WEIGHT:.0f} nats and more does not connect all of it, but: {parts}"]
    fewest = "no less would do" if cut.is_smallest else "it is too large to compare all such sets"
    return [
        f"It would split without {_count(len(cut.values), *PIECES)}; {fewest}:",
        *(_piece(pieces[value], len(names)) for value in cut.values),
        f"  left would be: {parts}",
    ]


def _group(names: Sequence[str], pieces: Sequence[Piece]) -> Group:
    node = {name: number for number, name in enumerate(names)}
    uses = [(node[user], number) for number, piece in enumerate(pieces) for user in piece.users]
    user, value = np.array(uses, np.int64).reshape(-1, 2).T
    return Group(len(names), user, value)


def _piece(piece: Piece, shops: int) -> str:
    mark = piece.mark if piece.kind in ("place", "supplier") else f"#{piece.mark}"
    seen = f"seen {piece.first_seen}..{piece.last_seen}"
    if piece.first_seen > piece.last_seen:  # a place that two shops used one after the other
        seen = f"one until {piece.last_seen}, the other since {piece.first_seen}"
    return (
        f"  {piece.kind} {mark}, {piece.nats:.1f} nats: {len(piece.users)} of {shops} shops ({_named(piece.users)}), "
        f"{piece.outside}, {seen} {piece.keys}"
    )


# --- a value ------------------------------------------------------------------------------------


def value_lines(run: Run, mark: str, day: date) -> list[str]:
    """The values that a hash stands for, and who uses them: for who has the key, since many values are personal.

    Raises UsageError when no value of the day has the hash under this key.
    """
    need(run, day, *VALUES)
    found = {table: _of_mark(run, table, mark.removeprefix("#"), day) for table in VALUES}
    lines = [
        f"{kind} {value} is used by {_count(users, 'shop')}: {', '.join(sellers)}{', …' if users > len(sellers) else ''} {_keys(table, day, kind, value)}"
        for table, rows in found.items()
        for kind, value, users, sellers in rows
    ]
    if not lines:
        raise UsageError(
            f"no value of {day} has the hash {mark!r}: give the {KEY_VARIABLE} and the day under which it was printed"
        )
    return _clean(lines)


def _of_mark(run: Run, table: str, mark: str, day: date) -> list[tuple[str, str, int, list[str]]]:
    rows = (
        of_day(run, table, day)
        .where(masked(F.col("kind"), F.col("value")) == mark)
        .withColumn("n", F.row_number().over(Window.partitionBy("kind", "value").orderBy("seller_id")))
        .groupBy("kind", "value")
        .agg(
            F.count("*").alias("users"),
            F.array_sort(F.collect_list(F.when(F.col("n") <= NAMED, F.col("seller_id")))).alias("sellers"),
        )
        .orderBy("kind", "value")
        .collect()  # one value, and NAMED of its users, but for two that have one hash by chance
    )
    return [(row["kind"], row["value"], row["users"], row["sellers"]) for row in rows]


# --- words --------------------------------------------------------------------------------------


def _clean(lines: Iterable[str]) -> list[str]:
    return [shown(line) for line in lines]


def _keys(table: str, day: date, *key: str) -> str:
    return f"[{table} {day}: {', '.join(key)}]"


def _users(suspects: int, honest: float) -> str:
    if not suspects and honest < NOBODY:
        return "nobody"
    return f"{suspects} suspect and about {honest:.1f} honest shops"


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _named(names: Sequence[str], between: str = ", ") -> str:
    return between.join(names[:NAMED]) + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "")


# --- rows ---------------------------------------------------------------------------------------


def read_shops(run: Run, sellers: Sequence[str], day: date) -> Mapping[str, Shop]:
    """Where some shops stand, by seller_id."""
    component = _of_sellers(run, "links.components", sellers, day).select("seller_id", "component")
    community = _of_sellers(run, "links.communities", sellers, day).select("seller_id", "community_id")
    rows = (
        _of_sellers(run, "evidence.seller_signals", sellers, day)
        .join(component, "seller_id", how="left")
        .join(community, "seller_id", how="left")
        .select("seller_id", "is_suspect", "suspicion", "component", "community_id")
        .collect()  # a row for each of the sellers that were asked for
    )
    return {row["seller_id"]: Shop(*row) for row in rows}


def read_uses(run: Run, sellers: Sequence[str], day: date) -> list[Use]:
    """Shared values of some shops."""
    return _uses(_of_sellers(run, "links.shared_values", sellers, day))


def read_ties(run: Run, sellers: Sequence[str], day: date) -> list[Tie]:
    """Ties among some shops that rest on no value."""
    edges = of_day(run, "links.edges", day)
    return _ties(edges.where(F.col("src").isin(list(sellers)) & F.col("dst").isin(list(sellers))))


def read_chain(run: Run, a: Shop, b: Shop, day: date) -> Chain:
    """The strongest chain between two shops of one component.

    A component has at most as many shops as links.components lets pass, and BAND ties a shop.
    """
    inside = of_day(run, "links.components", day).where(F.col("component") == F.lit(a.component))
    edges = of_day(run, "links.edges", day).join(inside.select(F.col("seller_id").alias("src")), "src", how="left_semi")
    pairs = tied_pairs(edges).select("src", "dst", "weight").toArrow()
    names = sorted({name for end in ("src", "dst") for name in pc.unique(pairs[end]).to_pylist()})
    known = pa.array(names, pa.string())
    src, dst = (pc.index_in(pairs[end], value_set=known).to_numpy() for end in ("src", "dst"))
    weight = pairs["weight"].to_numpy()
    nodes = strongest_chain(len(names), src, dst, weight, names.index(a.seller_id), names.index(b.seller_id))
    told = [names[node] for node in nodes[: MAX_STEPS + 1]]
    uses, ties = read_uses(run, told, day), read_ties(run, told, day)
    steps = tuple((x, y, evidence_of_pair(x, y, uses, ties, day)) for x, y in pairwise(told))
    return Chain(len(nodes) - 1, weakest_tie(nodes, src, dst, weight), steps)


def read_common(run: Run, a: str, b: str, day: date) -> list[Common]:
    """Values that both shops use and that are hubs, or do not tie them; at most one more than are told."""
    value = ["kind", "value"]
    both = (
        _of_sellers(run, "links.trait_states", (a, b), day)
        .groupBy(*value)
        .agg(F.count_distinct("seller_id").alias("users"))
        .where("users = 2")
    )
    tied = (
        _of_sellers(run, "links.shared_values", (a, b), day)
        .where(F.col("weight") >= MIN_WEIGHT)
        .groupBy(*value)
        .agg(F.count("*").alias("holders"))
    )
    hubs = of_day(run, "links.hubs", day).select(*value, "reason")
    rows = (
        both.join(tied, value, how="left")
        .join(hubs, value, how="left")
        .where("reason IS NOT NULL OR holders IS NULL OR holders < 2")
        .select("kind", _mark(), F.coalesce("reason", F.lit("")).alias("reason"))
        .orderBy("kind", "mark")
        .limit(MAX_COMMON + 1)
        .collect()
    )
    return [Common(*row) for row in rows]


def read_judgements(run: Run, a: str, b: str, day: date) -> list[str]:
    """Keys of the judgements that stand on the day and say that two shops do not belong together."""
    if not any(known <= day for known in run.ledger.days("staging.outcomes")):
        return []
    outcomes = storage.read(run.spark, run.path("staging.outcomes"), where=f"ds <= date'{day}'")
    apart = (F.col("event") == "cannot_link") & F.col("subject_a").isin(a, b) & F.col("subject_b").isin(a, b)
    if outcomes.where(apart).isEmpty():
        return []  # which judgements stand takes seconds to say, and hardly any two shops were ever judged
    rows = (
        standing(outcomes, [day])
        .where(apart)
        .select("changed_ds", "outcome_id")
        .orderBy("changed_ds", "outcome_id")
        .limit(NAMED)
        .collect()
    )
    return [_keys("staging.outcomes", row["changed_ds"], row["outcome_id"]) for row in rows]


def read_members(run: Run, racket_id: str, day: date) -> list[Member]:
    """A racket's members in order of seller_id. Raises UsageError when it has none on that day."""
    rackets = storage.read(run.spark, run.path("rackets.members")).where(F.col("racket_id") == racket_id)
    rows = (
        rackets.where(F.col("ds") == F.lit(day))
        .select("seller_id", "tier", "role", "confidence", "since")
        .orderBy("seller_id")
        .collect()  # of a component, which links.components bounds
    )
    if not rows:
        days = rackets.agg(F.min("ds"), F.max("ds")).collect()[0]
        known = (
            f"it is known from {days[0]} to {days[1]}" if days[0] else f"`python -m jobs leads --ds {day}` names some"
        )
        raise UsageError(f"there is no racket {racket_id!r} on {day}: {known}")
    return [Member(*row) for row in rows]


def read_families(run: Run, racket_id: str, day: date) -> list[Family]:
    """The families of evidence of a racket, those that tie most of its members first."""
    members = of_day(run, "rackets.members", day).where(F.col("racket_id") == racket_id)
    found = families_of(members, of_day(run, "links.edges", day)).select("family", "tied", "ties", "strongest", "holds")
    rows = found.orderBy(F.desc("tied"), "family").collect()  # at most one a family
    return [Family(row["family"], row["tied"], row["ties"], tuple(row["strongest"]), row["holds"]) for row in rows]


def _of_sellers(run: Run, table: str, sellers: Sequence[str], day: date) -> DataFrame:
    return of_day(run, table, day).where(F.col("seller_id").isin(list(sellers)))


def _mark() -> Column:
    """The hash under which links.edges shows a value."""
    return masked(F.col("kind"), F.col("value")).alias("mark")


def _uses(values: DataFrame) -> list[Use]:
    columns = ("suspects", "honest", "weight", "is_ended", "first_seen", "last_seen")
    return [Use(*row) for row in values.select("seller_id", "kind", _mark(), *columns).collect()]


def _ties(edges: DataFrame) -> list[Tie]:
    columns = ("src", "dst", "via", "weight", "shared", "example", "first_seen", "last_seen")
    return [Tie(*row) for row in edges.where(F.col("via").isin("place", "supplier")).select(*columns).collect()]
