"""What made a picture of the gallery, line by line; each can be copied or sent to the studio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QWidget

from wurstdesk.session.facts import FACTS
from wurstdesk.ui.controls import dim_label
from wurstdesk.ui.value_label import ValueLabel

_NARROW = 0.45
"""Of the width that names may take before values go beneath them."""
_OPENS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}


@dataclass(frozen=True, slots=True)
class Row:
    """A value under a label; ``name`` is one of ``session.facts`` or any other.

    ``short`` is shown in place of a value that nobody reads to its end.
    """

    name: str
    label: str
    value: str
    short: str = ""


class FactLabel(ValueLabel):
    """A value with a menu: copy it, or use it in the studio. Return opens that too."""

    use_asked = Signal(str)
    """The name of the fact."""

    def __init__(self, name: str, label: str, *, is_usable: bool) -> None:
        super().__init__(label)
        self.name = name
        self.is_usable = is_usable
        if is_usable:
            self.setToolTip(self.tr("Right-click to copy it or to use it in the studio"))

    def menu(self) -> QMenu:
        """What can be done with it; it goes when it is closed."""
        menu = QMenu(self)
        menu.addAction(self.tr("&Copy"), self.copy)
        if self.is_usable:
            menu.addAction(self.tr("&Use only this in the studio"), self._use)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @Slot()
    def _use(self) -> None:
        self.use_asked.emit(self.name)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Its menu."""
        self.menu().popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return opens the menu; the rest is the text's."""
        if event.key() in _OPENS:
            self.menu().popup(self.mapToGlobal(QPoint(0, self.height())))
        else:
            super().keyPressEvent(event)


class FactTable(QWidget):
    """Rows with a name and a value. Names go above their values where there is little room."""

    use_asked = Signal(str)
    """The name of a fact, or of a row that was said to be usable."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, FactLabel] = {}
        self._labels: dict[str, QLabel] = {}
        self._are_above = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(5)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these; rows without a value are left out."""
        shown = [row for row in rows if row.value]
        if [row.name for row in shown] != list(self.values):
            self._make(shown)
        for row in shown:
            self._labels[row.name].setText(row.label)
            if row.short:
                self.values[row.name].show_marked(row.value, escape(row.short))
            else:
                self.values[row.name].show_value(row.value)

    def _make(self, rows: Sequence[Row]) -> None:
        for part in (*self._labels.values(), *self.values.values()):
            self._grid.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._labels.clear()
        self.values.clear()
        for row in rows:
            value = FactLabel(row.name, row.label, is_usable=row.name in FACTS)
            value.use_asked.connect(self.use_asked)
            label = dim_label(row.label)
            label.setContentsMargins(0, 2, 0, 0)  # smaller, it stands on the same line
            self._labels[row.name], self.values[row.name] = label, value
        self._place()

    def _place(self) -> None:
        """Put each where it belongs: there are as many widgets, and none is made anew."""
        self._are_above = self._has_little_room()
        top = Qt.AlignmentFlag.AlignTop
        for number, (name, label) in enumerate(self._labels.items()):
            value = self.values[name]
            self._grid.removeWidget(label)
            self._grid.removeWidget(value)
            if self._are_above:
                self._grid.addWidget(label, 2 * number, 0, 1, 2)
                self._grid.addWidget(value, 2 * number + 1, 0, 1, 2)
            else:
                self._grid.addWidget(label, number, 0, top)
                self._grid.addWidget(value, number, 1, top)
        self._grid.setColumnStretch(1, 1)

    def texts(self) -> Mapping[str, str]:
        """What is shown."""
        return {name: value.value for name, value in self.values.items()}

    # -- how it is laid out -----------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names beside their values, or above them."""
        super().resizeEvent(event)
        self._choose_wrapping()

    def changeEvent(self, event: QEvent) -> None:
        """The size of the text has changed."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._choose_wrapping()

    def _choose_wrapping(self) -> None:
        if self._has_little_room() != self._are_above:
            self._place()

    def _has_little_room(self) -> bool:
        widest = max((label.sizeHint().width() for label in self._labels.values()), default=0)
        return widest > _NARROW * self.width()
