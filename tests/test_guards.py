"""The guards themselves: each must notice what it is there for."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

import guards
from wurstdesk.paths import Home


def test_a_thread_left_behind_is_noticed() -> None:
    census, end = guards.Census(), threading.Event()
    thread = threading.Thread(target=end.wait, name="forgotten", daemon=True)
    thread.start()

    assert "forgotten" in census.leftovers(patience=0)[0]

    end.set()
    assert census.leftovers() == []


@pytest.mark.usefixtures("qapp")
def test_a_qthread_left_behind_is_noticed() -> None:
    census, thread = guards.Census(), QThread()
    thread.start()

    assert "QThread" in census.leftovers(patience=0)[0]

    thread.quit()
    thread.wait()
    assert census.leftovers(patience=0) == []


@pytest.mark.usefixtures("qapp")
def test_a_timer_left_behind_is_noticed_and_cleared_away() -> None:
    census, timer = guards.Census(), QTimer()
    timer.start(60_000)

    assert "QTimer" in census.leftovers(patience=0)[0]

    census.clear_away()
    assert not timer.isActive()
    assert census.leftovers(patience=0) == []


@pytest.mark.usefixtures("qapp")
def test_a_window_left_behind_is_noticed_and_cleared_away() -> None:
    census, window = guards.Census(), QWidget()
    window.show()

    assert "QWidget" in census.leftovers(patience=0)[0]

    census.clear_away()
    assert census.leftovers(patience=0) == []


def test_start_is_still_a_slot(qtbot: QtBot) -> None:
    """A wrapped ``start`` would take ``clicked``'s bool for an interval."""
    timer, button = QTimer(interval=60_000), QPushButton()
    qtbot.addWidget(button)
    button.clicked.connect(timer.start)

    button.click()

    assert timer.interval() == 60_000
    timer.stop()


def test_the_network_is_out_of_reach() -> None:
    with socket.socket() as stranger, pytest.raises(AssertionError, match="wants the network"):
        stranger.connect(("192.0.2.1", 80))


def test_a_touched_folder_is_noticed(tmp_path: Path) -> None:
    home = Home.inside(tmp_path / "real")
    before = guards.fingerprint(home)
    assert before == {}

    home.pictures.mkdir(parents=True)
    (home.pictures / "dog.png").write_bytes(b"x")

    assert guards.differences(before, guards.fingerprint(home)) == [
        str(home.pictures),
        str(home.pictures / "dog.png"),
    ]
