"""links.communities: what jobs/graph/communities.py makes of each component, however its rows lie and are dealt out."""

import random
from datetime import date, timedelta

import pytest
from pyspark.sql import functions as F

from jobs.graph.communities import communities
from jobs.graph.traits import KINDS
from tests.frames import day, day_text, frame, frame_of, lines, stacked, transformed
from tests.jobs.graph.shops import KIND, Shops

SUNDAYS = [day("03-03"), day("03-10")]
SHOWN = "ds seller_id community_id sellers tier confidence"
LISTINGS = """
    ds    | listing_id | category | suspicion
    03-03 | l          | sneakers | -1.4
    03-10 | l          | sneakers | -1.4
    03-03 | plain      | sneakers | -1.5
    03-03 | boxes      | packaging | 3
"""


def tables(spark, weeks, edges="ds | src", sales="ds | seller_id | listing_id", outcomes="ds | outcome_id"):
    """Frames of components that are written as Shops, by Sunday."""
    components, values, sellers = [], [], []
    for sunday, shops_of_week in weeks.items():
        for number, shops in enumerate(shops_of_week):
            part = shops.component()
            for name, suspicion in shops.suspicion.items():
                components.append({"ds": sunday, "seller_id": name, "component": number, "sellers": part.n})
                sellers.append({"ds": sunday, "seller_id": name, "is_suspect": True, "suspicion": float(suspicion)})
            values += [
                {
                    "ds": sunday, "seller_id": shops.names[part.user[k]], "kind": KIND[part.kind[k]],
                    "value": f"{number}.{part.value[k]}", "suspects": int(part.suspects[k]), "honest": float(part.honest[k]),
                    "weight": float(part.weight[k]), "is_ended": bool(part.ended[k]),
                    "first_seen": date(2023, 10, 1) + timedelta(int(part.first[k])),
                    "last_seen": date(2023, 10, 1) + timedelta(int(part.last[k])),
                }
                for k in range(len(part.user))
            ]  # fmt: skip
    return {
        "components": frame_of(spark, "links.components", components),
        "values": frame_of(spark, "links.shared_values", values),
        "sellers": frame_of(spark, "evidence.seller_signals", sellers),
        "edges": frame(spark, "links.edges", edges),
        "sales": frame(spark, "core.sales", sales),
        "listings": frame(spark, "evidence.listing_signals", LISTINGS),
        "outcomes": frame(spark, "staging.outcomes", outcomes),
    }


def racket(shops, names):
    """An operation whose shops share part of what they have."""
    shops.use(names[: len(names) // 2 + 1], "payout_account")
    shops.use(names[len(names) // 2 - 1 :], "device")
    shops.use(names[::2], "phone")
    shops.use(names[1::2], "return_address")


# --- the same as in memory ----------------------------------------------------------------------


def tangle(seed, first_letter):
    """Twelve shops with values and purchases at random; ids as deliverers have them, not in ASCII."""
    draw = random.Random(seed)
    names = "".join(chr(ord(first_letter) + k) for k in range(12))
    shops = Shops(names)
    shops.suspicion = {name: draw.choice([-1.0, 0.5, 2.0]) for name in names}
    for kind in draw.choices([kind for kind in KINDS if kind not in ("place", "supplier")], k=14):
        start = draw.randrange(60)
        users = draw.sample(names, draw.randrange(2, 6))
        shops.use(users, kind, (start, 100), draw.random() < 0.1, draw.choice([0.0, 0.0, 0.4]), draw.randrange(2))
    for _ in range(3):
        shops.buy(*draw.sample(names, 2), orders=draw.randrange(1, 9))
    return shops


TANGLES = {
    sunday: [tangle(10 * week + k, letter) for k, letter in enumerate("aA一龙é")]
    for week, sunday in enumerate(SUNDAYS)
}  # fmt: skip


def of_tangles(spark):
    bought = [
        f"{day_text(sunday)} | {shops.names[source] if isinstance(source, int) else source} | l | {shops.names[buyer]} | {orders}"
        for sunday, components in TANGLES.items() for shops in components for buyer, source, orders in shops.buys
    ]  # fmt: skip
    return tables(spark, TANGLES, sales="ds | seller_id | listing_id | buyer_seller_id | orders\n" + "\n".join(bought))


@pytest.fixture(scope="module")
def at_once(spark):
    """Communities of the tangles, both Sundays in one run."""
    return lines(transformed("links.communities", *SUNDAYS, **of_tangles(spark)), SHOWN)


def test_the_table_has_the_communities_that_each_component_has_in_memory(at_once):
    expected = []
    for sunday, components in TANGLES.items():
        for shops in components:
            label, _ = communities(shops.component())
            sizes = {c: label.tolist().count(c) for c in set(label.tolist())}
            expected += [
                f"{day_text(sunday)} {name} {shops.names[own]} {sizes[own]}"
                for name, own in zip(shops.names, label.tolist(), strict=True)
                if sizes[own] > 1
            ]
    assert [line.rsplit(maxsplit=2)[0] for line in at_once] == sorted(expected)
    assert len(expected) > 60


def test_sundays_alone_with_rows_in_any_order_and_partition_give_the_same_rows(spark, at_once):
    given = of_tangles(spark)
    alone = [
        transformed(
            "links.communities", sunday, sunday,
            **{name: rows.orderBy(F.rand(count)).repartition(count) for name, rows in given.items()},
        )
        for sunday, count in zip(SUNDAYS, (3, 8), strict=True)
    ]  # fmt: skip
    assert lines(stacked(alone), SHOWN) == at_once


def test_one_partition_gives_the_same_rows(spark, at_once):
    given = {name: rows.coalesce(1) for name, rows in of_tangles(spark).items()}
    assert lines(transformed("links.communities", *SUNDAYS, **given), SHOWN) == at_once


# --- what comes from other tables than the values -----------------------------------------------


def scene():
    """Components 0 to 4; what ties them or not stands beside the tests below."""
    made = [Shops(names) for names in ("abcdefx", "ghijkly", "mnop", "qrst", "uvwz")]
    for shops, members in zip(made, ("abcdef", "ghijkl", "mno", "qrst", "uv"), strict=True):
        racket(shops, members) if len(members) > 3 else shops.use(members, "payout_account")
    for shops, users in ((made[0], "abx"), (made[1], "ghy")):
        shops.use(users, "image")
        shops.use(users, "sender_account")
    made[2].use("mp", "text")
    made[4].use("wz", "handle", honest=1)
    return made


EDGES = """
    ds    | src | dst | via    | family    | weight
    03-03 | m   | p   | place  | logistics | 4.5
    03-03 | b   | h   | place  | logistics | 4.5
    03-03 | q   | u   | place  | logistics | 4.5
    03-03 | u   | w   | device | device    | 6
"""
SALES = """
    ds    | seller_id | listing_id | buyer_seller_id | orders
    03-03 | a         | l          | x               | 1
    03-03 | m         | l          | x               | 4
    03-03 | m         | l          | y               | 4
    03-03 | n         | l          | y               | 4
    03-03 | honest    | l          | y               | 4
    03-03 | q         | plain      | y               | 9
    03-03 | q         | boxes      | y               | 9
"""
OUTCOMES = """
    ds    | outcome_id | event       | subject_a | subject_b | undoes
    02-28 | o1         | cannot_link | q         | t         | -
    02-28 | o2         | cannot_link | a         | b         | -
    03-01 | u2         | undo        | -         | -         | o2
    02-28 | o3         | cannot_link | a         | g         | -
    02-28 | slip       | cannot_link | a         | a         | -
"""


@pytest.fixture(scope="module")
def groups(spark):
    """{smallest shop: rows of its community}."""
    found = transformed("links.communities", SUNDAYS[0], SUNDAYS[0], **tables(spark, {SUNDAYS[0]: scene()}, EDGES, SALES, OUTCOMES))  # fmt: skip
    rows = [line.split() for line in lines(found, "community_id seller_id tier confidence")]
    return {name: [row[1:] for row in rows if row[0] == name] for name in sorted({row[0] for row in rows})}


def members(rows):
    return "".join(row[0] for row in rows)


def test_a_purchase_from_another_component_is_from_another_source_so_the_buyer_is_a_customer(groups):
    assert members(groups["a"]) == "abcdef"  # x bought from a and, mostly, from m


def test_purchases_from_one_other_component_from_honest_shops_and_of_other_goods_make_no_customer(groups):
    assert members(groups["g"]) == "ghijkly"  # y bought suspect goods from m and n, which are one source


def test_a_common_place_inside_a_component_counts_and_one_that_leaves_it_is_ignored(groups):
    assert members(groups["m"]) == "mnop"  # p shares the text of m, and the place
    assert not {"abcdefghijkl", "qrstuv"} & {members(rows) for rows in groups.values()}


def test_ties_by_values_are_read_from_the_values_not_from_the_edges(groups):
    assert members(groups["u"]) == "uv"


def test_shops_of_which_a_person_said_that_they_do_not_belong_together_are_parted(groups):
    assert [members(rows) for rows in groups.values() if {"q", "r", "s", "t"} & set(members(rows))] == ["qrs"]
    assert "ab" in members(groups["a"])  # of these it was taken back


def test_tied_by_one_strong_value_is_core_and_by_a_weak_one_attached(groups):
    assert groups["u"] == [["u", "core", "0.458006"], ["v", "core", "0.458006"]]  # 0.7 × 7 nats: 1 - exp(-4.9 / 8)
    assert groups["w"] == [["w", "attached", "0.332155"], ["z", "attached", "0.332155"]]  # 0.7 × (6 - 2 ln 2)


def test_a_week_without_components_has_no_communities(spark):
    given = tables(spark, {SUNDAYS[0]: scene()}, EDGES, SALES, OUTCOMES)
    assert lines(transformed("links.communities", SUNDAYS[1], SUNDAYS[1], **given), SHOWN) == []
