"""Stage B: a Stage C latent to Stage A's latents.

Stage B's conditioning is folded when the checkpoint is loaded. Nothing non-linear stands between
an ``effnet_mapper`` (1x1 convolution M, m: 16 to 1024 channels) and the first Linear of each
residual block (W = [W_x, W_s] over the block's own channels and the mapped ones), so
W_s·(M·e + m) = (W_s·M)·e + W_s·m exactly. A block then takes 16 channels more instead of 1024:
of the published 1,055 M weights 206 M go, and by count 23 % of the arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_common import (
    AttnBlock,
    TimestepBlock,
)
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_diffnext import (
    ResBlockStageB,
    WuerstchenDiffNeXt,
)
from torch import Tensor, nn
from torch.nn import functional as F

from wurstdesk.engine.compiled import Compilable
from wurstdesk.engine.layers import (
    KeysValues,
    TextGuidance,
    attend,
    modulate,
    place_of,
    sample,
    text_keys_values,
)
from wurstdesk.engine.sampling import Schedule, Step
from wurstdesk.generation import CancelToken

Features = list[Tensor | None]
"""The Stage C latent at the size of each level of Stage B, None where a level takes none."""


class StageB(Compilable, WuerstchenDiffNeXt):  # type: ignore[misc, unused-ignore]  # untyped decorators
    """``WuerstchenDiffNeXt`` with folded conditioning and what is constant taken out of the steps.

    Load the published weights, then call ``fold_conditioning`` once; only then can it be called.
    """

    def _init_weights(self, m: nn.Module) -> None:
        """Nothing: every weight is loaded, and diffusers would start all of them once a module."""

    @torch.no_grad()
    def fold_conditioning(self, dtype: torch.dtype) -> None:
        """Fold each ``effnet_mapper`` into the blocks that it feeds, and drop it.

        The products are made in float64 and kept in ``dtype``.
        """
        levels: list[Any] = [*self.down_blocks, *self.up_blocks]
        mappers: list[Any] = list(self.effnet_mappers)
        for level, mapper in zip(levels, mappers, strict=True):
            if mapper is None:
                continue
            for block in level:
                if isinstance(block, ResBlockStageB):
                    first: Any = block.channelwise[0]
                    block.channelwise[0] = _folded(first, mapper, dtype)
        self.effnet_mappers = nn.ModuleList()

    def project_text(self, embeds: Tensor) -> list[KeysValues]:
        """Prompt embeddings (rows x tokens x clip_embd) to each block's keys and values."""
        text = self.seq_norm(self.clip_mapper(embeds))
        levels: list[Any] = [*self.down_blocks, *self.up_blocks]
        blocks = [block for level in levels for block in level]
        return text_keys_values(blocks, text)

    def spread(self, effnet: Tensor, size: tuple[int, int]) -> Features:
        """Stage C features (B x 16 x h x w) at each level's size; ``size`` is the VQ latent's."""
        config: Any = self.config
        side = [pixels // config.patch_size for pixels in size]
        spread: Features = []
        for level, inject in enumerate(config.inject_effnet):
            if level:
                side = [cells // 2 for cells in side]
            spread.append(_resized(effnet, (side[0], side[1])) if inject else None)
        return spread

    def forward(  # type: ignore[override]  # what is constant comes in ready
        self, x: Tensor, r_embed: Tensor, text: list[KeysValues], features: Features
    ) -> Tensor:
        """The noise in ``x`` (B x 4 x H x W of the VQ latent).

        ``r_embed`` is B x c_r; ``text`` comes from ``project_text`` and ``features`` from
        ``spread``, each with B rows.
        """
        x_in = x
        projected = iter(text)
        x = self.embedding(x)
        outputs: list[Tensor] = []
        for blocks, effnet in zip(self.down_blocks, features, strict=True):
            x = _run_level(blocks, x, r_embed, effnet, None, projected)
            outputs.append(x)
        skip = None
        for blocks, effnet in zip(self.up_blocks, reversed(features), strict=True):
            x = _run_level(blocks, x, r_embed, effnet, skip, projected)
            outputs.pop()
            skip = outputs[-1] if outputs else None
        a, b = self.clf(x).chunk(2, dim=1)
        eps = 1e-3
        noise: Tensor = (x_in - a) / (b.sigmoid() * (1 - eps * 2) + eps)
        return noise


def _run_level(
    blocks: Any,
    x: Tensor,
    r_embed: Tensor,
    effnet: Tensor | None,
    skip: Tensor | None,
    projected: Iterator[KeysValues],
) -> Tensor:
    """One level, down or up; ``skip`` goes into its first block beside the features."""
    for index, block in enumerate(blocks):
        if isinstance(block, ResBlockStageB):
            extra = [t for t in (skip if index == 0 else None, effnet) if t is not None]
            x = block(x, torch.cat(extra, dim=1) if extra else None)
        elif isinstance(block, AttnBlock):
            x = attend(block, x, next(projected))
        elif isinstance(block, TimestepBlock):
            x = modulate(block, x, r_embed)
        else:
            x = block(x)
    return x


def _folded(linear: nn.Linear, mapper: nn.Conv2d, dtype: torch.dtype) -> nn.Linear:
    """``linear`` over [own, mapped] channels as one over [own, unmapped] channels."""
    mapped = mapper.out_channels
    own, ours = linear.weight.split([linear.in_features - mapped, mapped], dim=1)
    ours = ours.double()
    matrix = ours @ mapper.weight.double().flatten(1)
    bias = _bias(linear).double() + ours @ _bias(mapper).double()
    folded = nn.Linear(own.shape[1] + mapper.in_channels, linear.out_features, device="meta")
    folded.weight = nn.Parameter(torch.cat([own.to(dtype), matrix.to(dtype)], dim=1))
    folded.bias = nn.Parameter(bias.to(dtype))
    return folded


def _bias(layer: nn.Linear | nn.Conv2d) -> Tensor:
    assert layer.bias is not None
    return layer.bias


def _resized(effnet: Tensor, size: tuple[int, int]) -> Tensor:
    resized = F.interpolate(
        effnet.float(), size=size, mode="bicubic", antialias=True, align_corners=True
    )
    return resized.to(effnet.dtype)


def sample_decoder(
    decoder: StageB,
    schedule: Schedule,
    image_embeddings: Tensor,
    text: TextGuidance,
    generators: Sequence[torch.Generator],
    *,
    latent_dim_scale: float,
    cancel: CancelToken,
) -> Iterator[Step]:
    """Sample VQ latents (B x 4 x H x W) for Stage C features, a picture for each generator.

    ``image_embeddings`` are B x 16 x h x w *after* ``* latent_mean - latent_std``. Under guidance
    the unconditional input is zeros for the features and the negative prompt for the text.
    """
    effnet = image_embeddings.to(*place_of(decoder))
    if text.scale > 1:
        effnet = torch.cat([effnet, torch.zeros_like(effnet)])
    size = vq_latent_size((effnet.shape[2], effnet.shape[3]), latent_dim_scale)
    features = decoder.spread(effnet, size)
    return sample(decoder, schedule, text, generators, size, cancel, features=features)


def vq_latent_size(size: tuple[int, int], latent_dim_scale: float = 10.67) -> tuple[int, int]:
    """(H, W) of Stage A's latent for a Stage C latent of (h, w)."""
    return int(size[0] * latent_dim_scale), int(size[1] * latent_dim_scale)
