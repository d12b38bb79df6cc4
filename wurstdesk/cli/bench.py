"""``wurstdesk bench``: what pictures cost on this machine, alone or beside the stock pipelines.

Every contestant draws in a process of its own, one after the other, and never two at once. What a
first run costs (caches, compiled code) goes into a picture that is not counted.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, cast

from wurstdesk import __version__
from wurstdesk.cli import bench_report, output, parts
from wurstdesk.cli.bench_process import Competitor
from wurstdesk.cli.bench_progress import BenchDisplay
from wurstdesk.cli.bench_results import Difference, Line, Round, Trial
from wurstdesk.cli.drawing import find_checkpoint
from wurstdesk.engine.bench import Contestant
from wurstdesk.generation import (
    CheckpointInfo,
    DeviceChoice,
    DtypeChoice,
    EngineOptions,
    GenerationRequest,
    Pixels,
)
from wurstdesk.session.timings import TimingsFile

PROMPT = "a long red sausage dog on snow at night, picture {0}"
"""Each round has its own, which nobody has heard before."""

_AGAIN = 1000
"""From the seed of a picture to that of the next one with the same prompt."""
_WARM_UP_STEPS = 2


@dataclass(frozen=True, kw_only=True)
class Task:
    """What the person typed; None where they left it open."""

    sizes: tuple[tuple[int, int], ...] = ()
    checkpoint: str | None = None
    device: DeviceChoice | None = None
    dtype: DtypeChoice | None = None
    threads: int | None = None
    prior_steps: int | None = None
    decoder_steps: int = 12
    count: int = 1
    rounds: int = 3
    against_stock: bool = False
    plan_dtype: bool = False
    compiled: bool = False
    as_json: bool = False


def bench(base: parts.Base, task: Task) -> int:
    """Measure and print; the exit code. Raises ``UserError``."""
    _, info = find_checkpoint(base, task.checkpoint)
    requests = [_request(info, task, size) for size in task.sizes or (info.default_size,)]
    with BenchDisplay() as display:
        trials = []
        for request in requests:
            display.size = (request.width, request.height)
            if task.against_stock:
                trials.append(_against_stock(base, task, info, request, display))
            else:
                trials.append(_alone(base, task, info, request, display))
    if task.as_json:
        output.json_result(_as_dict(info, task, trials))
    else:
        report = bench_report.comparison if task.against_stock else bench_report.costs
        output.result(output.printable(report(info, trials)))
    return 0


def _request(info: CheckpointInfo, task: Task, size: tuple[int, int]) -> GenerationRequest:
    return info.request(
        prompt=PROMPT,
        width=size[0],
        height=size[1],
        num_images=task.count,
        prior_num_inference_steps=task.prior_steps,
        decoder_num_inference_steps=task.decoder_steps,
    )


def _options(base: parts.Base, task: Task) -> EngineOptions:
    """As the window draws: with previews."""
    options = parts.engine_options(base.settings, task.device, task.dtype, previews=True)
    return replace(
        options,
        threads=options.threads if task.threads is None else task.threads,
        compile=options.compile or task.compiled,
        low_priority=False,
    )


def _alone(
    base: parts.Base,
    task: Task,
    info: CheckpointInfo,
    request: GenerationRequest,
    display: BenchDisplay,
) -> Trial:
    """Ours as the settings have it; what is learned is kept for the window's estimates."""
    timings = TimingsFile(base.home.timings_file)
    contestant = Contestant("wurstdesk", info, _options(base, task), timings=timings)
    with ExitStack() as stack:
        lines = [_line(stack, display, contestant, request)]
        return _run(lines, request, task.rounds, display)


def _against_stock(
    base: parts.Base,
    task: Task,
    info: CheckpointInfo,
    request: GenerationRequest,
    display: BenchDisplay,
) -> Trial:
    """The stock pipelines and ours in turn: the same components, prompts, seeds and threads."""
    given = replace(_options(base, task), compile=False, fp8=False, offload="none")
    with ExitStack() as stack:
        first = Contestant("ours", info, given, plain=True)
        ours = _line(stack, display, first, request)
        plan = ours.ready.plan
        stock = _line(stack, display, Contestant("stock", info, like=plan), request)
        same = replace(
            given,
            dtype=cast("DtypeChoice", plan.dtype),
            threads=stock.ready.plan.threads,
        )
        further = [
            _line(stack, display, contestant, request)
            for contestant in _further(info, task, same, on_processor=plan.device == "cpu")
        ]
        # One that is planned like another would only be measured twice.
        new = [line for line in further if not line.is_like(ours)]
        trial = _run([stock, ours, *new], request, task.rounds, display)
        return replace(trial, alike=tuple(line.name for line in further if line not in new))


def _further(
    info: CheckpointInfo, task: Task, same: EngineOptions, *, on_processor: bool
) -> Iterator[Contestant]:
    """Other ways in which ours can draw."""
    if on_processor:
        yield Contestant("ours, one stage at a time", info, replace(same, offload="model"))
    if task.compiled:
        yield Contestant("ours, compiled", info, replace(same, compile=True))
    if task.plan_dtype:
        planned = replace(same, dtype="auto", compile=task.compiled)
        yield Contestant("ours, dtype as planned", info, planned)


def _line(
    stack: ExitStack, display: BenchDisplay, contestant: Contestant, request: GenerationRequest
) -> Line:
    """A contestant that is loaded."""
    display.now(f"loading {contestant.name}")
    competitor = stack.enter_context(Competitor(contestant, request, display.working))
    return Line(contestant.name, competitor, competitor.ready())


def _run(
    lines: Sequence[Line], request: GenerationRequest, rounds: int, display: BenchDisplay
) -> Trial:
    """Rounds in which each draws once a new prompt and once the same with another seed."""
    short = request.changed(
        prior_timesteps=None,
        prior_num_inference_steps=min(_WARM_UP_STEPS, request.prior_steps),
        decoder_num_inference_steps=min(_WARM_UP_STEPS, request.decoder_num_inference_steps),
    )
    for line in lines:
        display.now(f"warming up {line.name}")
        line.competitor.draw(short)
    first: tuple[Pixels, ...] | None = None
    for number in range(rounds):
        fresh = request.changed(prompt=request.prompt.format(number + 1), seed=number)
        again = fresh.changed(seed=number + _AGAIN)
        for line in lines:
            display.now(f"round {number + 1} of {rounds}, {line.name}")
            drawn = [line.competitor.draw(one) for one in (fresh, again)]
            line.rounds.append(Round.of(*drawn))
            if number == 0:
                first = first or drawn[0].pictures
                line.difference = Difference.between(first, drawn[0].pictures)
    return Trial(request, tuple(lines))


def _as_dict(info: CheckpointInfo, task: Task, trials: Sequence[Trial]) -> dict[str, Any]:
    return {
        "wurstdesk": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "checkpoint": info.name,
        "against_stock": task.against_stock,
        "rounds": task.rounds,
        "trials": [trial.to_dict(compared=task.against_stock) for trial in trials],
    }
