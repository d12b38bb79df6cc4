"""The dialogs that belong to the window as a whole; each is there once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from wurstdesk import __version__
from wurstdesk.session.state import StudioState
from wurstdesk.ui.checkpoint_dialog import CheckpointDialog
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.error_reporting import CrashDialog
from wurstdesk.ui.settings_dialog import SettingsDialog
from wurstdesk.ui.shortcuts_dialog import ShortcutsDialog
from wurstdesk.ui.welcome_dialog import WelcomeDialog


class Dialogs(QObject):
    """Makes them when they are asked for. None of them stops the window."""

    def __init__(self, state: StudioState, book: CommandBook, window: QWidget) -> None:
        super().__init__(window)
        self._state = state
        self._book = book
        self.settings: SettingsDialog | None = None
        self.shortcuts: ShortcutsDialog | None = None
        self.crash: CrashDialog | None = None
        self.about: QMessageBox | None = None
        self.checkpoints: CheckpointDialog | None = None
        self.welcome: WelcomeDialog | None = None
        book["checkpoints"].triggered.connect(self.show_checkpoints)
        book["settings"].triggered.connect(self.show_settings)
        book["shortcuts"].triggered.connect(self.show_shortcuts)
        book["about"].triggered.connect(self.show_about)

    @Slot()
    def show_settings(self) -> None:
        """All settings."""
        self._to_front(self._settings())

    @Slot()
    def show_device(self) -> None:
        """The settings of what the model runs on."""
        self._settings().open_at("device")

    @Slot()
    def show_folders(self) -> None:
        """The settings of where pictures and checkpoints are."""
        self._settings().open_at("folders")

    @Slot()
    def show_checkpoint_settings(self) -> None:
        """The settings of where checkpoints are and come from."""
        self._settings().open_at("checkpoints")

    @Slot()
    def show_checkpoints(self) -> None:
        """What is on the disk, and how to get more."""
        if self.checkpoints is None:
            self.checkpoints = CheckpointDialog(self._state, self._window())
            self.checkpoints.settings_asked.connect(self.show_checkpoint_settings)
        self._to_front(self.checkpoints)

    @Slot(object)
    def import_checkpoint(self, paths: list[Path]) -> None:
        """Files and folders that were dropped on the window."""
        self.show_checkpoints()
        if self.checkpoints is not None:
            self.checkpoints.bringing.take(paths)

    @Slot()
    def show_get(self) -> None:
        """What can be fetched."""
        self.show_checkpoints()
        if self.checkpoints is not None:
            self.checkpoints.get()

    def welcome_once(self) -> None:
        """At the first start ask what to begin with, as soon as it is known what there is."""
        if not self._state.checkpoints.is_welcomed:
            self._state.checkpoints.shelf.changed.connect(self._show_welcome)
            self._state.checkpoints.look()

    @Slot()
    def _show_welcome(self) -> None:
        self._state.checkpoints.shelf.changed.disconnect(self._show_welcome)
        self.welcome = WelcomeDialog(self._state, self._window())
        self.welcome.all_asked.connect(self.show_checkpoints)
        self.welcome.get_asked.connect(self.show_get)
        self.welcome.finished.connect(self._on_welcomed)
        self._to_front(self.welcome)

    @Slot()
    def _on_welcomed(self) -> None:
        if self.welcome is not None:
            self.welcome.deleteLater()
            self.welcome = None

    @Slot()
    def show_shortcuts(self) -> None:
        """All commands and their keys."""
        if self.shortcuts is None:
            self.shortcuts = ShortcutsDialog(self._book, self._window())
            self.shortcuts.finished.connect(self._on_shortcuts_finished)
        self._to_front(self.shortcuts)

    @Slot()
    def _on_shortcuts_finished(self) -> None:
        self.shortcuts = None  # it deletes itself

    @Slot()
    def show_about(self) -> None:
        """What this is."""
        if self.about is None:
            self.about = QMessageBox(self._window())
            self.about.setWindowTitle(self.tr("About Wurstdesk"))
            self.about.setText(
                self.tr(
                    "<h3>Wurstdesk {0}</h3><p>A studio for the Würstchen text-to-image model. "
                    "Everything is drawn on this computer; nothing is sent anywhere.</p>"
                    "<p>MIT licence. Made with Qt, PyTorch and diffusers.</p>"
                ).format(__version__)
            )
        self.about.open()

    @Slot(str)
    def show_report(self, report: str) -> None:
        """Show a bug's report; also for what ``ExceptionHook`` has caught."""
        if self.crash is None:
            self.crash = CrashDialog(self._window(), self._state.private_texts)
        self.crash.add(report)
        self._to_front(self.crash)

    def close_all(self) -> None:
        """The window goes, and they with it."""
        others = (self.checkpoints, self.welcome)
        for dialog in (self.settings, self.shortcuts, self.crash, self.about, *others):
            if dialog is not None:
                dialog.close()

    def _settings(self) -> SettingsDialog:
        if self.settings is None:
            self.settings = SettingsDialog(self._state, self._window(), self._state.pictures_folder)
        return self.settings

    def _to_front(self, dialog: QDialog) -> None:
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _window(self) -> QWidget | None:
        # Asked for, not kept: a reference back would be a cycle for the garbage collector.
        parent = self.parent()
        return parent if isinstance(parent, QWidget) else None
