"""Messages: the newest first, one of a kind, and the important ones stay."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from wurstdesk.session.messages import MESSAGES_KEPT, MESSAGES_SHOWN, MessageKind, MessageList

pytestmark = pytest.mark.usefixtures("qtbot")


def texts(messages: MessageList) -> list[str]:
    return [message.text for message in messages.all]


def test_newest_first_and_the_oldest_gives_way() -> None:
    messages = MessageList()
    for number in range(MESSAGES_SHOWN + 1):
        messages.post(MessageKind.NOTE, f"note {number}")
    assert [message.text for message in messages.shown] == ["note 3", "note 2", "note 1"]
    assert texts(messages) == ["note 3", "note 2", "note 1", "note 0"]

    for number in range(MESSAGES_KEPT):
        messages.post(MessageKind.NOTE, f"later {number}")
    assert texts(messages) == [f"later {n}" for n in reversed(range(MESSAGES_KEPT))]


def test_what_stays_does_not_give_way_to_a_note() -> None:
    messages = MessageList()
    messages.post(MessageKind.PROBLEM, "not saved", stays=True)
    for number in range(MESSAGES_SHOWN + 2):
        messages.post(MessageKind.NOTE, f"note {number}")
    assert "not saved" in [message.text for message in messages.shown]
    for number in range(MESSAGES_KEPT):
        messages.post(MessageKind.NOTE, f"later {number}")
    assert texts(messages)[-1] == "not saved"


def test_the_same_thing_is_said_once() -> None:
    messages = MessageList()
    messages.post(MessageKind.NOTE, "left out")
    messages.post(MessageKind.PROBLEM, "The disk is full.", key="disk")
    messages.post(MessageKind.NOTE, "left out")
    messages.post(MessageKind.PROBLEM, "The disk is still full.", key="disk")
    assert texts(messages) == ["The disk is still full.", "left out"]


def test_dismiss_and_sweep(qtbot: QtBot) -> None:
    messages = MessageList()
    note = messages.post(MessageKind.NOTE, "a")
    messages.post(MessageKind.NOTE, "b")
    messages.post(MessageKind.PROBLEM, "c", key="k", stays=True)

    with qtbot.waitSignal(messages.changed):
        messages.dismiss(note.id)
    messages.sweep()
    assert texts(messages) == ["c"]

    messages.dismiss_key("k")
    assert texts(messages) == []
    with qtbot.assertNotEmitted(messages.changed):
        messages.sweep()
