"""What the benchmark found, as numbers: for the table and for other programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Self

import numpy as np

from wurstdesk.cli.bench_process import Competitor
from wurstdesk.engine.bench import Drawn, Memory, Ready
from wurstdesk.generation import GenerationRequest, Pixels, Stage

ROUNDING = 1
"""Levels of 255 by which a pixel may differ where only the order of sums does."""


@dataclass(frozen=True)
class Round:
    """Seconds for the request's pictures: with a new prompt, and again with another seed."""

    first: float
    again: float
    stage_seconds: dict[Stage, float]
    memory: Memory

    @classmethod
    def of(cls, first: Drawn, again: Drawn) -> Self:
        stages = {
            stage: (seconds + again.stage_seconds[stage]) / 2
            for stage, seconds in first.stage_seconds.items()
        }
        return cls(first.seconds, again.seconds, stages, again.memory)


@dataclass(frozen=True)
class Difference:
    """By how many levels of 255 pixels differ from those of the first contestant."""

    most: int
    mean: float

    @property
    def is_rounding(self) -> bool:
        return self.most <= ROUNDING

    @classmethod
    def between(cls, ones: Sequence[Pixels], others: Sequence[Pixels]) -> Self:
        """Of as many pictures of the same sizes."""
        levels = [
            np.abs(_levels(one) - _levels(other)) for one, other in zip(ones, others, strict=True)
        ]
        return cls(int(max(each.max() for each in levels)), float(np.mean(levels)))


def _levels(picture: Pixels) -> np.ndarray[Any, np.dtype[np.int16]]:
    return np.frombuffer(picture.data, dtype=np.uint8).astype(np.int16)


@dataclass(eq=False)
class Line:
    """One contestant, and what it took in each round."""

    name: str
    competitor: Competitor
    ready: Ready
    rounds: list[Round] = field(default_factory=list)
    difference: Difference | None = None

    def is_like(self, other: Line) -> bool:
        """Whether both were planned to draw in the same way."""
        ours, theirs = (
            (p.device, p.dtype, p.offload, p.stream, p.fp8, p.compile)
            for p in (self.ready.plan, other.ready.plan)
        )
        return ours == theirs

    @property
    def memory(self) -> Memory:
        """Over all rounds."""
        return self.rounds[-1].memory

    @property
    def above_imports(self) -> int:
        """Bytes at the peak beyond those of a process that has only imported everything."""
        return self.memory.peak - self.memory.imports

    def median(self, value: Callable[[Round], float]) -> float:
        return median(value(one) for one in self.rounds)

    def stage_seconds(self) -> dict[Stage, float]:
        """For a step of one picture, and of Stage A for a picture; empty of the stock ones."""
        stages = self.rounds[0].stage_seconds
        return {stage: median(one.stage_seconds[stage] for one in self.rounds) for stage in stages}

    def ratios(self, stock: Line) -> dict[str, float | None]:
        """Of ours to stock's: of times the median over the rounds, so that what slows the machine
        down for a while slows both."""
        pairs = list(zip(self.rounds, stock.rounds, strict=True))
        device, theirs = self.memory.device_peak, stock.memory.device_peak
        return {
            "new_prompt": median(ours.first / theirs.first for ours, theirs in pairs),
            "same_prompt": median(ours.again / theirs.again for ours, theirs in pairs),
            "peak_memory": self.memory.peak / stock.memory.peak,
            "peak_memory_above_imports": self.above_imports / max(1, stock.above_imports),
            "device_peak_memory": device / theirs if device and theirs else None,
        }

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; seconds and bytes."""
        plan = self.ready.plan
        return {
            "name": self.name,
            "device": plan.device,
            "device_name": plan.device_name,
            "dtype": plan.dtype,
            "offload": plan.offload,
            "fp8": plan.fp8,
            "compile": plan.compile,
            "threads": plan.threads,
            "seconds": {
                "import": self.ready.import_seconds,
                "load": self.ready.load_seconds,
                "new_prompt": [one.first for one in self.rounds],
                "same_prompt": [one.again for one in self.rounds],
                "stages": self.stage_seconds(),
            },
            "memory": {
                "peak": self.memory.peak,
                "imports": self.memory.imports,
                "above_imports": self.above_imports,
                "device_peak": self.memory.device_peak,
            },
        }


@dataclass(frozen=True)
class Trial:
    """One size. In a comparison the first line is the stock pipelines' and the second ours.

    ``alike`` are contestants that would draw just as ours does, and were not measured.
    """

    request: GenerationRequest
    lines: tuple[Line, ...]
    alike: tuple[str, ...] = ()

    def to_dict(self, *, compared: bool) -> dict[str, Any]:
        """JSON-ready; with ratios and whether the pictures agree where it is a comparison."""
        return {
            "width": self.request.width,
            "height": self.request.height,
            "pictures": self.request.num_images,
            "prior_steps": self.request.prior_steps,
            "decoder_steps": self.request.decoder_num_inference_steps,
            "lines": [self._line(line, compared=compared) for line in self.lines],
            "same_as_ours": list(self.alike),
        }

    def _line(self, line: Line, *, compared: bool) -> dict[str, Any]:
        data = line.to_dict()
        stock = self.lines[0]
        if compared and line is not stock and line.difference is not None:
            data["ratios"] = line.ratios(stock)
            data["picture"] = {
                "most_levels": line.difference.most,
                "mean_levels": line.difference.mean,
                "same_but_for_rounding": line.difference.is_rounding,
            }
        return data
