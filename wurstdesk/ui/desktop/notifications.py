"""A word from the desktop when the queue is done and the window is not in front."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from wurstdesk.session.jobs import Job, JobState
from wurstdesk.session.state import StudioState
from wurstdesk.ui.desktop.notifier import Notifier


class TrayNotifier(Notifier):
    """Where there is a tray: Qt's notifications belong to an icon in it, there only meanwhile."""

    def __init__(self, icon: QIcon, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tray = QSystemTrayIcon(icon, self)
        self._tray.messageClicked.connect(self.clicked)

    def show(self, title: str, text: str) -> None:
        """Say it."""
        self._tray.show()
        self._tray.showMessage(title, text, self._tray.icon())

    def close(self) -> None:
        """Out of the tray."""
        self._tray.hide()


def notifier_for(icon: QIcon, parent: QObject) -> Notifier:
    """The way that this desktop has."""
    if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
        return TrayNotifier(icon, parent)
    if sys.platform in {"win32", "darwin"}:
        return Notifier(parent)
    from wurstdesk.ui.desktop.portal import PortalNotifier

    return PortalNotifier(parent)


class DoneNotification(QObject):
    """Notifies of the end of the queue; a click brings the window to the front.

    ``activated`` is emitted then, and the newest picture is shown.
    """

    activated = Signal()

    def __init__(self, state: StudioState, window: QWidget, notifier: Notifier) -> None:
        super().__init__(window)
        self._state = state
        self._notifier = notifier
        self._finished: list[Job] = []
        state.runner.job_ended.connect(self._on_job)
        state.activity_changed.connect(self._on_activity)
        notifier.clicked.connect(self._on_clicked)

    @Slot(object)
    def _on_job(self, job: Job) -> None:
        if job.state is not JobState.CANCELLED:
            self._finished.append(job)

    @Slot()
    def _on_activity(self) -> None:
        state = self._state
        if state.is_running or state.queue.waiting or not self._finished:
            return
        finished, self._finished = self._finished, []
        window = self.parent()
        is_in_front = isinstance(window, QWidget) and window.isActiveWindow()
        if is_in_front or not state.settings.notify_when_done:
            return
        failed = sum(job.state is JobState.FAILED for job in finished)
        count = sum(job.request.num_images for job in finished if job.state is JobState.DONE)
        if failed:
            text = self.tr("{0} pictures finished, {1} jobs failed").format(count, failed)
        else:
            text = self.tr("Pictures finished: {0}").format(count)
        # No prompt: others may be looking at the screen.
        self._notifier.show(self.tr("Wurstdesk is done"), text)
        if isinstance(window, QWidget):
            QApplication.alert(window)
        if state.settings.notify_sound:
            QApplication.beep()

    @Slot()
    def _on_clicked(self) -> None:
        self._notifier.close()
        pictures = list(self._state.pictures)
        if pictures:
            self._state.showing.show_picture(pictures[-1].id)
        self.activated.emit()
