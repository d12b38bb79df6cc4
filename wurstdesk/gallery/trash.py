"""The end of what a person threw away: the system's trash, and only then no row any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from wurstdesk.errors import UserError
from wurstdesk.gallery.image_files import is_there
from wurstdesk.gallery.image_metadata import utc_text
from wurstdesk.gallery.records import Card

DAYS = 30
"""How long pictures stay in the gallery's trash before it is emptied by itself."""

Move = Callable[[Path], None]
"""Brings a file to the system's trash; raises ``UserError`` where it cannot."""


class TrashLibrary(Protocol):
    """What is asked of a ``Library``."""

    def trashed_before(self, moment: str) -> tuple[Card, ...]:
        """What is in the trash since before that moment, UTC."""

    def forget(self, pictures: Iterable[int]) -> int:
        """Delete these rows: their files are gone by the person's will."""


@dataclass(frozen=True, slots=True)
class EmptiedTrash:
    """How many pictures went, and which stay and why."""

    count: int = 0
    failed: tuple[tuple[Card, str], ...] = ()


def empty_trash(
    library: TrashLibrary, move: Move, *, now: datetime | None = None, all_of_it: bool = False
) -> EmptiedTrash:
    """Bring what has been in the trash for 30 days, or all of it, to the system's trash.

    Each file first and its row second. One that cannot be moved stays in the gallery's trash.
    """
    now = now or datetime.now(UTC)
    before = now + timedelta(seconds=1) if all_of_it else now - timedelta(days=DAYS)
    count = 0
    failed: list[tuple[Card, str]] = []
    for card in library.trashed_before(utc_text(before)):
        try:
            if card.path is not None and is_there(card.path):
                move(card.path)
        except UserError as error:
            failed.append((card, error.message))
            continue
        library.forget((card.id,))
        count += 1
    return EmptiedTrash(count, tuple(failed))
