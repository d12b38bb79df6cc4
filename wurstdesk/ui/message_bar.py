"""The one place for messages, above the pages: newest first, three at once, all on demand."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from wurstdesk.session.messages import Message, MessageAction, MessageKind, MessageList
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.controls import quiet_button
from wurstdesk.ui.message_card import MessageCard, spoken

_PART_OF_WINDOW = 0.45
"""How much of the window's height all messages together may take."""


class MessageBar(QWidget):
    """The messages of a ``MessageList``; nothing where there are none."""

    action_asked = Signal(object, object)
    """A ``MessageAction`` and the ``Message`` it belongs to."""

    def __init__(self, messages: MessageList, book: CommandBook | None = None) -> None:
        super().__init__()
        self._messages = messages
        self._book = book
        self._said = 0
        self.cards: tuple[MessageCard, ...] = ()
        self._anchor = QWidget(self)  # where in the order of the tab key the messages come
        self._anchor.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._anchor.hide()
        self._stack = QWidget()
        self._column = QVBoxLayout(self._stack)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)
        self._area = _Area()
        self._foot = QWidget()
        self.more_button = quiet_button("")
        self.more_button.setCheckable(True)
        self.dismiss_button = quiet_button(self.tr("Dismiss all"))
        self._lay_out()
        if book is not None:
            book.add(
                "messages",
                "view",
                self.tr("Go to the &messages"),
                "F6",
                run=self.focus_first,
                enabled=self._has_messages,
                section=2,
            )
        self.more_button.toggled.connect(self._show)
        self.dismiss_button.clicked.connect(messages.dismiss_all)
        messages.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(14, 4, 8, 4)
        foot.addWidget(self.more_button)
        foot.addStretch()
        foot.addWidget(self.dismiss_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self._area)
        column.addWidget(self._stack)
        column.addWidget(self._foot)
        self._area.hide()

    @Slot()
    def focus_first(self) -> None:
        """Bring the keyboard to the newest message."""
        if self.cards:
            self.cards[0].first_stop().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _has_messages(self) -> bool:
        return bool(self._messages.all)

    # -- what is shown ----------------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        hidden = len(self._messages.all) - len(self._messages.shown)
        self._show_foot(hidden)
        had_focus = self._place_of_focus()
        self._show_cards(self._messages.all if self._is_open() else self._messages.shown)
        self._put_stack()
        self.setVisible(bool(self.cards))
        if self.cards and had_focus is not None and self._place_of_focus() is None:
            self.cards[min(had_focus, len(self.cards) - 1)].close_button.setFocus()
        self._announce()
        if self._book is not None:
            self._book.refresh()

    def _is_open(self) -> bool:
        return self.more_button.isChecked() and not self._foot.isHidden()

    def _show_foot(self, hidden: int) -> None:
        self._foot.setVisible(hidden > 0)
        if not hidden:
            with QSignalBlocker(self.more_button):
                self.more_button.setChecked(False)
        self.more_button.setText(
            self.tr("Show fewer")
            if self._is_open()
            else self.tr("1 more message")
            if hidden == 1
            else self.tr("{0} more messages").format(hidden)
        )

    def _show_cards(self, messages: tuple[Message, ...]) -> None:
        kept = {card.message.id: card for card in self.cards}
        wanted = {message.id for message in messages}
        for number, card in kept.items():
            if number not in wanted:
                self._column.removeWidget(card)
                card.hide()
                card.deleteLater()
        cards = [kept.get(m.id) or self._make_card(m) for m in messages]
        for row, card in enumerate(cards):
            self._column.insertWidget(row, card)
            card.show()
        self.cards = tuple(cards)
        self._order_stops()

    def _order_stops(self) -> None:
        """Tab goes from the newest message to the oldest, whichever was made first."""
        stops = [stop for card in self.cards for stop in card.stops()]
        for one, next_one in pairwise([self._anchor, *stops, self.more_button]):
            QWidget.setTabOrder(one, next_one)
        QWidget.setTabOrder(self.more_button, self.dismiss_button)

    def _put_stack(self) -> None:
        """All messages may be many: they are scrolled. A few are simply there."""
        is_open = self._is_open()
        if is_open == (self._stack.parent() is not self):
            return
        if is_open:
            self._area.setWidget(self._stack)
        else:
            self._area.takeWidget()
            column = self.layout()
            assert isinstance(column, QVBoxLayout)
            column.insertWidget(1, self._stack)
        self._area.setVisible(is_open)
        self._stack.show()

    def _make_card(self, message: Message) -> MessageCard:
        card = MessageCard(message)
        card.action_asked.connect(self._on_action)
        card.dismissed.connect(self._messages.dismiss)
        return card

    def _place_of_focus(self) -> int | None:
        """In which card the focus is."""
        focused = QApplication.focusWidget()
        for place, card in enumerate(self.cards):
            if focused is not None and (card is focused or card.isAncestorOf(focused)):
                return place
        return None

    # -- for who hears it -------------------------------------------------------------------

    def _announce(self) -> None:
        newest = self._messages.all[0] if self._messages.all else None
        if newest is None or newest.id <= self._said:
            return
        self._said = newest.id
        event = QAccessibleAnnouncementEvent(self, spoken(newest))
        if newest.kind is MessageKind.PROBLEM:
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)

    @Slot(object, int)
    def _on_action(self, action: MessageAction, message_id: int) -> None:
        message = next((m for m in self._messages.all if m.id == message_id), None)
        if message is not None:
            self.action_asked.emit(action, message)


class _Area(QScrollArea):
    """Room for all messages, as high as they are, up to a part of the window."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As much as is needed, but the pages below keep their room."""
        inner = self.widget()
        needed = inner.heightForWidth(self.width()) if inner is not None else 0
        if needed < 0 and inner is not None:
            needed = inner.sizeHint().height()
        return QSize(400, min(needed, round(self.window().height() * _PART_OF_WINDOW)))
