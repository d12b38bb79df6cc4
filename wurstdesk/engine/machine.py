"""What a machine has, as far as plans depend on it: plain data, without torch."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["cpu", "cuda", "mps", "xpu"]

CALLED: dict[Kind, str] = {
    "cpu": "processor",
    "cuda": "NVIDIA or AMD graphics card",
    "mps": "Apple graphics unit",
    "xpu": "Intel graphics card",
}
ROOMY = 4_000_000_000
"""Free bytes from which on a card that is good at half precision comes before any other."""

_TURING_WITHOUT_TENSOR_CORES = re.compile(r"GTX 16|\bMX[45]50\b|\bT(4|5|6|10|12|20)00\b|\bT550\b")
"""TU116 and TU117: in float16 many models come out as NaN there."""


@dataclass(frozen=True)
class Device:
    """One device that torch can use. Memory is in bytes, 0 where unknown.

    ``bfloat16`` is whether it can calculate in that at all; ``fast_half`` whether sixteen bits are
    sound and no slower on it than float32: float16 on graphics, bfloat16 on a processor.
    ``unified`` memory is the main memory. ``capability`` is a CUDA card's compute capability.
    """

    kind: Kind
    name: str
    index: int = 0
    memory: int = 0
    free: int = 0
    bfloat16: bool = False
    fast_half: bool = False
    unified: bool = False
    capability: tuple[int, int] = (0, 0)

    @property
    def torch_name(self) -> str:
        return f"{self.kind}:{self.index}" if self.kind in {"cuda", "xpu"} else self.kind


@dataclass(frozen=True)
class Hardware:
    """What this machine has; always at least the processor.

    ``memory`` is the main memory and ``available`` what of it programs can still get, in bytes,
    0 where unknown.
    """

    devices: tuple[Device, ...]
    threads: int = 1
    memory: int = 0
    available: int = 0

    def best(self, kind: Kind) -> Device | None:
        """The device of that kind to be used.

        Among several it is the one with the most free memory: two equal cards differ by what the
        screen takes of one. Cards that are good at half precision come first if they have room.
        """
        return max(self._of(kind), key=_rank, default=None)

    def _of(self, kind: Kind) -> Iterable[Device]:
        return (device for device in self.devices if device.kind == kind)


def _rank(device: Device) -> tuple[bool, int, tuple[int, int], int]:
    free = device.free or device.memory
    return (device.fast_half and free >= ROOMY, free, device.capability, -device.index)


def card(
    name: str,
    index: int,
    memory: int,
    free: int,
    *,
    capability: tuple[int, int] = (0, 0),
    rocm: bool = False,
    unified: bool = False,
) -> Device:
    """A CUDA or ROCm card.

    float16 has its full speed from compute capability 7.0 (Volta) on, and on 6.0 (P100); the
    other Pascal cards do 1/64 of their float32 rate in it (CUDA C++ Programming Guide, throughput
    of native arithmetic instructions). bfloat16 came with 8.0.
    """
    slow = not rocm and capability < (7, 0) and capability != (6, 0)
    unsound = capability == (7, 5) and _TURING_WITHOUT_TENSOR_CORES.search(name) is not None
    return Device(
        kind="cuda",
        name=name,
        index=index,
        memory=memory,
        free=free,
        bfloat16=rocm or capability >= (8, 0),
        fast_half=not (slow or unsound),
        unified=unified,
        capability=(0, 0) if rocm else capability,
    )
