"""What every view of compared pictures does alike: its keys, and its buttons for the ways."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from wurstdesk.session.comparison import CompareMode

_DIGITS: dict[int, CompareMode] = {
    Qt.Key.Key_1: "slider",
    Qt.Key.Key_2: "side",
    Qt.Key.Key_3: "flick",
}


class ComparesPictures(Protocol):
    """A comparison of the session, as far as it is steered from here."""

    def set_mode(self, mode: CompareMode) -> None:
        """Compare in this way."""

    def stop(self) -> None:
        """Look at one picture again."""


class ComparingWidget(QWidget):
    """Esc leaves and 1, 2 and 3 are the ways of comparing, where there is a choice of them."""

    def __init__(self, steered: ComparesPictures) -> None:
        super().__init__()
        self._steered = steered
        self.mode_buttons: dict[CompareMode, QToolButton] = {}

    @property
    def has_ways(self) -> bool:
        """Whether there is more than one way of comparing what is compared."""
        return True

    def add_ways(self, modes: Iterable[CompareMode]) -> None:
        """Make ``mode_buttons``; where they stand is the view's."""
        group = QButtonGroup(self)
        words: dict[CompareMode, tuple[str, str]] = {
            "slider": (self.tr("Slider"), self.tr("One picture left of a line, one right (1)")),
            "side": (self.tr("Side by side"), self.tr("Both, zoomed and moved together (2)")),
            "flick": (self.tr("Flick"), self.tr("One, and the other while Space is held (3)")),
        }
        for mode in modes:
            button = QToolButton()
            button.setObjectName("page")
            button.setText(words[mode][0])
            button.setToolTip(words[mode][1])
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(self._choose_way)
            group.addButton(button)
            self.mode_buttons[mode] = button

    @Slot()
    def _choose_way(self) -> None:
        """That of the button that was pressed."""
        for mode, button in self.mode_buttons.items():
            if button is self.sender():
                self._steered.set_mode(mode)

    def event(self, event: QEvent) -> bool:
        """Esc is ours while the focus is here, and not the command that stops what runs."""
        is_shortcut = event.type() == QEvent.Type.ShortcutOverride
        if is_shortcut and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of comparing."""
        if event.key() == Qt.Key.Key_Escape:
            self._steered.stop()
        elif event.key() in _DIGITS and self.has_ways:
            self._steered.set_mode(_DIGITS[event.key()])
        else:
            super().keyPressEvent(event)
