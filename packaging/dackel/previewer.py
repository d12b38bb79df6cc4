"""The previewer that ships: a direct decoder taught anew on the finished codes.

The one that taught the encoder had to bear more noise and carries more weights than a preview
needs; this one only has to show what Stage C means.
"""

import random
from pathlib import Path

import torch
from torch import Tensor

from dataset import Pictures
from encoder import shrunk
from latents import coded_pictures
from training import Recipe, Run, device
from wurstdesk.engine.previewer import ConvPreviewer

WIDTH, HIDDEN = 160, (128, 64, 48)
CODE_NOISE = 0.1


def new_previewer() -> ConvPreviewer:
    """An untrained previewer of just under a million weights."""
    return ConvPreviewer(width=WIDTH, hidden=HIDDEN)


def train_previewer(work: Path, pictures: Pictures, recipe: Recipe) -> None:
    """Learn the picture at a quarter of its side from its code; the result is ``previewer.pt``."""
    torch.manual_seed(recipe.seed)
    coded = coded_pictures(work, pictures)
    previewer = new_previewer().to(device())
    run = Run("previewer", work, previewer, recipe)

    def loss_of_batch(rng: random.Random) -> Tensor:
        chosen = rng.choices(coded, weights=[c.bucket.count for c in coded])[0]
        size = chosen.bucket.batch_size(recipe.batch)
        rows = sorted(rng.sample(range(chosen.bucket.count), size))
        target = shrunk(pictures.batch(chosen.bucket, rows).to(device()), 0.25)
        code = chosen.codes[rows].to(device()).float()
        code = code + CODE_NOISE * torch.randn_like(code)
        with torch.autocast(device().type, torch.bfloat16):
            made: Tensor = previewer.estimate(code)
        error = made.float() - target
        loss: Tensor = 4 * error.square().mean() + error.abs().mean()
        return loss

    run.train(loss_of_batch)


def load_previewer(work: Path) -> ConvPreviewer:
    """The trained previewer."""
    previewer = new_previewer()
    weights = torch.load(work / "previewer.pt", weights_only=True, map_location="cpu")
    previewer.load_state_dict(weights)
    return previewer
