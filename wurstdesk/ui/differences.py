"""The list of what two compared pictures do not have in common."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from html import escape
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wurstdesk.session.comparison import Difference
from wurstdesk.session.state import StudioState
from wurstdesk.ui.controls import SideScrollArea, dim_label, quiet_button
from wurstdesk.ui.flow_row import FlowRow
from wurstdesk.ui.value_label import ValueLabel, breakable

_WORD = re.compile(r"\s+|[^\s,.;:!?()]+|.")
_LEAST_LETTERS = 18
_LEAST_LINES, _MOST_LINES = 3, 8
_PART_OF_WINDOW = 0.15
"""Of its height, which the list may take with as many lines as that is."""
_MARKED = frozenset({"prompt", "negative_prompt"})


class DifferenceList(QWidget):
    """A row for each thing that differs, and what can be taken from either picture."""

    swap_asked = Signal()

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self._state = state
        self.summary = QLabel()
        self.use_a = quiet_button(
            self.tr("Use A"), self.tr("Take the settings of the first picture into the panel")
        )
        self.use_b = quiet_button(
            self.tr("Use B"), self.tr("Take the settings of the second picture into the panel")
        )
        self.use_a.clicked.connect(self._on_use_a)
        self.use_b.clicked.connect(self._on_use_b)
        self.rows: list[tuple[str, ValueLabel, ValueLabel]] = []
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(14, 0, 14, 10)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        self._scroll = _LowScrollArea(self._table)
        head = FlowRow(margin=(14, 7))
        head.add(self.summary, stretches=True)
        both = QWidget()  # which stay together where the line breaks
        beside = QHBoxLayout(both)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.use_a)
        beside.addWidget(self.use_b)
        head.add(both)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self._scroll)
        state.showing.comparison.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        comparison = self._state.showing.comparison
        if not comparison.is_active:
            return
        differences = comparison.differences(self._state.form.checkpoints)
        same = self.tr("Both were made with the same settings.")
        self.summary.setText(differences_words(differences, same))
        self.rows.clear()
        clear_grid(self._grid)
        for difference in differences:
            self._add(difference)
        self._scroll.setVisible(bool(differences))
        self._scroll.updateGeometry()

    def _add(self, difference: Difference) -> None:
        place = len(self.rows)
        label = dim_label(difference.label)
        a = ValueLabel(self.tr("{0} of A").format(difference.label))
        b = ValueLabel(self.tr("{0} of B").format(difference.label))
        if difference.name in _MARKED:
            marked_a, marked_b = marked(difference.a, difference.b)
            a.show_marked(difference.a, marked_a or self.tr("(none)"))
            b.show_marked(difference.b, marked_b or self.tr("(none)"))
        else:
            a.show_value(difference.a or self.tr("(none)"))
            b.show_value(difference.b or self.tr("(none)"))
        top = Qt.AlignmentFlag.AlignTop
        for value in (a, b):
            value.setAlignment(Qt.AlignmentFlag.AlignLeft | top)  # Qt may make it too high
            value.setIndent(0)  # which would be one from the top as well
        self._grid.addWidget(label, place, 0, top)
        self._grid.addWidget(a, place, 1, top)
        self._grid.addWidget(b, place, 2, top)
        self.rows.append((difference.name, a, b))

    def fit(self) -> None:
        """The window has another height, and so the list may."""
        self._scroll.updateGeometry()

    @Slot()
    def _on_use_a(self) -> None:
        picture = self._state.showing.comparison.a
        if picture is not None:
            self._state.reuse(picture.request)

    @Slot()
    def _on_use_b(self) -> None:
        picture = self._state.showing.comparison.b
        if picture is not None:
            self._state.reuse(picture.request)


class _LowScrollArea(SideScrollArea):
    """As high as what it holds, but leaves most of the room to the pictures."""

    def __init__(self, inner: QWidget) -> None:
        super().__init__(inner)
        self._content = inner
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def sizeHint(self) -> QSize:
        """All rows, up to a few lines of long prompts: in a low window still fewer."""
        line = self.fontMetrics().lineSpacing()
        part = round(_PART_OF_WINDOW * self.window().height())
        lines = max(_LEAST_LINES * line, min(_MOST_LINES * line, part))
        layout = self._content.layout()
        wanted = self._content.sizeHint().height()
        if layout is not None and layout.hasHeightForWidth():
            wanted = layout.heightForWidth(max(self.width(), 1))
        return QSize(super().sizeHint().width(), min(wanted, lines))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Texts need more lines where there is less room beside them."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """A line must be seen."""
        metrics = self.fontMetrics()
        width = min(super().minimumSizeHint().width(), _LEAST_LETTERS * metrics.averageCharWidth())
        return QSize(width, metrics.lineSpacing())


def marked(a: str, b: str) -> tuple[str, str]:
    """Both texts as HTML with the words in bold that the other does not have there."""
    words_a, words_b = _WORD.findall(a), _WORD.findall(b)
    html_a, html_b = [], []
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, words_a, words_b, False).get_opcodes():
        html_a.append(_html(words_a[a1:a2], is_bold=kind != "equal"))
        html_b.append(_html(words_b[b1:b2], is_bold=kind != "equal"))
    return "".join(html_a), "".join(html_b)


def _html(words: list[str], *, is_bold: bool) -> str:
    text = escape(breakable("".join(words))).replace("\n", "<br>")
    return f"<b>{text}</b>" if is_bold and text.strip() else text


def differences_words(differences: Sequence[_Named], same: str) -> str:
    """How many there are, in a sentence; ``same`` where there are none."""
    if not differences:
        return same
    if [difference.name for difference in differences] == ["seed"]:
        return _tr("Only the seed differs.")
    if len(differences) == 1:
        return _tr("Only this differs: {0}").format(differences[0].label)
    return _tr("They differ in {0} things.").format(len(differences))


def clear_grid(grid: QGridLayout) -> None:
    """Take everything out of it."""
    while grid.count():
        item = grid.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class _Named(Protocol):
    """A setting in which pictures differ."""

    @property
    def name(self) -> str:
        """Of the setting."""

    @property
    def label(self) -> str:
        """What it is called on the screen."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Differences", text)
