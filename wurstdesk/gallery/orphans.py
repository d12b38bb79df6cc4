"""Finds picture files of ours that no row knows, and notes them.

The file comes first and the row second, so whatever interrupts a save leaves at most such an
orphan; and when the database is lost, every file is one. What is read from the files is the
request and how it was carried out; negatives, ratings and thumbnails are not in them.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import apsw

from wurstdesk.errors import StorageError
from wurstdesk.gallery import rows
from wurstdesk.gallery.formats import SUFFIXES, is_whole
from wurstdesk.gallery.image_files import is_there, sweep_temporary_file
from wurstdesk.gallery.image_metadata import read_metadata, utc_text
from wurstdesk.gallery.schema import immediate

Mark = tuple[int, int]  # a file's size and the time of its last change in nanoseconds
_MAX_BYTES = 256 * 1024 * 1024  # five times the largest picture that is ever made
_BATCH = 50  # rows a transaction, so that other processes need not wait long


def adopt(connection: apsw.Connection, names: rows.PathNames, folder: Path) -> int:
    """Note every whole picture of ours in the pictures folder that has no row; returns how many.

    Cheap when there is nothing to do: names are compared, and only unknown files are read, each
    once in its life. A file whose picture is noted under a name that is gone was renamed: its row
    follows it.
    """
    adopted = 0
    unknown = _unknown_files(connection, names, folder)
    while batch := list(islice(unknown, _BATCH)):  # files are read here, outside a transaction
        with immediate(connection):
            for name, mark, row in batch:
                same = rows.same_content(connection, row.content_hash) if row else []
                if row is not None and not same:
                    rows.add(connection, row)
                    adopted += 1
                elif row is None or not _is_one_of(same, connection, names, name):
                    rows.add_stranger(connection, name, mark)
    return adopted


def _unknown_files(
    connection: apsw.Connection, names: rows.PathNames, folder: Path
) -> Iterator[tuple[str, Mark, rows.PictureRow | None]]:
    """Name, mark and (if it is ours) row of each picture file that is not known so far."""
    known = {_comparable(name) for name in rows.known_names(connection)}
    strangers = rows.strangers(connection)
    for path in _picture_files(folder):
        try:
            name = names.name(path)
            if _comparable(name) in known:
                continue
            status = path.stat()
            mark = (status.st_size, status.st_mtime_ns)
            if strangers.get(name) != mark:
                yield name, mark, _row_of(path, name)
        except (OSError, StorageError):
            continue  # it cannot be read now; perhaps next time


def _is_one_of(
    pictures: list[tuple[int, str | None]],
    connection: apsw.Connection,
    names: rows.PathNames,
    name: str,
) -> bool:
    """Whether the file is one of these pictures and no further copy; it may have been renamed."""
    if any(noted == name for _, noted in pictures):
        return True  # another process was faster
    for picture, noted in pictures:
        if noted is None or not is_there(names.path(noted)):
            rows.set_path(connection, picture, name)
            return True
    return False


def _row_of(path: Path, name: str) -> rows.PictureRow | None:
    """The row for a file, from the file alone; None where it is not ours or not whole."""
    metadata = read_metadata(path)
    status = path.stat()
    if metadata.request is None or metadata.provenance is None or status.st_size > _MAX_BYTES:
        return None
    data = path.read_bytes()
    if not is_whole(data):
        return None
    return rows.PictureRow(
        path=name,
        content_hash=hashlib.sha256(data).hexdigest(),
        file_size=len(data),
        created=metadata.created or utc_text(datetime.fromtimestamp(status.st_mtime, UTC)),
        request=metadata.request,
        provenance=metadata.provenance,
        seconds=metadata.seconds,
        notes=metadata.notes,
    )


def _picture_files(folder: Path) -> Iterator[Path]:
    """Picture files below ``folder``, hidden ones left out; sweeps forgotten temporary files."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent, name)
            if name.startswith("."):
                sweep_temporary_file(path)
            elif name.lower().endswith(SUFFIXES):
                yield path


def _comparable(name: str) -> str:
    """``name`` as compared: some file systems hand back accents in another spelling."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)
