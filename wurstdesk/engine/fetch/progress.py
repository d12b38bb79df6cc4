"""How far it is in all and in the file that comes; told twice a second by a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from wurstdesk.engine.fetch.control import Control
from wurstdesk.engine.fetch.places import own_name
from wurstdesk.engine.fetch.speed import Meter, seconds_left
from wurstdesk.generation.fetching import FetchEvent, FetchFile, Progressed

_EVERY = 0.5


def named(file: FetchFile) -> str:
    """How a file is called to a person: with its repository, without the owner."""
    return f"{own_name(file.repo)}/{file.path}"


class Progress:
    """Counts bytes. Its thread tells also when nothing comes: then the speed falls."""

    def __init__(self, emit: Callable[[FetchEvent], None], control: Control) -> None:
        self._emit = emit
        self._control = control
        self._meter = Meter()
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread: threading.Thread | None = None
        self._moving = False
        self._told = 0.0
        self._total = 0
        self._there: dict[int, int] = {}
        self._file: FetchFile | None = None

    def begin(self, total: int, there: dict[int, int]) -> None:
        """Start to tell; ``there`` is how much of each file (by its ``id``) need not come."""
        self._total, self._there = total, there
        self._thread = threading.Thread(target=self._tell_again, name="progress", daemon=True)
        self._thread.start()

    def file(self, file: FetchFile, there: int) -> None:
        """A file comes now, of which so much is there."""
        with self._lock:
            self._file, self._moving = file, True
            self._there[id(file)] = there
        self._meter.rest()

    def count(self, count: int) -> None:
        """Bytes of the file came, or, fewer than none, were in vain."""
        with self._lock:
            if self._file is not None:
                self._there[id(self._file)] += count
        self._meter.add(max(count, 0))

    def file_is_done(self, file: FetchFile) -> None:
        """A file is whole."""
        with self._lock:
            self._there[id(file)] = file.size
            self._file, self._moving = file, False
            over = sum(self._there.values()) >= self._total
        if over or time.monotonic() - self._told >= _EVERY:
            self.tell()

    def rest(self) -> None:
        """Nothing comes for a while, and that is right so."""
        with self._lock:
            self._moving = False

    def go_on(self) -> None:
        """After ``rest``."""
        self._meter.rest()
        with self._lock:
            self._moving = True

    def stop(self) -> None:
        """Tell no more. May be called twice."""
        self._end.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def tell(self) -> None:
        """Emit where it stands."""
        with self._lock:
            file, done = self._file, sum(self._there.values())
            file_done = self._there.get(id(file), 0)
        if file is None or self._control.is_paused:
            return
        self._told = time.monotonic()
        speed = self._meter.look()
        name = named(file)
        left = seconds_left(self._total - done, speed)
        self._emit(Progressed(done, self._total, speed, left, name, file_done, file.size))

    def _tell_again(self) -> None:
        while not self._end.wait(_EVERY):
            if self._moving:
                self.tell()
