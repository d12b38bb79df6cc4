"""Every command of the window: its menu, its shortcut and when it can be used."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from wurstdesk.session.state import StudioState
from wurstdesk.settings import Theme
from wurstdesk.ui.details_row import can_go_back


class Actions(QObject):
    """The commands, by name; the window connects them to what they do."""

    def __init__(self, state: StudioState, window: QWidget) -> None:
        super().__init__(window)
        self._state = state
        self.open_folder = self._make(self.tr("&Open pictures folder"), "Ctrl+Shift+O")
        self.save_as = self._make(self.tr("&Save picture as…"), "Ctrl+S")
        self.quit = self._make(self.tr("&Quit"), "Ctrl+Q")
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        self.generate = self._make(self.tr("&Generate"), "Ctrl+Return", "Ctrl+Enter")
        self.stop = self._make(self.tr("&Stop"), "Esc")
        self.clear = self._make(self.tr("&Clear what waits"), "Ctrl+Shift+Backspace")
        self.release = self._make(self.tr("&Release memory"))
        self.random_seed = self._make(self.tr("&New seed for each picture"), "Ctrl+D")
        self.random_seed.setCheckable(True)
        self.focus_prompt = self._make(self.tr("Go to the &prompt"), "Ctrl+L")
        self.reuse = self._make(self.tr("&Use these settings"), "Ctrl+R")
        self.reuse_seed = self._make(self.tr("Use only the s&eed"), "Ctrl+Shift+R")
        self.copy = self._make(self.tr("&Copy picture"), "Ctrl+Shift+C")
        self.newer = self._make(self.tr("&Newer picture"), "Ctrl+PgUp")
        self.older = self._make(self.tr("&Older picture"), "Ctrl+PgDown")
        self.back = self._make(self.tr("&Back to all pictures"), "Esc")
        self.zoom_in = self._make(self.tr("Zoom &in"), "Ctrl++", "Ctrl+=")
        self.zoom_out = self._make(self.tr("Zoom &out"), "Ctrl+-")
        self.fit = self._make(self.tr("&Fit"), "Ctrl+0")
        self.full_size = self._make(self.tr("Full size, &100 %"), "Ctrl+1")
        self.about = self._make(self.tr("&About Wurstdesk"))
        self.about.setMenuRole(QAction.MenuRole.AboutRole)
        self.themes = self._make_themes()
        # So that shortcuts work where there is no menu bar. No reference is kept: it would be a
        # cycle, and those are left to the garbage collector, in whatever thread that runs.
        window.addActions(self.findChildren(QAction))
        state.activity_changed.connect(self.refresh)
        state.shown_changed.connect(self.refresh)
        state.pictures.added.connect(self.refresh)
        state.form.changed.connect(self.refresh)
        self.refresh()

    def fill(self, bar: QMenuBar) -> None:
        """Put the commands into menus."""
        _fill(bar.addMenu(self.tr("&File")), self.open_folder, self.save_as, None, self.quit)
        _fill(
            bar.addMenu(self.tr("&Generate")),
            *(
                self.generate,
                self.stop,
                self.clear,
                None,
                self.random_seed,
                self.focus_prompt,
                None,
            ),
            self.release,
        )
        _fill(
            bar.addMenu(self.tr("&Picture")),
            *(self.reuse, self.reuse_seed, self.copy, None, self.newer, self.older, self.back),
        )
        view = bar.addMenu(self.tr("&View"))
        _fill(view, self.zoom_in, self.zoom_out, self.fit, self.full_size, None)
        _fill(view.addMenu(self.tr("&Appearance")), *self.themes.values())
        _fill(bar.addMenu(self.tr("&Help")), self.about)

    @Slot()
    def refresh(self) -> None:
        """Enable what can be done now."""
        state = self._state
        has_picture = state.showing.picture_in_view is not None
        for action in (self.save_as, self.reuse, self.reuse_seed, self.copy):
            action.setEnabled(has_picture)
        self.stop.setEnabled(state.is_running)
        self.clear.setEnabled(bool(state.queue.waiting))
        self.release.setEnabled(not state.is_running)
        # Esc is Stop's while anything runs.
        self.back.setEnabled(can_go_back(state) and not state.is_running)
        for action in (self.newer, self.older):
            action.setEnabled(len(state.pictures) > 0)
        self.random_seed.setChecked(state.form.seed_is_random)
        self.themes[state.settings.theme].setChecked(True)

    def connect_all(self, handlers: dict[QAction, Callable[[], object]]) -> None:
        """Say what each command does."""
        for action, handler in handlers.items():
            action.triggered.connect(handler)

    def _make(self, text: str, *shortcuts: str) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(keys) for keys in shortcuts])
        return action

    def _make_themes(self) -> dict[Theme, QAction]:
        words: dict[Theme, str] = {
            "system": self.tr("&As the desktop"),
            "light": self.tr("&Light"),
            "dark": self.tr("&Dark"),
        }
        group = QActionGroup(self)
        themes: dict[Theme, QAction] = {}
        for theme in get_args(Theme):
            action = self._make(words[theme])
            action.setCheckable(True)
            action.setData(theme)
            group.addAction(action)
            themes[theme] = action
        return themes


def _fill(menu: QMenu, *actions: QAction | None) -> None:
    for action in actions:
        if action is None:
            menu.addSeparator()
        else:
            menu.addAction(action)
