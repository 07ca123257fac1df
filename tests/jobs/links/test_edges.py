"""links.edges: shared values, common places and loyal customers tie suspects, one row for each pair and kind."""

import networkx as nx
import pytest

from jobs.graph.traits import BAND, ENDED, KINDS, MIN_WEIGHT
from jobs.links.edges import MIN_ORDERS
from tests.frames import Cases

CASES = Cases(
    "links.edges", "03-03", "03-03", ids="seller_id src dst value buyer_seller_id listing_id",
    values="ds | seller_id", places="ds | seller_id", sellers="ds | seller_id", sales="ds | seller_id",
    listings="""
        ds    | listing_id | category | suspicion
        03-03 | l          | sneakers | -1.4
        03-03 | l1         | sneakers | -1.4
        03-03 | l2         | sneakers | -1.4
        03-03 | plain      | sneakers | -1.5
    """,
)  # fmt: skip
SHOWN = "src dst via weight shared"


@pytest.fixture
def edges(spark, request):
    return lambda columns=SHOWN: CASES.lines(spark, request.node.name, columns)


def shared(*values):
    """Shared values as `device d1 6: a b`: kind, value, nats, users in order of id; `b!` stated newer ones since."""
    rows = []
    for written in values:
        value, users = written.split(":")
        kind, name, weight = value.split()
        users = users.split()
        rows += [
            f"03-03 | {kind} | {name} | {user.rstrip('!')} | {place} | {len(users)} | 0 | {weight}"
            f" | {str(user.endswith('!')).lower()} | 02-01 | 03-01"
            for place, user in enumerate(users, 1)
        ]
    return VALUES + "\n".join(rows)


VALUES = "ds | kind | value | seller_id | place | suspects | honest | weight | is_ended | first_seen | last_seen\n"


# --- shared values ------------------------------------------------------------------------------


@CASES.rows(
    values=VALUES
    + """
        03-03 | device | d1 | a | 1 | 2 | 0 | 5 | false | 02-05 | 02-20
        03-03 | device | d1 | b | 2 | 2 | 0 | 5 | false | 02-01 | 03-01
        03-03 | device | d2 | a | 1 | 2 | 0 | 6 | false | 02-10 | 03-03
        03-03 | device | d2 | b | 2 | 2 | 0 | 6 | false | 02-11 | 03-02
        03-03 | phone  | p  | a | 1 | 2 | 0 | 4 | false | 02-10 | 03-03
        03-03 | phone  | p  | b | 2 | 2 | 0 | 4 | false | 03-03 | 03-03
    """
)
def test_a_pair_is_tied_once_per_kind_by_its_best_value_with_the_days_on_which_both_had_one(edges):
    assert edges("ds src dst via family weight shared first_seen last_seen") == [
        "03-03 a b device device 6 2 02-05 03-02",
        "03-03 a b phone contact 4 1 03-03 03-03",
    ]


@CASES.rows(
    values=shared("phone p 6: a b!", "licence l 7: c! d!", "device d 6: a b", "handle g 3: e f!", "handle h 2: e f")
)
def test_what_one_of_the_two_has_replaced_since_counts_a_quarter(edges):
    assert ENDED == 0.25
    assert edges() == ["a b device 6 1", "a b phone 1.5 1", "c d licence 1.75 1", "e f handle 2 2"]


@CASES.rows(values=shared(f"phone hub {MIN_WEIGHT - 0.000001}: a b", f"device d {MIN_WEIGHT}: a b"))
def test_a_value_that_says_too_little_ties_nobody(edges):
    assert edges() == ["a b device 1 1"]


def shops(n):
    return [f"s{k:03}" for k in range(n)]


@CASES.rows(values=shared("device d 5: " + " ".join(shops(BAND + 1))))
def test_up_to_61_users_of_a_value_are_tied_everybody_to_everybody(edges):
    assert edges("src dst") == [f"{a} {b}" for a in shops(61) for b in shops(61) if a < b]


@CASES.rows(values=shared("device d 5: " + " ".join(shops(200))))
def test_of_200_users_each_is_tied_to_the_next_60_and_all_hang_together(edges):
    pairs = [tuple(line.split()) for line in edges("src dst")]
    assert pairs == [(a, b) for k, a in enumerate(shops(200)) for b in shops(200)[k + 1 : k + 61]]
    assert nx.number_connected_components(nx.Graph(pairs)) == 1
    assert len(nx.Graph(pairs)) == 200


@CASES.rows(values=shared(*[f"{kind} v 2: a b" for kind in KINDS if kind not in ("place", "supplier")]))
def test_every_kind_carries_its_family(edges):
    assert edges("via family") == [
        "company_name identity",
        "device device",
        "handle contact",
        "id_token identity",
        "image image",
        "ip_prefix device",
        "licence identity",
        "payout_account payment",
        "phone contact",
        "picture image",
        "qr contact",
        "registered_address address",
        "return_address address",
        "sender_account logistics",
        "sender_address logistics",
        "sender_phone logistics",
        "text text",
        "text_contact contact",
        "text_template text",
    ]


@CASES.rows(values=shared("phone 13857204916 6: a b e", "phone 13912045678 6: c d"))
def test_the_example_is_the_same_for_one_value_and_does_not_show_it(edges):
    example = {tuple(line.split()[:2]): line.split()[2] for line in edges("src dst example")}
    assert example["a", "b"] == example["a", "e"] == example["b", "e"] != example["c", "d"]
    assert not any("138" in text and "57204916" in text for text in example.values())


# --- places and purchases -----------------------------------------------------------------------


def signals(suspects, honest=""):
    rows = [f"03-03 | {shop} | true | 2" for shop in suspects] + [f"03-03 | {shop} | false | -40" for shop in honest]
    return "ds | seller_id | is_suspect | suspicion\n" + "\n".join(rows)


@CASES.rows(
    places="""
        ds    | seller_id | rank | lng     | lat     | scans | share | sigma_m | first_seen | last_seen
        03-03 | a         | 1    | 119.000 | 25.4000 | 100   | 1     | 120     | 02-01      | 03-01
        03-03 | b         | 1    | 118.500 | 25.9000 | 70    | 0.7   | 120     | 01-22      | 03-03
        03-03 | b         | 2    | 119.000 | 25.4005 | 30    | 0.3   | 120     | 02-10      | 03-02
        03-03 | c         | 1    | 119.010 | 25.4000 | 100   | 1     | 120     | 02-01      | 03-01
    """,
    sellers=signals("abc"),
)
def test_shops_that_send_from_one_place_are_tied_by_it_with_the_days_on_which_both_sent_from_it(edges):
    assert edges("src dst via family weight shared example first_seen last_seen") == [
        "a b place logistics 4.5 1 119.0000,25.4000 02-10 03-01"
    ]


@CASES.rows(
    sellers=signals("abcdefg", "h"),
    sales=f"""
        ds    | seller_id | listing_id | buyer_seller_id | orders           | first_paid_at | last_paid_at
        03-03 | a         | l1         | b               | 1                | 02-03 08:00   | 02-20
        03-03 | a         | l2         | b               | {MIN_ORDERS - 1} | 02-01         | 02-28 23:59
        03-03 | h         | l          | b               | 9                | 01-01         | 03-01
        03-03 | c         | l          | b               | 0                | 01-01         | 03-01
        03-03 | a         | l1         | c               | {MIN_ORDERS - 1} | 02-01         | 02-02
        03-03 | a         | l1         | d               | {MIN_ORDERS}     | 02-01         | 02-02
        03-03 | b         | l          | d               | 1                | 02-01         | 02-02
        03-03 | a         | l1         | ''              | 99               | 02-01         | 02-02
        03-03 | e         | l          | e               | 99               | 02-01         | 02-02
        03-03 | e         | plain      | b               | 99               | 02-01         | 02-02
        03-03 | h         | l          | f               | 99               | 02-01         | 02-02
        03-03 | g         | l          | h               | 99               | 02-01         | 02-02
    """,
)
def test_who_buys_from_one_suspect_and_from_no_other_is_tied_to_it(edges):
    assert MIN_ORDERS == 3
    assert edges("src dst via family weight shared first_seen last_seen") == [
        "a b supplier supply 2 3 02-01 02-28",
    ]


@CASES.rows(
    sellers=signals("pq"),
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | orders | first_paid_at | last_paid_at
        03-03 | p         | l          | q               | 4      | 02-10         | 02-20
        03-03 | q         | l          | p               | 5      | 02-01         | 02-15
    """,
)
def test_two_shops_that_supply_each_other_are_tied_once(edges):
    assert edges("src dst via weight shared first_seen last_seen") == ["p q supplier 2 9 02-01 02-20"]


@CASES.rows(
    sellers=signals("pq"),
    sales="""
        ds    | seller_id | listing_id | buyer_seller_id | orders | first_paid_at | last_paid_at
        03-03 | p         | l          | q               | 4      | 02-10         | 2031-01-01
    """,
)
def test_a_purchase_by_a_wrong_clock_was_made_by_the_day_on_which_it_is_known(edges):
    assert edges("first_seen last_seen") == ["02-10 03-03"]
