"""Tensors to plain bytes: the only way pictures leave the engine."""

from __future__ import annotations

import torch
from torch import Tensor

from wurstdesk.generation import LatentsBlob, Pixels


def to_pixels(pictures: Tensor) -> list[Pixels]:
    """B x 3 x H x W in [0, 1] to 8-bit RGB, rounded as the stock pipeline rounds."""
    levels = (pictures.float().clamp(0, 1) * 255).round().to(torch.uint8)
    rows = levels.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    return [Pixels(width=row.shape[1], height=row.shape[0], data=row.tobytes()) for row in rows]


def to_blob(latents: Tensor) -> LatentsBlob:
    """One Stage C latent, 16 x h x w in x_C units, to float32 bytes.

    Latents are kept in float32 between steps on every device, so this loses nothing.
    """
    array = latents.float().contiguous().cpu().numpy().astype("<f4")
    return LatentsBlob(shape=array.shape, dtype="float32", data=array.tobytes())
