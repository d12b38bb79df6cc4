"""Pictures from elsewhere for the gallery: ours from another computer, and other programs'.

What a file says about how it was made is read and noted as that program wrote it; a picture that
is in the gallery already is recognised by its content, wherever it lies and whatever its name.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import apsw
from PIL import Image

from wurstdesk.errors import StorageError, UserError
from wurstdesk.gallery import formats, image_files, import_rows, schema
from wurstdesk.gallery.image_metadata import read_metadata, utc_text
from wurstdesk.gallery.rows import PathNames
from wurstdesk.paths import ensure_folder

MAX_BYTES = 256 * 1024 * 1024
_FOLDER = "imported"
_FORMATS = tuple(known.name.upper() for known in formats.FORMATS)

Tell = Callable[[int, int], None]
"""Told how many files are done, of how many."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of an import. ``failed`` holds files and why."""

    added: tuple[int, ...] = ()
    duplicates: int = 0
    found_again: int = 0
    """Pictures that were in the gallery without their file, or in its trash."""
    failed: tuple[tuple[Path, str], ...] = ()
    is_cancelled: bool = False


def picture_files(paths: Sequence[Path]) -> list[Path]:
    """The picture files among ``paths`` and in their folders, hidden ones left out, each once."""
    found = (file for path in paths for file in _below(path))
    return list(dict.fromkeys(found))


def _below(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for parent, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and name.lower().endswith(formats.SUFFIXES):
                yield Path(parent, name)


class Importer:
    """Takes files into the gallery of a database; used in the thread of its connection.

    ``folder`` is the pictures folder, into which files are copied; files that lie in it already
    stay where they are, as all do with ``in_place``.
    """

    def __init__(
        self,
        connection: apsw.Connection,
        database: Path,
        folder: Path,
        *,
        in_place: bool = False,
    ) -> None:
        self._connection = connection
        self._database = database
        self._folder = folder
        self._in_place = in_place
        self._names = PathNames(database)

    def take(
        self,
        paths: Sequence[Path],
        *,
        tell: Tell = lambda _done, _total: None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> ImportReport:
        """Take these files, and those in these folders.

        A file that cannot be taken does not end the others. Raises ``StorageError`` where the
        gallery or its folder cannot be written.
        """
        files = picture_files(paths)
        added: list[int] = []
        failed: list[tuple[Path, str]] = []
        outcomes = {"duplicate": 0, "found": 0}
        for done, file in enumerate(files):
            tell(done, len(files))
            if is_cancelled():
                break
            try:
                taken = _read(file)
            except UserError as error:
                failed.append((file, error.message))
                continue
            outcome = self._note(file, *taken)
            if isinstance(outcome, int):
                added.append(outcome)
            else:
                outcomes[outcome] += 1
        else:
            tell(len(files), len(files))
            return ImportReport(
                tuple(added), outcomes["duplicate"], outcomes["found"], tuple(failed)
            )
        return ImportReport(
            tuple(added), outcomes["duplicate"], outcomes["found"], tuple(failed), is_cancelled=True
        )

    def _note(self, file: Path, data: bytes, facts: import_rows.ImportedFacts) -> int | str:
        """Make the file the gallery's: its new id, or what it was instead."""
        with schema.storage_errors(self._database):
            known = import_rows.same_content(self._connection, facts.content_hash)
        if known:
            return self._bring_back(file, data, known[0])
        path = self._place(file, data)
        with schema.storage_errors(self._database), schema.immediate(self._connection):
            return import_rows.add(self._connection, self._names.name(path), facts)

    def _bring_back(self, file: Path, data: bytes, known: import_rows.Known) -> str:
        """What became of a file whose picture the gallery knows."""
        is_there = known.name is not None and image_files.is_there(self._names.path(known.name))
        if is_there and not known.is_trashed:
            return "duplicate"
        name = known.name if is_there else self._names.name(self._place(file, data))
        assert name is not None
        with schema.storage_errors(self._database), schema.immediate(self._connection):
            import_rows.bring_back(self._connection, known.id, name)
        return "found"

    def _place(self, file: Path, data: bytes) -> Path:
        """Where the gallery has the file from now on; copied there where it must be."""
        resolved = file.resolve()
        self._names.name(resolved)
        if self._in_place or resolved.is_relative_to(self._folder):
            return resolved
        file_format = formats.format_of(file) or formats.PNG
        ensure_folder(self._folder)
        place = ensure_folder(self._folder / _FOLDER)
        return image_files.save_new(place, file.stem, data, file_format).resolve()


def _read(file: Path) -> tuple[bytes, import_rows.ImportedFacts]:
    """A file's bytes and what is to be noted of it; ``StorageError`` for what is no picture."""
    metadata = read_metadata(file)
    with suppress(OSError):
        if file.stat().st_size > MAX_BYTES:
            raise StorageError("It is too large for a picture.")
    data = image_files.content_of(file)
    size = _size_of(file)
    if not formats.is_whole(data):
        raise StorageError("It is not whole: its end is missing.")
    changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return data, import_rows.ImportedFacts(
        content_hash=hashlib.sha256(data).hexdigest(),
        file_size=len(data),
        created=metadata.created or utc_text(changed),
        width=size[0],
        height=size[1],
        metadata=metadata,
    )


def _size_of(file: Path) -> tuple[int, int]:
    """Width and height as the file's head says them; decodes no pixels."""
    try:
        with Image.open(file, formats=_FORMATS) as image:
            return image.size
    except Image.DecompressionBombError:
        raise StorageError("It has too many pixels.") from None
    except Exception:  # noqa: BLE001 - Pillow raises whatever a stranger's file makes it raise
        raise StorageError("It is no picture that can be read.") from None
