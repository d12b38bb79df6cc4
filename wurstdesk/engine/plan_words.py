"""Why a plan was chosen and what a person could change, each in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from wurstdesk.engine.machine import Device
from wurstdesk.engine.rungs import Change, Rung, Situation
from wurstdesk.errors import UserError
from wurstdesk.generation import GenerationRequest, Plan

_FREE_AT_MOST = 0.9
"""Of all memory: the rest is the system's."""
_CARDS = (2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 80, 141)
_COMPUTERS = (8, 16, 24, 32, 48, 64, 96, 128)
"""Gigabytes of 2³⁰ bytes with which cards and computers are sold."""

_HINTS: dict[Change, str] = {
    "size": "choose a smaller size",
    "fp8": "allow “Eight-bit weights” in the settings",
    "precision": "choose the precision “float16”",
    "device": "choose the device “auto”",
}


def told(situation: Situation, index: int) -> Plan:
    """The plan of a rung, with its reason and advice."""
    rung = situation.rungs[index]
    reason = f"{_what(rung)}, {_because(situation, index)}."
    return replace(rung.plan, reason=reason, advice=_advice(situation, index))


def nothing_fits(situation: Situation, request: GenerationRequest) -> UserError:
    """What would be needed, what is free, and what to do."""
    room, size = situation.room, f"{request.width}×{request.height}"
    beginning = f"There is not enough memory for a picture of {size} pixels"
    if situation.failed is not None:
        beginning = f"Memory ran out, and nothing leaner fits for a picture of {size} pixels"
    leanest = min(
        situation.rungs,
        key=lambda rung: (room.lacking_main(rung) + room.lacking(rung), rung.plan.needs),
    )
    changes = [_HINTS[change] for change in situation.otherwise]
    lacking, lacking_main = room.lacking(leanest), room.lacking_main(leanest)
    if not lacking and not lacking_main:  # the person's own limit, or it ran out all the same
        limit = room.options.memory_limit
        least = f"even the leanest way needs {_gigabytes(leanest.plan.needs)}"
        if room.beyond_limit(leanest):
            least += f" and “Graphics memory to use” allows {_gigabytes(limit)}"
            changes.insert(0, "raise “Graphics memory to use” in the settings")
        return UserError(f"{beginning}: {least}.", _sentence(changes or [_HINTS["size"]]))
    free = room.hardware.available if lacking_main else room.free(leanest.device) or 0
    kind = "main memory" if lacking_main else _memory(leanest.device)
    needed = free + (lacking_main or lacking)
    total = leanest.device.memory if kind == "graphics memory" else room.hardware.memory
    can_be_free = needed <= total * _FREE_AT_MOST
    first = "close other programs" if can_be_free else "choose a smaller checkpoint"
    return UserError(
        f"{beginning}: even the leanest way needs {_gigabytes(needed)} of free {kind}, and "
        f"{_gigabytes(free)} are free.",
        _sentence([first, *changes]),
    )


def _sentence(hints: Sequence[str]) -> str:
    text = ", ".join(hints[:-1]) + " or " * (len(hints) > 1) + hints[-1]
    return f"{text[0].upper()}{text[1:]}."


def _what(rung: Rung) -> str:
    """What is done, and on what."""
    plan, name = rung.plan, rung.device.name
    if rung.device.kind == "cpu":
        held = "the whole model" if plan.offload == "none" else "one stage at a time"
        return f"The processor ({name}) draws, with {held} in memory"
    if plan.offload == "none":
        return f"The whole model stays on {name}"
    if plan.offload == "model":
        how = " with eight-bit weights" if plan.fp8 else ""
        return f"Stage C and Stage B take turns on {name}{how}"
    how = ", the next one coming while one works" if plan.stream else ""
    if plan.offload == "sequential":
        how = ", as few at a time as can be"
    return f"Single layers take turns on {name}{how}"


def _because(situation: Situation, index: int) -> str:
    rung, room = situation.rungs[index], situation.room
    if situation.failed is not None:
        return f"because {_memory_of(situation.failed.device)} ran out the way it was tried before"
    if not room.holds(rung):
        return "for which too little memory is free"
    better = _better(situation.rungs, index)
    if better is None:
        return _because_nothing_is_better(situation, rung)
    if room.holds(better):
        return "which takes less memory"
    if rung.device != situation.rungs[0].device:
        return _because_no_card(situation)
    return _because_not_better(situation, rung, better)


def _because_nothing_is_better(situation: Situation, rung: Rung) -> str:
    options, free = situation.room.options, situation.room.free(rung.device)
    if rung.device.kind == "cpu":
        chosen = options.device == "cpu"
        return "as you chose" if chosen else "because no graphics card was found that can be used"
    if rung.plan.offload != "none":
        return f"as you chose with “Keep in graphics memory”: {options.offload}"
    if free is None:
        return "the fastest device that was found"
    return f"because the {_gigabytes(free)} that are free there hold all of it"


def _because_no_card(situation: Situation) -> str:
    """Why not even the leanest way of the best device was taken."""
    room, best = situation.room, situation.rungs[0].device
    leanest = [rung for rung in situation.rungs if rung.device == best][-1]
    name = best.name
    if room.beyond_limit(leanest):
        return f"because you allow only {_gigabytes(room.options.memory_limit)} of {name}"
    if room.lacking(leanest):
        free = _gigabytes(room.free(leanest.device) or 0)
        return f"because the {free} that are free on {name} are too few"
    available = _gigabytes(room.hardware.available)
    return f"because {available} of free main memory are too few for what waits beside {name}"


def _because_not_better(situation: Situation, rung: Rung, better: Rung) -> str:
    """Why a way of the same device was not taken."""
    room = situation.room
    if room.beyond_limit(better):
        return f"because you allow {_gigabytes(room.options.memory_limit)} of its memory"
    if room.lacking_main(better) and not room.lacking(better):
        available = _gigabytes(room.hardware.available)
        return f"because {available} of free main memory are too few for a faster way"
    free = _gigabytes(room.free(better.device) or 0)
    where = " of main memory" if rung.device.kind == "cpu" else ""
    held = "only one of them" if better.plan.offload == "none" else "no whole stage"
    if rung.plan.fp8:
        held = "neither of them otherwise"
    if rung.device.kind == "cpu":
        held = "no more"
    return f"because the {free}{where} that are free hold {held}"


def _advice(situation: Situation, index: int) -> str:
    rung, room = situation.rungs[index], situation.room
    better = _better(situation.rungs, index)
    if better is None:
        return _advice_at_the_top(situation, rung)
    if room.beyond_limit(better) and not (room.lacking(better) or room.lacking_main(better)):
        limit = ceil(better.plan.needs / 1e8) * 100
        return f"If “Graphics memory to use” allowed {limit:,} megabytes, {_gain(rung, better)}."
    for change in ("precision", "fp8"):
        found = situation.otherwise.get(change)
        if found is not None and _is_faster(found, rung):
            return _advice_to_change(change, rung, found)
    return _advice_on_memory(situation, rung, better)


def _is_faster(other: Rung, rung: Rung) -> bool:
    """Whether a changed setting would bring a card, or whole stages where there are none now."""
    if other.device.kind == "cpu":
        return False
    return rung.device.kind == "cpu" or (
        rung.plan.offload in {"group", "sequential"} and other.plan.offload in {"none", "model"}
    )


def _advice_to_change(change: Change, rung: Rung, found: Rung) -> str:
    gain = _gain(rung, found)
    if change == "fp8":
        return f"With “Eight-bit weights” {gain}; pictures change a little."
    return f"With the precision “{found.plan.dtype}” {gain}."


def _advice_on_memory(situation: Situation, rung: Rung, better: Rung) -> str:
    """More free memory: by closing programs where that can do, or in another machine."""
    room, device, hardware = situation.room, better.device, situation.room.hardware
    if room.lacking(better):
        lacking, kind, own = room.lacking(better), _memory(device), device.memory
        free = room.free(device) or 0
    else:
        lacking, kind, own = room.lacking_main(better), "main memory", hardware.memory
        free = hardware.available
    if free + lacking <= own * _FREE_AT_MOST:
        return (
            f"With {_gigabytes(lacking)} more of free {kind} {_gain(rung, better)}: close other "
            "programs."
        )
    gain, wanted = _gain(rung, better, "there"), (free + lacking) / _FREE_AT_MOST / 2**30
    if kind == "graphics memory":
        return f"On a graphics card with {_sold(wanted, _CARDS)} GB {gain}."
    if device.unified and device.memory:
        wanted *= hardware.memory / device.memory  # graphics get only a part of it
    return f"On a computer with {_sold(wanted, _COMPUTERS)} GB of memory {gain}."


def _sold(gigabytes: float, sizes: Sequence[int]) -> int:
    return next((size for size in sizes if size >= gigabytes), ceil(gigabytes))


def _advice_at_the_top(situation: Situation, rung: Rung) -> str:
    options, hardware = situation.room.options, situation.room.hardware
    if options.device == "cpu":
        cards = [device for device in hardware.devices if device.kind != "cpu"]
        if cards:
            return f"With the device “auto”, {cards[0].name} would draw, which is faster."
    if options.offload not in {"auto", "none"} and rung.plan.offload != "none":
        return "With “Keep in graphics memory” on “auto”, what fits would stay there."
    return ""


def _gain(rung: Rung, better: Rung, place: str = "") -> str:
    """What the better rung would bring; ``place`` is where, if it is not that rung's device."""
    offload, place = better.plan.offload, place or f"on {better.device.name}"
    if better.device.kind == "cpu":
        return "the whole model would stay in memory, and nothing would be loaded twice"
    if rung.device.kind == "cpu":
        return f"pictures would be drawn {place}, which is many times as fast"
    if offload == "none":
        return f"the whole model would stay {place}, which is faster"
    if offload == "model":
        return f"whole stages would take turns {place}, which is faster"
    return "layers would come over while others work, which is faster"


def _better(rungs: Sequence[Rung], index: int) -> Rung | None:
    """The nearest rung above that is another way, with the batch that makes it leanest."""
    return next(
        (rung for rung in reversed(rungs[:index]) if not rung.same_but_batch(rungs[index])), None
    )


def _memory(device: Device) -> str:
    return "main memory" if device.kind == "cpu" or device.unified else "graphics memory"


def _memory_of(torch_name: str) -> str:
    return "main memory" if torch_name in {"cpu", "mps"} else "graphics memory"


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
