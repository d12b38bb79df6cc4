"""Where prompts are written: shows what they say to the text encoder, and weighs their words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QPoint, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QPlainTextEdit, QToolTip

from wurstdesk.generation import PromptReading
from wurstdesk.session.form import RequestForm
from wurstdesk.session.prompt_readings import PromptReadings
from wurstdesk.ui.prompt_highlighter import PromptHighlighter
from wurstdesk.ui.prompt_marks import Kind, Places
from wurstdesk.ui.prompt_weights import Weighted, convert, raise_weight
from wurstdesk.ui.theme import colours_of

_NOTCH = 120
"""What Qt reports for one click of a mouse wheel."""


class PromptEditor(QPlainTextEdit):
    """Edits one text of the form: ``prompt`` or ``negative_prompt``.

    It is as high as there is room for, between two numbers of ``lines``. Ctrl+Up and Ctrl+Down,
    or the wheel with Ctrl, change the weight of what is selected or of the word at the cursor.
    """

    strange_words_changed = Signal()
    reading_changed = Signal()
    """What the text says was read anew."""
    focused = Signal()

    def __init__(
        self,
        form: RequestForm,
        field: str,
        lines: tuple[int, int],
        readings: PromptReadings | None = None,
    ) -> None:
        super().__init__()
        self._form = form
        self._field = field
        self._readings = readings
        self._known = ""
        self._lines = lines
        self._turned = 0
        self._wheel_at: QPoint | None = None
        self.take_paste: Callable[[str], bool] | None = None
        """Asked before a text is pasted: whether it was more than a text, and is dealt with."""
        self.strange_words: tuple[str, ...] = ()
        self.reading: PromptReading | None = None
        """Of the text as it was last read: while somebody types, of a moment ago."""
        self._read_text = ""
        self.setTabChangesFocus(True)
        self.highlighter = PromptHighlighter(self, self.document(), colours_of(self.palette()))
        self._set_lines()
        self._connect()
        self._show_checkpoint()
        self._show_request()
        if readings is not None:
            readings.ask(field, self.toPlainText())

    def _connect(self) -> None:
        self.textChanged.connect(self._on_text)
        self.cursorPositionChanged.connect(self._on_cursor)
        self._form.changed.connect(self._show_request)
        self._form.checkpoint_changed.connect(self._show_checkpoint)
        if self._readings is not None:
            self._readings.read.connect(self._on_read)

    def _set_lines(self) -> None:
        """At least and at most so many lines high."""
        margin, spacing = 7, self.fontMetrics().lineSpacing()
        self.document().setDocumentMargin(margin)
        self.setMinimumHeight(spacing * self._lines[0] + 2 * margin + 4)
        self.setMaximumHeight(spacing * self._lines[1] + 2 * margin + 4)

    def sizeHint(self) -> QSize:
        """No higher than it must be: it grows where there is room, and makes nothing scroll."""
        return QSize(200, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        """Qt's own one is higher than two lines."""
        return QSize(super().minimumSizeHint().width(), self.minimumHeight())

    # -- weights ----------------------------------------------------------------------------

    def change_weight(self, steps: int) -> bool:
        """Make the selection, or the word at the cursor, heavier or lighter: one step to undo.

        False where nothing there can have another weight.
        """
        cursor, text = self.textCursor(), self.toPlainText()
        places = Places(text)
        start, end = places.python(cursor.selectionStart()), places.python(cursor.selectionEnd())
        weighted = raise_weight(text, start, end, steps)
        if weighted.text == text:
            return False
        self._replace_by(weighted)
        return True

    def convert_weights(self) -> bool:
        """Spell other programs' weights as they are spelled here: one step to undo."""
        text = self.toPlainText()
        if not self.can_convert():
            return False
        assert self.reading is not None
        converted = convert(text, self.reading.suggestions)
        place = min(Places(text).python(self.textCursor().position()), len(converted))
        self._replace_by(Weighted(converted, place, place))
        return True

    def can_convert(self) -> bool:
        """Whether there are other programs' weights in the text as it is now."""
        return bool(
            self.reading and self.reading.suggestions and self._read_text == self.toPlainText()
        )

    def _replace_by(self, new: Weighted) -> None:
        """Change only what differs, as one step."""
        old = self.toPlainText()
        start, end = _common(old, new.text)
        taken, put = old[start : len(old) - end], new.text[start : len(new.text) - end]
        if not taken:  # a step that only inserts would swallow what is typed after it
            start, end = (start - 1, end) if start else (start, end - 1)
            taken, put = old[start : len(old) - end], new.text[start : len(new.text) - end]
        places = Places(old)
        first, last = places.qt(start), places.qt(start + len(taken))
        cursor = self.textCursor()
        cursor.beginEditBlock()
        cursor.setPosition(first)
        cursor.insertText(put)
        behind = cursor.position()
        cursor.setPosition(behind + last - first, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.endEditBlock()
        places = Places(new.text)
        cursor.setPosition(places.qt(new.start))
        cursor.setPosition(places.qt(new.end), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    # -- Qt's events ------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Weights before any shortcut of the window, and tips about what is under the mouse."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if _steps(event):
                event.accept()
                return True
        elif isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.cursorForPosition(self.viewport().mapFrom(self, event.pos())).position()
            QToolTip.showText(event.globalPos(), self.tip_at(place), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Up and Ctrl+Down."""
        if steps := _steps(event):
            self.change_weight(steps)
            event.accept()
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl: the weight of the word under the mouse, or of the selection around it."""
        if event.modifiers() != Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        event.accept()
        self._choose_under_mouse(event.position().toPoint())
        self._turned += event.angleDelta().y()
        notches = int(self._turned / _NOTCH)
        self._turned -= notches * _NOTCH
        step = 1 if notches > 0 else -1
        for _ in range(abs(notches)):  # each a step to undo
            self.change_weight(step)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste, unless what is pasted is more than a prompt."""
        text = source.text() if source.hasText() else ""
        if not (text and self.take_paste is not None and self.take_paste(text)):
            super().insertFromMimeData(source)

    def changeEvent(self, event: QEvent) -> None:
        """Marks have colours of the theme, and lines are as high as the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            with QSignalBlocker(self):
                self.highlighter.set_colours(colours_of(self.palette()))
        elif event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._set_lines()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Commands for prompts are for this one now."""
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nobody types here any more, unless only a menu or another window came between."""
        super().focusOutEvent(event)
        if event.reason() not in _INTERRUPTIONS:
            self._on_cursor()

    def _choose_under_mouse(self, point: QPoint) -> None:
        """Put the cursor there, once for each place: the words move under the mouse."""
        if point == self._wheel_at:
            return
        self._wheel_at = point
        self._turned = 0
        pointed, chosen = self.cursorForPosition(point), self.textCursor()
        if not chosen.selectionStart() <= pointed.position() <= chosen.selectionEnd():
            self.setTextCursor(pointed)

    def tip_at(self, place: int) -> str:
        """What there is to say about the character at one of Qt's places."""
        said: dict[str, None] = {}
        for mark in self.highlighter.marks_at(place):
            if mark.kind is Kind.PROBLEM:
                said[mark.text] = None
            elif mark.kind is Kind.WEIGHT:
                weight = self.locale().toString(mark.weight, "g", 4)
                said[self.tr("Weight {0}").format(weight)] = None
            elif mark.kind is Kind.BEYOND:
                said[self.tr("Beyond the first 75 tokens: read as a chunk of its own.")] = None
        info = self._form.checkpoint
        if info is not None and (word := self.highlighter.strange_word_at(place)):
            said[self.tr("{0} does not know “{1}”.").format(info.title, word)] = None
        return "\n".join(said)

    # -- the text and the form ----------------------------------------------------------------

    @Slot()
    def _on_text(self) -> None:
        text = self.toPlainText()
        if text != self._known:
            self._known = text
            self._form.edit(**{self._field: text})
            self._look_for_strange_words()
            if self._readings is not None:
                self._readings.ask(self._field, text)

    @Slot()
    def _on_cursor(self) -> None:
        self.highlighter.set_typed_at(self.textCursor().position() if self.hasFocus() else -1)
        self._look_for_strange_words()

    def _look_for_strange_words(self) -> None:
        words = self.highlighter.strange_words()
        if words != self.strange_words:
            self.strange_words = words
            self.strange_words_changed.emit()

    @Slot(str, object, object)
    def _on_read(self, field: str, text: str, reading: PromptReading | None) -> None:
        if field != self._field or text != self.toPlainText():
            return
        self.reading, self._read_text = reading, text
        self.highlighter.show_reading(reading, text)
        self.reading_changed.emit()

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
        if self._readings is not None:
            self._readings.ask(self._field, self.toPlainText())

    def _cleaned(self) -> str:
        return self._known.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")

    @Slot()
    def _show_checkpoint(self) -> None:
        info = self._form.checkpoint
        self.highlighter.set_vocabulary(info.vocabulary if info else frozenset())
        self._look_for_strange_words()


_INTERRUPTIONS = {
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
}


def _steps(event: QKeyEvent) -> int:
    """By how many steps a key changes the weight."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if modifiers != Qt.KeyboardModifier.ControlModifier:
        return 0
    return {Qt.Key.Key_Up.value: 1, Qt.Key.Key_Down.value: -1}.get(event.key(), 0)


def _common(old: str, new: str) -> tuple[int, int]:
    """How many characters two texts share at their beginnings, and at their ends."""
    most = min(len(old), len(new))
    start = next((i for i in range(most) if old[i] != new[i]), most)
    most -= start
    end = next((i for i in range(most) if old[-1 - i] != new[-1 - i]), most)
    return start, end
