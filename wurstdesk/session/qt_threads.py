"""What every ``QThread`` of ours needs that runs Python."""

from __future__ import annotations

import threading

STACK_SIZE = 16 * 1024 * 1024
"""Bytes; macOS gives a second thread only half a megabyte."""


def forget_this_thread() -> None:
    """Take away the stand-in that Python 3.11 keeps for ever of a thread it did not start.

    Any library makes one by asking ``threading.current_thread()``; later Pythons do this alone.
    Call it last in the thread.
    """
    known: dict[int, threading.Thread] = getattr(threading, "_active", {})
    known.pop(threading.get_ident(), None)
