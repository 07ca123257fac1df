"""Families of like pictures: stars around the first, decided once, mirrored ones too, whatever else is there."""

import random

import pytest

from jobs.pictures import families
from jobs.pictures.families import MAX_DISTANCE, with_families
from jobs.pictures.hashes import MIRRORED

COLUMNS = "since string, sha256 string, phash array<bigint>, family string"


def random_hash(r: random.Random) -> list[int]:
    return [r.getrandbits(64) - (1 << 63) for _ in range(4)]


def changed(phash: list[int], bits: list[int]) -> list[int]:
    """The hash with these bits flipped."""
    words = list(phash)
    for bit in bits:
        words[bit // 64] ^= 1 << (bit % 64) if bit % 64 < 63 else -(1 << 63)
    return words


def apart(bits: int, start: int = 16) -> list[int]:
    """As many bits, none of them in the band 0."""
    return list(range(start, start + bits))


def frame(spark, rows):
    return spark.createDataFrame(rows, COLUMNS).selectExpr("cast(since as date) since", "sha256", "phash", "family")


def found(spark, rows) -> dict[str, str]:
    return {row["sha256"]: row["family"] for row in with_families(frame(spark, rows)).collect()}


@pytest.fixture(scope="module")
def base() -> list[int]:
    return random_hash(random.Random(1))


def test_a_picture_belongs_to_the_first_that_is_like_it(spark, base):
    r = random.Random(2)
    far = random_hash(r)
    rows = [
        ("2024-03-04", "first", base, None),
        ("2024-03-05", "same", base, None),
        ("2024-03-05", "near", changed(base, apart(MAX_DISTANCE)), None),
        ("2024-03-05", "farther", changed(base, apart(MAX_DISTANCE + 1)), None),
        ("2024-03-06", "mirrored", [a ^ b for a, b in zip(changed(base, apart(9)), MIRRORED, strict=True)], None),
        ("2024-03-06", "other", far, None),
        ("2024-03-06", "blank", None, None),
    ]
    assert found(spark, rows) == {
        "first": "first", "same": "first", "near": "first", "farther": "farther", "mirrored": "first", "other": "other",
        "blank": None,
    }  # fmt: skip


def test_a_row_of_likenesses_does_not_make_one_family_of_its_ends(spark, base):
    steps = [(f"2024-03-{4 + n:02}", f"s{n}", changed(base, apart(40 * n)), None) for n in range(5)]
    # Each is 40 bits from the next: the second joins the first, the third is 80 away from it and begins again.
    assert found(spark, steps) == {"s0": "s0", "s1": "s0", "s2": "s2", "s3": "s2", "s4": "s4"}


def test_pictures_of_one_day_are_decided_as_well(spark, base):
    rows = [("2024-03-04", f"p{n}", changed(base, apart(n)), None) for n in range(12)]
    assert len(set(found(spark, rows).values())) == 1


def test_what_was_decided_holds_and_new_pictures_meet_it(spark):
    """All at once, and week by week with what was found before, in whatever order the rows lie."""
    r = random.Random(5)
    originals = [random_hash(r) for _ in range(60)]
    rows = []
    for n in range(400):
        copy = changed(r.choice(originals), r.sample(range(256), r.randrange(45)))
        rows.append((f"2024-03-{1 + n * 28 // 400:02}", f"{r.getrandbits(64):016x}", copy, None))
    at_once = found(spark, rows)
    known: dict[str, str] = {}
    for week in ("2024-03-07", "2024-03-14", "2024-03-21", "2024-03-28"):
        until = [(since, sha, phash, known.get(sha)) for since, sha, phash, _ in rows if since <= week]
        r.shuffle(until)
        known = found(spark, until)
    assert known == at_once
    assert 60 <= len(set(at_once.values())) < 200


def test_a_band_that_thousands_share_is_compared_with_its_first_pictures_only(spark, base, monkeypatch):
    """A white wall: what one band costs is bounded; whom no other band finds begins a family of its own."""
    monkeypatch.setattr(families, "MAX_SHARING", 10)
    r = random.Random(6)
    walls = []
    for n in range(300):
        phash = random_hash(r)
        phash[0] = (phash[0] & ~0xFFFF) | (base[0] & 0xFFFF)
        walls.append((f"2024-03-{1 + n // 30:02}", f"w{n:03}", phash, None))
    # One bit of every other band differs: 15 bits in all, and the wall's band is all that they share.
    elsewhere = list(range(16, 256, 16))
    first, last = sorted(walls, key=lambda row: row[0])[0], walls[299]
    rows = [
        *walls,
        ("2024-03-20", "near the last", changed(last[2], elsewhere), None),
        ("2024-03-20", "near the last, two bands in common", changed(last[2], elsewhere[1:]), None),
    ]
    answer = found(spark, rows)
    assert answer[first[1]] == first[1]
    assert answer["near the last"] == "near the last"
    assert answer["near the last, two bands in common"] == "w299"


def test_the_first_pictures_of_a_band_are_met_through_it_alone(spark, base):
    elsewhere = list(range(16, 256, 16))
    rows = [("2024-03-04", "first", base, None), ("2024-03-20", "late", changed(base, elsewhere), None)]
    assert found(spark, rows)["late"] == "first"
