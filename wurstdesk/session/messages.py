"""Sentences for the person that stay until they are read, acted on or out of date."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import count

from PySide6.QtCore import QObject, Signal, Slot

MESSAGES_SHOWN = 3
MESSAGES_KEPT = 20


class MessageKind(Enum):
    """How loud a message is."""

    NOTE = "note"
    PROBLEM = "problem"


class MessageAction(Enum):
    """What a message can offer to do; the window has a button for each."""

    SAVE_AGAIN = "save again"
    SAVE_AS = "save as"
    SHOW_REPORT = "show report"
    LOW_MEMORY = "low memory"
    CHOOSE_FOLDER = "choose folder"
    USE_CHECKPOINT = "use checkpoint"
    SHOW_CHECKPOINTS = "show checkpoints"


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence, what to do about it, and what the window can do at the press of a button.

    ``details`` are for whoever wants to know more, ``report`` is a bug's. A message replaces an
    earlier one of the same ``key``. One that ``stays`` is not swept away when the next picture is
    begun.
    """

    id: int
    kind: MessageKind
    text: str
    hint: str = ""
    actions: tuple[MessageAction, ...] = ()
    report: str = ""
    key: str = ""
    stays: bool = False
    details: str = ""


class MessageList(QObject):
    """The messages that still hold, newest first."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._messages: tuple[Message, ...] = ()
        self._ids = count(1)

    @property
    def all(self) -> tuple[Message, ...]:
        return self._messages

    @property
    def shown(self) -> tuple[Message, ...]:
        """The few that there is always room for: the newest, and what stays before what passes."""
        return tuple(_fewer(self._messages, MESSAGES_SHOWN))

    def post(
        self,
        kind: MessageKind,
        text: str,
        hint: str = "",
        *,
        actions: tuple[MessageAction, ...] = (),
        report: str = "",
        key: str = "",
        stays: bool = False,
        details: str = "",
    ) -> Message:
        """Show a message before all others; the oldest that may go make room."""
        key = key or text
        message = Message(next(self._ids), kind, text, hint, actions, report, key, stays, details)
        others = tuple(other for other in self._messages if other.key != key)
        self._replace((message, *_fewer(others, MESSAGES_KEPT - 1)))
        return message

    def dismiss(self, message_id: int) -> None:
        """Take one away."""
        self._replace(tuple(m for m in self._messages if m.id != message_id))

    def dismiss_key(self, key: str) -> None:
        """Take away what was said about ``key``: it no longer holds."""
        self._replace(tuple(m for m in self._messages if m.key != key))

    @Slot()
    def dismiss_all(self) -> None:
        """Take all away but what stays: that is not over when it is read."""
        self.sweep()

    def sweep(self) -> None:
        """Take away what is past: a new picture is begun."""
        self._replace(tuple(m for m in self._messages if m.stays))

    def _replace(self, messages: tuple[Message, ...]) -> None:
        if messages != self._messages:
            self._messages = messages
            self.changed.emit()


def _fewer(messages: tuple[Message, ...], count: int) -> list[Message]:
    """At most so many, without the oldest of those that may go."""
    fewer = list(messages)
    while len(fewer) > count:
        passing = [message for message in fewer[1:] if not message.stays]
        fewer.remove((passing or fewer)[-1])
    return fewer
