"""What is said of the checkpoints on this machine: where they are, whether they are whole, the work
on them. The window and the command line speak of them in these words; the engine does the work.

``Tell`` is told how much is done, of how much, in bytes. ``IsCancelled`` is asked between two
pieces of work; work that is called off raises ``GenerationCancelled`` and leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from wurstdesk.generation.fetching import FetchOrder, HalfPrecision
from wurstdesk.generation.protocols import CheckpointInfo

ShelfKind = Literal["checkpoint", "prior"]
ShelfState = Literal["complete", "partial", "broken"]
ShelfPlace = Literal["built in", "ours", "yours", "hub cache"]
ImportWay = Literal["copy", "link"]

Tell = Callable[[int, int], None]
IsCancelled = Callable[[], bool]


def tell_nobody(_done: int, _total: int) -> None:
    """For who does not want to know how far it is."""


def never() -> bool:
    """For what is not called off."""
    return False


def is_folder(path: Path) -> bool:
    """Whether it is one, as ``Path.is_dir``, also for a name that is too long for any."""
    try:
        return path.is_dir()
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class ShelfItem:
    """A checkpoint, or a prior by itself, as it lies on the disk.

    ``missing`` names the parts that are not there, ``problem`` is a sentence about the first that
    is missing or damaged; of a whole prior it says why it cannot be used, if nothing fits.
    ``bytes_on_disk`` is what its own files take, without what they only link to elsewhere.
    ``repo`` and ``commit`` are where it was fetched from, "" where nobody knows; ``dtype`` is how
    its weights are stored. ``fits`` are the names of the checkpoints that a prior goes with.
    ``keep_reason`` says why it cannot be removed from here, where it cannot.
    """

    info: CheckpointInfo
    kind: ShelfKind
    state: ShelfState
    missing: tuple[str, ...]
    bytes_on_disk: int
    place: ShelfPlace
    repo: str = ""
    commit: str = ""
    dtype: str = ""
    problem: str = ""
    fits: tuple[str, ...] = ()
    keep_reason: str = ""
    is_linked: bool = False

    @property
    def can_remove(self) -> bool:
        return not self.keep_reason

    @property
    def can_convert(self) -> bool:
        """Whether a copy in half precision would save something."""
        return self.kind == "checkpoint" and self.state == "complete" and self.dtype == "float32"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where its files are, each folder that is there once."""
        named = (self.info.path, self.info.prior_path, self.info.prior_weights)
        return tuple(dict.fromkeys(path for path in named if path is not None and is_folder(path)))


@dataclass(frozen=True, slots=True)
class UnfinishedFetch:
    """A fetch that is not over: ``order`` goes on with it, wherever it stopped."""

    order: FetchOrder
    repo: str
    commit: str
    folder: Path
    bytes_on_disk: int


@dataclass(frozen=True, slots=True)
class FileFinding:
    """A file that is not what it has to be; ``problem`` is half a sentence: “it is missing”."""

    path: Path
    problem: str
    repo: str = ""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What came of comparing every file with the record of where it came from.

    ``unknown`` are the files of which nobody knows what they have to be; they were only looked at.
    ``missing`` names parts as ``ShelfItem`` does. ``repair`` fetches again what is wrong, where it
    is known from where, and can be given away as it is; ``repaired_files`` are what that would be.
    """

    item: ShelfItem
    checked: int
    checked_bytes: int
    findings: tuple[FileFinding, ...]
    unknown: tuple[Path, ...]
    missing: tuple[str, ...]
    published: int = 0
    repair: FetchOrder | None = None
    repaired_files: tuple[Path, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong or missing, as far as it can be known."""
        return not self.findings and not self.missing and self.item.state == "complete"

    @property
    def is_certain(self) -> bool:
        """Whether every file was compared with a record."""
        return self.is_good and not self.unknown

    @property
    def sentence(self) -> str:
        """What came of it, in plain words."""
        title = self.item.info.title
        if self.findings:
            count = len(self.findings)
            files = "one file is" if count == 1 else f"{count} files are"
            return (
                f"{title}: {files} not as it has to be."
                if count == 1
                else (f"{title}: {files} not as they have to be.")
            )
        if not self.is_good:
            return self.item.problem or f"{title} is not complete."
        if self.is_certain:
            was = "published" if self.item.repo or self.published else "brought here"
            return f"{title} is whole: each of its {self.checked} files is as it was {was}."
        if not self.checked:
            return (
                f"{title} looks whole, but it came without a record of what its files have to be."
            )
        return (
            f"{title} looks whole: {self.checked} of its {self.checked + len(self.unknown)} files "
            "could be compared with a record."
        )


@dataclass(frozen=True, slots=True)
class ImportPiece:
    """One file: from where, and to where in the folder of checkpoints.

    ``part`` is what it is, in words; ``sha256`` what it has to be, and ``repo`` and ``commit``
    where it came from, as far as its folder says.
    """

    source: Path
    target: Path
    size: int
    part: str
    sha256: str = ""
    repo: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class ImportRefusal:
    """A file or folder that was given and is of no use, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What was recognised, before anything is written.

    ``names`` are the checkpoints and priors that there will be, or that become more complete;
    ``missing`` are the parts that they will still lack. ``there_already`` are files that are in
    their place with the same content, as far as their size tells.
    """

    pieces: tuple[ImportPiece, ...]
    names: tuple[str, ...]
    missing: tuple[str, ...]
    refused: tuple[ImportRefusal, ...] = ()
    there_already: tuple[Path, ...] = ()

    @property
    def size(self) -> int:
        """Bytes that copying takes."""
        return sum(piece.size for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was taken: the items that it belongs to, and files that were damaged on their way."""

    items: tuple[ShelfItem, ...]
    taken: tuple[Path, ...]
    damaged: tuple[ImportRefusal, ...] = ()


class Shelf(Protocol):
    """The checkpoints on this machine. May be asked in any thread; looks at the disk each time."""

    def items(self) -> tuple[ShelfItem, ...]:
        """Everything found: whole checkpoints first, then partial and broken ones, then priors."""
        ...

    def find(self, name_or_folder: str) -> ShelfItem:
        """One of them, also a partial or broken one. Raises ``CheckpointError``."""
        ...

    def unfinished(self) -> tuple[UnfinishedFetch, ...]:
        """The fetches that are not over, whether they are under way or were broken off."""
        ...

    def discard(self, unfinished: UnfinishedFetch) -> int:
        """Throw one away; gives how many bytes that freed. Raises ``UserError``, where it is
        under way just now, too."""
        ...

    def recognise(self, paths: Sequence[Path], name: str = "") -> ImportPlan:
        """What files and folders that somebody brought are. Raises ``CheckpointError`` where
        nothing of them is of any use."""
        ...

    def take(
        self,
        plan: ImportPlan,
        way: ImportWay = "copy",
        tell: Tell = tell_nobody,
        is_cancelled: IsCancelled = never,
    ) -> ImportReport:
        """Copy or link them. Raises ``StorageError`` and ``GenerationCancelled``."""
        ...

    def verify(
        self, item: ShelfItem, tell: Tell = tell_nobody, is_cancelled: IsCancelled = never
    ) -> VerifyReport:
        """Read every file. Raises ``StorageError`` and ``GenerationCancelled``."""
        ...

    def convert(
        self,
        item: ShelfItem,
        dtype: HalfPrecision = "float16",
        target: Path | None = None,
        tell: Tell = tell_nobody,
        is_cancelled: IsCancelled = never,
    ) -> ShelfItem:
        """Copy it in half precision, without ``target`` beside ours; gives the copy. Raises
        ``StorageError``, ``CheckpointError`` and ``GenerationCancelled``. Imports torch."""
        ...

    def remove(self, item: ShelfItem) -> int:
        """Delete it from the disk; gives how many bytes that freed. Raises ``StorageError``."""
        ...

    def content_hash(
        self, info: CheckpointInfo, tell: Tell = tell_nobody, is_cancelled: IsCancelled = never
    ) -> str:
        """SHA-256 over all of its files, read once and then remembered until one changes. Raises
        ``StorageError`` and ``GenerationCancelled``."""
        ...
