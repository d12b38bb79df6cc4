"""Reads checkpoints in quiet moments, so that pictures can say by which one they were made.

The hash of twelve gigabytes takes a minute or more. It is calculated once, kept, and never waited
for: a picture that is made before is noted without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from PySide6.QtCore import QObject, QTimer, Slot

from wurstdesk.errors import GenerationCancelled, UserError
from wurstdesk.generation import CheckpointInfo
from wurstdesk.generation.shelf import Shelf, tell_nobody
from wurstdesk.session.form import RequestForm
from wurstdesk.session.keeper import WorkKeeper

_FIRST = 20_000
_AGAIN = 60_000
"""Milliseconds."""


class CheckpointHashes(QObject):
    """One checkpoint after the other, while nobody draws. End it with ``close()``."""

    def __init__(self, shelf: Shelf, form: RequestForm, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._form = form
        self._keeper = WorkKeeper(self)
        self._is_idle: Callable[[], bool] = bool
        self._read: set[CheckpointInfo] = set()
        self._end: Event | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.go_on)

    def start(self, is_idle: Callable[[], bool]) -> None:
        """From now on, while ``is_idle`` says that nobody draws."""
        self._is_idle = is_idle
        self._timer.start(_FIRST)

    @Slot()
    def go_on(self) -> None:
        """Read the next one, if this is a quiet moment."""
        self._timer.start(_AGAIN)
        if self._end is not None or not self._is_idle():
            return
        complete = (info for info in self._form.checkpoints if info.complete)
        info = next((info for info in complete if info not in self._read), None)
        if info is not None:
            self._end = Event()
            self._keeper.do(_Hash(self._shelf, info, self._end), self._on_read, self._on_failed)

    @Slot()
    def give_way(self) -> None:
        """Somebody draws: the disk and the processor are theirs. What was read is kept."""
        if self._end is not None and not self._is_idle():
            self._end.set()

    def close(self) -> None:
        """End it and wait."""
        self._timer.stop()
        if self._end is not None:
            self._end.set()
        self._keeper.close()

    @Slot(object)
    def _on_read(self, info: CheckpointInfo | None) -> None:
        self._end = None
        if info is not None:
            self._read.add(info)
            self.go_on()

    @Slot(object)
    def _on_failed(self, failure: object) -> None:
        """A bug, which the log tells; pictures go without the hash."""
        del failure
        self._end = None
        self._timer.stop()


@dataclass(frozen=True, slots=True)
class _Hash:
    shelf: Shelf
    info: CheckpointInfo
    end: Event

    def __call__(self) -> CheckpointInfo | None:
        """In the thread that reads; None where it was called off."""
        try:
            self.shelf.content_hash(self.info, tell_nobody, self.end.is_set)
        except GenerationCancelled:
            return None
        except UserError:
            pass  # it cannot be read; whoever draws with it will hear of that
        return self.info
