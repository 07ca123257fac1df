"""Pictures for tests: drawn by the simulator, as bytes of a format, and laid into a landing."""

import hashlib
import io
import random
from pathlib import Path
from typing import Any

from PIL import Image

from simulator.pictures import draw_picture


def drawn(seed: int, side: int = 144) -> Image.Image:
    """A picture of its own."""
    return draw_picture(random.Random(seed)).resize((side, side), Image.Resampling.BICUBIC)


def encoded(picture: Image.Image, format: str = "JPEG", **options: Any) -> bytes:
    sink = io.BytesIO()
    picture.save(sink, format, **options)
    return sink.getvalue()


def delivered(landing: Path, day: str, name: str, body: bytes) -> dict[str, Any]:
    """Lays a file into a day's delivery of pictures; its row, without `ds`."""
    file = landing / "images" / f"dt={day}" / "files" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    digest = hashlib.sha256(body).hexdigest()
    return {"image_id": name.split(".")[0], "path": f"files/{name}", "sha256": digest, "bytes": len(body)}
