"""What runs: stage, step, time left, what waits, and *Stop*."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QProgressBar, QSizePolicy

from wurstdesk.session.state import StudioState
from wurstdesk.ui.controls import ROW_HEIGHT, ElidedLabel, dim_label, quiet_button
from wurstdesk.ui.flow_row import FlowRow
from wurstdesk.ui.i18n import time_left
from wurstdesk.ui.job_words import elapsed_words, left_words, running_fraction, running_words

_PARTS = 1000  # of the bar
_LEAST_BAR = 60
_SECOND = 1000


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
    """There while a job runs, and while something is loaded ahead of one.

    How far a compilation is nobody knows: while it lasts the bar only says that something goes on,
    and beside it stands for how long.
    """

    stop_asked = Signal()
    clear_asked = Signal()

    def __init__(self, state: StudioState, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(spacing=12)
        self._state = state
        self._clock = clock
        self._compiles_since: float | None = None
        self.ticking = QTimer(self)
        self.ticking.setInterval(_SECOND)
        self.ticking.timeout.connect(self._show)
        self.label = _Words()
        self.bar = QProgressBar()
        self.bar.setObjectName("thin")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.bar.setMinimumWidth(_LEAST_BAR)  # so that the time stays beside it where it is narrow
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
        self._show_time()
        self.left.setMinimumWidth(max(self._usual, self.left.sizeHint().width()))

    def _show_time(self) -> None:
        """How far it is, and for how long it goes on."""
        runner = self._state.runner
        is_busy = runner.is_running and runner.loading is None and not runner.is_stopping
        if not (is_busy and runner.is_compiling):
            self._compiles_since = None
            self.ticking.stop()
            self._fill(_PARTS, round(_PARTS * running_fraction(runner)))
            self.left.setText(left_words(runner))
            return
        now = self._clock()
        if self._compiles_since is None:
            self._compiles_since = now
            self.ticking.start()
        self._fill(0, 0)
        self.left.setText(elapsed_words(now - self._compiles_since))

    def _fill(self, parts: int, value: int) -> None:
        """So many of so many; of none: it is busy, for who knows how long."""
        # A bar paints itself, and with it all that has changed in the window, before ``setValue``
        # returns, and that for each of several changes at a time. Let it be painted with the rest.
        self.bar.setUpdatesEnabled(False)
        self.bar.setRange(0, parts)
        self.bar.setValue(value)
        self.bar.setUpdatesEnabled(True)
