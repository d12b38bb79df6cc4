"""How the layers meet: what the engine, the catalogue and the gallery offer to the others."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from wurstdesk.errors import GenerationCancelled
from wurstdesk.generation.request import (
    DEFAULT_STAGE_C_TIMESTEPS,
    GenerationRequest,
    make_request,
)
from wurstdesk.generation.results import EventSink, GeneratedPicture, Plan, Stage

DeviceChoice = Literal["auto", "cpu", "cuda", "mps", "xpu"]
DtypeChoice = Literal["auto", "float32", "float16", "bfloat16"]
OffloadChoice = Literal["auto", "none", "model", "group", "sequential"]


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
    """What a person may choose about how the engine runs.

    ``offload`` other than auto is the most generous way that may be used. ``memory_limit`` is how
    much of the device's memory may be used, in bytes; 0 is all that is free. ``fp8`` allows
    eight-bit weights where nothing better fits. ``low_priority`` lets other programs go first.
    """

    device: DeviceChoice = "auto"
    dtype: DtypeChoice = "auto"
    offload: OffloadChoice = "auto"
    fp8: bool = False
    compile: bool = False
    memory_limit: int = 0
    threads: int = 0
    low_priority: bool = False
    previews: bool = True
    previews_per_second: float = 15.0


Cost = Literal[Stage, "loading", "rest"]
Rates = dict[Cost, float]
"""Seconds for one unit of each stage at one size: a step of one picture, a block of Stage A.

``loading`` is what it takes to bring a checkpoint in; ``rest`` what one request takes beside its
steps: reading the prompt, bringing stages in and out, saving.
"""


class Timings(Protocol):
    """What work cost before on this machine, kept from one start to the next."""

    def rates(self, key: str) -> Rates:
        """Those for that way of working, to be read and written; empty where nothing is known."""

    def known(self) -> dict[str, Rates]:
        """A copy of all of them."""

    def keep(self) -> None:
        """Write them down; never fails."""


class Forecast(Protocol):
    """What was known of the cost of work at one moment. Cheap, and to be asked in any thread."""

    def seconds(self, request: GenerationRequest) -> float | None:
        """How long the request will take if it begins now; None where nothing is known."""


class ImageGenerator(Protocol):
    """The engine as the rest of the program knows it. All methods run in one thread."""

    def generate(self, request: GenerationRequest, cancel: CancelToken, emit: EventSink) -> None:
        """Make the request's pictures, telling ``emit`` what happens, each picture as soon as it
        is finished. Raises ``GenerationCancelled`` or ``UserError``; stays usable after both."""

    def plan(self, request: GenerationRequest) -> Plan:
        """Where the request would run; loads nothing."""

    def forecast(self) -> Forecast:
        """What is known now, of the checkpoints for which there was a ``plan``; also in the
        middle of ``generate``, from its ``emit``."""

    def warm_up(self, request: GenerationRequest, cancel: CancelToken, emit: EventSink) -> None:
        """Load what the request will need, so that its pictures start at once. Raises as
        ``generate`` does."""

    def release(self) -> None:
        """Give all memory back; the next request loads again."""

    def close(self) -> None:
        """Drop every component; the generator is not used again."""


@dataclass(frozen=True)
class PriorBlend:
    """What is blended into a checkpoint's prior: the prior in ``folder``, which is that of the
    checkpoint ``name``, to the share ``weight`` (of 1)."""

    name: str
    folder: Path
    weight: float


@dataclass(frozen=True)
class CheckpointInfo:
    """A checkpoint as the person sees it; read without torch.

    ``examples`` are prompts that it draws well, ``starter_negative_prompt`` is one to begin with.
    ``vocabulary`` is empty for a checkpoint that knows no bounds. ``problem`` says in one
    sentence what is wrong where ``complete`` is False. ``prior_weights`` is the folder of a prior
    that stands by itself and takes the place of the one in ``prior_path``. A copy in half
    precision says of which checkpoint it is one, what that one's content hash is ("" where it is
    not known) and in which dtype it is written. Priors of the same ``prior_kind`` can be blended;
    "" is not known. ``blend`` is set by who carries out a request, never by a catalogue.
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
    prior_guidance_scale: float = 4.0
    can_draw: str = ""
    examples: tuple[str, ...] = ()
    starter_negative_prompt: str = ""
    vocabulary: frozenset[str] = frozenset()
    licence: str = ""
    prior_weights: Path | None = None
    copy_of: str = ""
    copy_of_hash: str = ""
    copy_dtype: str = ""
    prior_kind: str = ""
    blend: PriorBlend | None = None

    def request(self, **fields: Any) -> GenerationRequest:
        """A request that suits this checkpoint, but for ``fields``; raises ``RequestError``."""
        width, height = self.default_size
        steps = fields.get("prior_num_inference_steps")
        usual = {
            "width": width,
            "height": height,
            "prior_guidance_scale": self.prior_guidance_scale,
            "prior_timesteps": self.prior_timesteps if steps is None else None,
            "checkpoint": self.name,
        }
        return make_request(**{**usual, **fields})

    @property
    def prior_folder(self) -> Path:
        """Where Stage C's own config and weights are."""
        return self.prior_weights or self.prior_path / "prior"

    @property
    def prior_folders(self) -> tuple[Path, ...]:
        """The same, and that of the prior that is blended in."""
        return (self.prior_folder, *([self.blend.folder] if self.blend else ()))

    def can_blend_with(self, other: CheckpointInfo) -> bool:
        """Whether another checkpoint's prior is one more, and of the same configuration."""
        same_place = other.prior_folder == self.prior_folder
        is_copy = other.copy_of == self.name or self.copy_of == other.name
        same_kind = bool(self.prior_kind) and other.prior_kind == self.prior_kind
        return other.complete and same_kind and not same_place and not is_copy


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
