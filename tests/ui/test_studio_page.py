"""The studio's page: panels that are hidden, moved and remembered, and the strip below."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QTabBar
from pytestqt.qtbot import QtBot

from everything import settle, spoken_name
from studio import Studio
from wurstdesk.ui.main_window import MainWindow
from wurstdesk.ui.studio_page import StudioPage

PANELS = ("queue", "inspector", "seeds")


def is_in_front(page: StudioPage, name: str) -> bool:
    """Whether a panel can be seen, and is not behind another's tab."""
    dock = page.docks[name]
    return dock.isVisible() and not dock.visibleRegion().isEmpty()


def test_the_queue_is_in_front_at_first(window: MainWindow) -> None:
    assert [is_in_front(window.studio, name) for name in PANELS] == [True, False, False]
    assert all(window.book[f"dock_{name}"].isChecked() for name in PANELS)


def test_panels_are_as_wide_as_they_are_usually(window: MainWindow) -> None:
    assert window.studio.docks["queue"].width() == 264


def test_every_tab_can_be_read(studio: Studio, window: MainWindow) -> None:
    for scale in (100, 200):
        studio.state.change_settings(interface_scale=scale)
        settle()
        (tabs,) = [bar for bar in window.studio.findChildren(QTabBar) if bar.isVisible()]
        assert tabs.elideMode() is Qt.TextElideMode.ElideNone
        assert tabs.width() >= tabs.tabRect(2).right()
        assert spoken_name(tabs)


@pytest.mark.parametrize("name", PANELS)
def test_its_command_hides_a_panel_and_brings_it_back(window: MainWindow, name: str) -> None:
    action = window.book[f"dock_{name}"]
    window.studio.raise_dock(name)
    settle()
    action.trigger()
    assert not window.studio.docks[name].isVisible()
    assert not action.isChecked()
    action.trigger()
    settle()
    assert is_in_front(window.studio, name)
    assert action.isChecked()
    focused = QApplication.focusWidget()
    assert focused is not None


def test_the_command_of_a_panel_behind_others_brings_it_to_the_front(window: MainWindow) -> None:
    window.studio.raise_dock("queue")
    settle()
    window.book["dock_seeds"].trigger()
    settle()
    assert is_in_front(window.studio, "seeds")
    assert window.book["dock_seeds"].isChecked()


def test_the_menu_knows_of_a_panel_that_was_closed_by_its_button(window: MainWindow) -> None:
    window.studio.docks["seeds"].close()
    assert not window.book["dock_seeds"].isChecked()


def test_a_panel_among_tabs_has_no_title_and_one_alone_has(window: MainWindow) -> None:
    page = window.studio
    assert page.docks["queue"].titleBarWidget() is not None
    page.docks["queue"].setFloating(True)
    settle()
    assert page.docks["queue"].titleBarWidget() is None, "there is nothing else to drag it by"
    page.docks["queue"].setFloating(False)
    settle()
    for name in ("inspector", "seeds"):
        page.docks[name].hide()
    page.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, page.docks["queue"])
    settle()
    assert page.docks["queue"].titleBarWidget() is None


def test_the_strip_comes_with_the_first_job_and_stays(studio: Studio, window: MainWindow) -> None:
    assert not window.filmstrip.isVisible()
    studio.generate()
    assert window.filmstrip.isVisible()


@pytest.fixture
def later(studio: Studio, window: MainWindow) -> Iterator[list[MainWindow]]:
    """Windows of a next start, closed without ending the state."""
    del window
    opened: list[MainWindow] = []
    yield opened
    for one in opened:
        one.hide()
        one.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del studio


def open_again(studio: Studio, later: list[MainWindow]) -> MainWindow:
    """The window as it is at the next start, with what was remembered."""
    window = MainWindow(studio.state)
    later.append(window)
    with studio.qtbot.waitExposed(window):
        window.show()
    settle()
    return window


def test_what_was_arranged_is_there_at_the_next_start(
    qtbot: QtBot, studio: Studio, window: MainWindow, later: list[MainWindow]
) -> None:
    # Given a window of another size, with a panel below, one hidden and a wider form
    page = window.studio
    window.resize(780, 700)  # the screen of the tests is no larger than 800x800
    settle()
    page.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, page.docks["seeds"])
    page.raise_dock("inspector")
    settle()
    window.book["dock_inspector"].trigger()
    page.splitter.setSizes([360, 100])
    page.splitter.splitterMoved.emit(360, 1)
    qtbot.waitUntil(lambda: bool(studio.state.memory.mapping("studio")))
    wide = page.splitter.sizes()[0]
    # When the program starts again
    again = open_again(studio, later)
    # Then all of it is as it was
    assert again.size() == window.size()
    assert again.studio.dockWidgetArea(again.studio.docks["seeds"]) == (
        Qt.DockWidgetArea.BottomDockWidgetArea
    )
    assert not again.studio.docks["inspector"].isVisible()
    assert not again.book["dock_inspector"].isChecked()
    assert again.studio.splitter.sizes()[0] == pytest.approx(wide, abs=2)


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"docks": 7, "splitter": None},
        {"docks": "!!!", "splitter": "AAAA"},
        {"docks": "ÄÖÜ", "splitter": ""},
    ],
)
def test_what_cannot_be_read_changes_nothing(
    studio: Studio, later: list[MainWindow], kept: dict[str, object]
) -> None:
    studio.state.memory.keep("studio", kept)
    studio.state.memory.keep("geometry", "nonsense")
    again = open_again(studio, later)
    assert all(dock.isVisible() for dock in again.studio.docks.values())
    assert again.studio.docks["queue"].width() == 264
    assert again.panel.width() >= 300
