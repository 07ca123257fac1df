"""staging.outcomes: what authorities and investigators did with a lead.

Grain: ds, outcome_id. Reads the feed `outcomes`. Append-only: an `undo` row takes an earlier one back.
"""

from jobs.table import Feed

TABLE = Feed(
    key=("outcome_id",),
    columns="""
        outcome_id    string not null comment 'one event'
        racket_id     string not null comment 'which racket'
        jurisdiction  string comment '6-digit code'
        event         string not null comment 'taken_up, declined, …, cannot_link, undo'
        reason        string comment 'free text'
        subject_a     string comment 'seller_id, for cannot_link'
        subject_b     string comment 'seller_id, for cannot_link'
        undoes        string comment 'outcome_id that an undo takes back'
        value_cny     decimal(18,2) comment 'what was found'
        happened_at   timestamp not null comment 'UTC'
        recorded_at   timestamp not null comment 'UTC'
        recorded_by   string not null comment 'who wrote it down'
        updated_at    timestamp comment 'UTC; most deliverers leave it out'
    """,
    allowed={
        "event": (
            "taken_up", "declined", "test_buy_fake", "test_buy_genuine", "site_visited", "site_confirmed",
            "site_wrong", "case_built", "arrest", "convicted", "dismissed", "cannot_link", "undo",
        ),
    },
)  # fmt: skip
