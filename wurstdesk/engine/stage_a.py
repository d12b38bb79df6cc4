"""Stage A: VQ latents to pixels, in little memory.

A residual block of the published Stage A at 512 x 512 cells widens 192 channels to 768: done at
once, that alone takes 1.6 GB for a picture of 1024 x 1024 in float32, more than all the rest of
the decoder. Every cell of a block's result depends on its own cell and its eight neighbours only,
so the block works through strips of rows, each with one more row above and below.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from diffusers.pipelines.deprecated.wuerstchen.modeling_paella_vq_model import (
    MixingResidualBlock,
    PaellaVQModel,
)
from torch import Tensor
from torch.nn import functional as F

from wurstdesk.engine.layers import place_of
from wurstdesk.generation import CancelToken

STRIP_BYTES = {"cpu": 4_000_000}
"""Size of the widest layer of a strip: on a processor it should stay in the cache."""
STRIP_BYTES_ELSEWHERE = 64_000_000


class StripBlock(MixingResidualBlock):  # type: ignore[misc, unused-ignore]
    """``MixingResidualBlock`` with the same weights, strip by strip.

    ``forward`` takes and gives B x C x H x W, in channels-last order, equal to the original's to
    rounding. Call ``read_mods`` once when the weights are there.
    """

    mods: tuple[float, ...]

    def read_mods(self) -> None:
        """Take the six factors out of their tensor, so that no step has to wait for them."""
        self.mods = tuple(self.gammas.tolist())

    def forward(self, x: Tensor) -> Tensor:
        x = x.contiguous(memory_format=torch.channels_last)
        batch, channels, height, width = x.shape
        most = STRIP_BYTES.get(x.device.type, STRIP_BYTES_ELSEWHERE)
        rows = max(1, most // (4 * channels * width * batch * x.element_size()))
        result = torch.empty_like(x)
        for top in range(0, height, rows):
            bottom = min(top + rows, height)
            result[:, :, top:bottom] = self._strip(x, top, bottom)
        return result

    def _strip(self, x: Tensor, top: int, bottom: int) -> Tensor:
        """Rows ``top`` to ``bottom`` of the result."""
        mods = self.mods
        above, below = int(top > 0), int(bottom < x.shape[2])
        near = _normed(x[:, :, top - above : bottom + below], mods[0], mods[1])
        near = F.pad(near, (1, 1, 1 - above, 1 - below), mode="replicate")
        strip = torch.add(x[:, :, top:bottom], self.depthwise[1](near), alpha=mods[2])
        mixed = self.channelwise(_normed(strip, mods[3], mods[4]).permute(0, 2, 3, 1))
        return strip.add_(mixed.permute(0, 3, 1, 2), alpha=mods[5])


def _normed(x: Tensor, scale: float, shift: float) -> Tensor:
    """The norm over channels, times 1 + ``scale``, plus ``shift``; B x C x H x W."""
    channels = x.shape[1]
    weight = torch.full((channels,), 1 + scale, dtype=x.dtype, device=x.device)
    bias = torch.full((channels,), shift, dtype=x.dtype, device=x.device)
    cells = F.layer_norm(x.permute(0, 2, 3, 1), (channels,), weight, bias, eps=1e-6)
    return cells.permute(0, 3, 1, 2)


class StageA(PaellaVQModel):  # type: ignore[misc, unused-ignore]  # untyped decorators
    """``PaellaVQModel`` with the same weights, whose decoder needs little memory."""

    latent_spread: tuple[list[float], list[float]]
    """Mean and deviation of each channel of the latents, in Stage B's units (``read_spread``)."""

    def work_in_strips(self) -> None:
        """Turn the decoder's residual blocks, loaded or not, into strip blocks."""
        blocks: Any = self.up_blocks
        for block in blocks:
            if isinstance(block, MixingResidualBlock):
                block.__class__ = StripBlock  # the same weights, another way to work
                strips: Any = block
                strips.read_mods()

    def read_spread(self) -> None:
        """Take them out of the weights while these are there: the encoder ends with a norm.

        Its batch norm gives every channel the bias as mean and the weight as deviation.
        """
        blocks: Any = self.down_blocks
        config: Any = self.config
        norm, unit = blocks[-1][1], float(config.scale_factor)
        deviation = norm.weight.float().abs().clamp(min=1e-6)
        self.latent_spread = ((norm.bias.float() / unit).tolist(), (deviation / unit).tolist())


def decode_vqgan(vqgan: StageA, latents: Tensor, cancel: CancelToken) -> Iterator[Tensor]:
    """Stage A, block by block: B x 4 x H x W to pixels B x 3 x 4H x 4W in [0, 1].

    ``PaellaVQModel.decode`` without quantising, as the stock pipeline calls it, but one can stop
    it: yields after each block; the last is the picture.
    """
    device, dtype = place_of(vqgan)
    config: Any = vqgan.config
    x = config.scale_factor * latents.to(device, dtype)
    for block in vqgan.up_blocks:
        cancel.check()
        x = block(x)
        yield x
    cancel.check()
    yield vqgan.out_block(x).clamp(0, 1)
