"""Whether the disk has room for what is going to be fetched, and for converting it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from wurstdesk.engine.fetch.errors import KEPT, FetchError, of_storage

SPARE = 50_000_000
"""Bytes that are left free: no fetch fills a disk to the last block."""


class Coming(NamedTuple):
    """A file that will come: how much of it is still missing, and whether it will be halved."""

    size: int
    missing: int
    halved: bool


def room_needed(files: Iterable[Coming]) -> int:
    """The most that the disk has to hold at once beyond what it holds now, in the order given."""
    now = most = 0
    for file in files:
        now += file.missing
        most = max(most, now)
        if file.halved:  # both are there for a while
            now += file.size // 2
            most = max(most, now)
            now -= file.size
    return most


def free_disk(folder: Path) -> int:
    """Bytes that are free where a folder is or would be. Raises ``FetchError``."""
    there = next((path for path in (folder, *folder.parents) if path.is_dir()), folder)
    try:
        return shutil.disk_usage(there).free
    except OSError as error:
        raise of_storage(error, folder) from error


def require_room(folder: Path, needed: int, free: int) -> None:
    """Raises ``FetchError`` where there is less than needed."""
    if needed and needed + SPARE > free:
        raise FetchError(
            f"There is not enough room in {folder}: {said_size(needed + SPARE)} are needed, and "
            f"{said_size(free)} are free.",
            f"Make room on its disk, or choose a folder on another one. {KEPT}",
        )


def said_size(count: int) -> str:
    """Bytes as a person reads them."""
    return f"{count / 1e9:.1f} GB" if count >= 5e8 else f"{count / 1e6:.0f} MB"
