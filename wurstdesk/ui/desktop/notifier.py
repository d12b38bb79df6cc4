"""What can show a notification, whichever way the desktop has."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Notifier(QObject):
    """Shows one notification at a time. The base shows none: a desktop without a way."""

    clicked = Signal()

    def show(self, title: str, text: str) -> None:
        """Say it."""
        del title, text

    def close(self) -> None:
        """Take away what is shown."""
