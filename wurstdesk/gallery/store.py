"""The gallery: picture files and their rows, joined.

File first, row second. If the program dies in between, the next start finds a file without a row
and adopts it; if the row cannot be written, the person is told where the file is, and the gallery
tries again with the next picture.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import apsw

from wurstdesk.errors import StorageError
from wurstdesk.gallery import image_files, image_metadata, orphans, rows, schema
from wurstdesk.gallery.json_text import finite_numbers
from wurstdesk.gallery.saving import PictureWriter, SavingOptions, SavingSource, resolved
from wurstdesk.gallery.thumbnails import make_thumbnail
from wurstdesk.generation import GeneratedPicture, GenerationRequest, LatentsBlob, SavedPicture
from wurstdesk.paths import ensure_folder

_log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")
# What tells two finished pictures apart: pixels, request, where it should go.
_Key = tuple[bytes, GenerationRequest, Path | None]


class Gallery:
    """Finished pictures on disk and in the database; a ``generation.PictureSink``.

    Made and used in one thread; other threads and processes open their own. ``notices`` are
    sentences about what opening found and did, for the person to read.
    """

    def __init__(
        self, database: Path, connection: apsw.Connection, folder: Path, *, write_metadata: bool
    ) -> None:
        """For :meth:`open`, which finds and mends what it needs."""
        self.notices: tuple[str, ...] = ()
        self._database = database
        self._connection = connection
        self._names = rows.PathNames(database)
        usual = SavingOptions(write_metadata=write_metadata)
        self._writer = PictureWriter(
            folder, lambda: usual, self._names.name, partial(_next_number, database, connection)
        )
        self._unrecorded: dict[_Key, rows.PictureRow] = {}

    @classmethod
    def open(cls, database: Path, pictures_folder: Path, *, write_metadata: bool = True) -> Gallery:
        """The gallery of this database, whose pictures go to ``pictures_folder`` as a rule.

        Both are made where they are missing, but a pictures folder only for a gallery without
        pictures: a disk that is not connected should be missed and not replaced. A damaged
        database is set aside and rebuilt from the files. Raises ``StorageError`` where nothing
        can be opened, and for the database of a newer version.
        """
        database, folder = resolved(database), resolved(pictures_folder)
        ensure_folder(database.parent)
        try:
            return cls._open_healthy(database, folder, write_metadata=write_metadata)
        except schema.DamagedDatabaseError:
            _log.warning("damaged database: %s", database, exc_info=True)
        with schema.repair_lock(database):
            try:  # another process may have mended it meanwhile
                return cls._open_healthy(
                    database, folder, write_metadata=write_metadata, check=True
                )
            except schema.DamagedDatabaseError:
                aside = schema.set_aside(database)
            gallery = cls._open_healthy(database, folder, write_metadata=write_metadata)
        notice = (
            f"The gallery's database was damaged. It was set aside as “{aside.name}” and the "
            "gallery was rebuilt from the picture files; what is not in them, such as negatives, "
            "pinned seeds and the queue, is missing."
        )
        gallery.notices = (notice, *gallery.notices)
        return gallery

    @classmethod
    def _open_healthy(
        cls, database: Path, folder: Path, *, write_metadata: bool, check: bool = False
    ) -> Gallery:
        connection = schema.connect(database, check=check)
        gallery = cls(database, connection, folder, write_metadata=write_metadata)
        try:
            if gallery._ask(lambda: rows.is_empty(connection)):
                ensure_folder(folder)
            adopted = gallery._ask(lambda: orphans.adopt(connection, gallery._names, folder))
            schema.fold_in(connection)
        except BaseException:
            connection.close()
            raise
        if adopted:
            gallery.notices = (
                f"{adopted} pictures in “{folder}” were not in the gallery yet and were added."
                if adopted > 1
                else f"A picture in “{folder}” was not in the gallery yet and was added.",
            )
        return gallery

    def configure(self, saving: SavingSource) -> None:
        """Ask ``saving`` from now on, at each picture, how and where to save it."""
        self._writer.saving = saving

    def save(self, picture: GeneratedPicture, target: Path | None = None) -> SavedPicture:
        """Write the file, then the row.

        ``target`` is a file, which is replaced if it exists and whose ending says its format, or
        a folder, in which a free name is found; a folder that is not there yet is made. Who saves
        several pictures to files names another file for each. Raises ``StorageError`` if the file
        cannot be written (nothing is lost: give the picture again), and if the row cannot: the
        sentence then says where the file is, and giving the picture again only adds the row.
        """
        key = (hashlib.sha256(picture.pixels.data).digest(), picture.request, target)
        row = self._unrecorded.get(key)
        if row is None or not image_files.is_there(self._names.path(row.path)):
            row = self._write(picture, target)
        try:
            number = self._record(row)
        except StorageError as error:
            self._unrecorded[key] = row
            raise self._unnoted(row, error) from error
        self._unrecorded.pop(key, None)
        self._record_the_rest()
        schema.fold_in(self._connection)
        return SavedPicture(number, self._names.path(row.path), row.request, row.created)

    def recent(self, limit: int) -> list[SavedPicture]:
        """The newest pictures, newest first."""
        return self._ask(lambda: rows.recent(self._connection, self._names, limit))

    def recent_seeds(self, limit: int) -> list[int]:
        """The seeds used last, each once, newest first."""
        return self._ask(lambda: rows.recent_seeds(self._connection, limit))

    def request_of(self, picture: int) -> GenerationRequest:
        """The request that makes the picture of this id again; ``StorageError`` if unknown."""
        return self._ask(lambda: rows.request_of(self._connection, picture))

    def latents_of(self, picture: int) -> LatentsBlob | None:
        """The negative of a picture, None for one that was adopted from its file."""
        return self._ask(lambda: rows.latents_of(self._connection, picture))

    def thumbnail_of(self, picture: int) -> bytes | None:
        """The picture as a small WebP file, None for one that was adopted from its file."""
        return self._ask(lambda: rows.thumbnail_of(self._connection, picture))

    def close(self) -> None:
        """Note what could not be noted before, as far as that works now; not used again."""
        self._record_the_rest()
        self._unrecorded.clear()
        self._connection.close()

    def _write(self, picture: GeneratedPicture, target: Path | None) -> rows.PictureRow:
        """The picture's file, and the row that belongs to it."""
        now = datetime.now(UTC)
        created = image_metadata.utc_text(now)
        path, data = self._writer.write(picture, target, now)
        return rows.PictureRow(
            path=self._names.name(path),
            content_hash=hashlib.sha256(data).hexdigest(),
            file_size=len(data),
            created=created,
            request=picture.request,
            provenance=picture.provenance,
            seconds=finite_numbers(picture.seconds),
            notes=picture.notes,
            latents=picture.latents,
            thumbnail=make_thumbnail(picture.pixels),
        )

    def _record(self, row: rows.PictureRow) -> int:
        with schema.storage_errors(self._database), schema.immediate(self._connection):
            return rows.add(self._connection, row)

    def _record_the_rest(self) -> None:
        """Try again to note the pictures that have only a file so far."""
        for key, row in list(self._unrecorded.items()):
            with suppress(StorageError):
                self._record(row)
                del self._unrecorded[key]

    def _unnoted(self, row: rows.PictureRow, error: StorageError) -> StorageError:
        path = self._names.path(row.path)
        later = "Wurstdesk adds it at the next start"
        if not self._writer.is_adoptable(path):
            later = "Wurstdesk tries again with the next picture"
        return StorageError(
            f"The picture is saved as “{path}”, but it is not in the gallery yet: {error.message}",
            f"{error.hint} {later}.".strip(),
        )

    def _ask(self, question: Callable[[], _Answer]) -> _Answer:
        """The database's answer, or its failure as a sentence."""
        with schema.storage_errors(self._database):
            return question()


def _next_number(database: Path, connection: apsw.Connection) -> int:
    """One more than there were pictures so far."""
    with schema.storage_errors(database):
        number: int = connection.execute("SELECT ifnull(max(id), 0) + 1 FROM pictures").get
        return number
