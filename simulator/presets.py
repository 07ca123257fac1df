"""How big a world is, by name."""

from dataclasses import dataclass
from datetime import date, timedelta

# A Monday, so that day 6 is the first Sunday: weekly snapshots are days 6, 13, 20, …
FIRST_DAY = date(2024, 3, 4)


@dataclass(frozen=True)
class Preset:
    """Sizes of one world. Counts are aims that the random draws come close to, except `rackets` (exact)."""

    name: str
    days: int
    rackets: int
    shops: int
    orders: int
    images: int
    fronts: float  # median number of shops a racket runs at one time
    hubs: int  # forwarders and shared warehouses
    villages: int
    agencies: int
    material_shops: int
    redelivered_days: int
    dirt_share: float  # of the rows of a big day
    oddity: float  # how much more often than usual parcels, listings and clocks go wrong
    has_long_line: bool
    history: bool  # long enough for splits, merges, dormancy and moves


PRESETS = {
    "tiny": Preset("tiny", 10, 3, 60, 600, 60, 6, 1, 1, 1, 2, 1, 0.12, 4, False, False),
    "demo": Preset("demo", 35, 12, 2_000, 32_000, 1_500, 9, 6, 8, 6, 8, 4, 0.002, 1, True, True),
    "campaign": Preset("campaign", 120, 417, 40_000, 1_500_000, 12_000, 9, 40, 60, 60, 60, 10, 0.001, 1, False, True),
}  # fmt: skip


def date_of(day: int) -> str:
    """The calendar date of a day number, as in `dt=YYYY-MM-DD`."""
    return (FIRST_DAY + timedelta(days=day)).isoformat()


def sundays_of(days: int) -> list[int]:
    """Day numbers of the Sundays that end a complete week."""
    return list(range(6, days, 7))
