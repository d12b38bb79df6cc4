"""The thread that speaks to the disk: in order, and never in the window's way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Slot
from pytestqt.qtbot import QtBot

from fake_desk import MemoryDesk
from fakes import Gate, full_disk
from wurstdesk.errors import StorageError
from wurstdesk.generation import Desk
from wurstdesk.session.failures import Failure
from wurstdesk.session.keeper import Keeper


class Listener(QObject):
    """Remembers what it is told, and in which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Any] = []
        self.threads: set[int] = set()

    @Slot(object)
    def hear(self, answer: Any) -> None:
        self.heard.append(answer)
        self.threads.add(threading.get_ident())


class KeeperBench:
    """A keeper on a desk in memory, and where that was opened."""

    def __init__(self) -> None:
        self.desk = MemoryDesk(notices=("The gallery was rebuilt.",))
        self.opened_in: list[int] = []
        self.opens: Callable[[], Desk] = lambda: self.desk
        self.keeper = Keeper(self._open)
        self.failures: list[Failure] = []
        self.keeper.failed.connect(self.failures.append)

    def _open(self) -> Desk:
        self.opened_in.append(threading.get_ident())
        return self.opens()


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[KeeperBench]:
    del qtbot  # signals need its application
    made = KeeperBench()
    yield made
    made.keeper.close()


def test_answers_come_in_order_and_in_the_windows_thread(qtbot: QtBot, bench: KeeperBench) -> None:
    listener = Listener()
    assert not bench.keeper.isRunning(), "a thread only when there is something to do"

    bench.keeper.ask(lambda desk: desk.prompts(3), listener.hear)
    bench.keeper.do(lambda: "a file", listener.hear)
    bench.keeper.ask(lambda _: threading.get_ident(), listener.hear)
    qtbot.waitUntil(lambda: len(listener.heard) == 3)

    assert listener.heard[:2] == [(), "a file"]
    assert listener.threads == {threading.get_ident()}
    assert listener.heard[2] == bench.opened_in[0] != threading.get_ident()
    assert len(bench.opened_in) == 1


def test_what_opening_has_to_say_is_told(qtbot: QtBot, bench: KeeperBench) -> None:
    with qtbot.waitSignal(bench.keeper.opened) as blocker:
        bench.keeper.ask(lambda desk: desk.jobs())
    assert blocker.args == [("The gallery was rebuilt.",)]


def test_the_desk_is_opened_only_for_who_needs_it(qtbot: QtBot, bench: KeeperBench) -> None:
    listener = Listener()
    bench.keeper.do(lambda: 1, listener.hear)
    qtbot.waitUntil(lambda: listener.heard == [1])
    assert bench.opened_in == []


def test_a_failure_is_told_and_the_next_question_is_answered(
    qtbot: QtBot, bench: KeeperBench
) -> None:
    listener = Listener()
    bench.desk.failures.append(full_disk())
    bench.keeper.ask(lambda desk: desk.jobs(), listener.hear)
    bench.keeper.do(lambda: 1 / 0, listener.hear)
    bench.keeper.ask(lambda desk: desk.jobs(), listener.hear)
    qtbot.waitUntil(lambda: bool(listener.heard))

    assert listener.heard == [()]
    assert [failure.is_bug for failure in bench.failures] == [False, True]
    assert bench.failures[0].message == "The disk is full."


def test_who_asked_may_hear_of_the_failure_instead(qtbot: QtBot, bench: KeeperBench) -> None:
    answer, refusal = Listener(), Listener()
    bench.desk.failures.append(full_disk())
    bench.keeper.ask(lambda desk: desk.jobs(), answer.hear, refusal.hear)
    qtbot.waitUntil(lambda: bool(refusal.heard))
    assert isinstance(refusal.heard[0], Failure)
    assert answer.heard == []
    assert bench.failures == []


def test_a_desk_that_cannot_be_opened_is_tried_again(qtbot: QtBot, bench: KeeperBench) -> None:
    def refuse() -> Desk:
        raise StorageError("The disk is asleep.")

    listener = Listener()
    bench.opens = refuse
    bench.keeper.ask(lambda desk: desk.jobs(), listener.hear)
    qtbot.waitUntil(lambda: bool(bench.failures))

    bench.opens = lambda: bench.desk
    bench.keeper.ask(lambda desk: desk.jobs(), listener.hear)
    qtbot.waitUntil(lambda: bool(listener.heard))
    assert len(bench.opened_in) == 2


def test_close_does_what_was_asked_and_calls_nobody(qtbot: QtBot, bench: KeeperBench) -> None:
    del qtbot
    gate, listener = Gate(), Listener()
    bench.keeper.do(gate.pass_through, listener.hear)
    bench.keeper.ask(lambda desk: desk.keep_jobs([]), listener.hear)
    gate.wait_until_reached()
    threading.Timer(0.05, gate.open).start()

    bench.keeper.close()
    bench.keeper.close()
    bench.keeper.ask(lambda desk: desk.jobs(), listener.hear)
    QCoreApplication.processEvents()

    assert bench.keeper.isFinished()
    assert bench.desk.is_closed
    assert listener.heard == []


def test_a_widget_that_is_gone_is_not_called(qtbot: QtBot, bench: KeeperBench) -> None:
    gate, gone, there = Gate(), Listener(), Listener()
    bench.keeper.do(gate.pass_through, gone.hear)
    bench.keeper.do(lambda: 2, there.hear)
    gate.wait_until_reached()
    gone.deleteLater()
    QCoreApplication.sendPostedEvents(gone, QEvent.Type.DeferredDelete)
    gate.open()
    qtbot.waitUntil(lambda: there.heard == [2])
    assert gone.heard == []


def test_a_log_line_of_the_thread_leaves_nothing_behind(qtbot: QtBot, bench: KeeperBench) -> None:
    """Python would remember the thread for ever; the suite looks for that after each test."""
    listener = Listener()
    bench.keeper.do(lambda: logging.getLogger("wurstdesk").warning("hello"), listener.hear)
    qtbot.waitUntil(lambda: bool(listener.heard))
