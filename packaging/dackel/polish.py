"""Stage A's decoder once more, on what Stage B really makes.

Stage B leaves edges a little ragged where the code leaves them open. Stage A's decoder sees many
such latents beside the true picture and learns to draw the edge that was meant. Its encoder stays
as it is, so that nothing that Stage B has learnt becomes wrong.
"""

import itertools
import random
from pathlib import Path

import torch
from torch import Tensor, nn

from captions import caption
from dataset import Pictures, scene_at
from latents import Coded, coded_pictures
from stage_a import CROP, load_vqgan, picture_loss
from stage_b import (
    LATENT_MEAN,
    LATENT_STD,
    alpha_cumprod,
    load_decoder,
    new_decoder_text_encoder,
)
from text_model import encode, load_text_encoder, load_tokenizer, tokens_of
from training import Recipe, Run, device

STEPS = 12
PICTURES = 144
AT_ONCE = 16
CODE_NOISE = 0.15
CLEAN_SHARE = 0.3


def _times() -> list[float]:
    return [1 - step / STEPS for step in range(STEPS)] + [0.0]


@torch.no_grad()
def _develop(decoder: nn.Module, code: Tensor, clip: Tensor) -> Tensor:
    """Latents by the twelve steps of a normal picture (ancestral sampling as the scheduler's)."""
    side = code.shape[-1] * 32 // 3
    latents = torch.randn(len(code), 4, side, side, device=code.device)
    times = _times()
    for now, after in itertools.pairwise(times):
        time = torch.full((len(code),), now, device=code.device)
        kept, kept_after = alpha_cumprod(time), alpha_cumprod(torch.full_like(time, after))
        with torch.autocast(device().type, torch.bfloat16):
            noise = decoder(latents, time, code, clip=clip).float()
        alpha = kept / kept_after
        mean = (latents - (1 - alpha) * noise / (1 - kept).sqrt()) / alpha.sqrt()
        deviation = ((1 - alpha) * (1 - kept_after) / (1 - kept)).sqrt()
        latents = mean + deviation * torch.randn_like(latents) * (after > 0)
    return latents


def _developed(work: Path, coded: Coded) -> Tensor:
    """What Stage B makes of the first pictures' codes, kept on disk."""
    path = work / "developed.pt"
    if not path.exists():
        tokenizer = load_tokenizer(work / "tokenizer")
        text = load_text_encoder(work, "text_b", new_decoder_text_encoder(tokenizer))
        decoder = load_decoder(work)
        made, rng = [], random.Random(0)
        for start in range(0, min(PICTURES, coded.bucket.count), AT_ONCE):
            rows = range(start, start + AT_ONCE)
            words = [caption(scene_at(coded.bucket.first + row), rng) for row in rows]
            code = coded.codes[list(rows)].to(device()).float()
            code = code + CODE_NOISE * torch.randn_like(code)
            with torch.no_grad():
                clip = encode(text, *tokens_of(tokenizer, words))
            latents = _develop(decoder, code * LATENT_MEAN - LATENT_STD, clip)
            made.append(latents.half().cpu())
            print(f"developed {start + AT_ONCE} of {PICTURES}", flush=True)
        torch.save(torch.cat(made).contiguous(), path)
    result: Tensor = torch.load(path, weights_only=True)
    return result


def train_polish(work: Path, pictures: Pictures, recipe: Recipe) -> None:
    """Teach Stage A's decoder; the result is the whole component in ``polish.pt``."""
    torch.manual_seed(recipe.seed)
    coded = coded_pictures(work, pictures)[0]
    developed = _developed(work, coded)
    vqgan = load_vqgan(work)
    for part in (vqgan.in_block, vqgan.down_blocks):
        part.requires_grad_(requires_grad=False)
    run = Run("polish", work, vqgan, recipe)
    cells = CROP // 4

    def loss_of_batch(rng: random.Random) -> Tensor:
        rows = sorted(rng.sample(range(len(developed)), recipe.batch))
        real = pictures.batch(coded.bucket, rows)
        inputs, targets = [], []
        for place, row in enumerate(rows):
            source = coded.latents if rng.random() < CLEAN_SHARE else developed
            x, y = (rng.randint(0, side // 4 - cells) for side in (384, 384))
            inputs.append(source[row, :, y : y + cells, x : x + cells])
            targets.append(real[place, :, 4 * y : 4 * y + CROP, 4 * x : 4 * x + CROP])
        latents = torch.stack(inputs).to(device()).float()
        with torch.autocast(device().type, torch.bfloat16):
            made: Tensor = vqgan.decode(latents.to(memory_format=torch.channels_last)).sample
        return picture_loss(made.float(), torch.stack(targets).to(device()))

    run.train(loss_of_batch)
