"""How a request is carried out on a checkpoint's components: encode, Stage C, Stage B, Stage A."""

from __future__ import annotations

import importlib.metadata
import math
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import zip_longest
from typing import Any

import torch
from torch import Tensor

import wurstdesk
from wurstdesk.engine.decoder import sample_decoder, vq_latent_size
from wurstdesk.engine.estimate import Estimate
from wurstdesk.engine.layers import TextGuidance
from wurstdesk.engine.pixels import to_blob, to_pixels
from wurstdesk.engine.previewer import Previews, draw_features
from wurstdesk.engine.prior import clamp_denoised, latent_size, sample_prior
from wurstdesk.engine.residency import STAGE_C, STAGES_BA, Part, Residents
from wurstdesk.engine.sampling import Step, make_schedule, picture_generators
from wurstdesk.engine.stage_a import decode_vqgan
from wurstdesk.errors import CheckpointError, UserError
from wurstdesk.generation import (
    CancelToken,
    EngineOptions,
    EventSink,
    GeneratedPicture,
    GenerationRequest,
    PictureReady,
    Pixels,
    Preview,
    Provenance,
    Rates,
    Stage,
    StageProgress,
)

_LIBRARIES = ("torch", "diffusers", "transformers", "compel")
_HEARD_PROMPTS = 64
_CLEAR: dict[Stage, float] = {"prior": math.inf, "decoder": 20.0}
"""Above this ``Step.amplification`` a stage's guess is mostly noise: the first steps of Stage B."""

Heard = tuple[TextGuidance, tuple[str, ...]]
"""What a stage hears from the text, and notes for the person."""


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Work on so many threads of the processor (0: on as many as it is); afterwards as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@cache
def library_versions() -> dict[str, str]:
    """What a picture depends on besides its request and its checkpoint."""
    found = {name: importlib.metadata.version(name) for name in _LIBRARIES}
    return {"wurstdesk": wurstdesk.__version__, "python": platform.python_version(), **found}


@dataclass(frozen=True)
class Draft:
    """A picture's finished Stage C: its latent (1 x 16 x h x w, on the CPU), how it looks, and
    the wall seconds that it took."""

    latents: Tensor
    preview: Pixels | None
    seconds: float


@dataclass
class Done:
    """What of a request is done already; it outlives a lack of memory and a change of plan.

    ``drafts`` are kept until the picture is ``finished``.
    """

    drafts: dict[int, Draft] = field(default_factory=dict)
    finished: set[int] = field(default_factory=set)


class Job:
    """One request on a checkpoint's components; ``run`` makes the pictures that are not done."""

    def __init__(
        self,
        residents: Residents,
        request: GenerationRequest,
        options: EngineOptions,
        rates: Rates,
        done: Done,
        *,
        usual: Rates | None = None,
        cancel: CancelToken,
        emit: EventSink,
    ) -> None:
        self._residents, self._done = residents, done
        self._request = request
        self._cancel = cancel
        self._emit = emit
        per_second = options.previews_per_second if options.previews else 0
        self._previews = {stage: Previews(per_second) for stage in _CLEAR}
        self._vqgan_units = residents.vqgan_shape.units
        self._estimate = Estimate(rates, self._units(), self._vqgan_units, usual or {})

    @property
    def worked(self) -> float:
        """Seconds that went into the steps."""
        return self._estimate.worked

    def _units(self) -> dict[Stage, int]:
        """The steps and blocks that are left to do."""
        request = self._request
        undone = request.num_images - len(self._done.finished)
        return {
            "prior": (undone - len(self._done.drafts)) * request.prior_steps,
            "decoder": undone * request.decoder_num_inference_steps,
            "vqgan": undone * self._vqgan_units,
        }

    def run(self, notes: tuple[str, ...], note: Callable[[str], None]) -> None:
        """Make every picture; ``notes`` are those already told, ``note`` tells new ones."""
        residents, request = self._residents, self._request
        _require_size(residents, request)
        with threads(residents.plan.threads), torch.inference_mode():
            prior_text, found = self._hear("prior_text", request.prior_guidance_scale)
            decoder_text, more = self._hear("decoder_text", request.decoder_guidance_scale)
            found = tuple(dict.fromkeys((*found, *more)))
            for text in found:
                note(text)
            waiting = [i for i in range(request.num_images) if i not in self._done.finished]
            step = residents.plan.batch
            batches = [tuple(waiting[at : at + step]) for at in range(0, len(waiting), step)]
            for together in [batches] if residents.in_turn else [[batch] for batch in batches]:
                self._draft_all(together, prior_text)
                self._develop_all(together, decoder_text, (*notes, *found))

    def _draft_all(self, batches: list[tuple[int, ...]], text: TextGuidance) -> None:
        """Stage C for the batches that have no draft yet."""
        missing = [
            batch
            for indices in batches
            if (batch := tuple(i for i in indices if i not in self._done.drafts))
        ]
        if not missing:
            return
        with self._residents.at_work(*STAGE_C) as (prior, previewer):
            for indices in missing:
                drafts = self._draft(prior, previewer, indices, text)
                self._done.drafts.update(zip(indices, drafts, strict=True))

    def _develop_all(
        self, batches: list[tuple[int, ...]], text: TextGuidance, notes: tuple[str, ...]
    ) -> None:
        """Stage B and Stage A for every draft, one at a time."""
        with self._residents.at_work(*STAGES_BA) as (decoder, vqgan):
            for index in (index for indices in batches for index in indices):
                draft = self._done.drafts[index]
                pixels, seconds = self._develop(decoder, vqgan, index, draft.latents, text)
                picture = self._finished(index, draft, pixels, seconds, notes)
                del self._done.drafts[index]
                self._done.finished.add(index)
                self._emit(PictureReady(picture))

    def _hear(self, part: Part, guidance: float) -> Heard:
        """Embeddings of the prompt and, under guidance, of the negative prompt; and notes.

        Those of the last prompts are remembered, so that the text encoder rests.
        """
        request, heard = self._request, self._residents.heard
        key = (part, request.prompt, request.negative_prompt if guidance > 1 else None)
        if key not in heard:
            with self._residents.at_work(part) as (encoder,):
                prompt = encoder.encode(request.prompt, self._cancel)
                rows, notes = [prompt.rows, None], prompt.notes
                if guidance > 1:
                    negative = encoder.encode(request.negative_prompt, self._cancel)
                    notes += tuple(f"Negative prompt: {text}" for text in negative.notes)
                    rows = encoder.pad_to_same_length([prompt.rows, negative.rows])
            heard[key] = (rows, notes)
            while len(heard) > _HEARD_PROMPTS:
                del heard[next(iter(heard))]
        rows, notes = heard[key]
        return TextGuidance(rows[0], rows[1], guidance), notes

    def _draft(
        self, prior: Any, previewer: Any, indices: tuple[int, ...], text: TextGuidance
    ) -> list[Draft]:
        """Stage C for some pictures."""
        request, residents = self._request, self._residents
        times = request.prior_timesteps or request.prior_steps
        steps = sample_prior(
            prior,
            make_schedule(residents.prior_scheduler, times),
            text,
            picture_generators([request.for_picture(index).seed for index in indices]),
            latent_size(request.width, request.height, residents.indexes.resolution_multiple),
            self._cancel,
        )
        began, latents = time.perf_counter(), None
        draw, shown = partial(self._draw_features, previewer), list[Pixels]()
        for step in self._timed("prior", steps, request.prior_steps, indices):
            latents = step.latents
            shown = self._preview("prior", step, indices, draw)
        assert latents is not None
        self._require_numbers(latents)
        seconds = (time.perf_counter() - began) / len(indices)
        # Kept with the picture, also where nobody wants to see previews.
        shown = shown or Previews(1).make(partial(_same, latents), draw)
        return [
            Draft(latent[None], preview, seconds)
            for latent, preview in zip_longest(latents.cpu(), shown)
        ]

    def _develop(
        self, decoder: Any, vqgan: Any, index: int, latents: Tensor, text: TextGuidance
    ) -> tuple[Pixels, dict[str, float]]:
        """Stage B and Stage A for one picture's latent (1 x 16 x h x w)."""
        request, residents = self._request.for_picture(index), self._residents
        indexes = residents.indexes
        seed = request.seed if request.decoder_seed is None else request.decoder_seed
        steps = sample_decoder(
            decoder,
            make_schedule(residents.decoder_scheduler, request.decoder_num_inference_steps),
            latents * indexes.latent_mean - indexes.latent_std,
            text,
            picture_generators([seed]),
            latent_dim_scale=indexes.latent_dim_scale,
            cancel=self._cancel,
        )
        began, vq_latents = time.perf_counter(), latents
        for step in self._timed("decoder", steps, request.decoder_num_inference_steps, (index,)):
            vq_latents = step.latents
            self._preview("decoder", step, (index,), partial(self._draw_latents, vqgan))
        self._require_numbers(vq_latents)
        between, picture = time.perf_counter(), vq_latents
        blocks = decode_vqgan(vqgan, vq_latents, self._cancel)
        for after_block in self._timed("vqgan", blocks, self._vqgan_units, (index,)):
            picture = after_block
        self._require_numbers(picture)
        pixels = to_pixels(picture)[0]
        return pixels, {"decoder": between - began, "vqgan": time.perf_counter() - between}

    def _timed(
        self, stage: Stage, steps: Iterator[Any], total: int, indices: tuple[int, ...]
    ) -> Iterator[Any]:
        """Pass the steps on, telling after each how far the work is and how long it will take."""
        self._progress(stage, 0, total, indices)
        before = time.perf_counter()
        for done, step in enumerate(steps, start=1):
            yield step
            now = time.perf_counter()
            self._estimate.did(stage, len(indices), now - before)
            before = now
            self._progress(stage, done, total, indices)

    def _progress(self, stage: Stage, done: int, total: int, indices: tuple[int, ...]) -> None:
        left = self._estimate.seconds_left
        self._emit(StageProgress(stage, done, total, left, indices))

    def _preview(
        self,
        stage: Stage,
        step: Step,
        indices: tuple[int, ...],
        draw: Callable[[Tensor], Tensor],
    ) -> list[Pixels]:
        """Show what the latents will become, if it is time for it; the last ones in any case."""
        previews, is_last = self._previews[stage], step.done == step.steps
        if not previews.on or not (is_last or self._is_time(stage, step)):
            return []
        latents = partial(getattr, step, "latents") if is_last else step.denoised
        shown = previews.make(latents, draw)
        for index, pixels in zip(indices, shown, strict=False):
            self._emit(Preview(index, stage, pixels))
        return shown

    def _is_time(self, stage: Stage, step: Step) -> bool:
        """Whether something can be seen yet, and the last preview was long enough ago."""
        return self._previews[stage].due and step.amplification <= _CLEAR[stage]

    def _draw_features(self, previewer: Any, latents: Tensor) -> Tensor:
        """RGB of Stage C's latents."""
        scale = self._residents.indexes.latent_mean, self._residents.indexes.latent_std
        return draw_features(previewer, clamp_denoised(latents, *scale), *scale)

    def _draw_latents(self, vqgan: Any, latents: Tensor) -> Tensor:
        """RGB of Stage B's latents. Stage A, which is here for what follows, is asked but once."""
        return self._residents.colours(vqgan, self._cancel).picture(latents)

    def _require_numbers(self, latents: Tensor) -> None:
        if bool(torch.isfinite(latents).all()):
            return
        dtype = self._residents.plan.dtype
        hint = "Choose other guidance or other timesteps."
        if dtype != "float32":
            hint = f"{dtype} is too coarse here: choose float32 in the settings."
        raise UserError("The model lost itself in numbers too large to go on with.", hint)

    def _finished(
        self,
        index: int,
        draft: Draft,
        pixels: Pixels,
        seconds: dict[str, float],
        notes: tuple[str, ...],
    ) -> GeneratedPicture:
        residents = self._residents
        provenance = Provenance(
            device=residents.plan.device,
            dtype=residents.plan.dtype,
            threads=torch.get_num_threads(),
            checkpoint_name=residents.info.name,
            checkpoint_hash=residents.content_hash,
            versions=library_versions(),
            fp8=residents.plan.fp8,
            compiled=residents.compiled,
            copy_of=residents.info.copy_of,
            copy_of_hash=residents.info.copy_of_hash,
            blend_name=residents.info.blend.name if residents.info.blend else "",
            blend_hash=residents.blend_hash,
        )
        return GeneratedPicture(
            index=index,
            request=self._request.for_picture(index),
            pixels=pixels,
            latents=to_blob(draft.latents[0]),
            provenance=provenance,
            seconds={"prior": draft.seconds, **seconds},
            notes=notes,
            preview=draft.preview,
        )


def _same(latents: Tensor) -> Tensor:
    return latents


def _require_size(residents: Residents, request: GenerationRequest) -> None:
    """Raise ``CheckpointError`` if the checkpoint's own numbers lead to another size."""
    indexes = residents.indexes
    latent = latent_size(request.width, request.height, indexes.resolution_multiple)
    height, width = (
        side * residents.vqgan_shape.pixels
        for side in vq_latent_size(latent, indexes.latent_dim_scale)
    )
    if (width, height) != (request.width, request.height):
        raise CheckpointError(
            f"{residents.info.title} would draw {width}×{height} pixels instead of "
            f"{request.width}×{request.height}: the numbers in its model_index.json do not fit it."
        )
