"""Pictures of listings: drawn shapes, some of them the same picture cropped, resized or compressed again."""

import hashlib
import io
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

from simulator.changes import NEVER
from simulator.presets import date_of
from simulator.world import World

SIDE = 144  # pixels of a base picture


@dataclass
class Chosen:
    """Pictures that are delivered as files: image numbers by the day on which they are."""

    by_day: dict

    def __contains__(self, image: int) -> bool:
        return any(image in found for found in self.by_day.values())

    def days(self) -> dict[int, int]:
        return {image: day for day, found in self.by_day.items() for image in found}


def choose(world: World, known) -> Chosen:
    """As many pictures as the preset wants, of whole listings drawn at random. `known`: day of each listing."""
    first: dict[int, int] = {}
    for listing, shown in enumerate(world.listings.images):
        for image in shown:
            first[image] = min(first.get(image, NEVER), int(known[listing]))
    r = random.Random(f"{world.seed}/pictures")
    chosen: dict[int, int] = {}
    for listing in r.sample(range(len(world.listings)), len(world.listings)):
        if len(chosen) >= world.preset.images:
            break
        for image in world.listings.images[listing]:
            if first[image] < world.days:
                chosen[image] = first[image]
    by_day: dict[int, list[int]] = {}
    for image, day in sorted(chosen.items()):
        by_day.setdefault(day, []).append(image)
    return Chosen(by_day)


def draw_day(world: World, chosen: Chosen, day: int, landing: Path) -> tuple[dict, dict | None]:
    """Draws the pictures of one day beside their rows. Returns the rows and the manifest's count of files.

    A few rows claim a wrong hash, a few files are no pictures: both are found only when a file is read.
    """
    images = chosen.by_day.get(day, [])
    if not images:
        return {}, None
    folder = landing / "images" / f"dt={date_of(day)}"
    columns: dict[str, list] = {"image_id": [], "path": [], "sha256": [], "bytes": []}
    total = 0
    for number in images:
        name = world.ids.images[number]
        body, suffix = draw_file(world, number)
        digest = hashlib.sha256(body).hexdigest()
        path = f"files/{digest[:2]}/{name}.{suffix}"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
        total += len(body)
        columns["image_id"].append(name)
        columns["path"].append(path)
        columns["sha256"].append(digest if number % 97 != 5 else hashlib.sha256(name.encode()).hexdigest())
        columns["bytes"].append(len(body))
    return columns, {"count": len(images), "bytes": total}


def draw_file(world: World, number: int) -> tuple[bytes, str]:
    """(bytes, suffix) of one uploaded file."""
    if number % 89 == 7:
        return b"<html>403 Forbidden</html>", "jpg"
    picture = draw_picture(random.Random(f"{world.seed}/picture/{world.images.base[number]}"))
    alteration = world.images.alteration[number]
    r = random.Random(alteration)
    if alteration:
        picture = alter(r, picture)
    sink = io.BytesIO()
    if number % 10 == 0:
        picture.save(sink, "PNG")
        return sink.getvalue(), "png"
    if number % 31 == 4:
        picture.save(sink, "WEBP", quality=70)
        return sink.getvalue(), "webp"
    picture.save(sink, "JPEG", quality=r.randint(55, 92))
    return sink.getvalue(), "jpg"


def draw_picture(r) -> Image.Image:
    """A picture of its own: a soft background and a few coloured shapes."""
    field = np.array([[r.randrange(256) for _ in range(9)] for _ in range(3)], np.uint8).reshape(3, 3, 3)
    picture = Image.fromarray(field).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(picture)
    for _ in range(r.randint(4, 8)):
        x, y = r.randrange(SIDE), r.randrange(SIDE)
        w, h = r.randrange(15, 80), r.randrange(15, 80)
        box = (x - w // 2, y - h // 2, x + w // 2, y + h // 2)
        colour = tuple(r.randrange(256) for _ in range(3))
        shape = r.randrange(3)
        if shape == 0:
            pen.ellipse(box, fill=colour)
        elif shape == 1:
            pen.rectangle(box, fill=colour)
        else:
            pen.polygon([(x, y - h // 2), (x + w // 2, y + h // 2), (x - w // 2, y + h // 3)], fill=colour)
    return picture


def alter(r, picture: Image.Image) -> Image.Image:
    """The same picture as somebody else uploads it: cropped a little, another size and brightness, a watermark."""
    cut = [r.randint(0, SIDE // 16) for _ in range(4)]
    picture = picture.crop((cut[0], cut[1], SIDE - cut[2], SIDE - cut[3]))
    side = r.choice([112, 128, 144, 160])
    picture = ImageEnhance.Brightness(picture.resize((side, side))).enhance(r.uniform(0.88, 1.12))
    if r.random() < 0.4:
        x, y = r.randrange(side // 2), r.randrange(side // 2)
        ImageDraw.Draw(picture).rectangle((x, y, x + side // 4, y + 6), fill=(255, 255, 255))
    return picture
