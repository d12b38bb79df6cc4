"""Which sizes to offer: the usual proportions on the grid of 128 pixels, near what was trained."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from wurstdesk.generation import MAX_SIDE, SIZE_MULTIPLE, CheckpointInfo

_PROPORTIONS = ((1, 1), (4, 3), (3, 2), (2, 3), (3, 4), (16, 9), (2, 1))
_OFFERED = 6
_TOLERANCE = 0.07  # of the proportion: on a coarse grid not each is possible
_DEFAULT = ((1024, 1024), (1024, 1536))


@dataclass(frozen=True, slots=True)
class SizePreset:
    """A proportion and the size that stands for it with one checkpoint."""

    name: str
    width: int
    height: int


@lru_cache(maxsize=32)
def presets(info: CheckpointInfo | None) -> tuple[SizePreset, ...]:
    """The sizes to offer for a checkpoint, the square first."""
    default, trained = (info.default_size, info.trained_sides) if info else _DEFAULT
    area = default[0] * default[1]
    found: list[SizePreset] = []
    for across, down in _PROPORTIONS:
        width, height = _nearest(across / down, area, trained)
        fits = abs(math.log(width / height) - math.log(across / down)) <= _TOLERANCE
        if fits and all((p.width, p.height) != (width, height) for p in found):
            found.append(SizePreset(f"{across}:{down}", width, height))
    return tuple(found[:_OFFERED])


def is_trained(side: int, info: CheckpointInfo | None) -> bool:
    """Whether a checkpoint has seen pictures with such a side."""
    if info is None:
        return True
    low, high = info.trained_sides
    return low <= side <= high


def _nearest(proportion: float, area: int, trained: tuple[int, int]) -> tuple[int, int]:
    sides = range(SIZE_MULTIPLE, min(MAX_SIDE, 2 * trained[1]) + 1, SIZE_MULTIPLE)

    def cost(size: tuple[int, int]) -> float:
        width, height = size
        strange = sum((side < trained[0]) + 0.5 * (side > trained[1]) for side in size)
        wrong = abs(math.log(width / height / proportion))
        return 6 * wrong + abs(math.log(width * height / area)) + strange

    return min(((width, height) for width in sides for height in sides), key=cost)
