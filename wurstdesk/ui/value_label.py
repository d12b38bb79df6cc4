"""A text that can be chosen and copied, by mouse and by keyboard."""

from __future__ import annotations

import re

from PySide6.QtCore import QMimeData, Qt, Slot
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QMenu, QWidget

_BREAK = "\u200b"
"""Invisible; a line may end there. Of a text that is copied it is no part."""
_LONG_WORD = re.compile(r"\S{20,}")
_JOINT = re.compile(r"(?<=[/\\_.,;-])(?=\S)")
_PIECE = re.compile(rf"[^\s{_BREAK}]{{16}}(?=[^\s{_BREAK}]{{4}})")


def breakable(text: str) -> str:
    """The text with places where a line may end, also in words that no line could hold."""
    return _LONG_WORD.sub(_broken, text)


def _broken(word: re.Match[str]) -> str:
    return _PIECE.sub(rf"\g<0>{_BREAK}", _JOINT.sub(_BREAK, word[0]))


class ValueLabel(QLabel):
    """Shows ``value``. Ctrl+C copies what is selected in it, or all of it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.value = ""
        self.setAccessibleName(name)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # Qt means it for the mouse alone
        self.setObjectName("value")
        self.setIndent(0)  # Qt reckons with one on account of the frame: lines broke too soon

    def show_value(self, value: str) -> None:
        """Show another text."""
        if value != self.value:
            self.value = value
            self.setTextFormat(Qt.TextFormat.PlainText)
            self.setText(breakable(value))
            self.setAccessibleDescription(value)

    def show_marked(self, value: str, html: str) -> None:
        """The same, but painted as ``html``, whose text is ``value``."""
        self.value = value
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setText(html)
        self.setAccessibleDescription(value)

    @Slot()
    def copy(self) -> None:
        """Put it on the clipboard."""
        mime = QMimeData()
        mime.setText(self.selectedText().replace(_BREAK, "") or self.value)
        QGuiApplication.clipboard().setMimeData(mime)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, or move the text cursor as Qt does."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """One entry: copy."""
        menu = QMenu(self)
        menu.addAction(self.tr("Copy"), self.copy)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())
