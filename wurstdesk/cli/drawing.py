"""``wurstdesk generate``: from the options to the files.

Whatever can be found wrong without torch is found first; then the engine is loaded, and each
picture is saved as soon as it is finished.
"""

from __future__ import annotations

import os
import secrets
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

from wurstdesk.cli import output, parts
from wurstdesk.cli.progress import ProgressDisplay
from wurstdesk.cli.start import CANCELLED
from wurstdesk.engine.blending import blended, find_other
from wurstdesk.errors import CheckpointError, GenerationCancelled, StorageError
from wurstdesk.gallery.image_files import goes_into
from wurstdesk.generation import (
    SEED_COUNT,
    CancelToken,
    CheckpointCatalogue,
    CheckpointInfo,
    DeviceChoice,
    DtypeChoice,
    Forecast,
    GeneratedPicture,
    GenerationRequest,
    GeneratorEvent,
    ImageGenerator,
    Note,
    OffloadChoice,
    PictureReady,
    PictureSink,
    SavedPicture,
    StageProgress,
)
from wurstdesk.generation.choices import requests_of
from wurstdesk.paths import ensure_folder

_USUAL_BLEND = 0.5
"""Of two priors: the published one was made so."""

Target = Callable[[int], Path | None]


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the person typed; None where they left it open."""

    prompt: str
    negative: str = ""
    seed: int | None = None
    count: int = 1
    size: tuple[int, int] | None = None
    prior_steps: int | None = None
    prior_timesteps: tuple[float, ...] | None = None
    prior_guidance: float | None = None
    decoder_steps: int = 12
    decoder_guidance: float = 0.0
    decoder_seed: int | None = None
    checkpoint: str | None = None
    blend_prior: str = ""
    blend: float | None = None
    device: DeviceChoice | None = None
    dtype: DtypeChoice | None = None
    offload: OffloadChoice | None = None
    compiled: bool | None = None
    out: str | None = None
    as_json: bool = False


def draw(base: parts.Base, order: Order) -> int:
    """Make and save the pictures, printing each; the exit code. Raises ``UserError``."""
    catalogue, info = find_checkpoint(base, order.checkpoint, order.blend_prior)
    order = _with_blend_by_name(order, catalogue, info)
    request = request_of(order, info)
    target = target_of(order.out, request.num_images)
    if order.seed is None:
        output.remark(f"Seed: {request.seed}")
    if info.problem:
        output.note(info.problem)
    token = CancelToken()
    with closing(parts.open_gallery(base)) as gallery:
        for text in gallery.notices:
            output.note(text)
        if order.out is None:
            _check_writable(base.pictures_folder)
        with ProgressDisplay(request) as display, _ctrl_c(token, display) as ctrl_c:
            desk = _Desk(gallery, target, display, ctrl_c, as_json=order.as_json)
            try:
                options = parts.engine_options(
                    base.settings,
                    order.device,
                    order.dtype,
                    offload=order.offload,
                    compiled=order.compiled,
                )
                timings = parts.timings_of(base)
                with closing(parts.make_generator(catalogue, options, timings)) as generator:
                    _draw_all(generator, requests_of(request, pick=None), token, desk)
                desk.raise_failure()
            except (GenerationCancelled, KeyboardInterrupt):
                return desk.give_up(request)
            except Exception:
                # Ctrl+C in the middle of an import comes out as whatever that library makes of it.
                if token.cancelled:
                    return desk.give_up(request)
                raise
    return 0


def _draw_all(
    generator: ImageGenerator,
    requests: Sequence[GenerationRequest],
    token: CancelToken,
    desk: _Desk,
) -> None:
    """Make the pictures of all requests, which together are what was asked for."""
    before = 0
    for number, request in enumerate(requests, start=1):
        desk.go_on(before, generator.forecast(), requests[number:])
        generator.generate(request, token, desk.take)
        before += request.num_images


def find_checkpoint(
    base: parts.Base, name_or_folder: str | None, further: str = ""
) -> tuple[CheckpointCatalogue, CheckpointInfo]:
    """The checkpoint to draw with and a catalogue that knows it by its name.

    So that a picture says the name of what it was made with, and not where on this machine that
    was. ``further`` may name a folder that it is to know as well. Raises ``CheckpointError``.
    """
    folders = (*_as_folder(name_or_folder or ""), *_as_folder(further))
    catalogue = parts.catalogue_of(base, *folders)
    if name_or_folder is not None:
        return catalogue, catalogue.find(name_or_folder)
    for info in catalogue.checkpoints():
        if info.built_in:
            return catalogue, catalogue.find(info.name)
    raise CheckpointError(
        "The checkpoint that comes with Wurstdesk is missing.",
        "Install Wurstdesk again, or name another one with --checkpoint.",
    )


def _with_blend_by_name(
    order: Order, catalogue: CheckpointCatalogue, info: CheckpointInfo
) -> Order:
    """The prior to blend with by its whole name; ``CheckpointError`` if that cannot be done."""
    if not order.blend_prior:
        return order
    weight = _USUAL_BLEND if order.blend is None else order.blend
    other = find_other(catalogue, info, order.blend_prior)
    blended(info, other, weight)  # which says what does not fit
    return replace(order, blend_prior=other.name, blend=weight)


def request_of(order: Order, info: CheckpointInfo) -> GenerationRequest:
    """The whole request; what was left open is the checkpoint's, and the seed a new one."""
    given: dict[str, object] = {}
    if order.size is not None:
        given |= {"width": order.size[0], "height": order.size[1]}
    if order.prior_timesteps is not None:
        given["prior_timesteps"] = order.prior_timesteps
    if order.prior_guidance is not None:
        given["prior_guidance_scale"] = order.prior_guidance
    return info.request(
        prompt=order.prompt,
        negative_prompt=order.negative,
        seed=secrets.randbelow(SEED_COUNT) if order.seed is None else order.seed,
        num_images=order.count,
        prior_num_inference_steps=order.prior_steps,
        decoder_num_inference_steps=order.decoder_steps,
        decoder_guidance_scale=order.decoder_guidance,
        decoder_seed=order.decoder_seed,
        prior_blend=order.blend or 0.0,
        blend_prior=order.blend_prior,
        **given,
    )


def target_of(out: str | None, count: int) -> Target:
    """Where each picture goes, by its index; None for the pictures folder.

    Makes the folder and tries it, so that nothing is drawn that could not be saved. A file for
    several pictures becomes ``name-1.png``, ``name-2.png`` ... Raises ``StorageError``.
    """
    if out is None:
        return lambda index: None  # noqa: ARG005
    try:
        path = Path(out).expanduser().absolute()
        str(path).encode()
    except (RuntimeError, UnicodeEncodeError) as error:  # nobody's “~”; bytes that are no text
        raise StorageError(f"“{out}” is no usable path.", "Choose another.") from error
    is_folder = out.endswith(("/", os.sep)) or goes_into(path)
    _check_writable(ensure_folder(path if is_folder else path.parent))
    if is_folder or count == 1:
        return lambda index: path  # noqa: ARG005
    return lambda index: path.with_name(f"{path.stem}-{index + 1}{path.suffix}")


class _Desk:
    """Takes the engine's events: pictures are saved and printed, notes told once."""

    def __init__(
        self,
        sink: PictureSink,
        target: Target,
        display: ProgressDisplay,
        ctrl_c: _CtrlC,
        *,
        as_json: bool,
    ) -> None:
        self._sink = sink
        self._target = target
        self._display = display
        self._ctrl_c = ctrl_c
        self._as_json = as_json
        self._finished = 0
        self._before = 0
        self._later: float | None = 0.0
        """Seconds that the requests after this one will take, where that is known."""
        self._told: set[str] = set()
        self._failure: Exception | None = None

    def go_on(self, before: int, forecast: Forecast, later: Sequence[GenerationRequest]) -> None:
        """A request begins, with so many pictures ``before`` its own, and others ``later``."""
        self._before = before
        seconds = [forecast.seconds(request) for request in later]
        known = [each for each in seconds if each is not None]
        self._later = sum(known) if len(known) == len(seconds) else None

    def take(self, event: GeneratorEvent) -> None:
        """The engine's ``emit``. A picture that cannot be saved ends the work."""
        if isinstance(event, Note):
            self._tell(event.text)
        elif isinstance(event, PictureReady):
            try:
                self._finish(event.picture)
            except Exception as error:  # noqa: BLE001 - raised again when the engine is out of it
                self._failure = error
                self._ctrl_c.token.cancel()
        elif isinstance(event, StageProgress):
            self._ctrl_c.waits_for_a_step()
            self._display.take(self._of_all(event))
        else:
            self._display.take(event)

    def raise_failure(self) -> None:
        """Raise what kept a picture from being saved, if anything did."""
        if self._failure is not None:
            raise self._failure

    def give_up(self, request: GenerationRequest) -> int:
        """The end by Ctrl+C, or by a failure that had to end the work the same way."""
        self.raise_failure()
        self._display.stop()
        done, count = self._finished, request.num_images
        if count > 1 and done:
            output.remark(f"Cancelled. Finished and saved: {done} of {count} pictures.")
        else:
            output.remark("Cancelled.")
        return CANCELLED

    def _of_all(self, step: StageProgress) -> StageProgress:
        """A request's step, told of all that was asked for."""
        left = step.seconds_left
        return replace(
            step,
            indices=tuple(index + self._before for index in step.indices),
            seconds_left=None if left is None or self._later is None else left + self._later,
        )

    def _finish(self, picture: GeneratedPicture) -> None:
        try:
            saved = self._sink.save(picture, self._target(self._before + picture.index))
        except StorageError as error:
            seed = f"The picture’s seed is {picture.request.seed}."  # to make it again
            raise StorageError(error.message, f"{error.hint} {seed}".strip()) from error
        self._finished += 1
        for text in picture.notes:
            self._tell(text)
        with self._display.aside():
            if self._as_json:
                output.json_result(_as_dict(picture, saved))
            else:
                output.result(str(saved.path))

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            with self._display.aside():
                output.note(text)


def _as_dict(picture: GeneratedPicture, saved: SavedPicture) -> dict[str, object]:
    """A picture's line of ``--json``; seconds are of drawing, without loading."""
    return {
        "file": str(saved.path),
        "seed": saved.request.seed,
        "request": saved.request.to_dict(),
        "seconds": round(sum(picture.seconds.values()), 3),
        "stage_seconds": {stage: round(took, 3) for stage, took in picture.seconds.items()},
        "notes": list(picture.notes),
    }


def _as_folder(text: str) -> tuple[Path, ...]:
    """The folder that ``text`` names, if there is one."""
    try:
        folder = Path(text).expanduser().absolute()
        return (folder,) if text and folder.is_dir() else ()
    except (OSError, ValueError, RuntimeError):  # no home, NUL, too long
        return ()


def _check_writable(folder: Path) -> None:
    """Raise ``StorageError`` where no file can be made, before anything is drawn for it."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StorageError(
            f"In the folder “{folder}” no picture can be saved: {reason}.",
            "Check that it is there and that you may write to it, or name another with --out.",
        ) from error


@dataclass
class _CtrlC:
    """What Ctrl+C does: ends a start at once, a drawing at its next step, a second one at once.

    So does whoever ends the process from outside: what is finished is saved, the terminal whole.
    """

    token: CancelToken
    display: ProgressDisplay
    _at_once: bool = field(default=True, init=False)

    def waits_for_a_step(self) -> None:
        """From now on there is something to end cleanly."""
        self._at_once = False

    def pressed(self, number: int, frame: FrameType | None) -> None:
        """The signal's handler."""
        del number, frame
        is_second = self.token.cancelled
        self.token.cancel()
        if self._at_once or is_second:
            raise KeyboardInterrupt
        self.display.say_stopping()


@contextmanager
def _ctrl_c(token: CancelToken, display: ProgressDisplay) -> Iterator[_CtrlC]:
    ctrl_c = _CtrlC(token, display)
    with ExitStack() as undo:
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(ValueError):  # not in the main thread: somebody else has the keyboard
                undo.callback(signal.signal, number, signal.signal(number, ctrl_c.pressed))
        yield ctrl_c
