"""Notifications on Linux desktops without a tray."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import SLOT, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage

from wurstdesk.ui.desktop.notifier import Notifier

_SERVICE, _PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
_INTERFACE = "org.freedesktop.portal.Notification"
_ID, _ACTION = "done", "show"


class PortalNotifier(Notifier):
    """The portal of org.freedesktop, which tells of a click too."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        slot: Any = SLOT("on_action(QString,QString,QVariantList)")  # the stubs want bytes
        QDBusConnection.sessionBus().connect(
            _SERVICE, _PATH, _INTERFACE, "ActionInvoked", self, slot
        )

    def message(self, title: str, text: str) -> QDBusMessage:
        """What is sent; the one of before is replaced."""
        call = QDBusMessage.createMethodCall(_SERVICE, _PATH, _INTERFACE, "AddNotification")
        words = {"title": title, "body": text, "default-action": _ACTION}
        call.setArguments([_ID, words])
        return call

    def show(self, title: str, text: str) -> None:
        """Say it, without waiting for an answer."""
        self._send(self.message(title, text))

    def close(self) -> None:
        """Take it back."""
        call = QDBusMessage.createMethodCall(_SERVICE, _PATH, _INTERFACE, "RemoveNotification")
        call.setArguments([_ID])
        self._send(call)

    def _send(self, message: QDBusMessage) -> None:
        bus = QDBusConnection.sessionBus()
        if bus.isConnected():
            bus.send(message)

    @Slot(str, str, "QVariantList")
    def on_action(self, name: str, action: str, parameters: list[object]) -> None:
        """The portal says that something was clicked: perhaps it is ours."""
        del parameters
        if (name, action) == (_ID, _ACTION):
            self.clicked.emit()
