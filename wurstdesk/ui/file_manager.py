"""The desktop's file manager: open a folder in it, or show a file with the file chosen there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDir, QObject, QProcess, QUrl, Slot
from PySide6.QtGui import QDesktopServices

try:
    from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
except ImportError:  # not part of every build of Qt
    QDBusConnection = None  # type: ignore[assignment, misc]

Launch = Callable[[str, list[str]], object]
OpenUrl = Callable[[QUrl], object]

_SERVICE = "org.freedesktop.FileManager1"
_ENCODED = QUrl.ComponentFormattingOption.FullyEncoded


class FileManager(QObject):
    """Knows how each platform is asked. ``launch`` starts a program, ``open_url`` opens a folder;
    ``bus`` is the desktop's message bus, None where there is none."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        platform: str = sys.platform,
        launch: Launch | None = None,
        open_url: OpenUrl | None = None,
        bus: QDBusConnection | None = None,
    ) -> None:
        super().__init__(parent)
        self._platform = platform
        self._launch = launch or QProcess.startDetached
        self._open_url = open_url
        self._bus = bus

    def open(self, folder: Path) -> None:
        """Show what is in a folder."""
        (self._open_url or QDesktopServices.openUrl)(QUrl.fromLocalFile(str(folder)))

    def show(self, path: Path) -> None:
        """Show a file in its folder; where that cannot be asked for, only the folder."""
        if self._platform == "win32":
            self._launch("explorer.exe", ["/select,", QDir.toNativeSeparators(str(path))])
        elif self._platform == "darwin":
            self._launch("open", ["-R", str(path)])
        elif not self._ask_desktop(path):
            self.open(path.parent)

    def _ask_desktop(self, path: Path) -> bool:
        """Whether there is somebody to ask; a refusal comes later and opens the folder."""
        if QDBusConnection is None:
            return False
        bus = self._bus or QDBusConnection.sessionBus()
        if not bus.isConnected():
            return False
        message = QDBusMessage.createMethodCall(
            _SERVICE, "/org/freedesktop/FileManager1", _SERVICE, "ShowItems"
        )
        message.setArguments([[QUrl.fromLocalFile(str(path)).toString(_ENCODED)], ""])
        watcher = QDBusPendingCallWatcher(bus.asyncCall(message), self)
        watcher.setProperty("folder", str(path.parent))
        watcher.finished.connect(self._on_answer)
        return True

    @Slot(QObject)
    def _on_answer(self, watcher: QDBusPendingCallWatcher) -> None:
        if watcher.isError():  # a desktop without such a file manager
            self.open(Path(str(watcher.property("folder"))))
        watcher.deleteLater()
