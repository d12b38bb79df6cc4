"""The gallery as the page asks it, as far as nothing is changed by asking."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import apsw

from wurstdesk.errors import StorageError
from wurstdesk.gallery import library_find, library_rows, rows, schema
from wurstdesk.gallery.library_order import Orders
from wurstdesk.gallery.records import Card, Details, Found, Query, Shelves
from wurstdesk.gallery.search_text import Choice, Completions, complete, named
from wurstdesk.gallery.search_values import Name


class InterruptedSearchError(StorageError):
    """A search that :meth:`LibraryReader.interrupt` ended; nobody needs to see it."""

    def __init__(self) -> None:
        super().__init__("The search was ended by a newer one.")


class LibraryReader:
    """Answers about pictures, on one connection in one thread.

    Raises ``StorageError`` where the database cannot be used.
    """

    def __init__(self, database: Path, connection: apsw.Connection) -> None:
        """``Library.open`` is the usual way, or a desk's ``library``."""
        self._database = database
        self._connection = connection
        self._names = rows.PathNames(database)
        self._orders = Orders(connection)
        self._lock = threading.Lock()  # of the two that follow
        self._is_searching = False
        self._is_interrupted = False

    def close(self) -> None:
        """End the connection; not of a library that a desk lent."""
        self._connection.close()

    def find(self, query: Query) -> Found:
        """All pictures that answer it, in its order.

        Raises ``InterruptedSearchError`` where another thread called :meth:`interrupt` meanwhile.
        """
        with self._asking(), self._searching():
            return library_find.find(self._connection, self._orders, query)

    def interrupt(self) -> None:
        """End the search that runs, if one does, since its answer is not wanted any more.

        For any thread; nothing but a search is ever ended by it.
        """
        with self._lock:
            if self._is_searching:
                self._is_interrupted = True
                self._connection.interrupt()

    def cards(self, ids: Iterable[int], *, stacks: bool = False) -> tuple[Card, ...]:
        """One for each id that is known, in that order; ``stacks`` counts what each stands for."""
        with self._asking():
            return library_rows.cards(self._connection, self._names, ids, stacks=stacks)

    def details(self, picture: int) -> Details:
        """All that is known of one picture; ``StorageError`` for an unknown id."""
        with self._asking():
            return library_rows.details(self._connection, self._names, picture)

    def shelves(self) -> Shelves:
        """What stands beside the grid."""
        with self._asking():
            return library_rows.shelves(self._connection)

    def stack_of(self, picture: int) -> array[int]:
        """Pictures that differ from it only in the seed, itself among them, newest first."""
        with self._asking():
            return library_rows.stack_of(self._connection, picture)

    def thumbnail(self, content_hash: str, side: int) -> bytes | None:
        """The WebP of that side; None where it is still to be made."""
        with self._asking():
            return library_rows.thumbnail(self._connection, content_hash, side)

    def tags_like(self, prefix: str, limit: int) -> tuple[tuple[str, int], ...]:
        """Tags that begin so, with how many pictures have each."""
        with self._asking():
            return library_rows.tags_like(self._connection, prefix, limit)

    def complete(self, text: str, cursor: int, limit: int = 12) -> Completions:
        """How what is being typed in a search may go on: keywords, tags, checkpoints, albums."""
        found = complete(text, cursor)
        if not found.field:
            return found
        with self._asking():
            known = library_rows.names_of(self._connection, found.field)
        fitting = [(name, count) for name, count in known if Name(found.prefix).fits(name)]
        fitting.sort(key=lambda one: (-one[1], one[0].casefold()))
        choices = [Choice(named(found.lead, name), count) for name, count in fitting[:limit]]
        return replace(found, choices=tuple(choices))

    def trashed_before(self, moment: str) -> tuple[Card, ...]:
        """Pictures that are in the trash since before that moment, the oldest there first."""
        with self._asking():
            return library_rows.trashed_before(self._connection, self._names, moment)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        with schema.storage_errors(self._database):
            yield

    @contextmanager
    def _searching(self) -> Iterator[None]:
        with self._lock:
            self._is_searching, self._is_interrupted = True, False
        try:
            yield
        except apsw.InterruptError:
            raise InterruptedSearchError from None
        finally:
            with self._lock:
                self._is_searching = False
        if self._is_interrupted:  # between two statements, where SQLite knows of none to end
            raise InterruptedSearchError
