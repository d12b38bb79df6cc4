"""How far a fetch is, with what can be done about it: rows in the dialog, one under the window."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.session.fetch_job import FetchJob
from wurstdesk.session.fetching import FetchQueue
from wurstdesk.ui.checkpoint_words import file_words, job_words
from wurstdesk.ui.controls import dim_label, line, quiet_button
from wurstdesk.ui.flow_row import FlowRow

_PARTS = 1000  # of a bar
_LEAST_BAR = 60


class FetchRow(QWidget):
    """One fetch. ``is_short`` leaves out the file in hand."""

    def __init__(self, fetching: FetchQueue, *, is_short: bool = False) -> None:
        super().__init__()
        self._fetching = fetching
        self._is_short = is_short
        self.number = 0
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setObjectName("thin")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.bar.setMinimumWidth(_LEAST_BAR)
        self.bar.setRange(0, _PARTS)
        self.words = dim_label()
        self.file = dim_label()
        self.file.setWordWrap(True)
        self.pause_button = quiet_button("")
        self.cancel_button = quiet_button("")
        self.row = FlowRow(margin=(0, 0), spacing=12)
        self.row.add(self.title)
        self.row.add(self.bar, stretches=True)
        for part in (self.words, self.pause_button, self.cancel_button):
            self.row.add(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.row)
        column.addWidget(self.file)
        self.pause_button.clicked.connect(self._on_pause)
        self.cancel_button.clicked.connect(self._on_cancel)

    def show_job(self, job: FetchJob) -> None:
        """Show a fetch as it is now."""
        self.number = job.number
        self.title.setText(job.title)
        self.show_progress(job)
        goes = job.state in {"running", "waiting"}
        _name(
            self.pause_button,
            self.tr("Pause") if goes else self._go_words(job),
            job.title,
            self.tr("Stand still until it is resumed") if goes else "",
        )
        stays = job.state in {"stopped", "failed"} and job.done > 0
        _name(
            self.cancel_button,
            self.tr("Throw away") if stays else self.tr("Cancel"),
            job.title,
            self.tr("Delete what is there of it")
            if stays
            else self.tr("What is there is kept until it is thrown away"),
        )

    def _go_words(self, job: FetchJob) -> str:
        return {"paused": self.tr("Resume"), "failed": self.tr("Try again")}.get(
            job.state, self.tr("Go on")
        )

    def show_progress(self, job: FetchJob) -> None:
        """Only how far it is."""
        is_unknown = job.state == "running" and not job.total
        self.bar.setRange(0, 0 if is_unknown else _PARTS)
        self.bar.setValue(round(_PARTS * job.done / job.total) if job.total else 0)
        self.bar.setAccessibleName(self.tr("How far {0} is").format(job.title))
        self.words.setText(job_words(job))
        text = file_words(job)
        self.file.setText(text)
        self.file.setVisible(bool(text) and not self._is_short)

    @Slot()
    def _on_pause(self) -> None:
        job = self._fetching.job(self.number)
        if job is not None and job.state in {"running", "waiting"}:
            self._fetching.pause(self.number)
        else:
            self._fetching.resume(self.number)

    @Slot()
    def _on_cancel(self) -> None:
        job = self._fetching.job(self.number)
        if job is not None and job.state in {"stopped", "failed"}:
            self._fetching.throw_away(self.number)
        else:
            self._fetching.cancel(self.number)


class FetchRows(QWidget):
    """All fetches, one beneath the other; gone when there is none."""

    def __init__(self, fetching: FetchQueue) -> None:
        super().__init__()
        self._fetching = fetching
        self.rows: list[FetchRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        fetching.changed.connect(self._show)
        fetching.progressed.connect(self._show_progress)
        self._show()

    @Slot()
    def _show(self) -> None:
        jobs = self._fetching.jobs
        while len(self.rows) > len(jobs):
            row = self.rows.pop()
            row.hide()
            row.deleteLater()
        while len(self.rows) < len(jobs):
            row = FetchRow(self._fetching)
            self.rows.append(row)
            self._column.addWidget(row)
        for row, job in zip(self.rows, jobs, strict=True):
            row.show_job(job)
        self.setVisible(bool(jobs))

    @Slot()
    def _show_progress(self) -> None:
        for row, job in zip(self.rows, self._fetching.jobs, strict=True):
            if job.is_under_way:
                row.show_progress(job)


class FetchBar(QWidget):
    """The fetch that runs, in a line of the window; gone while nothing is fetched."""

    more_asked = Signal()
    """To see all of it."""

    def __init__(self, fetching: FetchQueue) -> None:
        super().__init__()
        self._fetching = fetching
        self.row = FetchRow(fetching, is_short=True)
        self.more_button = quiet_button(
            self.tr("Show…"), self.tr("Show what is fetched, file by file")
        )
        self.more_button.setAccessibleName(self.tr("Show what is fetched"))
        self.row.row.add(self.more_button)
        inner = QHBoxLayout()
        inner.setContentsMargins(14, 6, 14, 6)
        inner.addWidget(self.row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(inner)
        column.addWidget(line())
        self.more_button.clicked.connect(self.more_asked)
        fetching.changed.connect(self._show)
        fetching.progressed.connect(self._show_progress)
        self._show()

    @Slot()
    def _show(self) -> None:
        job = self._fetching.current
        self.setVisible(job is not None)
        if job is not None:
            self.row.show_job(job)

    @Slot()
    def _show_progress(self) -> None:
        job = self._fetching.current
        if job is not None:
            self.row.show_progress(job)


def _name(button: QPushButton, text: str, of_what: str, tip: str) -> None:
    button.setText(text)
    button.setAccessibleName(f"{text}: {of_what}")
    button.setToolTip(tip)
