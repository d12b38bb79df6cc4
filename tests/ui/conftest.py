"""Fixtures of the window's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kept_pictures import GalleryBench
from studio import Studio, open_studio
from wurstdesk.ui.gallery_tools import GalleryTools
from wurstdesk.ui.main_window import MainWindow

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Qt's offscreen platform says of each window that it has no window manager to talk to."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


@pytest.fixture
def studio(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """A state on fakes, shut down afterwards."""
    with open_studio(qtbot, tmp_path / "pictures") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _usual_look(qapp: QApplication) -> Iterator[None]:
    """A window gives its look to the whole program; the next test begins without."""
    font = qapp.font()
    yield
    if qapp.styleSheet():
        qapp.setStyleSheet("")
        qapp.setFont(font)


@pytest.fixture
def window(studio: Studio) -> Iterator[MainWindow]:
    """A shown, active window of 1280x720 whose catalogue is read; gone afterwards, and with it
    what it did to the look of the whole program."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    font = app.font()
    opened = MainWindow(studio.state)
    opened.resize(1280, 720)
    with studio.qtbot.waitExposed(opened):
        opened.show()
    opened.activateWindow()
    studio.qtbot.waitUntil(opened.isActiveWindow)
    studio.read_catalogue()
    yield opened
    for picture in studio.state.pictures:
        picture.unsaved = None  # nothing to ask about
    opened.close()
    opened.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.setStyleSheet("")
    app.setFont(font)


@pytest.fixture
def bench(qtbot: QtBot, studio: Studio, window: MainWindow) -> Iterator[GalleryBench]:
    """The page, open, with five pictures, the first one chosen."""
    made = GalleryBench(qtbot, studio)
    window.show_page("gallery")
    made.choose(0)
    window.gallery.go_to_pictures()
    yield made
    made.wait()


@pytest.fixture
def tools(bench: GalleryBench, window: MainWindow) -> GalleryTools:
    return window.gallery_tools
