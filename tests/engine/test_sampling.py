"""The denoising loop by itself: what it shows on the way, and in which precision."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from wurstdesk.engine import components
from wurstdesk.engine.layers import time_embeddings
from wurstdesk.engine.sampling import denoise, make_schedule, picture_generators
from wurstdesk.generation import DEFAULT_STAGE_C_TIMESTEPS, CancelToken, CheckpointInfo

CPU = torch.device("cpu")


@pytest.mark.parametrize("guidance", [0.0, 4.0])
def test_a_model_that_is_right_shows_the_picture_from_the_first_step(
    tiny: CheckpointInfo, guidance: float
) -> None:
    # Given a model that knows the picture, and so the noise in whatever it is shown
    scheduler = components.load_scheduler(tiny.prior_path)
    schedule = make_schedule(scheduler, DEFAULT_STAGE_C_TIMESTEPS, torch.float64)
    picture = torch.randn(
        (2, 3, 4, 5), generator=torch.Generator().manual_seed(1), dtype=torch.float64
    )

    def predict(latents: Tensor, index: int) -> Tensor:
        alpha_bar = scheduler._alpha_cumprod(schedule.times[index : index + 1], CPU)
        known = picture.repeat(len(latents) // 2, 1, 1, 1)
        return (latents - alpha_bar.sqrt() * known) / (1 - alpha_bar).sqrt()

    # When it samples
    steps = denoise(
        predict,
        schedule,
        (3, 4, 5),
        picture_generators([1, 2]),
        guidance=guidance,
        weights=(CPU, torch.float64),
        cancel=CancelToken(),
    )
    # Then every step's denoised picture is that one, and the last step ends at it
    last = None
    for step in steps:
        torch.testing.assert_close(step.denoised(), picture)
        last = step.latents
    assert last is not None
    assert (last - picture).abs().max() < 0.05


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_in_half_precision_the_time_is_embedded_in_float32(
    tiny: CheckpointInfo, dtype: torch.dtype
) -> None:
    # Given Stage C in half precision and in full
    half = components.load_prior(tiny.prior_path, (CPU, dtype))
    full = components.load_prior(tiny.prior_path, (CPU, torch.float32))
    times = torch.tensor(DEFAULT_STAGE_C_TIMESTEPS)
    # When the same times are embedded, then they differ by no more than the last rounding
    found, expected = time_embeddings(half, times), time_embeddings(full, times)
    assert found.dtype is dtype
    assert torch.equal(found, expected.to(dtype))
