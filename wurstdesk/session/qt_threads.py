"""What every ``QThread`` of ours needs that runs Python."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

STACK_SIZE = 16 * 1024 * 1024
"""Bytes; macOS gives a second thread only half a megabyte."""


def forget_this_thread() -> None:
    """Take away the stand-in that Python 3.11 keeps for ever of a thread it did not start.

    Any library makes one by asking ``threading.current_thread()``; later Pythons do this alone.
    Call it last in the thread.
    """
    known: dict[int, threading.Thread] = getattr(threading, "_active", {})
    known.pop(threading.get_ident(), None)


def step_back() -> None:
    """Let the window's thread go first where it and this one, or those it starts, want a processor.

    All processors calculate while a picture is made; a key then waited several milliseconds for
    its turn. It costs nothing where nobody else wants them. Linux alone can do it for a thread.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            window = os.getpriority(os.PRIO_PROCESS, os.getpid())
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), window + _BEHIND)


_BEHIND = 5
"""Steps of niceness."""
