# mypy: disable-error-code="no-untyped-call"
# pytest-qt's keys and clicks have no types.
"""The bar of messages: what is shown, by hand, by keyboard and by ear."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QMainWindow,
    QScrollArea,
    QScrollBar,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from wurstdesk.session.messages import Message, MessageAction, MessageKind, MessageList
from wurstdesk.ui.commands import CommandBook
from wurstdesk.ui.message_bar import MessageBar

LEFT = Qt.MouseButton.LeftButton
NOTE, PROBLEM = MessageKind.NOTE, MessageKind.PROBLEM


class Window(QMainWindow):
    """A field, the bar, and another field."""

    def __init__(self) -> None:
        super().__init__()
        self.messages = MessageList(self)
        self.book = CommandBook(self)
        self.before, self.after = QLineEdit(), QLineEdit()
        self.bar = MessageBar(self.messages, self.book)
        middle = QWidget()
        column = QVBoxLayout(middle)
        for part in (self.before, self.bar, self.after):
            column.addWidget(part)
        column.addStretch()
        self.setCentralWidget(middle)
        self.resize(900, 600)

    def texts(self) -> list[str]:
        return [card.message.text for card in self.bar.cards]

    def post_many(self, count: int) -> None:
        for number in range(count):
            self.messages.post(NOTE, f"note {number}")


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    opened = Window()
    qtbot.addWidget(opened)
    opened.show()
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    yield opened
    opened.close()


def test_there_is_no_bar_without_a_message(window: Window) -> None:
    assert not window.bar.isVisible()
    window.messages.post(NOTE, "a")
    assert window.bar.isVisible()
    window.messages.sweep()
    assert not window.bar.isVisible()


def test_three_are_shown_and_the_others_counted(qtbot: QtBot, window: Window) -> None:
    window.post_many(3)
    assert not window.bar.more_button.isVisible()
    window.post_many(5)
    assert window.texts() == ["note 4", "note 3", "note 2"]
    assert window.bar.more_button.text() == "2 more messages"

    qtbot.mouseClick(window.bar.more_button, LEFT)
    assert window.texts() == ["note 4", "note 3", "note 2", "note 1", "note 0"]
    assert all(card.isVisible() for card in window.bar.cards)
    assert window.bar.more_button.text() == "Show fewer"

    qtbot.mouseClick(window.bar.more_button, LEFT)
    assert window.texts() == ["note 4", "note 3", "note 2"]


def test_many_messages_leave_the_page_its_room(qtbot: QtBot, window: Window) -> None:
    window.post_many(20)
    qtbot.mouseClick(window.bar.more_button, LEFT)
    QApplication.processEvents()
    assert len(window.bar.cards) == 20
    assert window.bar.height() < window.height() * 0.6


LONG = (
    "The folder “/home/anna/Pictures/Wurstdesk” is not there, and nothing can be saved in it. " * 4
)


def test_long_messages_are_scrolled_and_leave_the_page_its_room(
    qtbot: QtBot, window: Window
) -> None:
    # Given two messages that need more than a third of the window
    window.resize(600, 400)
    window.messages.post(PROBLEM, LONG, stays=True, actions=(MessageAction.SAVE_AGAIN,))
    window.messages.post(NOTE, f"New: {LONG}", "Do this.")
    qtbot.waitUntil(lambda: bar_of(window).maximum() > 0)

    # Then they are scrolled, the newest is seen, and what is around them is whole
    assert window.bar.height() <= round(window.height() * 0.3)
    new, old = window.bar.cards
    assert seen(window, new).height() > 0
    for field in (window.before, window.after):
        assert field.height() >= field.minimumSizeHint().height()
        assert window.rect().contains(field.geometry())

    # And in a higher window there is nothing to scroll
    window.resize(600, 1600)
    qtbot.waitUntil(lambda: bar_of(window).maximum() == 0)
    assert all(seen(window, card) == card.rect() for card in (new, old))


def test_the_keyboard_brings_a_message_that_is_scrolled_away_into_sight(
    qtbot: QtBot, window: Window
) -> None:
    # Given an old message below the newest, out of sight
    window.resize(600, 400)
    window.messages.post(PROBLEM, LONG, actions=(MessageAction.SAVE_AGAIN,))
    window.messages.post(NOTE, f"New: {LONG}")
    qtbot.waitUntil(lambda: bar_of(window).maximum() > 0)
    (button,) = window.bar.cards[1].buttons.values()
    assert seen(window, button).isEmpty()

    # When the tab key comes to its button, then it is there
    window.bar.focus_first()
    qtbot.keyClick(window.bar.cards[0].close_button, Qt.Key.Key_Tab)
    assert button.hasFocus()
    assert seen(window, button) == button.rect()

    # And its words can be read: the keys that scroll do so
    low = bar_of(window).value()
    qtbot.keyClick(button, Qt.Key.Key_PageUp)
    assert bar_of(window).value() < low


def test_a_new_message_is_seen_where_one_had_scrolled_down(qtbot: QtBot, window: Window) -> None:
    window.resize(600, 400)
    for text in (LONG, f"{LONG} again"):
        window.messages.post(NOTE, text)
    qtbot.waitUntil(lambda: bar_of(window).maximum() > 0)
    bar_of(window).setValue(bar_of(window).maximum())
    window.messages.post(NOTE, "new")
    qtbot.waitUntil(lambda: not seen(window, window.bar.cards[0]).isEmpty())
    assert bar_of(window).value() == 0


def test_many_buttons_go_beneath_the_words_where_it_is_narrow(qtbot: QtBot, window: Window) -> None:
    window.messages.post(PROBLEM, LONG, actions=tuple(MessageAction)[:5])
    (card,) = window.bar.cards
    words = card.findChildren(QLabel)[1]
    window.resize(600, 700)
    first = next(iter(card.buttons.values()))
    qtbot.waitUntil(lambda: place(card, first).top() > place(card, words).bottom())
    window.resize(1900, 700)
    qtbot.waitUntil(lambda: place(card, first).left() > place(card, words).right())


def bar_of(window: Window) -> QScrollBar:
    return window.bar.findChildren(QScrollArea)[0].verticalScrollBar()


def seen(window: Window, part: QWidget) -> QRect:
    """As much of it as is in sight."""
    QApplication.processEvents()
    return part.visibleRegion().boundingRect()


def place(card: QWidget, part: QWidget) -> QRect:
    return QRect(part.mapTo(card, QPoint()), part.size())


def test_when_few_are_left_the_bar_is_small_again(qtbot: QtBot, window: Window) -> None:
    window.post_many(4)
    qtbot.mouseClick(window.bar.more_button, LEFT)
    qtbot.mouseClick(window.bar.cards[0].close_button, LEFT)
    assert window.texts() == ["note 2", "note 1", "note 0"]
    assert not window.bar.more_button.isVisible()
    assert all(card.isVisible() for card in window.bar.cards)


def test_all_that_passes_is_dismissed_at_once(qtbot: QtBot, window: Window) -> None:
    window.messages.post(PROBLEM, "not saved", stays=True)
    window.post_many(5)
    assert "not saved" in window.texts()
    qtbot.mouseClick(window.bar.dismiss_button, LEFT)
    assert window.texts() == ["not saved"]


def test_each_action_has_a_button_that_asks_for_it(qtbot: QtBot, window: Window) -> None:
    message = window.messages.post(PROBLEM, "a", actions=tuple(MessageAction))
    (card,) = window.bar.cards
    for action, button in card.buttons.items():
        assert button.text()
        with qtbot.waitSignal(window.bar.action_asked) as asked:
            qtbot.mouseClick(button, LEFT)
        assert asked.args == [action, message]


def test_details_are_unfolded_and_copied(qtbot: QtBot, window: Window) -> None:
    window.messages.post(PROBLEM, "Not saved.", details="OSError: [Errno 28] No space left")
    (card,) = window.bar.cards
    assert not card.details.isVisible()
    qtbot.mouseClick(card.details_button, LEFT)
    assert card.details.isVisible()
    assert card.details.text.toPlainText() == "OSError: [Errno 28] No space left"
    qtbot.mouseClick(card.details.copy_button, LEFT)
    assert QApplication.clipboard().text() == "OSError: [Errno 28] No space left"
    assert card.details.copy_button.text() == "Copied"


def test_without_details_there_is_no_button_for_them(window: Window) -> None:
    window.messages.post(PROBLEM, "a")
    assert not window.bar.cards[0].details_button.isVisible()


# -- by keyboard ---------------------------------------------------------------------------------


def test_f6_goes_to_the_newest_message(qtbot: QtBot, window: Window) -> None:
    command = window.book["messages"]
    assert not command.isEnabled()
    window.messages.post(PROBLEM, "a", actions=(MessageAction.SAVE_AGAIN,))
    window.messages.post(NOTE, "b")
    assert command.isEnabled()
    window.before.setFocus()
    qtbot.keyClick(window.before, Qt.Key.Key_F6)
    assert window.bar.cards[0].close_button.hasFocus()


def test_tab_goes_through_the_messages_as_they_are_read(qtbot: QtBot, window: Window) -> None:
    window.messages.post(PROBLEM, "old", actions=(MessageAction.SAVE_AGAIN, MessageAction.SAVE_AS))
    window.messages.post(NOTE, "new", details="why")
    new, old = window.bar.cards
    window.before.setFocus()
    visited = []
    for _ in range(6):
        focused = QApplication.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        visited.append(QApplication.focusWidget())
    assert visited == [
        new.details_button,
        new.close_button,
        *old.buttons.values(),
        old.close_button,
        window.after,
    ]


def press_delete(qtbot: QtBot) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_Delete)


def test_delete_dismisses_and_the_focus_stays_with_the_messages(
    qtbot: QtBot, window: Window
) -> None:
    for text in ("c", "b", "a"):
        window.messages.post(PROBLEM, text, actions=(MessageAction.SAVE_AS,))
    window.bar.focus_first()
    press_delete(qtbot)
    assert window.texts() == ["b", "c"]
    window.bar.cards[1].close_button.setFocus()
    press_delete(qtbot)
    assert window.texts() == ["b"]
    press_delete(qtbot)
    assert window.texts() == []


def test_a_message_takes_the_focus_from_nobody(window: Window) -> None:
    window.after.setFocus()
    window.post_many(4)
    window.messages.post(PROBLEM, "a", actions=(MessageAction.SAVE_AGAIN,), details="why")
    QApplication.processEvents()
    assert window.isActiveWindow()
    assert window.after.hasFocus()


# -- by ear --------------------------------------------------------------------------------------


def test_each_new_message_is_read_aloud_once(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, bool]] = []

    def listen(event: QAccessibleEvent) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            loud = event.politeness() is QAccessible.AnnouncementPoliteness.Assertive
            said.append((event.message(), loud))

    monkeypatch.setattr(QAccessible, "updateAccessibility", listen)
    note: Message = window.messages.post(NOTE, "Left out.", "Write less.")
    window.messages.post(PROBLEM, "The disk is full.")
    window.messages.dismiss(note.id)
    assert said == [("Left out. Write less.", False), ("The disk is full.", True)]


def test_a_problem_is_told_from_a_note_by_more_than_its_colour(window: Window) -> None:
    window.messages.post(NOTE, "a")
    window.messages.post(PROBLEM, "b")
    problem, note = (card.grab().toImage() for card in window.bar.cards)
    assert problem.convertToFormat(problem.Format.Format_Mono) != note.convertToFormat(
        note.Format.Format_Mono
    )
