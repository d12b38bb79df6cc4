"""How long a request would take, from what work of its kind has cost on this machine.

Without torch and without a look at the disk, so that the window's thread can ask at every change
of the request. What was measured stands under a key that says how the work was done: the
checkpoint, the plan, the size and which stages were guided. A size that was never drawn is judged
by the nearest that was, by its area.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wurstdesk.engine import device_planner
from wurstdesk.engine.component_sizes import ComponentSizes
from wurstdesk.engine.estimate import Estimate
from wurstdesk.engine.machine import Hardware
from wurstdesk.errors import UserError
from wurstdesk.generation import (
    EngineOptions,
    GenerationRequest,
    Plan,
    Rates,
    Stage,
)

_STAGES: tuple[Stage, ...] = ("prior", "decoder", "vqgan")
_SIZE = re.compile(r"(\d{1,5})x(\d{1,5}) ([01])([01])")


def way_of_working(checkpoint: str, plan: Plan) -> str:
    """What a step's cost depends on beside its size: under this key stands ``loading``."""
    how = f"{plan.offload}{' stream' * plan.stream}{' fp8' * plan.fp8}{' compiled' * plan.compile}"
    return f"{checkpoint} | {plan.device_name} {plan.dtype} {how} {plan.threads}"


def kind_of_work(way: str, request: GenerationRequest) -> str:
    """What decides how long a step takes: the key of its rates."""
    return f"{way} | {_Size.of(request)}"


@dataclass(frozen=True)
class Checkpoint:
    """What forecasts need to know of one; ``name`` is what it is called in keys."""

    name: str
    sizes: ComponentSizes
    vqgan_units: int


@dataclass(frozen=True)
class Workplace:
    """What plans for one checkpoint depend on, beside the request and the person's options."""

    checkpoint: Checkpoint
    hardware: Hardware
    below: Plan | None = None

    def plan(self, request: GenerationRequest, options: EngineOptions) -> Plan:
        """See ``device_planner.plan``."""
        sizes = self.checkpoint.sizes
        return device_planner.plan(self.hardware, sizes, request, options, below=self.below)

    def units(self, request: GenerationRequest) -> dict[Stage, int]:
        """Steps and blocks of a whole request."""
        each = (
            request.prior_steps,
            request.decoder_num_inference_steps,
            self.checkpoint.vqgan_units,
        )
        return {stage: request.num_images * n for stage, n in zip(_STAGES, each, strict=True)}


@dataclass(frozen=True)
class LearnedForecast:
    """A ``Forecast``: workplaces by the name in the request, all rates, and the way of working
    whose components are loaded ("" for none)."""

    options: EngineOptions
    places: Mapping[str, Workplace]
    rates: Mapping[str, Rates]
    loaded: str = ""

    def seconds(self, request: GenerationRequest) -> float | None:
        """See ``Forecast``. Loading counts where it comes first and was measured once."""
        place = self.places.get(request.checkpoint)
        if place is None:
            return None
        try:
            plan = place.plan(request, self.options)
        except UserError:  # it cannot run; who asks for it will hear why
            return None
        way = way_of_working(place.checkpoint.name, plan)
        usual, blocks = usual_rates(self.rates, way, request), place.checkpoint.vqgan_units
        steps = Estimate({}, place.units(request), blocks, usual).seconds_left
        if steps is None:
            return None
        loading = self.rates.get(way, {}).get("loading", 0.0) if way != self.loaded else 0.0
        return loading + usual.get("rest", 0.0) + steps


def usual_rates(known: Mapping[str, Rates], way: str, request: GenerationRequest) -> Rates:
    """What each unit should cost for this request: as measured, or judged by the nearest size."""
    wanted = _Size.of(request)
    measured = list(_sizes_of(known, way))
    found: Rates = {}
    for stage in _STAGES:
        candidates = [(size, rates[stage]) for size, rates in measured if stage in rates]
        if candidates:
            size, rate = min(candidates, key=lambda found: wanted.distance(found[0], stage))
            found[stage] = rate * wanted.work(stage) / size.work(stage)
    rests = [(wanted.distance(size, "vqgan"), r["rest"]) for size, r in measured if "rest" in r]
    if rests:
        found["rest"] = min(rests)[1]
    return found


def _sizes_of(known: Mapping[str, Rates], way: str) -> Iterator[tuple[_Size, Rates]]:
    before = f"{way} | "
    for key, rates in known.items():
        if key.startswith(before) and (size := _Size.read(key.removeprefix(before))):
            yield size, rates


@dataclass(frozen=True)
class _Size:
    """How much there is to calculate in a unit of each stage."""

    width: int
    height: int
    guided: tuple[bool, bool]
    """Stage C and Stage B: guidance calculates everything twice."""

    @classmethod
    def of(cls, request: GenerationRequest) -> _Size:
        guided = (request.prior_guidance_scale > 1, request.decoder_guidance_scale > 1)
        return cls(request.width, request.height, guided)

    @classmethod
    def read(cls, text: str) -> _Size | None:
        """From the end of a key; the file may have been written by anybody."""
        match = _SIZE.fullmatch(text)
        if match is None:
            return None
        width, height = int(match[1]), int(match[2])
        return cls(width, height, (match[3] == "1", match[4] == "1")) if width * height else None

    def __str__(self) -> str:
        return f"{self.width}x{self.height} {self.guided[0]:d}{self.guided[1]:d}"

    def work(self, stage: Stage) -> int:
        """In proportion: by area, and twice under guidance."""
        return self.width * self.height * (2 if self._is_guided(stage) else 1)

    def distance(self, other: _Size, stage: Stage) -> tuple[bool, float]:
        """How little another size says of this one; without the same guidance least."""
        area = math.log(self.width * self.height / (other.width * other.height))
        return self._is_guided(stage) != other._is_guided(stage), abs(area)

    def _is_guided(self, stage: Stage) -> bool:
        return stage != "vqgan" and self.guided[stage == "decoder"]
