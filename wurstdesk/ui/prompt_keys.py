"""What a prompt's editor can do beside editing: past prompts, and whole sets of parameters."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QDialogButtonBox

from wurstdesk.session.form import RequestForm
from wurstdesk.session.pasted import propose_pasted
from wurstdesk.session.prompt_history import HistoryWalk, PromptHistory
from wurstdesk.session.proposal import use
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.prompt_editor import PromptEditor
from wurstdesk.ui.proposal_dialog import ProposalDialog


class PromptKeys(QObject):
    """Belongs to the ``editor`` of a field: Alt+Up and Alt+Down go through ``history``, and a
    whole set of parameters that is pasted is shown before it is used."""

    focused = Signal()
    """The editor is being written in."""

    def __init__(
        self, editor: PromptEditor, form: RequestForm, field: str, history: PromptHistory
    ) -> None:
        super().__init__(editor)
        self._form = form
        self._field = field
        self._history = history
        self._walk = HistoryWalk(partial(history.past, field))
        self._pasted = ""
        self.dialog: ProposalDialog | None = None
        editor.installEventFilter(self)
        editor.take_paste = self.take_paste

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Alt+Up and Alt+Down, before any shortcut of the window."""
        if event.type() == QEvent.Type.FocusIn:
            self.focused.emit()
        elif isinstance(event, QKeyEvent) and (direction := _direction(event)):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress:
                (self.older if direction > 0 else self.newer)()
            return True
        return super().eventFilter(watched, event)

    # -- past prompts -----------------------------------------------------------------------

    @property
    def has_past(self) -> bool:
        """Whether there is a way to go."""
        return bool(self._past())

    @Slot()
    def older(self) -> None:
        """Write the prompt that was used before the one that is shown."""
        self._write(self._walk.older(self.editor().toPlainText()))

    @Slot()
    def newer(self) -> None:
        """Write the one that was used after it, at last what was being written."""
        self._write(self._walk.newer(self.editor().toPlainText()))

    def editor(self) -> PromptEditor:
        """Whose keys these are."""
        # Asked for, not kept: a reference back would be a cycle for the garbage collector.
        editor = self.parent()
        assert isinstance(editor, PromptEditor)
        return editor

    def _past(self) -> tuple[str, ...]:
        return self._history.past(self._field)

    def _write(self, text: str | None) -> None:
        if text is None:
            return
        editor = self.editor()
        cursor = editor.textCursor()
        cursor.beginEditBlock()  # one step to undo
        cursor.setPosition(0)
        cursor.insertText(text)
        behind = cursor.position()
        # A step that ended with inserting would swallow what is typed after it.
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.endEditBlock()
        cursor.setPosition(behind)
        editor.setTextCursor(cursor)

    # -- whole sets of parameters -----------------------------------------------------------

    def take_paste(self, text: str) -> bool:
        """Whether a text that is pasted is a whole set of parameters. If so it is not to be
        inserted: a dialog shows what it would change."""
        proposal = propose_pasted(self._form, text)
        if proposal is None:
            return False
        self._pasted = text
        dialog = ProposalDialog(proposal, self.editor().window())
        as_text = dialog.buttons.addButton(
            self.tr("Paste as &text"), QDialogButtonBox.ButtonRole.ActionRole
        )
        as_text.setAutoDefault(False)
        as_text.clicked.connect(self._on_as_text)
        dialog.accepted_fields.connect(self._on_fields)
        dialog.finished.connect(self._on_finished)
        self.dialog = dialog
        dialog.open()
        return True

    @Slot(object)
    def _on_fields(self, fields: dict[str, object]) -> None:
        use(self._form, fields)

    @Slot()
    def _on_as_text(self) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self.editor().insertPlainText(self._pasted)
        self.editor().ensureCursorVisible()

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None
        self.editor().setFocus()


class PastPromptCommands(QObject):
    """The same in a ``book``, for the editor that was written in last."""

    def __init__(
        self,
        book: CommandBook,
        prompt: PromptKeys,
        negative: PromptKeys,
        history: PromptHistory,
    ) -> None:
        super().__init__(book)
        self._keys = prompt
        book.add(
            "older_prompt",
            "edit",
            self.tr("&Older prompt"),
            "Alt+Up",
            run=self._older,
            enabled=self._has_past,
            section=5,
        )
        book.add(
            "newer_prompt",
            "edit",
            self.tr("Ne&wer prompt"),
            "Alt+Down",
            run=self._newer,
            enabled=self._has_past,
            section=5,
        )
        for name in ("older_prompt", "newer_prompt"):
            # The editor takes the keys itself; elsewhere they open lists.
            book[name].setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        for keys in (prompt, negative):
            keys.focused.connect(self._on_focus)
            keys.focused.connect(book.refresh)
        history.changed.connect(book.refresh)

    @Slot()
    def _on_focus(self) -> None:
        keys = self.sender()
        if isinstance(keys, PromptKeys):
            self._keys = keys

    def _has_past(self) -> bool:
        return self._keys.has_past

    @Slot()
    def _older(self) -> None:
        self._keys.older()

    @Slot()
    def _newer(self) -> None:
        self._keys.newer()


def _direction(event: QKeyEvent) -> int:
    """Whether a key leads back or forth."""
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != Qt.KeyboardModifier.AltModifier:
        return 0
    return {Qt.Key.Key_Up.value: 1, Qt.Key.Key_Down.value: -1}.get(event.key(), 0)
