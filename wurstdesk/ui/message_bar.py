"""The one place for messages, above the pages: newest first, three at once, all on demand.

What would take too much of the window's height is scrolled: the page below keeps its room.
"""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent, QShowEvent
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

_PART_OF_WINDOW, _PART_WHEN_OPEN = 0.3, 0.45
"""How much of the window's height the messages may take, and all of them on demand."""
_LEAST_LINES = 3
"""What is seen of them in any case."""


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
        self._area = _Area(self._stack)
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
        column.addWidget(self._foot)

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
        self._area.set_open(self._is_open())
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

    def _make_card(self, message: Message) -> MessageCard:
        card = MessageCard(message)
        card.fit(self.width())
        card.action_asked.connect(self._on_action)
        card.dismissed.connect(self._messages.dismiss)
        return card

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Buttons may have to go beneath the words, or have room beside them."""
        super().resizeEvent(event)
        for card in self.cards:
            card.fit(self.width())

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
        if self._place_of_focus() is None:
            self._area.verticalScrollBar().setValue(0)
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
    """Room for the messages: as high as they are, up to a part of the window.

    What has the focus in it is seen, and the keys that scroll reach it from there.
    """

    def __init__(self, stack: QWidget) -> None:
        super().__init__()
        self._stack = stack
        self._is_open = False
        self._window: QWidget | None = None
        self.setWidget(stack)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._show_focus)

    def set_open(self, is_open: bool) -> None:
        """Whether all were asked for: then more of them may be seen."""
        self._is_open = is_open
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As much as is needed, but the pages below keep their room."""
        part = _PART_WHEN_OPEN if self._is_open else _PART_OF_WINDOW
        return QSize(400, min(self._needed(), round(self.window().height() * part)))

    def minimumSizeHint(self) -> QSize:
        """A few lines, where the pages leave no more."""
        few = _LEAST_LINES * self.fontMetrics().lineSpacing()
        return QSize(self._stack.minimumSizeHint().width(), min(self._needed(), few))

    def _needed(self) -> int:
        layout = self._stack.layout()
        if layout is not None and layout.hasHeightForWidth() and self.width() > 0:
            return layout.heightForWidth(self.width())
        return self._stack.sizeHint().height()

    # -- when another height is wanted --------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """A message came, went, or has other words."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In less width the words take more lines."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the window's height."""
        super().showEvent(event)
        if self._window is not self.window():
            self._window = self.window()
            self._window.installEventFilter(self)
            self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A higher window has more room for messages."""
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    @Slot(QWidget, QWidget)
    def _show_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self._stack.isAncestorOf(now):
            return
        card = next(c for c in self._stack.children() if _is_or_holds(c, now))
        for seen in (card, now):
            if isinstance(seen, QWidget) and seen.height() <= self.viewport().height():
                self.ensureWidgetVisible(seen, 0, 0)


def _is_or_holds(part: QObject, inner: QWidget) -> bool:
    return part is inner or (isinstance(part, QWidget) and part.isAncestorOf(inner))
