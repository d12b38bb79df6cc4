"""For everybody: names for what is read aloud, and nothing cut off."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QDockWidget, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from everything import (
    DIALOGS,
    compare_two,
    finish,
    opened,
    own_steps,
    post_messages,
    settle,
    show_everything,
    spoken_name,
)
from fakes import DACKEL
from studio import Studio, open_studio
from wurstdesk.ui.controls import ElidedLabel
from wurstdesk.ui.empty_page import ExampleButton
from wurstdesk.ui.main_window import MainWindow

SMALL, USUAL, LARGE = (1280, 720), (1440, 900), (1920, 1080)


def nameless(window: QWidget) -> list[str]:
    """What can have the focus, and nobody would know what it is."""
    return [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not spoken_name(widget).strip()
        and not widget.focusProxy()
    ]


def test_every_focusable_widget_has_a_name(studio: Studio, window: MainWindow) -> None:
    own_steps(window)
    gate = show_everything(studio, window)
    post_messages(studio)
    found = nameless(window)
    for name in window.studio.docks:
        window.studio.raise_dock(name)
        settle()
        found += nameless(window)
    finish(studio, gate)
    assert found == []


def test_names_while_two_are_compared(studio: Studio, window: MainWindow) -> None:
    compare_two(studio, window)
    for mode in ("slider", "side", "flick"):
        studio.state.showing.comparison.set_mode(mode)
        settle()
        assert nameless(window) == []


def test_names_in_the_gallery(studio: Studio, window: MainWindow) -> None:
    window.show_page("gallery")
    settle()
    assert nameless(window) == []


@pytest.mark.parametrize("name", DIALOGS)
def test_every_dialog_has_names(studio: Studio, window: MainWindow, name: str) -> None:
    with opened(name, studio, window) as dialog:
        assert nameless(dialog) == []
        assert dialog.windowTitle() or name in {"about", "size grid"}


# -- nothing is cut off -------------------------------------------------------------------------


def needed_width(widget: QAbstractButton | QLabel) -> int:
    """Pixels for the widest line of its text."""
    lines = widget.text().replace("&", "").splitlines() or [""]
    return max(widget.fontMetrics().horizontalAdvance(line) for line in lines)


def texts(window: QWidget) -> Iterator[QAbstractButton | QLabel]:
    """Everything with words that are meant to be read as a whole."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QAbstractButton | QLabel):
            continue
        if is_behind(widget):
            continue
        if widget.text() and not isinstance(widget, ElidedLabel | ExampleButton):
            yield widget


def is_behind(widget: QWidget) -> bool:
    """Whether it belongs to a panel behind another's tab: Qt puts those beside the window."""
    parent: QWidget | None = widget
    while parent is not None and not isinstance(parent, QDockWidget):
        parent = parent.parentWidget()
    return parent is not None and parent.x() < 0


def fits(widget: QAbstractButton | QLabel) -> bool:
    """Whether it is as large as its text."""
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height() >= widget.heightForWidth(widget.width())
    if isinstance(widget, QLabel) and widget.textFormat() == Qt.TextFormat.RichText:
        return widget.width() >= widget.sizeHint().width()
    is_high_enough = widget.height() >= widget.fontMetrics().height()
    return widget.width() >= needed_width(widget) and is_high_enough


def is_scrolled(widget: QWidget) -> bool:
    """Whether it may be out of sight, for somebody can bring it back."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            return True
        parent = parent.parentWidget()
    return False


def cut(window: QWidget) -> list[str]:
    """Texts that are cut, by their own size or by the edge of what they stand in."""
    found = []
    for widget in texts(window):
        whole = QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size())
        if not fits(widget) or not (is_scrolled(widget) or window.rect().contains(whole)):
            found.append(f"{type(widget).__name__} {widget.text()[:40]} {widget.size().toTuple()}")
        parent = widget.parentWidget()
        is_inside = parent is None or parent.rect().contains(widget.geometry())
        if not is_inside and not is_scrolled(widget):
            found.append(f"{widget.text()[:40]} in {type(parent).__name__}")
    return found


BOTH = pytest.mark.parametrize("theme", ["light", "dark"])
SIZES = pytest.mark.parametrize(
    ("size", "scale"),
    [(SMALL, 100), (USUAL, 100), (LARGE, 100), (SMALL, 150), (USUAL, 200)],
    ids=["1280", "1440", "1920", "1280 at 150", "1440 at 200"],
)


def show_at(studio: Studio, window: MainWindow, size: tuple[int, int], scale: int) -> None:
    """A size of the window and of what is in it; it is not larger than it was told to be."""
    studio.state.change_settings(interface_scale=scale)
    settle()
    window.resize(*size)
    settle()
    assert window.width() == size[0]


@BOTH
@SIZES
def test_no_text_is_cut_off(
    studio: Studio, window: MainWindow, theme: str, size: tuple[int, int], scale: int
) -> None:
    studio.state.change_settings(theme=theme)
    own_steps(window)
    gate = show_everything(studio, window)
    show_at(studio, window, size, scale)
    found = cut(window)
    for name in window.studio.docks:
        window.studio.raise_dock(name)
        settle()
        found += cut(window)
    finish(studio, gate)
    assert found == []


@SIZES
def test_no_text_is_cut_off_elsewhere(
    studio: Studio, window: MainWindow, size: tuple[int, int], scale: int
) -> None:
    show_at(studio, window, size, scale)
    assert cut(window) == [], "the first page"
    compare_two(studio, window)
    for mode in ("slider", "side", "flick"):
        studio.state.showing.comparison.set_mode(mode)
        settle()
        assert cut(window) == [], mode
    studio.state.showing.comparison.stop()
    window.show_page("gallery")
    settle()
    assert cut(window) == [], "the gallery"


@pytest.mark.parametrize("scale", [100, 200])
@pytest.mark.parametrize("name", DIALOGS)
def test_no_text_of_a_dialog_is_cut_off(
    studio: Studio, window: MainWindow, name: str, scale: int
) -> None:
    studio.state.change_settings(interface_scale=scale)
    settle()
    with opened(name, studio, window) as dialog:
        assert cut(dialog) == []


@pytest.mark.parametrize("name", ["settings", "shortcuts", "crash"])
def test_a_dialog_that_stays_open_grows_with_its_text(
    studio: Studio, window: MainWindow, name: str
) -> None:
    with opened(name, studio, window) as dialog:
        before = dialog.size()
        studio.state.change_settings(interface_scale=130)
        settle()
        assert (
            dialog.width() > before.width() or dialog.width() >= dialog.screen().size().width() - 40
        )
        assert cut(dialog) == []


def test_twice_the_size_goes_on_a_small_screen(studio: Studio, window: MainWindow) -> None:
    """All of it is there: what is not in sight can be scrolled to."""
    compare_two(studio, window)
    studio.state.showing.comparison.stop()
    show_at(studio, window, SMALL, 200)
    assert window.height() == SMALL[1]
    assert cut(window) == []
    studio.state.showing.compare_with(1)
    settle()
    assert window.width() == SMALL[0]


def test_the_window_fits_a_small_screen(studio: Studio, window: MainWindow) -> None:
    gate = show_everything(studio, window)
    hint = window.minimumSizeHint()
    finish(studio, gate)
    assert hint.width() <= 1280
    assert hint.height() <= 700


def test_no_picture_makes_the_window_grow(studio: Studio, window: MainWindow) -> None:
    studio.generate(prompt="a dog")
    (picture,) = studio.state.pictures
    assert picture.saved is not None
    QCoreApplication.processEvents()
    before = window.details.minimumSizeHint()
    path = picture.saved.path.with_name("a very long name of a file " * 8 + ".png")
    studio.state.pictures.mark_saved(picture.id, replace(picture.saved, path=path))
    QCoreApplication.processEvents()
    assert path.name in window.details.facts.text()
    assert window.details.minimumSizeHint() == before


def test_the_first_page_fits_what_there_is(studio: Studio, window: MainWindow) -> None:
    page = window.canvas.empty_page
    studio.read_catalogue(replace(DACKEL, examples=("a dog, and a dog, " * 20,)))
    assert page.minimumSizeHint().width() < 600, "a stranger's examples do not widen the window"

    for height in (480, 720, 1000):
        window.resize(1280, height)
        QCoreApplication.processEvents()
        assert window.height() == height
        squeezed = [
            type(part).__name__
            for part in page.findChildren(QWidget)
            if part.isVisible() and part.height() < part.minimumSizeHint().height()
        ]
        assert squeezed == []


def test_the_panel_is_never_scrolled_sideways(studio: Studio, window: MainWindow) -> None:
    gate = show_everything(studio, window)
    QCoreApplication.processEvents()
    button = window.panel.size_picker.swap_button
    right = button.mapTo(window.panel, button.rect().topRight()).x()
    finish(studio, gate)
    assert right < window.panel.width()


def test_nothing_of_the_window_is_left_to_the_garbage_collector(
    qtbot: QtBot, tmp_path: Path
) -> None:
    """The collector may run in the worker's thread, where no widget may be deleted."""
    gc.collect()
    gc.disable()
    try:
        with open_studio(qtbot, tmp_path) as studio:
            window = MainWindow(studio.state)
            window.show()
            studio.read_catalogue()
            studio.generate(num_images=2)
            studio.state.showing.show_picture(1)
            window.close()
            parts = [weakref.ref(w) for w in (window, window.panel, window.canvas.view)]
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            del window
            assert [part() for part in parts] == [None] * 3
    finally:
        gc.enable()
