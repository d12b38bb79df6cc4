"""What runs: stage, step, time left, what waits, and *Stop*."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QProgressBar, QSizePolicy

from wurstdesk.session.state import StudioState
from wurstdesk.ui.controls import ROW_HEIGHT, ElidedLabel, dim_label, quiet_button
from wurstdesk.ui.flow_row import FlowRow
from wurstdesk.ui.i18n import time_left
from wurstdesk.ui.job_words import left_words, running_fraction, running_words

_PARTS = 1000  # of the bar


class _Words(ElidedLabel):
    """Asks for the room of the longest words so far, so that the bar begins where it began."""

    def __init__(self) -> None:
        super().__init__()
        self.widest = 0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """Wide enough; it may get less, and then ends in dots."""
        hint = super().sizeHint()
        self.widest = max(self.widest, hint.width())
        return QSize(self.widest, hint.height())


class ProgressRow(FlowRow):
    """There while a job runs, and while something is loaded ahead of one."""

    stop_asked = Signal()
    clear_asked = Signal()

    def __init__(self, state: StudioState) -> None:
        super().__init__(spacing=12)
        self._state = state
        self.label = _Words()
        self.bar = QProgressBar()
        self.bar.setObjectName("thin")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setRange(0, _PARTS)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.left = dim_label(time_left(3599))
        self._usual = self.left.sizeHint().width()  # at least that, so that the bar does not twitch
        self.left.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.clear_button = quiet_button("", self.tr("Take what waits out of the queue"))
        self.stop_button = quiet_button(
            self.tr("Stop"), self.tr("Stop this job now; what waits comes next (Esc)")
        )
        self.keep_height(ROW_HEIGHT)
        self.add(self.label)
        self.add(self.bar, stretches=True)
        for part in (self.left, self.clear_button, self.stop_button):
            self.add(part)
        self.stop_button.clicked.connect(self.stop_asked)
        self.clear_button.clicked.connect(self.clear_asked)
        state.activity_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        runner = self._state.runner
        is_busy = runner.is_running or runner.loading is not None
        self.setVisible(is_busy)
        waiting = len(runner.queue.waiting)
        self.clear_button.setVisible(waiting > 0)
        self.clear_button.setText(self.tr("{0} waiting ✕").format(waiting))
        self.stop_button.setVisible(runner.is_running)
        self.stop_button.setEnabled(not runner.is_stopping)
        if not is_busy:
            self.label.widest = 0
        self.label.setText(running_words(runner))
        # A bar paints itself, and with it all that has changed in the window, before ``setValue``
        # returns, and that for each of several changes at a time. Let it be painted with the rest.
        self.bar.setUpdatesEnabled(False)
        self.bar.setValue(round(_PARTS * running_fraction(runner)))
        self.bar.setUpdatesEnabled(True)
        self.left.setText(left_words(runner))
        self.left.setMinimumWidth(max(self._usual, self.left.sizeHint().width()))
