"""The thread beside the window that speaks to the disk, so that the window never waits for it.

A write that must reach the disk takes milliseconds on a good day and seconds on a bad one, and the
window paints meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from queue import SimpleQueue
from typing import Any, Generic, NoReturn, Protocol, TypeVar

from PySide6.QtCore import QObject, QThread, Signal, Slot
from shiboken6 import isValid

from wurstdesk.gallery.library import Library
from wurstdesk.generation import Desk
from wurstdesk.session.failures import Failure
from wurstdesk.session.qt_threads import STACK_SIZE, forget_this_thread


class Closable(Protocol):
    """What a keeper opens in its thread."""

    def close(self) -> None:
        """Not used again."""


Answer = TypeVar("Answer")
Opened = TypeVar("Opened", bound=Closable)
DeskFactory = Callable[[], Desk]
LibraryFactory = Callable[[], Library]


@dataclass(frozen=True, slots=True)
class _Task:
    """A question on its way to the keeper's thread, with the number of who waits for it."""

    number: int
    question: Callable[[Any], Any] | Callable[[], Any]
    needs_desk: bool


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Who waits for an answer. It stays in the window's thread: no widget may go in another."""

    then: Callable[[Any], None] | None
    otherwise: Callable[[Failure], None] | None


class AnyKeeper(QThread, Generic[Opened]):
    """Asks what it opens, in this thread on first need, one question after the other.

    Of a question that fails ``otherwise`` gets the ``Failure``, or ``failed`` tells it, and
    ``then`` is not called. What is asked holds data only, never a widget: it goes in the keeper's
    thread. The methods are for the thread that made the keeper. End it with ``close()``, which
    does what was asked first and calls nobody any more.
    """

    failed = Signal(object)
    """``Failure``"""

    _answered = Signal(int, object)
    _refused = Signal(int, object)

    def __init__(self, open_desk: Callable[[], Opened], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("wurstdesk-keeper")
        self.setStackSize(STACK_SIZE)
        self._open_desk = open_desk
        self._inbox: SimpleQueue[_Task | None] = SimpleQueue()
        self._desk: Opened | None = None  # in the keeper's thread only
        self._numbers = count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._is_closed = False
        self._answered.connect(self._on_answered)
        self._refused.connect(self._on_refused)

    def ask(
        self,
        question: Callable[[Opened], Answer],
        then: Callable[[Answer], None] | None = None,
        otherwise: Callable[[Failure], None] | None = None,
    ) -> None:
        """Ask the desk something, or tell it; ``then`` gets the answer."""
        self._send(question, _Waiting(then, otherwise), needs_desk=True)

    def do(
        self,
        work: Callable[[], Answer],
        then: Callable[[Answer], None] | None = None,
        otherwise: Callable[[Failure], None] | None = None,
    ) -> None:
        """Any work with files that needs no desk."""
        self._send(work, _Waiting(then, otherwise), needs_desk=False)

    def close(self) -> None:
        """Return when all that was asked is done; nothing can be asked afterwards."""
        if self._is_closed:
            return
        self._is_closed = True
        self._waiting.clear()
        if self.isRunning():
            self._inbox.put(None)
            self.wait()

    def _send(
        self,
        question: Callable[[Opened], Any] | Callable[[], Any],
        waiting: _Waiting,
        *,
        needs_desk: bool,
    ) -> None:
        if self._is_closed:
            return
        number = next(self._numbers)
        self._waiting[number] = waiting
        self._inbox.put(_Task(number, question, needs_desk))
        if not self.isRunning():
            self.start()

    @Slot(int, object)
    def _on_answered(self, number: int, answer: Any) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is not None and waiting.then is not None and _is_there(waiting.then):
            waiting.then(answer)

    @Slot(int, object)
    def _on_refused(self, number: int, failure: Failure) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is None or waiting.otherwise is None:
            self.failed.emit(failure)
        elif _is_there(waiting.otherwise):
            waiting.otherwise(failure)

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
            forget_this_thread()

    def _obey(self, task: _Task) -> None:
        try:
            question: Callable[..., Any] = task.question
            answer = question(self._ready_desk()) if task.needs_desk else question()
        except BaseException as error:  # noqa: BLE001 - nothing escapes a thread
            self._refused.emit(task.number, Failure.of(error))
        else:
            self._answered.emit(task.number, answer)

    def _ready_desk(self) -> Opened:
        if self._desk is None:
            self._desk = self._open_desk()
            self._tell_opened(self._desk)
        return self._desk

    def _tell_opened(self, desk: Opened) -> None:
        """Say what there is to say about what was opened: nothing."""

    def _close(self, desk: Opened) -> None:
        try:
            desk.close()
        except BaseException as error:  # noqa: BLE001 - nothing escapes a thread
            self.failed.emit(Failure.of(error))


class Keeper(AnyKeeper[Desk]):
    """The one that keeps the queue, seeds and settings, and whatever else needs a ``Desk``."""

    opened = Signal(object)
    """``tuple[str, ...]``: what there is to say about the gallery, once it is open."""

    def _tell_opened(self, desk: Desk) -> None:
        self.opened.emit(desk.notices)


class LibraryKeeper(AnyKeeper[Library]):
    """One that asks the gallery for pictures, beside the others and without waiting for them."""


class WorkKeeper(AnyKeeper[Closable]):
    """One that only works with files, and opens nothing: ask it by ``do``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_nothing_to_open, parent)


def _nothing_to_open() -> NoReturn:
    raise AssertionError("this keeper has no desk")


def _is_there(receiver: Callable[..., None]) -> bool:
    """Whether a method's widget was not deleted while its answer was on the way."""
    owner = getattr(receiver, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)
