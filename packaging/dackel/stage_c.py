"""Stage C: from words to a code, as `WuerstchenPrior`.

Its text encoder has learnt before what captions say (`text_model.py`) and stays as it is.

The last convolution starts at zero: the published parametrisation divides by a number that a
random start brings close to zero. Prompt weights are taught too: scenes whose dog is painted
paler or stronger are worded with a weight on its colour, put there as Compel does.

Where things go is settled at high noise: a head or a tree on either side, and then not on both.
So times are drawn as often as the published schedule calls for them, two of three above 2/3.
"""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers.models.attention_processor import AttnProcessor
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
LARGEST_WEIGHT = 50.0
EARLY_SHARE, EARLY_FROM = 0.65, 0.65
WEIGHT_PER_STRENGTH = 0.7
"""A dog painted with strength 1.3 is worded with weight 1.21, Compel's ``++``."""


def new_prior() -> WuerstchenPrior:
    """An untrained Stage C of 5.5 million weights.

    Attention is the plain one: its backward pass is faster than SDPA's on a processor.
    """
    prior: WuerstchenPrior = WuerstchenPrior(
        c_in=16, c=256, c_cond=TEXT_WIDTH, c_r=64, depth=6, nhead=4, dropout=0.0
    )
    prior.set_attn_processor(AttnProcessor())
    last: Any = prior.out[1]
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return prior


def new_prior_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """An untrained text encoder of Stage C's size."""
    return new_text_encoder(tokenizer, TEXT_WIDTH, TEXT_LAYERS)


@dataclass(frozen=True)
class Worded:
    """A scene's caption, and where the dog's colour stands in it with which weight."""

    text: str
    span: tuple[int, int] | None = None
    weight: float = 1.0


def _worded(index: int, rng: random.Random) -> Worded:
    if rng.random() < 0.1:
        return Worded("")
    scene = scene_at(index)
    text, said = caption_with_facts(scene, rng)
    if scene.colour_strength != 1.0:
        while (span := colour_span(text, said)) is None:
            text, said = caption_with_facts(scene, rng)
        weight = 1 + (scene.colour_strength - 1) * WEIGHT_PER_STRENGTH
        return Worded(text, span, weight)
    return Worded(with_strange_words(text, rng) if rng.random() < 0.08 else text)


def _text_batch(
    tokenizer: CLIPTokenizer, worded: list[Worded]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Tokens, mask, which tokens are weighted, and by how much."""
    ids, mask = tokens_of(tokenizer, [each.text for each in worded])
    words = torch.zeros(ids.shape)
    for row, each in enumerate(worded):
        if each.span is not None:
            offsets = tokenizer(each.text, return_offsets_mapping=True).offset_mapping
            for position, (start, end) in enumerate(offsets[: ids.shape[1]]):
                if start < each.span[1] and end > each.span[0]:
                    words[row, position] = 1
    weights = torch.tensor([each.weight for each in worded])
    return ids, mask, words.to(ids.device), weights.to(ids.device)


def _times(count: int) -> Tensor:
    times = torch.rand(count, device=device())
    early = torch.rand(count, device=device()) < EARLY_SHARE
    return torch.where(early, EARLY_FROM + (1 - EARLY_FROM) * times, times)


class Examples:
    """Draws batches of one size each: codes, and the words for them as the text encoder's states.

    Codes are B x 16 x h x w, states B x 77 x 128.
    """

    def __init__(self, work: Path, pictures: Pictures, more_scenes: int) -> None:
        first = sum(b.count for b in pictures.buckets)
        self._coded: list[Coded] = coded_pictures(work, pictures)
        self._coded += coded_scenes(work, more_scenes, first)
        self._tokenizer = load_tokenizer(work / "tokenizer")
        new = new_prior_text_encoder(self._tokenizer)
        self._text = load_text_encoder(work, "text_c", new)

    @torch.no_grad()
    def draw(self, rng: random.Random, at_reference: int) -> tuple[Tensor, Tensor]:
        chosen = rng.choices(self._coded, weights=[c.bucket.count for c in self._coded])[0]
        size = chosen.bucket.batch_size(at_reference)
        rows = rng.choices(range(chosen.bucket.count), k=size)
        worded = [_worded(chosen.bucket.first + row, rng) for row in rows]
        with torch.autocast(device().type, torch.bfloat16):
            states = encode_weighted(self._text, *_text_batch(self._tokenizer, worded))
        return chosen.codes[rows].to(device()).float(), states


def train_stage_c(work: Path, pictures: Pictures, more_scenes: int, recipe: Recipe) -> None:
    """Learn codes from words; the result is ``stage_c.pt``."""
    torch.manual_seed(recipe.seed)
    examples = Examples(work, pictures, more_scenes)
    prior: Any = new_prior()  # its ``to`` is typed wrongly
    prior.to(device(), memory_format=torch.channels_last)
    run = Run("stage_c", work, prior, recipe)
    torch._dynamo.config.recompile_limit = 32  # one a size, and the first steps of each
    fast: Any = torch.compile(prior, dynamic=False)

    def loss_of_batch(rng: random.Random) -> Tensor:
        real, states = examples.draw(rng, recipe.batch)
        time = _times(len(real))
        kept = alpha_cumprod(time)
        noise = torch.randn_like(real)
        noisy = kept.sqrt() * real + (1 - kept).sqrt() * noise
        noisy = noisy.to(memory_format=torch.channels_last)
        with torch.autocast(device().type, torch.bfloat16):
            guess = fast(noisy, time, states)
        error = guess.float() - noise
        loss: Tensor = ((1 / kept).clamp(max=LARGEST_WEIGHT) * error.square()).mean()
        return loss

    run.train(loss_of_batch)


def load_prior(work: Path) -> WuerstchenPrior:
    """The trained Stage C, ready to use."""
    prior: Any = new_prior()
    prior.load_state_dict(torch.load(work / "stage_c.pt", weights_only=True, map_location="cpu"))
    prior.eval()
    trained: WuerstchenPrior = prior
    return trained
