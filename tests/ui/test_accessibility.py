"""For everybody: names for what is read aloud, and nothing cut off."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from fakes import DACKEL, PUBLISHED, Gate, full_disk
from studio import Studio, open_studio
from wurstdesk.generation import StageProgress
from wurstdesk.ui.controls import ElidedLabel
from wurstdesk.ui.error_reporting import CrashDialog
from wurstdesk.ui.main_window import MainWindow


def spoken_name(widget: QWidget) -> str:
    """What a screen reader gets."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def show_everything(studio: Studio, window: MainWindow) -> Gate:
    """All rows, messages and fields at once; the job runs until the gate is opened."""
    studio.read_catalogue(DACKEL, PUBLISHED)
    studio.sink.failures.append(full_disk())
    studio.generate(prompt="a zebra in space and many, many more words than a line could hold")
    studio.state.form.edit(width=1024, prior_guidance_scale=100.0, num_images=64)
    studio.state.form.edit(seed=4294967295)
    window.panel.advanced.heading.setChecked(True)
    gate = Gate()
    progress = StageProgress("decoder", 1000, 1000, 4000.0, tuple(range(64)))
    studio.generator.script = lambda _: [progress, gate]
    studio.state.generate()
    studio.state.generate()
    studio.state.showing.show_picture(1)
    studio.qtbot.waitUntil(lambda: window.progress.left.text() != "")
    return gate


def finish(studio: Studio, gate: Gate) -> None:
    studio.state.runner.clear_waiting()
    gate.open()
    studio.wait_until_idle()


def test_every_focusable_widget_has_a_name(studio: Studio, window: MainWindow) -> None:
    gate = show_everything(studio, window)
    nameless = [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not spoken_name(widget).strip()
        and not widget.focusProxy()
    ]
    finish(studio, gate)
    assert nameless == []


def test_the_crash_report_has_names_too(qtbot: QtBot) -> None:
    dialog = CrashDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    for widget in dialog.findChildren(QWidget):
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
            assert spoken_name(widget), type(widget).__name__


def needed_width(widget: QAbstractButton | QLabel) -> int:
    """Pixels for the widest line of its text."""
    lines = widget.text().replace("&", "").splitlines() or [""]
    return max(widget.fontMetrics().horizontalAdvance(line) for line in lines)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_no_text_is_cut_off(
    studio: Studio, window: MainWindow, theme: str, size: tuple[int, int]
) -> None:
    studio.state.change_settings(theme=theme)
    window.resize(*size)
    gate = show_everything(studio, window)
    QCoreApplication.processEvents()
    cut = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QAbstractButton | QLabel):
            continue
        if isinstance(widget, ElidedLabel) or not widget.text():
            continue
        if isinstance(widget, QLabel) and widget.wordWrap():
            fits = widget.height() >= widget.heightForWidth(widget.width())
        else:
            fits = widget.width() >= needed_width(widget)
        if not fits:
            cut.append(widget.text())
    finish(studio, gate)
    assert cut == []


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


def test_every_command_is_in_a_menu_and_no_shortcut_is_taken_twice(window: MainWindow) -> None:
    in_menus = {
        action for menu in window.menuBar().findChildren(QMenu) for action in menu.actions()
    }
    commands = {action for action in window.actions() if action.text()}
    assert commands <= in_menus

    keys: dict[str, str] = {}
    for action in commands:
        for sequence in action.shortcuts():
            name = sequence.toString(QKeySequence.SequenceFormat.PortableText)
            assert name, action.text()
            if name != "Esc":  # Stop while something runs, else back
                assert name not in keys, f"{name}: {action.text()} and {keys.get(name)}"
            keys[name] = action.text()


def test_no_two_places_share_a_letter(window: MainWindow) -> None:
    """Alt and a letter opens a menu or goes to a field, but not where it is taken twice."""
    labels = [label.text() for label in window.panel.findChildren(QLabel)]
    menus = [action.text() for action in window.menuBar().actions()]
    letters = [text[text.index("&") + 1].lower() for text in labels + menus if "&" in text]
    assert len(letters) >= 9
    assert len(letters) == len(set(letters))


def test_the_two_uses_of_esc_exclude_each_other(studio: Studio, window: MainWindow) -> None:
    gate = show_everything(studio, window)
    assert window.book["stop"].isEnabled()
    assert not window.book["back"].isEnabled()
    finish(studio, gate)
    assert not window.book["stop"].isEnabled()


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
