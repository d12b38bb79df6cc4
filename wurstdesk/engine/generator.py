"""The engine as the rest of the program knows it: requests in, events out.

Importing this module is cheap. torch and what stands on it come with the first picture, in the
thread that asks for it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from wurstdesk.engine import device_planner
from wurstdesk.engine.blending import checkpoint_for, prior_mark, rest_mark
from wurstdesk.engine.component_sizes import read_sizes
from wurstdesk.engine.estimate import learn
from wurstdesk.engine.forecast import (
    Checkpoint,
    LearnedForecast,
    Workplace,
    kind_of_work,
    usual_rates,
    way_of_working,
)
from wurstdesk.engine.memory import is_out_of_memory
from wurstdesk.engine.model_files import content_hash, fingerprint
from wurstdesk.engine.priority import priority
from wurstdesk.engine.vqgan_shape import read_vqgan_shape
from wurstdesk.errors import UserError
from wurstdesk.generation import (
    CancelToken,
    CheckpointCatalogue,
    CheckpointInfo,
    EngineOptions,
    EventSink,
    GenerationRequest,
    Loading,
    Note,
    Plan,
    Rates,
    Timings,
)
from wurstdesk.words import unknown_words

if TYPE_CHECKING:
    from wurstdesk.engine.pipeline import Done
    from wurstdesk.engine.residency import Residents

_SHOWN_WORDS = 12

LOADED_PARTS = 7
"""The engine and a checkpoint's six components."""

_CALLED = {"prior_text": "text_encoder", "decoder_text": "text_encoder"}
"""What a part is called in ``Loading``, where it is not by its own name."""


class ForgetfulTimings:
    """``Timings`` of one run of the program."""

    def __init__(self) -> None:
        self._known: dict[str, Rates] = {}

    def rates(self, key: str) -> Rates:
        """See ``Timings``."""
        return self._known.setdefault(key, {})

    def known(self) -> dict[str, Rates]:
        """See ``Timings``: a copy."""
        return {key: dict(rates) for key, rates in self._known.items()}

    def keep(self) -> None:
        """There is nowhere to keep them."""


class WuerstchenGenerator:
    """``ImageGenerator`` for the checkpoints of a catalogue.

    Components are loaded with the first request that needs them and stay, as far as the plan
    allows, until another checkpoint or another plan takes their place. Where only the prior is
    another, or another blend, all but that stays. Where memory runs out all
    the same, the next leaner plan goes on from the last finished stage. To be made and used in
    one thread.
    """

    def __init__(
        self,
        catalogue: CheckpointCatalogue,
        options: EngineOptions,
        timings: Timings | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._options = options
        self._timings = timings or ForgetfulTimings()
        self._residents: Residents | None = None
        self._key: object = None
        self._prior: object = None
        """Of what is loaded: the marks of the prior, which may change alone, and of the rest."""
        self._hardware: device_planner.Hardware | None = None
        self._known: dict[object, Checkpoint] = {}
        self._places: dict[str, Workplace] = {}
        """By the checkpoint's name in the request: what its last plan was made from."""
        self._way = ""
        """Of working: that of what is loaded."""
        self._too_much: dict[object, Plan] = {}
        """By checkpoint: the plan with which memory ran out."""

    def generate(self, request: GenerationRequest, cancel: CancelToken, emit: EventSink) -> None:
        """Make the request's pictures. See ``ImageGenerator``."""
        with self._begin(request, cancel, emit) as (info, job):
            self._generate(info, request, job)

    def warm_up(self, request: GenerationRequest, cancel: CancelToken, emit: EventSink) -> None:
        """Load what the request will need. See ``ImageGenerator``.

        Where memory runs out, nothing is loaded, and the request begins with a leaner plan.
        """
        with self._begin(request, cancel, emit) as (info, job):
            plan = self._plan(info, request)
            try:
                self._load(info, request, job)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                self._too_much[info.path] = plan

    def plan(self, request: GenerationRequest) -> Plan:
        """Where the request would run; loads no component."""
        return self._plan(checkpoint_for(self._catalogue, request), request)

    def forecast(self) -> LearnedForecast:
        """What is known of the cost of work. See ``ImageGenerator``."""
        return LearnedForecast(self._options, dict(self._places), self._timings.known(), self._way)

    def release(self) -> None:
        """Drop every component until the next request."""
        self._drop()
        self._too_much.clear()

    def close(self) -> None:
        """Drop every component."""
        self.release()
        self._known.clear()
        self._places.clear()

    @contextmanager
    def _begin(
        self, request: GenerationRequest, cancel: CancelToken, emit: EventSink
    ) -> Iterator[tuple[CheckpointInfo, _Running]]:
        cancel.check()
        info = checkpoint_for(self._catalogue, request)
        running = _Running(cancel, emit)
        if self._residents is None:
            running.load("engine")
        with priority(low=self._options.low_priority):
            yield info, running

    def _generate(
        self, info: CheckpointInfo, request: GenerationRequest, running: _Running
    ) -> None:
        """Make the pictures, with a leaner plan from where it stood whenever memory runs out."""
        from wurstdesk.engine.pipeline import Done

        done = Done()
        while True:
            plan = self._plan(info, request)
            try:
                self._make(info, request, done, running)
                return
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
            finally:
                self._timings.keep()
            # Outside of ``except``: the error's traceback would keep the tensors alive.
            self._drop()
            self._too_much[info.path] = plan
            running.emit(Note(self._leaner(info, request)))

    def _leaner(self, info: CheckpointInfo, request: GenerationRequest) -> str:
        """A sentence about the next plan after memory ran out; ``UserError`` if there is none."""
        try:
            plan = self._plan(info, request)
        except UserError:
            self._too_much.clear()
            raise UserError(
                f"There was not enough memory for {request.width}×{request.height} pixels.",
                "Choose a smaller size, close other programs, or choose the device “cpu”.",
            ) from None
        return f"Memory ran out, so the work goes on more sparingly. {plan.reason}"

    def _make(
        self, info: CheckpointInfo, request: GenerationRequest, done: Done, running: _Running
    ) -> None:
        residents = self._load(info, request, running)
        from wurstdesk.engine.pipeline import Job

        notes = _advice(info, request)
        if not done.drafts and not done.finished:
            for text in notes:
                running.emit(Note(text, is_advice=True))
        usual = usual_rates(self._timings.known(), self._way, request)
        rates = self._timings.rates(kind_of_work(self._way, request))
        job = Job(
            residents,
            request,
            self._options,
            rates,
            done,
            usual=usual,
            cancel=running.cancel,
            emit=running.emit,
        )
        began, is_fresh = time.perf_counter(), not done.drafts and not done.finished
        job.run(notes, running.note)
        if is_fresh:
            learn(rates, "rest", max(0.0, time.perf_counter() - began - job.worked))

    def _load(
        self, info: CheckpointInfo, request: GenerationRequest, running: _Running
    ) -> Residents:
        """The components that the plan keeps, loaded, with the others to come when needed."""
        plan = self._plan(info, request)
        from wurstdesk.engine.residency import Residents

        # How many pictures go through Stage C together does not change what is loaded.
        key = (rest_mark(info), replace(plan, batch=0, reason="", advice="", needs=0))
        prior = prior_mark(info)
        began, is_new = time.perf_counter(), key != self._key
        if is_new:
            self._drop()
            self._residents, self._key = Residents(info, plan), key
        assert self._residents is not None
        if not is_new and prior != self._prior:
            self._residents.change_prior(info)
        self._prior = prior
        residents = self._residents
        residents.plan = plan
        residents.announce, residents.check = running.load, running.cancel.check
        residents.tell = running.note
        try:
            residents.load()
        except BaseException:
            self._drop()
            raise
        if is_new:
            self._way = way_of_working(self._checkpoint(info).name, plan)
            learn(self._timings.rates(self._way), "loading", time.perf_counter() - began)
        running.loaded()
        return residents

    def _plan(self, info: CheckpointInfo, request: GenerationRequest) -> Plan:
        if self._hardware is None:
            from wurstdesk.engine.hardware import detect

            self._hardware = detect()
        place = Workplace(self._checkpoint(info), self._hardware, self._too_much.get(info.path))
        self._places[request.checkpoint] = place
        return place.plan(request, self._options)

    def _checkpoint(self, info: CheckpointInfo) -> Checkpoint:
        mark = self._mark(info)
        if mark not in self._known:
            sizes, name = read_sizes(info), content_hash(info)[:16] or info.name
            self._known[mark] = Checkpoint(name, sizes, read_vqgan_shape(info).units)
        return self._known[mark]

    @staticmethod
    def _mark(info: CheckpointInfo) -> object:
        """Changes when a checkpoint does."""
        return (info.path, info.prior_path, fingerprint(info))

    def _drop(self) -> None:
        if self._residents is not None:
            self._residents.drop()
        self._residents, self._key, self._prior, self._way = None, None, None, ""
        self._hardware = None  # what is free is only known while nothing of ours is there


class _Running:
    """What a job in the making tells, and what stops it."""

    def __init__(self, cancel: CancelToken, emit: EventSink) -> None:
        self.cancel, self.emit = cancel, emit
        self._parts: list[str] = []

    def load(self, part: str) -> None:
        """A part is about to be loaded."""
        self.cancel.check()
        # "engine" is counted also where it is there already.
        done = len(self._parts) + (part != "engine" and "engine" not in self._parts)
        self._parts.append(part)
        self.emit(Loading(_CALLED.get(part, part), min(done, LOADED_PARTS), LOADED_PARTS))

    def loaded(self) -> None:
        """Everything that comes first is there."""
        if self._parts:
            self.emit(Loading("prompt", LOADED_PARTS, LOADED_PARTS))

    def note(self, text: str) -> None:
        """A sentence for the person."""
        self.emit(Note(text))


def _advice(info: CheckpointInfo, request: GenerationRequest) -> tuple[str, ...]:
    """What the checkpoint's description lets one say before a picture is made."""
    notes = []
    least, most = info.trained_sides
    if not all(least <= side <= most for side in (request.width, request.height)):
        notes.append(
            f"{info.title} has learned sides of {least} to {most} pixels; "
            f"{request.width}×{request.height} may look strange."
        )
    spans = unknown_words(request.prompt, info.vocabulary)
    unknown = tuple(dict.fromkeys(span.word for span in spans))
    if unknown:
        shown = ", ".join(f"“{word[:40]}”" for word in unknown[:_SHOWN_WORDS])
        more = ", …" if len(unknown) > _SHOWN_WORDS else ""
        notes.append(f"{info.title} does not know these words: {shown}{more}.")
    return tuple(notes)
