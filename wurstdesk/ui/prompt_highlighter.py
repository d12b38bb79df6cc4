"""Shows in the text of a prompt what it is to the text encoder.

Weights are tints, signs are coloured, what is wrong or unknown is underlined, and what the first
chunk has no room for is dim. Readings come from a thread and late; until then the marks of the
last one move along with what is typed, so that nothing flickers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import (
    QColor,
    QSyntaxHighlighter,
    QTextBlock,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
)

from wurstdesk.generation import PromptReading
from wurstdesk.ui.prompt_marks import Kind, Mark, Places, marks_of, moved, units
from wurstdesk.ui.theme import Colours
from wurstdesk.words import is_beginning, unknown_words

WEIGHT = QTextFormat.Property.UserProperty.value
"""The weight of what bears a format, if it is not 1."""
UNREAD = WEIGHT + 1
"""Whether what bears a format is no text to the encoder: a sign, or left out."""

_WEAKEST = 0.36
_STRONGEST_WEIGHT = 2.0
_Style = tuple[float, Kind | None, bool, bool]


class PromptHighlighter(QSyntaxHighlighter):
    """Marks the words outside ``vocabulary`` (none if that is empty) and what a reading says."""

    def __init__(self, parent: QObject, document: QTextDocument, colours: Colours) -> None:
        super().__init__(parent)
        self.vocabulary: frozenset[str] = frozenset()
        self.typed_at = -1
        self._marks: tuple[Mark, ...] = ()
        self._colours = colours
        self._formats: dict[_Style, QTextCharFormat] = {}
        # Before Qt's own connection: the marks have moved when a changed line is highlighted.
        self.setDocument(None)
        document.contentsChange.connect(self._on_change)
        self.setDocument(document)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is marked now, unknown words aside."""
        return self._marks

    def set_vocabulary(self, vocabulary: frozenset[str]) -> None:
        """Compare with these words from now on."""
        if vocabulary != self.vocabulary:
            self.vocabulary = vocabulary
            self.rehighlight()

    def set_colours(self, colours: Colours) -> None:
        """Of the theme."""
        if colours is not self._colours:
            self._colours = colours
            self._formats.clear()
            self.rehighlight()

    def set_typed_at(self, place: int) -> None:
        """Where somebody types: a word that may become a known one there is not marked yet."""
        before, self.typed_at = self.typed_at, place
        if not self.vocabulary or place == before:
            return
        for number in {self.document().findBlock(at).blockNumber() for at in (before, place)}:
            block = self.document().findBlockByNumber(number)
            if block.isValid() and self._strange_in(block, before) != self._strange_in(
                block, place
            ):
                self.rehighlightBlock(block)

    def show_reading(self, reading: PromptReading | None, text: str) -> None:
        """Mark what is said of ``text``, which is the document's; only changed lines are drawn."""
        before, after = self._marks, marks_of(reading, text) if reading is not None else ()
        changed = set(before).symmetric_difference(after)
        if not changed:
            return
        blocks = [block for block in self._blocks() if _touches(block, changed)]
        old = [_within(block, before) for block in blocks]
        self._marks = after
        self._redraw(
            block
            for block, drawn in zip(blocks, old, strict=True)
            if drawn != _within(block, after)
        )

    def strange_words(self) -> tuple[str, ...]:
        """The words that are unknown."""
        text = self.document().toPlainText() if self.vocabulary else ""
        return tuple(word for _, word in _strange_words(text, self.vocabulary, self.typed_at))

    def strange_word_at(self, place: int) -> str:
        """The unknown word that stands there, if any."""
        text = self.document().toPlainText() if self.vocabulary else ""
        for start, word in _strange_words(text, self.vocabulary, self.typed_at):
            if start <= place <= start + units(word):
                return word
        return ""

    def marks_at(self, place: int) -> tuple[Mark, ...]:
        """What is marked of the character at a place."""
        return tuple(mark for mark in self._marks if mark.start <= place < mark.end)

    def highlightBlock(self, text: str) -> None:
        """Draw one line."""
        begin = self.currentBlock().position()
        length = self.currentBlock().length() - 1
        marks = list(_within(self.currentBlock(), self._marks))
        marks += [
            Mark(start, start + units(word), Kind.PROBLEM)
            for start, word in _strange_words(text, self.vocabulary, self.typed_at - begin)
        ]
        for start, end, style in _runs(marks, length):
            self.setFormat(start, end - start, self._format(style))

    @Slot(int, int, int)
    def _on_change(self, at: int, removed: int, added: int) -> None:
        if self._marks:
            self._marks = moved(self._marks, at, removed, added)

    def _strange_in(self, block: QTextBlock, typed_at: int) -> list[tuple[int, str]]:
        at = typed_at - block.position()
        return list(_strange_words(block.text(), self.vocabulary, at))

    def _blocks(self) -> Iterator[QTextBlock]:
        block = self.document().begin()
        while block.isValid():
            yield block
            block = block.next()

    def _redraw(self, blocks: Iterable[QTextBlock]) -> None:
        for block in blocks:
            if block.isValid():
                self.rehighlightBlock(block)

    def _format(self, style: _Style) -> QTextCharFormat:
        if style not in self._formats:
            self._formats[style] = self._made(style)
        return self._formats[style]

    def _made(self, style: _Style) -> QTextCharFormat:
        weight, kind, is_beyond, is_problem = style
        colours = self._colours
        made = QTextCharFormat()
        if kind is Kind.WEIGHT:
            made.setBackground(tint(colours, weight))
            made.setProperty(WEIGHT, weight)
        elif kind is not None:
            colour = colours.accent if kind is Kind.SIGN and not is_beyond else colours.dim
            made.setForeground(QColor(colour))
            made.setProperty(UNREAD, True)
        elif is_beyond:
            made.setForeground(QColor(colours.dim))
        if is_problem:
            made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            made.setUnderlineColor(QColor(colours.problem))
        return made


def tint(colours: Colours, weight: float) -> QColor:
    """What stands behind a word: the stronger, the further its weight is from 1."""
    away = abs(math.log(weight)) / math.log(_STRONGEST_WEIGHT) if weight > 0 else 1.0
    share = _WEAKEST + (1 - _WEAKEST) * min(away, 1.0)
    ground = QColor(colours.field)
    full = QColor(colours.heavier if weight > 1 else colours.lighter)
    mixed = (
        round(low + (high - low) * share)
        for low, high in zip(ground.getRgb()[:3], full.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(*mixed)


def _touches(block: QTextBlock, marks: Iterable[Mark]) -> bool:
    start, end = block.position(), block.position() + block.length()
    return any(mark.start < end and mark.end > start for mark in marks)


def _within(block: QTextBlock, marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """The marks that are seen in one line, in places of the line."""
    start, length = block.position(), block.length() - 1
    return tuple(
        Mark(
            max(mark.start - start, 0),
            min(mark.end - start, length),
            mark.kind,
            mark.weight,
            mark.text,
        )
        for mark in marks
        if mark.start < start + length and mark.end > start
    )


def _runs(marks: Iterable[Mark], length: int) -> Iterator[tuple[int, int, _Style]]:
    """Pieces of a line that look alike."""
    edges: dict[int, tuple[list[Mark], list[Mark]]] = {0: ([], []), length: ([], [])}
    for mark in marks:
        edges.setdefault(mark.start, ([], []))[0].append(mark)
        edges.setdefault(min(mark.end, length), ([], []))[1].append(mark)
    open_marks: list[Mark] = []
    places = sorted(edges)
    for start, end in pairwise(places):
        begun, ended = edges[start]
        open_marks = [mark for mark in open_marks if mark not in ended] + begun
        if open_marks:
            yield start, end, _style(open_marks)


def _style(marks: Iterable[Mark]) -> _Style:
    weight, kind, is_beyond, is_problem = 1.0, None, False, False
    for mark in marks:
        if mark.kind is Kind.BEYOND:
            is_beyond = True
        elif mark.kind is Kind.PROBLEM:
            is_problem = True
        else:
            weight, kind = mark.weight, mark.kind
    return weight, kind, is_beyond, is_problem


def _strange_words(
    text: str, vocabulary: frozenset[str], typed_at: int
) -> Iterator[tuple[int, str]]:
    """Unknown words and where they start, but not one at whose end somebody may go on typing."""
    for place, word in _unknown(text, vocabulary):
        is_typed = place + units(word) == typed_at
        if not (is_typed and is_beginning(word, vocabulary)):
            yield place, word


@lru_cache(maxsize=64)
def _unknown(text: str, vocabulary: frozenset[str]) -> tuple[tuple[int, str], ...]:
    """Unknown words in Qt's places. The same line is asked for several times at a keystroke."""
    places = Places(text)
    return tuple((places.qt(span.start), span.word) for span in unknown_words(text, vocabulary))
