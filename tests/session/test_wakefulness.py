"""The computer stays awake while there is work, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytestqt.qtbot import QtBot

from fakes import Gate, picture_of
from studio import Studio
from wurstdesk.generation import PictureReady
from wurstdesk.session.wakefulness import Wakefulness, wakepy_lock


class Computer:
    """Counts who keeps it awake."""

    def __init__(self) -> None:
        self.locks = 0
        self.times = 0

    @contextmanager
    def lock(self) -> Iterator[None]:
        self.locks += 1
        self.times += 1
        try:
            yield
        finally:
            self.locks -= 1


@pytest.fixture
def computer(studio: Studio) -> Iterator[Computer]:
    computer = Computer()
    wakefulness = Wakefulness(studio.state.runner, studio.state.keeper, computer.lock)
    yield computer
    wakefulness.close()
    studio.state.shutdown()
    assert computer.locks == 0


def test_awake_while_a_job_runs(qtbot: QtBot, studio: Studio, computer: Computer) -> None:
    gate = Gate()
    studio.generator.script = lambda r: [gate, PictureReady(picture_of(r))]
    studio.state.generate()
    qtbot.waitUntil(lambda: computer.locks == 1)

    gate.open()
    studio.wait_until_idle()

    qtbot.waitUntil(lambda: computer.locks == 0)
    assert computer.times == 1


def test_not_held_against_the_persons_will(
    qtbot: QtBot, studio: Studio, computer: Computer
) -> None:
    wakefulness = Wakefulness(studio.state.runner, studio.state.keeper, Computer().lock)
    wakefulness.set_wanted(False)
    gate = Gate()
    studio.generator.script = lambda r: [gate, PictureReady(picture_of(r))]
    studio.state.generate()
    qtbot.waitUntil(lambda: computer.locks == 1)
    held = [wakefulness.is_held]

    wakefulness.set_wanted(True)
    held.append(wakefulness.is_held)
    assert held == [False, True]

    wakefulness.close()
    gate.open()
    studio.wait_until_idle()


def test_a_desktop_that_refuses_costs_no_picture(qtbot: QtBot, studio: Studio) -> None:
    reached: list[None] = []

    @contextmanager
    def refuse() -> Iterator[None]:
        if not reached:
            raise OSError("no inhibitor here")
        yield

    Wakefulness(studio.state.runner, studio.state.keeper, refuse, studio.state)

    studio.generate()

    assert len(studio.state.pictures) == 1
    assert not studio.state.messages.all


def test_the_real_lock_can_be_taken_and_left_anywhere() -> None:
    with wakepy_lock():
        pass  # where the platform has no way it says nothing
