"""Pictures as files: whole or not at all, and never in another picture's place.

The order is always: a temporary file in the same folder, its bytes forced to the disk, the final
name, the folder forced to the disk. A crash at any point leaves the old state or the new one, and
at worst a temporary file, which a later start of the gallery sweeps away.
"""

from __future__ import annotations

import errno
import io
import logging
import os
import stat
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from wurstdesk.errors import StorageError
from wurstdesk.generation import Pixels
from wurstdesk.paths import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, temporary_file

_log = logging.getLogger(__name__)

SUFFIX = ".png"
MAX_SLUG_CHARACTERS = 60
MAX_SLUG_BYTES = 100  # some encrypted file systems hold only 143 bytes a name
_MAX_SAME_NAME = 100_000
_TEMPORARY_LIFE_SECONDS = 3600


def encode_png(pixels: Pixels, info: PngInfo | None = None) -> bytes:
    """A PNG file of exactly these pixels, with the texts of ``info``."""
    image = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.data)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def file_stem(prompt: str, seed: int, day: date) -> str:
    """``2026-11-23 a-long-red-sausage-dog 7``: sorts by day, says what it is, fits every system.

    It begins with the date, so it is never a name that Windows keeps for devices.
    """
    return f"{day.isoformat()} {_slug(prompt) or 'picture'} {seed}"


def _slug(text: str) -> str:
    """Letters and digits of any language in lower case, with single hyphens between words."""
    normal = unicodedata.normalize("NFKC", text[:1000]).lower()
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in normal)
    words = [word for word in kept.split() if any(map(str.isalnum, word))]
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer) > MAX_SLUG_CHARACTERS or len(longer.encode()) > MAX_SLUG_BYTES:
            break
        slug = longer
    if not slug and words:  # one endless word, or a language without blanks
        first = words[0][:MAX_SLUG_CHARACTERS]
        slug = first.encode()[:MAX_SLUG_BYTES].decode("utf-8", "ignore")
    return slug


def is_there(path: Path) -> bool:
    """Whether something is at ``path``, as far as this person may see."""
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True


def goes_into(target: Path) -> bool:
    """Whether ``target`` is a folder for pictures (it need not be there yet) and not a file.

    Raises ``StorageError`` for a file that is no PNG.
    """
    there = is_there(target)
    if (there and target.is_dir()) or not (there or target.suffix):
        return True
    if target.suffix.lower() != SUFFIX:
        raise StorageError(
            f"Pictures are saved as PNG, and “{target.name}” has another ending.",
            f"Name it “{target.stem}{SUFFIX}”, or name a folder.",
        )
    return False


def save_new(folder: Path, stem: str, data: bytes) -> Path:
    """Write ``data`` to ``stem.png`` in ``folder``, or ``stem (2).png`` ... where that is taken.

    Safe against other processes that save there at the same time. Raises ``StorageError``.
    """
    with _sentences(folder), temporary_file(folder, data) as temporary:
        for number in range(1, _MAX_SAME_NAME):
            path = folder / f"{stem}{f' ({number})' if number > 1 else ''}{SUFFIX}"
            with suppress(FileExistsError):
                _give_free_name(temporary, path)
                _sync_folder(folder)
                return path
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / stem))


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
