"""staging.reports: complaints and notices about listings.

Grain: ds, report_id. Reads the feed `reports`. Reports are selective: no report does not mean genuine.
"""

from jobs.table import Feed

TABLE = Feed(
    key=("report_id",),
    columns="""
        report_id    string not null comment 'complaint or notice'
        listing_id   string not null comment 'what it is about'
        brand_id     string comment 'whose right'
        source       string not null comment 'rights_holder, consumer, platform, test_buy'
        reported_at  timestamp not null comment 'UTC'
        result       string comment 'upheld, rejected, null while open'
        result_at    timestamp comment 'UTC'
        updated_at   timestamp not null comment 'UTC'
    """,
    allowed={
        "source": ("rights_holder", "consumer", "platform", "test_buy"),
        "result": ("upheld", "rejected"),
    },
)
