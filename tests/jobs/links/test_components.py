"""links.components: what hangs together by pairs that hold, from what changed since last Sunday; never one too large."""

import pytest
from pyspark.sql import functions as F

from jobs.graph.errors import GraphError
from jobs.graph.pairs import tied_pairs
from jobs.links import components as components_table
from tests.frames import frame, lines, stacked, transformed

NOTHING = "ds | seller_id | component | sellers"
SHOWN = "ds seller_id component sellers sellers_before"
# Numbers that are not in order of id, so that it shows which of the two names a component.
NODES = """
    ds    | seller_id | node
    02-25 | f         | 0
    02-25 | e         | 1
    02-25 | d         | 2
    03-03 | c         | 3
    03-03 | b         | 4
    03-03 | a         | 5
    03-10 | g         | 6
    03-10 | h         | 7
"""


def edges(**sundays):
    """Ties as `d0303="a-b device 6, a-b phone 2"`."""
    family = {"device": "device", "phone": "contact", "handle": "contact", "image": "image", "place": "logistics"}
    rows = []
    for sunday, written in sundays.items():
        for tie in filter(None, written.split(",")):
            pair, via, weight = tie.split()
            src, dst = pair.split("-")
            rows.append(
                f"{sunday[1:3]}-{sunday[3:]} | {src} | {dst} | {via} | {family[via]} | {weight} | {via}-{src}{dst}"
            )
    return "ds | src | dst | via | family | weight | example\n" + "\n".join(rows)


def computed(spark, sunday, ties, before=NOTHING):
    """Components of a Sunday; ties as text, what was published before as text or a frame."""
    published = frame(spark, "links.components", before) if isinstance(before, str) else before
    return transformed(
        "links.components", sunday, sunday,
        edges=frame(spark, "links.edges", ties), nodes=frame(spark, "links.nodes", NODES), before=published,
    ).localCheckpoint()  # fmt: skip


WEEKS = edges(
    d0303="a-b device 6, b-c device 6, d-e device 6, e-f device 6, a-c phone 2",
    d0310="a-b device 6, b-c phone 2,  d-e device 6, e-f device 6, c-d image 5, g-h device 6",
    d0317="a-b phone 1",
)


@pytest.fixture(scope="module")
def weeks(spark):
    """Sundays one after the other, each on the one before it."""
    first = computed(spark, "03-03", WEEKS)
    second = computed(spark, "03-10", WEEKS, first)
    return {"03-03": first, "03-10": second, "03-17": computed(spark, "03-17", WEEKS, second)}


def test_the_best_of_each_family_is_added_up_and_a_pair_with_one_family_needs_more(spark):
    ties = "a-b phone 1.5, a-b handle 1, a-b device 1.5, c-d phone 3, c-d handle 3, e-f device 4.28, g-h device 4.29"
    # 1.5 + 1.5 of two families; of one family 0.7 × 3, 0.7 × 4.28 = 2.996 and 0.7 × 4.29 = 3.003
    assert lines(tied_pairs(frame(spark, "links.edges", edges(d0310=ties))), "ds src dst families weight") == [
        "03-10 a b 2 3",
        "03-10 g h 1 3.003",
    ]


def test_a_component_is_all_that_hangs_together_named_by_its_smallest_number(weeks):
    assert lines(weeks["03-03"], SHOWN) == [
        "03-03 a 3 3 -", "03-03 b 3 3 -", "03-03 c 3 3 -",  # numbers 5, 4 and 3
        "03-03 d 0 3 -", "03-03 e 0 3 -", "03-03 f 0 3 -",
    ]  # fmt: skip


def test_a_tie_that_fell_away_parts_and_a_new_one_joins(weeks):
    assert lines(weeks["03-10"], SHOWN) == [
        "03-10 a 4 2 3", "03-10 b 4 2 3",
        "03-10 c 0 4 3", "03-10 d 0 4 3", "03-10 e 0 4 3", "03-10 f 0 4 3",
        "03-10 g 6 2 -", "03-10 h 6 2 -",
    ]  # fmt: skip


def test_from_what_changed_comes_what_all_ties_at_once_give(spark, weeks):
    shown = "seller_id component sellers"
    assert lines(weeks["03-10"], shown) == lines(computed(spark, "03-10", WEEKS), shown)


def test_a_week_without_ties_has_no_components(weeks):
    assert lines(weeks["03-17"], SHOWN) == []


def test_a_snapshot_between_sundays_is_not_taken_for_last_sunday(spark, weeks):
    between = weeks["03-10"].withColumn("ds", F.lit("2024-03-06").cast("date")).where("component = 0")
    found = computed(spark, "03-10", WEEKS, stacked([weeks["03-03"], between]))
    assert lines(found, SHOWN) == lines(weeks["03-10"], SHOWN)


def test_a_component_that_is_too_large_is_not_published_and_the_error_names_what_glues_it(spark, monkeypatch):
    monkeypatch.setattr(components_table, "MAX_SELLERS", 3)
    ties = edges(d0303="a-b device 6, c-d phone 6, b-c device 6, e-f device 6, e-f handle 7").replace(
        "device-bc", "device-ab"
    )
    with pytest.raises(GraphError, match=r"^a component of 4 shops is larger than 3: it is glued by "
                       r"device device-ab \(2 ties\), phone phone-cd \(1 ties\); see links.shared_values"):  # fmt: skip
        computed(spark, "03-03", ties)


def test_components_of_other_ties_than_last_sunday_has_now_are_found_anew(spark, weeks):
    """A run that was killed between last Sunday's ties and their components."""
    stale = weeks["03-03"].where("component = 0")
    found = computed(spark, "03-10", WEEKS, stale)
    shown = "seller_id component sellers"
    assert lines(found, shown) == lines(weeks["03-10"], shown)
