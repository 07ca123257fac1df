"""links.nodes: every shop has one number, from 0 without gaps, and keeps it."""

from tests.frames import frame, lines, transformed


def numbered(spark, sunday, sellers, known="ds | seller_id | node"):
    """What a Sunday adds to the numbers that are known."""
    result = transformed(
        "links.nodes", sunday, sunday,
        sellers=frame(spark, "evidence.seller_signals", sellers), known=frame(spark, "links.nodes", known),
    )  # fmt: skip
    return lines(result, "ds node seller_id")


def test_the_shops_of_the_first_sunday_are_numbered_from_0_in_order_of_id_suspect_or_not(spark):
    sellers = """
        ds    | seller_id | is_suspect
        03-03 | c         | true
        03-03 | a         | false
        03-03 | b         | true
    """
    assert numbered(spark, "03-03", sellers) == ["03-03 0 a", "03-03 1 b", "03-03 2 c"]


KNOWN = """
    ds    | seller_id | node
    02-25 | c         | 0
    02-25 | d         | 1
    03-03 | b         | 2
"""


def test_known_shops_keep_their_numbers_and_new_ones_come_after_the_last(spark):
    sellers = """
        ds    | seller_id
        03-10 | a
        03-10 | b
        03-10 | c
        03-10 | e
    """
    assert numbered(spark, "03-10", sellers, KNOWN) == ["03-10 3 a", "03-10 4 e"]


def test_a_week_without_new_shops_adds_nothing(spark):
    assert numbered(spark, "03-10", "ds | seller_id\n03-10 | b\n03-10 | d", KNOWN) == []


def test_a_sunday_computed_again_does_not_see_its_own_numbers(spark):
    sellers = """
        ds    | seller_id
        03-03 | a
        03-03 | b
        03-03 | c
        03-03 | d
    """
    assert numbered(spark, "03-03", sellers, KNOWN) == ["03-03 2 a", "03-03 3 b"]
