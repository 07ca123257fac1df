"""Words that stand in a picture: where text is, then what it says, by the models that come with rapidocr (PP-OCRv6 small).

Cost follows the points that a network looks at, and most pictures have no text. So each is looked at small first; only
where that finds something, it is searched at a size at which small print is found as well, and only boxes are read.
Quality against cost of these sizes: `python -m benchmarks.pictures quality`.
"""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

# Pixels of the longer side, multiples of 32: looked at first, and searched. Small pictures are enlarged, twice at most.
FIRST_SIDE, SEARCHED_SIDE, MOST_ENLARGED = 320, 640, 2.0
# Boxes that are read in one picture: the largest. A page of more text is no picture of goods.
MAX_BOXES = 40
# A line is read at a height of 48 pixels; longer ones are squeezed to so many times their height.
MAX_LENGTH = 40
# Lines of a lower score are noise; crops of a lower score are read upside down as well.
MIN_SCORE, SURE_SCORE = 0.5, 0.8

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Line:
    """A line of text. score: 0 to 1. box: x, y of its four corners from the top left, clockwise, in
    thousandths of the picture's width and height."""

    text: str
    score: float
    box: tuple[int, ...]


@cache
def _engine() -> Any:
    """The models, one thread: a process reads one picture at a time, and Spark has a process for every core."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    cv2.setNumThreads(1)
    from rapidocr import RapidOCR

    threads = "EngineConfig.onnxruntime"
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_vertical_padding": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": SEARCHED_SIDE,
            # Lines of one picture have all lengths: read one by one, none is padded to another's.
            "Rec.rec_img_shape": [3, 48, 48],
            "Rec.rec_batch_num": 1,
            f"{threads}.intra_op_num_threads": 1,
            f"{threads}.inter_op_num_threads": 1,
            f"{threads}.enable_cpu_mem_arena": True,
        }
    )
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return engine


def lines_of(picture: Pixels) -> list[Line]:
    """The lines of an RGB picture (height × width × 3), from top to bottom."""
    height, width = picture.shape[:2]
    side = max(height, width)
    if min(height, width) < 8 or not len(_boxes(picture, min(FIRST_SIDE, side // 32 * 32))):
        return []
    searched = min(SEARCHED_SIDE, round(side * MOST_ENLARGED / 32) * 32)
    boxes = _boxes(picture, searched)
    crops = [_crop(picture, box) for box in boxes]
    found = [
        Line(text, round(score, 4), tuple(round(1000 * float(share)) for share in box.ravel()))
        for (text, score), box in zip(_read(crops), boxes, strict=True)
        if score >= MIN_SCORE and text.strip()
    ]
    return sorted(found, key=lambda line: (line.box[1], line.box[0], line.text))


def _boxes(picture: Pixels, side: int) -> NDArray[np.float32]:
    """Boxes of text (boxes × 4 corners × x, y) as shares of the picture's sides, found at a size."""
    from rapidocr.main import RapidOCRError

    height, width = picture.shape[:2]
    scale = side / max(height, width)
    size = max(32, round(width * scale)), max(32, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    try:
        found = _engine().detect_and_crop(cv2.cvtColor(small, cv2.COLOR_RGB2BGR), {})[1].boxes
    except RapidOCRError:  # its word for: nothing there
        return np.zeros((0, 4, 2), np.float32)
    boxes: NDArray[np.float32] = np.asarray(found, np.float32)
    largest = sorted(boxes, key=lambda box: (-float(cv2.contourArea(box)), box.tolist()))[:MAX_BOXES]
    return np.clip(np.asarray(largest, np.float32) / np.asarray(size, np.float32), 0, 1)


def _crop(picture: Pixels, box: NDArray[np.float32]) -> Pixels:
    """What stands in a box, upright if it lies on its side; in BGR, as the models were trained."""
    from rapidocr.utils.process_img import get_rotate_crop_image

    height, width = picture.shape[:2]
    crop = get_rotate_crop_image(picture, box * np.asarray([width, height], np.float32))
    tall, wide = crop.shape[:2]
    if wide > MAX_LENGTH * tall:
        crop = cv2.resize(crop, (MAX_LENGTH * max(tall, 1), max(tall, 1)), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(crop[..., ::-1])


def _read(crops: Sequence[Pixels]) -> list[tuple[str, float]]:
    """(text, score) of each crop, the better of both ways up where the first is not sure."""
    if not crops:
        return []
    read = _texts(crops)
    doubtful = [i for i, (_, score) in enumerate(read) if score < SURE_SCORE]
    if doubtful:
        turned = _texts([np.ascontiguousarray(crops[i][::-1, ::-1]) for i in doubtful])
        for i, other in zip(doubtful, turned, strict=True):
            read[i] = max(read[i], other, key=lambda found: found[1])
    return read


def _texts(crops: Sequence[Pixels]) -> list[tuple[str, float]]:
    found = _engine().recognize_txt(list(crops))
    return list(zip(found.txts, map(float, found.scores), strict=True))
