"""Where the program keeps its things, and how a file is written so that it is whole or not there.

A ``Home`` is five folders: those of the platform, or five inside one folder that ``--home DIR`` or
``WURSTDESK_HOME`` names. Nothing is created by asking where something is; ``ensure_folder`` makes
a folder when the first file goes into it.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import platformdirs

from wurstdesk.errors import StorageError

HOME_VARIABLE = "WURSTDESK_HOME"
TEMPORARY_PREFIX = ".wurstdesk-"
TEMPORARY_SUFFIX = ".part"

_APP = "Wurstdesk" if sys.platform in {"win32", "darwin"} else "wurstdesk"
_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Home:
    """The folders the program writes to; none of them has to exist yet."""

    data: Path  # settings, gallery, drafts: what must not be lost
    cache: Path  # what can be made again
    pictures: Path  # where pictures go unless the settings name another folder
    logs: Path
    models: Path  # downloaded checkpoints

    @classmethod
    def of_platform(cls) -> Self:
        """The folders that this platform's habit gives to programs."""
        dirs = platformdirs.PlatformDirs(_APP, appauthor=False)
        return cls(
            data=dirs.user_data_path,
            cache=dirs.user_cache_path,
            pictures=platformdirs.user_pictures_path() / "Wurstdesk",
            logs=dirs.user_log_path,
            models=dirs.user_data_path / "models",
        )

    @classmethod
    def inside(cls, folder: Path) -> Self:
        """A home that holds everything inside one folder: portable, or for a trial."""
        root = folder.expanduser().absolute()
        return cls(
            data=root / "data",
            cache=root / "cache",
            pictures=root / "pictures",
            logs=root / "logs",
            models=root / "models",
        )

    @property
    def settings_file(self) -> Path:
        return self.data / "settings.json"

    @property
    def gallery_file(self) -> Path:
        return self.data / "gallery.sqlite3"

    @property
    def styles_file(self) -> Path:
        return self.data / "styles.json"

    @property
    def window_file(self) -> Path:
        return self.data / "window.json"

    @property
    def timings_file(self) -> Path:
        return self.data / "timings.json"


def find_home(chosen: Path | None = None, environ: Mapping[str, str] = os.environ) -> Home:
    """The home to use: ``--home`` before ``WURSTDESK_HOME`` before the platform's folders.

    Raises ``StorageError`` where a “~” means nobody, or the person has no home folder at all.
    """
    named = chosen or environ.get(HOME_VARIABLE)
    try:
        return Home.inside(Path(named)) if named else Home.of_platform()
    except RuntimeError as error:
        raise StorageError(
            f"There is no home folder: {str(error).rstrip('.')}.",
            f"Name a folder with --home or {HOME_VARIABLE}.",
        ) from error


def ensure_folder(folder: Path) -> Path:
    """The folder itself, made with its parents where missing.

    Raises ``StorageError`` where that is not possible.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The folder {folder} cannot be made: {_reason(error)}.",
            "Check that its disk is there and that you may write to it, or choose another folder.",
        ) from error
    return folder


def write_atomically(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` so that a reader finds the old file or the new, never half.

    The folder is made where missing. A link is followed, so a file kept elsewhere stays there.
    Raises ``StorageError``, with the old file untouched.
    """
    target = Path(os.path.realpath(path))
    ensure_folder(target.parent)
    try:
        with temporary_file(target.parent, content) as temporary:
            temporary.replace(target)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {_reason(error)}.",
            "Make room on its disk, or choose another folder.",
        ) from error


@contextmanager
def temporary_file(folder: Path, content: bytes) -> Iterator[Path]:
    """``content``, forced to the disk, in a hidden file that is gone at the end unless renamed.

    Its name owes nothing to that of the target, which may be as long as the file system allows.
    """
    name = f"{TEMPORARY_PREFIX}{os.getpid()}-{secrets.token_hex(6)}{TEMPORARY_SUFFIX}"
    path = folder / name
    try:
        _write_through(path, content)
        yield path
    finally:
        with suppress(OSError):
            path.unlink()


def _write_through(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def resources_dir() -> Path:
    """The icons, translations, licences and the built-in checkpoint that come with the program.

    Three places, because a wheel and a bundle put them elsewhere than a source checkout (and an
    editable install of one).
    """
    bundle = getattr(sys, "_MEIPASS", None)  # set by PyInstaller's loader
    places = [
        *([Path(bundle) / "resources"] if bundle else []),
        _PACKAGE / "_resources",
        _PACKAGE.parent / "resources",
    ]
    for place in places:
        if place.is_dir():
            return place
    # Our own files are gone: the installation is broken, and nothing the person set is wrong.
    raise StorageError("Wurstdesk's own files are missing.", "Please install it again.")


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
