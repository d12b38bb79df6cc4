"""Tags of one or several pictures: each with a button that takes it off, and a field for more."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, QStringListModel, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.ui.controls import dim_label
from wurstdesk.ui.flow_row import FlowRow

_LONGEST = 24
"""Letters of a tag that are shown."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A word on a button. ``is_partial``: it is on some of the pictures only."""

    key: Hashable
    text: str
    is_partial: bool = False


class _ChipButton(QToolButton):
    """Clicked, or with Delete, its word goes."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pill")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.chip = Chip("", "")

    def show_chip(self, chip: Chip) -> None:
        """Another word."""
        self.chip = chip
        short = chip.text if len(chip.text) <= _LONGEST else f"{chip.text[:_LONGEST]}…"
        text = self.tr("{0} (some)").format(short) if chip.is_partial else short
        self.setText(f"{text}  ×".replace("&", "&&"))
        self.setToolTip(self.tr("Take off: {0}").format(chip.text))
        self.setAccessibleName(self.tr("Take off: {0}").format(chip.text))
        self.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete does what a click does."""
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.click()
        else:
            super().keyPressEvent(event)


class ChipRow(FlowRow):
    """Words beside each other, each of which can be taken off."""

    removed = Signal(object)
    """The key of a chip."""

    def __init__(self, title: str) -> None:
        super().__init__(margin=(0, 0), spacing=5)
        self.add(dim_label(title))
        self._buttons: list[_ChipButton] = []  # used again: those that are too many are hidden
        self.chips: tuple[Chip, ...] = ()

    def show_chips(self, chips: Sequence[Chip]) -> None:
        """Show these and no others."""
        if tuple(chips) == self.chips:
            return
        self.chips = tuple(chips)
        while len(self._buttons) < len(chips):
            button = _ChipButton()
            button.clicked.connect(self._on_clicked)
            self._buttons.append(button)
            self.add(button)
        for button, chip in zip(self._buttons, chips, strict=False):
            button.show_chip(chip)
        for button in self._buttons[len(chips) :]:
            button.hide()
        self.setVisible(bool(chips))

    def buttons(self) -> list[_ChipButton]:
        """Those that are shown."""
        return self._buttons[: len(self.chips)]

    @Slot()
    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, _ChipButton):
            self.removed.emit(button.chip.key)


class _Entry(QLineEdit):
    """A field that completes what is typed, and tells of Backspace where nothing is."""

    emptied_again = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Backspace in an empty field is about the word before it."""
        if event.key() == Qt.Key.Key_Backspace and not self.text():
            self.emptied_again.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Where nothing was typed there is nothing to undo here: it is the gallery's."""
        is_shortcut = event.type() == QEvent.Type.ShortcutOverride
        if is_shortcut and isinstance(event, QKeyEvent) and not self.text():
            undo, redo = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo
            if event.matches(undo) or event.matches(redo):
                event.ignore()
                return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        """Narrow; it takes what room there is."""
        return QSize(self.fontMetrics().averageCharWidth() * 14, super().sizeHint().height())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Who comes by the Tab key writes on, and does not write over."""
        super().focusInEvent(event)
        self.deselect()


class TagField(QWidget):
    """Shows tags, those that only some pictures have among them. ``row`` holds the field, and
    room beside it."""

    added = Signal(str)
    removed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.chips = ChipRow(self.tr("Tags"))
        self.entry = _Entry()
        self.entry.setPlaceholderText(self.tr("Add a tag"))
        self.entry.setAccessibleName(self.tr("Add a tag"))
        self.entry.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._known = QStringListModel(self)
        self.completer = QCompleter(self._known, self)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.entry.setCompleter(self.completer)
        popup = self.completer.popup()
        if popup is not None:
            popup.setObjectName("choices")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        self.row = QHBoxLayout()
        self.row.setSpacing(6)
        self.row.addWidget(self.entry, 1)
        column.addLayout(self.row)
        column.addWidget(self.chips)
        self.chips.hide()
        self._entered = ""
        self.completer.activated.connect(self._on_completed, Qt.ConnectionType.QueuedConnection)
        self.entry.textEdited.connect(self._on_edited)
        self.chips.removed.connect(self._on_removed)
        self.entry.returnPressed.connect(self._on_entered)
        self.entry.emptied_again.connect(self._go_to_last)

    def show_tags(self, tags: Iterable[str], some: Iterable[str] = ()) -> None:
        """Those of all pictures, and those of some."""
        whole = [Chip(tag, tag) for tag in tags]
        self.chips.show_chips(whole + [Chip(tag, tag, is_partial=True) for tag in some])

    def set_known(self, tags: Iterable[str]) -> None:
        """What can be completed."""
        names = list(tags)
        if names != self._known.stringList():
            self._known.setStringList(names)

    @Slot()
    def _on_entered(self) -> None:
        self._entered = self.entry.text()
        typed = [" ".join(name.split()) for name in self._entered.split(",")]
        self.entry.setText("")
        whole = {chip.text.casefold() for chip in self.chips.chips if not chip.is_partial}
        for name in dict.fromkeys(typed):
            if name and name.casefold() not in whole:
                self.added.emit(name)

    @Slot()
    def _on_completed(self) -> None:
        """Qt has put the completion into the field; by Return it was entered before."""
        if self.entry.text() == self._entered:
            self.entry.setText("")
        else:
            self._on_entered()

    @Slot()
    def _on_edited(self) -> None:
        self._entered = ""

    @Slot(object)
    def _on_removed(self, tag: str) -> None:
        self.entry.setFocus()
        self.removed.emit(tag)

    @Slot()
    def _go_to_last(self) -> None:
        """To the word before, which Delete takes off: nothing goes by one key too many."""
        buttons = self.chips.buttons()
        if buttons:
            buttons[-1].setFocus(Qt.FocusReason.BacktabFocusReason)
