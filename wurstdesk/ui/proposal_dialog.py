"""Shows what would change before other settings are taken into the form; each can be left out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.session.proposal import Change, Proposal
from wurstdesk.ui.controls import Remark, dim_label, text_size

_SHOWN_CHARACTERS = 300
_SHORT = 22
"""Characters of a value that stands in one line with the other."""
_LONGEST_WORD = 28
_ARROW = "→"


class ProposalDialog(QDialog):
    """One line for each change of a ``Proposal``; open it with ``open()``."""

    accepted_fields = Signal(object)
    """A dictionary of the request's fields that were wanted, for ``session.proposal.use``."""

    def __init__(self, proposal: Proposal, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.proposal = proposal
        self.setWindowTitle(proposal.title)
        self.boxes: dict[str, QCheckBox] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(18, 16, 18, 14)
        self._column.setSpacing(10)
        self._add_heading()
        self._area = self._list() if proposal.changes else None
        if self._area is not None:
            self._column.addWidget(self._area, 1)
        self.buttons = self._make_buttons()
        self._column.addWidget(self.buttons)
        self.accepted.connect(self._on_accepted)
        self.finished.connect(self.deleteLater)
        self._show_chosen()

    def _add_heading(self) -> None:
        text = self.tr("This will change:") if self.proposal.changes else self.nothing_text()
        heading = QLabel(text)
        heading.setWordWrap(True)
        text_size(heading, "title")
        self._column.addWidget(heading)
        for note in self.proposal.notes:
            remark = Remark()
            remark.say(_breakable(_shortened(note)))
            self._column.addWidget(remark)

    def nothing_text(self) -> str:
        """What is said where nothing would change."""
        return self.tr("Nothing would change: the settings are the same.")

    def _list(self) -> QScrollArea:
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(3, 1)
        for change in self.proposal.changes:
            self._add(grid, change)
        grid.setRowStretch(grid.rowCount(), 1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def _add(self, grid: QGridLayout, change: Change) -> None:
        row = grid.rowCount()
        box = QCheckBox(change.label)
        box.setChecked(True)
        before = change.before or self.tr("(empty)")
        after = change.after or self.tr("(empty)")
        box.setAccessibleDescription(
            self.tr("from {0} to {1}").format(_shortened(before), _shortened(after))
        )
        box.toggled.connect(self._show_chosen)
        self.boxes[change.field] = box
        old, new = _value(before, is_dim=True), _value(after)
        arrow = dim_label(_ARROW)
        if max(len(before), len(after)) <= _SHORT and "\n" not in before + after:
            for column, widget in enumerate((box, old, arrow, new)):
                grid.addWidget(widget, row, column)
            return
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        for value in (old, new):
            value.setWordWrap(True)
            value.setSizePolicy(policy)
        grid.addWidget(box, row, 0)
        grid.addWidget(old, row, 1, 1, 3)
        grid.addWidget(arrow, row + 1, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        grid.addWidget(new, row + 1, 1, 1, 3)

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        self.use_button: QPushButton | None = None
        if self.proposal.changes:
            self.use_button = buttons.addButton(
                self.tr("&Use these"), QDialogButtonBox.ButtonRole.AcceptRole
            )
            self.use_button.setObjectName("primary")
            self.use_button.setDefault(True)
            buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        else:
            buttons.addButton(QDialogButtonBox.StandardButton.Close)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def showEvent(self, event: QShowEvent) -> None:
        """Now it is known how large the text is."""
        self._give_size()
        super().showEvent(event)

    def _give_size(self) -> None:
        """As high as the list, up to two thirds of the screen; beyond that the list scrolls."""
        width = self.fontMetrics().averageCharWidth() * 76
        height = self._column.totalHeightForWidth(width)
        inner = self._area.widget() if self._area is not None else None
        layout = inner.layout() if inner is not None else None
        if self._area is not None and layout is not None:
            margins = self._column.contentsMargins()
            room = width - margins.left() - margins.right()
            height += layout.totalHeightForWidth(room) - self._area.sizeHint().height()
        self.resize(width, min(height, self.screen().availableGeometry().height() * 2 // 3))

    @Slot()
    def _show_chosen(self) -> None:
        if self.use_button is not None:
            self.use_button.setEnabled(any(box.isChecked() for box in self.boxes.values()))

    @Slot()
    def _on_accepted(self) -> None:
        chosen = {field for field, box in self.boxes.items() if box.isChecked()}
        self.accepted_fields.emit(self.proposal.fields(chosen))


def _value(text: str, is_dim: bool = False) -> QLabel:
    """Somebody's text, shown plainly and no longer than can be read at a glance."""
    shown = _shortened(text)
    label = dim_label() if is_dim else QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(_breakable(shown))
    return label


def _shortened(text: str) -> str:
    flat = "\n".join(text.strip().splitlines()[:6])
    return flat if len(flat) <= _SHOWN_CHARACTERS else f"{flat[:_SHOWN_CHARACTERS].rstrip()}…"


def _breakable(text: str) -> str:
    """Lines break between words: an endless one is given places where it may break."""
    pieces = []
    for word in text.split(" "):
        cuts = range(0, max(len(word), 1), _LONGEST_WORD)
        pieces.append("\u200b".join(word[cut : cut + _LONGEST_WORD] for cut in cuts))
    return " ".join(pieces)
