"""What can be done with a picture of the gallery: by the window's commands and by its menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from wurstdesk.gallery.records import Card
from wurstdesk.session.state import StudioState
from wurstdesk.ui.file_manager import FileManager
from wurstdesk.ui.picture_clipboard import PictureClipboard
from wurstdesk.ui.picture_files import PictureFiles

_IN_MENU = (
    "reuse",
    "reuse_prompt",
    "reuse_seed",
    "",
    "copy",
    "copy_prompt",
    "copy_seed",
    "",
    "show_in_folder",
)
"""An empty name is a line."""


class GalleryActions(QObject):
    """Carries them out for the chosen picture, whose page is ``window``'s."""

    menu_filled = Signal(QMenu)
    """The menu of the selected pictures before it opens: others may add to it."""

    def __init__(
        self, state: StudioState, window: QWidget, file_manager: FileManager | None = None
    ) -> None:
        super().__init__(window)
        self._state = state
        self.clipboard = PictureClipboard(state, self)
        self.files = PictureFiles(state, window, file_manager)

    def can(self, name: str) -> bool:
        """Whether the command of that name can be used with the chosen picture."""
        card = self._state.gallery.chosen
        return card is not None and self._way(name, card) is not None

    def do(self, name: str) -> None:
        """Use it."""
        card = self._state.gallery.chosen
        way = None if card is None else self._way(name, card)
        if way is not None:
            way()

    def _way(self, name: str, card: Card) -> Callable[[], object] | None:
        """How, or None where it cannot be: not everything is known of every picture."""
        state, request = self._state, card.request
        ways: dict[str, Callable[[], object]] = {}
        if request is not None:
            ways["reuse"] = partial(state.reuse, request)
        if card.prompt:
            ways["reuse_prompt"] = partial(self._use_prompt, card.prompt)
            copied = self.tr("The prompt is copied.")
            ways["copy_prompt"] = partial(self.clipboard.copy_text, card.prompt, copied)
        if card.seed is not None:
            ways["reuse_seed"] = partial(self._use_seed, card.seed)
            copied = self.tr("The seed is copied.")
            ways["copy_seed"] = partial(self.clipboard.copy_text, str(card.seed), copied)
        if card.path is not None:
            ways["copy"] = partial(self.clipboard.copy_file, card.path, request)
            ways["copy_plain"] = partial(self.clipboard.copy_file, card.path, None)
            ways["show_in_folder"] = partial(self.files.show_file, card.path)
        return ways.get(name)

    def _use_prompt(self, prompt: str) -> None:
        self._state.form.edit(prompt=prompt)
        self._state.told.emit(self.tr("The prompt is in the studio."))

    def _use_seed(self, seed: int) -> None:
        self._state.form.take_seed(seed)
        self._state.told.emit(self.tr("The seed is in the studio."))

    # -- the menu -----------------------------------------------------------------------------

    def menu(self) -> QMenu:
        """For what is selected; it goes when it is closed."""
        parent = self.parent()
        menu = QMenu(parent if isinstance(parent, QWidget) else None)
        for name in _IN_MENU:
            if not name:
                menu.addSeparator()
                continue
            action = menu.addAction(self._words(name))
            action.setObjectName(name)
            action.setEnabled(self.can(name))
        self.menu_filled.emit(menu)
        menu.triggered.connect(self._on_menu)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @Slot(QPoint)
    def show_menu(self, where: QPoint) -> None:
        """Open it at a point of the screen."""
        if self._state.gallery.selection.current is not None:
            self.menu().popup(where)

    def _words(self, name: str) -> str:
        return {
            "reuse": self.tr("&Use these settings"),
            "reuse_prompt": self.tr("Use only the p&rompt"),
            "reuse_seed": self.tr("Use only the s&eed"),
            "copy": self.tr("&Copy picture"),
            "copy_prompt": self.tr("Copy the promp&t"),
            "copy_seed": self.tr("Copy the &seed"),
            "show_in_folder": self.tr("Show in &folder"),
        }[name]

    @Slot(QAction)
    def _on_menu(self, action: QAction) -> None:
        if action.objectName() in _IN_MENU:
            self.do(action.objectName())
