"""The end of what a person threw away: the system's trash, and only then no row any more."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from wurstdesk.errors import UserError
from wurstdesk.gallery.image_files import content_of, is_there
from wurstdesk.gallery.image_metadata import read_metadata, utc_text
from wurstdesk.gallery.records import Card

DAYS = 30
"""How long pictures stay in the gallery's trash before it is emptied by itself."""

Move = Callable[[Path], None]
"""Brings a file to the system's trash; raises ``UserError`` where it cannot."""


class TrashLibrary(Protocol):
    """What is asked of a ``Library``."""

    def cards(self, ids: Iterable[int]) -> tuple[Card, ...]:
        """Those that are there, as they are now."""

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
    library: TrashLibrary,
    move: Move,
    *,
    now: datetime | None = None,
    all_of_it: bool = False,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> EmptiedTrash:
    """Bring what has been in the trash for 30 days, or all of it, to the system's trash.

    Each file first and its row second. One that cannot be moved stays in the gallery's trash. A
    file that is another one by now stays where it is; and without ``all_of_it`` so does a row
    whose folder is not there: a disk that is not connected would bring its pictures back.
    """
    now = now or datetime.now(UTC)
    before = now + timedelta(seconds=1) if all_of_it else now - timedelta(days=DAYS)
    count = 0
    failed: list[tuple[Card, str]] = []
    for listed in library.trashed_before(utc_text(before)):
        if is_cancelled():
            break
        card = next(iter(library.cards((listed.id,))), listed)
        if not card.is_trashed:
            continue  # somebody took it out meanwhile
        if not all_of_it and card.path is not None and not is_there(card.path.parent):
            continue
        try:
            if card.path is not None and _is_still(card, card.path):
                move(card.path)
        except UserError as error:
            failed.append((card, error.message))
            continue
        library.forget((card.id,))
        count += 1
    return EmptiedTrash(count, tuple(failed))


def _is_still(card: Card, path: Path) -> bool:
    """Whether a picture's file is there, and no other in its place.

    One to which another program only added something is still that of the same request.
    """
    if not is_there(path):
        return False
    if hashlib.sha256(content_of(path)).hexdigest() == card.content_hash:
        return True
    return card.request is not None and read_metadata(path).request == card.request
