"""Progress on Linux: a signal on D-Bus that KDE, Ubuntu's dock and others listen for."""

from __future__ import annotations

from PySide6.QtDBus import QDBusConnection, QDBusMessage


class LauncherEntry:
    """Whether any dock listens is not known, nor needed."""

    def __init__(self, desktop_file: str = "wurstdesk.desktop") -> None:
        self._uri = f"application://{desktop_file}"

    def message(self, percent: int | None) -> QDBusMessage:
        """What is sent."""
        signal = QDBusMessage.createSignal(
            "/org/wurstdesk/Wurstdesk", "com.canonical.Unity.LauncherEntry", "Update"
        )
        entry = {"progress": (percent or 0) / 100, "progress-visible": percent is not None}
        signal.setArguments([self._uri, entry])
        return signal

    def show(self, percent: int | None) -> None:
        """Tell whoever listens."""
        bus = QDBusConnection.sessionBus()
        if bus.isConnected():
            bus.send(self.message(percent))
