"""links.shared_values: who uses a value that suspects share, and what sharing it says with so many honest users."""

import math

import pytest
from pyspark.sql import functions as F

from jobs.graph.suspects import DOUBT
from jobs.graph.traits import HONEST_DAMPING, KINDS, MAX_VALUES, MIN_WEIGHT, SUSPECT_DAMPING
from tests.frames import Cases, frame, lines, transformed

CASES = Cases(
    "links.shared_values", "03-03", "03-03", ids="seller_id value image_id family",
    traits="ds | seller_id", sellers="ds | seller_id", pictures="ds | image_id",
)  # fmt: skip
SUSPECTS = """
    ds    | seller_id | is_suspect | suspicion
    03-03 | a         | true       | 2
    03-03 | b         | true       | 2
    03-03 | c         | true       | 2
    03-03 | d         | true       | 2
"""


@pytest.fixture
def shared(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


def uses(*values):
    """`phone p: a b`, of all the Sunday's users, or `phone p 02-20: a b` of who showed it last then."""
    rows = []
    for written in values:
        value, shops = written.split(":")
        kind, name, last = (*value.split(), "03-01")[:3]
        rows += [f"03-03 | {shop} | {kind} | {name} | 1 | 02-01 | {last}" for shop in shops.split()]
    return "ds | seller_id | kind | value | times | first_seen | last_seen\n" + "\n".join(rows)


def no_pictures(spark):
    return frame(spark, "evidence.image_families", "ds | image_id")


def nats(weight):
    return f"{weight:.6f}".rstrip("0").rstrip(".")


# --- users --------------------------------------------------------------------------------------


@CASES.rows(traits=uses("phone p: c a x b", "phone q: d", "device p: d x"), sellers=SUSPECTS)
def test_suspects_that_share_a_value_are_numbered_in_order_of_id(shared):
    assert shared("kind value place seller_id suspects first_seen last_seen") == [
        "phone p 1 a 3 02-01 03-01", "phone p 2 b 3 02-01 03-01", "phone p 3 c 3 02-01 03-01",
    ]  # fmt: skip


@CASES.rows(
    traits=uses("image cut: a", "image turned: b", "image other: b", "image coded: a", "image coded_too: b", "image unread: a b",
                "image blank: a b", "image later: c"),
    pictures="""
        ds    | image_id  | since | family | codes                | phone_keys  | handle_keys
        03-03 | cut       | 02-10 | shoe   | ''                   | ''          | ''
        03-03 | turned    | 01-10 | shoe   | ''                   | ''          | wechat:inboth1
        03-03 | other     | 02-10 | bag    | ''                   | 13857204916 | ''
        03-03 | coded     | 02-10 | -      | u.example.cn/meet-us | 13857204916 | wechat:inboth1
        03-03 | coded_too | 03-02 | -      | u.example.cn/meet-us | ''          | ''
        03-03 | blank     | 02-10 | -      | ''                   | ''          | ''
        03-02 | later     | 02-10 | shoe   | ''                   | ''          | ''
    """,
    sellers=SUSPECTS,
)  # fmt: skip
def test_pictures_tie_by_what_they_show_since_both_picture_and_shop_are_known(shared):
    assert shared("kind value seller_id suspects first_seen last_seen") == [
        "image blank a 2 02-01 03-01", "image blank b 2 02-01 03-01",
        "image unread a 2 02-01 03-01", "image unread b 2 02-01 03-01",
        "picture shoe a 2 02-10 03-01", "picture shoe b 2 02-01 03-01",
        "qr u.example.cn/meet-us a 2 02-10 03-01", "qr u.example.cn/meet-us b 2 03-02 03-02",
        "text_contact 13857204916 a 2 02-10 03-01", "text_contact 13857204916 b 2 02-10 03-01",
        "text_contact wechat:inboth1 a 2 02-10 03-01", "text_contact wechat:inboth1 b 2 02-01 03-01",
    ]  # fmt: skip


@CASES.rows(
    traits=uses("device d: a b honest", "handle h: a b unknown", "phone p: a b maybe", "licence l: a b"),
    sellers=SUSPECTS + "    03-03 | honest | false | -40\n    03-03 | maybe | false | -2\n",
)
def test_honest_users_count_by_the_chance_that_they_are_honest_and_unknown_shops_in_full(shared):
    chance = 1 / (1 + math.exp(-2))
    assert shared("kind seller_id suspects honest weight") == [
        f"{kind} {shop} 2 {nats(honest)} {nats(KINDS[kind].base - HONEST_DAMPING * math.log1p(honest))}"
        for kind, honest in (("device", 1), ("handle", 1), ("licence", 0), ("phone", round(chance, 6)))
        for shop in "ab"
    ]


@CASES.rows(
    traits=uses("device d: a b", "phone p: a half", "handle h: half quarter"),
    sellers=SUSPECTS + "    03-03 | half | true | 0\n    03-03 | quarter | true | -1\n",
)
def test_suspects_that_show_little_are_not_honest_but_speak_a_little_against_a_value(shared):
    assert DOUBT == 0.5
    assert sorted(set(shared("kind suspects honest weight"))) == [
        "device 2 0 6",
        "handle 2 0 5.040674",  # 6 - 2 ln(1 + 0.25 + 0.365529)
        "phone 2 0 5.553713",  # 6 - 2 ln(1 + 0.25)
    ]


@CASES.rows(
    traits=uses("device d: " + " ".join(f"s{n}" for n in range(40))),
    sellers="ds | seller_id | is_suspect | suspicion\n" + "\n".join(f"03-03 | s{n} | true | 2" for n in range(40)),
)
def test_a_value_of_forty_suspects_and_no_honest_shop_says_little_less_than_one_of_two(shared):
    assert set(shared("suspects weight")) == {f"40 {nats(6 - SUSPECT_DAMPING * math.log(39))}"}


# --- values that were replaced ------------------------------------------------------------------


@CASES.rows(
    traits=uses(
        "phone old 02-20: a", "phone new 03-01: a", "phone old 02-25: b", "payout_account m 02-20: a b",
        "device d 01-05: a", "device d 03-01: b", "sender_phone k 01-05: a b", "image i 01-05: a b",
    ),
    sellers=SUSPECTS,
)  # fmt: skip
def test_a_value_is_ended_when_the_shop_stated_others_since_and_only_kinds_that_are_stated_can_be(shared):
    assert shared("kind value seller_id is_ended") == [
        "device d a false", "device d b false",
        "image i a false", "image i b false",
        "payout_account m a true",  # a stated a phone on 1 March, and not this account any more
        "payout_account m b true",  # and b its old phone on 25 February
        "phone old a true", "phone old b false",
        "sender_phone k a false", "sender_phone k b false",
    ]  # fmt: skip


@CASES.rows(
    traits=uses(
        "phone old 02-20: a", "phone new 03-01: a b", "text_contact old 02-20: a", "text_contact old 02-10: b",
        "text_contact new 03-01: a b",
    ),
    sellers=SUSPECTS,
)  # fmt: skip
def test_a_contact_of_texts_that_the_shop_registered_ends_with_its_registration(shared):
    assert shared("kind value seller_id is_ended") == [
        "phone new a false", "phone new b false",
        "text_contact new a false", "text_contact new b false",
        "text_contact old a true", "text_contact old b false",  # b never registered it: it stands in its texts
    ]  # fmt: skip


# --- attacks ------------------------------------------------------------------------------------


def many(n, kind):
    return [f"{kind} v{k}" for k in range(n)]


@CASES.rows(
    traits=uses(
        *[f"{value}: a" for kind in ("phone", "handle", "image") for value in many(MAX_VALUES + 1, kind)],
        *[f"{value}: d" for value in many(MAX_VALUES, "phone")], "handle v1: d", "image v1: d", "phone v1: b",
        "device d: a b",
    ),
    sellers=SUSPECTS,
)  # fmt: skip
def test_a_shop_with_too_many_values_of_a_kind_uses_none_of_that_kind_but_pictures_and_texts(shared):
    assert shared("kind value seller_id") == [
        "device d a", "device d b",  # its other kinds are its own
        "image v1 a", "image v1 d",
        "phone v1 b", "phone v1 d",
    ]  # fmt: skip


def flooded(spark, shop, value, n, traits):
    """Rows of traits and n more, `shop` and `value` being SQL of the row's number `id`."""
    more = spark.range(n).select(
        F.lit("2024-03-03").cast("date").alias("ds"), F.expr(shop).alias("seller_id"), F.lit("phone").alias("kind"),
        F.expr(value).alias("value"), F.lit(1).cast("bigint").alias("times"),
        F.lit("2024-03-02").cast("date").alias("first_seen"), F.lit("2024-03-02").cast("date").alias("last_seen"),
    )  # fmt: skip
    rows = frame(spark, "links.trait_states", traits).unionByName(more)
    return transformed(
        "links.shared_values",
        "03-03",
        "03-03",
        traits=rows,
        pictures=no_pictures(spark),
        sellers=frame(spark, "evidence.seller_signals", SUSPECTS),
    )


def test_a_shop_that_reports_ten_thousand_phones_is_tied_to_none_of_their_users(spark):
    found = flooded(
        spark, "'d'", "concat('138', id)", 10_000, uses("phone 1381: a", "phone 1382: b", "phone 1383: b c")
    )
    assert lines(found, "value seller_id suspects weight") == ["1383 b 2 6", "1383 c 2 6"]


def test_a_phone_that_fifty_thousand_shops_report_overnight_ties_nobody(spark):
    found = flooded(spark, "concat('n', id)", "'service'", 50_000, uses("phone service: a b c", "phone own: a b"))
    assert lines(found.where(F.col("weight") < MIN_WEIGHT), "value seller_id suspects honest") == [
        f"service {shop} 3 50000" for shop in "abc"
    ]
    assert lines(found.where(F.col("weight") >= MIN_WEIGHT), "value seller_id weight") == ["own a 6", "own b 6"]


def test_the_order_of_rows_and_partitions_change_nothing(spark):
    traits = frame(spark, "links.trait_states", uses("phone p: a b c x y z", "device d: d a x", "handle h: b d"))
    sellers = frame(
        spark, "evidence.seller_signals",
        SUSPECTS + "\n".join(f"03-03 | {shop} | false | {-0.1 * k - 1.6}" for k, shop in enumerate("xyz")),
    )  # fmt: skip
    shown = "kind value seller_id place suspects honest weight is_ended"
    found = [
        lines(
            transformed("links.shared_values", "03-03", "03-03", traits=traits.orderBy(F.rand(n)).repartition(n), pictures=no_pictures(spark), sellers=sellers),
            shown,
        )
        for n in (1, 7)
    ]  # fmt: skip
    assert found[0] == found[1]
    assert len(found[0]) == 7
