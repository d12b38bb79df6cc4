"""A disk that fails: SQLite's writes go through it, and at a chosen one it gives up, or kills."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import apsw

_NAME = "faulty"


class FaultyDisk:
    """Counts what reaches the disk; ``fail`` happens at the ``at``-th write, sync or truncation.

    With ``lasting`` also at every later one, as on a disk that is full or gone.
    """

    def __init__(self) -> None:
        self.count = 0
        self.at = 0
        self.lasting = False
        self.fail: Callable[[], None] = broken

    def arm(self, at: int, fail: Callable[[], None], *, lasting: bool = False) -> None:
        """Count from here on, and let it happen."""
        self.count, self.at, self.fail, self.lasting = 0, at, fail, lasting

    def touch(self) -> None:
        """Something is about to reach the disk."""
        self.count += 1
        if self.at and (self.count == self.at or (self.lasting and self.count > self.at)):
            self.fail()

    @property
    def was_met(self) -> bool:
        """Whether the fault came to pass."""
        return bool(self.at) and self.count >= self.at


def broken() -> None:
    """It does not work any more."""
    raise apsw.IOError("the disk is broken")


def full() -> None:
    """There is no room left."""
    raise apsw.FullError("no room")


def kill() -> None:
    """The process is gone in the middle of it."""
    os.kill(os.getpid(), signal.SIGKILL)


class _FaultyFile(apsw.VFSFile):
    def __init__(self, disk: FaultyDisk, base: str, name: Any, flags: Any) -> None:
        self._disk = disk
        super().__init__(base, name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.touch()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self._disk.touch()
        super().xSync(flags)

    def xTruncate(self, size: int) -> None:
        self._disk.touch()
        super().xTruncate(size)


class _FaultyVFS(apsw.VFS):
    def __init__(self, disk: FaultyDisk, base: str) -> None:
        self._disk = disk
        self._base = base
        super().__init__(_NAME, base, makedefault=True)

    def xOpen(self, name: Any, flags: Any) -> apsw.VFSFile:
        return _FaultyFile(self._disk, self._base, name, flags)


@contextmanager
def faulty_disk() -> Iterator[FaultyDisk]:
    """All databases that are opened within are on that disk."""
    usual = apsw.vfs_names()[0]
    disk = FaultyDisk()
    vfs = _FaultyVFS(disk, usual)
    try:
        yield disk
    finally:
        apsw.set_default_vfs(usual)
        vfs.unregister()
