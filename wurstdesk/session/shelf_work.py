"""What is asked of the shelf in another thread: data alone, for it goes there and ends there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from wurstdesk.errors import GenerationCancelled
from wurstdesk.generation import CheckpointInfo
from wurstdesk.generation.fetching import HalfPrecision
from wurstdesk.generation.shelf import (
    ImportPlan,
    ImportReport,
    ImportWay,
    IsCancelled,
    Shelf,
    ShelfItem,
    Tell,
    UnfinishedFetch,
    VerifyReport,
)

_STEPS = 200
"""How often a work is told of, at most: each time wakes the window."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is on the disk: everything found, fetches that are not over, bytes that are free."""

    items: tuple[ShelfItem, ...]
    unfinished: tuple[UnfinishedFetch, ...]
    free: int


@dataclass(frozen=True, slots=True)
class Look:
    """Looks at all of it."""

    shelf: Shelf
    models_folder: Path

    def __call__(self) -> Seen:
        """In the thread that looks."""
        shelf = self.shelf
        return Seen(shelf.items(), shelf.unfinished(), free_bytes(self.models_folder))


class Work(Protocol):
    """Something that takes its time."""

    def __call__(self, tell: Tell, is_cancelled: IsCancelled) -> Any:
        """Do it; what comes of it is never None."""
        ...


@dataclass(frozen=True, slots=True)
class Verify:
    """Reads every file of one."""

    shelf: Shelf
    item: ShelfItem

    def __call__(self, tell: Tell, is_cancelled: IsCancelled) -> VerifyReport:
        """In the thread that works."""
        return self.shelf.verify(self.item, tell, is_cancelled)


@dataclass(frozen=True, slots=True)
class Convert:
    """Copies one in half precision."""

    shelf: Shelf
    item: ShelfItem
    dtype: HalfPrecision

    def __call__(self, tell: Tell, is_cancelled: IsCancelled) -> ShelfItem:
        """In the thread that works."""
        return self.shelf.convert(self.item, self.dtype, None, tell, is_cancelled)


@dataclass(frozen=True, slots=True)
class Remove:
    """Deletes one."""

    shelf: Shelf
    item: ShelfItem

    def __call__(self, tell: Tell, is_cancelled: IsCancelled) -> int:
        """In the thread that works; it is not called off halfway."""
        del tell, is_cancelled
        return self.shelf.remove(self.item)


@dataclass(frozen=True, slots=True)
class Recognise:
    """Finds out what files and folders are."""

    shelf: Shelf
    paths: tuple[Path, ...]

    def __call__(self, tell: Tell, is_cancelled: IsCancelled) -> ImportPlan:
        """In the thread that works."""
        del tell, is_cancelled
        return self.shelf.recognise(self.paths)


@dataclass(frozen=True, slots=True)
class Take:
    """Copies or links what was recognised."""

    shelf: Shelf
    plan: ImportPlan
    way: ImportWay

    def __call__(self, tell: Tell, is_cancelled: IsCancelled) -> ImportReport:
        """In the thread that works."""
        return self.shelf.take(self.plan, self.way, tell, is_cancelled)


@dataclass(frozen=True, slots=True)
class Task:
    """A work with a line back and a way to call it off."""

    work: Work
    tell: Callable[[object, object], None]
    end: Event

    def __call__(self) -> Any:
        """What came of it; None where it was called off."""
        try:
            return self.work(_Sparing(self.tell), self.end.is_set)
        except GenerationCancelled:
            return None


class _Sparing:
    """Passes on how far it is, but not every time."""

    def __init__(self, tell: Callable[[object, object], None]) -> None:
        self._tell = tell
        self._step = -1

    def __call__(self, done: int, total: int) -> None:
        step = _STEPS * done // total if total else 0
        if step != self._step:
            self._step = step
            self._tell(done, total)


def free_bytes(folder: Path) -> int:
    """What is free on the disk of a folder that may not be there yet; 0 where nobody knows."""
    for place in (folder, *folder.parents):
        with suppress(OSError):
            return shutil.disk_usage(place).free
    return 0


def fitting(
    infos: tuple[CheckpointInfo, ...], folders: frozenset[Path], current: CheckpointInfo | None
) -> CheckpointInfo | None:
    """Of what can be used that which is meant by its folders: what is wholly in them, before what
    only has a part there, and what goes with the checkpoint of now."""

    def rank(info: CheckpointInfo) -> tuple[bool, int, bool]:
        own = (info.path, info.prior_path)
        foreign_prior = info.prior_weights is not None and info.prior_weights not in folders
        here = sum(folder in folders for folder in own)
        return foreign_prior, -here, current is None or info.path != current.path

    found = [
        info
        for info in infos
        if info.complete and folders & {info.path, info.prior_path, info.prior_weights}
    ]
    return min(found, key=rank, default=None)


def holds(info: CheckpointInfo, item: ShelfItem) -> bool:
    """Whether a checkpoint to draw with is, or uses, what lies on the disk."""
    if item.kind == "prior":
        return info.prior_weights == item.info.path
    return (info.path, info.prior_path) == (item.info.path, item.info.prior_path)
