"""Decides where a request runs, in which precision and how much stays on the device.

A pure function of the hardware, a checkpoint's sizes, the request and the settings; without torch.
``ladder`` lists every way, best first; ``plan`` takes the first that fits into free memory and
says why (``plan_words``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wurstdesk.engine import plan_words
from wurstdesk.engine.component_sizes import ComponentSizes
from wurstdesk.engine.machine import CALLED, Device, Hardware, Kind
from wurstdesk.engine.memory_needs import Needs, Way, needs
from wurstdesk.engine.rungs import Change, Room, Rung, Situation
from wurstdesk.errors import UserError
from wurstdesk.generation import EngineOptions, GenerationRequest, Offload, Plan

__all__ = ["BATCH", "Device", "Hardware", "Kind", "ladder", "plan"]

BATCH = 4
"""Pictures that Stage C draws together where memory allows."""
LARGE = 500_000_000
"""Numbers from which on a checkpoint is too slow on a processor to be drawn in float32 where
bfloat16 is faster; smaller ones give the same picture on every processor instead."""

SMALL_SIDE = 512
"""Of the picture that is tried where a larger one does not fit."""
SOUND_FROM = (7, 0)
"""Before this compute capability float16 is calculated slowly, but as soundly as float32."""

_PREFERENCE: tuple[Kind, ...] = ("cuda", "mps", "xpu", "cpu")
_ORDER: tuple[Offload, ...] = ("none", "model", "group", "sequential")
_EIGHT_BITS: frozenset[Kind] = frozenset({"cuda"})
"""Where weights in eight bits are known to be cast soundly."""
_STREAMS: frozenset[Kind] = frozenset({"cuda"})
"""Where the next layer can come over while one works."""
_FUSED: frozenset[Kind] = frozenset({"cuda", "cpu"})
"""Where attention works through its scores in pieces."""


def ladder(
    hardware: Hardware,
    sizes: ComponentSizes,
    request: GenerationRequest,
    options: EngineOptions,
) -> tuple[Plan, ...]:
    """Every way to run that this machine and these settings allow, best first.

    Each says what it ``needs``, whether that is free now or not. Raises ``UserError`` for a device
    or a precision that was asked for and is not there.
    """
    situation = _Asked(hardware, sizes, request, options).situation()
    return tuple(plan_words.told(situation, index) for index in range(len(situation.rungs)))


def plan(
    hardware: Hardware,
    sizes: ComponentSizes,
    request: GenerationRequest,
    options: EngineOptions,
    below: Plan | None = None,
) -> Plan:
    """The first way of the ladder that fits into free memory less a margin.

    With ``below``, a plan that ran out of memory, only ways that stand lower and need strictly
    less of the same device, or run on another. Raises ``UserError`` where nothing fits.
    """
    situation = _Asked(hardware, sizes, request, options).situation(below)
    for index in _lower(situation.rungs, below):
        if situation.room.holds(situation.rungs[index]):
            return plan_words.told(situation, index)
    raise plan_words.nothing_fits(situation, request)


def _lower(rungs: Sequence[Rung], below: Plan | None) -> Iterator[int]:
    """Indices of the rungs that may be taken, in order."""
    if below is None:
        yield from range(len(rungs))
        return
    places = [index for index, rung in enumerate(rungs) if rung.same_way(below)]
    for index in range(places[0] + 1 if places else 0, len(rungs)):
        own = rungs[index].plan
        if own.device != below.device or own.needs < below.needs:
            yield index


@dataclass(frozen=True)
class _Asked:
    """Everything that a plan depends on."""

    hardware: Hardware
    sizes: ComponentSizes
    request: GenerationRequest
    options: EngineOptions

    def situation(self, failed: Plan | None = None) -> Situation:
        """The ladder, with what is needed to say why one of its rungs was taken."""
        otherwise: dict[Change, Rung] = {}
        for change, asked in self._changed():
            found = asked._first_that_fits()
            # Sixteen bits are of no use if they only bring a processor that is slow in them.
            if found is not None and not (change == "precision" and found.device.kind == "cpu"):
                otherwise[change] = found
        return Situation(Room(self.hardware, self.options), tuple(self._rungs()), otherwise, failed)

    def _first_that_fits(self) -> Rung | None:
        room = Room(self.hardware, self.options)
        return next((rung for rung in self._rungs() if room.holds(rung)), None)

    def _changed(self) -> Iterator[tuple[Change, _Asked]]:
        """What a person might ask for instead."""
        options, request, first = self.options, self.request, self._device()
        if min(request.width, request.height) > SMALL_SIDE:
            small = request.changed(width=SMALL_SIDE, height=SMALL_SIDE)
            yield "size", replace(self, request=small)
        if not options.fp8 and first.kind in _EIGHT_BITS:
            yield "fp8", replace(self, options=replace(options, fp8=True))
        slow_but_sound = first.kind == "cuda" and first.capability < SOUND_FROM
        can_halve = first.kind != "cpu" and (first.fast_half or slow_but_sound)
        if can_halve and self._dtype(first) == "float32":
            yield "precision", replace(self, options=replace(options, dtype="float16"))
        if options.device != "auto":
            yield "device", replace(self, options=replace(options, device="auto"))

    def _rungs(self) -> Iterator[Rung]:
        first = self._device()
        yield from self._of_device(first)
        processor = self.hardware.best("cpu")
        if self.options.device == "auto" and processor is not None and first.kind != "cpu":
            yield from self._of_device(processor)

    def _device(self) -> Device:
        chosen = self.options.device
        if chosen == "auto":
            found = (self.hardware.best(kind) for kind in _PREFERENCE)
            return next(device for device in found if device is not None)
        wanted = self.hardware.best(chosen)
        if wanted is None:
            raise UserError(
                f"No {CALLED[chosen]} was found that can be used.",
                "Choose the device “auto” or “cpu”.",
            )
        return wanted

    def _of_device(self, device: Device) -> Iterator[Rung]:
        """The rungs of one device; smaller batches only where they need less."""
        dtype = self._dtype(device)
        for offload, stream, fp8 in _ways(device, self.options):
            last = None
            for batch in _batches(device, self.request):
                way = Way(
                    offload=offload,
                    dtype=dtype,
                    batch=batch,
                    stream=stream,
                    fp8=fp8,
                    fused=device.kind in _FUSED,
                    on_processor=device.kind == "cpu",
                    shared=device.unified,
                )
                needed = needs(self.sizes, self.request, way)
                if last is None or needed.device < last:
                    yield self._rung(device, way, needed)
                last = needed.device

    def _rung(self, device: Device, way: Way, needed: Needs) -> Rung:
        options = self.options
        made = Plan(
            device=device.torch_name,
            dtype=way.dtype,
            device_name=device.name,
            offload=way.offload,
            stream=way.stream,
            fp8=way.fp8,
            compile=options.compile,
            batch=way.batch,
            threads=options.threads or (self.hardware.threads if way.on_processor else 0),
            needs=needed.device,
        )
        return Rung(made, device, needed.main)

    def _dtype(self, device: Device) -> str:
        """The person's choice; else sixteen bits where the device is good at them.

        On a processor that is bfloat16, and only for a checkpoint where it matters: with native
        instructions Stage C took 0.42, Stage B 0.5 to 0.67 and Stage A 0.63 of their time in
        float32 (published widths at 1024 x 1024 on two cores with AVX512-BF16). Without, on
        AVX512, Stage C took 4.5 times as long as in float32.
        """
        if self.options.dtype == "bfloat16" and not device.bfloat16:
            raise UserError(
                f"{device.name} cannot calculate in bfloat16.",
                "Choose the precision “auto” or “float32” instead.",
            )
        if self.options.dtype != "auto":
            return self.options.dtype
        if not device.fast_half:
            return "float32"
        if device.kind == "cpu":
            return "bfloat16" if self.sizes.count >= LARGE else "float32"
        return "float16"


def _ways(device: Device, options: EngineOptions) -> Iterator[tuple[Offload, bool, bool]]:
    """(offload, stream, fp8), best first."""
    most: Offload = "none" if options.offload == "auto" else options.offload
    if device.kind == "cpu" or device.unified:
        yield from ((offload, False, False) for offload in _ways_in_one_memory(device, most))
        return
    allowed = _ORDER[_ORDER.index(most) :]
    if "none" in allowed:
        yield "none", False, False
    if "model" in allowed:
        yield "model", False, False
        if options.fp8 and device.kind in _EIGHT_BITS:
            yield "model", False, True
    if "group" in allowed:
        if device.kind in _STREAMS:
            yield "group", True, False
        yield "group", False, False
    yield "sequential", False, False


def _ways_in_one_memory(device: Device, most: Offload) -> Iterator[Offload]:
    """Where the device's memory is the main memory, nothing can wait there.

    A stage that is not at work is dropped and loaded anew, which the engine does on processors
    and on Apple's graphics; elsewhere there is only one way, whatever was chosen.
    """
    drops = device.kind in {"cpu", "mps"}
    if most == "none" or not drops:
        yield "none"
    if drops:
        yield "model"


def _batches(device: Device, request: GenerationRequest) -> Iterator[int]:
    """Halved from as many as are asked for; on Apple's graphics batches are unreliable."""
    batch = 1 if device.kind == "mps" else min(BATCH, request.num_images)
    while batch:
        yield batch
        batch //= 2
