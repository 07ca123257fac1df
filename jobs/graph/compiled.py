"""Compiled loops over arrays, kept between runs where that is possible."""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(signature: Any = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compiles a function, once per machine where a cache can be written: with a signature when its module is imported.

    Executors may have no writable home: then each Python worker compiles for itself, once and not per task.
    """

    def compile_now(function: Callable[..., Any]) -> Callable[..., Any]:
        try:
            return njit(signature, cache=True)(function)
        except (OSError, RuntimeError):
            return njit(signature)(function)

    return compile_now
