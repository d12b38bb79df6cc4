"""What few need to touch: schedule, steps and guidance of both stages; each with its own reset."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRegularExpression, Qt, Slot
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation import MAX_STEPS
from wurstdesk.session.form import RequestForm
from wurstdesk.ui.controls import IconButton, dim_label, number_box, pad_number, show_number
from wurstdesk.ui.i18n import DOT

_SCHEDULE = ("prior_timesteps", "prior_num_inference_steps")
_FIRST_EVEN_STEPS = 30


class AdvancedSettings(QWidget):
    """A heading that unfolds; folded it says in short what is set."""

    def __init__(self, form: RequestForm) -> None:
        super().__init__()
        self._form = form
        self.heading = IconButton("closed", self.tr("Advanced settings"), "fold")
        self.heading.setText(self.tr("Advanced"))
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setCheckable(True)
        self._summary = dim_label()
        self.body = QWidget()
        self._resets: dict[IconButton, tuple[str, ...]] = {}
        self._make_fields()
        self._lay_out()
        self._connect()
        self._unfold(False)
        self._show_request()

    def _make_fields(self) -> None:
        self.schedule = QComboBox()
        self.schedule.setAccessibleName(self.tr("Prior schedule"))
        self.schedule.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.prior_steps = number_box(self.tr("Prior steps"), 1, MAX_STEPS)
        self.prior_guidance = _guidance(self.tr("Prior guidance"))
        self.decoder_steps = number_box(self.tr("Decoder steps"), 1, MAX_STEPS)
        self.decoder_guidance = _guidance(self.tr("Decoder guidance"))
        self.decoder_seed = QLineEdit()
        self.decoder_seed.setAccessibleName(self.tr("Decoder seed"))
        self.decoder_seed.setPlaceholderText(self.tr("same as the seed"))
        self.decoder_seed.setValidator(
            QRegularExpressionValidator(QRegularExpression(r"\d{0,10}"), self)
        )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.heading)
        head.addStretch()
        head.addWidget(self._summary)
        column.addLayout(head)
        column.addWidget(self.body)
        grid = QGridLayout(self.body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for row, (field, names, tip) in enumerate(self._rows()):
            self._add_row(grid, row, field, names, tip)

    def _rows(self) -> Sequence[tuple[QWidget, tuple[str, ...], str]]:
        """Each field, what it sets in the request, and a sentence of help."""
        published = self.tr("The steps the model was published with, or evenly spaced ones.")
        follow = self.tr(
            "How closely the picture follows the prompt. 4 is usual; 1 and less is off."
        )
        return (
            (self.schedule, _SCHEDULE, published),
            (self.prior_steps, _SCHEDULE, self.tr("More steps compose more carefully.")),
            (self.prior_guidance, ("prior_guidance_scale",), follow),
            (
                self.decoder_steps,
                ("decoder_num_inference_steps",),
                self.tr("More steps draw details more finely."),
            ),
            (
                self.decoder_guidance,
                ("decoder_guidance_scale",),
                self.tr("Usually 0, which is off. It costs twice the time."),
            ),
            (
                self.decoder_seed,
                ("decoder_seed",),
                self.tr("Another one changes details and keeps the composition."),
            ),
        )

    def _add_row(
        self, grid: QGridLayout, row: int, field: QWidget, names: tuple[str, ...], tip: str
    ) -> None:
        name = field.accessibleName()
        field.setToolTip(tip)
        grid.addWidget(dim_label(name, field), row, 0)
        grid.addWidget(field, row, 1)
        grid.setRowMinimumHeight(row, 26)
        if field is self.prior_steps:
            return  # its reset is the schedule's
        reset = IconButton("reset", self.tr("Reset: {0}").format(name))
        policy = reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        reset.setSizePolicy(policy)
        reset.clicked.connect(self._on_reset)
        self._resets[reset] = names
        grid.addWidget(reset, row, 2)

    def resets(self) -> tuple[IconButton, ...]:
        """The reset buttons, from top to bottom."""
        return tuple(self._resets)

    def _connect(self) -> None:
        self.heading.toggled.connect(self._unfold)
        self.schedule.activated.connect(self._on_schedule)
        self.prior_steps.valueChanged.connect(self._on_prior_steps)
        self.prior_guidance.valueChanged.connect(self._on_prior_guidance)
        self.decoder_guidance.valueChanged.connect(self._on_decoder_guidance)
        self.decoder_steps.valueChanged.connect(self._on_decoder_steps)
        self.decoder_seed.textEdited.connect(self._on_decoder_seed)
        self._form.changed.connect(self._show_request)
        self._form.checkpoint_changed.connect(self._show_request)

    @Slot(bool)
    def _unfold(self, is_open: bool) -> None:
        self.heading.change_icon("open" if is_open else "closed")
        self.body.setVisible(is_open)
        self._summary.setVisible(not is_open)

    @Slot()
    def _show_request(self) -> None:
        request = self._form.request
        self._show_schedule()
        show_number(self.prior_guidance, request.prior_guidance_scale)
        show_number(self.decoder_guidance, request.decoder_guidance_scale)
        show_number(self.decoder_steps, request.decoder_num_inference_steps)
        seed = "" if request.decoder_seed is None else str(request.decoder_seed)
        if self._form.problem is None and self.decoder_seed.text() != seed:
            self.decoder_seed.setText(seed)
        for reset, names in self._resets.items():
            reset.setVisible(any(getattr(request, n) != self._form.default(n) for n in names))
        self._summary.setText(
            self.tr("prior {0}").format(
                f"{request.prior_steps}{DOT}{request.prior_guidance_scale:g}"
            )
            + "   "
            + self.tr("decoder {0}").format(
                f"{request.decoder_num_inference_steps}{DOT}{request.decoder_guidance_scale:g}"
            )
        )

    def _show_schedule(self) -> None:
        request = self._form.request
        published = self._form.default("prior_timesteps")
        items = [self.tr("Published"), self.tr("Even steps")]
        chosen = 0 if request.prior_timesteps == published else 1
        if request.prior_timesteps is not None and chosen:
            items.append(self.tr("Own list"))
            chosen = 2
        if items != [self.schedule.itemText(i) for i in range(self.schedule.count())]:
            self.schedule.clear()
            self.schedule.addItems(items)
        self.schedule.setCurrentIndex(chosen)
        self.prior_steps.setEnabled(chosen == 1)
        show_number(self.prior_steps, request.prior_steps)

    @Slot(int)
    def _on_schedule(self, chosen: int) -> None:
        if chosen == 0:
            self._form.reset(*_SCHEDULE)
        elif chosen == 1 and self._form.request.prior_num_inference_steps is None:
            self._form.edit(prior_timesteps=None, prior_num_inference_steps=_FIRST_EVEN_STEPS)

    @Slot(int)
    def _on_prior_steps(self, steps: int) -> None:
        self._form.edit(prior_timesteps=None, prior_num_inference_steps=steps)

    @Slot(float)
    def _on_prior_guidance(self, scale: float) -> None:
        self._form.edit(prior_guidance_scale=scale)

    @Slot(float)
    def _on_decoder_guidance(self, scale: float) -> None:
        self._form.edit(decoder_guidance_scale=scale)

    @Slot(int)
    def _on_decoder_steps(self, steps: int) -> None:
        self._form.edit(decoder_num_inference_steps=steps)

    @Slot(str)
    def _on_decoder_seed(self, text: str) -> None:
        self._form.edit(decoder_seed=int(text) if text else None)

    @Slot()
    def _on_reset(self) -> None:
        button = self.sender()
        if isinstance(button, IconButton):
            self._form.reset(*self._resets[button])


def _guidance(name: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setAccessibleName(name)
    box.setRange(0, 100)
    box.setDecimals(2)
    box.setSingleStep(0.5)
    pad_number(box)
    return box
