"""The keyboard alone is enough: a key or a letter for everything, and Tab goes a sensible way."""

# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from everything import (
    compare_two,
    finish,
    own_steps,
    post_messages,
    settle,
    show_everything,
)
from studio import Studio
from wurstdesk.ui.main_window import MainWindow

PORTABLE = QKeySequence.SequenceFormat.PortableText


def menus(window: MainWindow) -> list[QMenu]:
    """Those of the menu bar, with the menus in them."""
    return window.menuBar().findChildren(QMenu)


def letter(text: str) -> str:
    """The letter that Alt or a menu takes; "" for none."""
    plain = text.replace("&&", "")
    return plain[plain.index("&") + 1].lower() if "&" in plain else ""


def test_every_command_is_in_a_menu_and_no_shortcut_is_taken_twice(window: MainWindow) -> None:
    in_menus = {action for menu in menus(window) for action in menu.actions()}
    commands = {action for action in window.actions() if action.text()}
    assert len(commands) > 40
    assert commands <= in_menus

    keys: dict[str, str] = {}
    for action in commands:
        for sequence in action.shortcuts():
            name = sequence.toString(PORTABLE)
            assert name, action.text()
            if name != "Esc":  # Stop while something runs, else back
                assert name not in keys, f"{name}: {action.text()} and {keys.get(name)}"
            keys[name] = action.text()


def test_every_command_has_a_key_or_a_letter_in_its_menu(window: MainWindow) -> None:
    for menu in menus(window):
        for action in menu.actions():
            if action.text():
                has_key = bool(action.shortcuts())
                assert has_key or letter(action.text()), action.text()


def test_no_menu_has_a_letter_twice(window: MainWindow) -> None:
    for menu in menus(window):
        letters = [letter(action.text()) for action in menu.actions()]
        twice = [one for one, count in Counter(filter(None, letters)).items() if count > 1]
        assert twice == [], menu.title()


def test_no_two_places_share_a_letter(window: MainWindow) -> None:
    """Alt and a letter opens a menu or goes to a field, but not where it is taken twice."""
    labels = [label.text() for label in window.findChildren(QLabel) if label.buddy() is not None]
    bar = [action.text() for action in window.menuBar().actions()]
    folds = [window.panel.negative_field.fold.text() if window.panel.negative_field.fold else ""]
    letters = [letter(text) for text in (*labels, *bar, *folds) if letter(text)]
    assert len(letters) >= 12
    assert len(letters) == len(set(letters))


def test_alt_and_the_letter_of_a_field_goes_to_it(qtbot: QtBot, window: MainWindow) -> None:
    panel = window.panel
    labels = [label for label in panel.findChildren(QLabel) if letter(label.text())]
    assert len(labels) >= 5
    for label in labels:
        window.studio.raise_dock("queue")
        key = getattr(Qt.Key, f"Key_{letter(label.text()).upper()}")
        qtbot.keyClick(window.queue_panel.view, key, Qt.KeyboardModifier.AltModifier)
        focused = QApplication.focusWidget()
        assert focused is not None, label.text()
        assert panel.isAncestorOf(focused), label.text()


def test_the_two_uses_of_esc_exclude_each_other(studio: Studio, window: MainWindow) -> None:
    gate = show_everything(studio, window)
    assert window.book["stop"].isEnabled()
    assert not window.book["back"].isEnabled()
    finish(studio, gate)
    assert not window.book["stop"].isEnabled()


# -- the way of the Tab key ---------------------------------------------------------------------


def stops(window: MainWindow) -> Iterator[QWidget]:
    """What Tab goes to, from the first button of the top on."""
    first: QWidget = window.top.pages[0]
    widget = first
    for _ in range(2000):
        takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        inside = isinstance(widget.parentWidget(), QAbstractSpinBox)
        if takes and widget.isVisible() and widget.isEnabled() and not inside:
            yield widget
        following = widget.nextInFocusChain()
        assert following is not None
        widget = following
        if widget is first:
            return
    raise AssertionError("the chain does not end")


def area_of(window: MainWindow, widget: QWidget) -> str:
    """Which part of the window it is in."""
    areas: dict[str, QWidget] = {
        "top": window.top,
        "messages": window.messages,
        "panel": window.panel,
        "canvas": window.canvas,
        "progress": window.progress,
        "details": window.details,
        "strip": window.filmstrip,
        "gallery": window.gallery,
    }
    for name, part in areas.items():
        if part is widget or part.isAncestorOf(widget):
            return name
    return "docks"


def runs(names: list[str]) -> list[str]:
    """Each name once for as long as it stays the same."""
    return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]


def test_tab_goes_through_the_studio_as_it_is_read(studio: Studio, window: MainWindow) -> None:
    gate = show_everything(studio, window)
    studio.state.runner.set_paused(True)
    settle()
    areas = runs([area_of(window, widget) for widget in stops(window)])
    finish(studio, gate)
    order = ["top", "messages", "panel", "canvas", "progress", "details", "strip", "docks"]
    assert areas == [area for area in order if area in areas]
    assert {"top", "messages", "panel", "canvas", "progress", "strip", "docks"} <= set(areas)


def test_tab_goes_from_the_details_to_the_strip(studio: Studio, window: MainWindow) -> None:
    studio.generate(num_images=2)
    studio.state.showing.show_picture(1)
    settle()
    areas = runs([area_of(window, widget) for widget in stops(window)])
    assert areas == ["top", "panel", "canvas", "details", "strip", "docks"]


def test_tab_goes_down_the_panel(studio: Studio, window: MainWindow) -> None:
    own_steps(window)
    studio.state.form.edit(prior_guidance_scale=7.0, num_images=3)
    settle()
    inside = [widget for widget in stops(window) if area_of(window, widget) == "panel"]
    assert len(inside) > 20
    footer = window.panel.generate_button
    assert inside[-1] is footer
    places = [
        (widget, widget.mapTo(window.panel, QPoint(0, widget.height() // 2)).y())
        for widget in inside
        if widget is not footer
    ]
    heights = [second[1] - first[1] for first, second in pairwise(places)]
    # A button beside a title comes after the field that it is for: a step back of a line or two.
    assert [step for step in heights if step < -70] == []


def test_tab_in_the_gallery(studio: Studio, window: MainWindow) -> None:
    window.show_page("gallery")
    settle()
    assert runs([area_of(window, widget) for widget in stops(window)]) == ["top", "gallery"]


def test_tab_reaches_the_messages_and_both_of_a_comparison(
    studio: Studio, window: MainWindow
) -> None:
    compare_two(studio, window)
    studio.state.showing.comparison.set_mode("side")
    post_messages(studio)
    settle()
    reached = set(stops(window))
    compare = window.canvas.compare
    assert set(compare.side.halves) <= reached
    assert {compare.swap_button, compare.done_button} <= reached
    assert {card.close_button for card in window.messages.cards} <= reached


# -- everywhere by keys -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["queue", "inspector", "seeds"])
def test_each_panel_is_reached_by_its_key(
    qtbot: QtBot, studio: Studio, window: MainWindow, name: str
) -> None:
    studio.generate(num_images=2)
    studio.state.showing.show_picture(1)
    dock = window.studio.docks[name]
    dock.hide()
    press(qtbot, window, window.book[f"dock_{name}"])
    settle()
    assert dock.isVisible()
    assert dock.x() >= 0, "it is in front of the others"
    focused = QApplication.focusWidget()
    assert focused is not None
    assert dock.isAncestorOf(focused)


def press(qtbot: QtBot, window: MainWindow, action: QAction) -> None:
    """The first key of a command."""
    combination = QKeySequence(action.shortcuts()[0])[0]  # type: ignore[index]
    qtbot.keyClick(window, combination.key(), combination.keyboardModifiers())


@pytest.mark.parametrize("name", ["settings", "shortcuts", "checkpoints"])
def test_a_dialog_is_reached_by_its_key_and_left_by_esc(
    qtbot: QtBot, window: MainWindow, name: str
) -> None:
    press(qtbot, window, window.book[name])
    dialog = getattr(window.dialogs, name)
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_size_grid_by_keys_alone(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    picker = window.panel.size_picker
    studio.state.form.edit(width=384, height=384)
    picker.grid_button.setFocus()
    qtbot.keyClick(picker.grid_button, Qt.Key.Key_Space)
    assert picker.popup.isVisible()
    qtbot.keyClick(picker.popup.grid, Qt.Key.Key_Right)
    qtbot.keyClick(picker.popup.grid, Qt.Key.Key_Return)
    assert not picker.popup.isVisible()
    assert studio.state.form.request.width == 512


def test_pages_by_their_keys(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, window.book["gallery"])
    assert window.gallery.isVisible()
    assert window.gallery.grid.hasFocus()
    press(qtbot, window, window.book["studio"])
    assert window.panel.prompt.hasFocus()


# -- keys of single places ----------------------------------------------------------------------


def test_the_side_goes_by_steps(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.state.form.edit(width=384)
    qtbot.keyClick(window.panel.size_picker.width_box, Qt.Key.Key_Up)
    assert studio.state.form.request.width == 512


def test_a_value_of_the_inspector_is_copied(
    qtbot: QtBot, studio: Studio, window: MainWindow
) -> None:
    studio.generate(prompt="a dog")
    studio.state.showing.show_picture(1)
    window.studio.raise_dock("inspector")
    value = window.inspector.values["seed"]
    assert value in set(stops(window)), "the Tab key goes there"
    value.setFocus()
    qtbot.keyClick(value, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == value.value != ""


def test_a_job_is_taken_out(qtbot: QtBot, studio: Studio, window: MainWindow) -> None:
    studio.generate(prompt="one")
    studio.generate(prompt="two")
    view = window.queue_panel.view
    view.setFocus()
    view.setCurrentIndex(view.queue_model.index(0))
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(view.chosen()) == 2
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert len(studio.state.queue) == 0
