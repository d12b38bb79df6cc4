"""A prompt with what belongs to it: its title, the count of its tokens, and what is to be said."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from wurstdesk.generation import TOKENS_PER_CHUNK, PromptReading
from wurstdesk.generation.choices import has_choices
from wurstdesk.session.form import RequestForm
from wurstdesk.session.prompt_readings import PromptReadings
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.controls import (
    ElidedLabel,
    Glyph,
    IconButton,
    Remark,
    dim_label,
    quiet_button,
)
from wurstdesk.ui.i18n import DOT
from wurstdesk.ui.prompt_editor import PromptEditor

_PATIENCE = 900
"""Milliseconds until a problem is put into words: half-written brackets are none yet."""
_MOST_SENTENCES = 3


class PromptField(QWidget):
    """An editor under its title, which folds one that is ``foldable``.

    ``title`` may have the sign of a key: it leads into the editor.
    """

    strange_words_changed = Signal()
    folded_changed = Signal(bool)

    def __init__(
        self,
        form: RequestForm,
        readings: PromptReadings | None,
        field: str,
        title: str,
        lines: tuple[int, int],
        *,
        placeholder: str = "",
        foldable: bool = False,
    ) -> None:
        super().__init__()
        name = title.replace("&", "")
        self.editor = PromptEditor(form, field, lines, readings)
        self.editor.setAccessibleName(name)
        self.editor.setPlaceholderText(placeholder)
        self.count = dim_label()
        self.fold: IconButton | None = None
        self.remark = Remark("problem")
        self.conversion = _Conversion(name)
        self._first_words = ElidedLabel(is_dim=True)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE)
        if foldable:
            self.fold = IconButton("open", self.tr("Fold or unfold: {0}").format(name), "fold")
            self.fold.setText(title)
            self.fold.setShortcut(QKeySequence())  # the key of the title leads into the editor
            key = QShortcut(QKeySequence.mnemonic(title), self)
            key.activated.connect(self.write)
            self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self.fold.setAccessibleName(name)
        self._lay_out(title)
        self._connect()
        self.set_folded(False)
        self._show_reading()

    @property
    def strange_words(self) -> tuple[str, ...]:
        """Words that the checkpoint does not know."""
        return self.editor.strange_words

    @property
    def is_folded(self) -> bool:
        """Whether only the title is there, with the first words."""
        return self.editor.isHidden()

    def set_folded(self, folded: bool) -> None:
        """Hide the editor, or show it; one that cannot be folded stays."""
        if self.fold is None:
            self._first_words.hide()
            return
        was_folded = self.is_folded
        self.fold.change_icon("closed" if folded else "open")
        self.editor.setVisible(not folded)
        self._first_words.setVisible(folded)
        self._spacer.setVisible(not folded)
        self._show_first_words()
        if folded != was_folded:
            self.folded_changed.emit(folded)

    def add_tool(self, tool: QWidget) -> None:
        """Put a button at the end of the title's line."""
        self._head.addWidget(tool)

    def sizeHint(self) -> QSize:
        """As high as it is with all the lines that it may have: what is below stays close."""
        hint = super().sizeHint()
        if self.is_folded:
            return hint
        lines = self.editor.maximumHeight() - self.editor.sizeHint().height()
        return QSize(hint.width(), hint.height() + lines)

    @Slot()
    def write(self) -> None:
        """Go into the editor; it is unfolded for that."""
        self.set_folded(False)
        self.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _lay_out(self, title: str) -> None:
        self._head = head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.fold or dim_label(title, self.editor))
        head.addWidget(self._first_words, 1)
        self._spacer = QWidget()
        self._spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        head.addWidget(self._spacer, 1)
        head.addWidget(self.count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.editor, 1)
        column.addWidget(self.remark)
        column.addWidget(self.conversion)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def _connect(self) -> None:
        self.editor.strange_words_changed.connect(self.strange_words_changed)
        self.editor.reading_changed.connect(self._show_reading)
        self.editor.textChanged.connect(self._show_first_words)
        self.conversion.button.clicked.connect(self.editor.convert_weights)
        self._patience.timeout.connect(self._say_problems)
        if self.fold is not None:
            self.fold.clicked.connect(self._on_fold)

    @Slot()
    def _on_fold(self) -> None:
        if self.is_folded:
            self.write()
        else:
            self.set_folded(True)

    @Slot()
    def _show_first_words(self) -> None:
        if self.is_folded:
            self._first_words.setText(" ".join(self.editor.toPlainText()[:200].split()))

    # -- what was read ----------------------------------------------------------------------

    @Slot()
    def _show_reading(self) -> None:
        reading = self.editor.reading
        self._show_count(reading)
        self.conversion.show_reading(reading, self.editor.toPlainText())
        sentences = _sentences(reading)
        if not sentences or not self.editor.hasFocus() or self.remark.text():
            self._say_problems()
        else:
            self._patience.start()

    def _show_count(self, reading: PromptReading | None) -> None:
        if reading is None or not reading.branches:
            self.count.clear()
            return
        chunks = reading.chunks
        tokens = self.locale().toString(sum(chunks))
        if len(chunks) == 1:
            text = self.tr("{0} / {1} tokens").format(tokens, TOKENS_PER_CHUNK)
        else:
            text = self.tr("{0} tokens").format(tokens)
            text += DOT + self.tr("{0} chunks").format(len(chunks))
        tip = self.tr(
            "A word is one token or a few. The model reads up to {0} of them at once; what goes "
            "beyond is read by itself, as a chunk of its own."
        ).format(TOKENS_PER_CHUNK)
        if has_choices(self.editor.toPlainText()):
            tip += " " + self.tr("Of each random choice the first option is counted.")
        self.count.setText(text)
        self.count.setToolTip(tip)

    @Slot()
    def _say_problems(self) -> None:
        self._patience.stop()
        said = "\n".join(_sentences(self.editor.reading))
        self.remark.say(said)
        described = "\n".join(part for part in (self.count.text(), said) if part)
        self.editor.setAccessibleDescription(described)


class _Conversion(QWidget):
    """Offers to spell other programs' weights as they are spelled here."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._label = dim_label()
        self._label.setWordWrap(True)
        self.button = quiet_button(
            self.tr("Convert"), self.tr("Spell these weights as they are spelled here")
        )
        self.button.setAccessibleDescription(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(Glyph("note", "accent"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_reading(self, reading: PromptReading | None, text: str) -> None:
        """Say which, or nothing."""
        found = reading.suggestions if reading is not None else ()
        if found:
            first = " ".join(text[found[0].start : found[0].end].split())
            shown = first if len(first) <= 40 else f"{first[:24]} … {first[-12:]}"
            said = self.tr("Weights in another program’s spelling: {0}")
            self._label.setText(said.format(shown))
        self.setVisible(bool(found))


class PromptCommands(QObject):
    """The commands for the prompt that was written in last, in a ``book``."""

    def __init__(self, book: CommandBook, prompt: PromptField, negative: PromptField) -> None:
        super().__init__(book)
        self._book = book
        self._negative = negative
        self._editor = prompt.editor
        for field in (prompt, negative):
            field.editor.focused.connect(self._on_focus)
            field.editor.reading_changed.connect(book.refresh)
        self._add()

    def _add(self) -> None:
        add = self._book.add
        heavier = add(
            "heavier",
            "edit",
            self.tr("Give the word &more weight"),
            "Ctrl+Up",
            run=self._heavier,
            section=4,
        )
        lighter = add(
            "lighter",
            "edit",
            self.tr("Give the word &less weight"),
            "Ctrl+Down",
            run=self._lighter,
            section=4,
        )
        for action in (heavier, lighter):  # the editor takes the keys itself; elsewhere they scroll
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        add(
            "convert_weights",
            "edit",
            self.tr("&Convert weights of other programs"),
            run=self._convert,
            enabled=self._can_convert,
            section=4,
        )
        add(
            "fold_negative",
            "edit",
            self.tr("Fold or &unfold the negative prompt"),
            "Ctrl+Shift+N",
            run=self._fold,
            section=4,
        )

    @Slot()
    def _on_focus(self) -> None:
        editor = self.sender()
        if isinstance(editor, PromptEditor):
            self._editor = editor
            self._book.refresh()

    @Slot()
    def _heavier(self) -> None:
        self._editor.change_weight(1)

    @Slot()
    def _lighter(self) -> None:
        self._editor.change_weight(-1)

    @Slot()
    def _convert(self) -> None:
        self._editor.convert_weights()

    def _can_convert(self) -> bool:
        return self._editor.can_convert()

    @Slot()
    def _fold(self) -> None:
        if self._negative.is_folded:
            self._negative.write()
        else:
            self._negative.set_folded(True)


def _sentences(reading: PromptReading | None) -> tuple[str, ...]:
    """What is wrong, in the order of the text; what the conversion says is not said twice."""
    if reading is None:
        return ()
    offered = {(one.start, one.end) for one in reading.suggestions}
    problems = sorted(reading.problems, key=lambda problem: problem.start)
    said = dict.fromkeys(p.text for p in problems if (p.start, p.end) not in offered)
    return tuple(said)[:_MOST_SENTENCES]
