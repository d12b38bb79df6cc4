"""What the layers say to each other: requests, plans, events, results and the protocols.

Nothing here knows Qt or torch. A ``GenerationRequest`` is the one object that shapes a picture:
the same in the queue, in the picture's metadata, in the database and on the command line. It is
frozen, holds every value explicitly (a later change of a default never changes an old picture)
and is checked when it is made, so that no sampling ever starts with a value that cannot work.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from wurstdesk.errors import GenerationCancelled, RequestError

REQUEST_SCHEMA = 1
SEED_COUNT = 2**32
SIZE_MULTIPLE = 128
MAX_SIDE = 4096
MAX_IMAGES = 64
MAX_STEPS = 1000
MAX_PROMPT_CHARACTERS = 100_000

Stage = Literal["prior", "decoder", "vqgan"]
DeviceChoice = Literal["auto", "cpu", "cuda", "mps", "xpu"]
DtypeChoice = Literal["auto", "float32", "float16", "bfloat16"]


def _linspace(start: float, stop: float, count: int) -> list[float]:
    """NumPy's ``linspace`` to the last bit, without NumPy."""
    step = (stop - start) / (count - 1)
    return [i * step + start for i in range(count - 1)] + [stop]


# The published schedule of Stage C, named as in diffusers: 30 values, 29 calls.
DEFAULT_STAGE_C_TIMESTEPS: tuple[float, ...] = tuple(
    _linspace(1.0, 2 / 3, 20) + _linspace(2 / 3, 0.0, 11)[1:]
)


class GenerationRequest(BaseModel):
    """Everything that shapes a picture.

    Picture ``i`` of a request uses ``seed + i`` modulo 2**32 (and ``decoder_seed + i``). Exactly
    one of ``prior_timesteps`` (descending from 1 to 0, each in [0, 1]) and
    ``prior_num_inference_steps`` (the stock pipeline's even steps) is set. A ``decoder_seed`` of
    None means the picture's own seed. ``checkpoint`` is a name known to the catalogue or a folder.
    Make one through :func:`make_request`, which speaks in sentences.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    prompt: str = Field(default="", max_length=MAX_PROMPT_CHARACTERS)
    negative_prompt: str = Field(default="", max_length=MAX_PROMPT_CHARACTERS)
    width: int = 1024
    height: int = 1024
    seed: int = Field(default=0, ge=0, lt=SEED_COUNT)
    num_images: int = Field(default=1, ge=1, le=MAX_IMAGES)
    prior_timesteps: tuple[float, ...] | None = DEFAULT_STAGE_C_TIMESTEPS
    prior_num_inference_steps: int | None = Field(default=None, ge=1, le=MAX_STEPS)
    prior_guidance_scale: float = Field(default=4.0, ge=0, le=100)
    decoder_num_inference_steps: int = Field(default=12, ge=1, le=MAX_STEPS)
    decoder_guidance_scale: float = Field(default=0.0, ge=0, le=100)
    decoder_seed: int | None = Field(default=None, ge=0, lt=SEED_COUNT)
    checkpoint: str = Field(default="dackel", max_length=4096)

    @field_validator("prompt", "negative_prompt", "checkpoint", mode="before")
    @classmethod
    def _text_without_surprises(cls, text: object) -> object:
        """Line ends as LF; NUL and lone surrogates, which no file or database takes, dropped."""
        if not isinstance(text, str):
            return text
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        return text.encode("utf-8", "ignore").decode("utf-8")

    @field_validator("width", "height")
    @classmethod
    def _side_on_the_grid(cls, side: int) -> int:
        if not SIZE_MULTIPLE <= side <= MAX_SIDE or side % SIZE_MULTIPLE:
            near = nearest_side(side)
            raise ValueError(
                f"A side must be a multiple of {SIZE_MULTIPLE} pixels from {SIZE_MULTIPLE} to "
                f"{MAX_SIDE}, and {side} is not; {near} is the nearest."
            )
        return side

    @field_validator("prior_timesteps")
    @classmethod
    def _timesteps_descend(cls, steps: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if steps is None:
            return None
        if not 2 <= len(steps) <= MAX_STEPS + 1 or not all(0 <= t <= 1 for t in steps):
            raise ValueError("Prior timesteps are two or more numbers between 1 and 0.")
        if any(b >= a for a, b in itertools.pairwise(steps)):
            raise ValueError("Prior timesteps must fall from one to the next.")
        return steps

    @model_validator(mode="after")
    def _one_schedule(self) -> Self:
        if (self.prior_timesteps is None) == (self.prior_num_inference_steps is None):
            raise ValueError("Give either prior timesteps or a number of prior steps, not both.")
        return self

    @property
    def prior_steps(self) -> int:
        """How many times Stage C is called (29 for the published schedule)."""
        if self.prior_timesteps is not None:
            return len(self.prior_timesteps) - 1
        assert self.prior_num_inference_steps is not None
        return self.prior_num_inference_steps

    def for_picture(self, index: int) -> GenerationRequest:
        """The request that makes picture ``index`` of this one alone."""
        decoder_seed = self.decoder_seed
        if decoder_seed is not None:
            decoder_seed = (decoder_seed + index) % SEED_COUNT
        return self.model_copy(
            update={
                "seed": (self.seed + index) % SEED_COUNT,
                "decoder_seed": decoder_seed,
                "num_images": 1,
            }
        )

    def changed(self, **fields: object) -> GenerationRequest:
        """A checked copy with some fields replaced."""
        return make_request(**{**self.model_dump(), **fields})

    def to_dict(self) -> dict[str, Any]:
        """Every field, defaults too, with the schema's version; JSON-ready."""
        return {"schema": REQUEST_SCHEMA, **self.model_dump(mode="json")}

    @classmethod
    def from_dict(cls, data: object) -> GenerationRequest:
        """The inverse of :meth:`to_dict`; raises ``RequestError`` for anything else."""
        if not isinstance(data, dict):
            raise RequestError("This is not a saved request.")
        fields = {k: v for k, v in data.items() if k != "schema"}
        schema = data.get("schema")
        if not isinstance(schema, int) or schema < 1:
            raise RequestError("This request does not say which version of Wurstdesk wrote it.")
        if schema > REQUEST_SCHEMA:
            raise RequestError(
                "This request was written by a newer version of Wurstdesk.",
                "Update Wurstdesk to use it.",
            )
        return make_request(**fields)


def nearest_side(pixels: float) -> int:
    """The side on the 128-pixel grid nearest to ``pixels``."""
    within = min(max(pixels, SIZE_MULTIPLE), MAX_SIDE)
    return round(within / SIZE_MULTIPLE) * SIZE_MULTIPLE


_FIELD_NAMES = {
    "num_images": "number of pictures",
    "prior_timesteps": "list of prior timesteps",
    "prior_num_inference_steps": "number of prior steps",
    "decoder_num_inference_steps": "number of decoder steps",
}


def make_request(**fields: Any) -> GenerationRequest:
    """A checked request; raises ``RequestError`` with a sentence about the first bad field."""
    try:
        return GenerationRequest(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][0]) if first["loc"] else ""
        if first["type"] == "value_error":
            raise RequestError(str(first["ctx"]["error"])) from None
        name = f"The {_FIELD_NAMES.get(where, where.replace('_', ' '))}"
        said = first["msg"].removeprefix("Input ").rstrip(".")
        raise RequestError(f"{name} cannot be used: it {said}.") from None


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
class Pixels:
    """A picture as plain bytes: 8-bit RGB, rows from the top, no padding."""

    width: int
    height: int
    data: bytes

    def __post_init__(self) -> None:
        if len(self.data) != 3 * self.width * self.height:
            raise ValueError("pixel data does not fit its size")


@dataclass(frozen=True)
class Plan:
    """Where and how the components run. ``reason`` is one sentence for people."""

    device: str
    dtype: str
    device_name: str
    offload: Literal["none", "model", "group", "sequential"] = "none"
    threads: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Provenance:
    """What made a picture: enough to say whether it can be made again to the byte."""

    device: str
    dtype: str
    threads: int
    checkpoint_name: str
    checkpoint_hash: str = ""
    versions: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class LatentsBlob:
    """A Stage C latent as bytes (C order, little endian), in x_C units: the *negative*."""

    shape: tuple[int, int, int]
    dtype: Literal["float32", "float16", "bfloat16"]
    data: bytes

    def __post_init__(self) -> None:
        if len(self.data) != math.prod(self.shape) * (4 if self.dtype == "float32" else 2):
            raise ValueError("latent data does not fit its shape")


@dataclass(frozen=True)
class GeneratedPicture:
    """One finished picture and everything that should be kept with it.

    ``request`` makes this picture alone (``num_images`` 1, its own seed). ``seconds`` holds wall
    seconds per stage. ``notes`` are sentences for the person: what was left out of a prompt, say.
    """

    index: int
    request: GenerationRequest
    pixels: Pixels
    latents: LatentsBlob
    provenance: Provenance
    seconds: dict[str, float]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Loading:
    """Parts are being loaded, ``done`` of ``total``; ``what`` is next: engine, prior … prompt."""

    what: str
    done: int
    total: int


@dataclass(frozen=True)
class StageProgress:
    """``step`` of ``steps`` of a stage are done. Seconds left are for the whole request, or None
    while nothing is known. ``indices`` are the pictures that are being worked on."""

    stage: Stage
    step: int
    steps: int
    seconds_left: float | None = None
    indices: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Preview:
    """The denoised estimate of one picture of the batch, small."""

    index: int
    stage: Stage
    pixels: Pixels


@dataclass(frozen=True)
class Note:
    """A sentence that the person should see, which is no error."""

    text: str


@dataclass(frozen=True)
class PictureReady:
    """A picture is finished."""

    picture: GeneratedPicture


GeneratorEvent = Loading | StageProgress | Preview | Note | PictureReady
EventSink = Callable[[GeneratorEvent], None]


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
