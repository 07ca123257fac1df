"""Expectations that look at more than one value: rows that cannot be are found and named by their key."""

import pytest

from jobs import audit
from jobs.catalog import catalog
from tests.frames import frame

CASES = {
    "rackets.leads": (
        """
        ds    | racket_id | rank | is_lead | evidence_families | first_activity | last_activity
        03-31 | R1        | 1    | true    | 2                 | 03-01          | 03-31 23:59
        03-31 | R2        | 2    | false   | 1                 | -              | -
        03-31 | alone     | 3    | true    | 1                 | 03-01          | 03-02
        03-31 | later     | 4    | false   | 0                 | 03-01          | 04-01
        03-31 | backwards | 5    | false   | 0                 | 03-02          | 03-01
        """,
        {"alone", "later", "backwards"},
    ),
    "rackets.production": (
        """
        ds    | racket_id | signs                            | nats | branded | upheld
        03-31 | R1        | trade:3:sold,outside:-2.5:bought | 0.5  | 2       | 2
        03-31 | R2        | ''                               | 0    | 0       | 0
        03-31 | untold    | trade:3:sold                     | 2.1  | 0       | 0
        03-31 | miscount  | ''                               | 0    | 2       | 3
        """,
        {"untold", "miscount"},
    ),
    "rackets.sites": (
        """
        ds    | racket_id | kind         | rank | lng | lat
        03-31 | R1        | made_at      | 1    | 119 | 25
        03-31 | R1        | made_at      | 2    | 119 | 26
        03-31 | R1        | shipped_from | 1    | 119 | 26
        03-31 | gap       | made_at      | 1    | 119 | 25
        03-31 | gap       | made_at      | 3    | 119 | 26
        03-31 | second    | made_at      | 2    | 119 | 26
        """,
        {"gap", "second"},
    ),
}


@pytest.mark.parametrize("table", CASES)
def test_rows_that_cannot_be_are_found(spark, table):
    text, wrong = CASES[table]
    conditions = [expect for expect in audit.expectations_of(table) if expect.type == "rows_to_meet"]
    checks = audit.validate(frame(spark, table, text), conditions, ["ds", *catalog()[table].table.key])
    assert {key.split("/")[1] for check in checks for key in check.sample} == wrong
