"""The one denoising loop of both stages: DDPM over continuous time, as in diffusers.

The formulas are ``DDPMWuerstchenScheduler.step`` (Ho et al. 2020, arXiv 2006.11239, with the
cosine schedule) with everything that does not depend on the picture computed before the loop.
Noise is always drawn on the CPU, each picture from its own generator, in the order of the stock
pipelines, so that a seed composes the same picture alone, in a batch and on every device.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from wurstdesk.generation import CancelToken

Predict = Callable[[Tensor, int], Tensor]
"""Latents (in the stage's dtype, doubled under guidance) and the step's index to the noise."""


@dataclass(frozen=True)
class Renoising:
    """The numbers of one step from time t to the next; ``alpha_bar`` is that of t."""

    alpha_bar: float
    scale: float
    noise_share: float
    noise_divisor: float
    deviation: float

    def next(self, latents: Tensor, predicted_noise: Tensor, fresh: Tensor) -> Tensor:
        """The latents at the next time."""
        share = self.noise_share * predicted_noise / self.noise_divisor
        later: Tensor = self.scale * (latents - share) + self.deviation * fresh
        return later

    def denoised(self, latents: Tensor, predicted_noise: Tensor) -> Tensor:
        """x0, the picture that the prediction implies: (x − sqrt(1−ᾱ)·eps) / sqrt(ᾱ).

        At t = 1 the prediction's error comes out a hundredfold, so clamp it before showing it.
        """
        guess: Tensor = (latents - self.noise_divisor * predicted_noise) / self.alpha_bar**0.5
        return guess


@dataclass(frozen=True)
class Schedule:
    """Times of the model calls (float, falling, without the last time) and what follows each."""

    times: Tensor
    steps: tuple[Renoising, ...]


def state_dtype(dtype: torch.dtype) -> torch.dtype:
    """What latents are kept in between steps: never less than float32."""
    return torch.float64 if dtype is torch.float64 else torch.float32


def make_schedule(
    scheduler: Any, times: Sequence[float] | int, dtype: torch.dtype = torch.float32
) -> Schedule:
    """The schedule of given times, or of the stock pipeline's even ``num_inference_steps``."""
    if isinstance(times, int):
        scheduler.set_timesteps(times)
    else:
        scheduler.set_timesteps(timesteps=list(times))
    grid = scheduler.timesteps
    times_now = grid[:-1].to(state_dtype(dtype))
    now = scheduler._alpha_cumprod(times_now, grid.device)
    # The stock pipeline leaves the later time in float32, also where it calculates in float64.
    later = scheduler._alpha_cumprod(grid[1:], grid.device)
    alpha = now / later
    rows = torch.stack(
        [
            now,
            (1.0 / alpha).sqrt(),
            1 - alpha,
            (1 - now).sqrt(),
            ((1 - alpha) * (1 - later) / (1 - now)).sqrt() * (grid[1:] != 0),
        ],
        dim=1,
    )
    return Schedule(times_now, tuple(Renoising(*row) for row in rows.tolist()))


@dataclass(frozen=True)
class Step:
    """After ``done`` of ``steps`` model calls."""

    done: int
    steps: int
    latents: Tensor
    _renoising: Renoising = field(repr=False)
    _before: Tensor = field(repr=False)
    _noise: Tensor = field(repr=False)

    @property
    def amplification(self) -> float:
        """How many times larger the prediction's error is in ``denoised``: 100 at t = 1."""
        return self._renoising.noise_divisor / math.sqrt(self._renoising.alpha_bar)

    def denoised(self) -> Tensor:
        """The prediction of the finished latents (x0), B x C x H x W; computed when asked for."""
        return self._renoising.denoised(self._before, self._noise)


def picture_generators(seeds: Sequence[int]) -> list[torch.Generator]:
    """One CPU generator a picture."""
    return [torch.Generator("cpu").manual_seed(seed) for seed in seeds]


def denoise(
    predict: Predict,
    schedule: Schedule,
    shape: tuple[int, int, int],
    generators: Sequence[torch.Generator],
    *,
    guidance: float,
    weights: tuple[torch.device, torch.dtype],
    cancel: CancelToken,
) -> Iterator[Step]:
    """Sample one batch: a picture for each generator, each of ``shape`` (C, H, W).

    Guidance starts above 1, as in the stock pipelines; then ``predict`` gets the batch twice and
    answers for the prompt first and for the unconditional input second. Yields after every step;
    the last step's ``latents`` are the result, in ``state_dtype``. Raises
    ``GenerationCancelled`` before the step after the token was set.
    """
    device, dtype = weights
    keep = state_dtype(dtype)

    def draw() -> Tensor:
        noise = torch.cat([torch.randn((1, *shape), generator=g, dtype=keep) for g in generators])
        return noise.to(device, non_blocking=device.type == "cuda")

    pace = _Pace(device)
    latents = draw()
    for index, renoising in enumerate(schedule.steps):
        cancel.check()
        batch = latents.to(dtype)
        if guidance > 1:
            noise, unconditional = predict(torch.cat([batch, batch]), index).to(keep).chunk(2)
            noise = torch.lerp(unconditional, noise, guidance)
        else:
            noise = predict(batch, index).to(keep)
        before = latents
        latents = renoising.next(before, noise, draw())
        pace.step()
        yield Step(index + 1, len(schedule.steps), latents, renoising, before, noise)


class _Pace:
    """Keeps the CPU at most one step ahead of a GPU, so that progress and *Stop* are honest.

    Waiting for the step before costs nothing, as the GPU still has this one to do.
    """

    def __init__(self, device: torch.device) -> None:
        events: dict[str, Any] = {"cuda": torch.cuda.Event, "xpu": torch.xpu.Event}
        self._event = events.get(device.type)
        self._last: Any = None

    def step(self) -> None:
        if self._event is None:
            return
        if self._last is not None:
            self._last.synchronize()
        self._last = self._event()
        self._last.record()
