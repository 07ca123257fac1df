"""Says what a long run does: on a terminal the steps under way with running seconds, elsewhere plain lines."""

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

TICK_SECONDS = 0.5


class Progress:
    """Lines on standard error. Quiet for tests with `Progress(None)`. Steps may run side by side, in threads."""

    def __init__(self, stream: TextIO | None = sys.stderr) -> None:
        self.stream = stream
        self.live = bool(stream and stream.isatty())
        self._running: dict[str, float] = {}
        self._width = 0
        self._lock = threading.Lock()
        if self.live:
            threading.Thread(target=self._tick, daemon=True).start()

    def line(self, text: str) -> None:
        """A line that stays."""
        with self._lock:
            self._write(text + "\n")

    @contextmanager
    def step(self, text: str) -> Iterator[list[str]]:
        """Says that `text` begins, and when it ended what came of it, which the caller appends."""
        result: list[str] = []
        started = time.monotonic()
        if self.live:
            self._running[text] = started
        else:
            self.line(f"{text}  …")
        try:
            yield result
        except BaseException:
            result.append("failed")
            raise
        finally:
            self._running.pop(text, None)
            self.line(f"{text}  {'  '.join(result)}  {time.monotonic() - started:.1f} s")

    def _tick(self) -> None:
        """Writes what is under way, again and again, in one line."""
        while True:
            time.sleep(TICK_SECONDS)
            now = time.monotonic()
            shown = "  |  ".join(f"{text}  … {now - at:.0f} s" for text, at in self._running.copy().items())
            if shown:
                shown = shown[: shutil.get_terminal_size().columns - 1]
                with self._lock:
                    self._write(shown)
                    self._width = len(shown)

    def _write(self, text: str) -> None:
        if self.stream:
            blank = "\r" + " " * self._width + "\r" if self._width else ""
            self._width = 0
            self.stream.write(blank + text)
            self.stream.flush()
