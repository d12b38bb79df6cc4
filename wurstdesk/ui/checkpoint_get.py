"""What can be fetched, with all that one wants to know before: size, licence, room, time, where."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.generation.fetching import HalfPrecision, Offer
from wurstdesk.session.checkpoint_shelf import bytes_words
from wurstdesk.session.state import StudioState
from wurstdesk.ui.checkpoint_words import (
    PRECISIONS,
    lacks_words,
    precision_words,
    room_words,
    source_words,
    time_words,
)
from wurstdesk.ui.controls import Remark, SideScrollArea, TightContent, dim_label, quiet_button
from wurstdesk.ui.value_label import ValueLabel

_REPO = re.compile(r"[\w][\w.-]*/[\w][\w.-]*", re.ASCII)


class GetDialog(QDialog):
    """Asks what to fetch; nothing is fetched before its button is pressed."""

    settings_asked = Signal()
    """To set a mirror."""

    def __init__(self, state: StudioState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._offers = state.checkpoints.offers
        self.setWindowTitle(self.tr("Get a checkpoint"))
        self.choices = QButtonGroup(self)
        self.other = QRadioButton(self.tr("Another &repository of the hub"))
        self.repo = QLineEdit()
        self.repo.setPlaceholderText("warp-ai/wuerstchen")
        self.repo.setAccessibleName(self.tr("Owner and name of the repository"))
        self.precision = QComboBox()
        self.precision.setAccessibleName(self.tr("How its weights are stored"))
        for precision in PRECISIONS:
            self.precision.addItem(precision_words(precision), precision)
        self.facts = {
            "size": ValueLabel(self.tr("Size")),
            "time": ValueLabel(self.tr("Time")),
            "from": ValueLabel(self.tr("From")),
            "to": ValueLabel(self.tr("To")),
            "licence": ValueLabel(self.tr("Licence")),
        }
        self.problem = Remark("problem")
        self.mirror_button = quiet_button(
            self.tr("&Mirror…"), self.tr("Fetch from another address than the hub’s")
        )
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.fetch_button = self.buttons.addButton(
            self.tr("&Fetch"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.fetch_button.setObjectName("primary")
        self.fetch_button.setDefault(True)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self._lay_out()
        self._connect()
        self._show()

    # -- building ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._content = TightContent()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(18, 16, 18, 8)
        column.setSpacing(4)
        for number, offer in enumerate(self._offers):
            self._add_offer(column, number, offer)
        self.choices.addButton(self.other, len(self._offers))
        column.addWidget(self.other)
        column.addLayout(_indented(self.repo))
        column.addSpacing(14)
        column.addLayout(self._facts())
        column.addWidget(self.problem)
        column.addStretch()
        foot = QHBoxLayout()
        foot.setContentsMargins(18, 6, 18, 14)
        foot.addWidget(self.mirror_button)
        foot.addWidget(self.buttons, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(SideScrollArea(self._content), 1)
        outer.addLayout(foot)

    def _add_offer(self, column: QVBoxLayout, number: int, offer: Offer) -> None:
        size = bytes_words(offer.size)
        radio = QRadioButton(self.tr("{0} ({1})").format(offer.title, size))
        radio.setAccessibleDescription(offer.sentence)
        radio.setChecked(number == 0)
        self.choices.addButton(radio, number)
        sentence = dim_label(offer.sentence)
        sentence.setWordWrap(True)
        column.addWidget(radio)
        column.addLayout(_indented(sentence))
        column.addSpacing(6)

    def _facts(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        grid.addWidget(dim_label(self.tr("&Weights"), self.precision), 0, 0)
        grid.addWidget(self.precision, 0, 1, Qt.AlignmentFlag.AlignLeft)
        for row, field in enumerate(self.facts.values(), 1):
            grid.addWidget(dim_label(field.accessibleName()), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, row, 1)
        return grid

    def _connect(self) -> None:
        self.choices.idToggled.connect(self._show)
        self.repo.textEdited.connect(self._on_typed)
        self.precision.activated.connect(self._show)
        self.mirror_button.clicked.connect(self.settings_asked)
        self.buttons.accepted.connect(self._on_fetch)
        self.buttons.rejected.connect(self.reject)
        self._state.settings_changed.connect(self._show)
        self._state.checkpoints.shelf.changed.connect(self._show)

    def showEvent(self, event: QShowEvent) -> None:
        """Now it is known how large the text is."""
        width = self.fontMetrics().averageCharWidth() * 82
        height = self._content.heightForWidth(width) + self.buttons.sizeHint().height() + 40
        screen = self.screen().availableGeometry().size() - QSize(40, 60)
        self.resize(QSize(width, height).boundedTo(screen))
        super().showEvent(event)
        self._state.checkpoints.look()
        button = self.choices.checkedButton()
        if button is not None:
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what is chosen ---------------------------------------------------------------------

    @property
    def offer(self) -> Offer | None:
        """The one that is chosen; None for another repository."""
        number = self.choices.checkedId()
        return self._offers[number] if 0 <= number < len(self._offers) else None

    @property
    def half(self) -> HalfPrecision | None:
        """How its weights are to be stored."""
        half: HalfPrecision | None = self.precision.currentData()
        return half

    @Slot()
    def _on_typed(self) -> None:
        self.other.setChecked(True)
        self._show()

    @Slot()
    def _show(self) -> None:
        offer, checkpoints = self.offer, self._state.checkpoints
        self.facts["size"].show_value(self._size(offer))
        self.facts["time"].show_value(
            time_words(checkpoints, offer.size)
            if offer
            else self.tr("By its size, which the hub says first")
        )
        self.facts["from"].show_value(source_words(checkpoints.source, self._repos(offer)))
        self.facts["to"].show_value(room_words(checkpoints))
        self.facts["licence"].show_value(
            offer.licence if offer else self.tr("As its owner says on the hub")
        )
        needed = offer.size_as(self.half) if offer is not None else 0
        is_full = checkpoints.shelf.is_known and needed > checkpoints.shelf.free_bytes
        self.problem.say(lacks_words(needed, checkpoints.shelf.free_bytes) if is_full else "")
        is_named = offer is not None or bool(_REPO.fullmatch(self.repo.text().strip()))
        self.fetch_button.setEnabled(is_named and not is_full)

    def _size(self, offer: Offer | None) -> str:
        if offer is None:
            return self.tr("The hub says it first")
        size = bytes_words(offer.size)
        if self.half is None:
            return size
        return self.tr("{0} are fetched, {1} stay on the disk").format(
            size, bytes_words(offer.size_as(self.half))
        )

    def _repos(self, offer: Offer | None) -> str:
        if offer is None:
            return self.repo.text().strip()
        return ", ".join(repository.repo_id for repository in offer.repositories)

    @Slot()
    def _on_fetch(self) -> None:
        if not self.fetch_button.isEnabled():
            return
        fetching, offer = self._state.checkpoints.fetching, self.offer
        if offer is not None:
            fetching.get(offer, self.half)
        else:
            fetching.get_named(self.repo.text().strip(), self.half)
        self.accept()


def _indented(widget: QWidget) -> QHBoxLayout:
    """Beneath a radio button's words."""
    row = QHBoxLayout()
    row.setContentsMargins(24, 0, 0, 0)
    row.addWidget(widget)
    return row
