"""What a single file is, by its content: a browser may have called it “model (2).safetensors”.

Of weights only the header is read. What could run programs is never opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from wurstdesk.engine.checkpoint_checks import (
    DECODER,
    PRIOR,
    SCHEDULER,
    TEXT_ENCODER,
    TOKENIZER,
    VQGAN,
    class_of,
)
from wurstdesk.engine.weight_files import Header, Unusable, read_header, read_json

Half = Literal["prior", "decoder"]

UNSAFE = frozenset({".bin", ".ckpt", ".pt", ".pth", ".pkl", ".py", ".pickle"})
NEVER_OPENED = (
    "it is in a format that can run programs and is never opened here; the same model exists as "
    "a .safetensors file"
)
_SHARD = re.compile(r"-\d+-of-\d+\.safetensors$")
_STEMS = {part.folder: part.weights for part in (TEXT_ENCODER, PRIOR, DECODER, VQGAN)}
_HALF_OF: dict[str, Half] = {
    PRIOR.folder: "prior",
    DECODER.folder: "decoder",
    VQGAN.folder: "decoder",
}
_PIPELINES: dict[str, Half] = {
    "WuerstchenPriorPipeline": "prior",
    "WuerstchenDecoderPipeline": "decoder",
}
_WIDTHS = (
    "token_embedding.weight",
    "position_embedding.weight",
    "cond_mapper.0.weight",
    "clip_mapper.weight",
)
_KEYS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (TEXT_ENCODER.folder, re.compile(r"(text_model\.)?(embeddings|encoder\.layers)\.")),
    (
        VQGAN.folder,
        re.compile(r"vquantizer\.|in_block\.|out_block\.|(down|up)_blocks\.\d+\.[a-z]"),
    ),
    (
        DECODER.folder,
        re.compile(
            r"clip_mapper\.|effnet_mappers\.|clf\.|seq_norm\.|"
            r"(down|up)_blocks\.\d+\.\d+\.([a-z]*wise|mapper|attention|kv_mapper)"
        ),
    ),
    (PRIOR.folder, re.compile(r"cond_mapper\.|projection\.|blocks\.\d+\.")),
)


@dataclass(frozen=True)
class Known:
    """A file that is part of a checkpoint: of which half, if it says so, and its proper place.

    ``width`` is how wide a text encoder is, or what a prior or decoder takes of one.
    """

    source: Path
    size: int
    folder: str
    name: str
    half: Half | None = None
    width: int = 0
    header: Header | None = None

    @property
    def place(self) -> str:
        """The path in its half."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


def recognise(path: Path) -> Known:
    """What a file is. Raises ``Unusable`` with half a sentence, and ``OSError``."""
    suffix = path.suffix.casefold()
    size = path.stat().st_size
    if suffix in UNSAFE:
        raise Unusable(NEVER_OPENED)
    if suffix == ".safetensors":
        return _weights(path, size)
    if suffix == ".json":
        return _json(path, size, _of(lambda: read_json(path)))
    if suffix == ".txt":
        with path.open("rb") as file:
            if file.read(8) == b"#version":
                return Known(path, size, TOKENIZER, "merges.txt")
    raise Unusable("it is no part of a checkpoint")


def _weights(path: Path, size: int) -> Known:
    header: Header = _of(lambda: read_header(path))
    folder = _folder_of(header)
    name = path.name if _SHARD.search(path.name) else f"{_STEMS[folder]}.safetensors"
    width = 0
    for key, (_, shape) in header.items():
        if key.endswith(_WIDTHS) and shape:
            width = shape[-1]
    return Known(path, size, folder, name, _HALF_OF.get(folder), width, header)


def _json(path: Path, size: int, data: dict[str, Any]) -> Known:
    cls = class_of(data)
    if cls in _PIPELINES:
        return Known(path, size, "", "model_index.json", _PIPELINES[cls])
    widths = {PRIOR: "c_cond", DECODER: "clip_embd", VQGAN: "", TEXT_ENCODER: "hidden_size"}
    for component, key in widths.items():
        if cls in component.classes:
            width = data.get(key) or 0
            return Known(
                path,
                size,
                component.folder,
                component.config,
                _HALF_OF.get(component.folder),
                width if isinstance(width, int) else 0,
            )
    if cls in SCHEDULER.classes:
        return Known(path, size, SCHEDULER.folder, SCHEDULER.config)
    if isinstance(data.get("weight_map"), dict):
        folder = _folder_of(data["weight_map"])
        name = f"{_STEMS[folder]}.safetensors.index.json"
        return Known(path, size, folder, name, _HALF_OF.get(folder))
    name = _tokenizer_name(data)
    if not name:
        raise Unusable(f"it is for {cls}, which is no part of it" if cls else "it is not known")
    return Known(path, size, TOKENIZER, name)


def _tokenizer_name(data: dict[str, Any]) -> str:
    if isinstance(data.get("<|startoftext|>"), int) and len(data) > 2:
        return "vocab.json"
    if isinstance(data.get("model"), dict) and "added_tokens" in data:
        return "tokenizer.json"
    if "tokenizer_class" in data or "model_max_length" in data:
        return "tokenizer_config.json"
    return "special_tokens_map.json" if "bos_token" in data else ""


def _folder_of(keys: Iterable[str]) -> str:
    """Which component has weights of these names: the one that most of them point to."""
    votes = dict.fromkeys(_STEMS, 0)
    for key in keys:
        folder = next((folder for folder, pattern in _KEYS if pattern.match(key)), None)
        if folder is not None:
            votes[folder] += 1
    best = max(votes, key=lambda folder: votes[folder])
    if not votes[best]:
        raise Unusable("its weights are those of another model")
    return best


def _of(read: Any) -> Any:
    """What was read, or ``Unusable`` without the path at its beginning."""
    try:
        return read()
    except Unusable as error:
        reason = re.sub(r"^.*? (is|is too|is not) ", r"it \1 ", str(error), count=1)
        raise Unusable(reason.rstrip(".")) from None
