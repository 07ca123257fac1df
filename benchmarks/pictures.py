"""How well pictures are read and found again, and what it costs, on pictures that are drawn with known answers.

    python -m benchmarks.pictures quality [--pictures 120]       letters, contacts, codes; processor seconds a picture
    python -m benchmarks.pictures likeness [--pictures 120]      copies found again by kind of change, false pairs
    python -m benchmarks.pictures spark --dir DIR [--pictures 120]     evidence.image_reads against a plain loop
    python -m benchmarks.pictures families [--hashes 1000000]    families of made-up hashes against plain numpy

Letters are drawn with the faces that come with OpenCV (a sans, an italic, WenQuanYi Micro Hei for Chinese), in many sizes, on
shapes of all colours, with little contrast too, then compressed. One thread each; seconds are processor time unless it says
elapsed.
"""

import argparse
import hashlib
import io
import json
import random
import re
import string
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
from PIL import Image, ImageEnhance, ImageOps

from jobs.pictures import hashes, reading
from jobs.pictures.families import MAX_DISTANCE
from jobs.text.features import contacts_of
from simulator.pictures import alter, draw_picture, stamp, write

SENTENCES = (
    "正品代购 假一赔十", "支持七天无理由退换", "细节图请看下方", "工厂直销 一件代发", "原单尾货 数量有限", "实物拍摄 所见即所得",
    "顺丰包邮 当天发货", "Made in Italy", "NEW ARRIVAL 2024", "尺码 36-44", "专柜同款", "Limited Edition",
)  # fmt: skip
# Side of a picture, height of its letters, in pixels.
SIZES = {"photo of 800": (800, (20, 56)), "photo of 400": (400, (13, 32)), "thumbnail of 144": (144, (11, 15))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("quality", "likeness", "spark", "families"))
    parser.add_argument("--pictures", type=int, default=120)
    parser.add_argument("--hashes", type=int, default=1_000_000)
    parser.add_argument("--dir", type=Path, help="for a landing of drawn pictures")
    parsed = parser.parse_args()
    if parsed.what == "spark" and not parsed.dir:
        parser.error("spark needs --dir")
    made = {
        "quality": lambda: quality(parsed.pictures),
        "likeness": lambda: likeness(parsed.pictures),
        "spark": lambda: under_spark(parsed.dir, parsed.pictures),
        "families": lambda: families(parsed.hashes),
    }
    print(json.dumps(made[parsed.what](), indent=1, ensure_ascii=False))


# --- words and codes -------------------------------------------------------------------------------


def quality(pictures: int) -> dict[str, Any]:
    """Share of letters and contacts that are read, by size of picture; codes; seconds with text and without."""
    reading.read_picture(encoded(drawn(0, 144)), True)  # loads the models
    found: dict[str, Any] = {}
    for size, (side, letters) in SIZES.items():
        tally: Counter[str] = Counter()
        started = time.process_time()
        for seed in range(pictures):
            body, lines, contact = written(seed, side, letters)
            read = reading.read_picture(body, True)["lines"]
            count(tally, read, lines, contact)
        seconds = time.process_time() - started
        empty = [encoded(drawn(seed, side)) for seed in range(pictures // 3)]
        started = time.process_time()
        false_lines = sum(len(reading.read_picture(body, True)["lines"]) for body in empty)
        found[size] = {
            "letters_right": share(tally["right"], tally["letters"]),
            "contacts_right": share(tally["contacts_right"], tally["contacts"]),
            "contacts_that_are_none": tally["contacts_wrong"],
            "lines_of_score_.95_right": share(tally["sure_right"], tally["sure"]),
            "seconds": round(seconds / pictures, 4),
            "seconds_without_text": round((time.process_time() - started) / len(empty), 4),
            "lines_without_text": false_lines,
        }
    codes = [f"https://u.example.cn/{seed:08x}" for seed in range(pictures)]
    right = 0
    for seed, code in enumerate(codes):
        altered = alter(random.Random(seed), stamp(drawn(seed, 144), code))
        right += reading.codes_of(np.array(altered)) == [code]
    return {**found, "codes_right_after_crop_and_resize": share(right, pictures)}


def count(tally: Counter[str], read: list[dict[str, Any]], lines: list[str], contact: str) -> None:
    """Adds one picture's lines to the tally: letters by edit distance to the line that is nearest."""
    said = [plain(line["text"]) for line in read]
    for line in map(plain, lines):
        tally["letters"] += len(line)
        tally["right"] += len(line) - min([distance(line, other) for other in said] + [len(line)])
    for line in read:
        if line["score"] >= 0.95:
            tally["sure"] += 1
            tally["sure_right"] += plain(line["text"]) in map(plain, lines)
    sure = "\n".join(line["text"] for line in read if line["score"] >= 0.8).lower()
    phones, handles = contacts_of(sure)
    tally["contacts"] += 1
    tally["contacts_right"] += contact in (*phones, *handles)
    tally["contacts_wrong"] += len({*phones, *handles} - {contact})


def written(seed: int, side: int, letters: tuple[int, int]) -> tuple[bytes, list[str], str]:
    """(bytes, lines, contact) of a picture with a contact and up to two sentences on it."""
    r = random.Random(f"written/{seed}")
    pixels = np.array(drawn(seed, side))
    text, contact = draw_contact(r)
    texts = [text, *r.sample(SENTENCES, r.randrange(3))]
    rows = r.sample(range(6), len(texts))
    angle = r.choice([0.0, 0.0, 0.0, r.uniform(-5, 5)])
    lines = [
        line for line, row in zip(texts, rows, strict=True)
        if letter(r, pixels, line, r.randint(*letters), angle, int((row + 0.8) * side / 6.3)) or line == text
    ]  # fmt: skip
    return encoded(Image.fromarray(pixels), r.randint(60, 92)), lines, contact


def draw_contact(r: random.Random) -> tuple[str, str]:
    """(as it is written, key)."""
    account = "".join(r.choice(string.ascii_lowercase) for _ in range(r.randint(4, 7)))
    account += "".join(r.choice(string.digits) for _ in range(r.randint(2, 4)))
    kind = r.randrange(5)
    if kind < 3:
        return f"{('微信：', '加微 ', 'VX: ')[kind]}{account}", f"wechat:{account}"
    if kind == 3:
        number = str(r.randint(10**7, 10**10 - 1))
        return f"QQ {number}", f"qq:{number}"
    number = f"1{r.choice('35789')}{r.randrange(10**9):09}"
    return f"电话 {number}", number


def letter(r: random.Random, pixels: hashes.Pixels, text: str, size: int, angle: float, row: int) -> bool:
    """Writes a line into pixels, lighter or darker than its ground by no less than a third; False when it has no room."""
    side = pixels.shape[0]
    font = cv2.FontFace(r.choice(["sans", "italic", "uni"]) if text.isascii() else "uni")
    weight = r.choice([400, 500, 700])
    wide = cv2.getTextSize((0, 0), text, (0, 0), font, size, weight)[2]
    while wide > side - 12 and size > 8:
        size -= 1
        wide = cv2.getTextSize((0, 0), text, (0, 0), font, size, weight)[2]
    if wide > side - 12:
        return False
    ink = np.zeros_like(pixels)
    cv2.putText(ink, text, (r.randrange(6, side - wide - 4), row), (255, 255, 255), font, size, weight)
    if angle:
        turn = cv2.getRotationMatrix2D((side / 2, side / 2), angle, 1)
        ink = cv2.warpAffine(ink, turn, (side, side))
    cover = ink[..., :1].astype(float) / 255
    ground = float(pixels[cover[..., 0] > 0.5].mean())
    shade = r.uniform(0, ground - 85) if ground > 127 else r.uniform(ground + 85, 255)
    pixels[:] = np.clip(pixels * (1 - cover) + shade * cover, 0, 255).astype(np.uint8)
    return True


def drawn(seed: int, side: int) -> Image.Image:
    return draw_picture(random.Random(f"drawn/{seed}")).resize((side, side), Image.Resampling.BICUBIC)


def encoded(picture: Image.Image, quality: int = 85) -> bytes:
    sink = io.BytesIO()
    picture.save(sink, "JPEG", quality=quality)
    return sink.getvalue()


def plain(text: str) -> str:
    return re.sub(r"\s", "", text).lower().replace("：", ":")


def distance(one: str, other: str) -> int:
    """Edit distance (Levenshtein 1966)."""
    before = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        now = [i]
        for j, b in enumerate(other, 1):
            now.append(min(now[-1] + 1, before[j] + 1, before[j - 1] + (a != b)))
        before = now
    return before[-1]


def share(part: int, whole: int) -> float:
    return round(part / max(whole, 1), 4)


# --- likeness --------------------------------------------------------------------------------------


def likeness(pictures: int) -> dict[str, Any]:
    """Copies within MAX_DISTANCE, and those of them that a band finds; pairs of other pictures within it."""
    bases = [draw_picture(random.Random(f"drawn/{seed}")) for seed in range(pictures)]
    known = np.array([hashed(picture) for picture in bases])
    found: dict[str, Any] = {}
    started = time.process_time()
    for kind in changes(bases[0], 0):
        near = banded = 0
        for seed, picture in enumerate(bases):
            copy = hashed(changes(picture, seed)[kind])
            ways = [copy, copy ^ np.array(hashes.MIRRORED, np.int64)]
            like = [way for way in ways if bits(way ^ known[seed]) <= MAX_DISTANCE]
            near += bool(like)
            banded += any((way.view(np.uint16) == known[seed].view(np.uint16)).any() for way in like)
        found[kind] = {"within_distance": share(near, pictures), "found_by_a_band": share(banded, pictures)}
    apart = [bits(one ^ other) for i, one in enumerate(known) for other in known[:i]]
    return {
        **found, "pairs_of_others": len(apart), "nearest_of_them_bits": min(apart), "false_pairs": sum(d <= MAX_DISTANCE for d in apart),
        "seconds": round(time.process_time() - started, 1),
    }  # fmt: skip


def changes(picture: Image.Image, seed: int) -> dict[str, Image.Image]:
    side, r = picture.width, random.Random(seed)

    def cropped(parts: float) -> Image.Image:
        left, top = (int(side * parts * r.uniform(0.5, 1)) for _ in range(2))
        return picture.crop((left, top, side - int(side * parts / 2), side - int(side * parts / 2)))

    again = Image.open(io.BytesIO(encoded(picture, 40)))
    return {
        "compressed to quality 40": again,
        "half the size": picture.resize((side // 2, side // 2)),
        "brighter by 12 %": ImageEnhance.Brightness(picture).enhance(1.12),
        "framed": ImageOps.expand(picture, side // 12, "white"),
        "mirrored": ImageOps.mirror(picture),
        "written on": write(picture, "微信:kx93bd2k", 13),
        "QR code on it": stamp(picture, "https://u.example.cn/kx93bd2k"),
        "cropped, 3 % a side": cropped(0.03),
        "cropped, 6 % a side": cropped(0.06),
        "cropped, 10 % a side": cropped(0.10),
        "cropped, resized, brightness, bar (the simulator's)": alter(r, picture),
    }


def hashed(picture: Image.Image) -> np.ndarray:
    return np.array(hashes.perceptual_hash(np.array(picture.convert("RGB"))) or (0, 0, 0, 0), np.int64)


def bits(words: np.ndarray) -> int:
    return int(np.bitwise_count(words.view(np.uint64)).sum())


# --- under Spark -----------------------------------------------------------------------------------


def under_spark(folder: Path, pictures: int) -> dict[str, Any]:
    """Elapsed seconds of evidence.image_reads over delivered pictures, on one core and on two, and of the bare loop."""
    from jobs import session, settings
    from jobs.evidence.image_reads import TABLE, transform

    day, landing = date(2024, 3, 4), folder / "landing"
    rows = list(deliver(landing, day, pictures))
    bodies = [(landing / "images" / f"dt={day}" / row["path"]).read_bytes() for row in rows]
    reading.read_picture(bodies[0], True)
    started, used = time.monotonic(), time.process_time()
    for body in bodies:
        reading.read_picture(body, True)
    found = {
        "pictures": pictures,
        "loop_elapsed_seconds": round(time.monotonic() - started, 1),
        "loop_processor_seconds": round(time.process_time() - used, 1),
    }
    spark = session.start(settings.load("local"))
    schema = ", ".join(f"{column.name} {column.type}" for column in TABLE.schema())
    images = spark.createDataFrame(rows, "ds date, image_id string, path string, sha256 string").repartition(8)
    for name in ("spark_first_elapsed_seconds", "spark_warm_elapsed_seconds"):
        started = time.monotonic()
        transform(images, spark.createDataFrame([], schema), str(landing), True).write.format("noop").mode(
            "overwrite"
        ).save()
        found[name] = round(time.monotonic() - started, 1)
    spark.stop()
    return found


def deliver(landing: Path, day: date, pictures: int) -> Iterator[dict[str, Any]]:
    """Writes pictures, half of them with text, and yields their rows."""
    folder = landing / "images" / f"dt={day}"
    (folder / "files").mkdir(parents=True, exist_ok=True)
    for seed in range(pictures):
        body = written(seed, 400, (13, 32))[0] if seed % 2 else encoded(drawn(seed, 400))
        (folder / "files" / f"{seed}.jpg").write_bytes(body)
        digest = hashlib.sha256(body).hexdigest()
        yield {"ds": day, "image_id": str(seed), "path": f"files/{seed}.jpg", "sha256": digest}


# --- families --------------------------------------------------------------------------------------


def families(count: int) -> dict[str, Any]:
    """Elapsed seconds of finding families of `count` hashes, a fifth of them copies; and of the like pairs in numpy."""
    from jobs import session, settings
    from jobs.pictures.families import with_families

    random_bits = np.random.default_rng(3)
    originals = random_bits.integers(-(2**63), 2**63 - 1, (count * 4 // 5, 4), np.int64)
    of = random_bits.integers(0, len(originals), count - len(originals))
    flips = np.packbits(random_bits.random((len(of), 256)) < 0.08, axis=1).view(np.int64)
    known = np.concatenate([originals, originals[of] ^ flips])
    started = time.monotonic()
    pairs = like_pairs_in_numpy(known)
    plain_seconds = time.monotonic() - started
    spark = session.start(settings.load("local"))
    words = pa.ListArray.from_arrays(pa.array(np.arange(0, 4 * count + 1, 4, np.int32)), pa.array(known.ravel()))
    names = pa.array([f"{n:016x}" for n in range(count)])
    rows = spark.createDataFrame(pa.table({"sha256": names, "phash": words}))
    pictures = rows.selectExpr(
        "date'2024-03-04' since", "sha256", "phash", "cast(null as string) family"
    ).localCheckpoint()
    found: dict[str, Any] = {"hashes": count, "numpy_elapsed_seconds": round(plain_seconds, 1), "numpy_pairs": pairs}
    for name in ("spark_first_elapsed_seconds", "spark_warm_elapsed_seconds"):
        started = time.monotonic()
        joined = with_families(pictures).where("family != sha256").count()
        found[name] = round(time.monotonic() - started, 1)
    spark.stop()
    return {**found, "joined_a_family": joined, "copies": len(of)}


def like_pairs_in_numpy(known: np.ndarray) -> int:
    """Pairs within MAX_DISTANCE that share a band, not mirrored, by sorting each band: one thread, all in memory."""
    words = known.view(np.uint64)
    pairs = set()
    for band in range(16):
        values = words.view(np.uint16)[:, band]
        order = np.argsort(values, kind="stable")
        ordered = values[order]
        for step in range(1, 200):
            same = np.flatnonzero(ordered[step:] == ordered[:-step])
            if not len(same):
                break
            a, b = order[same], order[same + step]
            near = np.bitwise_count(words[a] ^ words[b]).sum(axis=1) <= MAX_DISTANCE
            pairs |= set(zip(np.minimum(a, b)[near].tolist(), np.maximum(a, b)[near].tolist(), strict=True))
    return len(pairs)


if __name__ == "__main__":
    main()
