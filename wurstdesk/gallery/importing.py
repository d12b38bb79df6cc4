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
from pathlib import Path

import apsw
from PIL import ExifTags, Image

from wurstdesk.errors import StorageError, UserError
from wurstdesk.gallery import formats, image_files, import_rows, rows, schema
from wurstdesk.gallery.image_metadata import moment_text, read_metadata
from wurstdesk.gallery.rows import PathNames
from wurstdesk.gallery.saving import resolved
from wurstdesk.paths import ensure_folder

MAX_BYTES = 256 * 1024 * 1024
_FOLDER = "imported"
_ON_ITS_SIDE = {5, 6, 7, 8}  # how cameras mark what is to be turned by a quarter
_MAX_STEM_BYTES = 200  # most file systems hold 255 bytes, number and ending included
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
    with suppress(OSError):  # a name that is too long: reading it says so
        if path.is_dir():
            yield from _in_folder(path)
            return
    yield path


def _in_folder(path: Path) -> Iterator[Path]:
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
                place = self._place_of(file)
                data, facts = _read(file)
            except UserError as error:
                failed.append((file, error.message))
                continue
            outcome = self._note(file, place, data, facts)
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

    def _note(
        self, file: Path, place: Path | None, data: bytes, facts: import_rows.ImportedFacts
    ) -> int | str:
        """Make the file the gallery's: its new id, or what it was instead."""
        with schema.storage_errors(self._database):
            known = rows.same_content(self._connection, facts.content_hash)
        if known:
            return self._bring_back(file, place, data, known)
        name = self._names.name(place or self._copy(file, data))
        with schema.storage_errors(self._database), schema.immediate(self._connection):
            return import_rows.add(self._connection, name, facts)

    def _bring_back(
        self, file: Path, place: Path | None, data: bytes, known: Sequence[rows.Known]
    ) -> str:
        """What became of a file whose picture the gallery knows.

        A file that is there and has another content by now is none of that picture.
        """
        there = [
            one
            for one in known
            if one.name is not None and _holds(self._names.path(one.name), data)
        ]
        if not all(one.is_trashed for one in there):
            return "duplicate"
        picture, name = known[0].id, None
        if known[0].is_trashed and there:
            picture, name = there[0].id, there[0].name
        name = name or self._names.name(place or self._copy(file, data))
        with schema.storage_errors(self._database), schema.immediate(self._connection):
            import_rows.bring_back(self._connection, picture, name)
        return "found"

    def _place_of(self, file: Path) -> Path | None:
        """Where a file stays; None where it is to be copied. ``StorageError`` if it cannot."""
        place = resolved(file)
        if not self._in_place and not place.is_relative_to(self._folder):
            return None
        self._names.name(place)
        return place

    def _copy(self, file: Path, data: bytes) -> Path:
        file_format = formats.format_of(file) or formats.PNG
        ensure_folder(self._folder)
        place = ensure_folder(self._folder / _FOLDER)
        return image_files.save_new(place, _stem_of(file), data, file_format).resolve()


def _stem_of(file: Path) -> str:
    """The name without its ending, as text that leaves room for a number behind it."""
    text = os.fsencode(file.stem)[:_MAX_STEM_BYTES].decode("utf-8", "replace")
    return text.rstrip(" .") or "picture"


def _holds(path: Path, data: bytes) -> bool:
    """Whether a file is there and has this content."""
    with suppress(OSError, ValueError):
        return path.stat().st_size == len(data) and path.read_bytes() == data
    return False


def _read(file: Path) -> tuple[bytes, import_rows.ImportedFacts]:
    """A file's bytes and what is to be noted of it; ``StorageError`` for what is no picture."""
    metadata = read_metadata(file)
    changed = 0.0
    with suppress(OSError):
        status = file.stat()
        changed = status.st_mtime
        if status.st_size > MAX_BYTES:
            raise StorageError("It is too large for a picture.")
    data = image_files.content_of(file)
    size = _size_of(file)
    if not formats.is_whole(data):
        raise StorageError("It is not whole: its end is missing.")
    return data, import_rows.ImportedFacts(
        content_hash=hashlib.sha256(data).hexdigest(),
        file_size=len(data),
        created=metadata.created or moment_text(changed),
        width=size[0],
        height=size[1],
        metadata=metadata,
    )


def _size_of(file: Path) -> tuple[int, int]:
    """Width and height as it is looked at, by the file's head; decodes no pixels."""
    try:
        with Image.open(file, formats=_FORMATS) as image:
            turned = image.format == "JPEG" and image.getexif().get(ExifTags.Base.Orientation)
            return image.size[::-1] if turned in _ON_ITS_SIDE else image.size
    except Image.DecompressionBombError:
        raise StorageError("It has too many pixels.") from None
    except Exception:  # noqa: BLE001 - Pillow raises whatever a stranger's file makes it raise
        raise StorageError("It is no picture that can be read.") from None
