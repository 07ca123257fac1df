"""python -m simulator: plays a world and writes it as deliveries, with the truth beside them."""

import argparse
import sys
import time
from pathlib import Path

from simulator import deliver, truth
from simulator.presets import PRESETS
from simulator.world import build_world

EPILOG = """\
presets:
  tiny      10 days, 3 rackets, 60 shops; every sort of dirt. For tests.
  demo      35 days, 12 rackets, 2,000 shops; splits, mergers, dormancy, one ten-megabyte row.
  campaign  120 days, 417 rackets, 40,000 shops, 1.5 million orders.

written:
  DIR/landing/<feed>/dt=YYYY-MM-DD/   files and _manifest.json, as a marketplace delivers them
  DIR/WORLD.json                      preset, seed, days, first_day, sundays
  DIR/truth/*.parquet                 what really happened: for scoring, never for detection

examples:
  python -m simulator --preset tiny --seed 1 --out /tmp/tiny
  python -m simulator --preset demo --seed 7 --out demo --format parquet --days 21
  python -m simulator --preset tiny --seed 1 --out /tmp/late --redeliver-later
"""


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m simulator", description=__doc__.split(": ", 1)[1], epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--preset", required=True, choices=PRESETS, help="how big the world is")
    parser.add_argument("--seed", required=True, type=int, metavar="N", help="same preset, days and seed: same bytes")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="where to write; must be empty or new")
    parser.add_argument(
        "--format",
        choices=("jsonl", "csv", "parquet"),
        default="jsonl",
        help="of the rows (default: %(default)s, gzip)",
    )
    parser.add_argument("--days", type=int, metavar="N", help="instead of the preset's number of days")
    parser.add_argument("--force", action="store_true", help="replace what an earlier run wrote into DIR")
    parser.add_argument("--no-images", action="store_true", help="draw no pictures; the feed images stays empty")
    parser.add_argument("--redeliver-later", action="store_true",
                        help="leave the wrong first deliveries in the landing and put the corrections into DIR/redelivered")  # fmt: skip
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0 done, 2 wrong use."""
    given = parse(arguments)
    preset = PRESETS[given.preset]
    days = given.days or preset.days
    if days < 7:
        return refuse(f"--days {days}: a world needs a week; give 7 or more")
    if given.out.exists() and not given.out.is_dir():
        return refuse(f"{given.out} is a file; give a folder")
    if given.out.exists() and any(given.out.iterdir()):
        if not given.force:
            return refuse(
                f"{given.out} is not empty; give another folder, or --force to replace what an earlier run wrote there"
            )
        truth.clear(given.out)
    start = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - start:6.1f}s] {line}", file=sys.stderr, flush=True)

    world = build_world(preset, given.seed, days, say)
    options = deliver.Options(given.format, given.redeliver_later, not given.no_images)
    record, known = deliver.deliver(world, given.out, options, say)
    truth.write(world, record, known, given.out, say)
    say(f"done: {given.out}")
    return 0


def refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
