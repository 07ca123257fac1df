"""Pictures of listings: drawn shapes, some of them the same picture cropped, resized or compressed again.

On some stands the account of the shop that shows it, on a few as a QR code.
"""

import hashlib
import io
import random
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageEnhance

from simulator.changes import NEVER
from simulator.feeds import FEEDS
from simulator.world import World

SIDE = 144  # pixels of a base picture
WRITTEN_SHARE, CODE_SHARE = 0.12, 0.06  # of the files of shops with an account
CALLED = {"wechat": "微信", "qq": "QQ"}


def choose(world: World, listed: np.ndarray) -> dict[int, int]:
    """The day of each picture that is delivered as a file: as many as the preset wants, of listings drawn at random.

    `listed`: day on which each listing became known.
    """
    first: dict[int, int] = {}
    for listing, shown in enumerate(world.listings.images):
        for image in shown:
            first[image] = min(first.get(image, NEVER), int(listed[listing]))
    r = random.Random(f"{world.seed}/pictures")
    chosen: dict[int, int] = {}
    for listing in r.sample(range(len(world.listings)), len(world.listings)):
        if len(chosen) >= world.preset.images:
            break
        for image in world.listings.images[listing]:
            if first[image] < world.days:
                chosen[image] = first[image]
    return dict(sorted(chosen.items()))


def draw_rows(world: World, images: list[int], folder: Path) -> dict[str, list]:
    """Draws pictures as files below a day's folder and returns their rows.

    A few rows claim a wrong hash, a few files are no pictures: both are found only when a file is read.
    """
    rows, shops = [], first_shops(world, images)
    for number in images:
        name = world.ids.images[number]
        body, suffix = draw_file(world, number, account_of(world, shops[number]))
        digest = hashlib.sha256(body).hexdigest()
        path = f"files/{digest[:2]}/{name}.{suffix}"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
        claimed = hashlib.sha256(name.encode()).hexdigest() if has_wrong_hash(number) else digest
        rows.append((name, path, claimed, len(body)))
    return (
        {name: list(values) for name, values in zip(FEEDS["images"], zip(*rows, strict=True), strict=True)}
        if rows
        else {}
    )


def has_wrong_hash(number: int) -> bool:
    return number % 97 == 5


def is_no_picture(number: int) -> bool:
    return number % 89 == 7


def first_shops(world: World, images: list[int]) -> dict[int, int]:
    """The shop of the first listing that shows each of these pictures."""
    wanted, found = set(images), {}
    for listing, shown in enumerate(world.listings.images):
        for image in wanted.intersection(shown):
            found.setdefault(image, world.listings.shop[listing])
    return found


def account_of(world: World, shop: int) -> str | None:
    """The first account that a shop ever had, `wechat:…` or `qq:…`."""
    of_shop = (value for kind, value, *_ in world.cast.shops[shop].traits if kind == "handle")
    return next((value for value in of_shop if value.split(":")[0] in CALLED), None)


def draw_file(world: World, number: int, account: str | None) -> tuple[bytes, str]:
    """(bytes, suffix) of one uploaded file, sometimes with its shop's account."""
    if is_no_picture(number):
        return b"<html>403 Forbidden</html>", "jpg"
    picture = draw_picture(random.Random(f"{world.seed}/picture/{world.images.base[number]}"))
    alteration = world.images.alteration[number]
    r = random.Random(alteration)
    if alteration:
        picture = alter(r, picture)
    # A stream of its own: what is drawn here changes nothing else.
    mark = random.Random(f"{world.seed}/mark/{number}").random()
    if account and mark < WRITTEN_SHARE:
        kind, value = account.split(":", 1)
        picture = write(picture, f"{CALLED[kind]}:{value}", size=13)
    elif account and mark < WRITTEN_SHARE + CODE_SHARE:
        picture = stamp(picture, f"https://u.example.cn/{account}")
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


def write(picture: Image.Image, text: str, size: int, at: tuple[int, int] | None = None) -> Image.Image:
    """The picture with a line of text on a bar, letters `size` pixels high: at its foot, or from a corner `at`."""
    pixels = np.array(picture)
    font = cv2.FontFace("uni")
    _, _, wide, _ = cv2.getTextSize((0, 0), text, (0, 0), font, size, 400)
    x, y = at or ((picture.width - wide) // 2, picture.height - 2 * size)
    cv2.rectangle(pixels, (x - 4, y), (x + wide + 4, y + size * 3 // 2), (245, 245, 245), -1)
    cv2.putText(pixels, text, (x, y + size * 6 // 5), (20, 20, 20), font, size, 400)
    return Image.fromarray(pixels)


def stamp(picture: Image.Image, payload: str) -> Image.Image:
    """The picture with a QR code in its lower right corner, at two pixels a module."""
    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode, ec_level="L").to_image(scale=2)
    black_on_white = Image.fromarray(np.array(code))
    marked = picture.copy()
    marked.paste(black_on_white, (picture.width - black_on_white.width, picture.height - black_on_white.height))
    return marked
