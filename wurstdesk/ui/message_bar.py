"""Messages above the canvas: what happened, what to do, and the buttons that do it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wurstdesk.session.messages import Message, MessageAction, MessageKind, MessageList
from wurstdesk.ui.controls import Glyph, IconButton, dim_label, quiet_button


class MessageCard(QFrame):
    """One message."""

    action_asked = Signal(object, int)
    """A ``MessageAction`` and the message's id."""
    dismissed = Signal(int)

    def __init__(self, message: Message) -> None:
        super().__init__()
        self.message = message
        is_problem = message.kind is MessageKind.PROBLEM
        self.setObjectName(message.kind.value)
        self.setAccessibleName(f"{message.text} {message.hint}".strip())
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(Glyph(message.kind.value, "problem" if is_problem else "accent"))
        words = QVBoxLayout()
        words.setSpacing(2)
        text = QLabel(message.text)
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(text)
        if message.hint:
            hint = dim_label(message.hint)
            hint.setWordWrap(True)
            words.addWidget(hint)
        row.addLayout(words, 1)
        self.buttons = {action: self._button(action) for action in message.actions}
        for button in self.buttons.values():
            row.addWidget(button)
        self.close_button = IconButton("close", self.tr("Dismiss"))
        self.close_button.clicked.connect(self._on_close)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)

    def _button(self, action: MessageAction) -> QWidget:
        words = {
            MessageAction.SAVE_AGAIN: self.tr("Save again"),
            MessageAction.SAVE_AS: self.tr("Save as…"),
            MessageAction.SHOW_REPORT: self.tr("Show report…"),
        }
        button = quiet_button(words[action])
        button.setProperty("action", action.value)
        button.clicked.connect(self._on_action)
        return button

    @Slot()
    def _on_action(self) -> None:
        action = MessageAction(str(self.sender().property("action")))
        self.action_asked.emit(action, self.message.id)

    @Slot()
    def _on_close(self) -> None:
        self.dismissed.emit(self.message.id)


class MessageBar(QWidget):
    """All messages, newest first; nothing where there are none."""

    action_asked = Signal(object, object)
    """A ``MessageAction`` and the ``Message`` it belongs to."""

    def __init__(self, messages: MessageList) -> None:
        super().__init__()
        self._messages = messages
        self.cards: tuple[MessageCard, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)
        messages.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        kept = {card.message.id: card for card in self.cards}
        wanted = {message.id for message in self._messages.all}
        for number, card in kept.items():
            if number not in wanted:
                self._column.removeWidget(card)
                card.hide()
                card.deleteLater()
        cards = [kept.get(m.id) or self._make_card(m) for m in self._messages.all]
        for row, card in enumerate(cards):
            self._column.insertWidget(row, card)
        self.cards = tuple(cards)
        self.setVisible(bool(cards))

    def _make_card(self, message: Message) -> MessageCard:
        card = MessageCard(message)
        card.action_asked.connect(self._on_action)
        card.dismissed.connect(self._messages.dismiss)
        return card

    @Slot(object, int)
    def _on_action(self, action: MessageAction, message_id: int) -> None:
        message = next((m for m in self._messages.all if m.id == message_id), None)
        if message is not None:
            self.action_asked.emit(action, message)
