"""Perceptual hashes: what a seller does to a picture changes few bits, another picture half of them."""

import itertools
import random

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from jobs.pictures.hashes import MIRRORED, perceptual_hash
from simulator.pictures import alter, write
from tests.drawn import drawn, encoded

PICTURES = [drawn(seed) for seed in range(40)]
SIDE = PICTURES[0].width


def hashed(picture: Image.Image) -> np.ndarray:
    found = perceptual_hash(np.array(picture.convert("RGB")))
    assert found is not None
    return np.array(found, np.int64)


def distance(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.bitwise_count((one ^ other).view(np.uint64)).sum())


def recompressed(picture: Image.Image) -> Image.Image:
    import io

    return Image.open(io.BytesIO(encoded(picture, "JPEG", quality=40)))


CHANGES = {
    "compressed again": recompressed,
    "half the size": lambda picture: picture.resize((SIDE // 2, SIDE // 2)),
    "twice the size": lambda picture: picture.resize((SIDE * 2, SIDE * 2)),
    "cropped by 3 %": lambda picture: picture.crop((4, 4, SIDE - 4, SIDE - 4)),
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.12),
    "framed": lambda picture: ImageOps.expand(picture, 12, "white"),
    "written on": lambda picture: write(picture, "微信:kx93bd2k", 13),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_picture_is_near_itself(change):
    near = [distance(hashed(picture), hashed(CHANGES[change](picture))) <= 60 for picture in PICTURES]
    assert sum(near) >= 0.95 * len(near)


def test_most_of_what_another_seller_uploads_is_near_the_original():
    near = [
        distance(hashed(picture), hashed(recompressed(alter(random.Random(n), picture)))) <= 60
        for n, picture in enumerate(PICTURES)
    ]
    assert sum(near) >= 0.85 * len(near)


def test_a_mirrored_picture_is_a_few_bits_from_the_mirrored_hash():
    for picture in PICTURES:
        mirrored = hashed(ImageOps.mirror(picture)) ^ np.array(MIRRORED, np.int64)
        assert distance(hashed(picture), mirrored) <= 6


def test_other_pictures_are_far_apart_and_so_are_their_mirrored_forms():
    hashes = [hashed(picture) for picture in PICTURES]
    for one, other in itertools.combinations(hashes, 2):
        assert distance(one, other) > 80
        assert distance(one, other ^ np.array(MIRRORED, np.int64)) > 80


@pytest.mark.parametrize("colour", ["white", "black", (120, 30, 200)])
def test_a_blank_picture_has_no_hash(colour):
    assert perceptual_hash(np.array(Image.new("RGB", (80, 60), colour))) is None


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (3, 5)])
def test_a_picture_of_any_shape_has_a_hash_or_none(size):
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), np.uint8)
    found = perceptual_hash(noise)
    assert found is None or len(found) == 4


def test_colours_of_a_grey_picture_say_nothing():
    """Noise of compression in a channel without colour must not part two copies."""
    grey = [picture.convert("L").convert("RGB") for picture in PICTURES]
    assert max(distance(hashed(picture), hashed(recompressed(picture))) for picture in grey) <= 30
