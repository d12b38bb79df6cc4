"""How far the work is, in the taskbar or dock, where the platform has a place for it.

Windows has its taskbar button (ITaskbarList3), macOS the badge of the dock's icon, and on Linux
KDE, Ubuntu's dock and others listen for the launcher entry's signal on D-Bus. Everywhere the
window's title says it too.
"""

from __future__ import annotations

import logging
import sys
from typing import Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from wurstdesk.session.state import StudioState

_log = logging.getLogger(__name__)


class Indicator(Protocol):
    """A place on the desktop that shows progress."""

    def show(self, percent: int | None) -> None:
        """0 to 100, or nothing at all."""


class DockBadge:
    """macOS: a badge on the dock's icon."""

    def show(self, percent: int | None) -> None:
        """Show the percent as text."""
        from AppKit import NSApp  # type: ignore[import-not-found,unused-ignore]

        NSApp.dockTile().setBadgeLabel_("" if percent is None else f"{percent} %")


def indicator_for(window: QWidget, platform: str = sys.platform) -> Indicator:
    """The place that this platform has; its own module is imported only there."""
    if platform == "win32":
        from wurstdesk.ui.desktop.windows_taskbar import WindowsTaskbar

        return WindowsTaskbar(int(window.winId()))
    if platform == "darwin":
        return DockBadge()
    from wurstdesk.ui.desktop.launcher_entry import LauncherEntry

    return LauncherEntry()


class TaskbarProgress(QObject):
    """Follows the job that runs, in whole percents."""

    def __init__(self, state: StudioState, window: QWidget, indicator: Indicator) -> None:
        super().__init__(window)
        self._state = state
        self._indicator = indicator
        self._shown: int | None = None
        self._works = True
        state.activity_changed.connect(self._follow)

    @Slot()
    def _follow(self) -> None:
        progress = self._state.job_progress
        is_running = self._state.is_running and progress is not None
        percent = int(100 * progress.fraction) if is_running and progress is not None else None
        if percent == self._shown:
            return
        self._shown = percent
        window = self.parent()
        if isinstance(window, QWidget):
            window.setWindowTitle("Wurstdesk" if percent is None else f"{percent} % – Wurstdesk")
        if self._works:
            self._tell(percent)

    def _tell(self, percent: int | None) -> None:
        try:
            self._indicator.show(percent)
        except Exception as error:  # noqa: BLE001 - a desktop's oddity must not cost a picture
            self._works = False
            _log.warning("no progress in the taskbar: %s", type(error).__name__)
