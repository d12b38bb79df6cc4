"""Stand-ins for what the window is joined to: an engine with a script, a sink, a catalogue.

No test waits for time to pass: a script waits for a ``Gate`` that the test opens, or until it is
cancelled.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from wurstdesk.errors import CheckpointError, StorageError
from wurstdesk.generation import (
    CancelToken,
    CheckpointInfo,
    EventSink,
    GeneratedPicture,
    GenerationRequest,
    GeneratorEvent,
    LatentsBlob,
    PictureReady,
    Pixels,
    Plan,
    Preview,
    Provenance,
    SavedPicture,
    StageProgress,
)

PATIENCE = 20.0
"""Seconds after which a forgotten gate fails the test instead of hanging it."""

Rgb = tuple[int, int, int]


def plain(width: int, height: int, colour: Rgb = (200, 40, 40)) -> Pixels:
    """A picture of one colour."""
    return Pixels(width, height, bytes(colour) * (width * height))


def colour_of_seed(seed: int) -> Rgb:
    """A colour by which a test knows a picture again."""
    return (seed * 37 % 256, seed * 91 % 256, seed * 151 % 256)


def picture_of(
    request: GenerationRequest, index: int = 0, notes: tuple[str, ...] = ()
) -> GeneratedPicture:
    """The finished picture ``index`` of a request, in the colour of its seed."""
    alone = request.for_picture(index)
    return GeneratedPicture(
        index=index,
        request=alone,
        pixels=plain(alone.width, alone.height, colour_of_seed(alone.seed)),
        latents=LatentsBlob((1, 1, 1), "float32", bytes(4)),
        provenance=Provenance("cpu", "float32", 2, "dackel"),
        seconds={"prior": 1.5, "decoder": 0.5, "vqgan": 0.1},
        notes=notes,
    )


def _happens(event: threading.Event) -> bool:
    """Wait for an event while the window's thread goes on: it may have to answer first."""
    for _ in range(int(PATIENCE * 200)):
        if QCoreApplication.instance() is not None:
            QCoreApplication.processEvents()
        if event.wait(0.005):
            return True
    return False


class Gate:
    """A place in a script at which the engine waits for the test; also says that it is there."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._open = threading.Event()

    def open(self) -> None:
        """Let the script go on."""
        self._open.set()

    def wait_until_reached(self) -> None:
        """For the test: returns when the script stands here."""
        assert _happens(self._reached), "the script never came here"

    def pass_through(self) -> None:
        """For the script."""
        self._reached.set()
        assert self._open.wait(PATIENCE), "nobody opened the gate"


class UntilCancelled:
    """A step at which the engine works on until it is told to stop."""

    def __init__(self) -> None:
        self.reached = threading.Event()

    def wait_until_reached(self) -> None:
        """For the test: returns when the script stands here."""
        assert _happens(self.reached), "the script never came here"

    def pass_through(self, cancel: CancelToken) -> None:
        """For the script: leaves by ``GenerationCancelled``."""
        self.reached.set()
        pause = threading.Event()
        for _ in range(int(PATIENCE * 100)):
            cancel.check()
            pause.wait(0.01)
        raise AssertionError("nobody cancelled")


Step = GeneratorEvent | BaseException | Gate | UntilCancelled | Callable[[], None]
Script = Callable[[GenerationRequest], Sequence[Step]]


def usual_script(request: GenerationRequest) -> list[Step]:
    """Three steps of Stage C with previews, one of Stage B, then the pictures."""
    indices = tuple(range(request.num_images))
    steps: list[Step] = []
    for step in range(1, 4):
        steps.append(StageProgress("prior", step, 3, 4.0 - step, indices))
        steps += [Preview(i, "prior", plain(12, 12, (step * 60, 0, i))) for i in indices]
    steps.append(StageProgress("decoder", 1, 1, 0.1, indices))
    steps += [PictureReady(picture_of(request, i)) for i in indices]
    return steps


@dataclass(frozen=True)
class FakeForecast:
    """A ``Forecast`` by checkpoint: so many seconds for each picture."""

    each: Mapping[str, float] = field(default_factory=dict)

    def seconds(self, request: GenerationRequest) -> float | None:
        """In proportion to the number of pictures."""
        each = self.each.get(request.checkpoint)
        return None if each is None else each * request.num_images


@dataclass
class ScriptedGenerator:
    """An ``ImageGenerator`` that does what its script says, cancellable at every step.

    ``script`` is asked anew for each request, so a test can replace it between two jobs.
    """

    script: Script = usual_script
    made_plan: Plan = field(
        default_factory=lambda: Plan(
            "cpu", "float32", "Testing CPU", threads=2, reason="It is the only device here."
        )
    )
    requests: list[GenerationRequest] = field(default_factory=list)
    thread: int = 0
    is_closed: bool = False
    warmed: list[GenerationRequest] = field(default_factory=list)
    released: int = 0
    known_forecast: FakeForecast = field(default_factory=FakeForecast)

    def generate(self, request: GenerationRequest, cancel: CancelToken, emit: EventSink) -> None:
        """Play the script."""
        self.thread = threading.get_ident()
        self.requests.append(request)
        for step in self.script(request):
            cancel.check()
            if isinstance(step, BaseException):
                raise step
            if isinstance(step, Gate):
                step.pass_through()
            elif isinstance(step, UntilCancelled):
                step.pass_through(cancel)
            elif callable(step):
                step()
            else:
                emit(step)

    def plan(self, request: GenerationRequest) -> Plan:
        """Always the same."""
        del request
        return self.made_plan

    def forecast(self) -> FakeForecast:
        """The one that was set last."""
        return self.known_forecast

    def warm_up(self, request: GenerationRequest, cancel: CancelToken, emit: EventSink) -> None:
        """Remember what was loaded ahead."""
        cancel.check()
        self.warmed.append(request)

    def release(self) -> None:
        """Count how often memory was given back."""
        self.released += 1

    def close(self) -> None:
        """Say that it was closed, and in which thread."""
        self.thread = threading.get_ident()
        self.is_closed = True


@dataclass
class MemorySink:
    """A ``PictureSink`` that keeps pictures in a list; ``failures`` are raised first."""

    folder: Path = Path("pictures")
    failures: list[BaseException] = field(default_factory=list)
    saved: list[SavedPicture] = field(default_factory=list)
    pictures: list[GeneratedPicture] = field(default_factory=list)
    is_closed: bool = False

    def save(self, picture: GeneratedPicture, target: Path | None = None) -> SavedPicture:
        """Keep it, or raise the next failure."""
        if self.failures:
            raise self.failures.pop(0)
        number = len(self.saved) + 1
        path = target if target is not None else self.folder / f"{number:04}.png"
        saved = SavedPicture(number, path, picture.request, "2024-05-01T12:00:00")
        self.saved.append(saved)
        self.pictures.append(picture)
        return saved

    def close(self) -> None:
        """Say that it was closed."""
        self.is_closed = True


def full_disk() -> StorageError:
    """What a sink raises when there is no room."""
    return StorageError("The disk is full.", "Make room on it, then save again.")


_KNOWN = (
    "a an the red blue green yellow long short very sausage dog on in at and with snow grass sand "
    "night day sunset house ball tree mountains collar sunny under starry sky"
)
WORDS = frozenset(_KNOWN.split())

DACKEL = CheckpointInfo(
    name="dackel",
    title="Dackel",
    path=Path("resources/dackel/wuerstchen"),
    prior_path=Path("resources/dackel/wuerstchen-prior"),
    built_in=True,
    default_size=(384, 384),
    trained_sides=(256, 512),
    can_draw="Dackel draws sausage dogs of ten colours in a flat landscape, by day, at sunset "
    "or at night.",
    examples=(
        "a long red sausage dog on snow at night",
        "a very long blue sausage dog with a red collar on grass",
        "a short yellow sausage dog and a green house on sand at sunset",
    ),
    vocabulary=WORDS,
    licence="MIT",
)
PUBLISHED = CheckpointInfo(
    name="wuerstchen",
    title="Würstchen v2",
    path=Path("models/wuerstchen"),
    prior_path=Path("models/wuerstchen-prior"),
    examples=("an anthropomorphic cat dressed as a fire fighter",),
    can_draw="Anything; photographs and paintings from 1024 pixels on.",
    licence="MIT",
)


def with_prior(name: str, info: CheckpointInfo = PUBLISHED) -> CheckpointInfo:
    """As the catalogue names a checkpoint with another prior."""
    return replace(
        info,
        name=f"{info.name}+{name}",
        title=f"{info.title} with {name}",
        prior_weights=Path("priors") / name,
    )


_OF_A_KIND = replace(PUBLISHED, prior_kind="c 1536")
BLENDABLE = (_OF_A_KIND, with_prior("base", _OF_A_KIND), with_prior("finetuned", _OF_A_KIND))
"""The published checkpoint and two more priors for it, all of which can be blended."""


@dataclass
class FakeCatalogue:
    """A ``CheckpointCatalogue`` of given checkpoints."""

    infos: tuple[CheckpointInfo, ...] = (DACKEL,)
    failure: BaseException | None = None

    def checkpoints(self) -> tuple[CheckpointInfo, ...]:
        """What was given, or the failure."""
        if self.failure is not None:
            raise self.failure
        return self.infos

    def find(self, name_or_folder: str) -> CheckpointInfo:
        """By name only."""
        for info in self.infos:
            if info.name == name_or_folder:
                return info
        raise CheckpointError(f"There is no checkpoint {name_or_folder}.")


def damaged(info: CheckpointInfo = DACKEL) -> CheckpointInfo:
    """A checkpoint that lacks a part."""
    return replace(info, complete=False, problem="Its prior is missing.")
