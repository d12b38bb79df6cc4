"""What Stage B and Stage C learn from: the pictures as latents and codes, kept on disk."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dataset import Bucket, Pictures, buckets, painted
from encoder import encode_scenes, load_encoder
from stage_a import encode_pictures, load_vqgan
from training import device

ENCODE_AT_ONCE = 16
LATENT_SHARE = {"384x384": 0.6, "512x384": 0.6, "384x512": 0.6, "256x256": 0.6}
"""Of which sizes, and of what share of them, latents are kept: Stage B works locally and learns
the same from fewer pictures, and Stage A's encoder is slow on a processor."""


@dataclass(frozen=True)
class Coded:
    """One size's scenes, fp16: codes N x 16 x h x w and, for the first M that Stage B learns
    from, latents M x 4 x H/4 x W/4."""

    bucket: Bucket
    codes: Tensor
    latents: Tensor


def coded_pictures(work: Path, pictures: Pictures) -> list[Coded]:
    """Codes and latents of the painted pictures; computed once."""
    return [_coded_bucket(work, pictures, bucket) for bucket in pictures.buckets]


def _coded_bucket(work: Path, pictures: Pictures, bucket: Bucket) -> Coded:
    path = work / f"pictures-{bucket.name}.pt"
    if not path.exists():
        encoder, vqgan = load_encoder(work), load_vqgan(work)
        wanted = round(bucket.count * LATENT_SHARE.get(bucket.name, 0))
        codes, latents = [], [torch.empty(0, 4, bucket.height // 4, bucket.width // 4).half()]
        for start in range(0, bucket.count, ENCODE_AT_ONCE):
            rows = list(range(start, min(start + ENCODE_AT_ONCE, bucket.count)))
            batch = pictures.batch(bucket, rows).to(device(), memory_format=torch.channels_last)
            with torch.autocast(device().type, torch.bfloat16):
                code = encode_scenes(encoder, batch)
                latent = encode_pictures(vqgan, batch) if start < wanted else None
            codes.append(code.half().cpu())
            if latent is not None:
                latents.append(latent.half().cpu().contiguous())
        torch.save((torch.cat(codes).contiguous(), torch.cat(latents)), path)
        print(f"encoded {bucket.count} pictures of {bucket.name}", flush=True)
    return Coded(bucket, *torch.load(path, weights_only=True))


def coded_scenes(work: Path, total: int, first: int) -> list[Coded]:
    """Codes of ``total`` more scenes, painted only to be encoded."""
    return [_coded_more(work, bucket) for bucket in buckets(total, first)]


def _coded_more(work: Path, bucket: Bucket) -> Coded:
    path = work / f"scenes-{bucket.name}.pt"
    if not path.exists():
        encoder, codes = load_encoder(work), []
        for start in range(0, bucket.count, ENCODE_AT_ONCE):
            stop = min(start + ENCODE_AT_ONCE, bucket.count)
            numbers = range(bucket.first + start, bucket.first + stop)
            batch = np.stack([painted(i, bucket.width, bucket.height) for i in numbers])
            tensor = torch.from_numpy(batch).permute(0, 3, 1, 2).float().div_(255).to(device())
            with torch.autocast(device().type, torch.bfloat16):
                code = encode_scenes(encoder, tensor)
            codes.append(code.half().cpu())
        torch.save(torch.cat(codes).contiguous(), path)
        print(f"encoded {bucket.count} scenes of {bucket.name}", flush=True)
    codes_kept = torch.load(path, weights_only=True)
    return Coded(bucket, codes_kept, torch.empty(0))
