"""Writes the trained parts as a checkpoint of the published layout, in half precision."""

import json
import shutil
from pathlib import Path

from diffusers.schedulers.scheduling_ddpm_wuerstchen import DDPMWuerstchenScheduler
from safetensors.torch import save_file
from torch import nn
from transformers import CLIPTextModel

from captions import CAN_DRAW, EXAMPLES, VOCABULARY
from previewer import HIDDEN, WIDTH, load_previewer
from stage_a import load_vqgan
from stage_b import LATENT_MEAN, LATENT_STD, load_decoder, new_decoder_text_encoder
from stage_c import load_prior, new_prior_text_encoder
from text_model import MAX_TOKENS, load_text_encoder, load_tokenizer
from wurstdesk.generation import DEFAULT_STAGE_C_TIMESTEPS

SPECIAL_TOKENS = {
    "bos_token": "<|startoftext|>",
    "eos_token": "<|endoftext|>",
    "pad_token": "<|endoftext|>",
    "unk_token": "<|endoftext|>",
}
DESCRIPTION = {
    "name": "dackel",
    "title": "Dackel",
    "default_size": [384, 384],
    "trained_sides": [256, 512],
    "prior_timesteps": list(DEFAULT_STAGE_C_TIMESTEPS),
    # At 4 a small model draws two balls where one is asked for: guidance goes on in the direction
    # in which the mean of all places lies, and at high noise that is every place at once.
    "prior_guidance_scale": 2.0,
    "can_draw": CAN_DRAW,
    "examples": list(EXAMPLES),
    "vocabulary": list(VOCABULARY),
    "licence": "MIT",
}


def _write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _write_tokenizer(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("vocab.json", "merges.txt"):
        shutil.copyfile(source / name, folder / name)
    settings = {"model_max_length": MAX_TOKENS, "tokenizer_class": "CLIPTokenizer"}
    _write_json(folder / "tokenizer_config.json", {**SPECIAL_TOKENS, **settings})
    _write_json(folder / "special_tokens_map.json", SPECIAL_TOKENS)


def _write_index(folder: Path, pipeline: str, own: dict[str, str], numbers: object) -> None:
    """The index as the published repositories have it, naming the library `wuerstchen`."""
    index: dict[str, object] = {"_class_name": pipeline, "_diffusers_version": "0.21.0"}
    index |= {part: ["wuerstchen", name] for part, name in own.items()}
    index["scheduler"] = ["diffusers", "DDPMWuerstchenScheduler"]
    index["text_encoder"] = ["transformers", "CLIPTextModel"]
    index["tokenizer"] = ["transformers", "CLIPTokenizer"]
    assert isinstance(numbers, dict)
    _write_json(folder / "model_index.json", index | numbers)


def _write_text(work: Path, folder: Path, encoder: CLIPTextModel) -> None:
    encoder.half().save_pretrained(folder / "text_encoder")
    (folder / "text_encoder" / "generation_config.json").unlink(missing_ok=True)
    _write_tokenizer(work / "tokenizer", folder / "tokenizer")
    DDPMWuerstchenScheduler().save_pretrained(folder / "scheduler")


def _write_previewer(previewer: nn.Module, folder: Path) -> None:
    config = {
        "_class_name": "WurstdeskPreviewer",
        "latent_channels": 16,
        "width": WIDTH,
        "hidden": list(HIDDEN),
        "out_channels": 3,
        "cells": [4, 3],
    }
    _write_json(folder / "config.json", config)
    weights = {k: v.half().contiguous() for k, v in previewer.state_dict().items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _write_decoder_half(work: Path, folder: Path) -> None:
    load_decoder(work).cpu().half().save_pretrained(folder / "decoder")
    load_vqgan(work, "polish").cpu().half().save_pretrained(folder / "vqgan")
    tokenizer = load_tokenizer(work / "tokenizer")
    text = load_text_encoder(work, "text_b", new_decoder_text_encoder(tokenizer))
    _write_text(work, folder, text.cpu())
    own = {"decoder": "WuerstchenDiffNeXt", "vqgan": "PaellaVQModel"}
    _write_index(folder, "WuerstchenDecoderPipeline", own, {"latent_dim_scale": 10.67})


def _write_prior_half(work: Path, folder: Path) -> None:
    tokenizer = load_tokenizer(work / "tokenizer")
    text = load_text_encoder(work, "text_c", new_prior_text_encoder(tokenizer))
    load_prior(work).half().save_pretrained(folder / "prior")
    _write_text(work, folder, text.cpu())
    _write_previewer(load_previewer(work), folder / "previewer")
    _write_json(folder / "wurstdesk.json", DESCRIPTION)
    numbers = {
        "latent_mean": LATENT_MEAN,
        "latent_std": LATENT_STD,
        "resolution_multiple": 42.67,
    }
    _write_index(folder, "WuerstchenPriorPipeline", {"prior": "WuerstchenPrior"}, numbers)


def export(work: Path, target: Path) -> None:
    """Write ``target/wuerstchen`` and ``target/wuerstchen-prior``, in place of what is there."""
    for name, write in (
        ("wuerstchen", _write_decoder_half),
        ("wuerstchen-prior", _write_prior_half),
    ):
        folder = target / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write(work, folder)
    size = sum(f.stat().st_size for f in target.rglob("*") if f.is_file())
    print(f"exported to {target}: {size / 1e6:.1f} MB")
