"""The semantic encoder: a picture to 16 numbers per cell of 42.67 pixels, and straight back.

Würstchen trains its encoder through Stage B's noise loss. A small model learns almost nothing
that way (colours that are only needed at high noise never arrive); together with a direct decoder
to a small picture it holds nearly all of a scene within minutes. That direct decoder then ships
as the checkpoint's previewer. Noise on the code makes it smooth, so that what Stage C gets nearly
right also looks nearly right.
"""

import random
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from dataset import Pictures, choose
from training import Recipe, Run, device
from wurstdesk.engine.previewer import ConvPreviewer

CODE_NOISE = 0.2
CODE_CHANNELS = 16


class Encoder(nn.Module):
    """Pictures at 0.75 of their size, B x 3 x 0.75H x 0.75W in [0, 1], to B x 16 x H/42.67 x
    W/42.67 of unit variance."""

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, width, 4, 4)]
        channels = width
        for factor in (2, 3, 4):
            layers += [nn.GroupNorm(8, channels), nn.GELU()]
            layers += [nn.Conv2d(channels, width * factor, 4, 2, 1)]
            channels = width * factor
        for _ in range(2):
            layers += [nn.GroupNorm(8, channels), nn.GELU()]
            layers += [nn.Conv2d(channels, channels, 3, 1, 1)]
        layers += [nn.GroupNorm(8, channels), nn.GELU()]
        layers += [nn.Conv2d(channels, CODE_CHANNELS, 1)]
        layers += [nn.BatchNorm2d(CODE_CHANNELS, affine=False)]
        self.net = nn.Sequential(*layers)

    def forward(self, pictures: Tensor) -> Tensor:
        code: Tensor = self.net(pictures * 2 - 1)
        return code


class Pair(nn.Module):
    """The encoder and the direct decoder, which learn together."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.previewer = ConvPreviewer()


def shrunk(pictures: Tensor, scale: float) -> Tensor:
    """Smaller pictures without aliasing."""
    return functional.interpolate(
        pictures, scale_factor=scale, mode="bilinear", antialias=True, align_corners=False
    )


def train_encoder(work: Path, pictures: Pictures, recipe: Recipe) -> None:
    """Learn to carry a scene through the code; the result is ``encoder.pt``."""
    torch.manual_seed(recipe.seed)
    pair = Pair().to(device())
    run = Run("encoder", work, pair, recipe)

    def loss_of_batch(rng: random.Random) -> Tensor:
        bucket = choose(pictures.buckets, rng)
        rows = rng.sample(range(bucket.count), min(bucket.count, bucket.batch_size(recipe.batch)))
        real = pictures.batch(bucket, rows).to(device())
        target = shrunk(real, 0.25)
        with torch.autocast(device().type, torch.bfloat16):
            code: Tensor = pair.encoder(shrunk(real, 0.75).to(memory_format=torch.channels_last))
            made = pair.previewer.estimate(code + CODE_NOISE * torch.randn_like(code))
        error = made.float() - target
        loss: Tensor = 4 * error.square().mean() + error.abs().mean()
        return loss

    run.train(loss_of_batch)


def load_encoder(work: Path) -> Encoder:
    """The trained encoder, ready to use."""
    weights = torch.load(work / "encoder.pt", weights_only=True, map_location="cpu")
    encoder = Encoder()
    encoder.load_state_dict(
        {k.removeprefix("encoder."): v for k, v in weights.items() if k.startswith("encoder.")}
    )
    return encoder.to(device()).eval()


@torch.no_grad()
def encode_scenes(encoder: Encoder, pictures: Tensor) -> Tensor:
    """Codes of B x 3 x H x W pictures: B x 16 x h x w, unit variance."""
    code: Tensor = encoder(shrunk(pictures, 0.75))
    return code
