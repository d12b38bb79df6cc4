"""How much of another prior is blended into the checkpoint's: a slider, and a field for it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from wurstdesk.generation import CheckpointInfo
from wurstdesk.session.facts import prior_name
from wurstdesk.session.form import RequestForm
from wurstdesk.ui.controls import ElidedLabel, dim_label, number_box, show_number
from wurstdesk.ui.infos_combo import fill_combo, infos_combo
from wurstdesk.ui.reset_button import ResetButton, explain

_LETTERS = 8
"""Of the slider's least width."""


class BlendSlider(QWidget):
    """Shows and changes the form's blend; there only where there is a prior to blend with.

    Which prior that would be is kept here while nothing of it is blended: the request then names
    none.
    """

    def __init__(self, form: RequestForm) -> None:
        super().__init__()
        self._form = form
        self._others: tuple[CheckpointInfo, ...] = ()
        self._other = ""
        self.slider = _Slider()
        self.slider.setAccessibleName(self.tr("Prior blend"))
        self.percent = number_box(self.tr("Prior blend in percent"), 0, 100)
        self.percent.setSuffix(self.tr(" %"))
        self.percent.setKeyboardTracking(False)  # 3 is not meant by who types 35
        self.only = ElidedLabel()
        self.combo = infos_combo(self.tr("Prior to blend with"))
        self.label = dim_label(self.tr("Blend with"), self.slider)
        self.reset_button = ResetButton(form, self.slider.accessibleName(), *_FIELDS)
        self._lay_out()
        self.slider.valueChanged.connect(self._on_moved)
        self.percent.valueChanged.connect(self._on_moved)
        self.combo.activated.connect(self._on_other)
        form.changed.connect(self._show_weight)
        form.checkpoint_changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.label)
        head.addWidget(self.only, 1)
        head.addWidget(self.combo, 1)
        head.addWidget(self.reset_button)
        row = QHBoxLayout()
        row.setSpacing(10)
        self.percent.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row.addWidget(self.slider, 1)
        row.addWidget(self.percent)
        column.addLayout(head)
        column.addLayout(row)
        QWidget.setTabOrder(self.combo, self.slider)
        QWidget.setTabOrder(self.slider, self.percent)
        QWidget.setTabOrder(self.percent, self.reset_button)

    @Slot()
    def _show(self) -> None:
        """What there is to blend with has changed, or what it would be blended into."""
        self._others = self._form.blendable()
        names = [prior_name(info) for info in self._others]
        fill_combo(self.combo, names, self._others)
        self.only.setText(names[0] if names else "")
        self.combo.setVisible(len(names) > 1)
        self.only.setVisible(len(names) <= 1)
        self.setVisible(bool(names))
        self._show_weight()

    @Slot()
    def _show_weight(self) -> None:
        request = self._form.request
        names = [info.name for info in self._others]
        wanted = request.blend_prior or self._other
        at = names.index(wanted) if wanted in names else 0
        self._other = names[at] if names else ""
        self.combo.setCurrentIndex(at)
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(100 * request.prior_blend))
        show_number(self.percent, round(100 * request.prior_blend))
        self._explain(self._others)

    def _explain(self, others: Sequence[CheckpointInfo]) -> None:
        """Says what the two ends are, by name."""
        own = self._form.checkpoint
        other = next((prior_name(info) for info in others if info.name == self._other), "")
        sentence = self.tr("0 % composes as {0} alone, 100 % as {1}; between them is a blend.")
        text = sentence.format(prior_name(own) if own is not None else "", other)
        if text != self.slider.toolTip():
            explain(self.slider, text)
            explain(self.percent, text)
            explain(self.combo, self.tr("The other prior, which composes differently."))

    @Slot(int)
    def _on_moved(self, percent: int) -> None:
        if self._other:
            self._form.edit(prior_blend=percent / 100, blend_prior=self._other)

    @Slot(int)
    def _on_other(self, row: int) -> None:
        self._other = self._others[row].name
        weight = self._form.request.prior_blend
        if weight:
            self._form.edit(prior_blend=weight, blend_prior=self._other)
        else:
            self._show_weight()


_FIELDS = ("prior_blend", "blend_prior")


class _Slider(QSlider):
    """In steps of one and of ten; the wheel is the page's, unless somebody is at work in it."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, 100)
        self.setSingleStep(1)
        self.setPageStep(10)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """As wide as some letters."""
        hint = super().minimumSizeHint()
        return QSize(_LETTERS * self.fontMetrics().averageCharWidth(), hint.height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move only where the focus is."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
