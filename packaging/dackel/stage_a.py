"""Stage A: pictures to latents of a quarter of their side and back, as `PaellaVQModel`.

The published model quantises; the diffusion stages never see the codebook, and here it is filled
only so that the component is complete. Noise on the latents while learning teaches the decoder
to straighten what Stage B leaves slightly ragged. The batch normalisation at the encoder's end
has no learnt scale, or the model would outgrow that noise instead of withstanding it.
"""

import random
from pathlib import Path
from typing import Any

import torch
from diffusers.pipelines.deprecated.wuerstchen.modeling_paella_vq_model import PaellaVQModel
from torch import Tensor, nn
from torch.nn import functional

from dataset import Pictures
from training import Recipe, Run, device

CODES = 256
CROP = 128
LATENT_NOISE = 0.3


def new_vqgan() -> PaellaVQModel:
    """An untrained Stage A of about a million weights; latents of unit variance."""
    vqgan: PaellaVQModel = PaellaVQModel(
        bottleneck_blocks=3, embed_dim=96, num_vq_embeddings=CODES, scale_factor=1.0
    )
    last: Any = vqgan.down_blocks[-1]
    normalisation: nn.BatchNorm2d = last[1]
    normalisation.weight.requires_grad_(False)
    normalisation.bias.requires_grad_(False)
    vqgan.vquantizer.requires_grad_(False)
    return vqgan


def _differences(picture: Tensor) -> tuple[Tensor, Tensor]:
    return picture[..., 1:, :] - picture[..., :-1, :], picture[..., 1:] - picture[..., :-1]


def picture_loss(made: Tensor, real: Tensor) -> Tensor:
    """Absolute and squared error, and the same of the steps between neighbours: the latter is
    what punishes both a soft edge and a grid on a flat colour."""
    loss = functional.l1_loss(made, real) + 2 * functional.mse_loss(made, real)
    for made_steps, real_steps in zip(_differences(made), _differences(real), strict=True):
        loss = loss + functional.l1_loss(made_steps, real_steps)
    return loss


def train_stage_a(work: Path, pictures: Pictures, recipe: Recipe) -> None:
    """Learn from crops; the result is the whole component's weights in ``stage_a.pt``."""
    torch.manual_seed(recipe.seed)
    vqgan = new_vqgan()
    nn.Module.to(vqgan, device()).train()
    run = Run("stage_a", work, vqgan, recipe)

    def loss_of_batch(rng: random.Random) -> Tensor:
        crops = pictures.crops(rng, recipe.batch, CROP).to(
            device(), memory_format=torch.channels_last
        )
        with torch.autocast(device().type, torch.bfloat16):
            latents = vqgan.encode(crops).latents
            sigma = LATENT_NOISE * torch.rand(len(crops), 1, 1, 1, device=latents.device)
            made: Tensor = vqgan.decode(latents + sigma * torch.randn_like(latents)).sample
        return picture_loss(made.float(), crops)

    weights = run.train(loss_of_batch)
    vqgan.load_state_dict(weights)
    weights["vquantizer.embedding.weight"] = _codebook(vqgan, pictures)
    torch.save(weights, run.result_file)


@torch.no_grad()
def _codebook(vqgan: PaellaVQModel, pictures: Pictures) -> Tensor:
    """Codes by a few rounds of k-means over the latents of some crops."""
    vqgan.eval()
    crops = pictures.crops(random.Random(0), 16, CROP).to(device())
    points: Tensor = vqgan.encode(crops).latents.permute(0, 2, 3, 1).reshape(-1, 4).float()
    centres = points[torch.linspace(0, len(points) - 1, CODES).long()].clone()
    for _ in range(8):
        nearest = torch.cdist(points, centres).argmin(1)
        for code in range(CODES):
            chosen = points[nearest == code]
            if len(chosen):
                centres[code] = chosen.mean(0)
    result: Tensor = centres
    return result


def load_vqgan(work: Path, name: str = "stage_a") -> PaellaVQModel:
    """The trained Stage A, ready to use."""
    vqgan = new_vqgan()
    vqgan.load_state_dict(torch.load(work / f"{name}.pt", weights_only=True))
    nn.Module.to(vqgan, device())
    return vqgan.eval()


@torch.no_grad()
def encode_pictures(vqgan: PaellaVQModel, pictures: Tensor) -> Tensor:
    """Latents of B x 3 x H x W pictures in [0, 1]: B x 4 x H/4 x W/4, unit variance."""
    latents: Tensor = vqgan.encode(pictures).latents
    return latents
