"""What really happened, kept apart from what was delivered."""
import json
import shutil
from pathlib import Path

from simulator.presets import FIRST_DAY, date_of, sundays_of
from simulator.world import World


def clear(out: Path) -> None:
    """Removes what an earlier run wrote, and nothing else."""
    for name in ("landing", "redelivered", "truth"):
        shutil.rmtree(out / name, ignore_errors=True)
    (out / "WORLD.json").unlink(missing_ok=True)


def write(world: World, record, known: dict, out: Path, say) -> None:
    about = {"preset": world.preset.name, "seed": world.seed, "days": world.days, "first_day": FIRST_DAY.isoformat(),
             "sundays": [date_of(d) for d in sundays_of(world.days)]}  # fmt: skip
    (out / "WORLD.json").write_text(json.dumps(about, indent=1))
