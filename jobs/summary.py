"""The leads of one day for a person: lines for a terminal, and one HTML page that loads nothing from outside.

Names and titles are the sellers' own and may be hostile: the page escapes everything and has no script.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs import storage
from jobs.errors import UsageError
from jobs.runner import Run

# An investigator opens tens of leads, not thousands.
MAX_LEADS = 200
# Shops that a page names per lead.
MAX_SELLERS = 30
# Characters that reorder or hide what stands around them: kept in the data, never shown.
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\x00-\x08\x0b-\x1f\x7f]")


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
    if run.ledger.published("rackets.leads", day) is None:
        raise UsageError(f"rackets.leads has no {day}: run `python -m jobs weekly --from {day} --to {day}` first")
    leads = _of_day(run, "rackets.leads", day).where("is_lead").orderBy("rank").limit(MAX_LEADS)
    shops = _of_day(run, "core.seller_states", day).select("seller_id", "shop_name")
    members = (
        _of_day(run, "rackets.members", day)
        .join(leads.select("racket_id"), "racket_id", how="left_semi")
        .join(shops, "seller_id", how="left")
        .groupBy("racket_id")
        .agg(F.array_sort(F.collect_list(F.struct("seller_id", "shop_name", "role", "tier"))).alias("members"))
    )
    rows = leads.join(members, "racket_id", how="left").orderBy("rank").collect()  # at most MAX_LEADS
    return [
        Lead(
            row["rank"], row["racket_id"], row["production_score"], row["sellers"], row["orders"],
            row["value_low_cny"], row["value_cny"], row["value_high_cny"], row["threshold_cny"], row["over_threshold"],
            row["lead_jurisdiction"], row["evidence_families"], tuple(row["brands"]), tuple(row["categories"]),
            row["first_activity"], row["last_activity"], tuple(row["why"]),
            tuple((m["seller_id"], _shown(m["shop_name"] or ""), m["role"], m["tier"]) for m in row["members"] or ()),
        )
        for row in rows
    ]  # fmt: skip


def _of_day(run: Run, table: str, day: date) -> DataFrame:
    return storage.read(run.spark, run.path(table), where=f"ds = date'{day}'")


def _shown(text: str) -> str:
    return _UNSEEN.sub("", text)


def lines(leads: list[Lead]) -> list[str]:
    """A table for a terminal: one line per lead."""
    head = f"{'rank':>4}  {'racket':20} {'score':>5} {'shops':>5} {'orders':>7} {'counterfeit turnover':>26}  brands"
    return [
        head,
        *(
            f"{lead.rank:>4}  {lead.racket_id:20} {lead.production_score:5.2f} {lead.sellers:>5} {lead.orders:>7,} "
            f"{_yuan(lead.value_cny):>12} {'over' if lead.over_threshold else 'under':>5} {_yuan(lead.threshold_cny)}  "
            f"{', '.join(lead.brands[:4])}"
            for lead in leads
        ),
    ]


def _yuan(amount: Decimal) -> str:
    return f"¥{amount:,.0f}"


def page(leads: list[Lead], day: date, notes: dict[str, str] | None = None) -> str:
    """The HTML page. notes: racket_id -> a remark that is shown with the lead."""
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["yuan"] = _yuan
    template = environment.get_template("summary.html.j2")
    return template.render(leads=leads, day=day, notes=notes or {}, max_sellers=MAX_SELLERS)


def write(path: Path, text: str) -> None:
    """Writes the page, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
