"""The thread beside the window that speaks to the disk: what is kept is asked for, never waited for.

A write that must reach the disk takes milliseconds on a good day and seconds on a bad one, and the
window paints meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QThread, Signal, Slot

from wurstdesk.generation import Desk
from wurstdesk.session.failures import Failure

Answer = TypeVar("Answer")
DeskFactory = Callable[[], Desk]


@dataclass(frozen=True, slots=True)
class _Task:
    """``question`` is asked in the keeper's thread, ``then`` called in the window's."""

    question: Callable[[Desk], Any] | Callable[[], Any]
    then: Callable[[Any], None] | None
    needs_desk: bool


class Keeper(QThread):
    """Asks a ``Desk``, made in this thread on first need, one question after the other.

    A question that fails is told by ``failed``, and its ``then`` is not called. The methods are
    for the thread that made the keeper. End it with ``close()``, which does what was asked first.
    """

    failed = Signal(object)
    """``Failure``"""
    opened = Signal(object)
    """``tuple[str, ...]``: what there is to say about the gallery, once it is open."""

    _answered = Signal(object, object)

    def __init__(self, open_desk: DeskFactory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("wurstdesk-keeper")
        self._open_desk = open_desk
        self._inbox: SimpleQueue[_Task | None] = SimpleQueue()
        self._desk: Desk | None = None  # in the keeper's thread only
        self._is_closed = False
        self._answered.connect(self._on_answered)

    def ask(
        self, question: Callable[[Desk], Answer], then: Callable[[Answer], None] | None = None
    ) -> None:
        """Ask the desk something, or tell it; ``then`` gets the answer."""
        self._send(_Task(question, then, needs_desk=True))

    def do(self, work: Callable[[], Answer], then: Callable[[Answer], None] | None = None) -> None:
        """Any work with files that needs no desk."""
        self._send(_Task(work, then, needs_desk=False))

    def close(self) -> None:
        """Return when all that was asked is done; nothing can be asked afterwards."""
        if self._is_closed:
            return
        self._is_closed = True
        if self.isRunning():
            self._inbox.put(None)
            self.wait()

    def _send(self, task: _Task) -> None:
        if self._is_closed:
            return
        self._inbox.put(task)
        if not self.isRunning():
            self.start()

    @Slot(object, object)
    def _on_answered(self, then: Callable[[Any], None], answer: Any) -> None:
        if not self._is_closed:
            then(answer)

    # -- in the keeper's thread -------------------------------------------------------------

    def run(self) -> None:
        """Take tasks until the last one."""
        try:
            while (task := self._inbox.get()) is not None:
                self._obey(task)
                del task
        finally:
            desk, self._desk = self._desk, None
            if desk is not None:
                self._close(desk)

    def _obey(self, task: _Task) -> None:
        try:
            question: Callable[..., Any] = task.question
            answer = question(self._ready_desk()) if task.needs_desk else question()
        except BaseException as error:  # noqa: BLE001 - nothing escapes a thread
            self.failed.emit(Failure.of(error))
            return
        if task.then is not None:
            self._answered.emit(task.then, answer)

    def _ready_desk(self) -> Desk:
        if self._desk is None:
            self._desk = self._open_desk()
            self.opened.emit(self._desk.notices)
        return self._desk

    def _close(self, desk: Desk) -> None:
        try:
            desk.close()
        except BaseException as error:  # noqa: BLE001 - nothing escapes a thread
            self.failed.emit(Failure.of(error))
