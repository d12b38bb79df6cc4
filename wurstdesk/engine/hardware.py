"""Finds out what this machine has; needs torch, which knows what it can use of it."""

from __future__ import annotations

import platform

import torch

from wurstdesk.engine.device_planner import Device, Hardware


def detect() -> Hardware:
    """The devices that torch can use, the processor last."""
    devices: list[Device] = []
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            card = torch.cuda.get_device_properties(index)
            bfloat16 = torch.version.hip is not None or card.major >= 8
            devices.append(Device("cuda", card.name, index, card.total_memory, bfloat16))
    if torch.backends.mps.is_available():
        devices.append(Device("mps", f"Apple {platform.machine()} graphics", bfloat16=True))
    if torch.xpu.is_available():
        for index in range(torch.xpu.device_count()):
            unit = torch.xpu.get_device_properties(index)
            devices.append(Device("xpu", unit.name, index, unit.total_memory, bfloat16=True))
    devices.append(Device("cpu", _processor(), bfloat16=True))
    return Hardware(tuple(devices), threads=torch.get_num_threads())


def _processor() -> str:
    return platform.processor() or platform.machine() or "the processor"
