"""Stage C: from words to a code, as `WuerstchenPrior` with a text encoder that learns along.

The last convolution starts at zero: the published parametrisation divides by a number that a
random start brings close to zero. Prompt weights are taught too: scenes whose dog is painted
paler or stronger are worded with a weight on its colour, put there as Compel does.
"""

import random
from pathlib import Path

import torch
from diffusers.models.attention_processor import AttnProcessor2_0
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_prior import WuerstchenPrior
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

from captions import caption_with_facts, colour_span
from dataset import Pictures, scene_at
from latents import Coded, coded_pictures, coded_scenes
from stage_b import alpha_cumprod
from text_model import (
    encode_weighted,
    load_text_encoder,
    load_tokenizer,
    new_text_encoder,
    tokens_of,
    with_strange_words,
)
from training import Recipe, Run, device

TEXT_WIDTH, TEXT_LAYERS = 128, 3
LARGEST_WEIGHT = 20.0
WEIGHT_PER_STRENGTH = 0.7
"""A dog painted with strength 1.3 is worded with weight 1.21, Compel's ``++``."""


class PriorAndText(nn.Module):
    """Stage C and its text encoder, which learn together."""

    def __init__(self, text: CLIPTextModel) -> None:
        super().__init__()
        self.text = text
        self.prior = WuerstchenPrior(
            c_in=16, c=256, c_cond=TEXT_WIDTH, c_r=64, depth=6, nhead=4, dropout=0.0
        )
        self.prior.set_attn_processor(AttnProcessor2_0())
        nn.init.zeros_(self.prior.out[1].weight)
        nn.init.zeros_(self.prior.out[1].bias)


def new_prior_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """An untrained text encoder of Stage C's size."""
    return new_text_encoder(tokenizer, TEXT_WIDTH, TEXT_LAYERS)


def _worded(index: int, rng: random.Random) -> tuple[str, tuple[int, int] | None, float]:
    """A scene's caption, the range of its dog's colour and that word's weight."""
    if rng.random() < 0.1:
        return "", None, 1.0
    scene = scene_at(index)
    text, said = caption_with_facts(scene, rng)
    if scene.colour_strength != 1.0:
        while (span := colour_span(text, said)) is None:
            text, said = caption_with_facts(scene, rng)
        return text, span, 1 + (scene.colour_strength - 1) * WEIGHT_PER_STRENGTH
    return (with_strange_words(text, rng) if rng.random() < 0.08 else text), None, 1.0


def _text_batch(
    tokenizer: CLIPTokenizer, worded: list[tuple[str, tuple[int, int] | None, float]]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Tokens, mask, which tokens are weighted, and by how much."""
    ids, mask = tokens_of(tokenizer, [text for text, _, _ in worded])
    words = torch.zeros(ids.shape)
    for row, (text, span, _) in enumerate(worded):
        if span is not None:
            offsets = tokenizer(text, return_offsets_mapping=True).offset_mapping
            for position, (start, end) in enumerate(offsets[: ids.shape[1]]):
                if start < span[1] and end > span[0]:
                    words[row, position] = 1
    weights = torch.tensor([weight for _, _, weight in worded])
    return ids, mask, words.to(ids.device), weights.to(ids.device)


def train_stage_c(work: Path, pictures: Pictures, more_scenes: int, recipe: Recipe) -> None:
    """Learn codes from words; the result is ``stage_c.pt``."""
    torch.manual_seed(recipe.seed)
    first = sum(b.count for b in pictures.buckets)
    coded: list[Coded] = coded_pictures(work, pictures) + coded_scenes(work, more_scenes, first)
    tokenizer = load_tokenizer(work / "tokenizer")
    text = load_text_encoder(work, "text_c", new_prior_text_encoder(tokenizer)).train()
    both = PriorAndText(text).to(device())
    both.prior.to(memory_format=torch.channels_last)
    run = Run("stage_c", work, both, recipe)

    def loss_of_batch(rng: random.Random) -> Tensor:
        chosen = rng.choices(coded, weights=[c.bucket.count for c in coded])[0]
        size = chosen.bucket.batch_size(recipe.batch)
        rows = rng.choices(range(chosen.bucket.count), k=size)
        worded = [_worded(chosen.bucket.first + row, rng) for row in rows]
        real = chosen.codes[rows].to(device()).float()
        time = torch.rand(size, device=device())
        kept = alpha_cumprod(time)
        noise = torch.randn_like(real)
        noisy = kept.sqrt() * real + (1 - kept).sqrt() * noise
        noisy = noisy.to(memory_format=torch.channels_last)
        with torch.autocast(device().type, torch.bfloat16):
            states = encode_weighted(both.text, *_text_batch(tokenizer, worded))
            guess = both.prior(noisy, time, states)
        error = guess.float() - noise
        loss: Tensor = ((1 / kept).clamp(max=LARGEST_WEIGHT) * error.square()).mean()
        return loss

    run.train(loss_of_batch)
