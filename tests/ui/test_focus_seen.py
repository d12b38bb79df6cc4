"""Who goes by the Tab key sees where they are: whatever takes the focus looks different with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QWidget

from everything import DIALOGS, compare_two, finish, opened, own_steps, settle, show_everything
from studio import Studio
from wurstdesk.settings import Theme
from wurstdesk.ui.main_window import MainWindow


def stops(window: QWidget) -> list[QWidget]:
    """What Tab goes to in a window."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.window() is window
        and widget.focusProxy() is None
        and widget.isVisible()
        and widget.isEnabled()
        and not widget.visibleRegion().isEmpty()
        and not isinstance(widget.parentWidget(), QAbstractSpinBox)
    ]


def looks(widget: QWidget) -> QImage:
    """As it is painted now, with what is around it."""
    settle()
    around = QRect(widget.mapTo(widget.window(), QPoint(0, 0)), widget.size())
    return widget.window().grab(around.adjusted(-3, -3, 3, 3)).toImage()


def unseen(window: QWidget) -> Iterator[str]:
    """Those that look the same with the focus."""
    window.activateWindow()
    window.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)  # as the Tab key does
    settle()
    for widget in stops(window):
        if focused := QApplication.focusWidget():
            focused.clearFocus()
        before = looks(widget)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if not widget.hasFocus():
            yield f"no focus: {name_of(widget)}"
        elif looks(widget) == before:
            yield name_of(widget)


def name_of(widget: QWidget) -> str:
    """For the message of a failure."""
    name = widget.accessibleName() or getattr(widget, "text", str)()
    return f"{type(widget).__name__} {widget.objectName()} “{name}”"


def change_theme(studio: Studio, theme: Theme) -> None:
    """Light or dark."""
    studio.state.change_settings(theme=theme)
    settle()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_focus_is_seen_in_the_studio(studio: Studio, window: MainWindow, theme: Theme) -> None:
    change_theme(studio, theme)
    gate = show_everything(studio, window)
    own_steps(window)
    studio.state.runner.set_paused(True)
    not_seen = []
    for name in window.studio.docks:
        window.studio.raise_dock(name)
        settle()
        not_seen += list(unseen(window))
    finish(studio, gate)
    assert not_seen == []


def test_the_focus_is_seen_in_the_empty_studio(studio: Studio, window: MainWindow) -> None:
    studio.read_catalogue()
    not_seen = []
    for name in window.studio.docks:
        window.studio.raise_dock(name)
        settle()
        not_seen += list(unseen(window))
    assert not_seen == []


def test_the_focus_is_seen_in_a_comparison(studio: Studio, window: MainWindow) -> None:
    compare_two(studio, window)
    assert list(unseen(window)) == []


def test_the_focus_is_seen_in_the_gallery(studio: Studio, window: MainWindow) -> None:
    studio.generate(num_images=2)
    window.show_page("gallery")
    settle()
    assert list(unseen(window)) == []


@pytest.mark.parametrize("name", sorted(DIALOGS))
def test_the_focus_is_seen_in_a_dialog(studio: Studio, window: MainWindow, name: str) -> None:
    with opened(name, studio, window) as dialog:
        not_seen = list(unseen(dialog))
    assert not_seen == []


def test_tab_does_not_go_behind_the_panel_in_front(studio: Studio, window: MainWindow) -> None:
    studio.generate(num_images=2)
    studio.state.showing.show_picture(1)
    docks = window.studio.docks
    for front in docks:
        window.studio.raise_dock(front)
        settle()
        window.panel.prompt.setFocus()
        entered = set()
        for _ in range(200):
            window.focusNextChild()
            focused = QApplication.focusWidget()
            assert focused is not None
            entered |= {name for name, dock in docks.items() if dock.isAncestorOf(focused)}
        assert entered == {front}
