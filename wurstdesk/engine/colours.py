"""What Stage A's latents look like, without Stage A.

A preview may cost next to nothing, and Stage A takes as long as two steps of Stage B (both measured
on the built-in checkpoint). But a cell of the latents is above all a colour: an affine map from its
numbers to RGB shows the picture at a quarter of its size, nearly in its own colours. The map is
fitted on the checkpoint's Stage A, once, with a pattern of orthogonal waves, for which a few sums
of products are the least-squares fit. That takes 2 ms on the built-in checkpoint and 45 ms on one
of the published size (float32, two cores). On the built-in one it comes to 27 dB of Stage A's
pictures made small; a map fitted on those very pictures is 0.3 dB nearer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from wurstdesk.engine.stage_a import StageA, decode_vqgan
from wurstdesk.generation import CancelToken

SIDE = 16
"""Cells a side of the pattern: smaller ones fit worse, larger ones no better."""

CLAMP = 4.0
"""Latents are shown within this many deviations: early guesses run wild in single cells."""


@dataclass(frozen=True)
class LatentColours:
    """An affine map from Stage A's latents, brought to mean 0 and deviation 1, to RGB.

    ``mean`` and ``deviation`` are 1 x C x 1 x 1, ``weight`` is 3 x C x 1 x 1, ``bias`` 3.
    """

    mean: Tensor
    deviation: Tensor
    weight: Tensor
    bias: Tensor

    def picture(self, latents: Tensor) -> Tensor:
        """B x C x H x W as Stage B samples them to B x 3 x H x W in [0, 1]."""
        place = latents.device
        even = (latents.float() - self.mean.to(place)) / self.deviation.to(place)
        even = even.clamp(-CLAMP, CLAMP)
        return F.conv2d(even, self.weight.to(place), self.bias.to(place)).clamp(0, 1)


def fit_colours(vqgan: StageA, cancel: CancelToken) -> LatentColours:
    """Fit the map on what Stage A makes of a pattern; the same for the same weights."""
    mean, deviation = (torch.tensor(row).view(1, -1, 1, 1) for row in vqgan.latent_spread)
    waves = _waves(mean.shape[1])
    *_, picture = decode_vqgan(vqgan, mean + deviation * waves, cancel)
    seen = F.adaptive_avg_pool2d(picture.float().cpu(), SIDE)[0]
    weight = torch.einsum("rhw,khw->rk", seen, waves[0]) / waves[0].square().sum((1, 2))
    if not bool(torch.isfinite(weight).all()):
        raise ValueError("Stage A's colours are no numbers")
    return LatentColours(mean, deviation, weight[:, :, None, None], seen.mean((1, 2)))


def _waves(channels: int) -> Tensor:
    """1 x C x SIDE x SIDE: half a wave across, half a wave down, then twice as many of each.

    Those of the cosine transform: orthogonal, of mean 0 and level at the edges, which Stage A's
    convolutions continue as they are.
    """
    places = (torch.arange(SIDE) + 0.5) * (math.pi / SIDE)
    down, across = torch.meshgrid(places, places, indexing="ij")
    waves = [torch.cos((1 + k // 2) * (down if k % 2 else across)) for k in range(channels)]
    return torch.stack(waves)[None]
