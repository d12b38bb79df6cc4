"""Every command of the window: its name, its menu, its shortcuts and when it can be used.

A part of the window adds the commands that it carries out. Menus, shortcuts and the list of them
are made from this one book, so that nothing is in the one and missing in the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MethodType
from typing import Literal
from weakref import WeakMethod

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

Menu = Literal["file", "edit", "generate", "picture", "view", "help"]
MENUS: tuple[Menu, ...] = ("file", "edit", "generate", "picture", "view", "help")


@dataclass(frozen=True, slots=True)
class Command:
    """One entry. ``section`` orders a menu: between two sections stands a line.

    ``submenu`` names the menu within the menu that it stands in, if any.
    """

    name: str
    menu: Menu
    action: QAction
    section: int
    submenu: str
    enabled: Callable[[], bool] | None


class CommandBook(QObject):
    """The commands by name: ``book["generate"].trigger()``."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._commands: dict[str, Command] = {}

    def add(  # noqa: PLR0913 - each call names what it gives
        self,
        name: str,
        menu: Menu,
        text: str,
        *keys: str,
        run: Callable[[], object] | None = None,
        enabled: Callable[[], bool] | None = None,
        section: int = 0,
        submenu: str = "",
        checkable: bool = False,
        tip: str = "",
    ) -> QAction:
        """Enter a command; ``enabled`` is asked at each ``refresh``.

        ``run`` is a bound method of a QObject, so that the connection goes with it. A checkable
        command's own connection is to be made by the caller (``toggled``, ``triggered``).
        """
        assert name not in self._commands, name
        action = QAction(text, self)
        action.setObjectName(name)
        action.setCheckable(checkable)
        action.setShortcuts([QKeySequence(key) for key in keys])
        if tip:
            action.setToolTip(tip)
            action.setStatusTip(tip)
        if run is not None:
            action.triggered.connect(run)
        is_enabled = None if enabled is None else _weak(enabled)
        self._commands[name] = Command(name, menu, action, section, submenu, is_enabled)
        # The window is asked for, not kept: that would be a cycle for the garbage collector.
        window = self.parent()
        assert isinstance(window, QWidget)
        window.addAction(action)  # so that shortcuts work where there is no menu bar
        return action

    def __getitem__(self, name: str) -> QAction:
        return self._commands[name].action

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    @Slot()
    def refresh(self) -> None:
        """Enable what can be done now."""
        for command in self._commands.values():
            if command.enabled is not None:
                command.action.setEnabled(command.enabled())

    def fill(self, bar: QMenuBar) -> None:
        """Put the commands into menus."""
        titles = self._titles()
        for menu in MENUS:
            commands = [command for command in self if command.menu == menu]
            if commands:
                _fill(bar.addMenu(titles[menu]), commands)

    def title(self, menu: Menu) -> str:
        """A menu's name without the sign of its key."""
        return self._titles()[menu].replace("&", "")

    def _titles(self) -> dict[Menu, str]:
        return {
            "file": self.tr("&File"),
            "edit": self.tr("E&dit"),
            "generate": self.tr("&Generate"),
            "picture": self.tr("&Picture"),
            "view": self.tr("&View"),
            "help": self.tr("&Help"),
        }


def _weak(question: Callable[[], bool]) -> Callable[[], bool]:
    """Asks without holding whom it asks: who has commands often holds the book, and that cycle
    would be left to the garbage collector."""
    if not isinstance(question, MethodType):
        return question
    method = WeakMethod(question)

    def ask() -> bool:
        asked = method()
        return asked is not None and bool(asked())

    return ask


def _fill(menu: QMenu, commands: list[Command]) -> None:
    submenus: dict[str, QMenu] = {}
    section: int | None = None
    for command in sorted(commands, key=lambda command: command.section):
        if section is not None and command.section != section:
            menu.addSeparator()
        section = command.section
        target = menu
        if command.submenu:
            if command.submenu not in submenus:
                submenus[command.submenu] = menu.addMenu(command.submenu)
            target = submenus[command.submenu]
        target.addAction(command.action)
