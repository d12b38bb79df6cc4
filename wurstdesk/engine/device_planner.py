"""Decides where a request runs and in which precision: a pure function, without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wurstdesk.errors import UserError
from wurstdesk.generation import EngineOptions, GenerationRequest, Plan

Kind = Literal["cpu", "cuda", "mps", "xpu"]
_PREFERENCE: tuple[Kind, ...] = ("cuda", "mps", "xpu", "cpu")
_CALLED: dict[Kind, str] = {
    "cpu": "processor",
    "cuda": "NVIDIA or AMD graphics card",
    "mps": "Apple graphics unit",
    "xpu": "Intel graphics card",
}


@dataclass(frozen=True)
class Device:
    """One device that torch can use. Memory is in bytes, 0 where unknown."""

    kind: Kind
    name: str
    index: int = 0
    memory: int = 0
    bfloat16: bool = False

    @property
    def torch_name(self) -> str:
        return f"{self.kind}:{self.index}" if self.kind in {"cuda", "xpu"} else self.kind


@dataclass(frozen=True)
class Hardware:
    """What this machine has; always at least the processor."""

    devices: tuple[Device, ...]
    threads: int = 1

    def best(self, kind: Kind) -> Device | None:
        """The device of that kind with the most memory."""
        same = [device for device in self.devices if device.kind == kind]
        return max(same, key=lambda device: device.memory, default=None)


def plan(
    hardware: Hardware, options: EngineOptions, request: GenerationRequest | None = None
) -> Plan:
    """Where to run. Raises ``UserError`` for a device that was asked for and is not there."""
    del request  # its size matters once offloading is planned
    if options.device == "auto":
        found = (hardware.best(kind) for kind in _PREFERENCE)
        device = next(device for device in found if device is not None)
    else:
        wanted = hardware.best(options.device)
        if wanted is None:
            raise UserError(
                f"No {_CALLED[options.device]} was found that can be used.",
                "Choose the device “auto” or “cpu”.",
            )
        device = wanted
    dtype = _dtype(device, options)
    threads = (options.threads or hardware.threads) if device.kind == "cpu" else options.threads
    chosen = "as you chose" if options.device != "auto" else _reason(device)
    return Plan(
        device=device.torch_name,
        dtype=dtype,
        device_name=device.name,
        threads=threads,
        reason=f"Everything runs on {device.name} in {dtype}, {chosen}.",
    )


def _dtype(device: Device, options: EngineOptions) -> str:
    if options.dtype == "auto":
        return "float32" if device.kind == "cpu" else "float16"
    if options.dtype == "bfloat16" and not device.bfloat16:
        raise UserError(
            f"{device.name} cannot calculate in bfloat16.", "Choose “auto” or float32 instead."
        )
    return options.dtype


def _reason(device: Device) -> str:
    if device.kind == "cpu":
        return "because no graphics card was found that can be used"
    return "the fastest device that was found"
