"""Every way of keeping the components makes the same pictures, and holds what it says it holds."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from wurstdesk.engine import decoder, device_planner, pipeline, stage_a
from wurstdesk.engine.generator import WuerstchenGenerator
from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.engine.residency import PARTS, Part, Residents
from wurstdesk.errors import GenerationCancelled, UserError
from wurstdesk.generation import (
    CancelToken,
    CheckpointInfo,
    EngineOptions,
    GeneratedPicture,
    GenerationRequest,
    GeneratorEvent,
    Loading,
    Note,
    PictureReady,
    Plan,
    StageProgress,
    make_request,
)

OPTIONS = EngineOptions(device="cpu", previews=False)
PLAN = Plan("cpu", "float32", "Testing CPU", threads=1, reason="It is the only one.")
LADDER = (
    PLAN,
    replace(PLAN, offload="model", batch=2, reason="The stages take turns."),
    replace(PLAN, offload="sequential", batch=1, reason="Layers come one by one."),
)


def request(**fields: Any) -> GenerationRequest:
    few = {"prior_timesteps": None, "prior_num_inference_steps": 3}
    return make_request(
        **{
            **few,
            "prompt": "a red++ dog",
            "width": 256,
            "height": 128,
            "decoder_num_inference_steps": 2,
            "checkpoint": "wuerstchen",
            **fields,
        }
    )


def run(generator: WuerstchenGenerator, asked: GenerationRequest) -> list[GeneratorEvent]:
    events: list[GeneratorEvent] = []
    generator.generate(asked, CancelToken(), events.append)
    return events


def pixels(events: list[GeneratorEvent]) -> list[torch.Tensor]:
    return [
        torch.frombuffer(bytearray(picture.pixels.data), dtype=torch.uint8).int()
        for picture in pictures(events)
    ]


def pictures(events: list[GeneratorEvent]) -> list[GeneratedPicture]:
    return [event.picture for event in events if isinstance(event, PictureReady)]


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> Callable[[Plan], None]:
    """Make one plan the only one."""

    def choose(plan: Plan) -> None:
        monkeypatch.setattr(device_planner, "plan", lambda *_, **__: plan)

    return choose


@pytest.fixture
def generator(tiny_folder: Path) -> WuerstchenGenerator:
    return WuerstchenGenerator(LocalCatalogue(tiny_folder, []), OPTIONS)


@pytest.fixture
def no_collector() -> Iterator[None]:
    """As in the window's worker: Python collects nothing by itself there."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def module_of(part: Any) -> nn.Module:
    """The module of a part that is loaded."""
    module: nn.Module = getattr(part, "text_encoder", part)
    return module


@pytest.mark.parametrize(
    "plan",
    [
        replace(PLAN, offload="model"),
        replace(PLAN, offload="group"),
        replace(PLAN, offload="sequential"),
        replace(PLAN, batch=1),
    ],
    ids=["model", "group", "sequential", "one at a time"],
)
def test_every_offload_makes_the_same_pictures(
    generator: WuerstchenGenerator, planned: Callable[[Plan], None], plan: Plan, tiny_folder: Path
) -> None:
    # Given two pictures made with everything in memory
    planned(PLAN)
    asked = request(num_images=2, decoder_guidance_scale=2.0, negative_prompt="cat")
    expected = pixels(run(generator, asked))
    # When another way of keeping the components is planned, with and without new prompts
    planned(plan)
    found = pixels(run(generator, asked))
    again = pixels(run(generator, asked))
    # Then the pictures are the same, to rounding
    for pair in (found, again):
        for ours, theirs in zip(pair, expected, strict=True):
            assert (ours - theirs).abs().max() <= 1


def test_stages_that_take_turns_are_brought_in_once(
    generator: WuerstchenGenerator, planned: Callable[[Plan], None]
) -> None:
    # Given a plan for one stage at a time, two pictures together
    planned(replace(PLAN, offload="model", batch=2))
    # When five pictures are made
    events = run(generator, request(num_images=5))
    # Then all of Stage C comes before Stage B, and each component is loaded once
    stages = [event.stage for event in events if isinstance(event, StageProgress)]
    assert stages.index("decoder") > max(i for i, s in enumerate(stages) if s == "prior")
    loaded = [event.what for event in events if isinstance(event, Loading)]
    assert sorted(loaded[1:]) == sorted(
        ["prompt", "text_encoder", "text_encoder", "prior", "previewer", "decoder", "vqgan"]
    )
    assert len(pictures(events)) == 5


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("fp8", [False, True])
@pytest.mark.parametrize("part", ["prior", "prior_text"])
def test_one_stage_at_a_time_holds_one_stage(tiny: CheckpointInfo, part: Part, fp8: bool) -> None:
    # Given components that take turns where main memory is all there is
    residents = Residents(tiny, replace(PLAN, offload="model", fp8=fp8))
    residents.load()
    # When one has been at work and Stage B is
    with residents.at_work(part) as (loaded,):
        gone = [weakref.ref(weight) for weight in module_of(loaded).parameters()]
        del loaded
    with residents.at_work("decoder", "vqgan"):
        # Then nothing of the first is there any more
        assert not [weight for weight in gone if weight() is not None]


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        replace(PLAN, dtype="bfloat16", fp8=True),
        replace(PLAN, offload="group"),
        replace(PLAN, offload="sequential"),
    ],
    ids=["all", "eight bits", "group", "sequential"],
)
def test_memory_is_given_back_without_a_collector(
    generator: WuerstchenGenerator,
    planned: Callable[[Plan], None],
    monkeypatch: pytest.MonkeyPatch,
    plan: Plan,
) -> None:
    # Given components in any way of keeping them, that have drawn a picture
    held: list[weakref.ref[torch.Tensor]] = []
    load = Residents.load

    def load_and_look(residents: Residents) -> None:
        load(residents)
        for part in PARTS:
            with residents.at_work(part) as (loaded,):
                if loaded is not None:
                    module = module_of(loaded)
                    held.extend(map(weakref.ref, (*module.parameters(), *module.buffers())))

    monkeypatch.setattr(Residents, "load", load_and_look)
    monkeypatch.setattr(gc, "collect", lambda *_: pytest.fail("this holds up the window"))
    planned(plan)
    run(generator, request(negative_prompt="(a cat)0.5", decoder_guidance_scale=2.0))
    assert len(held) > 300
    # When memory is given back, then at once all of it
    generator.release()
    assert not [weight for weight in held if weight() is not None]


def test_a_second_seed_never_touches_the_text_encoders(
    generator: WuerstchenGenerator,
    planned: Callable[[Plan], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planned(replace(PLAN, offload="model"))
    run(generator, request(seed=1))
    events = run(generator, request(seed=2))
    assert "text_encoder" not in [e.what for e in events if isinstance(e, Loading)]
    # But another negative prompt does
    events = run(generator, request(seed=2, negative_prompt="cat"))
    assert "text_encoder" in [e.what for e in events if isinstance(e, Loading)]


def test_eight_bit_weights_are_that_small_and_draw_about_the_same(
    tiny: CheckpointInfo,
    tiny_folder: Path,
    planned: Callable[[Plan], None],
    generator: WuerstchenGenerator,
) -> None:
    # Given a plan that keeps weights in eight bits
    plan = replace(PLAN, dtype="bfloat16", fp8=True)
    residents = Residents(tiny, plan)
    with residents.at_work("prior") as (prior,):
        kinds = {p.dtype for m in prior.blocks.modules() if isinstance(m, nn.Linear)
                 for p in m.parameters(recurse=False)}  # fmt: skip
        assert torch.float8_e4m3fn in kinds
        assert {p.dtype for p in prior.projection.parameters()} == {torch.bfloat16}
    # When a picture is made, then it resembles the precise one, and says how it was made
    planned(PLAN)
    (precise,) = pixels(run(generator, request()))
    planned(plan)
    events = run(generator, request())
    (coarse,) = pixels(events)
    assert (coarse - precise).float().abs().mean() < 6
    assert pictures(events)[0].provenance.fp8


class Ladder:
    """``device_planner.plan`` over three given plans."""

    def __init__(self) -> None:
        self.taken: list[Plan] = []

    def __call__(self, *_: object, below: Plan | None = None) -> Plan:
        at = 0 if below is None else LADDER.index(below) + 1
        if at == len(LADDER):
            raise UserError("Nothing fits.")
        return LADDER[at]


def out_of_memory(*_: object, **__: object) -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


@pytest.mark.parametrize("times", [1, 2])
def test_out_of_memory_steps_down_and_goes_on_from_the_last_stage(
    generator: WuerstchenGenerator, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    # Given pictures, and a machine whose memory runs out in Stage A, once or twice
    monkeypatch.setattr(device_planner, "plan", Ladder())
    expected = pixels(run(generator, request(num_images=3)))
    generator.release()
    real, failures = stage_a.decode_vqgan, iter([False, True, *[True] * (times - 1)])

    def decode(*given: Any) -> Any:
        if next(failures, False):
            out_of_memory()
        return real(*given)

    monkeypatch.setattr(pipeline, "decode_vqgan", decode)
    # When they are asked for
    events = run(generator, request(num_images=3))
    # Then every picture comes, once and right, and a sentence tells why it is slower now
    assert [picture.index for picture in pictures(events)] == [0, 1, 2]
    for ours, theirs in zip(pixels(events), expected, strict=True):
        assert (ours - theirs).abs().max() <= 1
    notes = [event.text for event in events if isinstance(event, Note)]
    stepped = [note.split(". ")[1] for note in notes if "Memory ran out" in note]
    assert stepped == [plan.reason for plan in LADDER[1 : times + 1]]
    # And what Stage C had drawn was not drawn again
    drawn = [e.indices for e in events if isinstance(e, StageProgress) and e.stage == "prior"]
    assert set(drawn) == {(0, 1, 2)}
    # And the next request begins with the plan that worked
    assert generator.plan(request()) == LADDER[times]


@pytest.mark.parametrize("where", ["sample_prior", "sample_decoder", "decode_vqgan"])
def test_when_no_plan_is_lean_enough_it_is_a_sentence_and_the_engine_is_ready(
    generator: WuerstchenGenerator, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(device_planner, "plan", Ladder())
    with monkeypatch.context() as patched:
        patched.setattr(pipeline, where, out_of_memory)
        with pytest.raises(UserError, match="not enough memory") as caught:
            run(generator, request())
    assert caught.value.hint
    assert generator.plan(request()) == LADDER[0]
    assert len(pictures(run(generator, request()))) == 1


@pytest.mark.usefixtures("no_collector")
def test_no_tensor_outlives_a_lack_of_memory(
    generator: WuerstchenGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a run whose memory ends in Stage B, with a large tensor in a frame of the traceback
    monkeypatch.setattr(device_planner, "plan", Ladder())
    held: list[weakref.ref[torch.Tensor]] = []
    real = decoder.sample_decoder

    def sample(*given: Any, **more: Any) -> Any:
        if not held:
            large = torch.empty(1000)
            held.append(weakref.ref(large))
            out_of_memory(large)
        assert held[0]() is None, "the failed attempt still holds memory"
        return real(*given, **more)

    monkeypatch.setattr(pipeline, "sample_decoder", sample)
    # When the job is tried again, then nothing of the first attempt is left
    assert len(pictures(run(generator, request()))) == 1


def test_warming_up_loads_and_release_lets_go(
    generator: WuerstchenGenerator, planned: Callable[[Plan], None]
) -> None:
    planned(PLAN)
    told: list[GeneratorEvent] = []
    # When the engine warms up, then the request loads nothing more
    generator.warm_up(request(), CancelToken(), told.append)
    assert [event.what for event in told if isinstance(event, Loading)][-1] == "prompt"
    assert not [event for event in run(generator, request()) if isinstance(event, Loading)]
    # And when memory is released, it loads again
    generator.release()
    assert [event for event in run(generator, request()) if isinstance(event, Loading)]


def test_a_lack_of_memory_while_warming_up_is_the_next_requests_to_mend(
    generator: WuerstchenGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given memory that runs out while the model is loaded ahead
    monkeypatch.setattr(device_planner, "plan", Ladder())
    with monkeypatch.context() as patched:
        patched.setattr(Residents, "load", out_of_memory)
        generator.warm_up(request(), CancelToken(), lambda _: None)
    # When a picture is asked for, then it is made with the next plan
    assert generator.plan(request()) == LADDER[1]
    assert len(pictures(run(generator, request()))) == 1


def test_warming_up_can_be_cancelled(
    generator: WuerstchenGenerator, planned: Callable[[Plan], None]
) -> None:
    planned(PLAN)
    cancel = CancelToken()

    def emit(event: GeneratorEvent) -> None:
        if isinstance(event, Loading) and event.what == "decoder":
            cancel.cancel()

    with pytest.raises(GenerationCancelled):
        generator.warm_up(request(), cancel, emit)
    assert len(pictures(run(generator, request()))) == 1
