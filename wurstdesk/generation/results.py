"""What comes out: plans, pictures with all that is kept of them, and the events on the way."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from wurstdesk.generation.request import GenerationRequest

Stage = Literal["prior", "decoder", "vqgan"]
Offload = Literal["none", "model", "group", "sequential"]


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
    """Where and how the components run.

    ``offload`` is where a component waits while it is not needed: ``none`` on the device itself;
    ``model`` in main memory, and comes over as a whole (on the processor: on the disk, and only
    one stage stands in memory); ``group`` in main memory, and comes over leaf by leaf, with
    ``stream`` the next leaf while this one works; ``sequential`` the same without any group, for
    the least memory of all.

    ``fp8`` keeps the weights of prior and decoder in eight bits and computes in ``dtype``.
    ``batch`` pictures go through Stage C together. ``reason`` says why in one sentence for people,
    ``advice`` what they could change to get the next better plan, or nothing. ``needs`` is the
    estimate of memory at the peak, in bytes on the device, 0 where it was not estimated.
    """

    device: str
    dtype: str
    device_name: str
    offload: Offload = "none"
    stream: bool = False
    fp8: bool = False
    compile: bool = False
    batch: int = 4
    threads: int = 0
    reason: str = ""
    advice: str = ""
    needs: int = 0


@dataclass(frozen=True)
class Provenance:
    """What made a picture: enough to say whether it can be made again to the byte.

    ``copy_of`` and its hash name the checkpoint that a half-precision copy was made from.
    ``blend_name`` and its hash (of the prior's files alone) name the checkpoint whose prior was
    blended in; how much of it is in the request. Hashes are "" where files are too large for them.
    """

    device: str
    dtype: str
    threads: int
    checkpoint_name: str
    checkpoint_hash: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    fp8: bool = False
    compiled: bool = False
    copy_of: str = ""
    copy_of_hash: str = ""
    blend_name: str = ""
    blend_hash: str = ""

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

    @property
    def name(self) -> str:
        """The SHA-256 of its bytes, hexadecimal: by this the gallery and files refer to it."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class GeneratedPicture:
    """One finished picture and everything that should be kept with it.

    ``request`` makes this picture alone (``num_images`` 1, its own seed). ``seconds`` holds wall
    seconds per stage. ``notes`` are sentences for the person: what was left out of a prompt, say.
    ``preview`` is how the draft looked, small; None where nobody drew it.
    """

    index: int
    request: GenerationRequest
    pixels: Pixels
    latents: LatentsBlob
    provenance: Provenance
    seconds: dict[str, float]
    notes: tuple[str, ...] = ()
    preview: Pixels | None = None


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
    """A sentence that the person should see, which is no error.

    ``is_advice``: it follows from the request and the checkpoint's description alone. Who shows
    that beside the request while it is written need not say it again.
    """

    text: str
    is_advice: bool = False


@dataclass(frozen=True)
class PictureReady:
    """A picture is finished."""

    picture: GeneratedPicture


GeneratorEvent = Loading | StageProgress | Preview | Note | PictureReady
EventSink = Callable[[GeneratorEvent], None]
