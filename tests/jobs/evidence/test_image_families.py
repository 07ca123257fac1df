"""evidence.image_families: every picture once, its family for ever, as known on each Sunday."""

import random

from tests.frames import day, frame_of, lines, stacked, transformed

R = random.Random(9)
SHOE, BAG = ([R.getrandbits(62) for _ in range(4)] for _ in range(2))
SHOE_AGAIN = [SHOE[0], SHOE[1] ^ 0b1011, SHOE[2], SHOE[3]]


def picture(ds, image_id, sha256, phash, **more):
    return {
        "ds": day(ds),
        "image_id": image_id,
        "sha256": sha256,
        "phash": phash,
        "format": "jpeg",
        "reader": "1",
        **more,
    }


READS = [
    picture("03-01", "i1", "a1", SHOE, codes=["https://u.example.cn/shop", "42", " 42.5 "], handle_keys=["wechat:abcd1234"]),
    picture("03-02", "i2", "a2", SHOE_AGAIN),
    picture("03-02", "broken", "a3", None, reason="truncated"),
    picture("03-05", "i1", "a1", SHOE, codes=["later"]),
    picture("03-06", "i1", "b1", BAG, phone_keys=["13857204916"]),
    picture("03-11", "i3", "a2", SHOE_AGAIN),
    picture("03-12", "blank", "c1", None),
]  # fmt: skip
SHOWN = "ds image_id sha256 since family codes phone_keys handle_keys"


def test_each_sunday_knows_every_picture_until_then(spark):
    found = transformed(
        "evidence.image_families", "03-01", "03-17", reads=frame_of(spark, "evidence.image_reads", READS)
    )
    assert lines(found, SHOWN) == [
        "03-03 i1 a1 03-01 a1 https://u.example.cn/shop '' wechat:abcd1234",
        "03-03 i2 a2 03-02 a1 '' '' ''",
        "03-10 i1 a1 03-01 a1 https://u.example.cn/shop '' wechat:abcd1234",
        "03-10 i1 b1 03-06 b1 '' 13857204916 ''",
        "03-10 i2 a2 03-02 a1 '' '' ''",
        "03-17 blank c1 03-12 - '' '' ''",
        "03-17 i1 a1 03-01 a1 https://u.example.cn/shop '' wechat:abcd1234",
        "03-17 i1 b1 03-06 b1 '' 13857204916 ''",
        "03-17 i2 a2 03-02 a1 '' '' ''",
        "03-17 i3 a2 03-11 a1 '' '' ''",
    ]


def test_sundays_resumed_from_the_last_are_those_of_one_range(spark):
    reads = frame_of(spark, "evidence.image_reads", READS)
    at_once = transformed("evidence.image_families", "03-01", "03-17", reads=reads)
    first = transformed("evidence.image_families", "03-01", "03-03", reads=reads).localCheckpoint()
    second = transformed("evidence.image_families", "03-04", "03-10", {"reads": first}, reads=reads).localCheckpoint()
    third = transformed("evidence.image_families", "03-11", "03-17", {"reads": second}, reads=reads)
    assert lines(stacked([first, second, third]), SHOWN) == lines(at_once, SHOWN)
