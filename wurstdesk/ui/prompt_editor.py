"""Where prompts are written; words that the checkpoint does not know are underlined."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Slot
from PySide6.QtGui import (
    QColor,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QPlainTextEdit

from wurstdesk.session.form import RequestForm
from wurstdesk.session.words import is_beginning, unknown_words
from wurstdesk.ui.theme import colours_of


class UnknownWordMarker(QSyntaxHighlighter):
    """Underlines words outside ``vocabulary``; an empty one marks nothing."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._vocabulary: frozenset[str] = frozenset()
        self._format = QTextCharFormat()
        self._typed_at: tuple[int, int] = (-1, -1)

    def set_vocabulary(self, vocabulary: frozenset[str]) -> None:
        """Compare with these words from now on."""
        if vocabulary != self._vocabulary:
            self._vocabulary = vocabulary
            self.rehighlight()

    def set_colour(self, colour: QColor) -> None:
        """Of the line under a word."""
        self._format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        self._format.setUnderlineColor(colour)
        self.rehighlight()

    def set_cursor(self, cursor: QTextCursor | None) -> None:
        """Where somebody types: a word that may become a known one there is not marked yet."""
        at = (cursor.blockNumber(), cursor.positionInBlock()) if cursor else (-1, -1)
        if at == self._typed_at:
            return
        blocks = {self._typed_at[0], at[0]}
        self._typed_at = at
        for number in blocks:
            block = self.document().findBlockByNumber(number)
            if block.isValid():
                self.rehighlightBlock(block)

    def highlightBlock(self, text: str) -> None:
        """Mark one line."""
        typed = self._typed_at[1] if self.currentBlock().blockNumber() == self._typed_at[0] else -1
        for span in unknown_words(text, self._vocabulary):
            # Qt counts in units of UTF-16, of which an emoji is two.
            start = _units(text[: span.start])
            length = _units(span.word)
            if start + length == typed and is_beginning(span.word, self._vocabulary):
                continue
            self.setFormat(start, length, self._format)


class PromptEditor(QPlainTextEdit):
    """Edits one text of the form: ``prompt`` or ``negative_prompt``.

    It is as high as there is room for, between two numbers of ``lines``.
    """

    def __init__(self, form: RequestForm, field: str, lines: tuple[int, int]) -> None:
        super().__init__()
        self._form = form
        self._field = field
        self._known = ""
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

    @Slot()
    def _on_cursor(self) -> None:
        self.marker.set_cursor(self.textCursor() if self.hasFocus() else None)

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


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
