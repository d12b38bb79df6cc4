"""How fast bytes come, smoothed, and how long the rest will take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import exp

_MEMORY = 8.0
"""Seconds after which what was counts little: long enough to be calm, short enough to be true."""


class Meter:
    """Bytes a second, as an average in which the past fades. Any thread may use it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._looked = clock()
        self._bytes = 0
        self._sum = 0.0
        self._weight = 0.0

    def add(self, count: int) -> None:
        """That many bytes came."""
        with self._lock:
            self._bytes += count

    def rest(self) -> None:
        """What passed since the last look was a pause and counts for nothing."""
        with self._lock:
            self._looked, self._bytes = self._clock(), 0

    def look(self) -> float:
        """Bytes a second, by now; 0 before anything is known."""
        with self._lock:
            now = self._clock()
            passed = now - self._looked
            if passed > 0:
                fades = exp(-passed / _MEMORY)
                # The weight corrects the beginning, when there is no past to speak of.
                self._sum = fades * self._sum + (1 - fades) * self._bytes / passed
                self._weight = fades * self._weight + (1 - fades)
                self._looked, self._bytes = now, 0
            return self._sum / self._weight if self._weight else 0.0


def seconds_left(rest: int, speed: float) -> float | None:
    """How long the rest takes, or None where nothing comes."""
    if rest <= 0:
        return 0.0
    return rest / speed if speed >= 1 else None
