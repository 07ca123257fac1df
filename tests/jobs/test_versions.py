"""State as of a day from changes: newest row per key, in range form, with and without a keyframe."""

from jobs.versions import newest_on, with_validity
from tests.frames import day, lines


def changes(spark, text):
    rows = [line.split() for line in text.strip().splitlines()]
    return spark.createDataFrame(
        [(day(ds), key, value) for ds, key, value in rows], "ds date, key string, value string"
    )


CHANGES = """
    03-01 a old
    03-05 a new
    03-02 b once
    03-11 a newest
    03-12 c late
"""


def test_a_version_is_valid_until_the_next_one_of_its_key(spark):
    assert lines(with_validity(changes(spark, CHANGES), ["key"]), "key valid_from valid_to value") == [
        "a 03-01 03-05 old",
        "a 03-05 03-11 new",
        "a 03-11 9999-12-31 newest",
        "b 03-02 9999-12-31 once",
        "c 03-12 9999-12-31 late",
    ]


def test_each_day_shows_the_newest_change_until_then(spark):
    found = newest_on(changes(spark, CHANGES), ["key"], [day("03-01"), day("03-04"), day("03-05"), day("03-12")])
    assert lines(found, "ds key value changed_ds") == [
        "03-01 a old 03-01",
        "03-04 a old 03-01",
        "03-04 b once 03-02",
        "03-05 a new 03-05",
        "03-05 b once 03-02",
        "03-12 a newest 03-11",
        "03-12 b once 03-02",
        "03-12 c late 03-12",
    ]


def test_a_keyframe_and_the_changes_since_say_the_same_as_all_history(spark):
    everything = changes(spark, CHANGES)
    keyframe = newest_on(everything.where("ds <= date'2024-03-04'"), ["key"], [day("03-04")])
    since = everything.where("ds > date'2024-03-04'")
    wanted = [day("03-05"), day("03-10"), day("03-17")]
    resumed = newest_on(keyframe.unionByName(since, allowMissingColumns=True), ["key"], wanted)
    assert lines(resumed, "ds key value changed_ds") == lines(
        newest_on(everything, ["key"], wanted), "ds key value changed_ds"
    )


def test_no_change_until_a_day_is_no_row_of_that_day(spark):
    assert lines(newest_on(changes(spark, CHANGES), ["key"], [day("02-29")]), "ds key") == []
