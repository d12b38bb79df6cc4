"""One message: what happened, what to do, buttons that do it, and details on demand."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.session.messages import Message, MessageAction, MessageKind
from wurstdesk.ui.controls import Glyph, IconButton, dim_label, quiet_button
from wurstdesk.ui.error_reporting import fixed_font
from wurstdesk.ui.flow_row import FlowRow

_DETAIL_LINES = 6
_PART_OF_BUTTONS = 0.4
"""How much of a card's width its buttons may take from the words beside them."""


class MessageCard(QFrame):
    """Shows a message. It can be read aloud, acted on and dismissed (also by Delete)."""

    action_asked = Signal(object, int)
    """A ``MessageAction`` and the message's id."""
    dismissed = Signal(int)

    def __init__(self, message: Message) -> None:
        super().__init__()
        self.message = message
        self.setObjectName(message.kind.value)
        self.setAccessibleName(spoken(message))
        self.buttons = {action: self._button(action) for action in message.actions}
        self.details_button = quiet_button(self.tr("Details"))
        self.details_button.setCheckable(True)
        if not message.details:
            self.details_button.hide()  # to show it here would make a window of it
        self.close_button = IconButton("close", self.tr("Dismiss"))
        self.close_button.setToolTip(self.tr("Dismiss (Delete)"))
        self.details = _Details(message.details)
        self.details.hide()
        self._row = FlowRow(margin=(0, 0), spacing=6)
        self._grid = QGridLayout()
        self._is_beneath = False
        self._room = 0
        self._lay_out()
        self.details_button.toggled.connect(self.details.setVisible)
        self.close_button.clicked.connect(self._on_close)

    def _lay_out(self) -> None:
        is_problem = self.message.kind is MessageKind.PROBLEM
        glyph = Glyph(self.message.kind.value, "problem" if is_problem else "accent")
        for button in (*self.buttons.values(), self.details_button):
            self._row.add(button)
        if not self.buttons and self.details_button.isHidden():
            self._row.hide()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(glyph, 0, 0)
        self._grid.addLayout(self._words(), 0, 1)
        self._grid.addWidget(self._row, 0, 2)
        self._grid.addWidget(self.close_button, 0, 3, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 8, 8)
        column.setSpacing(8)
        column.addLayout(self._grid)
        column.addWidget(self.details)

    def fit(self, room: int) -> None:
        """So wide may all of it be: many buttons go beneath the words, which then have room."""
        self._room = room
        is_beneath = self._row.sizeHint().width() > _PART_OF_BUTTONS * room > 0
        if is_beneath != self._is_beneath:
            self._is_beneath = is_beneath
            self._grid.removeWidget(self._row)
            place = (1, 1, 1, 3) if is_beneath else (0, 2, 1, 1)
            self._grid.addWidget(self._row, *place)

    def event(self, event: QEvent) -> bool:
        """The buttons may be larger by now, with the text on them."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit(self._room)
        return super().event(event)

    def _words(self) -> QVBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(2)
        text = QLabel(self.message.text)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(text)
        if self.message.hint:
            hint = dim_label(self.message.hint)
            hint.setWordWrap(True)
            words.addWidget(hint)
        return words

    def _button(self, action: MessageAction) -> QPushButton:
        words = {
            MessageAction.SAVE_AGAIN: self.tr("Save again"),
            MessageAction.SAVE_AS: self.tr("Save as…"),
            MessageAction.SHOW_REPORT: self.tr("Show report…"),
            MessageAction.LOW_MEMORY: self.tr("Use low-memory mode"),
            MessageAction.CHOOSE_FOLDER: self.tr("Choose a folder…"),
            MessageAction.USE_CHECKPOINT: self.tr("Draw with it"),
            MessageAction.SHOW_CHECKPOINTS: self.tr("Show checkpoints…"),
        }
        button = quiet_button(words[action])
        button.setProperty("action", action.value)
        button.clicked.connect(self._on_action)
        return button

    def first_stop(self) -> QWidget:
        """Where the keyboard arrives: at what can be done, if anything."""
        return next(iter(self.buttons.values()), self.close_button)

    def stops(self) -> list[QWidget]:
        """All that the tab key goes to, in the order in which they are read."""
        more = (self.details_button, self.close_button, self.details.text, self.details.copy_button)
        return [*self.buttons.values(), *more]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete dismisses, wherever in the card the focus is."""
        if event.key() == Qt.Key.Key_Delete:
            self._on_close()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_action(self) -> None:
        action = MessageAction(str(self.sender().property("action")))
        self.action_asked.emit(action, self.message.id)

    @Slot()
    def _on_close(self) -> None:
        self.dismissed.emit(self.message.id)


class _Details(QWidget):
    """What lies behind a message, to be read and copied."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = _ShortText(text)
        self.text.setAccessibleName(self.tr("Details"))
        self.copy_button = quiet_button(self.tr("Copy"))
        self.copy_button.setAccessibleName(self.tr("Copy the details"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.text, 1)
        row.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        self.copy_button.clicked.connect(self._copy)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy_button.setText(self.tr("Copied"))


class _ShortText(QPlainTextEdit):
    """As high as its lines need, up to a few."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFont(fixed_font())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A line for each, and one for the bar below them."""
        lines = min(self.blockCount(), _DETAIL_LINES) + 1
        return QSize(300, lines * self.fontMetrics().lineSpacing() + 12)

    def minimumSizeHint(self) -> QSize:
        """No higher than that."""
        return QSize(100, self.sizeHint().height())


def spoken(message: Message) -> str:
    """A message as it is read aloud."""
    return f"{message.text} {message.hint}".strip()
