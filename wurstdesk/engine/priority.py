"""Lets other programs go first while a picture is made."""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

_NICE = 10


@contextmanager
def priority(*, low: bool) -> Iterator[None]:
    """Work with less urgency inside of the ``with``, where the system has such a thing.

    On Linux only this thread, and those that it starts, step back: the window stays quick. They
    cannot step forward again without special rights, so the thread keeps it from then on.
    Elsewhere the whole process does, until the end of the ``with``.
    """
    if not low:
        yield
        return
    if platform.system() == "Linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        yield
        return
    process = psutil.Process()
    before = process.nice()
    with suppress(psutil.Error, OSError):
        process.nice(_less_urgent())
    try:
        yield
    finally:
        with suppress(psutil.Error, OSError):
            process.nice(before)


def _less_urgent() -> int:
    return getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", _NICE)
