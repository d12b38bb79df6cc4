"""The line at the bottom: passing remarks, and how large the picture is shown."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStatusBar

from wurstdesk.session.state import StudioState
from wurstdesk.ui.canvas import Canvas
from wurstdesk.ui.controls import dim_label

_REMARK_MS = 4000


class StatusLine(QStatusBar):
    """Shows what the state tells in passing."""

    def __init__(self, state: StudioState, canvas: Canvas) -> None:
        super().__init__()
        self._state = state
        self._canvas = canvas
        self.zoom = dim_label()
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 10, 0)
        self.addPermanentWidget(self.zoom)
        state.told.connect(self._tell)
        state.shown_changed.connect(self._show)
        state.round.began.connect(self._show)
        state.round.ended.connect(self._show)
        canvas.view.zoom_changed.connect(self._show)
        self._show()

    @Slot(str)
    def _tell(self, text: str) -> None:
        self.showMessage(text, _REMARK_MS)

    @Slot()
    def _show(self) -> None:
        showing = self._state.showing
        view = self._canvas.active_view
        percent = f"{round(100 * view.zoom)} %"
        fitted = self.tr("Fit · {0}").format(percent) if view.is_fitted else percent
        self.zoom.setText("" if showing.is_empty else fitted)
