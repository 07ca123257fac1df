"""Text of others is shown without what steers a terminal or misleads a reader."""

import pytest

from jobs.display import shown


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("老王的鞋店 №1 – ¥99", "老王的鞋店 №1 – ¥99"),
        ("a\u202eb\u061cc\u2066d\u200be\ufeff", "abcde"),  # direction marks and what has no width
        ("a\x1b[2J\x9b2J\x85b\x00\x7f", "a[2J2J b"),  # controls of seven and of eight bits
        ("one\nline\tof\u2028words\u3000and\xa0blanks", "one line of words and blanks"),
    ],
)
def test_only_what_can_be_seen_is_shown_and_any_space_is_a_blank(text, wanted):
    assert shown(text) == wanted
