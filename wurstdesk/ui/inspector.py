"""Everything that is known of the picture in view: what shaped it, what made it, where it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFormLayout,
    QLabel,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation import Stage
from wurstdesk.session.facts import (
    DEVICE,
    FACTS,
    device_text,
    fact_label,
    fact_text,
)
from wurstdesk.session.pictures import SessionPicture
from wurstdesk.session.state import StudioState
from wurstdesk.ui.controls import SideScrollArea, dim_label, quiet_button
from wurstdesk.ui.i18n import duration
from wurstdesk.ui.moments import moment_words
from wurstdesk.ui.value_label import ValueLabel

_PAIR = 240
"""Pixels of two buttons up to which they stand in one row: a panel of the usual width."""
_LONG = ("prompt", "negative_prompt")


class Inspector(QWidget):
    """Follows ``state.showing``. Every value can be selected and copied."""

    show_file_asked = Signal()
    """The picture's file is to be shown in its folder."""

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._state = state
        self.values: dict[str, ValueLabel] = {}
        self._labels: dict[str, QLabel] = {}
        self._form = QFormLayout()
        self._pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.use_all = quiet_button(
            self.tr("Use all"), self.tr("Take all settings of this picture into the panel")
        )
        self.use_seed = quiet_button(self.tr("Only seed"), self.tr("Take only its seed"))
        self.use_prompt = quiet_button(self.tr("Only prompt"), self.tr("Take only its prompt"))
        self.show_file = quiet_button(
            self.tr("Show in folder"), self.tr("Show the file in the file manager")
        )
        self.empty = dim_label(self.tr("What made a picture is shown here while it is in view."))
        self.empty.setWordWrap(True)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._make_empty())
        self._pages.addWidget(SideScrollArea(self._make_page()))
        self._connect()
        self._show()

    def _make_empty(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(14, 14, 14, 14)
        column.addWidget(self.empty)
        column.addStretch()
        return page

    def _make_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(14, 12, 14, 14)
        column.setSpacing(4)
        for name in _LONG:
            column.addWidget(self._label(name, fact_label(name)))
            column.addWidget(self._value(name, fact_label(name)))
            column.addSpacing(6)
        form = self._form
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        names = {name: fact_label(name) for name in (*FACTS, DEVICE) if name not in _LONG}
        names |= {"made": self.tr("Made"), "took": self.tr("Took"), "file": self.tr("File")}
        for name, label in names.items():
            form.addRow(self._label(name, label), self._value(name, label))
        column.addLayout(form)
        column.addSpacing(10)
        column.addWidget(self.use_all)
        self._pair.setContentsMargins(0, 2, 0, 2)
        self._pair.setSpacing(6)
        self._pair.addWidget(self.use_prompt)
        self._pair.addWidget(self.use_seed)
        column.addLayout(self._pair)
        column.addWidget(self.show_file)
        column.addStretch()
        return page

    def _label(self, name: str, text: str) -> QLabel:
        self._labels[name] = dim_label(text)
        return self._labels[name]

    def _value(self, name: str, text: str) -> ValueLabel:
        self.values[name] = ValueLabel(text)
        return self.values[name]

    def _connect(self) -> None:
        state = self._state
        self.use_all.clicked.connect(self._on_use_all)
        self.use_seed.clicked.connect(self._on_use_seed)
        self.use_prompt.clicked.connect(self._on_use_prompt)
        self.show_file.clicked.connect(self.show_file_asked)
        state.showing.changed.connect(self._show)
        state.round.cell_changed.connect(self._on_cell)
        state.pictures.changed.connect(self._show)
        state.form.checkpoint_changed.connect(self._show)

    # -- what is shown ----------------------------------------------------------------------

    @Slot(int)
    def _on_cell(self, index: int) -> None:
        if self._state.round.cells[index].picture_id is not None:
            self._show()  # it is finished: before, there was nothing to say about it

    @Slot()
    def _show(self) -> None:
        picture = self._state.showing.picture_in_view
        self._pages.setCurrentIndex(0 if picture is None else 1)
        if picture is None:
            return
        for name, text in self._texts(picture).items():
            self.values[name].show_value(text)
            for part in (self._labels[name], self.values[name]):
                part.setVisible(bool(text))
        self.show_file.setEnabled(picture.path is not None)

    def _texts(self, picture: SessionPicture) -> dict[str, str]:
        request = picture.request
        infos = self._state.form.checkpoints
        texts = {name: fact_text(request, name, infos) for name in FACTS}
        texts["prompt"] = request.prompt or self.tr("(no prompt)")
        if request.decoder_seed is None:
            texts["decoder_seed"] = ""
        texts[DEVICE] = device_text(picture.provenance)
        texts["made"] = moment_words(picture.saved.created) if picture.saved else ""
        texts["took"] = self._took(picture)
        texts["file"] = str(picture.path) if picture.path else self.tr("not saved")
        return texts

    def _took(self, picture: SessionPicture) -> str:
        names: dict[Stage, str] = {
            "prior": self.tr("Stage C {0}"),
            "decoder": self.tr("Stage B {0}"),
            "vqgan": self.tr("Stage A {0}"),
        }
        lines = [duration(picture.seconds)]
        for stage, words in names.items():
            if stage in picture.stage_seconds and len(picture.stage_seconds) > 1:
                lines.append(words.format(duration(picture.stage_seconds[stage])))
        return "\n".join(lines)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names stand beside their values, or above them where there is no room for both."""
        super().resizeEvent(event)
        self._choose_rows()

    def changeEvent(self, event: QEvent) -> None:
        """The size of the text has changed."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._choose_rows()

    def _choose_rows(self) -> None:
        policy = QFormLayout.RowWrapPolicy
        widest = max((label.sizeHint().width() for label in self._labels.values()), default=0)
        is_narrow = widest > 0.5 * self.width()
        self._form.setRowWrapPolicy(policy.WrapAllRows if is_narrow else policy.DontWrapRows)
        # By the buttons' own size and not by the room: they would not let it become less.
        both = self.use_prompt.sizeHint().width() + self.use_seed.sizeHint().width()
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._pair.setDirection(across if both < _PAIR else down)

    # -- what the person does ---------------------------------------------------------------

    @Slot()
    def _on_use_all(self) -> None:
        picture = self._state.showing.picture_in_view
        if picture is not None:
            self._state.reuse(picture.request)

    @Slot()
    def _on_use_seed(self) -> None:
        picture = self._state.showing.picture_in_view
        if picture is not None:
            self._state.form.take_seed(picture.request.seed)
            self._state.told.emit(self.tr("Seed {0} is in the panel.").format(picture.request.seed))

    @Slot()
    def _on_use_prompt(self) -> None:
        picture = self._state.showing.picture_in_view
        if picture is not None:
            self._state.form.edit(prompt=picture.request.prompt)
            self._state.told.emit(self.tr("The prompt is in the panel."))
