"""The command line: `python -m jobs COMMAND --help` explains each command.

Spark and Great Expectations take seconds to start, so they are imported where a command needs them.
"""

import argparse
import json
import logging
import os
import sys
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from jobs import catalog, landing, settings
from jobs.errors import JobError, UsageError, explained
from jobs.progress import Progress
from jobs.table import DAY, SUNDAY

EXAMPLES = """\
examples:
  python -m jobs daily --from 2024-03-04 --to 2024-03-10       one week of all daily tables
  python -m jobs weekly --from 2024-03-04 --to 2024-03-10      the snapshots of its Sunday
  python -m jobs run 'core.*' --from 2024-03-04 --dry-run      what would be computed, and why
  python -m jobs status                                        what is published, missing, stale

Where data lies: --set landing=DIR --set warehouse=DIR, or YUNJIAN_LANDING and YUNJIAN_WAREHOUSE, or the profile.
Exit codes: 0 done, 1 failed, 2 usage, 3 input not arrived, 4 an audit refused.
"""

TRAIN_EXAMPLES = """\
examples:
  python -m jobs train --ds 2024-06-30               learn from what was known by 2024-06-16, judge by what came until 2024-06-30
  python -m jobs models                              what was trained, how good it is, what is in use
  python -m jobs models --withdraw M20240630-0123456789 --because "scores used goods high"
  python -m jobs weekly --from 2024-06-30 --to 2024-06-30      score the Sunday by the model that is in use now

A model is used from its Sunday on, never for one before it, and only when it is promoted: when on listings of operations
that it never saw it ranks and foretells labels no worse than the rules and the model promoted before. Without a
promoted model evidence.listing_scores goes by the rules.
"""

WHY_EXAMPLES = """\
examples:
  python -m jobs why S000123 S004567 --ds 2024-03-10           what ties two shops, or the strongest chain between them,
                                                               or why there is none and what they share to no effect
  python -m jobs why R20240310-ad848f3f81 --ds 2024-03-10      who is in a racket, which kinds of evidence hold it
                                                               together, and the least evidence whose loss would split it
  python -m jobs why --value 0f63a1c2b4d5e697 --ds 2024-03-10  what value has this hash, and which shops use it

Every sentence ends with the rows that it rests on: [table day: key]. Shops are shown by id only, values as #hash:
a hash under YUNJIAN_HASH_KEY, as links.edges has them. With the same key, `why --value HASH` finds the value.
What each kind of value weighs is said in jobs/graph/traits.py.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    parsed = _parser().parse_args(arguments)
    log = logging.StreamHandler()
    log.setLevel(logging.WARNING)  # on the handler: libraries set levels on their own loggers
    logging.basicConfig(handlers=[log], format="%(levelname)s %(name)s %(message)s")
    try:
        parsed.handler(parsed)
        sys.stdout.flush()
        return 0
    except JobError as error:
        print(f"{_kind(error)}: {error}", file=sys.stderr)
        logging.getLogger("jobs").debug("where it happened", exc_info=True)
        return error.exit_code
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:  # the last line must say what to do, whatever broke
        print(f"failed: {explained(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped: what has a receipt stays, run the same command again to go on", file=sys.stderr)
        return 130


def _kind(error: JobError) -> str:
    return {2: "usage", 3: "not arrived", 4: "refused"}.get(error.exit_code, "failed")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m jobs",
        description="Computes Yunjian's tables from delivered feeds, day by day or over a whole campaign.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, handler: Any, text: str, where: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        sub.set_defaults(handler=handler)
        if where:
            sub.add_argument("--profile", help="conf/PROFILE.conf (default: YUNJIAN_PROFILE, else local)")
            sub.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="sets",
                             help="a property; without a dot one of ours: --set warehouse=DIR")  # fmt: skip
        return sub

    def days(sub: argparse.ArgumentParser, to_required: bool) -> None:
        sub.add_argument("--from", dest="first", type=_day, required=True, metavar="DAY", help="first day, YYYY-MM-DD")
        sub.add_argument("--to", dest="last", type=_day, required=to_required, metavar="DAY",
                         help="last day, included" + ("" if to_required else " (default: the first)"))  # fmt: skip
        sub.add_argument(
            "--dry-run", action="store_true", help="print what would be computed, and why; compute nothing"
        )
        sub.add_argument("--force", action="store_true", help="compute again what has a receipt that stands")

    run = command("run", _run, "compute some tables over a range of days, upstream first")
    run.add_argument("tables", nargs="+", metavar="TABLE", help="names or patterns: core.trades 'links.*'")
    days(run, to_required=False)
    days(
        command("daily", _daily, "compute all daily tables over a range, and the keyframes they read"), to_required=True
    )
    days(command("weekly", _weekly, "compute the snapshots of every Sunday in a range"), to_required=True)

    train = command("train", _train, "train a model of listings as of a Sunday, and promote it unless it is worse")
    train.epilog, train.formatter_class = TRAIN_EXAMPLES, argparse.RawDescriptionHelpFormatter
    train.add_argument("--ds", dest="first", type=_day, required=True, metavar="DAY", help="a Sunday that is published")
    train.add_argument("--dry-run", action="store_true", help="print whether it would be trained, and why")
    train.add_argument("--force", action="store_true", help="train again what has a receipt that stands")

    models = command("models", _models, "list the models that were trained, or take the promotion of one back")
    models.epilog, models.formatter_class = TRAIN_EXAMPLES, argparse.RawDescriptionHelpFormatter
    models.add_argument("--withdraw", metavar="MODEL", help="no longer score by this one, but by the one before it")
    models.add_argument("--because", metavar="TEXT", help="why it is withdrawn; is kept beside the model")

    arrived = command("arrived", _arrived, "say whether a day of a feed has arrived whole (exit 0) or not (exit 3)")
    arrived.add_argument("feed", metavar="FEED", help="sellers, orders, …")
    arrived.add_argument("--ds", dest="day", type=_day, required=True, metavar="DAY")

    listing = command("list", _list, "name all tables, upstream first", where=False)
    listing.add_argument("--json", action="store_true", help="for programs: name, layer, every, feed, reads")

    show = command("show", _show, "explain one table: grain, columns, what it reads, what reads it", where=False)
    show.add_argument("table", metavar="TABLE")

    status = command("status", _status, "say what is published until when, what is missing, what is stale")
    status.add_argument(
        "--from", dest="first", type=_day, metavar="DAY", help="look at gaps from here (default: first published day)"
    )
    status.add_argument("--to", dest="last", type=_day, metavar="DAY", help="… to here (default: last published day)")

    audit = command("audit", _audit, "show what the last audit of a table's day found")
    audit.add_argument("table", metavar="TABLE")
    audit.add_argument("--ds", dest="day", type=_day, required=True, metavar="DAY")

    leads = command("leads", _leads, "print the ranked leads of a day, and write them as a page")
    leads.add_argument("--ds", dest="day", type=_day, metavar="DAY", help="a Sunday (default: the newest published)")
    leads.add_argument("--html", metavar="FILE", help="write a page that can be opened anywhere")
    leads.add_argument(
        "--boundaries", metavar="FILE", help="GeoJSON lines or areas, drawn behind the places on the page"
    )

    why = command("why", _why, "say what ties two shops, or what holds a racket together, and which rows say so")
    why.epilog, why.formatter_class = WHY_EXAMPLES, argparse.RawDescriptionHelpFormatter
    why.add_argument("names", nargs="*", metavar="SHOP|RACKET", help="two seller_ids, or one racket_id")
    why.add_argument("--value", metavar="HASH", help="instead of names: say what value a hash stands for")
    why.add_argument("--ds", dest="day", type=_day, required=True, metavar="DAY", help="a Sunday that is published")

    mapped = command("map", _map, "bring a real export into the landing, by the SELECTs in conf/feeds/SOURCE/")
    mapped.add_argument(
        "source", metavar="SOURCE", help="a folder of conf/feeds, e.g. olist, or the path of such a folder"
    )
    mapped.add_argument("--from", dest="folder", required=True, metavar="DIR", help="where the export's files lie")
    mapped.add_argument("--landing", metavar="DIR", help="where to write (default: the profile's landing)")
    mapped.add_argument("--dry-run", action="store_true", help="print feeds, days and rows; write nothing")

    docs = command("docs", _docs, "write docs/tables.md from the declarations", where=False)
    docs.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file is stale")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day, write YYYY-MM-DD") from None


def _settings(parsed: argparse.Namespace) -> settings.Settings:
    return settings.load(parsed.profile, parsed.sets)


# --- commands that compute ----------------------------------------------------------------------


def _run(parsed: argparse.Namespace) -> None:
    parsed.last = parsed.last or parsed.first
    _compute(parsed, catalog.select(parsed.tables))


def _daily(parsed: argparse.Namespace) -> None:
    _compute(parsed, catalog.daily_tables())


def _weekly(parsed: argparse.Namespace) -> None:
    _compute(parsed, catalog.weekly_tables())


def _train(parsed: argparse.Namespace) -> None:
    parsed.last = parsed.first
    if parsed.last.weekday() != SUNDAY:
        near = parsed.last - (parsed.last.weekday() + 1) % 7 * DAY
        raise UsageError(f"--ds {parsed.last} is no Sunday; what models learn from is of Sundays: give {near}")
    _compute(parsed, catalog.select(["models.listings"]))


def _compute(parsed: argparse.Namespace, tables: list[catalog.Declaration]) -> None:
    if parsed.last < parsed.first:
        raise UsageError(f"--to {parsed.last} is before --from {parsed.first}")
    chosen = _settings(parsed)
    where = chosen.warehouse
    if any(declared.is_feed for declared in tables):
        where = f"{where}, landing {chosen.landing}"
    progress = Progress()
    from jobs import runner, session

    if not parsed.dry_run:
        # Importing Great Expectations takes as long as starting Spark: side by side, once all else is imported.
        threading.Thread(target=lambda: __import__("jobs.audit"), daemon=True).start()
    with session.opened(chosen, progress) as spark:
        run = runner.open_run(spark, chosen, progress, parsed.force)
        progress.line(f"{len(tables)} tables, {parsed.first}..{parsed.last}, warehouse {where}")
        if parsed.dry_run:
            for line in runner.plan_lines(run, tables, parsed.first, parsed.last):
                print(line)
        else:
            runner.run_tables(run, tables, parsed.first, parsed.last)


# --- commands that look -------------------------------------------------------------------------


def _arrived(parsed: argparse.Namespace) -> None:
    _feed_name(parsed.feed)
    found = landing.delivery(_settings(parsed).landing, parsed.feed, parsed.day)
    print(f"{parsed.feed} of {parsed.day}: delivery {found.number}, {len(found.files)} files, {found.rows:,} rows")
    for name in found.unlisted:
        print(f"not in the manifest, will not be read: {found.folder}/{name}")


def _feed_name(feed: str) -> None:
    feeds = [declared.name.split(".")[1] for declared in catalog.catalog().values() if declared.is_feed]
    if feed not in feeds:
        raise UsageError(f"no feed {feed!r}: there are {', '.join(feeds)}")


def _list(parsed: argparse.Namespace) -> None:
    tables = catalog.catalog().values()
    if parsed.json:
        listed = [
            {
                "name": declared.name,
                "layer": declared.layer,
                "every": declared.table.every,
                "feed": declared.is_feed,
                "reads": sorted(declared.sources()),
            }
            for declared in tables
        ]
        print(json.dumps(listed, indent=1))
        return
    for declared in tables:
        print(f"{declared.name:26} {declared.table.every:7} {declared.doc.splitlines()[0].split(': ', 1)[-1]}")


def _one_table(name: str) -> catalog.Declaration:
    found = catalog.catalog().get(name)
    if found is None:
        raise UsageError(f"no table {name!r}: `python -m jobs list` names them all")
    return found


def _show(parsed: argparse.Namespace) -> None:
    from jobs import docs

    print(docs.describe(_one_table(parsed.table)))


def _status(parsed: argparse.Namespace) -> None:
    from jobs import session, status

    chosen = _settings(parsed)
    with session.opened(chosen) as spark:
        for line in status.report(spark, chosen, parsed.first, parsed.last):
            print(line)


def _audit(parsed: argparse.Namespace) -> None:
    from jobs import session, status

    _one_table(parsed.table)
    chosen = _settings(parsed)
    with session.opened(chosen) as spark:
        for line in status.audit_lines(spark, chosen.warehouse, parsed.table, parsed.day):
            print(line)


def _models(parsed: argparse.Namespace) -> None:
    if bool(parsed.withdraw) != bool(parsed.because):
        raise UsageError("--withdraw MODEL and --because TEXT go together")
    from jobs import model_cards, runner, session

    chosen = _settings(parsed)
    with session.opened(chosen) as spark:
        run = runner.open_run(spark, chosen)
        if parsed.withdraw:
            day = model_cards.withdraw(run, parsed.withdraw, parsed.because)
            print(
                f"{parsed.withdraw} is withdrawn; Sundays from {day} on are scored again by the next `weekly` over them"
            )
        for line in model_cards.lines(run):
            print(line)


def _leads(parsed: argparse.Namespace) -> None:
    from jobs import runner, session, site_map, summary

    chosen = _settings(parsed)
    boundaries = site_map.read_boundaries(Path(parsed.boundaries)) if parsed.boundaries else ()
    with session.opened(chosen) as spark:
        run = runner.open_run(spark, chosen)
        day = parsed.day or summary.newest_day(run)
        leads = summary.leads_of(run, day)
    print(f"leads of {day}:")
    for line in summary.lines(leads):
        print(line)
    if parsed.html:
        summary.write(Path(parsed.html), summary.page(leads, day, boundaries=boundaries))
        print(f"page: {parsed.html}")


def _why(parsed: argparse.Namespace) -> None:
    if parsed.value and parsed.names:
        raise UsageError("why takes names or --value, not both")
    if not parsed.value and not 1 <= len(parsed.names) <= 2:
        raise UsageError(f"why takes two shops or one racket, not {len(parsed.names)} names")
    from jobs import runner, session, why

    chosen = _settings(parsed)
    with session.opened(chosen) as spark:
        run = runner.open_run(spark, chosen)
        match parsed.names:
            case []:
                lines = why.value_lines(run, parsed.value, parsed.day)
            case [racket_id]:
                lines = why.racket_lines(run, racket_id, parsed.day)
            case [first, second]:
                lines = why.pair_lines(run, first, second, parsed.day)
    print("\n".join(lines))


def _map(parsed: argparse.Namespace) -> None:
    from jobs import mapping, session

    chosen = _settings(parsed)
    target = parsed.landing or chosen.landing
    mapping.open_source(parsed.source)  # what is wrong in it is said before Spark starts
    progress = Progress()
    with session.opened(chosen, progress) as spark:
        mapping.map_source(spark, parsed.source, parsed.folder, target, progress, dry_run=parsed.dry_run)


def _docs(parsed: argparse.Namespace) -> None:
    from jobs import docs

    path = settings.ROOT / "docs" / "tables.md"
    text = docs.tables_page()
    if parsed.check:
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            raise JobError("docs/tables.md is stale: run `python -m jobs docs`")
        return
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(path.relative_to(settings.ROOT))
