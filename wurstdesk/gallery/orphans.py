"""Finds picture files of ours that no row knows, and notes them.

The file comes first and the row second, so whatever interrupts a save leaves at most such an
orphan; and when the database is lost, every file is one. What is read from the files is the
request, how it was carried out and the name of the negative; ratings and tags are not in them.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import apsw

from wurstdesk.errors import StorageError
from wurstdesk.gallery import rows
from wurstdesk.gallery.formats import SUFFIXES, is_whole
from wurstdesk.gallery.image_files import is_there, sweep_temporary_file
from wurstdesk.gallery.image_metadata import ImageMetadata, moment_text, own
from wurstdesk.gallery.image_metadata.containers import texts_in
from wurstdesk.gallery.transactions import immediate

Mark = tuple[int, int]  # a file's size and the time of its last change in nanoseconds
Tell = Callable[[int, int], None]
"""Told how many files are done, of how many."""
_MAX_BYTES = 256 * 1024 * 1024  # five times the largest picture that is ever made
_BATCH = 50  # rows a transaction, so that other processes need not wait long


def silent(_done: int, _total: int) -> None:
    """Nobody asked how far it is."""


def never() -> bool:
    """Nobody can end it."""
    return False


def adopt(
    connection: apsw.Connection,
    names: rows.PathNames,
    folder: Path,
    *,
    tell: Tell = silent,
    is_cancelled: Callable[[], bool] = never,
) -> int:
    """Note every whole picture of ours in the pictures folder that has no row; returns how many.

    Cheap when there is nothing to do: names are compared, and only unknown files are read, each
    once in its life. A file whose picture is noted under a name that is gone was renamed: its row
    follows it.
    """
    known = {comparable(name) for name in rows.known_names(connection)}
    unknown = [
        (name, path) for name, path in picture_files(names, folder) if comparable(name) not in known
    ]
    strangers = rows.strangers(connection) if unknown else {}
    return note(connection, names, unknown, strangers, tell=tell, is_cancelled=is_cancelled)


def note(
    connection: apsw.Connection,
    names: rows.PathNames,
    files: list[tuple[str, str]],
    strangers: dict[str, Mark],
    *,
    tell: Tell = silent,
    is_cancelled: Callable[[], bool] = never,
) -> int:
    """Read these files, by their names and paths, and note what is in them; how many were new.

    Those that are among ``strangers`` and did not change are left out.
    """
    added = 0
    for start in range(0, len(files), _BATCH):
        tell(start, len(files))
        if is_cancelled():
            return added
        # Files are read here, outside a transaction.
        batch = list(_read(files[start : start + _BATCH], strangers))
        if batch:
            with immediate(connection):
                added += sum(_note(connection, names, *read) for read in batch)
    tell(len(files), len(files))
    return added


def _note(
    connection: apsw.Connection,
    names: rows.PathNames,
    name: str,
    mark: Mark,
    found: tuple[rows.PictureRow, ImageMetadata] | None,
) -> bool:
    """Note one file; returns whether its picture was new."""
    if found is None:
        rows.add_stranger(connection, name, mark)
        return False
    row, metadata = found
    same = rows.same_content(connection, row.content_hash)
    is_new = not same
    if is_new or any(known.name == name for known in same):
        if metadata.latents is not None:
            rows.add_negative(connection, metadata.latents, row.created)
        rows.add(connection, row)
    elif not _is_one_of(same, connection, names, name):
        rows.add_stranger(connection, name, mark)
    return is_new


def _read(
    files: Iterable[tuple[str, str]], strangers: dict[str, Mark]
) -> Iterator[tuple[str, Mark, tuple[rows.PictureRow, ImageMetadata] | None]]:
    """Name, mark and (if it is ours) what is to be noted of each file that can be read now."""
    for name, path in files:
        try:
            with open(path, "rb") as file:  # noqa: PTH123 -- a hundred thousand of them
                status = os.fstat(file.fileno())
                mark = (status.st_size, status.st_mtime_ns)
                if strangers.get(name) != mark:
                    yield name, mark, _found_in(file, name, status)
        except (OSError, ValueError, StorageError):
            continue  # perhaps next time


def _found_in(
    file: BinaryIO, name: str, status: os.stat_result
) -> tuple[rows.PictureRow, ImageMetadata] | None:
    """The row for a file, from the file alone; None where it is not ours or not whole."""
    if status.st_size > _MAX_BYTES:
        return None
    metadata = own.read(texts_in(file))
    if metadata is None or metadata.request is None or metadata.provenance is None:
        return None
    file.seek(0)
    data = file.read()
    if not is_whole(data):
        return None
    row = rows.PictureRow(
        path=name,
        content_hash=hashlib.sha256(data).hexdigest(),
        file_size=len(data),
        created=metadata.created or moment_text(status.st_mtime),
        request=metadata.request,
        provenance=metadata.provenance,
        seconds=metadata.seconds,
        notes=metadata.notes,
        negative=metadata.negative_hash or None,
    )
    return row, metadata


def _is_one_of(
    pictures: list[rows.Known],
    connection: apsw.Connection,
    names: rows.PathNames,
    name: str,
) -> bool:
    """Whether the file is one of these pictures and no further copy; it may have been renamed."""
    for known in pictures:
        if known.name is None or not is_there(names.path(known.name)):
            return rows.set_path(connection, known.id, name)
    return False


def picture_files(names: rows.PathNames, folder: Path) -> Iterator[tuple[str, str]]:
    """Name, as rows hold it, and path of each picture file below ``folder``, sorted.

    Hidden ones are left out; forgotten temporary files are swept away.
    """
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        try:
            place = names.folder(Path(parent))
        except StorageError:  # its name is no text
            continue
        for file in sorted(files):
            if file.startswith("."):
                sweep_temporary_file(Path(parent, file))
            elif file.lower().endswith(SUFFIXES) and _is_text(file):
                yield place + file, os.path.join(parent, file)  # noqa: PTH118 -- speed


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def comparable(name: str) -> str:
    """``name`` as compared: some file systems hand back accents in another spelling."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)
