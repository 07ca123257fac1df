"""links.components: families are independent evidence, kinds of one family are not; a group too large is cut."""

import pytest

from jobs.links.components import MAX_SELLERS, THRESHOLD
from tests.frames import Cases

CASES = Cases("links.components", "03-03", "03-10", ids="src dst seller_id component_id", edges="ds | src")


@pytest.fixture
def components(spark, request):
    return lambda columns="ds seller_id component_id sellers threshold": CASES.lines(spark, request.node.name, columns)


@CASES.rows(
    edges="""
        ds    | src | dst | via           | family   | weight
        03-03 | a   | b   | phone         | contact  | 3
        03-03 | a   | b   | handle        | contact  | 3
        03-03 | c   | d   | phone         | contact  | 2
        03-03 | c   | d   | device        | device   | 2
        03-03 | d   | e   | image         | image    | 3.99
        03-10 | a   | b   | device        | device   | 4
    """
)
def test_the_best_of_each_family_is_added_up_and_two_kinds_of_one_family_are_not(components):
    assert components() == [
        f"03-03 c c 2 {THRESHOLD:g}", f"03-03 d c 2 {THRESHOLD:g}", f"03-10 a a 2 {THRESHOLD:g}", f"03-10 b a 2 {THRESHOLD:g}",
    ]  # fmt: skip


def chain(letter, n, weight):
    return [f"03-03 | {letter}{k:03} | {letter}{k + 1:03} | device | device | {weight}" for k in range(n - 1)]


@CASES.rows(
    edges="ds | src | dst | via | family | weight\n"
    + "\n".join(
        [
            *chain("a", MAX_SELLERS, 7),
            *chain("b", 20, 7),
            "03-03 | a000 | b000 | place | logistics | 4.2",
            "03-03 | b019 | c000 | place | logistics | 4.2",
        ]
    )
)
def test_a_weak_bridge_that_makes_a_group_too_large_is_cut(components):
    assert sorted(set(components("component_id sellers threshold"))) == [
        f"a000 {MAX_SELLERS} {THRESHOLD + 0.5:g}",
        f"b000 20 {THRESHOLD + 0.5:g}",
    ]
