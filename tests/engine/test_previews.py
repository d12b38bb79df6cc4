"""Previews of a job: both stages' are shown in time, at their picture, and change nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from wurstdesk.engine import device_planner, previewer, residency
from wurstdesk.engine.colours import LatentColours, fit_colours
from wurstdesk.engine.generator import WuerstchenGenerator
from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.engine.stage_a import StageA
from wurstdesk.errors import GenerationCancelled
from wurstdesk.generation import (
    CancelToken,
    EngineOptions,
    GenerationRequest,
    GeneratorEvent,
    Loading,
    PictureReady,
    Pixels,
    Plan,
    Preview,
    Stage,
    StageProgress,
    make_request,
)
from wurstdesk.paths import resources_dir

OPTIONS = EngineOptions(device="cpu", previews_per_second=1e6)
OFF = replace(OPTIONS, previews=False)
PLAN = Plan("cpu", "float32", "Testing CPU", threads=1, reason="It is the only one.")


def request(**fields: Any) -> GenerationRequest:
    few = {"prior_timesteps": None, "prior_num_inference_steps": 3, "checkpoint": "wuerstchen"}
    size = {"width": 256, "height": 128, "decoder_num_inference_steps": 4}
    return make_request(**{**few, **size, "prompt": "a red dog", **fields})


def run(generator: WuerstchenGenerator, asked: GenerationRequest) -> list[GeneratorEvent]:
    events: list[GeneratorEvent] = []
    generator.generate(asked, CancelToken(), events.append)
    return events


def shown(events: list[GeneratorEvent], stage: Stage) -> list[Preview]:
    return [event for event in events if isinstance(event, Preview) and event.stage == stage]


def tensor(pixels: Pixels) -> torch.Tensor:
    flat = torch.frombuffer(bytearray(pixels.data), dtype=torch.uint8)
    return flat.view(pixels.height, pixels.width, 3).permute(2, 0, 1).float() / 255


@pytest.fixture(autouse=True)
def at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiny stages would not get one at each step otherwise."""
    monkeypatch.setattr(previewer, "MOST_OF_THE_TIME", 1)


@pytest.fixture
def generator(tiny_folder: Path) -> WuerstchenGenerator:
    return WuerstchenGenerator(LocalCatalogue(tiny_folder, []), OPTIONS)


class Fitting:
    """Stands for ``fit_colours``: counts, and does something ``first``."""

    def __init__(self) -> None:
        self.count = 0
        self.first: Callable[[], None] = lambda: None

    def __call__(self, vqgan: StageA, cancel: CancelToken) -> LatentColours:
        self.count += 1
        self.first()
        return fit_colours(vqgan, cancel)


@pytest.fixture
def fitting(monkeypatch: pytest.MonkeyPatch) -> Fitting:
    instead = Fitting()
    monkeypatch.setattr(residency, "fit_colours", instead)
    return instead


def test_stage_b_shows_the_picture_that_it_will_be() -> None:
    # Given the built-in checkpoint, and a request for two pictures
    catalogue = LocalCatalogue(resources_dir() / "dackel", ())
    asked = request(checkpoint="dackel", width=256, height=256, num_images=2, seed=0)
    asked = asked.changed(prior_num_inference_steps=8, prompt="a dog")
    # When they are made
    events = run(WuerstchenGenerator(catalogue, OPTIONS), asked)
    # Then the last preview of each is its picture, made small, and not the other's
    made = [tensor(event.picture.pixels) for event in events if isinstance(event, PictureReady)]
    assert len(made) == 2
    for index in range(2):
        last = tensor([p for p in shown(events, "decoder") if p.index == index][-1].pixels)
        assert last.shape == (3, 64, 64)
        far = [(last - F.avg_pool2d(picture, 4)).abs().mean() for picture in made]
        assert far[index] < 0.06
        assert far[index] < far[1 - index] / 2, "the other one differs"


def test_stage_b_is_shown_from_its_first_useful_step_on(generator: WuerstchenGenerator) -> None:
    # Given two pictures of 20 steps each
    events = run(generator, request(num_images=2, decoder_num_inference_steps=20))
    # When one looks before which step each preview of Stage B came
    steps: dict[int, list[int]] = {0: [], 1: []}
    reached, working_on = 0, -1
    for event in events:
        if isinstance(event, StageProgress) and event.stage == "decoder":
            reached, (working_on,) = event.step, event.indices
        elif isinstance(event, Preview) and event.stage == "decoder":
            assert event.index == working_on
            steps[event.index].append(reached + 1)
    # Then the first, all noise, is not among them, and all others are
    assert steps == {0: list(range(2, 21)), 1: list(range(2, 21))}
    # And many steps begin later, where the same time has come; few show at least the last
    many, one = (
        shown(run(generator, request(decoder_num_inference_steps=count)), "decoder")
        for count in (60, 1)
    )
    assert len(many) == 58
    assert len(one) == 1


def test_pictures_are_the_same_to_the_byte_with_and_without_previews(
    generator: WuerstchenGenerator, tiny_folder: Path
) -> None:
    asked = request(num_images=2, decoder_guidance_scale=2.0, seed=8)
    blind = WuerstchenGenerator(LocalCatalogue(tiny_folder, []), OFF)
    seen, unseen = (run(each, asked) for each in (generator, blind))
    assert shown(seen, "decoder")
    assert shown(seen, "prior")
    assert not [event for event in unseen if isinstance(event, Preview)]
    pictures = [
        [(e.picture.pixels, e.picture.latents) for e in events if isinstance(e, PictureReady)]
        for events in (seen, unseen)
    ]
    assert len(pictures[0]) == 2
    assert pictures[0] == pictures[1]


def test_previews_keep_to_their_rate_from_picture_to_picture(tiny_folder: Path) -> None:
    # Given a preview an hour
    slow = WuerstchenGenerator(
        LocalCatalogue(tiny_folder, []), replace(OPTIONS, previews_per_second=1 / 3600)
    )
    # When three pictures are made
    events = run(slow, request(num_images=3))
    # Then Stage B shows its first guess and the end of each picture
    assert [preview.index for preview in shown(events, "decoder")] == [0, 0, 1, 2]


def test_a_stage_a_that_tells_no_colours_costs_the_previews_alone(
    generator: WuerstchenGenerator, fitting: Fitting, caplog: pytest.LogCaptureFixture
) -> None:
    # Given a Stage A on which nothing can be fitted
    def fail() -> None:
        raise RuntimeError("CUDA out of memory")

    fitting.first = fail
    # When two pictures are made
    with caplog.at_level(logging.WARNING):
        events = run(generator, request(num_images=2))
    # Then they are there, Stage C was seen, and it was tried but once
    assert len([event for event in events if isinstance(event, PictureReady)]) == 2
    assert shown(events, "prior")
    assert not shown(events, "decoder")
    assert fitting.count == 1
    assert caplog.messages == ["previews are switched off"]


def test_stop_while_colours_are_found_out_ends_the_job(
    generator: WuerstchenGenerator, fitting: Fitting
) -> None:
    # Given a person who stops just then
    cancel = CancelToken()
    fitting.first = cancel.cancel
    events: list[GeneratorEvent] = []
    # When the job runs, then it ends there
    with pytest.raises(GenerationCancelled):
        generator.generate(request(), cancel, events.append)
    assert not shown(events, "decoder")
    # And the next one shows Stage B
    assert shown(run(generator, request()), "decoder")


@pytest.mark.parametrize("offload", ["none", "model", "group", "sequential"])
def test_stage_a_is_never_brought_in_for_a_preview(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch, fitting: Fitting, offload: Any
) -> None:
    # Given any way of keeping the components
    plan = replace(PLAN, offload=offload)
    monkeypatch.setattr(device_planner, "plan", lambda *_, **__: plan)
    # When two jobs run with previews, and two without
    loaded = []
    for options in (OPTIONS, OFF):
        generator = WuerstchenGenerator(LocalCatalogue(tiny_folder, []), options)
        events = run(generator, request(seed=1)) + run(generator, request(seed=2))
        loaded.append([event.what for event in events if isinstance(event, Loading)])
        assert bool(shown(events, "decoder")) == options.previews
    # Then the same was loaded, and the colours were found out once
    assert loaded[0] == loaded[1]
    assert fitting.count == 1


@pytest.mark.parametrize("options", [OPTIONS, OFF])
def test_a_picture_keeps_the_last_preview_of_its_draft(
    tiny_folder: Path, options: EngineOptions
) -> None:
    # Given previews that are shown, or not
    generator = WuerstchenGenerator(LocalCatalogue(tiny_folder, ()), options)
    # When two pictures are made
    events = run(generator, request(num_images=2))
    made = [event.picture for event in events if isinstance(event, PictureReady)]
    # Then each has that of its own draft
    first, second = (picture.preview for picture in made)
    assert first is not None
    assert second is not None
    assert first.data != second.data
    # And where they were shown it is the last one
    last = {preview.index: preview.pixels for preview in shown(events, "prior")}
    assert list(last.values()) == ([first, second] if options is OPTIONS else [])
