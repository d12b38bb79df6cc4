"""The gallery as the page asks it: what is found, what tiles show, what the person changes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from wurstdesk.gallery import library_edits, library_shelves, rows, schema
from wurstdesk.gallery.image_metadata import utc_text
from wurstdesk.gallery.library_reading import InterruptedSearchError, LibraryReader
from wurstdesk.gallery.records import Edit, Sort
from wurstdesk.gallery.saving import resolved
from wurstdesk.gallery.store import Gallery

__all__ = ["InterruptedSearchError", "Library"]


class Library(LibraryReader):
    """Answers about pictures and carries out edits, on one connection in one thread.

    Every change is one transaction. Raises ``StorageError`` where it cannot be made.
    """

    @classmethod
    def open(cls, database: Path, pictures_folder: Path) -> Library:
        """A connection of one's own; a damaged database is mended as ``Gallery.open`` does."""
        database = resolved(database)
        try:
            return cls(database, schema.connect(database))
        except schema.DamagedDatabaseError:
            Gallery.open(database, pictures_folder).close()
            return cls(database, schema.connect(database))

    def edit(self, edit: Edit) -> Edit:
        """Carry it out; returns what takes it back, of the pictures that it changed.

        Pictures that are not there any more are left out.
        """
        with self._writing():
            return library_edits.carry_out(self._connection, edit, _now())

    def keep_thumbnail(self, content_hash: str, side: int, image: bytes) -> None:
        """Keep a small copy; the disk is not waited for."""
        with self._asking():
            rows.add_thumbnail(self._connection, content_hash, image, side)

    def add_album(self, name: str) -> int:
        """A new, empty album; ``StorageError`` where there is one of that name."""
        with self._writing():
            return library_shelves.add_album(self._connection, name, _now())

    def rename_album(self, album: int, name: str) -> None:
        """Call it otherwise; ``StorageError`` where another is called so, or it is gone."""
        with self._writing():
            library_shelves.rename_album(self._connection, album, name)

    def remove_album(self, album: int) -> array[int]:
        """Remove an album, not its pictures; returns which they were."""
        with self._writing():
            return library_shelves.remove_album(self._connection, album)

    def keep_search(self, name: str, text: str, sort: Sort = Sort.NEWEST) -> int:
        """Keep a search under a name; another one of that name gives way."""
        with self._writing():
            return library_shelves.keep_search(self._connection, name, text, sort)

    def remove_search(self, search: int) -> None:
        """Forget a kept search."""
        with self._writing():
            library_shelves.remove_search(self._connection, search)

    def forget(self, pictures: Iterable[int]) -> int:
        """Remove the rows of pictures in the trash whose files are gone from here; how many.

        Of others nothing is removed. It cannot be taken back.
        """
        with self._writing():
            return library_shelves.forget(self._connection, pictures)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, folded in: a -wal that is left means an unclean end."""
        with schema.storage_errors(self._database), schema.immediate(self._connection):
            yield
        schema.fold_in(self._connection)


def _now() -> str:
    return utc_text(datetime.now(UTC))
