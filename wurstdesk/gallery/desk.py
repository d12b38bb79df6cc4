"""The gallery as the window asks it: the queue, the seeds, the prompts, pages of pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from wurstdesk.gallery import desk_rows, schema
from wurstdesk.gallery.image_metadata import utc_text
from wurstdesk.gallery.store import Gallery
from wurstdesk.generation import KeptJob, KeptPicture, SeedUse


class GalleryDesk(Gallery):
    """A ``generation.Desk`` on the gallery's database.

    A gallery like any other, opened and mended as one: it may be open beside that of the worker's
    thread, and beside other processes'.
    """

    @classmethod
    def open(
        cls, database: Path, pictures_folder: Path, *, write_metadata: bool = True
    ) -> GalleryDesk:
        """As ``Gallery.open``."""
        desk = super().open(database, pictures_folder, write_metadata=write_metadata)
        assert isinstance(desk, cls)
        return desk

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

    def pictures(self, limit: int, offset: int = 0) -> tuple[KeptPicture, ...]:
        """The pictures that have a file, newest first."""
        return self._ask(lambda: desk_rows.pictures(self._connection, self._names, limit, offset))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, folded in: a -wal that is left means an unclean end."""
        with schema.storage_errors(self._database), schema.immediate(self._connection):
            yield
        schema.fold_in(self._connection)
