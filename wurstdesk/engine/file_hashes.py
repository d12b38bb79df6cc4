"""SHA-256 of large files: read once, and remembered until size or time of the file changes.

One memory for the process, ``HASHES``, because files are the same for everyone in it; the program
says at its start in which file of its cache it is kept. Safe in any thread.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from wurstdesk.engine.weight_files import Unusable, read_json
from wurstdesk.errors import StorageError
from wurstdesk.paths import write_atomically

FILE_NAME = "file-hashes.json"
PIECE = 1 << 20

Count = Callable[[int], None]
"""Called with the number of bytes of every piece; what it raises ends the reading."""

_Known = dict[str, tuple[int, int, str]]
_log = logging.getLogger(__name__)


class FileHashes:
    """Knows files by path, size and time of the last change."""

    def __init__(self, kept_in: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._known: _Known = {}
        self._kept_in = kept_in
        self._is_read = kept_in is None

    def keep_in(self, file: Path) -> None:
        """Remember from one start to the next, in this file; nothing is read or written yet."""
        with self._lock:
            if file != self._kept_in:
                self._kept_in, self._is_read, self._known = file, False, {}

    def known(self, path: Path) -> str:
        """The hash of a file as it is now, or "" where it was not read since it changed."""
        key, mark = str(path.absolute()), _mark(path)
        with self._lock:
            self._read_once()
            entry = self._known.get(key)
        return entry[2] if entry is not None and mark == entry[:2] else ""

    def note(self, path: Path, sha256: str) -> None:
        """Remember what somebody else has just calculated."""
        mark = _mark(path)
        if mark is not None:
            with self._lock:
                self._read_once()
                self._known[str(path.absolute())] = (*mark, sha256)

    def calculate(self, path: Path, count: Count = lambda _size: None) -> str:
        """Read a file from its beginning to its end. Raises ``OSError`` and what ``count`` does."""
        before = _mark(path)
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
                count(len(piece))
        if before == _mark(path):  # else somebody wrote to it meanwhile
            self.note(path, digest.hexdigest())
        return digest.hexdigest()

    def keep(self) -> None:
        """Write down what is known of files that are still there; never fails."""
        with self._lock:
            if self._kept_in is None:
                return
            merged = {**_read(self._kept_in), **self._known}  # another process may have written
            self._known = {
                path: entry for path, entry in merged.items() if _mark(Path(path)) == entry[:2]
            }
            text = json.dumps(self._known, indent=0, sort_keys=True).encode()
            try:
                write_atomically(self._kept_in, text)
            except StorageError as error:
                _log.warning("hashes of files are not kept (%s)", type(error.__cause__).__name__)

    def _read_once(self) -> None:
        if not self._is_read and self._kept_in is not None:
            self._known = {**_read(self._kept_in), **self._known}
        self._is_read = True


def _mark(path: Path) -> tuple[int, int] | None:
    with suppress(OSError, ValueError):
        status = path.stat()
        return status.st_size, status.st_mtime_ns
    return None


def _read(file: Path) -> _Known:
    known: _Known = {}
    with suppress(Unusable, OSError, TypeError, ValueError):
        for path, (size, changed, sha256) in read_json(file).items():
            known[path] = (int(size), int(changed), str(sha256))
    return known


HASHES = FileHashes()
