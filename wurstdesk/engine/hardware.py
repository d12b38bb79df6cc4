"""Finds out what this machine has; needs torch, which knows what it can use of it."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch

from wurstdesk.engine.machine import Device, Hardware, card

_SHARE_FOR_METAL = 2 / 3
"""Of main memory, what Apple's graphics are usually let use: where torch does not say."""
_CPUINFO = Path("/proc/cpuinfo")


def detect() -> Hardware:
    """The devices that torch can use, the processor last, with their memory as it is now."""
    memory, available = _main_memory()
    devices = [*_cards(), *_apple(memory, available), *_intel()]
    devices.append(
        Device(
            "cpu",
            _processor(),
            memory=memory,
            free=available,
            bfloat16=True,
            fast_half=has_native_bfloat16(),
        )
    )
    return Hardware(tuple(devices), torch.get_num_threads(), memory, available)


def has_native_bfloat16() -> bool:
    """Whether the processor multiplies in bfloat16 by instructions of its own (AVX512-BF16, AMX).

    Without them oneDNN works in bfloat16 too, but slower than in float32. The questions are torch's
    own and not public: each may be missing from a version.
    """
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        ask: Callable[[], bool] | None = getattr(torch.cpu, name, None)
        if ask is not None and _answer(ask, default=False):
            return True
    return False


def _answer(ask: Callable[[], Any], default: Any) -> Any:
    """What torch or a driver says, or ``default`` where it fails to."""
    try:
        return ask()
    except Exception:  # noqa: BLE001 - drivers fail in every way; a plan needs an answer
        return default


def _main_memory() -> tuple[int, int]:
    """Total and available bytes of main memory; 0 where nobody knows."""
    try:
        import psutil

        memory = psutil.virtual_memory()
    except Exception:  # noqa: BLE001 - a broken psutil is no reason not to draw
        return 0, 0
    return int(memory.total), int(memory.available)


def _cards() -> Iterator[Device]:
    """CUDA's and ROCm's cards, without those that this build of torch has no kernels for."""
    if not torch.cuda.is_available():
        return
    rocm = torch.version.hip is not None
    least = (0, 0) if rocm else _least_capability(torch.cuda.get_arch_list())
    for index in range(torch.cuda.device_count()):
        found = torch.cuda.get_device_properties(index)
        capability = (int(found.major), int(found.minor))
        if capability < least:
            continue
        total, free = _card_memory(torch.cuda.mem_get_info, index, found)
        yield card(
            str(found.name),
            index,
            total,
            free,
            capability=capability,
            rocm=rocm,
            unified=bool(getattr(found, "is_integrated", False)),
        )


def _card_memory(ask: Callable[[int], tuple[int, int]], index: int, found: Any) -> tuple[int, int]:
    """Total and free bytes of a card; 0 are free where its driver does not say."""
    said = _answer(partial(ask, index), None)
    if said is None:
        return int(found.total_memory), 0
    free, total = said
    return int(total), max(1, int(free))


def _least_capability(architectures: list[str]) -> tuple[int, int]:
    """The lowest of “sm_75”, “sm_90a”, “compute_120”: 7.5."""
    numbers = [int(found[1]) for a in architectures if (found := re.search(r"_(\d{2,})", a))]
    return divmod(min(numbers), 10) if numbers else (0, 0)


def _apple(memory: int, available: int) -> Iterator[Device]:
    if not torch.backends.mps.is_available():
        return
    usual = int(memory * _SHARE_FOR_METAL)
    total = int(_answer(torch.mps.recommended_max_memory, usual)) or usual
    used = int(_answer(torch.mps.driver_allocated_memory, 0))
    yield Device(
        "mps",
        f"{_processor()} graphics",
        memory=total,
        free=min(max(1, total - used), available or total),
        bfloat16=True,
        fast_half=True,
        unified=True,
    )


def _intel() -> Iterator[Device]:
    """Intel's cards and the graphics in its processors, which use main memory."""
    if not torch.xpu.is_available():
        return
    for index in range(torch.xpu.device_count()):
        found = torch.xpu.get_device_properties(index)
        total, free = _card_memory(torch.xpu.mem_get_info, index, found)
        yield Device(
            "xpu",
            str(found.name),
            index,
            total,
            free,
            bfloat16=True,
            fast_half=bool(getattr(found, "has_fp16", True)),
            unified=is_integrated(found),
        )


def is_integrated(found: Any) -> bool:
    """Whether Intel graphics are part of the processor: as torch says, or by their name."""
    said = getattr(found, "is_integrated_gpu", None)
    if isinstance(said, bool):
        return said
    return (
        re.search(r"Arc.*\b[AB]\d{2,3}|Data Center|Flex|Max \d|Pro [AB]\d", str(found.name)) is None
    )


def _processor() -> str:
    """The processor's name as a person knows it."""
    if platform.system() == "Linux":
        named = _answer(
            lambda: re.search(r"^model name\s*:\s*(.+)$", _CPUINFO.read_text(), re.M), None
        )
        if named is not None:
            return " ".join(named[1].split())
    return platform.processor() or os.environ.get("PROCESSOR_IDENTIFIER", "") or platform.machine()
