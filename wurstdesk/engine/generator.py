"""The engine as the rest of the program knows it: requests in, events out.

Importing this module is cheap. torch and what stands on it come with the first picture, in the
thread that asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wurstdesk.engine import device_planner
from wurstdesk.engine.estimate import Rates
from wurstdesk.engine.memory import is_out_of_memory
from wurstdesk.engine.model_files import fingerprint
from wurstdesk.errors import UserError
from wurstdesk.generation import (
    CancelToken,
    CheckpointCatalogue,
    CheckpointInfo,
    EngineOptions,
    EventSink,
    GenerationRequest,
    Loading,
    Note,
    Plan,
)
from wurstdesk.words import unknown_words

if TYPE_CHECKING:
    from wurstdesk.engine.pipeline import LoadedCheckpoint

_SHOWN_WORDS = 12

PARTS = ("engine", "text_encoder", "prior", "text_encoder", "decoder", "vqgan", "previewer")
"""What is loaded, in order."""


class WuerstchenGenerator:
    """``ImageGenerator`` for the checkpoints of a catalogue.

    Components are loaded with the first request that needs them and stay until another
    checkpoint or another plan takes their place. To be made and used in one thread.
    """

    def __init__(self, catalogue: CheckpointCatalogue, options: EngineOptions) -> None:
        self._catalogue = catalogue
        self._options = options
        self._loaded: LoadedCheckpoint | None = None
        self._loaded_key: object = None
        self._hardware: device_planner.Hardware | None = None
        self._rates: dict[object, Rates] = {}

    def generate(self, request: GenerationRequest, cancel: CancelToken, emit: EventSink) -> None:
        """Make the request's pictures. See ``ImageGenerator``."""
        cancel.check()
        info = self._catalogue.find(request.checkpoint)
        try:
            self._make(info, request, cancel, emit)
            return
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        # Outside of ``except``: the error's traceback would keep the tensors alive.
        self._empty_caches()
        raise UserError(
            f"There was not enough memory for {request.width}×{request.height} pixels.",
            "Choose a smaller size, close other programs, or choose the device “cpu”.",
        )

    def plan(self, request: GenerationRequest) -> Plan:
        """Where the request would run; loads no component."""
        if self._hardware is None:
            from wurstdesk.engine.hardware import detect

            self._hardware = detect()
        return device_planner.plan(self._hardware, self._options, request)

    def close(self) -> None:
        """Drop every component."""
        self._drop()
        self._rates.clear()

    def _make(
        self,
        info: CheckpointInfo,
        request: GenerationRequest,
        cancel: CancelToken,
        emit: EventSink,
    ) -> None:
        loaded = self._load(info, request, cancel, emit)
        from wurstdesk.engine.pipeline import Job

        notes = _advice(info, request)
        for text in notes:
            emit(Note(text))
        size = (self._loaded_key, request.width, request.height)
        guided = (request.prior_guidance_scale > 1, request.decoder_guidance_scale > 1)
        rates = self._rates.setdefault((size, guided), {})
        job = Job(loaded, request, self._options, rates, cancel=cancel, emit=emit)
        job.run(notes, lambda text: emit(Note(text)))

    def _load(
        self,
        info: CheckpointInfo,
        request: GenerationRequest,
        cancel: CancelToken,
        emit: EventSink,
    ) -> LoadedCheckpoint:
        parts = iter(enumerate(PARTS))

        def begin_part() -> None:
            cancel.check()
            done, what = next(parts)
            emit(Loading(what, done, len(PARTS)))

        if self._loaded is None:
            begin_part()
        else:
            next(parts)
        plan = self.plan(request)
        key = (info.path, info.prior_path, plan.device, plan.dtype, fingerprint(info))
        if self._loaded is not None and key == self._loaded_key:
            return self._loaded
        from wurstdesk.engine import pipeline

        self._drop()
        self._loaded = pipeline.load_checkpoint(info, plan, begin_part, cancel.check)
        self._loaded_key = key
        emit(Loading("prompt", len(PARTS), len(PARTS)))
        return self._loaded

    def _drop(self) -> None:
        if self._loaded is not None:
            self._loaded, self._loaded_key = None, None
            self._empty_caches()

    def _empty_caches(self) -> None:
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if torch.backends.mps.is_available():
            torch.mps.empty_cache()
        if torch.xpu.is_available():
            torch.xpu.empty_cache()


def _advice(info: CheckpointInfo, request: GenerationRequest) -> tuple[str, ...]:
    """What the checkpoint's description lets one say before a picture is made."""
    notes = []
    least, most = info.trained_sides
    if not all(least <= side <= most for side in (request.width, request.height)):
        notes.append(
            f"{info.title} has learned sides of {least} to {most} pixels; "
            f"{request.width}×{request.height} may look strange."
        )
    spans = unknown_words(request.prompt, info.vocabulary)
    unknown = tuple(dict.fromkeys(span.word for span in spans))
    if unknown:
        shown = ", ".join(f"“{word[:40]}”" for word in unknown[:_SHOWN_WORDS])
        more = ", …" if len(unknown) > _SHOWN_WORDS else ""
        notes.append(f"{info.title} does not know these words: {shown}{more}.")
    return tuple(notes)
