"""What can be said about a checkpoint's files before any weight is read; without torch.

Every problem is one sentence that names the file and what is wrong with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

MAX_JSON = 32_000_000
MAX_HEADER = 100_000_000
"""Bytes; safetensors' own limit for its header."""

_DTYPE_BYTES = {
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2,
    "U16": 2, "I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1,
}  # fmt: skip


class Unusable(Exception):  # noqa: N818 - it is a finding, not a failure of ours
    """A file is missing, damaged or of another kind; the message is a sentence."""


@dataclass(frozen=True)
class Component:
    """A folder of a checkpoint: its config and the classes that it may name there."""

    folder: str
    config: str
    classes: frozenset[str]
    weights: str = ""


def _component(folder: str, config: str, cls: str, weights: str = "") -> Component:
    return Component(folder, config, frozenset({cls}), weights)


_MODEL = "diffusion_pytorch_model"
TEXT_ENCODER = Component(
    "text_encoder",
    "config.json",
    frozenset({"CLIPTextModel", "CLIPTextModelWithProjection"}),
    "model",
)
SCHEDULER = _component("scheduler", "scheduler_config.json", "DDPMWuerstchenScheduler")
PRIOR = _component("prior", "config.json", "WuerstchenPrior", _MODEL)
DECODER = _component("decoder", "config.json", "WuerstchenDiffNeXt", _MODEL)
VQGAN = _component("vqgan", "config.json", "PaellaVQModel", _MODEL)
PREVIEWER = _component("previewer", "config.json", "WurstdeskPreviewer", "model")

PRIOR_COMPONENTS = (TEXT_ENCODER, PRIOR, SCHEDULER)
DECODER_COMPONENTS = (TEXT_ENCODER, DECODER, VQGAN, SCHEDULER)


def problem_of(decoder_folder: Path, prior_folder: Path) -> str:
    """The first thing that is wrong with the two folders of a checkpoint, or nothing.

    A damaged previewer is no problem: previews then go another way.
    """
    try:
        _check_halves(decoder_folder, prior_folder)
    except Unusable as found:
        return str(found)
    except OSError as error:
        return f"{error.filename or decoder_folder} cannot be read: {error.strerror or error}."
    return ""


def _check_halves(decoder_folder: Path, prior_folder: Path) -> None:
    for folder, components in (
        (prior_folder, PRIOR_COMPONENTS),
        (decoder_folder, DECODER_COMPONENTS),
    ):
        if not folder.is_dir():
            raise Unusable(f"The folder {folder} is missing; a checkpoint needs it.")
        check_tokenizer(folder / "tokenizer")
        for component in components:
            check_component(folder, component)
    _check_that_they_fit(decoder_folder, prior_folder)


def check_component(parent: Path, component: Component) -> dict[str, Any]:
    """Check a component's folder; gives its config."""
    folder = parent / component.folder
    if not folder.is_dir():
        raise Unusable(f"The folder {folder} is missing.")
    config = read_json(folder / component.config)
    named = config.get("_class_name") or config.get("architectures") or []
    names = named if isinstance(named, list) else [named]
    if names and names[0] not in sorted(component.classes):
        wanted = sorted(component.classes)[0]
        said = str(names[0])[:100]
        raise Unusable(f"{folder / component.config} is for {said}, where {wanted} belongs.")
    if component.weights:
        for file in weight_files(folder, component.weights):
            read_header(file)
    return config


def check_tokenizer(folder: Path) -> None:
    """Either vocab.json with merges.txt or tokenizer.json, and readable."""
    if not folder.is_dir():
        raise Unusable(f"The folder {folder} is missing.")
    if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
        read_json(folder / "vocab.json")
    elif (folder / "tokenizer.json").is_file():
        read_json(folder / "tokenizer.json")
    else:
        raise Unusable(f"{folder} holds neither vocab.json with merges.txt nor tokenizer.json.")


def weight_files(folder: Path, stem: str) -> list[Path]:
    """The safetensors files of a component: one, or the shards that an index names."""
    index = folder / f"{stem}.safetensors.index.json"
    for name in (f"{stem}.safetensors", f"{stem}.fp16.safetensors"):
        if (folder / name).exists():
            return [folder / name]
    if index.is_file():
        shards = read_json(index).get("weight_map")
        if not isinstance(shards, dict) or not shards:
            raise Unusable(f"{index} names no files.")
        names = sorted({Path(str(name)).name for name in shards.values()})
        return [folder / name for name in names]
    pickled = (
        sorted(folder.glob("*.bin")) + sorted(folder.glob("*.pt")) + sorted(folder.glob("*.ckpt"))
    )
    if pickled:
        raise Unusable(
            f"{folder} holds only {pickled[0].name}, a format that can run programs and is never "
            f"opened here: download {stem}.safetensors of the same model, or convert the file."
        )
    raise Unusable(f"{folder / stem}.safetensors is missing.")


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file of bounded size."""
    if not path.is_file():
        raise Unusable(f"{path} is missing.")
    if path.stat().st_size > MAX_JSON:
        raise Unusable(f"{path} is too large to be what its name says.")
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise Unusable(f"{path} is damaged: it is not JSON.") from None
    if not isinstance(data, dict):
        raise Unusable(f"{path} is not what is expected: it holds no JSON object.")
    return data


def read_header(path: Path) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Names of a safetensors file's tensors with dtype and shape; checks the file's length.

    The format: 8 bytes little endian with the header's length, the header as JSON, the data
    (https://github.com/huggingface/safetensors#format).
    """
    if not path.is_file():
        raise Unusable(f"{path} is missing.")
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 10 or not 2 <= length <= min(size - 8, MAX_HEADER):
            raise Unusable(f"{path} is damaged: it does not begin like a safetensors file.")
        try:
            header = json.loads(file.read(length))
        except (ValueError, RecursionError):
            raise Unusable(f"{path} is damaged: its header cannot be read.") from None
    try:
        tensors = {name: _tensor(entry) for name, entry in header.items() if name != "__metadata__"}
    except (TypeError, ValueError, OverflowError, KeyError, AttributeError):
        raise Unusable(f"{path} is damaged: its header makes no sense.") from None
    end = 8 + length + max((stop for _, _, stop in tensors.values()), default=0)
    if size < end:
        raise Unusable(f"{path} is cut off: {end - size:,} of {end:,} bytes are missing.")
    if size > end:
        raise Unusable(f"{path} is damaged: it is longer than its header says.")
    return {name: (dtype, shape) for name, (dtype, shape, _) in tensors.items()}


def _tensor(entry: Mapping[str, Any]) -> tuple[str, tuple[int, ...], int]:
    dtype, shape = str(entry["dtype"]), tuple(int(side) for side in entry["shape"])
    start, stop = (int(offset) for offset in entry["data_offsets"])
    if dtype in _DTYPE_BYTES and stop - start != _DTYPE_BYTES[dtype] * prod(shape):
        raise ValueError
    return dtype, shape, stop


def _check_that_they_fit(decoder_folder: Path, prior_folder: Path) -> None:
    """That what one component gives is as wide as what the next one takes."""
    prior = read_json(prior_folder / "prior" / "config.json")
    decoder = read_json(decoder_folder / "decoder" / "config.json")
    vqgan = read_json(decoder_folder / "vqgan" / "config.json")
    pairs = (
        (prior_folder, "prior", prior.get("c_cond", 1024), _text_width(prior_folder)),
        (decoder_folder, "decoder", decoder.get("clip_embd", 1024), _text_width(decoder_folder)),
        (decoder_folder, "decoder", decoder.get("effnet_embd", 16), prior.get("c_in", 16)),
        (decoder_folder, "vqgan", vqgan.get("latent_channels", 4), decoder.get("c_in", 4)),
    )
    for folder, name, takes, gets in pairs:
        if takes != gets:
            raise Unusable(
                f"{folder / name} does not fit the other components: it takes {takes} channels "
                f"and would get {gets}."
            )


def _text_width(folder: Path) -> Any:
    config = read_json(folder / "text_encoder" / "config.json")
    inner = config.get("text_config")
    return {**config, **(inner if isinstance(inner, dict) else {})}.get("hidden_size", 512)
