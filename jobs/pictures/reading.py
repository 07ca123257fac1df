"""Reads the files of pictures, one at a time, on the executors: bytes → pixels → hash, words, codes; or why not.

A file is whatever somebody put there. Its size is known before it is opened, its hash before its header is looked at, its
format and pixels before it is decoded; JPEG is decoded at the scale that is needed. What is not taken in has a reason.
A store that does not answer is no property of a picture: it stops the job, which can be run again.
"""

import hashlib
import io
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import zxingcpp
from PIL import Image, ImageOps

from jobs import landing
from jobs.pictures.hashes import Pixels, perceptual_hash
from jobs.pictures.header import BadPicture, Header, read_header
from jobs.pictures.ocr import lines_of

# What reads pictures: raise the number when its result can differ, and nothing that was read before is used again.
READER, WITHOUT_WORDS = "1", "1 without words"
MAX_BYTES = 20 * 1024 * 1024
# Longer side of what hash, words and codes are taken from, in pixels.
MAX_SIDE = 1280
# Codes of one picture, and characters of one: a QR code has at most 4,296.
MAX_CODES, MAX_CODE_CHARS = 10, 4296

LINES = "array<struct<text:string,score:double,box:array<int>>>"
RESULT = (
    "reason string, format string, width int, height int, phash array<bigint>, "
    f"lines {LINES}, codes array<string>, reader string"
)
_LINES = pa.list_(pa.struct([("text", pa.string()), ("score", pa.float64()), ("box", pa.list_(pa.int32()))]))
_TYPES = {
    "reason": pa.string(), "format": pa.string(), "width": pa.int32(), "height": pa.int32(),
    "phash": pa.list_(pa.int64()), "lines": _LINES, "codes": pa.list_(pa.string()), "reader": pa.string(),
}  # fmt: skip
RESULT_COLUMNS = tuple(_TYPES)
# Reasons that lie with a file and not with the bytes that should be in it.
OF_THE_FILE = ("missing_file", "outside_folder", "too_large", "wrong_sha256")


def reading(source: str, with_words: bool) -> Any:
    """The function for `mapInArrow`: rows with ds, path, sha256 and `known` (a struct of RESULT, or null) → the same rows with
    RESULT in place of `known`. source: the landing. Rows of one sha256 lie together: the second is not read again."""
    return partial(read_batches, source=source, with_words=with_words)


def read_batches(batches: Iterable[pa.RecordBatch], source: str, with_words: bool) -> Iterator[pa.RecordBatch]:
    """See `reading`."""
    last: tuple[str, dict[str, Any]] | None = None
    for batch in batches:
        columns: dict[str, list[Any]] = {name: [] for name in _TYPES}
        names = ("ds", "path", "sha256", "known")
        for ds, path, sha256, known in zip(*(batch.column(name).to_pylist() for name in names), strict=True):
            before = last[1] if last and last[0] == sha256 else known
            read = read_file(landing.folder_of(source, "images", ds), path, sha256, before, with_words)
            if read.get("reason") not in OF_THE_FILE:
                last = (sha256, read)
            for name, values in columns.items():
                values.append(read.get(name))
        kept = [name for name in batch.schema.names if name != "known"]
        yield pa.RecordBatch.from_arrays(
            [*(batch.column(name) for name in kept), *(pa.array(columns[name], _TYPES[name]) for name in _TYPES)],
            names=[*kept, *_TYPES],
        )


def read_file(folder: str, path: str, sha256: str, known: Mapping[str, Any] | None, with_words: bool) -> dict[str, Any]:
    """RESULT of a file. known: what was read of the same bytes before; then only the file is checked."""
    reader = READER if with_words else WITHOUT_WORDS
    try:
        body = _body(folder, path)
        if hashlib.sha256(body).hexdigest() != sha256.lower():
            raise BadPicture("wrong_sha256")
        return dict(known) if known else {**read_picture(body, with_words), "reader": reader}
    except BadPicture as bad:
        return {"reason": bad.args[0], "reader": reader}


def _body(folder: str, path: str) -> bytes:
    """The bytes of a file below a folder. Raises BadPicture: missing_file, outside_folder or too_large."""
    try:
        body = landing.read_below(folder, path, MAX_BYTES)
    except landing.OutsideError:
        raise BadPicture("outside_folder") from None
    except landing.TooLargeError:
        raise BadPicture("too_large") from None
    if body is None:
        raise BadPicture("missing_file")
    return body


def read_picture(body: bytes, with_words: bool) -> dict[str, Any]:
    """RESULT of a file's bytes, without `reader`. Raises BadPicture for what is no picture that can be read."""
    header = read_header(body)
    picture = decoded(body, header)
    return {
        "format": header.format,
        "width": header.width,
        "height": header.height,
        "phash": perceptual_hash(picture),
        "lines": [
            {"text": line.text, "score": line.score, "box": line.box}
            for line in (lines_of(picture) if with_words else [])
        ],
        "codes": codes_of(picture),
    }


def decoded(body: bytes, header: Header) -> Pixels:
    """RGB pixels (height × width × 3), upright, of at most MAX_SIDE a side, transparent ones on white.

    Raises BadPicture: truncated or unreadable. Nothing that the decoders may raise comes through.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture: Image.Image = Image.open(io.BytesIO(body), formats=(header.format.upper(),))
            if picture.size != (header.width, header.height):
                raise BadPicture("unreadable")
            if header.format == "jpeg":
                picture.draft(None, (MAX_SIDE, MAX_SIDE))
            picture.load()
            if picture.mode.startswith("I"):  # 16 bits of grey
                picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
            picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.BOX)
            picture = _upright(picture)
            if picture.has_transparency_data:
                ground = Image.new("RGBA", picture.size, "white")
                picture = Image.alpha_composite(ground, picture.convert("RGBA"))
            return np.ascontiguousarray(picture.convert("RGB"))
    except BadPicture:
        raise
    except Exception as error:
        raise BadPicture("truncated" if "truncated" in str(error) else "unreadable") from None


def _upright(picture: Image.Image) -> Image.Image:
    """As the camera's note says it was held; a broken note says nothing."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:
        return picture


def codes_of(picture: Pixels) -> list[str]:
    """What the QR codes of a picture say, distinct and sorted."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return sorted({code.text[:MAX_CODE_CHARS] for code in found if code.text})[:MAX_CODES]
