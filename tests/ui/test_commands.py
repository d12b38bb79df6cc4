"""The book of commands: menus, keys and what can be done now are made from it alone."""

from __future__ import annotations

import gc
import weakref

import pytest
from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu
from pytestqt.qtbot import QtBot

from wurstdesk.ui.commands import MENUS, CommandBook


class Part(QObject):
    """A part of a window that can do something now and then."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.done = 0
        self.is_ready = True

    @Slot()
    def do(self) -> None:
        """Do it."""
        self.done += 1

    def can(self) -> bool:
        """Whether it can be done now."""
        return self.is_ready


@pytest.fixture
def host(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def book(host: QMainWindow) -> CommandBook:
    return CommandBook(host)


def entries(menu: QMenu) -> list[str]:
    """What a menu says; a line is -."""
    return ["-" if action.isSeparator() else action.text() for action in menu.actions()]


def test_a_command_is_carried_out(book: CommandBook) -> None:
    part = Part()
    book.add("do", "edit", "&Do it", "Ctrl+D", run=part.do)
    book["do"].trigger()
    assert part.done == 1


def test_its_keys_work_without_a_menu_bar(host: QMainWindow, book: CommandBook) -> None:
    action = book.add("do", "edit", "&Do it", "Ctrl+D", "F4")
    assert action in host.actions()
    assert action.shortcuts() == [QKeySequence("Ctrl+D"), QKeySequence("F4")]


def test_menus_come_in_their_order_and_only_with_something_in_them(
    host: QMainWindow, book: CommandBook
) -> None:
    for name in ("help", "file", "picture"):
        book.add(name, name, name)
    book.fill(host.menuBar())
    titles = [action.text().replace("&", "") for action in host.menuBar().actions()]
    assert titles == ["File", "Picture", "Help"]
    assert [book.title(menu) for menu in MENUS] == [
        "File",
        "Edit",
        "Generate",
        "Picture",
        "View",
        "Help",
    ]


def test_sections_are_parted_by_lines_and_keep_the_order_in_which_they_were_added(
    host: QMainWindow, book: CommandBook
) -> None:
    for name, section in (("c", 5), ("a", 0), ("d", 5), ("b", 0)):
        book.add(name, "edit", name, section=section)
    book.fill(host.menuBar())
    (menu,) = host.menuBar().findChildren(QMenu)
    assert entries(menu) == ["a", "b", "-", "c", "d"]


def test_a_menu_within_a_menu(host: QMainWindow, book: CommandBook) -> None:
    book.add("outer", "view", "Outer")
    book.add("one", "view", "One", section=1, submenu="&More")
    book.add("two", "view", "Two", section=1, submenu="&More")
    book.fill(host.menuBar())
    inner = next(m for m in host.menuBar().findChildren(QMenu) if m.title() == "&More")
    assert entries(inner) == ["One", "Two"]
    outer = next(m for m in host.menuBar().findChildren(QMenu) if m is not inner)
    assert entries(outer) == ["Outer", "-", "&More"]


def test_what_can_be_done_is_asked_at_each_refresh(book: CommandBook) -> None:
    part = Part()
    book.add("do", "edit", "Do", enabled=part.can)
    book.add("always", "edit", "Always")
    part.is_ready = False
    book.refresh()
    assert not book["do"].isEnabled()
    assert book["always"].isEnabled()
    part.is_ready = True
    book.refresh()
    assert book["do"].isEnabled()


def test_who_is_asked_is_not_held(book: CommandBook) -> None:
    part = Part()
    asked = weakref.ref(part)
    book.add("do", "edit", "Do", enabled=part.can)
    gc.disable()
    try:
        del part
        assert asked() is None
    finally:
        gc.enable()
    book.refresh()
    assert not book["do"].isEnabled()


def test_a_name_is_taken_once(book: CommandBook) -> None:
    book.add("do", "edit", "Do")
    with pytest.raises(AssertionError):
        book.add("do", "file", "Do")


def test_a_tip_is_for_the_mouse_and_the_line_at_the_bottom(book: CommandBook) -> None:
    action = book.add("do", "edit", "Do", tip="What it does", checkable=True)
    assert action.toolTip() == action.statusTip() == "What it does"
    assert action.isCheckable()


def test_it_can_be_gone_through(book: CommandBook) -> None:
    book.add("one", "edit", "One")
    book.add("two", "view", "Two", section=3)
    assert [(command.name, command.menu, command.section) for command in book] == [
        ("one", "edit", 0),
        ("two", "view", 3),
    ]
