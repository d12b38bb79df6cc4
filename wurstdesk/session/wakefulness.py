"""The computer does not fall asleep over a queue; the screen may go dark.

Each platform has its own way (a power request on Windows, an assertion on macOS, an inhibitor on
D-Bus); wakepy knows them all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from PySide6.QtCore import QObject, Slot

from wurstdesk.session.keeper import Keeper
from wurstdesk.session.runner import JobRunner

Lock = AbstractContextManager[Any]

_log = logging.getLogger(__name__)


def wakepy_lock() -> Lock:
    """A lock against sleep, to be entered and left in one thread; it never fails loudly."""
    from wakepy import keep

    return keep.running(on_fail="pass")


class Wakefulness(QObject):
    """Holds a lock from the first job until nothing runs and nothing waits.

    The desktop is spoken to in the keeper's thread: it may take its time to answer.
    """

    def __init__(
        self,
        runner: JobRunner,
        keeper: Keeper,
        make_lock: Callable[[], Lock] = wakepy_lock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._keeper = keeper
        self._holder = _Holder(make_lock)
        self._is_wanted = True
        self._is_busy_else: Callable[[], bool] = bool
        self.is_held = False
        runner.activity_changed.connect(self.follow)

    def set_wanted(self, is_wanted: bool) -> None:
        """Whether the person lets the program keep the computer awake."""
        self._is_wanted = is_wanted
        self.follow()

    def also_while(self, is_busy: Callable[[], bool]) -> None:
        """Not only while pictures are made; call ``follow`` when that has changed."""
        self._is_busy_else = is_busy

    def close(self) -> None:
        """Let it sleep; before the keeper is closed."""
        self._hold(False)

    @Slot()
    def follow(self) -> None:
        """Hold the lock, or let it go, as things are now."""
        is_busy = self._runner.is_running or self._is_busy_else()
        self._hold(self._is_wanted and is_busy)

    def _hold(self, is_held: bool) -> None:
        if is_held != self.is_held:
            self.is_held = is_held
            self._keeper.do(self._holder.take if is_held else self._holder.give_back)


class _Holder:
    """The lock itself, in the keeper's thread."""

    def __init__(self, make_lock: Callable[[], Lock]) -> None:
        self._make_lock = make_lock
        self._lock: Lock | None = None

    def take(self) -> None:
        try:
            lock = self._make_lock()
            lock.__enter__()
            self._lock = lock
        except Exception as error:  # noqa: BLE001 - sleep is the desktop's own; no job fails for it
            _log.warning("the computer may fall asleep: %s", type(error).__name__)

    def give_back(self) -> None:
        lock, self._lock = self._lock, None
        if lock is None:
            return
        try:
            lock.__exit__(None, None, None)
        except Exception as error:  # noqa: BLE001 - as above
            _log.warning("the lock against sleep stays: %s", type(error).__name__)
