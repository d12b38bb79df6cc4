"""How large a checkpoint's components are, from the headers of its files; without torch.

The numbers of weights, and the few facts of their shapes that memory at work depends on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from wurstdesk.engine import checkpoint_checks as checks
from wurstdesk.engine.checkpoint_checks import Component
from wurstdesk.engine.model_files import read_indexes
from wurstdesk.engine.weight_files import (
    Header,
    Unusable,
    read_header,
    read_json,
    weight_files,
)
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import CheckpointInfo

_INTEGERS = frozenset({"I64", "U64", "I32", "U32", "I16", "U16", "I8", "U8", "BOOL"})
_MAPPER = re.compile(r"effnet_mappers\.(\d+)\.")
_FED = re.compile(r"(down|up)_blocks\.(\d+)\.\d+\.channelwise\.0\.weight")


@dataclass(frozen=True)
class Weights:
    """How many numbers a component is made of, and the largest of its single layers."""

    count: int = 0
    largest_layer: int = 0


@dataclass(frozen=True)
class StageBLevel:
    """One resolution of Stage B: its channels, and its attention (heads are 0 without)."""

    channels: int
    heads: int
    attentions: int


@dataclass(frozen=True)
class ComponentSizes:
    """A checkpoint's components as they are once they are loaded.

    ``*_text_channels`` are the widths of the text encoders, ``prior_channels`` that of Stage C
    (``c``), ``prior_blocks`` its depth;
    ``decoder_levels`` are Stage B's from the finest on, the first at 1 / ``decoder_patch`` of the
    VQ latent's side; ``vqgan_channels`` Stage A's decoder's from the coarsest (the VQ latent's
    side) on, each level twice as fine.
    """

    prior_text: Weights
    prior: Weights
    decoder_text: Weights
    decoder: Weights
    vqgan: Weights
    previewer: Weights
    prior_text_channels: int
    decoder_text_channels: int
    prior_channels: int
    prior_heads: int
    prior_blocks: int
    decoder_levels: tuple[StageBLevel, ...]
    decoder_patch: int
    vqgan_channels: tuple[int, ...]
    vqgan_scale: int
    resolution_multiple: float

    @property
    def count(self) -> int:
        """The numbers of all components."""
        parts = (self.prior_text, self.prior, self.decoder_text, self.decoder, self.vqgan)
        return sum(part.count for part in parts) + self.previewer.count


def read_sizes(info: CheckpointInfo) -> ComponentSizes:
    """The sizes of a checkpoint that is complete; raises ``CheckpointError`` for another."""
    try:
        return _read(info)
    except Unusable as error:
        raise CheckpointError(str(error)) from None
    except OSError as error:
        path = error.filename or info.path
        raise CheckpointError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (TypeError, ValueError, AttributeError, LookupError) as error:
        raise CheckpointError(
            f"A config.json of “{info.title}” holds numbers that make no sense."
        ) from error


def _read(info: CheckpointInfo) -> ComponentSizes:
    prior, prior_header = _opened(info.prior_folder, checks.PRIOR)
    decoder, decoder_header = _opened(info.path / checks.DECODER.folder, checks.DECODER)
    vqgan, vqgan_header = _opened(info.path / checks.VQGAN.folder, checks.VQGAN)
    _, prior_text = _opened(info.prior_path / checks.TEXT_ENCODER.folder, checks.TEXT_ENCODER)
    _, decoder_text = _opened(info.path / checks.TEXT_ENCODER.folder, checks.TEXT_ENCODER)
    previewer = _previewer(info.prior_path / checks.PREVIEWER.folder)
    width, levels = int(vqgan.get("embed_dim", 384)), int(vqgan.get("levels", 2))
    return ComponentSizes(
        prior_text=_weights(_counts(prior_text)),
        prior=_weights(_counts(prior_header)),
        decoder_text=_weights(_counts(decoder_text)),
        decoder=_weights(_folded(decoder_header)),
        vqgan=_weights(_counts(vqgan_header)),
        previewer=_weights(_counts(previewer)),
        prior_text_channels=int(prior.get("c_cond", 1024)),
        decoder_text_channels=int(decoder.get("clip_embd", 1024)),
        prior_channels=int(prior.get("c", 1280)),
        prior_heads=int(prior.get("nhead", 16)),
        prior_blocks=int(prior.get("depth", 16)),
        decoder_levels=_stage_b_levels(decoder),
        decoder_patch=int(decoder.get("patch_size", 2)),
        vqgan_channels=tuple(width // 2**level for level in range(levels)),
        vqgan_scale=int(vqgan.get("up_down_scale_factor", 2)) * 2 ** (levels - 1),
        resolution_multiple=read_indexes(info).resolution_multiple,
    )


def _opened(folder: Path, component: Component) -> tuple[dict[str, Any], Header]:
    """A component's config, and the headers of all its files as one."""
    header: Header = {}
    for file in weight_files(folder, component.weights):
        header |= read_header(file)
    return read_json(folder / component.config), header


def _previewer(folder: Path) -> Header:
    """Its header; empty where there is none, or a bad one, which is then not used either."""
    try:
        return _opened(folder, checks.PREVIEWER)[1] if folder.is_dir() else {}
    except (Unusable, OSError):
        return {}


def _stage_b_levels(config: Mapping[str, Any]) -> tuple[StageBLevel, ...]:
    """As ``WuerstchenDiffNeXt`` reads its config; each level stands in it twice, down and up."""
    widths = config.get("c_hidden", [320, 640, 1280, 1280])
    heads = config.get("nhead", [-1, 10, 20, 20])
    blocks = config.get("blocks", [4, 4, 14, 4])
    kinds = config.get("level_config", ["CT", "CTA", "CTA", "CTA"])
    levels = zip(widths, heads, blocks, kinds, strict=True)
    return tuple(
        StageBLevel(
            int(width),
            int(own_heads) if "A" in kind else 0,
            2 * int(count) * str(kind).count("A"),
        )
        for width, own_heads, count, kind in levels
    )


def _counts(header: Header) -> dict[str, int]:
    """How many numbers each tensor has that is kept in memory."""
    return {
        name: prod(shape)
        for name, (dtype, shape) in header.items()
        if dtype not in _INTEGERS and not name.endswith(checks.IGNORED)
    }


def _folded(header: Header) -> dict[str, int]:
    """Stage B's numbers once its conditioning is folded (``decoder.StageB.fold_conditioning``).

    The mappers vanish, and the first Linear of each block that one of them feeds takes what comes
    into the mapper instead of what comes out of it. Mappers are counted through the levels down
    and then up, and a level without has none.
    """
    counts = _counts(header)
    mappers: dict[int, tuple[int, ...]] = {}
    for name, (_, shape) in header.items():
        if found := _MAPPER.match(name):
            counts.pop(name, None)
            if name.endswith(".weight"):
                mappers[int(found[1])] = shape
    fed = {name: found for name in header if (found := _FED.fullmatch(name))}
    levels = 1 + max((int(found[2]) for found in fed.values()), default=-1)
    for name, found in fed.items():
        place = int(found[2]) + (levels if found[1] == "up" else 0)
        if place in mappers:
            mapped, unmapped = mappers[place][:2]
            counts[name] -= header[name][1][0] * (mapped - unmapped)
    return counts


def _weights(counts: Mapping[str, int]) -> Weights:
    layers: Counter[str] = Counter()
    for name, count in counts.items():
        layers[name.rpartition(".")[0]] += count
    return Weights(sum(counts.values()), max(layers.values(), default=0))
