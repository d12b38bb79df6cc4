"""How the layers meet: what the engine, the catalogue and the gallery offer to the others."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from wurstdesk.errors import GenerationCancelled
from wurstdesk.generation.request import DEFAULT_STAGE_C_TIMESTEPS, GenerationRequest
from wurstdesk.generation.results import EventSink, GeneratedPicture, Plan

DeviceChoice = Literal["auto", "cpu", "cuda", "mps", "xpu"]
DtypeChoice = Literal["auto", "float32", "float16", "bfloat16"]


class CancelToken:
    """Set by whoever wants work to stop; checked by the work at every step."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next step; safe from any thread, any number of times."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise ``GenerationCancelled`` if the work should stop."""
        if self._event.is_set():
            raise GenerationCancelled


@dataclass(frozen=True)
class EngineOptions:
    """What a person may choose about how the engine runs."""

    device: DeviceChoice = "auto"
    dtype: DtypeChoice = "auto"
    threads: int = 0
    previews: bool = True
    previews_per_second: float = 15.0


class ImageGenerator(Protocol):
    """The engine as the rest of the program knows it. All methods run in one thread."""

    def generate(self, request: GenerationRequest, cancel: CancelToken, emit: EventSink) -> None:
        """Make the request's pictures, telling ``emit`` what happens, each picture as soon as it
        is finished. Raises ``GenerationCancelled`` or ``UserError``; stays usable after both."""

    def plan(self, request: GenerationRequest) -> Plan:
        """Where the request would run; loads nothing."""

    def close(self) -> None:
        """Drop every component; the generator is not used again."""


@dataclass(frozen=True)
class CheckpointInfo:
    """A checkpoint as the person sees it; read without torch.

    ``vocabulary`` is empty for a checkpoint that knows no bounds. ``problem`` says in one
    sentence what is wrong where ``complete`` is False.
    """

    name: str
    title: str
    path: Path
    prior_path: Path
    built_in: bool = False
    complete: bool = True
    problem: str = ""
    default_size: tuple[int, int] = (1024, 1024)
    trained_sides: tuple[int, int] = (1024, 1536)
    prior_timesteps: tuple[float, ...] = DEFAULT_STAGE_C_TIMESTEPS
    can_draw: str = ""
    examples: tuple[str, ...] = ()
    vocabulary: frozenset[str] = frozenset()
    licence: str = ""


class CheckpointCatalogue(Protocol):
    """Finds checkpoints on disk, without torch."""

    def checkpoints(self) -> tuple[CheckpointInfo, ...]:
        """Every checkpoint found, the built-in one first."""

    def find(self, name_or_folder: str) -> CheckpointInfo:
        """The checkpoint of that name or in that folder, or ``CheckpointError``."""


@dataclass(frozen=True)
class SavedPicture:
    """A picture that is on disk and in the gallery."""

    id: int
    path: Path
    request: GenerationRequest
    created: str


class PictureSink(Protocol):
    """Where finished pictures go. Made and used in one thread."""

    def save(self, picture: GeneratedPicture, target: Path | None = None) -> SavedPicture:
        """Write the file, then the row. ``target`` is a file or folder other than the pictures
        folder. Raises ``StorageError``; the picture can then be given again."""

    def close(self) -> None:
        """Finish what is pending; not used again."""
