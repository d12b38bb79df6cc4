"""The thread that starts one fetch and listens to it; the process does all the work."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, QThread, Signal

from wurstdesk.generation.fetching import Fetching, FetchOrder, StartFetch
from wurstdesk.session.failures import Failure
from wurstdesk.session.qt_threads import STACK_SIZE, forget_this_thread


class FetchThread(QThread):
    """One fetch from its start to its last event; ``finished`` comes after that.

    The methods are for the thread that made it. What is said before the process is there is told
    to it as soon as it is.
    """

    happened = Signal(int, object)
    """``number`` and a ``FetchEvent``"""
    broke = Signal(int, object)
    """``number`` and a ``Failure``"""

    def __init__(
        self,
        start_fetch: StartFetch,
        order: FetchOrder,
        number: int,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("wurstdesk-fetch")
        self.setStackSize(STACK_SIZE)
        self.number = number
        self._start_fetch = start_fetch
        self._order = order
        self._lock = threading.Lock()
        self._process: Fetching | None = None
        self._is_paused = self._is_cancelled = False

    def pause(self) -> None:
        """Let it stand still."""
        with self._lock:
            self._is_paused = True
            if self._process is not None:
                self._process.pause()

    def resume(self) -> None:
        """Let it go on."""
        with self._lock:
            self._is_paused = False
            if self._process is not None:
                self._process.resume()

    def cancel(self) -> None:
        """Call it off."""
        with self._lock:
            self._is_cancelled = True
            if self._process is not None:
                self._process.cancel()

    def end(self) -> None:
        """End it at once, and return when the thread has ended."""
        self.cancel()
        with self._lock:
            process = self._process
        if process is not None:
            process.close()
        self.wait()

    def run(self) -> None:
        """In the thread."""
        try:
            process = self._start_fetch(self._order)
            try:
                self._introduce(process)
                for event in process.events():
                    self.happened.emit(self.number, event)
            finally:
                process.close()
        except BaseException as error:  # noqa: BLE001 - nothing escapes a thread
            self.broke.emit(self.number, Failure.of(error))
        finally:
            forget_this_thread()

    def _introduce(self, process: Fetching) -> None:
        with self._lock:
            self._process = process
            if self._is_paused:
                process.pause()
            if self._is_cancelled:
                process.cancel()
