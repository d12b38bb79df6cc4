# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
"""The list of commands: complete, searchable, and each can be run from it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtWidgets import QDialogButtonBox, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.place_keys import PlaceKey, place_keys
from wurstdesk.ui.shortcuts_dialog import ShortcutsDialog

LEFT = Qt.MouseButton.LeftButton


class Window(QMainWindow):
    """A book with a few commands; ``done`` says which were carried out."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.can_stop = False
        self.book = CommandBook(self)
        add = self.book.add
        add("generate", "generate", "&Generate", "Ctrl+Return", "Ctrl+Enter", run=self._generate)
        add("stop", "generate", "&Stop now", "Esc", enabled=lambda: self.can_stop)
        add("settings", "edit", "&Settings…", "Ctrl+,", run=self._settings)
        add("dark", "view", "&Dark", submenu="&Appearance")

    @Slot()
    def _generate(self) -> None:
        self.done.append("generate")

    @Slot()
    def _settings(self) -> None:
        self.done.append("settings")


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    opened = Window()
    qtbot.addWidget(opened)
    opened.show()
    return opened


@pytest.fixture
def dialog(qtbot: QtBot, window: Window) -> Iterator[ShortcutsDialog]:
    opened = ShortcutsDialog(window.book, window, (PlaceKey("Canvas", "Fit", ("0",)),))
    opened.open()
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    yield opened
    opened.close()


def shown(dialog: ShortcutsDialog) -> list[list[str]]:
    return [[item.text(column) for column in range(3)] for item in dialog.rows()]


def native(*keys: str) -> str:
    spelled = [QKeySequence(k).toString(QKeySequence.SequenceFormat.NativeText) for k in keys]
    return " or ".join(spelled)


def test_all_commands_and_keys_are_listed(dialog: ShortcutsDialog) -> None:
    assert shown(dialog) == [
        ["Settings", "Edit", native("Ctrl+,")],
        ["Generate", "Generate", native("Ctrl+Return", "Ctrl+Enter")],
        ["Stop now", "Generate", native("Esc")],
        ["Dark", "View · Appearance", ""],
        ["Fit", "Canvas", "0"],
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("gen", ["Generate", "Stop now"]),
        ("stop", ["Stop now"]),
        ("ctrl+,", ["Settings"]),
        ("VIEW dark", ["Dark"]),
        ("canvas", ["Fit"]),
        ("sausage", []),
    ],
)
def test_a_search_looks_at_names_places_and_keys(
    qtbot: QtBot, dialog: ShortcutsDialog, typed: str, found: list[str]
) -> None:
    qtbot.keyClicks(dialog.search, typed)
    assert [row[0] for row in shown(dialog)] == found
    assert dialog.table.isVisible() == bool(found)


def test_return_runs_what_was_found(qtbot: QtBot, window: Window, dialog: ShortcutsDialog) -> None:
    qtbot.keyClicks(dialog.search, "settings")
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert window.done == ["settings"]
    assert not dialog.isVisible()


def test_the_list_is_moved_in_while_typing(
    qtbot: QtBot, window: Window, dialog: ShortcutsDialog
) -> None:
    qtbot.keyClick(dialog.search, Qt.Key.Key_Down)
    current = dialog.table.currentItem()
    assert current is not None
    assert current.text(0) == "Generate"
    assert dialog.search.hasFocus()
    qtbot.mouseClick(dialog.run_button, LEFT)
    assert window.done == ["generate"]


def test_what_is_not_possible_now_cannot_be_run(
    qtbot: QtBot, window: Window, dialog: ShortcutsDialog
) -> None:
    for typed in ("stop now", "canvas"):
        dialog.search.setText(typed)
        assert not dialog.run_button.isEnabled()
        qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
        assert dialog.isVisible()
    assert window.done == []
    dialog.search.setText("stop")
    (stop,) = dialog.rows()
    assert stop.toolTip(0) == "Not possible now"


def test_what_can_be_done_is_asked_when_the_list_is_opened(qtbot: QtBot, window: Window) -> None:
    window.can_stop = True
    dialog = ShortcutsDialog(window.book, window)
    dialog.search.setText("stop now")
    assert dialog.run_button.isEnabled()
    dialog.close()


def test_esc_and_close_close(qtbot: QtBot, window: Window) -> None:
    for close in ("key", "button"):
        dialog = ShortcutsDialog(window.book, window)
        dialog.open()
        if close == "key":
            qtbot.keyClick(dialog.search, Qt.Key.Key_Escape)
        else:
            qtbot.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Close), LEFT)
        assert not dialog.isVisible()


def test_every_key_of_a_place_is_a_key() -> None:
    for row in place_keys():
        assert row.place
        assert row.text
        for key in row.keys:
            assert QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText) == key


def test_no_two_keys_of_a_place_are_the_same() -> None:
    keys = [(row.place, key) for row in place_keys() for key in row.keys]
    assert len(keys) == len(set(keys))


def test_everything_has_a_name(dialog: ShortcutsDialog) -> None:
    for widget in dialog.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
            assert QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
