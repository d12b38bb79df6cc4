"""Sentences for the person that stay until they are read, acted on or out of date."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import count

from PySide6.QtCore import QObject, Signal

MESSAGES_SHOWN = 3


class MessageKind(Enum):
    """How loud a message is."""

    NOTE = "note"
    PROBLEM = "problem"


class MessageAction(Enum):
    """What a message can offer to do; the window has a button for each."""

    SAVE_AGAIN = "save again"
    SAVE_AS = "save as"
    SHOW_REPORT = "show report"


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence, what to do about it, and what the window can do at the press of a button.

    A message replaces an earlier one of the same ``key``. One that ``stays`` is not swept away
    when the next picture is begun.
    """

    id: int
    kind: MessageKind
    text: str
    hint: str = ""
    actions: tuple[MessageAction, ...] = ()
    report: str = ""
    key: str = ""
    stays: bool = False


class MessageList(QObject):
    """The messages that are shown, newest first."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._messages: tuple[Message, ...] = ()
        self._ids = count(1)

    @property
    def all(self) -> tuple[Message, ...]:
        return self._messages

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
    ) -> Message:
        """Show a message before all others; the oldest that may go make room."""
        key = key or text
        message = Message(next(self._ids), kind, text, hint, actions, report, key, stays)
        others = [other for other in self._messages if other.key != key]
        while len(others) >= MESSAGES_SHOWN:
            passing = [other for other in others if not other.stays]
            others.remove((passing or others)[-1])
        self._replace((message, *others))
        return message

    def dismiss(self, message_id: int) -> None:
        """Take one away."""
        self._replace(tuple(m for m in self._messages if m.id != message_id))

    def dismiss_key(self, key: str) -> None:
        """Take away what was said about ``key``: it no longer holds."""
        self._replace(tuple(m for m in self._messages if m.key != key))

    def sweep(self) -> None:
        """Take away what is past: a new picture is begun."""
        self._replace(tuple(m for m in self._messages if m.stays))

    def _replace(self, messages: tuple[Message, ...]) -> None:
        if messages != self._messages:
            self._messages = messages
            self.changed.emit()
