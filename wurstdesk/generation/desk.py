"""What a session leaves for the next: jobs that wait, pinned seeds, what was made before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from wurstdesk.generation.request import GenerationRequest

KeptState = Literal["waiting", "running"]


@dataclass(frozen=True)
class KeptJob:
    """A job of the queue as it outlives the program.

    One that is ``running`` when the program starts was cut off: the process ended without a word.
    """

    key: str
    request: GenerationRequest
    state: KeptState = "waiting"


@dataclass(frozen=True)
class SeedUse:
    """A seed that was used before: the newest picture made with it, or what was pinned.

    ``request`` made that one picture. ``created`` is UTC as in ``SavedPicture``. ``thumbnail`` is
    a small WebP file, empty where there is none.
    """

    seed: int
    request: GenerationRequest
    created: str
    thumbnail: bytes = b""
    path: Path | None = None
    is_pinned: bool = False


class Desk(Protocol):
    """Kept in the gallery's database. Made and used in one thread; everything raises
    ``StorageError`` where the database cannot be used."""

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences about what was found and mended while it was opened."""

    def jobs(self) -> tuple[KeptJob, ...]:
        """The queue as it was kept, in its order."""

    def keep_jobs(self, jobs: Sequence[KeptJob]) -> None:
        """Keep these, in this order, in place of what was kept."""

    def seeds(self, limit: int) -> tuple[SeedUse, ...]:
        """Pinned seeds first, then those used last, newest first; each seed once."""

    def pin_seed(self, use: SeedUse) -> None:
        """Keep a seed at the top of the list, whatever is made later."""

    def unpin_seed(self, seed: int) -> None:
        """Let it go its way with the others."""

    def prompts(self, limit: int) -> tuple[str, ...]:
        """The prompts used last, each once, newest first."""

    def close(self) -> None:
        """Not used again."""
