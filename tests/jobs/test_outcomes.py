"""Judgements of people: what is taken back no longer stands, from the day on which the undo is known."""

import pytest

from jobs.outcomes import standing, taken_back
from tests.frames import day, frame, lines

DISMISSED = """
    ds    | outcome_id | racket_id | event     | undoes
    03-05 | o1         | R1        | dismissed | -
    03-06 | o2         | R2        | dismissed | -
"""


@pytest.fixture
def stands(spark):
    """`day outcome` of all that stands on the Sundays 03-10, 03-17, 03-24."""

    def found(outcomes):
        rows = standing(frame(spark, "staging.outcomes", outcomes), [day("03-10"), day("03-17"), day("03-24")])
        return lines(rows, "ds outcome_id")

    return found


def test_an_outcome_stands_from_its_delivery_until_the_delivery_of_its_undo(stands):
    assert stands(DISMISSED + "    03-12 | o3 | R3 | dismissed | -\n    03-17 | u1 | R1 | undo | o1\n") == [
        "03-10 o1", "03-10 o2", "03-17 o2", "03-17 o3", "03-24 o2", "03-24 o3",
    ]  # fmt: skip


def test_an_undo_of_an_undo_restores(stands):
    undone = DISMISSED + "    03-12 | u1 | R1 | undo | o1\n"
    assert stands(undone + "    03-19 | u2 | R1 | undo | u1\n") == [
        "03-10 o1", "03-10 o2", "03-17 o2", "03-24 o1", "03-24 o2",
    ]  # fmt: skip


def test_an_undo_that_came_before_what_it_undoes_counts_when_both_are_known(stands):
    assert stands("ds | outcome_id | event | undoes\n03-12 | o1 | dismissed | -\n03-05 | u1 | undo | o1") == []


def test_an_outcome_that_is_delivered_again_is_one_outcome_in_its_newest_form(spark):
    again = frame(spark, "staging.outcomes", DISMISSED + "    03-15 | o1 | R9 | dismissed | -\n")
    assert lines(standing(again, [day("03-10"), day("03-17")]), "ds outcome_id racket_id changed_ds") == [
        "03-10 o1 R1 03-05", "03-10 o2 R2 03-06", "03-17 o1 R9 03-15", "03-17 o2 R2 03-06",
    ]  # fmt: skip


def test_no_outcomes_at_all_are_none_standing(stands):
    assert stands("ds | outcome_id") == []


def test_chains_of_undos_are_resolved_from_their_end():
    assert taken_back({"u1": "o", "u2": "u1", "u3": "u2"}) == {"o", "u2"}
    assert taken_back({"u1": "o", "u2": "o", "u3": "u1"}) == {"o", "u1"}


def test_undos_in_a_circle_or_of_nothing_known_take_back_nothing_that_is_there():
    assert taken_back({"u1": "u2", "u2": "u1", "u3": "u3"}) == set()
    assert taken_back({"u1": "nobody knows"}) == {"nobody knows"}
