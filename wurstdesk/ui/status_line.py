"""The line at the bottom: device and plan, checkpoint, zoom, and passing remarks."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStatusBar

from wurstdesk.session.state import StudioState
from wurstdesk.ui.controls import ElidedLabel, dim_label
from wurstdesk.ui.i18n import DOT, loading_words
from wurstdesk.ui.image_view import ImageView

_REMARK_MS = 4000


class StatusLine(QStatusBar):
    """Shows ``state.plan`` and what is known beside it."""

    def __init__(self, state: StudioState, view: ImageView) -> None:
        super().__init__()
        self._state = state
        self._view = view
        self.plan = ElidedLabel(is_dim=True)
        self.checkpoint = dim_label()
        self.checkpoint.setContentsMargins(14, 0, 0, 0)
        self.zoom = dim_label()
        self.setSizeGripEnabled(False)
        self.setContentsMargins(3, 0, 10, 0)  # at the left as far in as Qt writes a remark
        self.addWidget(self.plan, 1)
        self.addPermanentWidget(self.zoom)
        self.addPermanentWidget(self.checkpoint)
        state.told.connect(self._tell)
        state.plan_changed.connect(self._show)
        state.activity_changed.connect(self._show)
        state.shown_changed.connect(self._show)
        state.form.checkpoint_changed.connect(self._show)
        view.zoom_changed.connect(self._show)
        self._show()

    @Slot(str)
    def _tell(self, text: str) -> None:
        self.showMessage(text, _REMARK_MS)

    @Slot()
    def _show(self) -> None:
        state = self._state
        if state.loading is not None and not state.is_running:
            self.plan.setText(loading_words(state.loading.what))
        elif state.plan is not None:
            plan = state.plan
            facts = [plan.device_name or plan.device, plan.dtype]
            if plan.threads:
                facts.append(self.tr("{0} threads").format(plan.threads))
            self.plan.setText(DOT.join([*facts, *([plan.reason] if plan.reason else [])]))
        else:
            self.plan.setText(self.tr("The device is chosen when the first picture is drawn."))
        info = state.form.checkpoint
        self.checkpoint.setText(info.title if info else "")
        is_empty = state.showing.picture is None and state.round.is_empty
        percent = f"{round(100 * self._view.zoom)} %"
        fitted = self.tr("Fit · {0}").format(percent) if self._view.is_fitted else percent
        self.zoom.setText("" if is_empty else fitted)
