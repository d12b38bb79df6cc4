"""Lays a finished checkpoint out as a working folder, so that its training can go on.

    python packaging/dackel/train.py --only unpack
    python packaging/dackel/train.py --only stage_b stage_c polish export evaluate

The checkpoint holds everything but the encoder that made the codes: Stage B and Stage C are only
right for that one, so it is kept beside this program (`encoder.safetensors`, half precision).
"""

import shutil
from pathlib import Path

import torch
from diffusers.pipelines.deprecated.wuerstchen.modeling_paella_vq_model import PaellaVQModel
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_diffnext import (
    WuerstchenDiffNeXt,
)
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_prior import WuerstchenPrior
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import CLIPTextModel

ENCODER_FILE = Path(__file__).with_name("encoder.safetensors")

Weights = dict[str, Tensor]


def _weights_of(module: torch.nn.Module, prefix: str = "") -> Weights:
    return {prefix + name: tensor.float() for name, tensor in module.state_dict().items()}


def keep_encoder(work: Path) -> None:
    """Write the trained encoder beside this program."""
    trained = torch.load(work / "encoder.pt", weights_only=True, map_location="cpu")
    chosen = {k: v for k, v in trained.items() if k.startswith("encoder.")}
    halved = {k: v.half() if v.is_floating_point() else v for k, v in chosen.items()}
    save_file({k: v.contiguous() for k, v in halved.items()}, ENCODER_FILE)


def unpack(checkpoint: Path, work: Path) -> None:
    """Write each part's weights as its training run would have left them; nothing is replaced."""
    decoder, prior = checkpoint / "wuerstchen", checkpoint / "wuerstchen-prior"
    vqgan = _weights_of(PaellaVQModel.from_pretrained(decoder / "vqgan"))
    text_b = CLIPTextModel.from_pretrained(decoder / "text_encoder")
    text_c = CLIPTextModel.from_pretrained(prior / "text_encoder")
    stage_b = WuerstchenDiffNeXt.from_pretrained(decoder / "decoder", low_cpu_mem_usage=False)
    stage_c = WuerstchenPrior.from_pretrained(prior / "prior", low_cpu_mem_usage=False)
    parts: dict[str, Weights] = {
        "stage_a": vqgan,
        "polish": vqgan,
        "encoder": {k: v.float() for k, v in load_file(ENCODER_FILE).items()},
        "previewer": load_file(prior / "previewer" / "model.safetensors"),
        "text_b": _weights_of(text_b, "encoder."),
        "text_c": _weights_of(text_c, "encoder."),
        "stage_b": _weights_of(stage_b),
        "stage_c": _weights_of(stage_c),
    }
    for name, weights in parts.items():
        path = work / f"{name}.pt"
        if not path.exists():
            torch.save(weights, path)
    shutil.copytree(prior / "tokenizer", work / "tokenizer", dirs_exist_ok=True)
