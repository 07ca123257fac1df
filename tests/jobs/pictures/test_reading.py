"""What files of pictures show, and why some are not read: whatever lies there, the answer is a row."""

import hashlib
import os
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from jobs.pictures import reading
from jobs.pictures.header import BadPicture
from jobs.pictures.reading import READER, read_batches, read_file, read_picture
from jobs.text.features import contacts_of
from simulator.pictures import stamp, write
from tests.drawn import drawn, encoded

CODE = "https://u.example.cn/kx93bd2k"


def reason(body: bytes) -> str:
    with pytest.raises(BadPicture) as caught:
        read_picture(body, with_words=False)
    return caught.value.args[0]


def read(folder, path: str, sha256: str = "") -> str | None:
    return read_file(str(folder), path, sha256, None, with_words=False)["reason"]


# --- words and codes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("微信：kx93bd2k", "wechat:kx93bd2k"),
        ("加微 tianhe_88", "wechat:tianhe_88"),
        ("VX: dealer2024", "wechat:dealer2024"),
        ("QQ 48213377", "qq:48213377"),
        ("电话 13857204916", "13857204916"),
    ],
)
def test_contacts_in_chinese_and_latin_are_read_letter_by_letter(text, contact):
    picture = write(drawn(3, 400), text, size=24, at=(60, 180))
    (line,) = read_picture(encoded(picture, quality=80), with_words=True)["lines"]
    assert line["score"] > 0.8
    phones, handles = contacts_of(line["text"].lower())
    assert [*phones, *handles] == [contact]
    # The bar that it stands on: from x 56 to the text's end, from y 180 to 216, in thousandths of 400.
    corners = np.array(line["box"]).reshape(4, 2)
    assert 130 <= corners[:, 0].min() <= 180
    assert 430 <= corners[:, 1].min() < corners[:, 1].max() <= 570


def test_small_print_of_a_thumbnail_is_read():
    picture = write(drawn(1), "微信:kx93bd2k", size=13)
    assert [line["text"] for line in read_picture(encoded(picture), with_words=True)["lines"]] == ["微信:kx93bd2k"]


def test_a_picture_on_its_head_is_read():
    picture = write(drawn(3, 400), "加微 tianhe_88", size=26, at=(60, 180)).transpose(Image.Transpose.ROTATE_180)
    lines = read_picture(encoded(picture, quality=85), with_words=True)["lines"]
    assert "tianhe_88" in " ".join(line["text"] for line in lines)


def test_a_picture_without_text_has_no_lines():
    assert read_picture(encoded(drawn(5)), with_words=True)["lines"] == []


def test_codes_are_read_with_and_without_words_and_others_are_none():
    marked = encoded(stamp(drawn(1), CODE), "PNG")
    assert read_picture(marked, with_words=False)["codes"] == [CODE]
    assert read_picture(marked, with_words=False)["lines"] == []
    assert read_picture(encoded(drawn(1)), with_words=False)["codes"] == []


# --- formats ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["L", "P", "1", "RGBA", "LA", "I;16", "CMYK"])
def test_every_mode_of_colour_is_converted(mode):
    picture = drawn(1)
    if mode == "I;16":
        picture = Image.fromarray(np.array(picture.convert("L")).astype(np.uint16) << 8)
    else:
        picture = picture.convert(mode)
    found = read_picture(encoded(picture, "JPEG" if mode == "CMYK" else "PNG"), with_words=False)
    assert (found["width"], found["height"]) == (144, 144)
    assert found["phash"] is not None


def test_transparent_is_white():
    picture = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    found = reading.decoded(encoded(picture, "PNG"), reading.read_header(encoded(picture, "PNG")))
    assert (found == 255).all()


def test_a_picture_is_looked_at_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # held so that it has to be turned by 90 degrees
    lying = drawn(1).crop((0, 0, 100, 60)).transpose(Image.Transpose.ROTATE_90)
    body = encoded(lying, "JPEG", exif=exif)
    assert reading.decoded(body, reading.read_header(body)).shape[:2] == (60, 100)


def test_a_large_picture_is_decoded_small():
    body = encoded(drawn(1, 4000), "JPEG")
    header = reading.read_header(body)
    assert (header.width, header.height) == (4000, 4000)
    assert max(reading.decoded(body, header).shape) <= reading.MAX_SIDE


# --- hostile files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_a_file_that_ends_early_is_not_read(format, share):
    body = encoded(drawn(1), format)
    assert reason(body[: int(len(body) * share)]) in ("truncated", "unreadable")


def test_bytes_that_were_changed_are_a_picture_or_have_a_reason():
    import random

    r = random.Random(3)
    outcomes = set()
    for n in range(400):
        body = bytearray(encoded(drawn(1, 48), ("JPEG", "PNG", "WEBP")[n % 3]))
        for _ in range(r.randrange(1, 8)):
            body[r.randrange(len(body))] = r.randrange(256)
        try:
            outcomes.add(read_picture(bytes(body), with_words=False)["format"])
        except BadPicture as bad:
            outcomes.add(bad.args[0])
    assert {"jpeg", "unreadable"} <= outcomes


@pytest.mark.parametrize(
    ("why", "path"),
    [
        ("outside_folder", "../../../../../../etc/passwd"),
        ("outside_folder", "/etc/passwd"),
        ("outside_folder", "files/../../secret.jpg"),
        ("outside_folder", "files/link.jpg"),
        ("outside_folder", "files/a\0.jpg"),
        ("missing_file", "files/nothing.jpg"),
        ("missing_file", "files"),
        ("missing_file", ""),
        ("missing_file", "files/pipe.jpg"),
        ("missing_file", "files/" + "x" * 5000),
        ("too_large", "files/large.jpg"),
        ("wrong_sha256", "files/other.jpg"),
    ],
)
def test_only_plain_files_of_the_day_are_opened(tmp_path, why, path):
    """A link out of the folder, a pipe that would never answer, a file too large to be taken into memory."""
    folder = tmp_path / "dt=2024-03-04"
    (folder / "files").mkdir(parents=True)
    (tmp_path / "secret.jpg").write_bytes(encoded(drawn(1)))
    (folder / "files" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    os.mkfifo(folder / "files" / "pipe.jpg")
    with (folder / "files" / "large.jpg").open("wb") as large:
        large.truncate(reading.MAX_BYTES + 1)
    (folder / "files" / "other.jpg").write_bytes(encoded(drawn(1)))
    assert read(folder, path, "0" * 64) == why


def test_a_file_is_what_it_holds_whatever_its_name(tmp_path):
    bodies = {"picture.gif": encoded(drawn(1), "PNG"), "text.jpg": b"hello", "moving.jpg": encoded(drawn(1), "GIF")}
    found = {}
    for name, body in bodies.items():
        (tmp_path / name).write_bytes(body)
        found[name] = read_file(str(tmp_path), name, hashlib.sha256(body).hexdigest().upper(), None, with_words=False)
    assert found["picture.gif"]["format"] == "png"
    assert found["text.jpg"] == {"reason": "other_format", "reader": "1 without words"}
    assert found["moving.jpg"]["reason"] == "other_format"


# --- once ------------------------------------------------------------------------------------------


def batch(*rows: tuple) -> pa.RecordBatch:
    """Rows (day, path, sha256, known)."""
    days, paths, hashes, known = zip(*rows, strict=True)
    kind = pa.struct([("reason", pa.string()), ("codes", pa.list_(pa.string())), ("reader", pa.string())])
    columns = [pa.array(days), pa.array(paths), pa.array(hashes), pa.array(known, kind)]
    return pa.RecordBatch.from_arrays(columns, names=["ds", "path", "sha256", "known"])


def test_bytes_are_read_once_and_every_file_is_checked(tmp_path, monkeypatch):
    one, other = encoded(drawn(1), "PNG"), encoded(stamp(drawn(2), CODE), "PNG")
    sha_one, sha_other = (hashlib.sha256(body).hexdigest() for body in (one, other))
    first, second = date(2024, 3, 4), date(2024, 3, 5)
    for day, name, body in (
        (first, "a.png", one), (first, "b.png", one), (second, "a.png", one), (second, "c.png", other), (second, "d.png", b"x"),
    ):  # fmt: skip
        folder = tmp_path / "images" / f"dt={day}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    bodies = []
    whole = reading.read_picture
    monkeypatch.setattr(reading, "read_picture", lambda body, words: bodies.append(body) or whole(body, words))
    known = {"reason": None, "codes": ["as it was read before"], "reader": READER}
    rows = [
        (first, "gone.png", sha_one, None), (first, "a.png", sha_one, None), (first, "b.png", sha_one, None),
        (second, "a.png", sha_one, None), (second, "d.png", sha_other, known), (second, "c.png", sha_other, known),
    ]  # fmt: skip
    batches = [batch(*rows[:2]), batch(*rows[2:])]
    read = [row for found in read_batches(batches, str(tmp_path), True) for row in found.to_pylist()]
    assert bodies == [one]
    assert [(row["path"], row["reason"], row["codes"]) for row in read] == [
        ("gone.png", "missing_file", None),
        ("a.png", None, []),
        ("b.png", None, []),
        ("a.png", None, []),
        ("d.png", "wrong_sha256", None),
        ("c.png", None, ["as it was read before"]),
    ]
    assert {tuple(row["phash"]) for row in read if row["phash"]} == {tuple(whole(one, False)["phash"])}
