"""The rungs of the planner's ladder, and whether there is room for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

from wurstdesk.engine.machine import Device, Hardware
from wurstdesk.generation import EngineOptions, Plan

Change = Literal["size", "fp8", "precision", "device"]
"""What a person may change: to a small picture, to eight bits, to sixteen, to any device."""

GRAPHICS_MARGIN = 300_000_000
"""Bytes of graphics memory that are left free: what the desktop and a browser take at any time."""
MAIN_MARGIN = 500_000_000
"""The same of main memory."""
MARGIN_SHARE = 0.05
"""Of what is free, left besides: the more there is, the more others use."""


@dataclass(frozen=True)
class Rung:
    """A plan, the device it is for, and the main memory that it takes besides."""

    plan: Plan
    device: Device
    main: int

    def same_way(self, other: Plan) -> bool:
        """Whether ``other`` runs like this, whatever was said of it."""
        return self._key(self.plan) == self._key(other)

    def same_but_batch(self, other: Rung) -> bool:
        return self._key(self.plan)[:-1] == self._key(other.plan)[:-1]

    @staticmethod
    def _key(plan: Plan) -> tuple[object, ...]:
        return (plan.device, plan.dtype, plan.offload, plan.stream, plan.fp8, plan.batch)


@dataclass(frozen=True)
class Room:
    """What may be used of this machine's memory, in bytes; None where it is unknown."""

    hardware: Hardware
    options: EngineOptions

    def holds(self, rung: Rung) -> bool:
        """Whether a rung fits."""
        return not (self.beyond_limit(rung) or self.lacking(rung) or self.lacking_main(rung))

    def beyond_limit(self, rung: Rung) -> bool:
        """Whether it needs more than the person allows; that is a limit of graphics memory."""
        limit = self.options.memory_limit
        return rung.device.kind != "cpu" and 0 < limit < rung.plan.needs

    def lacking(self, rung: Rung) -> int:
        """How much more would have to be free of the device's memory."""
        free = self.free(rung.device)
        return 0 if free is None else max(0, self.wanted(rung) - free)

    def lacking_main(self, rung: Rung) -> int:
        """How much more would have to be free of main memory besides."""
        available = self.hardware.available
        if not available or not rung.main:
            return 0
        return max(0, wanted(rung.main, MAIN_MARGIN) - available)

    @staticmethod
    def wanted(rung: Rung) -> int:
        """How much of the device's memory has to be free."""
        margin = MAIN_MARGIN if rung.device.kind == "cpu" else GRAPHICS_MARGIN
        return wanted(rung.plan.needs, margin)

    def free(self, device: Device) -> int | None:
        """What is free of a device's memory now."""
        known = [device.free or device.memory, self.hardware.available]
        if device.kind == "cpu":
            known = known[1:]
        elif not device.unified:
            known = known[:1]
        return min((bytes_ for bytes_ in known if bytes_), default=None)


@dataclass(frozen=True)
class Situation:
    """A ladder, what room there is for it, and which plan failed before, if one did.

    ``otherwise`` holds what would be taken if one thing were changed, where anything would.
    """

    room: Room
    rungs: tuple[Rung, ...]
    otherwise: Mapping[Change, Rung]
    failed: Plan | None = None


def wanted(needs: int, margin: int) -> int:
    """What has to be free so that ``needs`` bytes fit beside the margin."""
    return ceil((needs + margin) / (1 - MARGIN_SHARE))
