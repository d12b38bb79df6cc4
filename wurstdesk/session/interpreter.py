"""Keeps Python itself from holding up the window while other threads are at work.

There is one lock, one garbage collector and one way to import for all threads: each of them can
make the window wait for work that is none of its own.
"""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from PySide6.QtCore import QObject, QTimer, Slot

_COLLECTS_EVERY = 1000
"""Milliseconds; also the longest time until Python hears a signal such as Ctrl+C."""
_TURN = 0.0001
"""Seconds that a thread may keep Python's lock from another. Python's own 5 ms come many times
over: the window needs the lock for each of its methods that Qt calls, dozens at each key."""


class GarbageCollector(QObject):
    """Collects garbage in the main thread only, so that no QObject is destroyed in a worker.

    Python would do it in whichever thread makes the next object (calibre found this). A cycle is
    collected by the same counts as Python's own collector uses.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._waits = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(_COLLECTS_EVERY)

    @Slot()
    def collect(self) -> None:
        """Collect what is due."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = [age for age in range(3) if counts[age] > thresholds[age]]
        if due and not self._waits:
            gc.collect(due[-1])

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Collect nothing meanwhile; for a thread that makes much that will stay.

        Half of torch's modules are a hundred milliseconds to look through, and none is garbage.
        What is there at the end is never looked at again.
        """
        self._waits += 1
        try:
            yield
            gc.freeze()
        finally:
            self._waits -= 1

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()


@contextmanager
def considerate_threads() -> Iterator[None]:
    """Let the window have Python's lock soon, and imports be no more than imports.

    PySide looks into the source of every imported module for its ``__feature__`` switch, which
    nobody here throws: with torch and diffusers that takes a quarter of a second and up to 130 MB.
    """
    turn = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    feature, looks = None, None
    with suppress(ImportError):
        feature = importlib.import_module("shibokensupport.feature")
        looks = getattr(feature, "feature_imported", None)
    if looks is not None:
        vars(feature)["feature_imported"] = _look_not
    try:
        yield
    finally:
        sys.setswitchinterval(turn)
        if looks is not None:
            vars(feature)["feature_imported"] = looks


def _look_not(module: object) -> None:
    """In place of PySide's look into a module."""
