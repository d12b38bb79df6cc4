"""The gallery's search: results as one types, what may come next, and what was not understood."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QStringListModel, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCompleter,
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.gallery.library import Library
from wurstdesk.gallery.search_text import Completions
from wurstdesk.session.failures import Failure
from wurstdesk.session.gallery_view import GalleryView
from wurstdesk.ui.controls import IconButton, Remark
from wurstdesk.ui.name_dialog import name_dialog

_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_SEARCHES_AFTER = 0
"""Milliseconds: at once, but letters that come together are one search."""


class SearchField(QLineEdit):
    """A line to search by. Esc empties it; in an empty one, as Down and Return do, it leaves."""

    left = Signal()
    """The person goes on to the pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.choices: QAbstractItemView | None = None
        """What may be typed next, where it is shown; keys come here first."""

    def event(self, event: QEvent) -> bool:
        """Esc is ours while there is something to clear: elsewhere it stops what is drawn."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that leave."""
        key = event.key()
        is_offered = self.choices is not None and self.choices.isVisible()
        is_chosen = (
            is_offered and self.choices is not None and self.choices.currentIndex().isValid()
        )
        if is_offered and (key == Qt.Key.Key_Escape or (is_chosen and key in _ENTER)):
            event.ignore()  # the list's
        elif key == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif key in {Qt.Key.Key_Escape, Qt.Key.Key_Down, *_ENTER}:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class GallerySearch(QWidget):
    """The field with a button that keeps the search, and a remark below."""

    left = Signal()
    """The person goes on to the pictures."""

    def __init__(self, view: GalleryView) -> None:
        super().__init__()
        self._view = view
        self._completions = Completions()
        self.field = SearchField()
        self.field.setPlaceholderText(self.tr("Search"))
        self.field.setAccessibleName(self.tr("Search the gallery"))
        self.field.setToolTip(
            self.tr("Words of the prompt, or seed: size: date: rating: tag: is:favourite (Ctrl+F)")
        )
        self.field.setClearButtonEnabled(True)
        self.keep = IconButton("mark", self.tr("Keep this search"))
        self.remark = Remark()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_SEARCHES_AFTER)
        self._words = QStringListModel(self)
        self.completer = QCompleter(self._words, self)
        self.completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer.setWidget(self.field)
        self.field.choices = popup = self.completer.popup()
        if popup is not None:
            popup.setObjectName("choices")
        self._dialog: QInputDialog | None = None
        self._lay_out()
        self.keep.setEnabled(False)
        self._connect()
        self._show_query()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        row.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.remark)

    def _connect(self) -> None:
        self.field.textEdited.connect(self._on_edited)
        self.field.textChanged.connect(self._on_changed)
        self.field.left.connect(self._on_left)
        self._typing.timeout.connect(self._search)
        self.keep.clicked.connect(self.ask_for_name)
        self.completer.activated.connect(self._on_completion)
        self._view.query_changed.connect(self._show_query)
        self._view.found_changed.connect(self._show_remark)

    def start(self) -> None:
        """Let the person type, over what is there."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    # -- searching ----------------------------------------------------------------------------

    @Slot(str)
    def _on_changed(self, text: str) -> None:
        self.keep.setEnabled(bool(text.strip()))
        self._typing.start()

    @Slot(str)
    def _on_edited(self, text: str) -> None:
        question = _Complete(text, self.field.cursorPosition())
        self._view.keeper.ask(question, self._offer, self._offer_nothing)

    @Slot()
    def _search(self) -> None:
        self._typing.stop()
        self._view.search(self.field.text())

    @Slot()
    def _on_left(self) -> None:
        self._hide_choices()
        self._search()
        self.left.emit()

    @Slot()
    def _show_query(self) -> None:
        """Somebody else searched: a shelf, a kept search, the button that clears."""
        if self._view.text != self.field.text() and not self._typing.isActive():
            self.field.setText(self._view.text)
            self._typing.stop()

    @Slot()
    def _show_remark(self) -> None:
        self.remark.say(self._view.found.remark)

    # -- what may come next -------------------------------------------------------------------

    @Slot(object)
    def _offer(self, answer: tuple[_Complete, Completions]) -> None:
        asked, completions = answer
        if asked.text != self.field.text() or not self.field.hasFocus():
            return
        self._completions = completions
        choices = [choice.text for choice in completions.choices]
        self._words.setStringList(choices)
        typed = asked.text[completions.start : completions.end]
        if not choices or choices == [typed] or not asked.text.strip():
            self._hide_choices()
        else:
            self.completer.complete()
            popup = self.completer.popup()
            if popup is not None:
                popup.setCurrentIndex(QModelIndex())  # nothing is taken that was not chosen

    @Slot(object)
    def _offer_nothing(self, failure: Failure) -> None:
        """The search itself says what is wrong."""
        del failure
        self._hide_choices()

    def _hide_choices(self) -> None:
        popup = self.completer.popup()
        if popup is not None:
            popup.hide()

    @Slot(str)
    def _on_completion(self, chosen: str) -> None:
        text = self.field.text()
        before, after = text[: self._completions.start], text[self._completions.end :]
        space = "" if chosen.endswith(":") or after.startswith(" ") else " "
        self.field.setText(f"{before}{chosen}{space}{after}")
        self.field.setCursorPosition(len(before) + len(chosen) + len(space))
        if not space:  # the value of a filter comes next
            self._on_edited(self.field.text())

    # -- keeping ------------------------------------------------------------------------------

    @Slot()
    def ask_for_name(self) -> None:
        """Keep what is searched now under a name."""
        text = self.field.text().strip()
        if not text or self._dialog is not None:
            return
        dialog = name_dialog(self, self.tr("Keep this search"), self.tr("Its name:"), text)
        dialog.textValueSelected.connect(self._on_name)
        dialog.finished.connect(self._on_dialog_finished)
        self._dialog = dialog
        dialog.open()

    @Slot(str)
    def _on_name(self, name: str) -> None:
        text = self.field.text().strip()
        if name.strip() and text:
            self._view.shelves.keep_search(name.strip(), text, self._view.sort)

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None


@dataclass(frozen=True, slots=True)
class _Complete:
    """For the keeper's thread."""

    text: str
    cursor: int

    def __call__(self, library: Library) -> tuple[_Complete, Completions]:
        return self, library.complete(self.text, self.cursor)
