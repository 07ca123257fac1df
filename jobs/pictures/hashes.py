"""Perceptual hashes: 256 bits of a picture that stay nearly the same when it is cropped, resized, compressed or written on.

The hash is the signs of the lowest frequencies of brightness and of two colour differences (pHash, after Zauner 2010,
with zero in place of the median, and colours). Low frequencies are what a crop leaves alone: with those of colours as
well, fewer high ones are needed. A mirrored picture changes the sign of every odd horizontal frequency and nothing else,
so its hash is known without a second transform: `hash ^ MIRRORED`.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

WORDS = 4
# A picture is looked at in so many points a side, and so many frequencies each way.
SIDE, FREQUENCIES = 64, 16
# Bits of brightness and of each colour difference: 256 in all.
BRIGHTNESS_BITS, COLOUR_BITS = 100, 78
# A frame is what differs from its colour by no more than this, in levels; compression shifts a colour by a few.
FRAME_LEVELS = 12
# So much of a side is kept at least, whatever the frame.
MIN_KEPT = 0.25
# A channel of less contrast (standard deviation in levels) is blank: the signs of its frequencies are noise.
MIN_CONTRAST, MIN_COLOUR = 4.0, 2.0

Pixels = NDArray[np.uint8]
Bits = NDArray[np.bool_]

_COSINES = np.cos(np.pi / SIDE * np.outer(np.arange(FREQUENCIES), np.arange(SIDE) + 0.5)).astype(np.float32)
_VERTICAL, _HORIZONTAL = (grid.ravel() for grid in np.mgrid[0:FREQUENCIES, 0:FREQUENCIES])
# Frequencies from the lowest; the mean, which comes first, has no sign.
_LOWEST = np.lexsort((_HORIZONTAL, np.maximum(_VERTICAL, _HORIZONTAL), _VERTICAL + _HORIZONTAL))[1:]
# The frequencies of all bits; and their places, so that low ones of all three channels lie together.
_KEPT = np.concatenate([_LOWEST[:BRIGHTNESS_BITS], _LOWEST[:COLOUR_BITS], _LOWEST[:COLOUR_BITS]])
_PLACES = np.argsort((_VERTICAL + _HORIZONTAL)[_KEPT], kind="stable")


def perceptual_hash(picture: Pixels) -> tuple[int, ...] | None:
    """The hash of an RGB picture (height × width × 3) as four signed 64-bit integers; None of a blank one."""
    colours = cv2.cvtColor(trimmed(picture), cv2.COLOR_RGB2YCrCb)
    points = cv2.resize(colours, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    contrast = points.std(axis=(0, 1))
    if contrast[0] < MIN_CONTRAST:
        return None
    brightness, *differences = (_signs(points[..., channel]) for channel in range(3))
    bits = [brightness[:BRIGHTNESS_BITS]]
    for signs, colour in zip(differences, contrast[1:], strict=True):
        bits.append(signs[:COLOUR_BITS] & (colour >= MIN_COLOUR))
    return _words(np.concatenate(bits))


def trimmed(picture: Pixels) -> Pixels:
    """The picture without a frame of one colour, as far as there is one on each side."""
    corners = picture[[0, 0, -1, -1], [0, -1, 0, -1]]
    colour = np.median(corners, axis=0).astype(np.int16)
    differs = np.abs(picture.astype(np.int16) - colour).max(axis=2) > FRAME_LEVELS
    return picture[_inside(differs.any(axis=1)), _inside(differs.any(axis=0))]


def _inside(differs: Bits) -> slice:
    at = np.flatnonzero(differs)
    if not len(at) or at[-1] + 1 - at[0] < MIN_KEPT * len(differs):
        return slice(None)
    return slice(int(at[0]), int(at[-1]) + 1)


def _signs(points: NDArray[np.float32]) -> Bits:
    return (_COSINES @ points @ _COSINES.T).ravel()[_LOWEST] > 0


def _words(bits: Bits) -> tuple[int, ...]:
    return tuple(int(word) for word in np.packbits(bits[_PLACES]).view(">i8"))


MIRRORED = _words(_HORIZONTAL[_KEPT] % 2 == 1)
