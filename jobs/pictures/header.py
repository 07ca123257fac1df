"""What the first bytes of a file say: which format it is, how large, whether it moves. Nothing is decoded.

Of JPEG (ITU-T T.81), PNG (W3C PNG, third edition) and WebP (RFC 9649). Any bytes at all give an answer, in a time that is
bounded by MAX_PARTS steps and one search through the bytes. Standard library only.
"""

import struct
from dataclasses import dataclass

MAX_PIXELS = 40_000_000
# Segments or chunks that may stand before the picture itself.
MAX_PARTS = 1000
# A progressive JPEG is decoded once per scan, whatever little each adds: encoders write about ten.
MAX_SCANS = 100

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Start-of-frame markers of JPEG: all of C0 to CF but the tables DHT, JPG and DAC.
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Markers without a length: TEM and restarts.
_BARE = {0x01, *range(0xD0, 0xD8)}


class BadPicture(Exception):
    """A file that is not taken in; its only argument is the reason, a code."""


@dataclass(frozen=True)
class Header:
    """format: jpeg, png or webp. width, height: pixels as they are stored."""

    format: str
    width: int
    height: int


def read_header(body: bytes) -> Header:
    """The header of a file's bytes. Raises BadPicture: empty_file, other_format, truncated, unreadable, animated,
    too_many_pixels or too_many_scans."""
    if not body:
        raise BadPicture("empty_file")
    try:
        found = _header(body)
    except (struct.error, IndexError):
        raise BadPicture("truncated") from None
    if not found.width or not found.height:
        raise BadPicture("unreadable")
    if found.width * found.height > MAX_PIXELS:
        raise BadPicture("too_many_pixels")
    return found


def _header(body: bytes) -> Header:
    if body.startswith(b"\xff\xd8\xff"):
        return _jpeg(body)
    if body.startswith(PNG_SIGNATURE):
        return _png(body)
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return _webp(body)
    raise BadPicture("other_format")


def _jpeg(body: bytes) -> Header:
    at = 2
    for _ in range(MAX_PARTS):
        if body[at] != 0xFF:
            raise BadPicture("unreadable")
        marker = body[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in (0xD9, 0xDA):  # the end, or data, before any frame
            raise BadPicture("unreadable")
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", body, at + 5)
            if body.count(b"\xff\xda") > MAX_SCANS:
                raise BadPicture("too_many_scans")
            return Header("jpeg", width, height)
        else:
            (length,) = struct.unpack_from(">H", body, at + 2)
            if length < 2:
                raise BadPicture("unreadable")
            at += 2 + length
    raise BadPicture("unreadable")


def _png(body: bytes) -> Header:
    length, kind, width, height = struct.unpack_from(">I4sII", body, 8)
    if (length, kind) != (13, b"IHDR"):
        raise BadPicture("unreadable")
    at = 8
    for _ in range(MAX_PARTS):
        length, kind = struct.unpack_from(">I4s", body, at)
        if kind == b"acTL":
            raise BadPicture("animated")
        if kind in (b"IDAT", b"IEND"):
            return Header("png", width, height)
        at += 12 + length
    raise BadPicture("unreadable")


def _webp(body: bytes) -> Header:
    kind, at = body[12:16], 20
    if kind == b"VP8X":
        (flags,) = struct.unpack_from("<B", body, at)
        if flags & 0x02:
            raise BadPicture("animated")
        wide, high = (int.from_bytes(struct.unpack_from("3s", body, at + skip)[0], "little") for skip in (4, 7))
        return Header("webp", wide + 1, high + 1)
    if kind == b"VP8 ":
        start, width, height = struct.unpack_from("<3sHH", body, at + 3)
        if start != b"\x9d\x01\x2a":
            raise BadPicture("unreadable")
        return Header("webp", width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L":
        mark, bits = struct.unpack_from("<BI", body, at)
        if mark != 0x2F:
            raise BadPicture("unreadable")
        return Header("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    raise BadPicture("truncated" if len(kind) < 4 else "unreadable")
