"""The gallery as the window asks it: the queue, the seeds, the prompts."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from wurstdesk.gallery import backups, desk_rows, schema
from wurstdesk.gallery.chores import Chores
from wurstdesk.gallery.image_metadata import utc_text
from wurstdesk.gallery.library import Library
from wurstdesk.gallery.store import Gallery
from wurstdesk.generation import KeptJob, SeedUse


class GalleryDesk(Gallery):
    """A ``generation.Desk`` on the gallery's database.

    A gallery like any other, opened and mended as one: it may be open beside that of the worker's
    thread, and beside other processes'.
    """

    _copying: Generator[None, None, None] | None = None

    @classmethod
    def open(
        cls,
        database: Path,
        pictures_folder: Path,
        *,
        write_metadata: bool = True,
        look_around: bool = True,
    ) -> GalleryDesk:
        """As ``Gallery.open``."""
        desk = super().open(
            database, pictures_folder, write_metadata=write_metadata, look_around=look_around
        )
        assert isinstance(desk, cls)
        return desk

    @cached_property
    def library(self) -> Library:
        """What the gallery's page asks, on this connection and in this thread."""
        return Library(self._database, self._connection)

    @cached_property
    def chores(self) -> Chores:
        """Long work, on this connection and in this thread."""
        return Chores(self._database, self._connection, self._folder)

    def back_up(self, *, refresh: bool = False) -> bool:
        """One step of today's copy of the gallery; True while there is more to do: ask again.

        Without ``refresh``, for idle moments, one copy a day is enough; with it, for the end, one
        that is not of now is made anew. A step takes some milliseconds, the last one longer.
        """
        if self._copying is None:
            self._copying = backups.back_up(self._database, datetime.now(UTC), refresh=refresh)
        try:
            next(self._copying)
        except BaseException as error:
            self._copying = None
            if not isinstance(error, StopIteration):
                raise
            return False
        return True

    def close(self) -> None:
        """As ``Gallery.close``; a copy that is half made is thrown away."""
        if self._copying is not None:
            self._copying.close()
            self._copying = None
        super().close()

    def jobs(self) -> tuple[KeptJob, ...]:
        """The queue as it was kept, in its order."""
        return self._ask(lambda: desk_rows.jobs(self._connection))

    def keep_jobs(self, jobs: Sequence[KeptJob]) -> None:
        """Keep these, in this order, in place of what was kept; it is on the disk then."""
        with self._writing():
            desk_rows.replace_jobs(self._connection, jobs)

    def seeds(self, limit: int) -> tuple[SeedUse, ...]:
        """Pinned seeds first, then those used last, newest first; each seed once."""
        return self._ask(lambda: desk_rows.seeds(self._connection, self._names, limit))

    def pin_seed(self, use: SeedUse) -> None:
        """Keep a seed at the top of the list, whatever is made later."""
        with self._writing():
            desk_rows.pin_seed(self._connection, self._names, use, utc_text(datetime.now(UTC)))

    def unpin_seed(self, seed: int) -> None:
        """Let it go its way with the others."""
        with self._writing():
            desk_rows.unpin_seed(self._connection, seed)

    def prompts(self, limit: int) -> tuple[str, ...]:
        """The prompts used last, each once, newest first."""
        return self._ask(lambda: desk_rows.prompts(self._connection, limit))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, folded in: a -wal that is left means an unclean end."""
        with schema.storage_errors(self._database), schema.immediate(self._connection):
            yield
        schema.fold_in(self._connection)
