"""python -m jobs why: what it says of small published tables, with the keys of the rows, and how it ends."""

import hashlib
import os
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from jobs import masking, receipts, runner, settings, why
from jobs.errors import UsageError
from jobs.progress import Progress
from jobs.receipts import Day, Receipt
from jobs.settings import ROOT
from tests.frames import day, frame
from tests.light import LIGHT_JVM

SUNDAY = day("03-10")
HOSTILE = "f\u202e\u001b[2J<b>"

# a, b, c, d hang together in a chain; e and f are another component; g is tied to nobody, h is honest.
TABLES = {
    "evidence.seller_signals": """
        ds    | seller_id | suspicion | is_suspect
        03-10 | a         | 2         | true
        03-10 | b         | 1         | true
        03-10 | c         | 1         | true
        03-10 | d         | 0.5       | true
        03-10 | e         | 1         | true
        03-10 | g         | -1        | true
        03-10 | h         | -4        | false
    """,
    "links.shared_values": """
        ds    | kind           | value       | seller_id | suspects | honest | weight | is_ended | first_seen | last_seen
        03-10 | payout_account | 62220099    | a         | 2        | 0      | 7      | false    | 02-01      | 03-09
        03-10 | payout_account | 62220099    | b         | 2        | 0      | 7      | false    | 02-10      | 03-08
        03-10 | phone          | 13857204916 | a         | 2        | 0      | 6      | false    | 02-01      | 03-09
        03-10 | phone          | 13857204916 | b         | 2        | 0      | 6      | true     | 02-10      | 02-20
        03-10 | handle         | wx_own      | a         | 2        | 0      | 5      | false    | 02-01      | 03-09
        03-10 | handle         | wx_own      | b         | 2        | 0      | 5      | false    | 02-10      | 03-08
        03-10 | device         | dev_1       | b         | 3        | 1      | 4.5    | false    | 02-01      | 02-10
        03-10 | device         | dev_1       | c         | 3        | 1      | 4.5    | false    | 03-01      | 03-09
        03-10 | return_address | depot       | a         | 3        | 12     | -0.5   | false    | 02-01      | 03-09
        03-10 | return_address | depot       | g         | 3        | 12     | -0.5   | false    | 02-01      | 03-09
    """,
    "links.edges": """
        ds    | src | dst | via            | family   | weight | shared | example        | first_seen | last_seen
        03-10 | a   | b   | payout_account | payment  | 7      | 1      | x              | 02-10      | 03-08
        03-10 | a   | b   | handle         | contact  | 5      | 1      | x              | 02-10      | 03-08
        03-10 | b   | c   | device         | device   | 4.5    | 1      | x              | 03-01      | 02-10
        03-10 | c   | d   | place          | logistics| 4.4    | 1      | 120.1,30.2     | 03-10      | 03-10
        03-10 | c   | d   | supplier       | supply   | 2      | 7      | c              | 02-01      | 03-01
        03-10 | e   | f   | place          | logistics| 4.5    | 1      | 121.0,31.0     | 03-10      | 03-10
    """,
    "links.components": """
        ds    | seller_id | component
        03-10 | a         | 0
        03-10 | b         | 0
        03-10 | c         | 0
        03-10 | d         | 0
        03-10 | e         | 4
    """,
    "links.communities": """
        ds    | seller_id | community_id
        03-10 | a         | a
        03-10 | b         | a
    """,
    "links.hubs": """
        ds    | kind           | value  | hub       | reason
        03-10 | return_address | depot  | forwarder | too many honest shops use it
    """,
    "links.trait_states": """
        ds    | seller_id | kind           | value
        03-10 | a         | return_address | depot
        03-10 | g         | return_address | depot
        03-10 | h         | return_address | depot
        03-10 | a         | phone          | 13857204916
        03-10 | h         | phone          | 13857204916
        03-10 | b         | phone          | 13857204916
    """,
    "rackets.members": f"""
        ds    | racket_id | seller_id | tier     | role       | confidence | since
        03-10 | R1        | a         | core     | wholesaler | 0.9        | 03-03
        03-10 | R1        | b         | core     | shop       | 0.8        | 03-10
        03-10 | R1        | c         | attached | shop       | 0.5        | 03-10
        03-10 | R1        | d         | attached | shop       | 0.5        | 03-10
        03-10 | R2        | e         | core     | shop       | 0.9        | 03-10
        03-10 | R2        | {HOSTILE} | core     | shop       | 0.9        | 03-10
    """,
    "staging.outcomes": """
        ds    | outcome_id | event       | subject_a | subject_b | undoes
        03-05 | o1         | cannot_link | b         | a         | -
        03-05 | o2         | cannot_link | a         | b         | -
        03-06 | u1         | undo        | -         | -         | o2
        03-11 | o3         | cannot_link | a         | b         | -
    """,
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(spark, tmp_path_factory):
    """A warehouse with these tables, published on the Sunday."""
    path = tmp_path_factory.mktemp("why")
    run = runner.open_run(spark, settings.load("local", [f"warehouse={path}"]), Progress(None))
    for table, text in TABLES.items():
        frame(spark, table, text).write.format("delta").partitionBy("ds").save(run.path(table))
        now, of_day = datetime.now(UTC), {SUNDAY: Day(1, 1)}
        receipt = Receipt("r", table, SUNDAY, SUNDAY, "c+d", {}, 0, 1, 0, 0, of_day, now, now, 1.0)
        receipts.write(spark, str(path), receipt)
    return path


@pytest.fixture(scope="module")
def run(spark, warehouse):
    return runner.open_run(spark, settings.load("local", [f"warehouse={warehouse}"]), Progress(None))


def mark(kind, value):
    key = masking._derived_key()
    return "#" + hashlib.sha256(f"{key}:{kind}:{value}".encode()).hexdigest()[:16]


def text_of(lines):
    return "\n".join(lines)


def test_shops_tied_directly_are_told_the_best_of_each_family(run):
    lines = why.pair_lines(run, "b", "a", SUNDAY)
    payout, handle = mark("payout_account", "62220099"), mark("handle", "wx_own")
    assert lines[0] == "Shops a and b, as known on 2024-03-10"
    assert "They are tied directly, by 2 families, 12.0 nats:" in lines
    assert (
        f"  payment, 7.0 nats: both use payout_account {payout}, since 2024-02-10, until 2024-03-08; "
        f"2 suspect and about 0.0 honest shops in all [links.shared_values 2024-03-10: payout_account, {payout}, a, b]"
    ) in lines
    # The phone says 6 nats, but one of the two has another one by now.
    assert any(line.startswith(f"  contact, 5.0 nats: both use handle {handle}") and "; and 1 more" in line for line in lines)  # fmt: skip
    assert "chain" not in text_of(lines)


def test_judgements_that_stand_on_the_day_are_named(run):
    found = [line for line in why.pair_lines(run, "a", "b", SUNDAY) if "judged" in line]
    assert found == ["A person has judged that they do not belong together [staging.outcomes 2024-03-05: o1]"]


def test_shops_tied_through_others_are_told_the_chain_step_by_step(run):
    lines = why.pair_lines(run, "a", "d", SUNDAY)
    steps = lines.index("The strongest chain between them has 3 ties, the weakest of 3.1 nats:")
    heads = [line for line in lines[steps:] if line.startswith("  ") and not line.startswith("   ")]
    assert heads == ["  a and b, 12.0 nats:", "  b and c, 3.1 nats (one family alone counts 70%):", "  c and d, 6.4 nats:"]  # fmt: skip
    text = text_of(lines)
    assert f"both use device {mark('device', 'dev_1')}, one until 2024-02-10, the other since 2024-03-01; " in text
    assert "picked up at one place, near 120.1,30.2 [links.edges 2024-03-10: c, d, via place]" in text
    assert "one buys suspect goods from the other and from nobody else, 7 orders, since 2024-02-01" in text


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (("a", "h"), "No chain of ties leads from one to the other: only suspects are linked, and h is none"),
        (("a", "g"), "No chain of ties leads from one to the other: g is tied to nobody"),
        (("a", "e"), "No chain of ties leads from one to the other: components 0 and 4 have no tie between them"),
    ],
)
def test_shops_that_are_not_tied_are_told_why(run, pair, said):
    assert said in why.pair_lines(run, *pair, SUNDAY)


def test_values_shared_to_no_effect_are_named_with_the_reason(run):
    phone, depot = mark("phone", "13857204916"), mark("return_address", "depot")
    lines = why.pair_lines(run, "a", "h", SUNDAY)
    at = lines.index("They share, to no effect:")
    assert lines[at + 1 : at + 3] == [
        f"  phone {phone}: it ties suspects only [links.trait_states 2024-03-10: phone, {phone}]",
        f"  return_address {depot}: too many honest shops use it [links.hubs 2024-03-10: return_address, {depot}]",
    ]


def test_a_racket_is_told_by_tier_families_and_what_would_split_it(run):
    lines = why.racket_lines(run, "R1", SUNDAY)
    device = mark("device", "dev_1")
    assert lines[:3] == [
        "Racket R1, as known on 2024-03-10: 4 shops",
        "core, 2 shops: a (wholesaler, 0.90, since 2024-03-03), b (shop, 0.80, since 2024-03-10) "
        "[rackets.members 2024-03-10: R1]",
        "attached, 2 shops: c (shop, 0.50, since 2024-03-10), d (shop, 0.50, since 2024-03-10) "
        "[rackets.members 2024-03-10: R1]",
    ]
    assert lines[3:9] == [
        "5 independent families of evidence tie at least half of its shops to another of them, as rackets.leads counts:",
        "  contact: 2 of 4 shops by 1 tie [links.edges 2024-03-10: a, b, via handle]",
        "  device: 2 of 4 shops by 1 tie [links.edges 2024-03-10: b, c, via device]",
        "  logistics: 2 of 4 shops by 1 tie [links.edges 2024-03-10: c, d, via place]",
        "  payment: 2 of 4 shops by 1 tie [links.edges 2024-03-10: a, b, via payout_account]",
        "  supply: 2 of 4 shops by 1 tie [links.edges 2024-03-10: c, d, via supplier]",
    ]
    at = lines.index("It would split without 1 piece of evidence; no less would do:")
    assert lines[at + 1].startswith(f"  device {device}, 3.8 nats: 2 of 4 shops (b, c), 1 suspect and about 1.0 honest")
    assert lines[at + 2] == "  left would be: 2 shops (a, b); 2 shops (c, d)"
    assert lines[at + 3] == "The strongest of 6 pieces of evidence:"
    assert lines[at + 4].startswith("  payout_account ")


def test_every_sentence_about_evidence_names_its_rows(run):
    for lines in (why.pair_lines(run, "a", "d", SUNDAY), why.racket_lines(run, "R1", SUNDAY)):
        told = [
            line for line in lines[:-1] if " nats: " in line or "suspect (" in line or line.startswith(("core", "att"))
        ]
        assert len(told) > 5
        assert [line for line in told if not line.endswith("]")] == []


def test_neither_personal_values_nor_characters_that_steer_a_terminal_are_shown(run):
    shown = [why.pair_lines(run, "a", "b", SUNDAY), why.pair_lines(run, "a", "g", SUNDAY)]
    shown += [why.racket_lines(run, racket, SUNDAY) for racket in ("R1", "R2")]
    text = text_of(line for lines in shown for line in lines)
    assert not [secret for secret in ("13857204916", "62220099", "wx_own", "depot") if secret in text]
    assert "f[2J<b>" in text
    assert all(letter.isprintable() or letter == "\n" for letter in text)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda run: why.pair_lines(run, "a", "zz", SUNDAY), "no shop 'zz' is known on 2024-03-10: ids of shops stand in"),
        (lambda run: why.pair_lines(run, "a", "' OR 1=1", SUNDAY), "no shop \"' OR 1=1\" is known on 2024-03-10"),
        (lambda run: why.pair_lines(run, "a", "a", SUNDAY), "'a' is one shop: give two, or a racket"),
        (lambda run: why.racket_lines(run, "R9", SUNDAY), "there is no racket 'R9' on 2024-03-10: `python -m jobs leads"),
        (
            lambda run: why.racket_lines(run, "R1", day("03-17")),
            "rackets.members has no 2024-03-17: run `python -m jobs weekly --from 2024-03-17 --to 2024-03-17` first",
        ),
        (lambda run: why.pair_lines(run, "a", "b", day("03-17")), "evidence.seller_signals has no 2024-03-17: run "),
        (lambda run: why.racket_lines(run, "R1", day("03-13")), "rackets.members is of Sundays, 2024-03-13 is none: give 2024-03-10"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_one_line(run, ask, said):
    with pytest.raises(UsageError) as caught:
        ask(run)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_a_racket_beyond_what_can_be_told_is_refused_in_one_line(run, monkeypatch):
    monkeypatch.setattr(why, "MAX_USES", 3)
    with pytest.raises(why.JobError, match="racket R1 of 2024-03-10 has more than 3 uses of shared values"):
        why.racket_lines(run, "R1", SUNDAY)


@pytest.mark.parametrize(
    ("names", "code", "out", "err"),
    [
        (["R1"], 0, "Racket R1, as known on 2024-03-10: 4 shops\n", ""),
        (["a", "nobody"], 2, "", "usage: no shop 'nobody' is known on 2024-03-10"),
        (["a", "b", "c"], 2, "", "usage: why takes two shops or one racket, not 3 names"),
        (["a", "--value", "0123"], 2, "", "usage: why takes names or --value, not both"),
    ],
)
def test_the_command_as_a_person_types_it(warehouse, names, code, out, err):
    light = ["--set", "spark.driver.memory=1g", "--set", f"spark.driver.extraJavaOptions={LIGHT_JVM}"]
    command = [sys.executable, "-m", "jobs", "why", *names, "--ds", "2024-03-10", *light]
    env = {**os.environ, "YUNJIAN_WAREHOUSE": str(warehouse)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout[: len(out)]) == (code, out)
    assert done.stderr.strip().splitlines()[-1].startswith(err) if err else done.stdout.strip().endswith("chance.")


def test_a_hash_that_was_told_is_found_by_who_has_its_key(run, monkeypatch):
    told = re.search("payout_account (#[0-9a-f]{16})", text_of(why.pair_lines(run, "a", "b", SUNDAY)))[1]
    assert why.value_lines(run, told, SUNDAY) == [
        "payout_account 62220099 is used by 2 shops: a, b [links.shared_values 2024-03-10: payout_account, 62220099]"
    ]
    # Of a value that ties suspects only, the honest users are told as well.
    assert why.value_lines(run, mark("phone", "13857204916")[1:], SUNDAY) == [
        "phone 13857204916 is used by 3 shops: a, b, h [links.trait_states 2024-03-10: phone, 13857204916]",
        "phone 13857204916 is used by 2 shops: a, b [links.shared_values 2024-03-10: phone, 13857204916]",
    ]
    monkeypatch.setenv(masking.KEY_VARIABLE, "another key")
    with pytest.raises(UsageError, match=f"no value of 2024-03-10 has the hash '{told}'"):
        why.value_lines(run, told, SUNDAY)


def test_help_teaches_with_examples(capsys):
    from jobs import cli

    with pytest.raises(SystemExit) as ended:
        cli.main(["why", "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for wanted in (
        "python -m jobs why S000123 S004567 --ds",
        "SHOP|RACKET",
        "why --value",
        "Every sentence ends with the rows",
    ):
        assert wanted in text
