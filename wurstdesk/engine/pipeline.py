"""A loaded checkpoint, and how it carries out a request: encode, Stage C, Stage B, Stage A."""

from __future__ import annotations

import importlib.metadata
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import wurstdesk
from wurstdesk.engine import components
from wurstdesk.engine.decoder import StageB, decode_vqgan, sample_decoder, vq_latent_size
from wurstdesk.engine.estimate import Estimate, Rates
from wurstdesk.engine.layers import TextGuidance
from wurstdesk.engine.model_files import Indexes, content_hash, read_indexes
from wurstdesk.engine.pixels import to_blob, to_pixels
from wurstdesk.engine.previewer import ConvPreviewer, Previews
from wurstdesk.engine.prior import StageC, clamp_denoised, latent_size, sample_prior
from wurstdesk.engine.prompt import PromptEncoder
from wurstdesk.engine.sampling import make_schedule, picture_generators
from wurstdesk.errors import CheckpointError, UserError
from wurstdesk.generation import (
    CancelToken,
    CheckpointInfo,
    EngineOptions,
    EventSink,
    GeneratedPicture,
    GenerationRequest,
    PictureReady,
    Pixels,
    Plan,
    Preview,
    Provenance,
    Stage,
    StageProgress,
)

_LIBRARIES = ("torch", "diffusers", "transformers", "compel")

BATCH = 4
"""Pictures that Stage C draws together."""


@dataclass(frozen=True)
class LoadedCheckpoint:
    """Every component in memory, in eval mode, on the plan's device and in its dtype."""

    info: CheckpointInfo
    plan: Plan
    indexes: Indexes
    content_hash: str
    prior_text: PromptEncoder
    prior: StageC
    prior_scheduler: Any
    decoder_text: PromptEncoder
    decoder: StageB
    decoder_scheduler: Any
    vqgan: Any
    previewer: ConvPreviewer | None


def load_checkpoint(
    info: CheckpointInfo, plan: Plan, begin_part: Callable[[], None], check: Callable[[], None]
) -> LoadedCheckpoint:
    """Load one component after the other; ``begin_part`` is called before each of six.

    ``check`` is called before each weight; what it raises ends the loading.
    """
    target = (torch.device(plan.device), getattr(torch, plan.dtype))

    def text_encoder(folder: Path, *how: Any) -> PromptEncoder:
        tokenizer = components.load_tokenizer(folder)
        return PromptEncoder(tokenizer, components.load_text_encoder(folder, *how))

    def part(load: Callable[..., Any], folder: Path) -> Any:
        begin_part()
        return load(folder, target, check)

    with threads(plan.threads):
        return LoadedCheckpoint(
            info=info,
            plan=plan,
            indexes=read_indexes(info),
            content_hash=content_hash(info),
            prior_scheduler=components.load_scheduler(info.prior_path),
            decoder_scheduler=components.load_scheduler(info.path),
            prior_text=part(text_encoder, info.prior_path),
            prior=part(components.load_prior, info.prior_path),
            decoder_text=part(text_encoder, info.path),
            decoder=part(components.load_decoder, info.path),
            vqgan=part(components.load_vqgan, info.path),
            previewer=part(components.load_previewer, info.prior_path),
        )


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


class Job:
    """One request on a loaded checkpoint; ``run`` makes its pictures."""

    def __init__(
        self,
        loaded: LoadedCheckpoint,
        request: GenerationRequest,
        options: EngineOptions,
        rates: Rates,
        *,
        cancel: CancelToken,
        emit: EventSink,
    ) -> None:
        self._loaded = loaded
        self._request = request
        self._cancel = cancel
        self._emit = emit
        self._vqgan_units = len(loaded.vqgan.up_blocks) + 1
        self._previews = Previews(
            loaded.previewer,
            loaded.indexes.latent_mean,
            loaded.indexes.latent_std,
            options.previews_per_second if options.previews else 0,
        )
        units: dict[Stage, int] = {
            "prior": request.num_images * request.prior_steps,
            "decoder": request.num_images * request.decoder_num_inference_steps,
            "vqgan": request.num_images * self._vqgan_units,
        }
        self._estimate = Estimate(rates, units, self._vqgan_units)

    def run(self, notes: tuple[str, ...], note: Callable[[str], None]) -> None:
        """Make every picture; ``notes`` are those already told, ``note`` tells new ones."""
        _require_size(self._loaded, self._request)
        with threads(self._loaded.plan.threads), torch.inference_mode():
            request = self._request
            prior_text, found = self._hear(self._loaded.prior_text, request.prior_guidance_scale)
            decoder_text, more = self._hear(
                self._loaded.decoder_text, request.decoder_guidance_scale
            )
            found = tuple(dict.fromkeys((*found, *more)))
            for text in found:
                note(text)
            batch = 1 if self._loaded.plan.device == "mps" else BATCH
            for start in range(0, request.num_images, batch):
                indices = tuple(range(start, min(start + batch, request.num_images)))
                latents, drafted = self._draft(indices, prior_text)
                for index, latent in zip(indices, latents, strict=True):
                    pixels, seconds = self._develop(index, latent[None], decoder_text)
                    seconds = {"prior": drafted, **seconds}
                    picture = self._finished(index, latent, pixels, seconds, (*notes, *found))
                    self._emit(PictureReady(picture))

    def _hear(
        self, encoder: PromptEncoder, guidance: float
    ) -> tuple[TextGuidance, tuple[str, ...]]:
        """Embeddings of the prompt and, under guidance, of the negative prompt; and notes."""
        prompt = encoder.encode(self._request.prompt, self._cancel)
        if guidance <= 1:
            return TextGuidance(prompt.rows, None, guidance), prompt.notes
        negative = encoder.encode(self._request.negative_prompt, self._cancel)
        notes = (*prompt.notes, *(f"Negative prompt: {text}" for text in negative.notes))
        rows = encoder.pad_to_same_length([prompt.rows, negative.rows])
        return TextGuidance(rows[0], rows[1], guidance), notes

    def _draft(self, indices: tuple[int, ...], text: TextGuidance) -> tuple[Tensor, float]:
        """Stage C for some pictures: latents (B x 16 x h x w) and seconds a picture."""
        request, loaded = self._request, self._loaded
        times = request.prior_timesteps or request.prior_steps
        steps = sample_prior(
            loaded.prior,
            make_schedule(loaded.prior_scheduler, times),
            text,
            picture_generators([request.for_picture(index).seed for index in indices]),
            latent_size(request.width, request.height, loaded.indexes.resolution_multiple),
            self._cancel,
        )
        began, latents = time.perf_counter(), None
        for step in self._timed("prior", steps, request.prior_steps, indices):
            latents, last = step.latents, step.done == step.steps
            if self._previews.on and (last or self._previews.due):
                self._preview(step, indices, last=last)
        assert latents is not None
        self._require_numbers(latents)
        return latents, (time.perf_counter() - began) / len(indices)

    def _develop(
        self, index: int, latents: Tensor, text: TextGuidance
    ) -> tuple[Pixels, dict[str, float]]:
        """Stage B and Stage A for one picture's latent (1 x 16 x h x w)."""
        request, loaded = self._request.for_picture(index), self._loaded
        indexes = loaded.indexes
        seed = request.seed if request.decoder_seed is None else request.decoder_seed
        steps = sample_decoder(
            loaded.decoder,
            make_schedule(loaded.decoder_scheduler, request.decoder_num_inference_steps),
            latents * indexes.latent_mean - indexes.latent_std,
            text,
            picture_generators([seed]),
            latent_dim_scale=indexes.latent_dim_scale,
            cancel=self._cancel,
        )
        began, vq_latents = time.perf_counter(), latents
        for step in self._timed("decoder", steps, request.decoder_num_inference_steps, (index,)):
            vq_latents = step.latents
        self._require_numbers(vq_latents)
        between, picture = time.perf_counter(), vq_latents
        blocks = decode_vqgan(loaded.vqgan, vq_latents, self._cancel)
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

    def _preview(self, step: Any, indices: tuple[int, ...], *, last: bool) -> None:
        mean, std = self._loaded.indexes.latent_mean, self._loaded.indexes.latent_std

        def shown() -> Tensor:
            return step.latents if last else clamp_denoised(step.denoised(), mean, std)

        for index, pixels in zip(indices, self._previews.make(shown), strict=False):
            self._emit(Preview(index, "prior", pixels))

    def _require_numbers(self, latents: Tensor) -> None:
        if bool(torch.isfinite(latents).all()):
            return
        dtype = self._loaded.plan.dtype
        hint = "Choose other guidance or other timesteps."
        if dtype != "float32":
            hint = f"{dtype} is too coarse here: choose float32 in the settings."
        raise UserError("The model lost itself in numbers too large to go on with.", hint)

    def _finished(
        self,
        index: int,
        latents: Tensor,
        pixels: Pixels,
        seconds: dict[str, float],
        notes: tuple[str, ...],
    ) -> GeneratedPicture:
        loaded = self._loaded
        provenance = Provenance(
            device=loaded.plan.device,
            dtype=loaded.plan.dtype,
            threads=torch.get_num_threads(),
            checkpoint_name=loaded.info.name,
            checkpoint_hash=loaded.content_hash,
            versions=library_versions(),
        )
        return GeneratedPicture(
            index=index,
            request=self._request.for_picture(index),
            pixels=pixels,
            latents=to_blob(latents),
            provenance=provenance,
            seconds=seconds,
            notes=notes,
        )


def _require_size(loaded: LoadedCheckpoint, request: GenerationRequest) -> None:
    """Raise ``CheckpointError`` if the checkpoint's own numbers lead to another size."""
    indexes, config = loaded.indexes, loaded.vqgan.config
    latent = latent_size(request.width, request.height, indexes.resolution_multiple)
    cell = config.up_down_scale_factor * 2 ** (config.levels - 1)
    height, width = (side * cell for side in vq_latent_size(latent, indexes.latent_dim_scale))
    if (width, height) != (request.width, request.height):
        raise CheckpointError(
            f"{loaded.info.title} would draw {width}×{height} pixels instead of "
            f"{request.width}×{request.height}: the numbers in its model_index.json do not fit it."
        )
