"""Stage C: text to a latent of 16 x h x w numbers, one for each 42.67 pixels a side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

import torch
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_common import (
    AttnBlock,
    TimestepBlock,
)
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_prior import WuerstchenPrior
from torch import Tensor

from wurstdesk.engine.compiled import Compilable
from wurstdesk.engine.layers import (
    KeysValues,
    TextGuidance,
    attend,
    modulate,
    sample,
    text_keys_values,
)
from wurstdesk.engine.sampling import Schedule, Step
from wurstdesk.generation import CancelToken

CLAMP = 6.0
"""x0 is shown within this many deviations: features have mean 0 and deviation 1 by training."""


class StageC(Compilable, WuerstchenPrior):  # type: ignore[misc, unused-ignore]  # untyped decorators
    """``WuerstchenPrior`` with the same weights, whose text is projected once and not each step."""

    def project_text(self, embeds: Tensor) -> list[KeysValues]:
        """Prompt embeddings (rows x tokens x c_cond) to each block's keys and values."""
        return text_keys_values(self.blocks, self.cond_mapper(embeds))

    def forward(self, x: Tensor, r_embed: Tensor, text: list[KeysValues]) -> Tensor:
        """The noise in ``x`` (B x 16 x h x w, x_C units).

        ``r_embed`` is B x c_r from ``time_embeddings``; ``text`` comes from ``project_text`` and
        has B rows.
        """
        x_in = x
        x = self.projection(x)
        projected = iter(text)
        for block in self.blocks:
            if isinstance(block, AttnBlock):
                x = attend(block, x, next(projected))
            elif isinstance(block, TimestepBlock):
                x = modulate(block, x, r_embed)
            else:
                x = block(x)
        a, b = self.out(x).chunk(2, dim=1)
        noise: Tensor = (x_in - a) / ((1 - b).abs() + 1e-5)
        return noise


def latent_size(width: int, height: int, resolution_multiple: float = 42.67) -> tuple[int, int]:
    """(h, w) of the Stage C latent for a picture of so many pixels."""
    return ceil(height / resolution_multiple), ceil(width / resolution_multiple)


def sample_prior(
    prior: StageC,
    schedule: Schedule,
    text: TextGuidance,
    generators: Sequence[torch.Generator],
    size: tuple[int, int],
    cancel: CancelToken,
) -> Iterator[Step]:
    """Sample latents in x_C units for a batch: a picture for each generator, all of one prompt.

    ``size`` is (h, w). The decoder is given ``latents * latent_mean - latent_std``.
    """
    return sample(prior, schedule, text, generators, size, cancel)


def clamp_denoised(latents: Tensor, latent_mean: float, latent_std: float) -> Tensor:
    """x0 held within ``CLAMP`` deviations, in the checkpoint's own units.

    Features are ``x * latent_mean - latent_std`` (the published "latent_std" is an offset).
    """
    return latents.clamp((latent_std - CLAMP) / latent_mean, (latent_std + CLAMP) / latent_mean)
