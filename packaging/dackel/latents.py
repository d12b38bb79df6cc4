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

ENCODE_AT_ONCE = 32


@dataclass(frozen=True)
class Coded:
    """One size's scenes: codes N x 16 x h x w and, for Stage B, latents N x 4 x H/4 x W/4, fp16."""

    bucket: Bucket
    codes: Tensor
    latents: Tensor | None = None


def coded_pictures(work: Path, pictures: Pictures) -> list[Coded]:
    """Codes and latents of the painted pictures; computed once."""
    path = work / "coded_pictures.pt"
    if not path.exists():
        pair, vqgan = load_encoder(work), load_vqgan(work)
        kept = {}
        for bucket in pictures.buckets:
            codes, latents = [], []
            for start in range(0, bucket.count, ENCODE_AT_ONCE):
                rows = list(range(start, min(start + ENCODE_AT_ONCE, bucket.count)))
                batch = pictures.batch(bucket, rows).to(device())
                codes.append(encode_scenes(pair, batch).half().cpu())
                latents.append(encode_pictures(vqgan, batch).half().cpu())
            kept[bucket.name] = (torch.cat(codes), torch.cat(latents))
            print(f"encoded {bucket.count} pictures of {bucket.name}", flush=True)
        torch.save(kept, path)
    kept = torch.load(path, weights_only=True, mmap=True)
    return [Coded(b, *kept[b.name]) for b in pictures.buckets]


def coded_scenes(work: Path, total: int, first: int) -> list[Coded]:
    """Codes of ``total`` more scenes, painted only to be encoded."""
    path = work / "coded_scenes.pt"
    among = buckets(total, first)
    if not path.exists():
        pair = load_encoder(work)
        kept = {}
        for bucket in among:
            codes = []
            for start in range(0, bucket.count, ENCODE_AT_ONCE):
                stop = min(start + ENCODE_AT_ONCE, bucket.count)
                batch = np.stack(
                    [
                        painted(bucket.first + row, bucket.width, bucket.height)
                        for row in range(start, stop)
                    ]
                )
                tensor = torch.from_numpy(batch).permute(0, 3, 1, 2).float().div_(255).to(device())
                codes.append(encode_scenes(pair, tensor).half().cpu())
            kept[bucket.name] = torch.cat(codes)
            print(f"encoded {bucket.count} scenes of {bucket.name}", flush=True)
        torch.save(kept, path)
    kept = torch.load(path, weights_only=True)
    return [Coded(b, kept[b.name]) for b in among]
