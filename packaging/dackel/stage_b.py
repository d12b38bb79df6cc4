"""Stage B: from a code to Stage A's latents, as `WuerstchenDiffNeXt`.

The level at an eighth of the latents' side has about the grid of the code, and does most of the
work, as in the published model; the finer ones only sharpen. The text is seen at the coarsest.
"""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_diffnext import (
    WuerstchenDiffNeXt,
)
from diffusers.schedulers.scheduling_ddpm_wuerstchen import DDPMWuerstchenScheduler
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

from captions import caption
from dataset import Pictures, scene_at
from latents import coded_pictures
from text_model import encode, load_text_encoder, load_tokenizer, new_text_encoder, tokens_of
from training import Recipe, Run, device

LATENT_MEAN = 1.0
LATENT_STD = 0.0
"""Stage B sees ``code * LATENT_MEAN - LATENT_STD``; both stand in the checkpoint's index."""

TEXT_WIDTH, TEXT_LAYERS = 64, 1
LARGEST_WEIGHT = 12.0
MOST_CODE_NOISE = 0.25
LEAST_TIME = 0.03
NO_CODE_SHARE = 0.05


def new_decoder() -> WuerstchenDiffNeXt:
    """An untrained Stage B of 3.7 million weights.

    Its view of the code starts five times stronger than the class makes it: so small a model has
    no time to turn it up.
    """
    decoder: WuerstchenDiffNeXt = WuerstchenDiffNeXt(
        c_cond=48,
        c_hidden=[64, 128, 208, 128],
        nhead=[-1, -1, -1, 4],
        blocks=[2, 2, 3, 1],
        level_config=["CT", "CT", "CT", "CTA"],
        inject_effnet=[False, True, True, True],
        clip_embd=TEXT_WIDTH,
        dropout=0.0,
    )
    for mapper in decoder.effnet_mappers:
        if isinstance(mapper, nn.Conv2d):
            mapper.weight.data *= 5
    return decoder


def new_decoder_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """An untrained text encoder of Stage B's size."""
    return new_text_encoder(tokenizer, TEXT_WIDTH, TEXT_LAYERS)


def alpha_cumprod(time: Tensor) -> Tensor:
    """The share of signal left at a time: cos² schedule, B x 1 x 1 x 1."""
    share: Tensor = DDPMWuerstchenScheduler()._alpha_cumprod(time, time.device)
    return share.view(-1, 1, 1, 1)


@dataclass(frozen=True)
class Example:
    """A batch of pictures: latents, their code as Stage B is given it, and the words' states."""

    real: Tensor
    code: Tensor
    clip: Tensor


class Examples:
    """Draws batches of one size each; some without words, some without a code."""

    def __init__(self, work: Path, pictures: Pictures) -> None:
        self._coded = [c for c in coded_pictures(work, pictures) if len(c.latents)]
        self._tokenizer = load_tokenizer(work / "tokenizer")
        new = new_decoder_text_encoder(self._tokenizer)
        self._text = load_text_encoder(work, "text_b", new)

    def draw(self, rng: random.Random, at_reference: int) -> Example:
        chosen = rng.choices(self._coded, weights=[len(c.latents) for c in self._coded])[0]
        size = chosen.bucket.batch_size(at_reference)
        rows = rng.sample(range(len(chosen.latents)), size)
        scenes = [scene_at(chosen.bucket.first + row) for row in rows]
        words = [caption(scene, rng) if rng.random() < 0.7 else "" for scene in scenes]
        with torch.no_grad():
            clip = encode(self._text, *tokens_of(self._tokenizer, words))
        real = chosen.latents[rows].to(device()).float()
        return Example(real, self._spoiled(chosen.codes[rows].to(device()).float()), clip)

    @staticmethod
    def _spoiled(code: Tensor) -> Tensor:
        """Noise as what Stage C gets slightly wrong, and now and then no code, for guidance."""
        each = (len(code), 1, 1, 1)
        noise = MOST_CODE_NOISE * torch.rand(each, device=code.device) * torch.randn_like(code)
        seen = torch.rand(each, device=code.device) > NO_CODE_SHARE
        return ((code + noise) * LATENT_MEAN - LATENT_STD) * seen


def train_stage_b(work: Path, pictures: Pictures, recipe: Recipe) -> None:
    """Learn to denoise latents under their code; the result is ``stage_b.pt``."""
    torch.manual_seed(recipe.seed)
    examples = Examples(work, pictures)
    decoder: Any = new_decoder()  # its ``to`` is typed wrongly
    decoder.to(device(), memory_format=torch.channels_last)
    run = Run("stage_b", work, decoder, recipe)
    fast: Any = torch.compile(decoder, dynamic=False)

    def loss_of_batch(rng: random.Random) -> Tensor:
        example = examples.draw(rng, recipe.batch)
        real = example.real
        time = LEAST_TIME + (1 - LEAST_TIME) * torch.rand(len(real), device=real.device)
        kept = alpha_cumprod(time)
        noise = torch.randn_like(real)
        noisy = kept.sqrt() * real + (1 - kept).sqrt() * noise
        noisy = noisy.to(memory_format=torch.channels_last)
        with torch.autocast(device().type, torch.bfloat16):
            signal, scale = fast(noisy, time, example.code, clip=example.clip, return_noise=False)
        error = (noisy - signal.float()) / scale.float() - noise
        loss: Tensor = ((1 / kept).clamp(max=LARGEST_WEIGHT) * error.square()).mean()
        return loss

    run.train(loss_of_batch)


def load_decoder(work: Path) -> WuerstchenDiffNeXt:
    """The trained Stage B, ready to use."""
    decoder: Any = new_decoder()
    weights = torch.load(work / "stage_b.pt", weights_only=True, map_location="cpu")
    decoder.load_state_dict(weights)
    decoder.to(device(), memory_format=torch.channels_last)
    decoder.eval()
    trained: WuerstchenDiffNeXt = decoder
    return trained
