"""Says what a long run does: one line per step, rewritten in place on a terminal, plain elsewhere."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Lines on standard error. Quiet for tests with `Progress(None)`."""

    def __init__(self, stream: TextIO | None = sys.stderr) -> None:
        self.stream = stream
        self.live = bool(stream and stream.isatty())
        self._width = 0

    def line(self, text: str) -> None:
        """A line that stays."""
        if self.stream:
            self.stream.write(self._clear() + text + "\n")
            self.stream.flush()

    @contextmanager
    def step(self, text: str) -> Iterator[list[str]]:
        """Shows `text` with running seconds on a terminal; the caller appends what came of it."""
        result: list[str] = []
        started, stop = time.monotonic(), threading.Event()

        def tick() -> None:
            while not stop.wait(0.5):
                self._show(f"{text}  … {time.monotonic() - started:.0f} s")

        thread = threading.Thread(target=tick, daemon=True)
        if self.live:
            thread.start()
        try:
            yield result
        except BaseException:
            result.append("failed")
            raise
        finally:
            stop.set()
            if self.live:
                thread.join()
            self.line(f"{text}  {'  '.join(result)}  {time.monotonic() - started:.1f} s")

    def _show(self, text: str) -> None:
        if self.stream:
            self.stream.write(self._clear() + text)
            self._width = len(text)
            self.stream.flush()

    def _clear(self) -> str:
        blank = "\r" + " " * self._width + "\r" if self.live and self._width else ""
        self._width = 0
        return blank
