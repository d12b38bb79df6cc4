"""The pictures folder moves to another place, on the same disk or another.

File by file: the copy stands whole in the new place, then the row names it, and only then the old
one goes. Whatever interrupts that leaves each picture in one place or both, and it can be begun
again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import apsw

from wurstdesk.errors import StorageError
from wurstdesk.gallery import formats, image_files, import_rows, rows, schema
from wurstdesk.gallery.rows import PathNames
from wurstdesk.paths import ensure_folder

Tell = Callable[[int, int], None]
"""Told how many files are done, of how many."""


@dataclass(frozen=True, slots=True)
class MoveReport:
    """How many pictures are in the new folder now, and which stayed where they were and why."""

    moved: int = 0
    failed: tuple[tuple[Path, str], ...] = ()
    is_cancelled: bool = False


def move_pictures(
    connection: apsw.Connection,
    database: Path,
    old: Path,
    new: Path,
    *,
    tell: Tell = lambda _done, _total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> MoveReport:
    """Move every picture of the gallery that lies in ``old`` to the same place in ``new``.

    Raises ``StorageError`` where one folder lies within the other, and where nothing can be
    written.
    """
    old, new = old.resolve(), new.resolve()
    if old == new or new.is_relative_to(old) or old.is_relative_to(new):
        raise StorageError(
            f"“{new}” and “{old}” lie within each other.", "Choose a folder somewhere else."
        )
    ensure_folder(new)
    names = PathNames(database)
    with schema.storage_errors(database):
        known = {names.path(name) for name in rows.known_names(connection)}
    files = sorted(path for path in known if path.is_relative_to(old))
    moved = 0
    failed: list[tuple[Path, str]] = []
    for done, path in enumerate(files):
        tell(done, len(files))
        if is_cancelled():
            return MoveReport(moved, tuple(failed), is_cancelled=True)
        if not image_files.is_there(path):
            failed.append((path, "It is not there."))
            continue
        try:
            data = image_files.content_of(path)
        except StorageError as error:
            failed.append((path, error.message))
            continue
        target = _write(data, new / path.relative_to(old), known)
        with schema.storage_errors(database), schema.immediate(connection):
            import_rows.rename(connection, names.name(path), names.name(target))
        with suppress(OSError):  # a copy that stays is recognised as one
            path.unlink()
        moved += 1
    tell(len(files), len(files))
    _remove_empty_folders(old)
    return MoveReport(moved, tuple(failed))


def _write(data: bytes, target: Path, taken: set[Path]) -> Path:
    """A whole copy at ``target``, or beside it where another file has that name."""
    ensure_folder(target.parent)
    is_copied = target not in taken and image_files.is_there(target)
    if is_copied and image_files.content_of(target) == data:
        return target  # the last time was interrupted here
    file_format = formats.format_of(target) or formats.PNG
    return image_files.save_new(target.parent, target.stem, data, file_format)


def _remove_empty_folders(folder: Path) -> None:
    """What is left of the old place, where nothing is left in it."""
    with suppress(OSError):
        for inner in sorted(folder.rglob("*"), reverse=True):
            if inner.is_dir():
                with suppress(OSError):
                    inner.rmdir()
        folder.rmdir()
