"""The question at the start: what the last session left is resumed, kept or cleared."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from fake_desk import MemoryDesk
from queue_host import Host, open_host
from studio import Studio
from wurstdesk.generation import (
    GenerationRequest,
    KeptJob,
)
from wurstdesk.session.jobs import JobState
from wurstdesk.ui.resume_dialog import ResumeQuestion


@pytest.fixture
def host(studio: Studio) -> Iterator[Host]:
    with open_host(studio) as window:
        yield window


def left(*prompts: str) -> MemoryDesk:
    jobs = (
        KeptJob(prompt, GenerationRequest(prompt=prompt, width=128, height=128))
        for prompt in prompts
    )
    return MemoryDesk(kept_jobs=tuple(jobs))


@pytest.fixture
def question(studio: Studio, host: Host) -> Iterator[ResumeQuestion]:
    """Asked about five jobs that the last session left."""
    studio.desk.kept_jobs = left("a <b>bold</b> dog", "two", "three", "four", "five").kept_jobs
    asked = ResumeQuestion(studio.state.unfinished, host)
    studio.state.start()
    studio.qtbot.waitUntil(lambda: asked.box is not None)
    yield asked
    assert asked.box is None
    studio.state.runner.clear_waiting()


def box_of(question: ResumeQuestion) -> QMessageBox:
    assert question.box is not None
    return question.box


def test_the_question_says_what_was_left(
    studio: Studio, host: Host, question: ResumeQuestion
) -> None:
    box = box_of(question)
    assert box.text() == "5 jobs from last time are not finished."
    assert box.informativeText() == "• a <b>bold</b> dog\n• two\n• three\nand 2 more"
    assert len(host.rows()) == 5
    assert studio.generator.requests == []
    box.close()


def test_resume(qtbot: QtBot, studio: Studio, question: ResumeQuestion) -> None:
    qtbot.mouseClick(question.resume_button, Qt.MouseButton.LeftButton)
    studio.wait_until_idle()
    assert len(studio.generator.requests) == 5


@pytest.mark.parametrize("way", ["button", "escape"])
def test_keep_paused(qtbot: QtBot, studio: Studio, question: ResumeQuestion, way: str) -> None:
    if way == "button":
        qtbot.mouseClick(question.keep_button, Qt.MouseButton.LeftButton)
    else:
        qtbot.keyClick(box_of(question), Qt.Key.Key_Escape)
    assert studio.state.queue.is_paused
    assert [job.state for job in studio.state.queue] == [JobState.WAITING] * 5
    assert studio.generator.requests == []


def test_clear(qtbot: QtBot, studio: Studio, question: ResumeQuestion) -> None:
    qtbot.mouseClick(question.clear_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: studio.desk.kept_jobs == ())
    assert studio.state.queue.waiting == ()
    assert not studio.state.queue.is_paused
