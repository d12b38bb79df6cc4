"""Whether a file is what a record says: SHA-256, or the id that git gives to small files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wurstdesk.engine.fetch.records import StoredFile

_PIECE = 1 << 20
Count = Callable[[int], None]
"""Called with every number of bytes that were read; what it raises ends the reading."""


class Digest:
    """Both hashes of a file's content, as its pieces come; ``size`` has to be known before."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.length = 0
        self._sha256 = hashlib.sha256()
        # What git puts before a file's content; the id is no secret and guards against no one.
        self._git = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)

    def update(self, data: bytes | memoryview) -> None:
        """Take the next piece."""
        self.length += len(data)
        self._sha256.update(data)
        self._git.update(data)

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    @property
    def git_id(self) -> str:
        return self._git.hexdigest()

    def problem(self, sha256: str = "", git_id: str = "") -> str:
        """What is wrong with what came, half a sentence, or nothing."""
        if self.length != self.size:
            return f"it has {self.length:,} bytes instead of {self.size:,}"
        if sha256 and self.sha256 != sha256.lower():
            return "its content is not what the record says"
        if not sha256 and git_id and self.git_id != git_id.lower():
            return "its content is not what the record says"
        return ""


class LargeDigest(Digest):
    """For files whose SHA-256 is known: git's id would only take time."""

    def update(self, data: bytes | memoryview) -> None:
        """Take the next piece."""
        self.length += len(data)
        self._sha256.update(data)


def digest_for(size: int, sha256: str = "") -> Digest:
    """The digest that a file of this record needs."""
    return LargeDigest(size) if sha256 else Digest(size)


def digest_of(path: Path, size: int, sha256: str = "", count: Count | None = None) -> Digest:
    """The digest of a file on the disk. Raises ``OSError``, and what ``count`` raises."""
    digest = digest_for(size, sha256)
    with path.open("rb") as file:
        for piece in _pieces(file.read):
            digest.update(piece)
            if count is not None:
                count(len(piece))
    return digest


def problem_of_file(
    path: Path, size: int, sha256: str = "", git_id: str = "", count: Count | None = None
) -> str:
    """What is wrong with a file, half a sentence that begins with “it”, or nothing."""
    with suppress(FileNotFoundError, NotADirectoryError):
        found = path.stat().st_size
        if found != size:
            return f"it has {found:,} bytes instead of {size:,}"
        return digest_of(path, size, sha256, count).problem(sha256, git_id)
    return "it is missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """A file of a folder that is not what it has to be."""

    path: str
    problem: str


def verify_folder(
    folder: Path,
    files: Mapping[str, StoredFile],
    *,
    begin: Callable[[str], None] = lambda _path: None,
    count: Count | None = None,
) -> tuple[Finding, ...]:
    """Compare a folder with the files of its record (``SourceRecord.files``).

    ``begin`` is told each file's path before it is read. Raises ``OSError`` where one cannot be.
    """
    findings = []
    for name, stored in sorted(files.items()):
        begin(name)
        problem = problem_of_file(folder / name, stored.size, stored.sha256, count=count)
        if problem:
            findings.append(Finding(name, problem))
    return tuple(findings)


def _pieces(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while piece := read(_PIECE):
        yield piece
