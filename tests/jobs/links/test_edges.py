"""links.edges: shared values tie suspects by what they say; hubs and honest users take the weight away."""

import math

import pytest

from jobs.graph.traits import KINDS
from jobs.links.edges import HONEST_DAMPING, MAX_SUSPECTS, SUSPECT_DAMPING
from tests.frames import Cases, frame, lines, transformed

CASES = Cases(
    "links.edges", "03-03", "03-03", ids="seller_id src dst value", traits="ds | seller_id", sellers="ds | seller_id"
)
SHOWN = "src dst via family weight shared"


@pytest.fixture
def edges(spark, request):
    return lambda columns=SHOWN: CASES.lines(spark, request.node.name, columns)


def users(kind, value, names, times=1):
    return "\n".join(f"03-03 | {name} | {kind} | {value} | {times} | 03-01 | 03-02" for name in names)


def traits(*groups):
    return "ds | seller_id | kind | value | times | first_seen | last_seen\n" + "\n".join(groups)


def signals(suspects, honest=()):
    rows = [f"03-03 | {name} | true" for name in suspects] + [f"03-03 | {name} | false" for name in honest]
    return "ds | seller_id | is_suspect\n" + "\n".join(rows)


def numbered(letter, n):
    return [f"{letter}{k:02}" for k in range(n)]


def rounded(weight):
    return f"{weight:.6f}".rstrip("0").rstrip(".")


@CASES.rows(
    traits="""
        ds    | seller_id | kind   | value | times | first_seen | last_seen
        03-03 | b         | device | dev_1 | 1     | 02-01      | 03-01
        03-03 | a         | device | dev_1 | 9     | 02-05      | 02-20
        03-03 | a         | device | dev_2 | 1     | 02-10      | 03-03
        03-03 | b         | device | dev_2 | 1     | 02-11      | 03-02
        03-03 | c         | device | dev_3 | 1     | 02-10      | 03-03
        03-03 | a         | phone  | p     | 1     | 02-10      | 03-03
        03-03 | b         | phone  | p     | 1     | 03-03      | 03-03
    """,
    sellers=signals("abc"),
)
def test_two_suspects_are_tied_once_per_kind_with_the_days_on_which_both_had_it(edges):
    assert edges("ds src dst via family weight shared first_seen last_seen") == [
        "03-03 a b device device 6 2 02-05 03-02",
        "03-03 a b phone contact 6 1 03-03 03-03",
    ]


@CASES.rows(
    traits=traits(
        users("sender_phone", "courier", ["a", "b", *numbered("h", 20)]), users("sender_phone", "own", ["a", "b"])
    ),
    sellers=signals("ab", numbered("h", 20)),
)
def test_same_courier_phone_is_not_a_link(edges):
    assert edges() == ["a b sender_phone logistics 5 1"]


@CASES.rows(
    traits=traits(users("sender_phone", "courier", ["a", "b", *numbered("h", 20)])),
    sellers=signals("ab", numbered("h", 20)),
)
def test_a_value_that_many_honest_shops_use_ties_nobody(edges):
    assert edges() == []


@CASES.rows(
    traits=traits(
        users("device", "d1", ["a", "b", "h0"]),
        users("phone", "p", ["a", "c", "h0", "h1", "h2"]),
        users("handle", "q", ["b", "c", "unknown"]),
    ),
    sellers=signals("abc", ["h0", "h1", "h2"]),
)
def test_honest_users_take_weight_away_and_a_shop_without_signals_is_honest(edges):
    assert edges() == [
        f"a b device device {rounded(6 - HONEST_DAMPING * math.log(2))} 1",
        f"a c phone contact {rounded(6 - HONEST_DAMPING * math.log(4))} 1",
        f"b c handle contact {rounded(6 - HONEST_DAMPING * math.log(2))} 1",
    ]


@CASES.rows(
    traits=traits(
        users("device", "hub", numbered("s", MAX_SUSPECTS + 1)),
        users("payout_account", "full", numbered("s", MAX_SUSPECTS)),
    ),
    sellers=signals(numbered("s", MAX_SUSPECTS + 1)),
)
def test_a_value_of_too_many_suspects_ties_nobody_and_the_cap_bounds_the_pairs(edges):
    found = edges("via weight")
    weight = KINDS["payout_account"].base - SUSPECT_DAMPING * math.log(MAX_SUSPECTS - 1)
    assert set(found) == {f"payout_account {rounded(weight)}"}
    assert len(found) == MAX_SUSPECTS * (MAX_SUSPECTS - 1) // 2


@CASES.rows(traits=traits(users("device", "d", ["a", "h1", "h2"])), sellers=signals("a", ["h1", "h2"]))
def test_honest_shops_are_not_tied(edges):
    assert edges() == []


@CASES.rows(
    traits=traits(
        users("place", "own", ["a"], 30), users("place", "own", ["b"], 3), users("place", "often", ["a"], 20),
        users("place", "often", ["c"], 2), users("place", "elsewhere", ["c"], 1),
        users("place", "rare", ["a"], 5), users("place", "rare", ["d"], 50),
    ),
    sellers=signals("abcd"),
)  # fmt: skip
def test_a_place_is_a_shops_own_when_enough_of_its_parcels_start_there(edges):
    assert edges() == ["a b place logistics 3.5 1"]


@CASES.rows(
    traits=traits(
        users("id_token", "id", "ab"),
        users("licence", "l", "ab"),
        users("company_name", "n", "ab"),
        users("image", "i", "ab"),
        users("text", "t", "ab"),
    ),
    sellers=signals("ab"),
)
def test_every_kind_carries_its_family(edges):
    assert edges("via family") == [
        "company_name identity",
        "id_token identity",
        "image image",
        "licence identity",
        "text text",
    ]


def test_the_example_is_the_same_for_one_value_and_does_not_show_it(spark):
    seen = traits(
        users("phone", "13857204916", "ab"), users("phone", "13912045678", "cd"), users("phone", "13857204916", "e")
    )
    found = transformed(
        "links.edges",
        "03-03",
        "03-03",
        traits=frame(spark, "links.trait_states", seen),
        sellers=frame(spark, "evidence.seller_signals", signals("abcde")),
    )
    example = {tuple(line.split()[:2]): line.split()[2] for line in lines(found, "src dst example")}
    assert example["a", "b"] == example["a", "e"] == example["b", "e"] != example["c", "d"]
    assert not any("138" in text and "57204916" in text for text in example.values())
