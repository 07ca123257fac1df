"""Starts processes so that none of them outlives the one that started them.

Whatever a child starts, in whatever session or process group, is adopted by this process when its own
parent dies, so that the whole tree can be found, and ended, at any time. Linux only.
"""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_prctl = ctypes.CDLL(None, use_errno=True).prctl


def adopt_orphans() -> None:
    """From now on, a descendant whose parent dies becomes a child of this process, not of init."""
    if _prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "this kernel cannot adopt orphans (PR_SET_CHILD_SUBREAPER)")


def spawn(command: Sequence[str], env: Mapping[str, str], log: Path, cwd: Path) -> "subprocess.Popen[bytes]":
    """Starts a command in a session of its own; it is told to end when this process dies, even by SIGKILL."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )


def _end_with_parent() -> None:
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def descendants() -> list[psutil.Process]:
    """Every living process below this one."""
    found = psutil.Process().children(recursive=True)
    return [process for process in found if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def end_all(first: Sequence["subprocess.Popen[bytes]"], patience: float) -> None:
    """Ends `first` in order by SIGTERM, then all that is left below this process, by SIGKILL in the end.

    patience: seconds that each of the two rounds of SIGTERM may take.
    Raises RuntimeError if a process survives SIGKILL.
    """
    for child in first:
        if child.poll() is None:
            child.terminate()
    _wait_until(lambda: all(child.poll() is not None for child in first), patience)
    _signal(descendants(), signal.SIGTERM)
    _wait_until(lambda: not descendants(), patience)
    deadline = time.monotonic() + patience
    while (left := descendants()) and time.monotonic() < deadline:
        _signal(left, signal.SIGKILL)
        time.sleep(0.2)
        _reap()
    _reap()
    if left := descendants():
        raise RuntimeError(f"still alive after SIGKILL: {[process.pid for process in left]}")


def _signal(processes: Sequence[psutil.Process], number: int) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def _wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)


def _reap() -> None:
    """Collects adopted children that have ended, which nobody else waits for."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
