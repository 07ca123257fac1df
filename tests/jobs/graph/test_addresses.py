"""Whose an address is: of those who use it lately, a racket that is half of them."""

from jobs.graph.addresses import LATELY, OWN_ADDRESS, address_users, used_lately
from tests.frames import day, frame, lines

HEADER = "ds | seller_id | kind | value | last_seen"
OPEN = "ds | seller_id | closed_at\n03-31 | a | -"


def traits(spark, *rows):
    return frame(spark, "links.trait_states", "\n".join([HEADER, *(f"03-31 | {row}" for row in rows)]))


def test_an_address_that_a_shop_stated_last_is_its_own_until_it_has_been_closed_for_twelve_weeks(spark):
    assert LATELY == 84
    assert (day("03-31") - day("01-08")).days == LATELY - 1
    stated = traits(
        spark,
        "open   | return_address     | mill | 2021-05-01",
        "open   | registered_address | mill | 2021-05-01",
        "moved  | return_address     | mill | 01-07",
        "moved  | return_address     | home | 03-30",
        "moved2 | return_address     | mill | 01-08",
        "moved2 | return_address     | home | 03-30",
        # Its newer registration, without an address, is known by its telephone.
        "left   | return_address     | mill | 2021-05-01",
        "left   | phone              | 138  | 2022-05-01",
        "closed  | return_address    | mill | 03-30",
        "closed2 | return_address    | mill | 2021-05-01",
    )
    states = frame(
        spark, "core.seller_states",
        "ds | seller_id | closed_at\n03-31 | open | -\n03-31 | closed | 01-07\n03-31 | closed2 | 01-08\n03-31 | moved | -",
    )  # fmt: skip
    assert lines(used_lately(stated, states), "ds seller_id address_key") == [
        "03-31 closed2 mill", "03-31 moved home", "03-31 moved2 home", "03-31 moved2 mill", "03-31 open mill",
    ]  # fmt: skip


def test_an_address_that_stands_on_parcels_is_used_when_they_are_sent(spark):
    sent = traits(
        spark,
        "a | sender_address | mill  | 01-07",
        "a | sender_address | depot | 01-08",
        "a | return_address | home  | 2021-05-01",
        "b | sender_phone   | mill  | 03-30",
    )
    assert lines(used_lately(sent, frame(spark, "core.seller_states", OPEN)), "seller_id address_key") == [
        "a depot", "a home",
    ]  # fmt: skip


def test_an_address_is_a_rackets_own_when_it_is_half_of_its_users_and_of_two_it_is_the_firsts(spark):
    assert OWN_ADDRESS == 0.5
    shops = spark.createDataFrame(
        [(day("03-31"), "a", "R1", 1), (day("03-31"), "b", "R2", 1), (day("03-31"), "h", None, 1), (day("03-31"), "s", None, 0)],
        "ds date, seller_id string, racket_id string, counts int",
    ).selectExpr("ds", "seller_id", "racket_id", "CAST(counts AS decimal(18,6)) AS counts")  # fmt: skip
    stated = traits(
        spark,
        "a | return_address     | half  | 03-30",
        "a | registered_address | half  | 03-30",
        "h | return_address     | half  | 03-30",
        "a | return_address     | third | 03-30",
        "h | return_address     | third | 03-30",
        "x | sender_address     | third | 03-30",
        "a | return_address     | both  | 03-30",
        "b | return_address     | both  | 03-30",
        "b | return_address     | loose | 03-30",
        "s | return_address     | loose | 03-30",
        # A user who left long ago does not make it crowded.
        "b | return_address     | old   | 03-30",
        "x | sender_address     | old   | 2021-05-01",
        "y | sender_address     | old   | 2021-05-01",
    )
    found = address_users(shops, stated, frame(spark, "core.seller_states", OPEN))
    assert lines(found, "address_key users owner") == ["both 2 R1", "half 2 R1", "loose 1 R2", "old 1 R2", "third 3 -"]
