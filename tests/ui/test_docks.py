"""Panels at the side: how wide they are, their keys, and those that float."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.

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


def test_the_key_of_a_panel_goes_into_it_and_only_from_within_it_takes_it_away(
    qtbot: QtBot, window: MainWindow
) -> None:
    # Given the queue in front, and somebody who writes
    dock, view = window.studio.docks["queue"], window.queue_panel.view
    window.panel.prompt.setFocus()
    # When its key is pressed
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    # Then one is in it
    assert dock.isVisible()
    assert view.hasFocus()
    # And when it is pressed there, it goes, and one is back at the prompt
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert dock.isHidden()
    assert window.panel.prompt.hasFocus()


def test_the_tick_in_the_menu_takes_a_panel_away(window: MainWindow) -> None:
    dock = window.studio.docks["queue"]
    window.panel.prompt.setFocus()
    window.book["dock_queue"].trigger()
    assert dock.isHidden()
    window.book["dock_queue"].trigger()
    assert dock.isVisible()


def test_the_key_of_a_panel_that_floats_goes_to_its_window(
    qtbot: QtBot, window: MainWindow
) -> None:
    dock = window.studio.docks["seeds"]
    dock.setFloating(True)
    dock.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.seed_panel.view.hasFocus)
    assert dock.isActiveWindow()
    # And from there the prompt is one key away
    qtbot.keyClick(window.seed_panel.view, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.panel.prompt.hasFocus)


def test_a_panel_can_be_used_again_when_its_page_is_back(window: MainWindow) -> None:
    window.show_page("gallery")
    window.show_page("studio")
    assert window.queue_panel.isEnabled()
    window.hide()
    window.show()
    assert window.queue_panel.isEnabled()
    window.studio.docks["inspector"].raise_()
    assert window.inspector.isEnabled()
    assert not window.queue_panel.isEnabled(), "it is behind"
    window.studio.docks["queue"].setFloating(True)
    assert window.queue_panel.isEnabled()
