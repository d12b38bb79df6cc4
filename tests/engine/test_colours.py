"""Stage A's latents as colours: near to what Stage A makes of them, in any checkpoint's units."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from wurstdesk.engine.colours import CLAMP, fit_colours
from wurstdesk.engine.components import load_vqgan
from wurstdesk.engine.stage_a import StageA, decode_vqgan
from wurstdesk.errors import GenerationCancelled
from wurstdesk.generation import CancelToken
from wurstdesk.paths import resources_dir


@pytest.fixture(scope="module")
def vqgan() -> StageA:
    """The built-in checkpoint's."""
    folder = resources_dir() / "dackel" / "wuerstchen"
    return load_vqgan(folder, (torch.device("cpu"), torch.float32))


@pytest.fixture
def latents() -> Tensor:
    """What changes slowly, so that each cell has its colour: 1 x 4 x 30 x 40."""
    knots = torch.randn((1, 4, 4, 5), generator=torch.Generator().manual_seed(7))
    return F.interpolate(knots, size=(30, 40), mode="bilinear")


@torch.no_grad()
def test_the_colours_are_those_of_stage_a(vqgan: StageA, latents: Tensor) -> None:
    # Given what Stage A makes of latents, at the size of its cells
    *_, picture = decode_vqgan(vqgan, latents, CancelToken())
    small = F.avg_pool2d(picture, 4)
    # When the colours are fitted and used instead
    shown = fit_colours(vqgan, CancelToken()).picture(latents)
    # Then the picture is as large as the cells are many, and near
    assert shown.shape == (1, 3, 30, 40)
    spread = (small - small.mean((2, 3), keepdim=True)).abs().mean()
    assert (shown - small).abs().mean() < spread / 3


@torch.no_grad()
def test_the_fit_is_always_the_same(vqgan: StageA) -> None:
    first, second = (fit_colours(vqgan, CancelToken()) for _ in range(2))
    assert torch.equal(first.weight, second.weight)
    assert torch.equal(first.bias, second.bias)


@torch.no_grad()
def test_the_colours_are_in_the_checkpoints_units(vqgan: StageA, latents: Tensor) -> None:
    # Given the same Stage A for latents four times as large
    other: Any = copy.deepcopy(vqgan)
    other.register_to_config(scale_factor=0.25)
    other.read_spread()
    # Then those look the same
    here = fit_colours(vqgan, CancelToken()).picture(latents)
    there = fit_colours(other, CancelToken()).picture(4 * latents)
    torch.testing.assert_close(there, here, atol=1e-4, rtol=0)


@torch.no_grad()
def test_wild_guesses_are_held(vqgan: StageA) -> None:
    colours = fit_colours(vqgan, CancelToken())
    mean, deviation = (torch.tensor(row).view(1, 4, 1, 1) for row in vqgan.latent_spread)
    for side in (1, -1):
        held = colours.picture(mean + side * CLAMP * deviation)
        assert torch.equal(colours.picture(torch.full((1, 4, 1, 1), side * 1e6)), held)


@torch.no_grad()
def test_colours_that_are_no_numbers_are_not_shown(vqgan: StageA) -> None:
    broken: Any = copy.deepcopy(vqgan)
    broken.out_block[0].bias.fill_(torch.nan)
    with pytest.raises(ValueError, match="no numbers"):
        fit_colours(broken, CancelToken())


def test_stop_ends_the_fit(vqgan: StageA) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(GenerationCancelled):
        fit_colours(vqgan, cancel)
