"""The gallery: picture files and their rows, joined.

The negative first, by which the file and the row name it, then the file, then the row. If the
program dies in between, the next start finds a file without a row and adopts it; if the row cannot
be written, the person is told where the file is, and the gallery tries again with the next picture.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import apsw

from wurstdesk.errors import StorageError
from wurstdesk.gallery import (
    checking,
    image_files,
    image_metadata,
    mending,
    orphans,
    rows,
    schema,
)
from wurstdesk.gallery.json_text import finite_numbers
from wurstdesk.gallery.saving import PictureWriter, SavingOptions, SavingSource, resolved
from wurstdesk.gallery.thumbnails import make_thumbnail
from wurstdesk.generation import GeneratedPicture, GenerationRequest, LatentsBlob, SavedPicture
from wurstdesk.paths import ensure_folder

_Answer = TypeVar("_Answer")
# What tells two finished pictures apart: negative, request, where it should go.
_Key = tuple[str, GenerationRequest, Path | None]


@dataclass(frozen=True, slots=True)
class _Finished:
    """What is to be noted of a picture whose file is there."""

    row: rows.PictureRow
    latents: LatentsBlob
    thumbnail: bytes
    preview: bytes | None


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
        self._folder = folder
        self._names = rows.PathNames(database)
        usual = SavingOptions(write_metadata=write_metadata)
        self._writer = PictureWriter(
            folder, lambda: usual, self._names.name, partial(_next_number, database, connection)
        )
        self._unrecorded: dict[_Key, _Finished] = {}

    @classmethod
    def open(
        cls,
        database: Path,
        pictures_folder: Path,
        *,
        write_metadata: bool = True,
        look_around: bool = True,
    ) -> Gallery:
        """The gallery of this database, whose pictures go to ``pictures_folder`` as a rule.

        Both are made where they are missing, but a pictures folder only for a gallery without
        pictures: a disk that is not connected should be missed and not replaced. What is damaged
        is mended (see ``mending``), and after an unclean end it is looked which files are there.
        ``look_around`` is left out by who wants the answers at once and has another one look.
        Raises ``StorageError`` where nothing can be opened, and for the database of a newer
        version.
        """
        database, folder = resolved(database), resolved(pictures_folder)
        ensure_folder(database.parent)
        opened = mending.connect(database)
        gallery = cls(database, opened.connection, folder, write_metadata=write_metadata)
        try:
            if gallery._ask(lambda: rows.is_empty(opened.connection)):
                ensure_folder(folder)
            sentences: tuple[str, ...] = ()
            if opened.was_unclean:
                sentences = gallery.check(quick=True).sentences()
            elif look_around:
                sentences = gallery.look_around()
        except BaseException:
            opened.connection.close()
            raise
        gallery.notices = (*opened.notices, *sentences)
        return gallery

    def look_around(self) -> tuple[str, ...]:
        """Add the pictures in the folder that have no row yet; returns what to say of it."""
        adopted = self._ask(lambda: orphans.adopt(self._connection, self._names, self._folder))
        schema.fold_in(self._connection)
        return checking.CheckReport(adopted=adopted).sentences()

    def check(
        self,
        *,
        elsewhere: Sequence[Path] = (),
        quick: bool = False,
        tell: orphans.Tell = orphans.silent,
        is_cancelled: Callable[[], bool] = orphans.never,
    ) -> checking.CheckReport:
        """Compare rows and files, as ``checking.check`` does, and say what was found."""
        report = checking.check(
            self._connection,
            self._database,
            [self._folder],
            elsewhere=elsewhere,
            quick=quick,
            tell=tell,
            is_cancelled=is_cancelled,
        )
        schema.fold_in(self._connection)
        return report

    def configure(self, saving: SavingSource) -> None:
        """Ask ``saving`` from now on, at each picture, how and where to save it."""
        self._writer.saving = saving

    def save(self, picture: GeneratedPicture, target: Path | None = None) -> SavedPicture:
        """Write the negative, the file and the row.

        ``target`` is a file, which is replaced if it exists and whose ending says its format, or
        a folder, in which a free name is found; a folder that is not there yet is made. Who saves
        several pictures to files names another file for each. Raises ``StorageError`` if the file
        cannot be written (nothing is lost: give the picture again), and if the row cannot: the
        sentence then says where the file is, and giving the picture again only adds the row.
        """
        key = (picture.latents.name, picture.request, target)
        finished = self._unrecorded.get(key)
        if finished is None or not image_files.is_there(self._names.path(finished.row.path)):
            finished = self._write(picture, target)
        row = finished.row
        try:
            number = self._record(finished)
        except StorageError as error:
            self._unrecorded[key] = finished
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
        """The negative of a picture, None where none was kept."""
        return self._ask(lambda: rows.latents_of(self._connection, picture))

    def preview_of(self, picture: int) -> bytes | None:
        """How its draft looked, as a small WebP file; None where that was not kept."""
        return self._ask(lambda: rows.preview_of(self._connection, picture))

    def thumbnail_of(self, picture: int) -> bytes | None:
        """The picture as a small WebP file, None where it is still to be made."""
        return self._ask(lambda: rows.thumbnail_of(self._connection, picture))

    def close(self) -> None:
        """Note what could not be noted before, as far as that works now; not used again."""
        self._record_the_rest()
        self._unrecorded.clear()
        self._connection.close()

    def _write(self, picture: GeneratedPicture, target: Path | None) -> _Finished:
        """The picture's file, and what is to be noted of it."""
        now = datetime.now(UTC)
        created = image_metadata.utc_text(now)
        preview = None if picture.preview is None else make_thumbnail(picture.preview)
        negative: str | None = None
        with suppress(StorageError):  # that must not keep the picture from its file
            negative = self._ask(
                lambda: rows.add_negative(self._connection, picture.latents, created, preview)
            )
        path, data = self._writer.write(picture, target, now)
        row = rows.PictureRow(
            path=self._names.name(path),
            content_hash=hashlib.sha256(data).hexdigest(),
            file_size=len(data),
            created=created,
            request=picture.request,
            provenance=picture.provenance,
            seconds=finite_numbers(picture.seconds),
            notes=picture.notes,
            negative=negative,
        )
        return _Finished(row, picture.latents, make_thumbnail(picture.pixels), preview)

    def _record(self, finished: _Finished) -> int:
        row, connection = finished.row, self._connection
        with schema.storage_errors(self._database):
            rows.add_thumbnail(connection, row.content_hash, finished.thumbnail)
            negative = row.negative or rows.add_negative(
                connection, finished.latents, row.created, finished.preview
            )
            with schema.immediate(connection):
                # The trash, emptied meanwhile, may have taken it with an older picture of it.
                rows.add_negative(connection, finished.latents, row.created, finished.preview)
                number = rows.add(connection, replace(row, negative=negative))
                rows.take_out_of_trash(connection, number)
                return number

    def _record_the_rest(self) -> None:
        """Try again to note the pictures that have only a file so far."""
        for key, finished in list(self._unrecorded.items()):
            with suppress(StorageError):
                self._record(finished)
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
