"""The commands that belong to no part of the window: pages, making pictures, appearance, help."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup

from wurstdesk.session.state import StudioState
from wurstdesk.settings import Theme
from wurstdesk.ui.commands import CommandBook

SCALE_STEP = 10
"""Percent of the interface's size that Ctrl+Plus adds."""
_SMALLEST, _LARGEST = 50, 300


class WindowCommands(QObject):
    """Enters them into the book and carries out those that need only the state."""

    def __init__(self, state: StudioState, book: CommandBook) -> None:
        super().__init__(book)
        self._state = state
        self._book = book
        self.themes: dict[Theme, QAction] = {}
        self._add_generate()
        self._add_view()
        self._add_dialogs()
        for signal in (state.activity_changed, state.shown_changed, state.form.changed):
            signal.connect(self._refresh)
        state.pictures.added.connect(self._refresh)
        state.settings_changed.connect(self._refresh)

    def _add_generate(self) -> None:
        add, runner = self._book.add, self._state.runner
        add("quit", "file", self.tr("&Quit"), "Ctrl+Q", section=9)
        self._book["quit"].setMenuRole(QAction.MenuRole.QuitRole)
        add("generate", "generate", self.tr("&Generate"), "Ctrl+Return", "Ctrl+Enter")
        add(
            "stop",
            "generate",
            self.tr("&Stop now"),
            "Esc",
            run=runner.stop,
            enabled=lambda: runner.is_running,
            tip=self.tr("End what is being drawn; what waits comes next"),
        )
        add(
            "clear",
            "generate",
            self.tr("&Clear what waits"),
            "Ctrl+Shift+Backspace",
            run=runner.clear_waiting,
            enabled=lambda: bool(runner.queue.waiting),
        )
        self._add_writing()

    def _add_writing(self) -> None:
        add, runner, form = self._book.add, self._state.runner, self._state.form
        random = add(
            "random_seed",
            "generate",
            self.tr("&New seed for each picture"),
            "Ctrl+D",
            section=3,
            checkable=True,
        )
        random.toggled.connect(form.set_seed_random)
        add("focus_prompt", "generate", self.tr("Go to the &prompt"), "Ctrl+L", section=3)
        add(
            "release",
            "generate",
            self.tr("&Release memory"),
            run=runner.release_memory,
            enabled=lambda: not runner.is_running,
            section=4,
            tip=self.tr("Give the model’s memory to other programs until the next picture"),
        )

    def _add_view(self) -> None:
        add = self._book.add
        pages = QActionGroup(self)
        for name, text, key in (
            ("studio", self.tr("&Studio"), "Ctrl+1"),
            ("gallery", self.tr("&Gallery"), "Ctrl+2"),
        ):
            pages.addAction(add(name, "view", text, key, checkable=True))
        size = self.tr("Si&ze of the interface")
        for name, text, keys, run in (
            ("larger", self.tr("&Larger"), ("Ctrl++", "Ctrl+="), self._larger),
            ("smaller", self.tr("&Smaller"), ("Ctrl+-",), self._smaller),
            ("usual_size", self.tr("&Usual"), ("Ctrl+0",), self._usual_size),
        ):
            add(name, "view", text, *keys, run=run, section=5, submenu=size)
        words: dict[Theme, str] = {
            "system": self.tr("&As the desktop"),
            "light": self.tr("&Light"),
            "dark": self.tr("&Dark"),
        }
        group = QActionGroup(self)
        for theme in get_args(Theme):
            action = add(
                f"theme_{theme}",
                "view",
                words[theme],
                section=5,
                submenu=self.tr("&Appearance"),
                checkable=True,
            )
            action.setData(theme)
            action.triggered.connect(self._on_theme)
            group.addAction(action)
            self.themes[theme] = action

    def _add_dialogs(self) -> None:
        add = self._book.add
        add(
            "checkpoints",
            "file",
            self.tr("&Checkpoints…"),
            "Ctrl+Shift+M",
            section=7,
            tip=self.tr("What can draw: find, fetch, verify, convert, remove"),
        )
        add("settings", "edit", self.tr("&Settings…"), "Ctrl+,", section=9)
        self._book["settings"].setMenuRole(QAction.MenuRole.PreferencesRole)
        add("shortcuts", "help", self.tr("&Commands and shortcuts"), "F1", "Ctrl+/")
        add("about", "help", self.tr("&About Wurstdesk"), section=9)
        self._book["about"].setMenuRole(QAction.MenuRole.AboutRole)

    @Slot()
    def _refresh(self) -> None:
        self._book.refresh()
        self._book["random_seed"].setChecked(self._state.form.seed_is_random)
        self.themes[self._state.settings.theme].setChecked(True)

    @Slot()
    def _on_theme(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._state.change_settings(theme=action.data())

    @Slot()
    def _larger(self) -> None:
        self._scale(self._state.settings.interface_scale + SCALE_STEP)

    @Slot()
    def _smaller(self) -> None:
        self._scale(self._state.settings.interface_scale - SCALE_STEP)

    @Slot()
    def _usual_size(self) -> None:
        self._scale(100)

    def _scale(self, percent: int) -> None:
        within = min(max(percent, _SMALLEST), _LARGEST)
        self._state.change_settings(interface_scale=within)
        self._state.told.emit(self.tr("Size of the interface: {0} %").format(within))
