"""What is known of a Stage A before it is loaded; without torch."""

from __future__ import annotations

from dataclasses import dataclass

from wurstdesk.engine.weight_files import read_json
from wurstdesk.generation import CheckpointInfo


@dataclass(frozen=True)
class VqganShape:
    """How many times ``decode_vqgan`` yields, and how many pixels a side one cell of the latents
    becomes."""

    units: int
    pixels: int


def read_vqgan_shape(info: CheckpointInfo) -> VqganShape:
    """Read it from the component's ``config.json``, with the class's own defaults."""
    config = read_json(info.path / "vqgan" / "config.json")
    levels, blocks = int(config.get("levels", 2)), int(config.get("bottleneck_blocks", 12))
    between = levels - 1
    units = 1 + blocks + 2 * between + 1
    return VqganShape(units, int(config.get("up_down_scale_factor", 2)) * 2**between)
