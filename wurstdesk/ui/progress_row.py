"""What runs: stage, step, time left, what waits, and *Stop*."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from wurstdesk.generation import StageProgress
from wurstdesk.session.state import StudioState
from wurstdesk.ui.controls import ROW_HEIGHT, dim_label, quiet_button
from wurstdesk.ui.i18n import DOT, loading_words, stage_name, time_left

_PARTS = 1000  # of the bar


class ProgressRow(QWidget):
    """There while a job runs."""

    stop_asked = Signal()
    clear_asked = Signal()

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._state = state
        self.label = QLabel()
        self.bar = QProgressBar()
        self.bar.setObjectName("thin")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setRange(0, _PARTS)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.left = dim_label(time_left(3599))
        self.left.setMinimumWidth(self.left.sizeHint().width())  # so that the bar does not twitch
        self.left.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.clear_button = quiet_button("", self.tr("Take what waits out of the queue"))
        self.stop_button = quiet_button(self.tr("Stop"), self.tr("Stop this job (Esc)"))
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        self.setMinimumHeight(ROW_HEIGHT)
        row.setSpacing(12)
        row.addWidget(self.label)
        row.addWidget(self.bar, 1)
        row.addWidget(self.left)
        row.addWidget(self.clear_button)
        row.addWidget(self.stop_button)
        self.stop_button.clicked.connect(self.stop_asked)
        self.clear_button.clicked.connect(self.clear_asked)
        state.activity_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        state = self._state
        self.setVisible(state.is_running)
        waiting = len(state.queue.waiting)
        self.clear_button.setVisible(waiting > 0)
        self.clear_button.setText(self.tr("{0} waiting ✕").format(waiting))
        self.stop_button.setEnabled(not state.runner.is_stopping)
        self.label.setText(self._words())
        # So that the bar begins where it began: the words may grow, and do not shrink again.
        width = max(self.label.minimumWidth(), self.label.sizeHint().width())
        self.label.setMinimumWidth(width if state.is_running else 0)
        self.bar.setValue(round(_PARTS * self._fraction()))
        progress = state.job_progress.latest if state.job_progress else None
        seconds = progress.seconds_left if progress and not state.runner.is_stopping else None
        self.left.setText("" if seconds is None else time_left(seconds))

    def _words(self) -> str:
        state = self._state
        if state.runner.is_stopping:
            return self.tr("Stopping after this step…")
        if state.loading is not None:
            return loading_words(state.loading.what)
        progress = state.job_progress.latest if state.job_progress else None
        return self._step_words(progress) if progress else self.tr("Starting…")

    def _step_words(self, progress: StageProgress) -> str:
        words = stage_name(progress.stage)
        if progress.steps > 1:
            words += DOT + self.tr("step {0} of {1}").format(progress.step, progress.steps)
        count = len(self._state.round.cells)
        if count > 1 and len(progress.indices) == count:
            words += DOT + self.tr("{0} pictures").format(count)
        elif count > 1:
            first, last = progress.indices[0] + 1, progress.indices[-1] + 1
            which = str(first) if first == last else f"{first}–{last}"
            words += DOT + self.tr("picture {0} of {1}").format(which, count)
        return words

    def _fraction(self) -> float:
        loading = self._state.loading
        if loading is not None:
            return loading.done / loading.total if loading.total else 0.0
        return self._state.job_progress.fraction if self._state.job_progress else 0.0
