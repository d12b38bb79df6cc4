"""What few need to touch: schedule, steps and guidance of both stages; each with its own reset."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRegularExpression, Qt, Signal, Slot
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation import MAX_STEPS
from wurstdesk.session.state import StudioState
from wurstdesk.ui.controls import (
    IconButton,
    dim_label,
    number_box,
    pad_number,
    show_number,
)
from wurstdesk.ui.plan_line import PlanLine
from wurstdesk.ui.reset_button import ResetButton, explain
from wurstdesk.ui.schedule_editor import (
    EVEN_STEPS,
    SCHEDULE,
    ScheduleCurve,
    ScheduleEditor,
    even_timesteps,
)

_PUBLISHED, _EVEN, _OWN = range(3)
_JOINED = "\u00a0"
"""A space at which no line ends."""
_FIELDS = (
    *SCHEDULE,
    "prior_guidance_scale",
    "decoder_num_inference_steps",
    "decoder_guidance_scale",
    "decoder_seed",
)
"""All that can be set here."""


class AdvancedSettings(QWidget):
    """A heading that unfolds; folded it says in short what is set."""

    settings_asked = Signal()
    """The person wants to change the device."""

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._form = state.form
        self._even_steps = EVEN_STEPS
        self.heading = IconButton("closed", self.tr("Advanced settings"), "fold")
        self.heading.setText(self.tr("Advanced"))
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setCheckable(True)
        self.summary = dim_label()
        self.summary.setWordWrap(True)
        self.summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.body = QWidget()
        self._resets: list[ResetButton] = []
        self._make_fields()
        self.plan = PlanLine(state)
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
        self.schedule.addItems([self.tr("Published"), self.tr("Even steps"), self.tr("Own list")])
        self.curve = ScheduleCurve()
        self.own_list = ScheduleEditor(self._form)
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
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.heading, 0, Qt.AlignmentFlag.AlignLeft)
        head.addWidget(self.summary, 1)
        column.addLayout(head)
        column.addWidget(self.body)
        grid = QGridLayout(self.body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for field, names, tip in self._rows():
            self._add_row(grid, field, names, tip)
            if field is self.schedule:
                grid.addWidget(self.own_list, grid.rowCount(), 0, 1, 2)
        row = grid.rowCount()
        grid.addWidget(dim_label(self.tr("Runs on")), row, 0)
        grid.addWidget(self.plan, row, 1, 1, 2)

    def _rows(self) -> Sequence[tuple[QWidget, tuple[str, ...], str]]:
        """Each field, what it sets in the request, and a sentence of help."""
        follow = self.tr(
            "How closely the picture follows the prompt. 4 is usual; 1 and less is off."
        )
        return (
            (
                self.schedule,
                SCHEDULE,
                self.tr("How the prior’s steps are spread: most of them while shapes are found."),
            ),
            (self.prior_steps, (), self.tr("More steps compose more carefully.")),
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

    def _add_row(self, grid: QGridLayout, field: QWidget, names: tuple[str, ...], tip: str) -> None:
        name, row = field.accessibleName(), grid.rowCount()
        explain(field, tip)
        grid.addWidget(dim_label(name, field), row, 0)
        if field is self.prior_steps:
            beside = QHBoxLayout()
            beside.setSpacing(6)
            beside.addWidget(field)
            beside.addWidget(self.curve, 1)
            grid.addLayout(beside, row, 1)
        else:
            grid.addWidget(field, row, 1)
        if names:
            reset = ResetButton(self._form, name, *names)
            self._resets.append(reset)
            grid.addWidget(reset, row, 2)

    def resets(self) -> tuple[ResetButton, ...]:
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
        self.plan.settings_asked.connect(self.settings_asked)
        self._form.changed.connect(self._show_request)
        self._form.checkpoint_changed.connect(self._show_request)

    @Slot(bool)
    def _unfold(self, is_open: bool) -> None:
        self.heading.change_icon("open" if is_open else "closed")
        self.body.setVisible(is_open)
        self.summary.setVisible(not is_open)

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
        self._show_summary()

    def _show_summary(self) -> None:
        """In few words; where nothing was changed that is all there is to say."""
        request = self._form.request
        steps = self.tr("{0} + {1} steps").format(
            request.prior_steps, request.decoder_num_inference_steps
        )
        guidance = self.tr("guidance {0}").format(f"{request.prior_guidance_scale:g}")
        if request.decoder_guidance_scale:
            guidance = self.tr("{0} and {1}").format(
                guidance, f"{request.decoder_guidance_scale:g}"
            )
        words = f"{steps}, {guidance}"
        breakable = ", ".join(part.replace(" ", _JOINED) for part in (steps, guidance))
        is_usual = all(getattr(request, f) == self._form.default(f) for f in _FIELDS)
        self.summary.setText(self.tr("as usual") if is_usual else breakable)
        self.summary.setToolTip(words)

    # -- the schedule -----------------------------------------------------------------------

    def _show_schedule(self) -> None:
        request, kind = self._form.request, self._kind()
        self.schedule.setCurrentIndex(kind)
        self.prior_steps.setEnabled(kind == _EVEN)
        show_number(self.prior_steps, request.prior_steps)
        self.curve.show_times(request.prior_timesteps or even_timesteps(request.prior_steps))
        self.own_list.setVisible(kind == _OWN)
        if kind == _OWN:
            self.own_list.show_request()
        elif kind == _EVEN:
            self._even_steps = request.prior_steps

    def _kind(self) -> int:
        times = self._form.request.prior_timesteps
        if times is None:
            return _EVEN
        is_published = times == self._form.default("prior_timesteps")
        return _PUBLISHED if is_published and not self.own_list.made(times) else _OWN

    @Slot(int)
    def _on_schedule(self, chosen: int) -> None:
        if chosen == self._kind():
            return
        if chosen == _OWN:
            self.own_list.begin()
        else:
            self.own_list.leave()
            even = {"prior_timesteps": None, "prior_num_inference_steps": self._even_steps}
            self._form.edit(**even) if chosen == _EVEN else self._form.reset(*SCHEDULE)
        self._show_schedule()  # also where the request stays the same

    @Slot(int)
    def _on_prior_steps(self, steps: int) -> None:
        self._form.edit(prior_timesteps=None, prior_num_inference_steps=steps)

    # -- the other fields -------------------------------------------------------------------

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


def _guidance(name: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setAccessibleName(name)
    box.setRange(0, 100)
    box.setDecimals(2)
    box.setSingleStep(0.5)
    pad_number(box)
    return box
