"""The dialogs that belong to the window as a whole; each is there once."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from wurstdesk import __version__
from wurstdesk.session.state import StudioState
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.error_reporting import CrashDialog
from wurstdesk.ui.settings_dialog import SettingsDialog
from wurstdesk.ui.shortcuts_dialog import ShortcutsDialog


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
        for dialog in (self.settings, self.shortcuts, self.crash, self.about):
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
