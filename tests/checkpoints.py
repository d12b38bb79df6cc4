"""Makes checkpoints with random weights, of any size and in every layout that is in use.

    decoder, prior = make_checkpoint(folder), prior_of(make_checkpoint(folder))

The random weights are made so that sampling stays tame: the prior's last convolution is scaled
down (shared/FACTS.md, section 3), the decoder's starts near "all of the input is noise", and the
pictures are grey with soft structure, so that parity of pixels says something.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from diffusers.pipelines.deprecated.wuerstchen.modeling_paella_vq_model import PaellaVQModel
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_diffnext import (
    WuerstchenDiffNeXt,
)
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_prior import WuerstchenPrior
from safetensors.torch import save_file
from torch import nn
from transformers.models.clip.configuration_clip import CLIPTextConfig
from transformers.models.clip.modeling_clip import CLIPTextModel

from wurstdesk.engine.previewer import PREVIEWER_CLASS, ConvPreviewer

Size = Literal["tiny", "small", "published"]
Library = Literal["wuerstchen", "diffusers", "none"]
Layout = Literal["folders", "hub_cache"]


@dataclass(frozen=True)
class Shapes:
    """The configuration of every component."""

    prior_text: dict[str, Any]
    prior: dict[str, Any]
    decoder_text: dict[str, Any]
    decoder: dict[str, Any]
    vqgan: dict[str, Any]
    latent_mean: float = 42.0
    latent_std: float = 1.0


def _text(width: int, layers: int, heads: int, act: str = "gelu") -> dict[str, Any]:
    return {
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "hidden_act": act,
        "projection_dim": width,
    }


SHAPES: dict[Size, Shapes] = {
    "tiny": Shapes(
        prior_text=_text(32, 2, 2),
        prior={"c": 32, "c_cond": 32, "depth": 2, "nhead": 4, "c_r": 16},
        decoder_text=_text(16, 1, 2, "quick_gelu"),
        decoder={
            "c_cond": 16,
            "clip_embd": 16,
            "c_r": 16,
            "c_hidden": [8, 16, 16, 16],
            "nhead": [-1, 2, 2, 2],
            "blocks": [1, 2, 2, 1],
        },
        vqgan={"bottleneck_blocks": 1, "embed_dim": 8, "num_vq_embeddings": 16},
    ),
    "small": Shapes(
        prior_text=_text(128, 2, 4),
        prior={"c": 256, "c_cond": 128, "depth": 6, "nhead": 4},
        decoder_text=_text(128, 2, 4),
        decoder={
            "c_cond": 128,
            "clip_embd": 128,
            "c_hidden": [32, 64, 128, 128],
            "nhead": [-1, 2, 4, 4],
            "blocks": [2, 2, 4, 2],
        },
        vqgan={"bottleneck_blocks": 2, "embed_dim": 96, "num_vq_embeddings": 1024},
    ),
    "published": Shapes(
        prior_text=_text(1280, 32, 20),
        prior={"c": 1536, "c_cond": 1280, "depth": 32, "nhead": 24},
        decoder_text=_text(1024, 24, 16),
        decoder={},
        vqgan={},
    ),
}


def make_checkpoint(
    folder: Path,
    *,
    size: Size = "tiny",
    name: str = "wuerstchen",
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
    library: Library = "wuerstchen",
    layout: Layout = "folders",
    text_prefix: bool = True,
    previewer: bool = False,
    description: dict[str, Any] | None = None,
    shapes: Shapes | None = None,
) -> Path:
    """Write a checkpoint ``name`` into ``folder``; gives its decoder folder.

    ``library`` is what the index calls the classes' home; ``text_prefix`` writes the text
    encoders' keys as older transformers did, with ``text_model.`` and ``position_ids``;
    ``description`` becomes ``wurstdesk.json``. The global generator is left as it was.
    """
    shapes = shapes or SHAPES[size]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        decoder_folder, prior_folder = _places(folder, name, layout)
        writer = _Writer(dtype, library, text_prefix)
        writer.prior(prior_folder, shapes)
        writer.decoder(decoder_folder, shapes)
        if previewer:
            writer.previewer(prior_folder / "previewer")
    if description is not None:
        _json(prior_folder / "wurstdesk.json", description)
    return decoder_folder


def prior_of(decoder_folder: Path) -> Path:
    """The prior folder beside a decoder folder made by ``make_checkpoint``."""
    if decoder_folder.parent.name == "snapshots":
        repository = decoder_folder.parent.parent
        snapshots = repository.with_name(repository.name + "-prior") / "snapshots"
        return next(snapshots.iterdir())
    return decoder_folder.with_name(decoder_folder.name + "-prior")


def _places(folder: Path, name: str, layout: Layout) -> tuple[Path, Path]:
    if layout == "folders":
        return folder / name, folder / f"{name}-prior"
    places = []
    for repository, commit in ((name, "1" * 40), (f"{name}-prior", "2" * 40)):
        root = folder / f"models--warp-ai--{repository}"
        (root / "refs").mkdir(parents=True)
        (root / "refs" / "main").write_text(commit)
        (root / "blobs").mkdir()
        places.append(root / "snapshots" / commit)
    return places[0], places[1]


@dataclass(frozen=True)
class _Writer:
    dtype: torch.dtype
    library: Library
    text_prefix: bool

    def prior(self, folder: Path, shapes: Shapes) -> None:
        self._text_encoder(folder, shapes.prior_text)
        prior = WuerstchenPrior(**shapes.prior)
        _shake(prior)
        with torch.no_grad():
            for parameter in prior.out[1].parameters():
                parameter.mul_(0.3)
        self._save(folder / "prior", prior, dict(prior.config), "WuerstchenPrior")
        _scheduler(folder)
        self._index(
            folder,
            "WuerstchenPriorPipeline",
            {"prior": "WuerstchenPrior"},
            {
                "latent_mean": shapes.latent_mean,
                "latent_std": shapes.latent_std,
                "resolution_multiple": 42.67,
            },
        )

    def decoder(self, folder: Path, shapes: Shapes) -> None:
        self._text_encoder(folder, shapes.decoder_text)
        decoder = WuerstchenDiffNeXt(**shapes.decoder)
        _shake(decoder)
        half = decoder.clf[1].out_channels // 2
        vqgan = PaellaVQModel(**shapes.vqgan)
        _shake(vqgan)
        with torch.no_grad():
            decoder.clf[1].bias[half:].fill_(3.0)
            vqgan.out_block[0].weight.mul_(0.2)
            vqgan.out_block[0].bias.fill_(0.5)
        self._save(folder / "decoder", decoder, dict(decoder.config), "WuerstchenDiffNeXt")
        self._save(folder / "vqgan", vqgan, dict(vqgan.config), "PaellaVQModel")
        _scheduler(folder)
        self._index(
            folder,
            "WuerstchenDecoderPipeline",
            {"decoder": "WuerstchenDiffNeXt", "vqgan": "PaellaVQModel"},
            {"latent_dim_scale": 10.67},
        )

    def previewer(self, folder: Path) -> None:
        config = {"latent_channels": 16, "width": 16, "hidden": [16, 8, 8], "cells": [4, 3]}
        previewer = ConvPreviewer(16, 16, (16, 8, 8))
        self._save(folder, previewer, config, PREVIEWER_CLASS, "model")

    def _text_encoder(self, folder: Path, shape: dict[str, Any]) -> None:
        words = write_tokenizer(folder / "tokenizer")
        config = CLIPTextConfig(
            vocab_size=words,
            bos_token_id=words - 2,
            eos_token_id=words - 1,
            pad_token_id=words - 1,
            **shape,
        )
        encoder = CLIPTextModel(config)
        _shake(encoder)
        weights = {key: t.to(self.dtype).contiguous() for key, t in encoder.state_dict().items()}
        if self.text_prefix:
            weights = {f"text_model.{key}": tensor for key, tensor in weights.items()}
            weights["text_model.embeddings.position_ids"] = torch.arange(77)[None]
        target = folder / "text_encoder"
        target.mkdir()
        save_file(weights, target / "model.safetensors", {"format": "pt"})
        _json(target / "config.json", {**config.to_dict(), "architectures": ["CLIPTextModel"]})

    def _save(
        self,
        folder: Path,
        module: nn.Module,
        config: dict[str, Any],
        cls: str,
        stem: str = "diffusion_pytorch_model",
    ) -> None:
        folder.mkdir()
        weights = {
            name: (t.to(self.dtype) if t.is_floating_point() else t).contiguous()
            for name, t in module.state_dict().items()
        }
        save_file(weights, folder / f"{stem}.safetensors", {"format": "pt"})
        plain = {key: value for key, value in config.items() if not key.startswith("_")}
        _json(folder / "config.json", {"_class_name": cls, "_diffusers_version": "0.21.0", **plain})

    def _index(
        self, folder: Path, pipeline: str, own: dict[str, str], numbers: dict[str, float]
    ) -> None:
        if self.library == "none":
            return
        components = {
            **{part: [self.library, cls] for part, cls in own.items()},
            "scheduler": ["diffusers", "DDPMWuerstchenScheduler"],
            "text_encoder": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", "CLIPTokenizer"],
        }
        index = {"_class_name": pipeline, "_diffusers_version": "0.21.0", **components, **numbers}
        _json(folder / "model_index.json", index)


def write_tokenizer(folder: Path, *, bytes_known: range = range(256)) -> int:
    """A CLIP tokenizer of single bytes and a few merges; gives the size of its vocabulary."""
    letters = [character for byte, character in _byte_characters() if byte in bytes_known]
    merges = ["d o", "do g</w>", "r e", "re d</w>", "c a", "ca t</w>"]
    merged = [pair.replace(" ", "") for pair in merges]
    tokens = [*letters, *(letter + "</w>" for letter in letters), *merged]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True, exist_ok=True)
    _json(folder / "vocab.json", {token: index for index, token in enumerate(tokens)})
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]), encoding="utf-8")
    special = {
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
    }
    _json(folder / "special_tokens_map.json", special)
    config = {"model_max_length": 77, "tokenizer_class": "CLIPTokenizer", "do_lower_case": True}
    _json(folder / "tokenizer_config.json", {**config, **special})
    return len(tokens)


def damage(path: Path, how: Literal["truncate", "header", "nan", "shape", "remove"]) -> None:
    """Break a safetensors file in one of the ways that files get broken."""
    if how == "remove":
        path.unlink()
    elif how == "truncate":
        path.write_bytes(path.read_bytes()[:-100])
    elif how == "header":
        path.write_bytes(b"\xff" * 8 + path.read_bytes()[8:])
    else:
        from safetensors.torch import load_file

        weights = {name: tensor.clone() for name, tensor in load_file(path).items()}
        name = next(n for n, t in weights.items() if t.ndim > 1 and t.is_floating_point())
        if how == "nan":
            weights[name].flatten()[0] = float("nan")
        else:
            weights[name] = torch.cat([weights[name]] * 2)
        save_file(weights, path)


def copy_checkpoint(decoder_folder: Path, folder: Path) -> Path:
    """A copy that a test may break; gives its decoder folder."""
    for half in (decoder_folder, prior_of(decoder_folder)):
        shutil.copytree(half, folder / half.name)
    return folder / decoder_folder.name


def _shake(module: nn.Module) -> None:
    """Give every weight something to do: what starts at zero would hide mistakes."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.ndim < 2 or not parameter.any():
                parameter.add_(torch.randn_like(parameter), alpha=0.1)


def _scheduler(folder: Path) -> None:
    (folder / "scheduler").mkdir()
    config = {"_class_name": "DDPMWuerstchenScheduler", "s": 0.008, "scaler": 1.0}
    _json(folder / "scheduler" / "scheduler_config.json", config)


def _json(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, indent=2), encoding="utf-8")


def _byte_characters() -> list[tuple[int, str]]:
    """GPT-2's printable character for each byte, in CLIP's order."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    table = [(byte, chr(byte)) for byte in printable]
    return table + [(byte, chr(256 + index)) for index, byte in enumerate(others)]
