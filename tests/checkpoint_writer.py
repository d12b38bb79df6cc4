"""Random weights of any size, and the files of a checkpoint's two folders.

The random weights are made so that sampling stays tame: the prior's last convolution is scaled
down, as a prior that is merely initialised amplifies rounding without bound; the decoder's starts
near "all of the input is noise"; and the pictures are grey with soft structure, so that parity of
pixels says something.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod, sqrt
from pathlib import Path
from typing import Any, Literal

import torch
from accelerate import init_empty_weights
from diffusers.pipelines.deprecated.wuerstchen.modeling_paella_vq_model import PaellaVQModel
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_diffnext import (
    WuerstchenDiffNeXt,
)
from diffusers.pipelines.deprecated.wuerstchen.modeling_wuerstchen_prior import WuerstchenPrior
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers.models.clip.configuration_clip import CLIPTextConfig
from transformers.models.clip.modeling_clip import CLIPTextModel

from wurstdesk.engine.checkpoint_checks import PREVIEWER
from wurstdesk.engine.previewer import ConvPreviewer
from wurstdesk.engine.weight_files import write_safetensors

Size = Literal["tiny", "small", "published"]
Library = Literal["wuerstchen", "diffusers", "none"]
Change = Callable[[Tensor], object]
"""Makes one weight, in place, what it has to be for tame pictures."""

_STEM = "diffusion_pytorch_model"
_STORED = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}


@dataclass(frozen=True)
class Shapes:
    """The configuration of every component. ``words`` is 0 for as few as there have to be."""

    prior_text: dict[str, Any]
    prior: dict[str, Any]
    decoder_text: dict[str, Any]
    decoder: dict[str, Any]
    vqgan: dict[str, Any]
    latent_mean: float = 42.0
    latent_std: float = 1.0
    words: int = 0


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
        words=49408,
    ),
}


def text_encoder_of(shape: dict[str, Any], words: int) -> CLIPTextModel:
    """A CLIP text encoder, its special tokens the last two of its vocabulary."""
    config = {"vocab_size": words, "bos_token_id": words - 2, **shape}
    config |= {"eos_token_id": words - 1, "pad_token_id": words - 1}
    return CLIPTextModel(CLIPTextConfig(**config))


def modules_of(shapes: Shapes, words: int) -> dict[str, Callable[[], nn.Module]]:
    """How each component with weights is made, as the libraries initialise it."""
    return {
        "prior_text": lambda: text_encoder_of(shapes.prior_text, words),
        "prior": lambda: WuerstchenPrior(**shapes.prior),
        "decoder_text": lambda: text_encoder_of(shapes.decoder_text, words),
        "decoder": lambda: WuerstchenDiffNeXt(**shapes.decoder),
        "vqgan": lambda: PaellaVQModel(**shapes.vqgan),
    }


_CHANGES: dict[str, dict[str, Change]] = {
    "prior": {
        "out.1.weight": lambda weight: weight.mul_(0.3),
        "out.1.bias": lambda bias: bias.mul_(0.3),
    },
    "decoder": {"clf.1.bias": lambda bias: bias[len(bias) // 2 :].fill_(3.0)},
    "vqgan": {
        "out_block.0.weight": lambda weight: weight.mul_(0.2),
        "out_block.0.bias": lambda bias: bias.fill_(0.5),
    },
}


@dataclass(frozen=True)
class Writer:
    """Writes the files of components.

    ``streamed`` draws each weight when it is written, so that no component ever stands in memory;
    otherwise modules are made as the libraries make them. ``variant`` goes into the files' names;
    ``shards`` is in how many files the weights of each component come.
    """

    shapes: Shapes
    dtype: torch.dtype = torch.float32
    library: Library = "wuerstchen"
    text_prefix: bool = True
    streamed: bool = False
    variant: str = ""
    shards: int = 1

    def prior_half(self, folder: Path) -> None:
        """``<x>-prior``."""
        shapes = self.shapes
        self._text_encoder(folder, "prior_text")
        self.model(folder / "prior", "prior")
        _scheduler(folder)
        numbers = {"latent_mean": shapes.latent_mean, "latent_std": shapes.latent_std}
        self._index(
            folder,
            "WuerstchenPriorPipeline",
            {"prior": "WuerstchenPrior"},
            {**numbers, "resolution_multiple": 42.67},
        )

    def decoder_half(self, folder: Path) -> None:
        """``<x>``."""
        self._text_encoder(folder, "decoder_text")
        self.model(folder / "decoder", "decoder")
        self.model(folder / "vqgan", "vqgan")
        _scheduler(folder)
        self._index(
            folder,
            "WuerstchenDecoderPipeline",
            {"decoder": "WuerstchenDiffNeXt", "vqgan": "PaellaVQModel"},
            {"latent_dim_scale": 10.67},
        )

    def previewer(self, folder: Path) -> None:
        """The optional fifth component of a prior half."""
        folder.mkdir()
        config = {"latent_channels": 16, "width": 16, "hidden": [16, 8, 8], "cells": [4, 3]}
        weights = self._stored(ConvPreviewer(16, 16, (16, 8, 8)).state_dict())
        save_file(weights, folder / "model.safetensors", {"format": "pt"})
        (name,) = PREVIEWER.classes
        write_json(folder / "config.json", {"_class_name": name, **config})

    def model(self, folder: Path, part: str) -> None:
        """One of diffusers' classes, with its config."""
        folder.mkdir(parents=True)
        module: Any = self._module(part, 0)
        self._weights(folder, _STEM, module.state_dict(), _CHANGES[part])
        plain = {key: value for key, value in module.config.items() if not key.startswith("_")}
        head = {"_class_name": type(module).__name__, "_diffusers_version": "0.21.0"}
        write_json(folder / "config.json", {**head, **plain})

    def _text_encoder(self, folder: Path, part: str) -> None:
        words = write_tokenizer(folder / "tokenizer", words=self.shapes.words)
        module: Any = self._module(part, words)
        weights: dict[str, Tensor] = module.state_dict()
        if self.text_prefix:
            weights = {f"text_model.{name}": tensor for name, tensor in weights.items()}
            weights["text_model.embeddings.position_ids"] = torch.arange(77)[None]
        target = folder / "text_encoder"
        target.mkdir()
        self._weights(target, "model", weights, {})
        config = {**module.config.to_dict(), "architectures": ["CLIPTextModel"]}
        write_json(target / "config.json", config)

    def _module(self, part: str, words: int) -> nn.Module:
        make = modules_of(self.shapes, words)[part]
        if self.streamed:
            with init_empty_weights(include_buffers=False):
                return make()
        module = make()
        _shake(module)
        return module

    def _weights(
        self, folder: Path, stem: str, weights: dict[str, Tensor], changes: Mapping[str, Change]
    ) -> None:
        names = list(weights)
        index: dict[str, str] = {}
        for number in range(self.shards):
            part = "" if self.shards == 1 else f"-{number + 1:05}-of-{self.shards:05}"
            file = f"{stem}{self.variant}{part}.safetensors"
            own = {name: weights[name] for name in names[number :: self.shards]}
            index |= dict.fromkeys(own, file)
            if self.streamed:
                self._stream(folder / file, own, changes)
            else:
                for name in changes.keys() & own.keys():
                    with torch.no_grad():
                        changes[name](own[name])
                save_file(self._stored(own), folder / file, {"format": "pt"})
        if self.shards > 1:
            index_file = folder / f"{stem}.safetensors.index{self.variant}.json"
            write_json(index_file, {"metadata": {}, "weight_map": index})

    def _stream(
        self, path: Path, weights: dict[str, Tensor], changes: Mapping[str, Change]
    ) -> None:
        def bytes_of(name: str) -> memoryview:
            drawn = weights[name] if not weights[name].is_meta else _drawn(name, weights[name])
            if name in changes:
                changes[name](drawn)
            (stored,) = self._stored({name: drawn}).values()
            array: Any = stored.reshape(-1).view(torch.uint8).numpy()
            return memoryview(array)

        header = {
            name: (_STORED[self.dtype if t.is_floating_point() else t.dtype], tuple(t.shape))
            for name, t in weights.items()
        }
        with torch.no_grad():
            write_safetensors(path, header, bytes_of)

    def _stored(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {
            name: (tensor.to(self.dtype) if tensor.is_floating_point() else tensor).contiguous()
            for name, tensor in weights.items()
        }

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
        write_json(folder / "model_index.json", index)


def write_tokenizer(folder: Path, *, bytes_known: range = range(256), words: int = 0) -> int:
    """A CLIP tokenizer of single bytes and a few merges; gives the size of its vocabulary.

    Up to ``words`` it is filled with words that nothing is ever merged to.
    """
    letters = [character for byte, character in _byte_characters() if byte in bytes_known]
    merges = ["d o", "do g</w>", "r e", "re d</w>", "c a", "ca t</w>"]
    merged = [pair.replace(" ", "") for pair in merges]
    tokens = [*letters, *(letter + "</w>" for letter in letters), *merged]
    tokens += [f"<|{number}|>" for number in range(words - len(tokens) - 2)]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "vocab.json", {token: index for index, token in enumerate(tokens)})
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]), encoding="utf-8")
    special = {
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
    }
    write_json(folder / "special_tokens_map.json", special)
    config = {"model_max_length": 77, "tokenizer_class": "CLIPTokenizer", "do_lower_case": True}
    write_json(folder / "tokenizer_config.json", {**config, **special})
    return len(tokens)


def write_json(path: Path, data: object) -> None:
    """A JSON file as the libraries write them."""
    path.write_text(json.dumps(data, indent=2), encoding="utf-8")


def _drawn(name: str, weight: Tensor) -> Tensor:
    """Random values for one weight, about as large as the libraries draw them."""
    values = torch.empty(weight.shape).normal_()
    if weight.ndim < 2 or name.endswith(("gamma", "beta")):
        return values.mul_(0.1).add_(1.0 if name.endswith("weight") else 0.0)
    fan_in = prod(weight.shape[1:])
    return values.mul_(0.02 if "embedding" in name else 1 / sqrt(3 * fan_in))


def _shake(module: nn.Module) -> None:
    """Give every weight something to do: what starts at zero would hide mistakes."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.ndim < 2 or not parameter.any():
                parameter.add_(torch.randn_like(parameter), alpha=0.1)


def _scheduler(folder: Path) -> None:
    (folder / "scheduler").mkdir()
    config = {"_class_name": "DDPMWuerstchenScheduler", "s": 0.008, "scaler": 1.0}
    write_json(folder / "scheduler" / "scheduler_config.json", config)


def _byte_characters() -> list[tuple[int, str]]:
    """GPT-2's printable character for each byte, in CLIP's order."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    table = [(byte, chr(byte)) for byte in printable]
    return table + [(byte, chr(256 + index)) for index, byte in enumerate(others)]
