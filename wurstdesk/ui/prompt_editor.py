"""Where prompts are written; words that the checkpoint does not know are underlined."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QPlainTextEdit

from wurstdesk.session.form import RequestForm
from wurstdesk.ui.theme import colours_of
from wurstdesk.words import is_beginning, unknown_words


class UnknownWordMarker(QSyntaxHighlighter):
    """Underlines words outside ``vocabulary``; an empty one marks nothing."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.vocabulary: frozenset[str] = frozenset()
        self.typed_at = -1
        self._format = QTextCharFormat()

    def set_vocabulary(self, vocabulary: frozenset[str]) -> None:
        """Compare with these words from now on."""
        if vocabulary != self.vocabulary:
            self.vocabulary = vocabulary
            self.rehighlight()

    def set_colour(self, colour: QColor) -> None:
        """Of the line under a word."""
        self._format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        self._format.setUnderlineColor(colour)
        self.rehighlight()

    def set_typed_at(self, place: int) -> None:
        """Where somebody types: a word that may become a known one there is not marked yet."""
        if place == self.typed_at:
            return
        numbers = {self.document().findBlock(at).blockNumber() for at in (self.typed_at, place)}
        self.typed_at = place
        for number in numbers:
            block = self.document().findBlockByNumber(number)
            if block.isValid():
                self.rehighlightBlock(block)

    def highlightBlock(self, text: str) -> None:
        """Mark one line."""
        typed_at = self.typed_at - self.currentBlock().position()
        for start, word in _strange_words(text, self.vocabulary, typed_at):
            self.setFormat(start, _units(word), self._format)

    def strange_words(self) -> tuple[str, ...]:
        """The words that are marked."""
        text = self.document().toPlainText()
        return tuple(word for _, word in _strange_words(text, self.vocabulary, self.typed_at))


class PromptEditor(QPlainTextEdit):
    """Edits one text of the form: ``prompt`` or ``negative_prompt``.

    It is as high as there is room for, between two numbers of ``lines``.
    """

    strange_words_changed = Signal()

    def __init__(self, form: RequestForm, field: str, lines: tuple[int, int]) -> None:
        super().__init__()
        self._form = form
        self._field = field
        self._known = ""
        self.strange_words: tuple[str, ...] = ()
        self.setTabChangesFocus(True)
        self.marker = UnknownWordMarker(self.document())
        self._set_lines(lines)
        self._colour()
        self.textChanged.connect(self._on_text)
        self.cursorPositionChanged.connect(self._on_cursor)
        form.changed.connect(self._show_request)
        form.checkpoint_changed.connect(self._show_checkpoint)
        self._show_checkpoint()
        self._show_request()

    def _set_lines(self, lines: tuple[int, int]) -> None:
        """At least and at most so many lines high."""
        margin, spacing = 7, self.fontMetrics().lineSpacing()
        self.document().setDocumentMargin(margin)
        self.setMinimumHeight(spacing * lines[0] + 2 * margin + 4)
        self.setMaximumHeight(spacing * lines[1] + 2 * margin + 4)

    def sizeHint(self) -> QSize:
        """No higher than it must be: it grows where there is room, and makes nothing scroll."""
        return QSize(200, self.minimumHeight())

    def changeEvent(self, event: QEvent) -> None:
        """The underline has a colour of the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()

    def _colour(self) -> None:
        with QSignalBlocker(self):
            self.marker.set_colour(QColor(colours_of(self.palette()).problem))

    @Slot()
    def _on_text(self) -> None:
        text = self.toPlainText()
        if text != self._known:
            self._known = text
            self._form.edit(**{self._field: text})

            self._look_for_strange_words()

    @Slot()
    def _on_cursor(self) -> None:
        self.marker.set_typed_at(self.textCursor().position() if self.hasFocus() else -1)
        self._look_for_strange_words()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nobody types here any more, unless only a menu or another window came between."""
        super().focusOutEvent(event)
        if event.reason() not in _INTERRUPTIONS:
            self._on_cursor()

    def _look_for_strange_words(self) -> None:
        words = self.marker.strange_words()
        if words != self.strange_words:
            self.strange_words = words
            self.strange_words_changed.emit()

    @Slot()
    def _show_request(self) -> None:
        wanted = str(getattr(self._form.request, self._field))
        # The form may have cleaned what was typed, or refused it: typing goes on undisturbed.
        if self._form.problem is not None or wanted == self._cleaned():
            return
        self._known = wanted
        cursor = self.textCursor()
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(wanted)  # unlike setPlainText this can be undone
        cursor.endEditBlock()
        self.setTextCursor(cursor)

    def _cleaned(self) -> str:
        return self._known.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")

    @Slot()
    def _show_checkpoint(self) -> None:
        info = self._form.checkpoint
        self.marker.set_vocabulary(info.vocabulary if info else frozenset())
        self._look_for_strange_words()


_INTERRUPTIONS = {
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
}


def _strange_words(
    text: str, vocabulary: frozenset[str], typed_at: int
) -> Iterator[tuple[int, str]]:
    """Unknown words and where they start, but not one at whose end somebody may go on typing.

    Places are Qt's: it counts in units of UTF-16, of which an emoji is two.
    """
    read = place = 0
    for span in unknown_words(text, vocabulary):
        place += _units(text[read : span.start])
        read = span.start
        is_typed = place + _units(span.word) == typed_at
        if not (is_typed and is_beginning(span.word, vocabulary)):
            yield place, span.word


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
