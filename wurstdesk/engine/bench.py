"""The measured half of ``wurstdesk bench``: draws in a process of its own and says what it took.

Memory is measured as the system counts it, so each contestant needs its own process: ``serve`` is
what runs there. It answers one order at a time, and its process does nothing in between.
"""

from __future__ import annotations

import importlib
import logging
import signal
import time
import warnings
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import Any, Protocol

from wurstdesk.engine.peak_memory import device_peak, memory_peak
from wurstdesk.errors import UserError
from wurstdesk.generation import (
    CancelToken,
    CheckpointInfo,
    EngineOptions,
    EventSink,
    GenerationRequest,
    GeneratorEvent,
    PictureReady,
    Pixels,
    Plan,
    Stage,
    StageProgress,
    Timings,
)


@dataclass(frozen=True)
class Contestant:
    """Who draws, and how.

    Our engine with ``options``, which keeps what it learns in ``timings``; ``plain`` asks for the
    dtype that the stock pipelines are used in where ``options`` leave it open: float32 on a
    processor, float16 elsewhere. Or, where there is one to be ``like``, the stock pipelines, on
    that plan's device, in its dtype and with its threads.
    """

    name: str
    info: CheckpointInfo
    options: EngineOptions = field(default_factory=EngineOptions)
    plain: bool = False
    like: Plan | None = None
    timings: Timings | None = None


@dataclass(frozen=True)
class Memory:
    """Bytes: the most that the process held at once; what it held once everything was imported;
    and the most that a CUDA device held for it, which is None without one."""

    peak: int
    imports: int
    device_peak: int | None


@dataclass(frozen=True)
class Draw:
    """An order: make the request's pictures."""

    request: GenerationRequest


@dataclass(frozen=True)
class Ready:
    """Everything is imported and, as far as ``plan`` keeps it there, loaded; seconds for each."""

    plan: Plan
    import_seconds: float
    load_seconds: float


@dataclass(frozen=True)
class Drawn:
    """The pictures, and the seconds from the prompt to their pixels.

    ``stage_seconds`` are for a step of one picture in Stage C and B, and for a whole picture in
    Stage A; empty for the stock pipelines, which do not tell. ``memory`` is that of the process up
    to now.
    """

    seconds: float
    stage_seconds: dict[Stage, float]
    pictures: tuple[Pixels, ...]
    memory: Memory


@dataclass(frozen=True)
class Working:
    """``step`` of ``steps`` of a stage are done."""

    stage: Stage
    step: int
    steps: int


@dataclass(frozen=True)
class Failed:
    """It could not be done: a sentence and a hint, or, of a bug, its kind."""

    message: str
    hint: str = ""


Answer = Ready | Drawn | Working | Failed


class _Painter(Protocol):
    """What both contestants can do."""

    def load(self, request: GenerationRequest) -> Plan: ...

    def draw(self, request: GenerationRequest, emit: EventSink) -> list[Pixels]: ...

    def close(self) -> None: ...


def serve(line: Connection, contestant: Contestant, request: GenerationRequest) -> None:
    """Load for ``request``, answer ``Ready``, then each ``Draw`` with ``Drawn``, until told None.

    Whatever fails is answered with ``Failed`` and is the end.
    """
    # Ctrl+C reaches every process of the terminal; the one that asked for this will end it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger().addHandler(logging.NullHandler())
    warnings.simplefilter("ignore")
    with suppress(EOFError, OSError):  # nobody listens any more
        try:
            _serve(line, contestant, request)
        except UserError as error:
            line.send(Failed(error.message, error.hint))
        except Exception as error:  # noqa: BLE001 - the process that asked will say it
            said = " ".join(str(error).split())[:300]
            line.send(Failed(f"“{contestant.name}” failed ({type(error).__name__}: {said})."))


def _serve(line: Connection, contestant: Contestant, request: GenerationRequest) -> None:
    began = time.perf_counter()
    painter = _painter(contestant)
    imported = time.perf_counter()
    imports = _memory_now()
    with closing(painter):
        plan = painter.load(request)
        line.send(Ready(plan, imported - began, time.perf_counter() - imported))
        while isinstance(order := line.recv(), Draw):
            watch = _StageWatch(line)
            started = time.perf_counter()
            pictures = painter.draw(order.request, watch.take)
            seconds = time.perf_counter() - started
            memory = Memory(memory_peak(), imports, device_peak())
            line.send(Drawn(seconds, watch.seconds(), tuple(pictures), memory))


def _painter(contestant: Contestant) -> _Painter:
    """The contestant with everything imported and nothing loaded."""
    return _Ours(contestant) if contestant.like is None else _Stock(contestant, contestant.like)


class _OneCheckpoint:
    """A catalogue of one."""

    def __init__(self, info: CheckpointInfo) -> None:
        self._info = info

    def checkpoints(self) -> tuple[CheckpointInfo, ...]:
        return (self._info,)

    def find(self, name_or_folder: str) -> CheckpointInfo:
        del name_or_folder
        return self._info


class _Ours:
    """The engine as the window uses it."""

    def __init__(self, contestant: Contestant) -> None:
        from wurstdesk.engine.generator import WuerstchenGenerator

        importlib.import_module("wurstdesk.engine.pipeline")
        catalogue = _OneCheckpoint(contestant.info)

        def make(options: EngineOptions) -> WuerstchenGenerator:
            return WuerstchenGenerator(catalogue, options, contestant.timings)

        self._make, self._contestant = make, contestant
        self._generator = make(contestant.options)

    def load(self, request: GenerationRequest) -> Plan:
        options = self._contestant.options
        if self._contestant.plain and options.dtype == "auto":
            on_processor = self._generator.plan(request).device == "cpu"
            plain = replace(options, dtype="float32" if on_processor else "float16")
            self._generator.close()
            self._generator = self._make(plain)
        plan = self._generator.plan(request)  # while all that is free is still free
        self._generator.warm_up(request, CancelToken(), lambda _: None)
        return plan

    def draw(self, request: GenerationRequest, emit: EventSink) -> list[Pixels]:
        pictures: list[Pixels] = []

        def take(event: GeneratorEvent) -> None:
            if isinstance(event, PictureReady):
                pictures.append(event.picture.pixels)
            emit(event)

        self._generator.generate(request, CancelToken(), take)
        return pictures

    def close(self) -> None:
        self._generator.close()


class _Stock:
    """diffusers' pipelines as a script uses them, everything on the device."""

    def __init__(self, contestant: Contestant, like: Plan) -> None:
        importlib.import_module("wurstdesk.engine.stock")
        self._info, self._like = contestant.info, like
        self._pipelines: Any = None

    def load(self, request: GenerationRequest) -> Plan:
        del request
        import torch

        from wurstdesk.engine.stock import load_stock

        like = self._like
        torch.set_num_threads(like.threads or torch.get_num_threads())
        self._pipelines = load_stock(self._info, getattr(torch, like.dtype), like.device)
        return Plan(
            device=like.device,
            dtype=like.dtype,
            device_name=like.device_name,
            threads=torch.get_num_threads(),
        )

    def draw(self, request: GenerationRequest, emit: EventSink) -> list[Pixels]:
        del emit  # a callback would cost them time
        pictures: list[Pixels] = self._pipelines.pictures(request)
        return pictures

    def close(self) -> None:
        self._pipelines = None


@dataclass
class _StageWatch:
    """Passes progress on, and measures how long the steps of each stage take."""

    line: Connection
    _began: float = 0.0
    _spent: dict[Stage, float] = field(default_factory=dict)
    _units: dict[Stage, int] = field(default_factory=dict)

    def take(self, event: GeneratorEvent) -> None:
        """The painter's ``emit``."""
        if not isinstance(event, StageProgress):
            return
        now = time.perf_counter()
        if event.step == 0:
            self._began = now
        elif event.step == event.steps:
            pictures = len(event.indices)
            units = pictures if event.stage == "vqgan" else pictures * event.steps
            self._spent[event.stage] = self._spent.get(event.stage, 0.0) + now - self._began
            self._units[event.stage] = self._units.get(event.stage, 0) + units
        self.line.send(Working(event.stage, event.step, event.steps))

    def seconds(self) -> dict[Stage, float]:
        """For a step of one picture, and of Stage A for a picture."""
        return {stage: spent / self._units[stage] for stage, spent in self._spent.items()}


def _memory_now() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)
