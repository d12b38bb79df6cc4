"""Pictures as files: whole or not at all, and never in another picture's place.

The order is always: a temporary file in the same folder, its bytes forced to the disk, the final
name, the folder forced to the disk. A crash at any point leaves the old state or the new one, and
at worst a temporary file, which a later start of the gallery sweeps away.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath

from wurstdesk.errors import StorageError
from wurstdesk.gallery.formats import FORMATS, PNG, FileFormat, format_of
from wurstdesk.paths import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, temporary_file

_log = logging.getLogger(__name__)

_MAX_SAME_NAME = 100_000
_TEMPORARY_LIFE_SECONDS = 3600


def is_there(path: Path) -> bool:
    """Whether something is at ``path``, as far as this person may see."""
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True


def goes_into(target: Path) -> bool:
    """Whether ``target`` is a folder for pictures (it need not be there yet) and not a file.

    Raises ``StorageError`` for a file of a kind that cannot be written.
    """
    there = is_there(target)
    if (there and target.is_dir()) or not (there or target.suffix):
        return True
    if format_of(target) is None:
        *others, last = (known.label for known in FORMATS)
        kinds = f"{', '.join(others)} or {last}" if others else last
        raise StorageError(
            f"Pictures are saved as {kinds}, and “{target.name}” has another ending.",
            f"Name it “{target.stem}{PNG.suffix}”, or name a folder.",
        )
    return False


def save_new(
    folder: Path, stem: str | PurePath, data: bytes, file_format: FileFormat = PNG
) -> Path:
    """Write ``data`` to ``stem.png`` in ``folder``, or ``stem (2).png`` ... where that is taken.

    ``stem`` may begin with folders, which are made inside ``folder``; that itself must be there.
    Safe against other processes that save there at the same time. Raises ``StorageError``.
    """
    with _sentences(folder):
        place = _folder_inside(folder, PurePath(stem).parent)
        with temporary_file(place, data) as temporary:
            for number in range(1, _MAX_SAME_NAME):
                count = f" ({number})" if number > 1 else ""
                path = place / f"{PurePath(stem).name}{count}{file_format.suffix}"
                with suppress(FileExistsError):
                    _give_free_name(temporary, path)
                    _sync_folder(place)
                    return path
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / stem))


def _folder_inside(folder: Path, inner: PurePath) -> Path:
    """The folder ``inner`` in ``folder``, made where missing; never ``folder`` itself."""
    for part in inner.parts:
        folder = folder / part
        try:
            folder.mkdir()
        except FileExistsError:
            if not folder.is_dir():
                raise NotADirectoryError(
                    errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)
                ) from None
    return folder


def content_of(path: Path) -> bytes:
    """The bytes of a file; raises ``StorageError``."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read: {error.strerror or type(error).__name__}.",
            "Was it moved or deleted?",
        ) from error


def save_as(path: Path, data: bytes) -> Path:
    """Write ``data`` to ``path``, replacing what is there: the person named this very file.

    Raises ``StorageError``, also where ``path`` is something else than a plain file, such as
    ``/dev/null``.
    """
    with suppress(OSError):  # nothing there yet
        if not stat.S_ISREG(path.stat().st_mode):
            raise StorageError(f"“{path}” is no picture file.", "Choose another file name.")
    with _sentences(path.parent), temporary_file(path.parent, data) as temporary:
        temporary.replace(path)
        _sync_folder(path.parent)
    return path


@contextmanager
def _sentences(folder: Path) -> Iterator[None]:
    """What goes wrong while writing to ``folder``, as a sentence with what to do."""
    try:
        yield
    except OSError as error:
        raise _storage_error(error, folder) from error


def _give_free_name(temporary: Path, path: Path) -> None:
    """Let the file appear whole under ``path``; ``FileExistsError`` if that name is taken."""
    if os.name == "nt":
        temporary.rename(path)  # there it refuses to replace
        return
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # no hard links here: FAT, some network shares. Reserve the name, then fill it
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        try:
            temporary.replace(path)
        except OSError:
            path.unlink()
            raise


def _sync_folder(folder: Path) -> None:
    """Force the new name to the disk where the system can; the file is whole in any case."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        _log.debug("cannot sync %s: %s", folder, error)


def sweep_temporary_file(path: Path) -> None:
    """Remove ``path`` if it is a temporary file of ours that no process can still need."""
    if path.name.startswith(TEMPORARY_PREFIX) and path.name.endswith(TEMPORARY_SUFFIX):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _TEMPORARY_LIFE_SECONDS:
                path.unlink()


def _storage_error(error: OSError, folder: Path) -> StorageError:
    if error.errno in {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}:
        return StorageError(f"The disk with “{folder}” is full.", "Make some room, then try again.")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return StorageError(
            f"Nothing may be written to “{folder}”.",
            "Choose another folder, or allow writing to this one.",
        )
    if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO}:
        return StorageError(
            f"The folder “{folder}” is not there.",
            "Connect its disk, make the folder again or choose another one.",
        )
    if error.errno == errno.ENAMETOOLONG:
        return StorageError(f"A name in “{folder}” is too long.", "Choose a shorter one.")
    reason = error.strerror or str(error)
    return StorageError(
        f"Nothing could be written to “{folder}”: {reason}.",
        "Check the disk or choose another folder.",
    )
