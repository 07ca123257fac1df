"""The first bytes of a file: format and size without decoding, and an answer for any bytes at all."""

import random
import struct
import time
import zlib

import pytest
from PIL import Image

from jobs.pictures.header import MAX_SCANS, BadPicture, Header, read_header
from tests.drawn import drawn, encoded

STILL = {
    "jpeg": encoded(drawn(1).crop((0, 0, 96, 64)), "JPEG"),
    "progressive": encoded(drawn(1).crop((0, 0, 96, 64)), "JPEG", progressive=True),
    "png": encoded(drawn(1).crop((0, 0, 96, 64)), "PNG"),
    "webp": encoded(drawn(1).crop((0, 0, 96, 64)), "WEBP"),
    "lossless": encoded(drawn(1).crop((0, 0, 96, 64)), "WEBP", lossless=True),
    "transparent": encoded(drawn(1).crop((0, 0, 96, 64)).convert("RGBA"), "WEBP", exif=b"Exif\0\0"),
}
FRAMES = {"save_all": True, "append_images": [drawn(2)], "duration": 100}


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that says that it is as large, in a few bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def reason(body: bytes) -> str:
    with pytest.raises(BadPicture) as caught:
        read_header(body)
    return caught.value.args[0]


@pytest.mark.parametrize("name", STILL)
def test_format_and_size_are_those_that_the_decoder_finds(name):
    format = {"progressive": "jpeg", "lossless": "webp", "transparent": "webp"}.get(name, name)
    assert read_header(STILL[name]) == Header(format, 96, 64)


@pytest.mark.parametrize(
    ("why", "body"),
    {
        "empty_file": b"",
        "other_format": b"<html>403 Forbidden</html>",
        "animated": encoded(drawn(1), "PNG", **FRAMES),
        "too_many_pixels": png_of_size(8000, 5001),
        "truncated": STILL["jpeg"][:10],
        "unreadable": png_of_size(0, 10),
        "too_many_scans": STILL["jpeg"] + b"\xff\xda" * MAX_SCANS,
    }.items(),
)
def test_what_is_no_still_picture_of_a_size_that_is_decoded_has_a_reason(why, body):
    assert reason(body) == why


def test_a_moving_webp_and_a_gif_are_turned_away():
    assert reason(encoded(drawn(1), "WEBP", **FRAMES)) == "animated"
    assert reason(encoded(drawn(1), "GIF")) == "other_format"


def test_forty_megapixels_are_taken():
    assert read_header(png_of_size(8000, 5000)) == Header("png", 8000, 5000)


def test_a_jpeg_of_segments_without_end_is_left_early():
    assert reason(b"\xff\xd8" + b"\xff\xe0\x00\x02" * 2_000_000) == "unreadable"


def test_any_bytes_get_an_answer_soon():
    """100,000 inputs: real files with bytes changed, cut, put in and doubled, and noise behind real beginnings."""
    r = random.Random(7)
    heads = [body[:400] for body in STILL.values()]
    starts = [
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBPVP8X",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"RIFF\0\0\0\0WEBPVP8L",
    ]
    answers: dict[str, int] = {}
    begun = time.process_time()
    for n in range(100_000):
        if n % 4:
            body = bytearray(heads[n % len(heads)])
            for _ in range(r.randrange(1, 6)):
                at = r.randrange(len(body))
                what = r.randrange(4)
                if what == 0:
                    body[at] = r.randrange(256)
                elif what == 1:
                    body[at:] = b""
                elif what == 2:
                    body[at:at] = r.randbytes(3)
                else:
                    body[at : at + 4] = b"\xff\xff\xff\xff"
                if not body:
                    break
        else:
            body = bytearray(starts[n % len(starts)] + r.randbytes(r.randrange(40)))
        try:
            answer = read_header(bytes(body)).format
        except BadPicture as bad:
            answer = bad.args[0]
        answers[answer] = answers.get(answer, 0) + 1
    assert set(answers) >= {
        "jpeg",
        "png",
        "webp",
        "truncated",
        "unreadable",
        "other_format",
        "too_many_pixels",
        "animated",
    }
    assert sum(answers.values()) == 100_000
    assert time.process_time() - begun < 20


def test_a_decoder_agrees_with_the_header_of_all_that_it_decodes():
    """A header that says another size than the decoder would let a large picture pass for a small one."""
    r = random.Random(8)
    agreed = 0
    for n in range(600):
        body = bytearray(list(STILL.values())[n % len(STILL)])
        body[r.randrange(min(60, len(body)))] = r.randrange(256)
        try:
            header = read_header(bytes(body))
            with Image.open(__import__("io").BytesIO(bytes(body)), formats=(header.format.upper(),)) as picture:
                size = picture.size
        except Exception:
            continue
        assert size == (header.width, header.height)
        agreed += 1
    assert agreed > 100
