"""Panels at the side: how wide they are, and those that float."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio import Studio
from wurstdesk.ui.main_window import MainWindow


@pytest.fixture
def usual_font(qapp: QApplication) -> Iterator[None]:
    font = qapp.font()
    yield
    qapp.setFont(font)


@pytest.mark.usefixtures("usual_font")
def test_docks_are_as_wide_as_before_when_text_is_as_small_as_before(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    # Given docks that somebody has made a little wider
    page, dock = window.studio, window.studio.docks["queue"]
    window.resize(1600, 900)
    page.raise_dock("queue")
    page.resizeDocks([dock], [300], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: dock.width() == 300)
    # When text is enlarged until they have to be wider, and made small again
    for percent in (160, 200, 230):
        studio.state.change_settings(interface_scale=percent)
        qtbot.waitUntil(lambda: not page._is_settling)
    assert dock.width() > 300
    studio.state.change_settings(interface_scale=100)
    # Then they are as wide as they were made
    qtbot.waitUntil(lambda: dock.width() == 300)


def test_a_panel_that_floats_from_the_start_is_not_behind_the_window(
    qtbot: QtBot, studio: Studio
) -> None:
    # Given a panel that floated when the program ended: it is restored before the window is shown
    opened = MainWindow(studio.state)
    qtbot.addWidget(opened)
    dock = opened.studio.docks["inspector"]
    dock.setFloating(True)
    dock.show()
    # When the window is shown
    opened.show()
    # Then it is brought before the window, and the menu says that it is there
    shown: list[bool] = []
    dock.visibilityChanged.connect(shown.append)
    qtbot.waitUntil(lambda: shown == [False, True])  # anew, after the window
    assert opened.book["dock_inspector"].isChecked()
