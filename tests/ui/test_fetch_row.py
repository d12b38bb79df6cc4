"""How far fetches are, in the dialog and in a line of the window."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from fake_shelf import GB, OFFERS, FakeFetch
from studio import Studio
from wurstdesk.generation.fetching import Checking, Failed, Fetched, Planned, Progressed, Waiting
from wurstdesk.session.fetching import FetchQueue
from wurstdesk.ui.fetch_row import FetchBar, FetchRow, FetchRows
from wurstdesk.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
FILE = "warp-ai/wuerstchen: decoder/model.safetensors"


@pytest.fixture
def queue(studio: Studio) -> FetchQueue:
    return studio.state.checkpoints.fetching


@pytest.fixture
def rows(qtbot: QtBot, queue: FetchQueue) -> FetchRows:
    rows = FetchRows(queue)
    qtbot.addWidget(rows)
    rows.resize(900, 200)
    return rows


def begin(studio: Studio, queue: FetchQueue) -> FakeFetch:
    """A third of the published checkpoint is there."""
    job = queue.get(OFFERS[0])
    studio.qtbot.waitUntil(lambda: bool(studio.fetches.started))
    fetch = studio.fetches.last
    fetch.say(Planned((), 12 * GB, 0, {}, (), 0, 0))
    fetch.say(Progressed(4 * GB, 12 * GB, 25e6, 330.0, FILE, GB, 2 * GB))
    studio.qtbot.waitUntil(lambda: job.done == 4 * GB)
    return fetch


def test_there_are_rows_only_while_something_is_fetched(
    studio: Studio, queue: FetchQueue, rows: FetchRows
) -> None:
    assert rows.isHidden()
    fetch = begin(studio, queue)
    assert not rows.isHidden()
    fetch.say(Fetched(("/models/a",)))
    studio.qtbot.waitUntil(rows.isHidden)
    assert rows.rows == []


def test_how_far_in_all_and_per_file(studio: Studio, queue: FetchQueue, rows: FetchRows) -> None:
    fetch = begin(studio, queue)
    (row,) = rows.rows
    assert row.title.text() == "Würstchen"
    assert row.words.text() == "4.0 GB of 12.0 GB · 25.0 MB/s · 5 min 30 s left"
    assert row.file.text() == f"{FILE} · 1.0 GB of 2.0 GB"
    assert row.bar.value() == round(row.bar.maximum() / 3)

    fetch.say(Checking(FILE))
    studio.qtbot.waitUntil(lambda: row.words.text() == "Checking · 4.0 GB of 12.0 GB")
    fetch.say(Waiting(4.0, "The connection broke."))
    studio.qtbot.waitUntil(lambda: row.file.text().startswith("The connection broke."))
    queue.cancel(1)


def test_pause_go_on_and_cancel(
    qtbot: QtBot, studio: Studio, queue: FetchQueue, rows: FetchRows
) -> None:
    fetch = begin(studio, queue)
    rows.show()
    (row,) = rows.rows
    assert row.pause_button.accessibleName() == "Pause: Würstchen"
    qtbot.mouseClick(row.pause_button, LEFT)
    qtbot.waitUntil(lambda: row.pause_button.text() == "Resume")
    assert row.words.text() == "Paused · 4.0 GB of 12.0 GB"
    qtbot.mouseClick(row.pause_button, LEFT)
    assert row.pause_button.text() == "Pause"
    assert fetch.heard == ["pause", "resume"]

    qtbot.mouseClick(row.cancel_button, LEFT)
    qtbot.waitUntil(lambda: row.cancel_button.text() == "Throw away")
    assert row.pause_button.text() == "Go on"
    assert row.words.text() == "Not finished · 4.0 GB of 12.0 GB"
    qtbot.mouseClick(row.cancel_button, LEFT)
    assert queue.jobs == []
    qtbot.waitUntil(lambda: len(studio.fetches.discarded) == 1)


def test_a_failure_says_what_to_do(studio: Studio, queue: FetchQueue, rows: FetchRows) -> None:
    begin(studio, queue).say(Failed("The disk is full.", "Make room."))
    (row,) = rows.rows
    studio.qtbot.waitUntil(lambda: row.file.text() == "The disk is full. Make room.")
    assert row.pause_button.text() == "Try again"
    assert row.cancel_button.text() == "Throw away"


def test_the_window_has_a_line_while_something_is_fetched(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    queue, bar = studio.state.checkpoints.fetching, window.fetches
    assert not bar.isVisible()
    fetch = begin(studio, queue)
    assert bar.isVisible()
    assert bar.row.words.text() == "4.0 GB of 12.0 GB · 25.0 MB/s · 5 min 30 s left"
    assert not bar.row.file.isVisible()

    qtbot.mouseClick(bar.more_button, LEFT)
    assert window.dialogs.checkpoints is not None
    assert window.dialogs.checkpoints.isVisible()
    assert len(window.dialogs.checkpoints.fetches.rows) == 1

    fetch.say(Failed("The disk is full.", "Make room."))
    qtbot.waitUntil(lambda: not bar.isVisible())


def test_the_line_shows_the_one_that_runs(qtbot: QtBot, studio: Studio, queue: FetchQueue) -> None:
    bar = FetchBar(queue)
    qtbot.addWidget(bar)
    queue.get(OFFERS[0])
    queue.get(OFFERS[1])
    assert isinstance(bar.row, FetchRow)
    assert bar.row.title.text() == "Würstchen"
    qtbot.waitUntil(lambda: bool(studio.fetches.started))
    studio.fetches.last.say(Fetched(("/models/a",)))
    qtbot.waitUntil(lambda: bar.row.title.text() == "Prior: base")
    qtbot.waitUntil(lambda: len(studio.fetches.started) == 2)
    queue.cancel(2)
