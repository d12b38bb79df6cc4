"""What the two stages share: attention whose text part is computed once, and how they sample.

diffusers' blocks project the same text at every step of every picture. Here the keys and values
of the text are computed once a prompt (``text_keys_values``) and handed to ``attend``, which is
otherwise diffusers' ``AttnBlock`` with SDPA, to rounding (tests/engine/test_parity.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_common import AttnBlock
from torch import Tensor, nn
from torch.nn import functional as F

from wurstdesk.engine.sampling import Schedule, Step, denoise
from wurstdesk.generation import CancelToken

PIECE = 256
"""Cells whose attention is worked out together where that is done in pieces."""

Module = TypeVar("Module", bound=nn.Module)

KeysValues = tuple[Tensor, Tensor]
"""Keys and values of the text for one attention block, each rows x tokens x channels."""


@dataclass(frozen=True)
class TextGuidance:
    """What a stage hears from the text: embeddings (1 x tokens x hidden) and how strongly.

    Guidance starts above 1, as in the stock pipelines; ``negative`` is needed then, and is as
    long as ``prompt``.
    """

    prompt: Tensor
    negative: Tensor | None
    scale: float

    @property
    def rows(self) -> Tensor:
        """The prompt, and under guidance the negative prompt after it."""
        if self.scale <= 1:
            return self.prompt
        if self.negative is None:
            raise ValueError("guidance needs the embedding of the negative prompt")
        return torch.cat([self.prompt, self.negative])


def text_keys_values(blocks: Iterable[nn.Module], text: Tensor) -> list[KeysValues]:
    """Keys and values of ``text`` (rows x tokens x c_cond) for every attention block, in order."""
    found = []
    for block in blocks:
        if isinstance(block, AttnBlock):
            context = block.kv_mapper(text)
            found.append((block.attention.to_k(context), block.attention.to_v(context)))
    return found


def for_batch(keys_values: list[KeysValues], pictures: int) -> list[KeysValues]:
    """Repeat each row of the text for every picture: p, n becomes p, p, p, n, n, n."""
    if pictures == 1:
        return keys_values
    return [
        (keys.repeat_interleave(pictures, 0), values.repeat_interleave(pictures, 0))
        for keys, values in keys_values
    ]


def attend(block: Any, x: Tensor, text: KeysValues) -> Tensor:
    """``AttnBlock.forward`` over the picture's own cells and the text.

    ``x`` is B x C x H x W; ``text`` has B rows.
    """
    attention = block.attention
    batch, channels, height, width = x.shape
    cells = block.norm(x).permute(0, 2, 3, 1).reshape(batch, height * width, channels)
    keys = torch.cat([attention.to_k(cells), text[0]], dim=1)
    values = torch.cat([attention.to_v(cells), text[1]], dim=1)
    queries, keys, values = (
        _heads(t, attention.heads) for t in (attention.to_q(cells), keys, values)
    )
    mixed = attention_of(queries, keys, values)
    mixed = attention.to_out[0](mixed.transpose(1, 2).flatten(2))
    summed: Tensor = x + mixed.transpose(1, 2).reshape(x.shape)
    return summed


def modulate(block: Any, x: Tensor, r_embed: Tensor) -> Tensor:
    """``TimestepBlock.forward`` in one pass: ``x`` is B x C x H x W, ``r_embed`` B x c_r."""
    scale, shift = block.mapper(r_embed)[:, :, None, None].chunk(2, dim=1)
    return torch.addcmul(shift, x, 1 + scale)


def attention_of(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Attention over B x heads x tokens x channels: SDPA, or a faster way to the same.

    In bfloat16 on a processor torch's SDPA (2.13) leaves the processor's bfloat16 instructions
    unused: 0.245 s for 4,096 cells, and 0.089 s so, in pieces that stay in the cache.
    """
    if queries.device.type != "cpu" or queries.dtype is not torch.bfloat16:
        return F.scaled_dot_product_attention(queries, keys, values)
    batch, heads, cells, width = queries.shape
    mixed = torch.empty_like(queries)
    scaled, turned = queries * width**-0.5, keys.transpose(-1, -2)
    for row in range(batch):
        for head in range(heads):
            for start in range(0, cells, PIECE):
                piece = slice(start, start + PIECE)
                shares = (scaled[row, head, piece] @ turned[row, head]).softmax(-1)
                mixed[row, head, piece] = shares @ values[row, head]
    return mixed


def _heads(projected: Tensor, heads: int) -> Tensor:
    """B x tokens x C to B x heads x tokens x C / heads."""
    batch, tokens, _ = projected.shape
    return projected.view(batch, tokens, heads, -1).transpose(1, 2)


def time_embeddings(stage: Any, times: Tensor) -> Tensor:
    """The embedding of every time of a schedule, steps x c_r, in the stage's dtype.

    ``times`` are in [0, 1], at least float32: t is multiplied by 10,000 before the sine, and in
    bfloat16 half of the 64 dimensions would come out wrong.
    """
    device, dtype = place_of(stage)
    embeddings: Tensor = stage.gen_r_embedding(times.to(device))
    return embeddings.to(dtype)


def sample(
    stage: Any,
    schedule: Schedule,
    text: TextGuidance,
    generators: Sequence[torch.Generator],
    size: tuple[int, int],
    cancel: CancelToken,
    **constant: Any,
) -> Iterator[Step]:
    """Sample a stage's latents of ``size`` (h, w): a picture for each generator, all of one prompt.

    What does not change from step to step is computed here, once; ``constant`` is more of that.
    """
    device, dtype = place_of(stage)
    projected = for_batch(stage.project_text(text.rows.to(device, dtype)), len(generators))
    embeddings = time_embeddings(stage, schedule.times)

    def predict(latents: Tensor, index: int) -> Tensor:
        r_embed = embeddings[index].expand(latents.shape[0], -1)
        noise: Tensor = stage.predict(latents, r_embed, projected, **constant)
        return noise

    return denoise(
        predict,
        schedule,
        (stage.config.c_in, *size),
        generators,
        guidance=text.scale,
        weights=(device, dtype),
        cancel=cancel,
    )


def put(module: Module, device: torch.device, dtype: torch.dtype) -> Module:
    """Note where a module calculates and in what, wherever its weights wait meanwhile."""
    module.place = (device, dtype)  # type: ignore[assignment]
    return module


def place_of(module: nn.Module) -> tuple[torch.device, torch.dtype]:
    """Where a module calculates and in what: as ``put`` says, or where its weights are."""
    place = getattr(module, "place", None)
    if isinstance(place, tuple):
        return place
    first = next(module.parameters())
    return first.device, first.dtype
