"""staging.images: pictures of listings, by name; their bytes stay in the landing.

Grain: ds, image_id. Reads the feed `images`. `sha256` is the deliverer's claim until the file is read.
"""

from jobs.table import Feed

TABLE = Feed(
    key=("image_id",),
    columns="""
        image_id    string not null comment 'picture'
        path        string not null comment 'relative to the day''s folder of this feed'
        sha256      string not null comment 'of the bytes, hex'
        bytes       bigint not null comment 'size of the file'
        updated_at  timestamp comment 'UTC; most deliverers leave it out'
    """,
    rules={
        "bytes_not_positive": "bytes > 0",
        "more_than_20_mb": "bytes <= 20971520",
        "not_a_sha256": "sha256 rlike '^[0-9a-fA-F]{64}$'",
        "path_leaves_folder": "not (path like '/%' or path like '%..%')",
    },
)
