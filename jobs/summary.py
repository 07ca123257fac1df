"""The leads of one day for a person: lines for a terminal, and one HTML page that loads nothing from outside.

Names and titles are the sellers' own and may be hostile: the page escapes everything and has no script.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from pyspark.sql import functions as F

from jobs import site_map
from jobs.display import shown
from jobs.errors import UsageError
from jobs.published import need, of_day
from jobs.runner import Run
from jobs.site_map import Site

# An investigator opens tens of leads, not thousands.
MAX_LEADS = 200
# Shops that a page names per lead.
MAX_SELLERS = 30


@dataclass(frozen=True)
class Lead:
    """One lead and its members, as published."""

    rank: int
    racket_id: str
    production_score: float
    sellers: int
    orders: int
    value_low_cny: Decimal
    value_cny: Decimal
    value_high_cny: Decimal
    threshold_cny: Decimal
    over_threshold: bool
    jurisdiction: str | None
    families: int
    brands: tuple[str, ...]
    categories: tuple[str, ...]
    first_activity: datetime | None
    last_activity: datetime | None
    why: tuple[str, ...]
    members: tuple[tuple[str, str, str, str], ...]  # seller_id, shop_name, role, tier
    sites: tuple[Site, ...]  # the likeliest of each kind, in the order of site_map.KINDS

    @property
    def member_ids(self) -> tuple[str, ...]:
        return tuple(member[0] for member in self.members)


def newest_day(run: Run) -> date:
    """The newest day with leads. Raises UsageError when there is none."""
    days = run.ledger.days("rackets.leads")
    if not days:
        raise UsageError("no leads are published: run `python -m jobs daily` and `python -m jobs weekly` first")
    return days[-1]


def leads_of(run: Run, day: date) -> list[Lead]:
    """The leads of a day (`is_lead`), best first, at most MAX_LEADS. Raises UsageError when the day is not published."""
    need(run, day, "rackets.leads")
    leads = of_day(run, "rackets.leads", day).where("is_lead").orderBy("rank").limit(MAX_LEADS)
    shops = of_day(run, "core.seller_states", day).select("seller_id", "shop_name")
    members = (
        of_day(run, "rackets.members", day)
        .join(leads.select("racket_id"), "racket_id", how="left_semi")
        .join(shops, "seller_id", how="left")
        .groupBy("racket_id")
        .agg(F.array_sort(F.collect_list(F.struct("seller_id", "shop_name", "role", "tier"))).alias("members"))
    )
    place = F.struct("kind", "lng", "lat", "radius_m", "region_code", "probability", "because")
    sites = (
        of_day(run, "rackets.sites", day)
        .where("rank = 1")
        .join(leads.select("racket_id"), "racket_id", how="left_semi")
        .groupBy("racket_id")
        .agg(F.collect_list(place).alias("sites"))
    )
    told = leads.join(members, "racket_id", how="left").join(sites, "racket_id", how="left")
    rows = told.orderBy("rank").collect()  # at most MAX_LEADS
    return [
        Lead(
            row["rank"], row["racket_id"], row["production_score"], row["sellers"], row["orders"],
            row["value_low_cny"], row["value_cny"], row["value_high_cny"], row["threshold_cny"], row["over_threshold"],
            row["lead_jurisdiction"], row["evidence_families"], tuple(row["brands"]), tuple(row["categories"]),
            row["first_activity"], row["last_activity"], tuple(row["why"]),
            tuple((m["seller_id"], shown(m["shop_name"] or ""), m["role"], m["tier"]) for m in row["members"] or ()),
            _sites(row["sites"] or ()),
        )
        for row in rows
    ]  # fmt: skip


def _sites(rows: Iterable[Any]) -> tuple[Site, ...]:
    found = {row["kind"]: Site(**row.asDict()) for row in rows}
    return tuple(found[kind] for kind in site_map.KINDS if kind in found)


def lines(leads: list[Lead], notes: dict[str, str] | None = None) -> list[str]:
    """For a terminal: of each lead a line of figures, its place, and why it is one. notes: as of `page`."""
    told = [f"{'rank':>4}  {'racket':20} {'score':>5} {'shops':>5} {'orders':>7} {'counterfeit turnover':>26}  brands"]
    for lead in leads:
        note = (notes or {}).get(lead.racket_id)
        told.append(
            f"{lead.rank:>4}  {lead.racket_id:20} {lead.production_score:5.2f} {lead.sellers:>5} {lead.orders:>7,} "
            f"{_yuan(lead.value_cny):>12} {'over' if lead.over_threshold else 'under':>5} {_yuan(lead.threshold_cny)}  "
            f"{', '.join(lead.brands[:4])}{f'  | {note}' if note else ''}"
        )
        told += [f"{'':6}{sentence}" for sentence in (_place(lead), *lead.why) if sentence]
    return [shown(line) for line in told]


def _place(lead: Lead) -> str | None:
    """The place of making, else of sending; where neither is known, what is known of the first."""
    wanted = [site for site in lead.sites if site.kind in ("made_at", "shipped_from")]
    known = [site for site in wanted if site.lng is not None] or wanted
    return site_map.described(known[0]) if known else None


def _yuan(amount: Decimal) -> str:
    return f"¥{amount:,.0f}"


def page(
    leads: list[Lead],
    day: date,
    notes: dict[str, str] | None = None,
    boundaries: Sequence[Sequence[tuple[float, float]]] = (),
) -> str:
    """The HTML page. notes: racket_id -> a remark that is shown with the lead. boundaries: see site_map.read_boundaries."""
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["yuan"] = _yuan
    environment.filters["shown"] = shown
    environment.filters["described"] = site_map.described
    picture = site_map.drawn([(lead.rank, lead.racket_id, site) for lead in leads for site in lead.sites], boundaries)
    template = environment.get_template("summary.html.j2")
    return template.render(leads=leads, day=day, notes=notes or {}, max_sellers=MAX_SELLERS, picture=picture)


def write(path: Path, text: str) -> None:
    """Writes the page, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
