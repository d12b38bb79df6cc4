"""The question at the start: what is to become of the jobs that the last session left."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget

from wurstdesk.session.unfinished import Unfinished
from wurstdesk.ui.job_words import prompt_of

_SHOWN = 3
_LONGEST = 60


class ResumeQuestion(QObject):
    """Asks it over the window as soon as there is something to ask; Esc keeps them paused."""

    def __init__(self, unfinished: Unfinished, window: QWidget) -> None:
        super().__init__(window)
        self._unfinished = unfinished
        self.box: QMessageBox | None = None
        self.resume_button: QPushButton | None = None
        self.keep_button: QPushButton | None = None
        self.clear_button: QPushButton | None = None
        unfinished.asked.connect(self._ask)
        unfinished.answered.connect(self._close)
        if unfinished.jobs:
            self._ask()

    @Slot()
    def _ask(self) -> None:
        if self.box is not None:
            return
        window = self.parent()
        box = QMessageBox(window if isinstance(window, QWidget) else None)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Unfinished jobs"))
        count = len(self._unfinished.jobs)
        box.setText(
            self.tr("A job from last time is not finished.")
            if count == 1
            else self.tr("{0} jobs from last time are not finished.").format(count)
        )
        box.setInformativeText(self._prompts())
        for label in box.findChildren(QLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)  # prompts are anybody's text
        role = QMessageBox.ButtonRole
        self.resume_button = box.addButton(self.tr("&Resume"), role.AcceptRole)
        self.keep_button = box.addButton(self.tr("&Keep paused"), role.RejectRole)
        self.clear_button = box.addButton(self.tr("&Clear"), role.DestructiveRole)
        self.resume_button.setToolTip(self.tr("Go on with them now"))
        self.keep_button.setToolTip(self.tr("Leave them in the queue until you resume it"))
        self.clear_button.setToolTip(self.tr("Take them out of the queue"))
        box.setDefaultButton(self.resume_button)
        box.setEscapeButton(self.keep_button)
        box.finished.connect(self._on_finished)
        self.box = box
        box.open()

    def _prompts(self) -> str:
        jobs = self._unfinished.jobs
        lines = [f"• {_short(prompt_of(job))}" for job in jobs[:_SHOWN]]
        if len(jobs) > _SHOWN:
            lines.append(self.tr("and {0} more").format(len(jobs) - _SHOWN))
        return "\n".join(lines)

    @Slot()
    def _on_finished(self) -> None:
        """By a button, by Esc, or by the frame's own way of closing it."""
        button = self.box.clickedButton() if self.box is not None else None
        if button is None or button is self.keep_button:
            self._unfinished.keep_paused()
        elif button is self.resume_button:
            self._unfinished.resume()
        else:
            self._unfinished.clear()

    @Slot()
    def _close(self) -> None:
        box, self.box = self.box, None
        self.resume_button = self.keep_button = self.clear_button = None
        if box is not None:
            box.hide()
            box.deleteLater()


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"
