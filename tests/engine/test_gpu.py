"""On a graphics card: every way of keeping the components draws what the processor draws.

.venv/bin/python -m pytest -m gpu
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch

from wurstdesk.engine import device_planner
from wurstdesk.engine.generator import WuerstchenGenerator
from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.generation import (
    CancelToken,
    CheckpointInfo,
    EngineOptions,
    GeneratorEvent,
    Note,
    PictureReady,
    Plan,
)
from wurstdesk.paths import resources_dir

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no NVIDIA or AMD card"),
]

PLAN = Plan("cuda:0", "float32", "the card", batch=2)
WAYS = {
    "resident": PLAN,
    "in turn": replace(PLAN, offload="model"),
    "by leaf": replace(PLAN, offload="group"),
    "by leaf, streamed": replace(PLAN, offload="group", stream=True),
    "sequential": replace(PLAN, offload="sequential"),
    "compiled": replace(PLAN, compile=True),
}


@pytest.fixture(scope="module")
def dackel() -> tuple[LocalCatalogue, CheckpointInfo]:
    catalogue = LocalCatalogue(resources_dir() / "dackel", ())
    return catalogue, catalogue.find("dackel")


@pytest.fixture
def whole_card() -> Iterator[None]:
    """Give the card's memory free again after a test that limited it."""
    yield
    torch.cuda.set_per_process_memory_fraction(1.0)
    torch.cuda.empty_cache()


def drawn(
    catalogue: LocalCatalogue, info: CheckpointInfo, options: EngineOptions, **fields: Any
) -> tuple[list[torch.Tensor], list[str]]:
    """The pictures of two requests, one after the other, and what was told."""
    events: list[GeneratorEvent] = []
    generator = WuerstchenGenerator(catalogue, options)
    for seed in (7, 8):
        asked = info.request(prompt="a red++ dog on snow", seed=seed, num_images=2, **fields)
        generator.generate(asked, CancelToken(), events.append)
    generator.close()
    pictures = [event.picture for event in events if isinstance(event, PictureReady)]
    pixels = [torch.frombuffer(bytearray(p.pixels.data), dtype=torch.uint8).int() for p in pictures]
    return pixels, [event.text for event in events if isinstance(event, Note)]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_draws_what_the_processor_draws(
    dackel: tuple[LocalCatalogue, CheckpointInfo], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    # Given pictures made on the processor
    options = EngineOptions(previews=False)
    monkeypatch.setattr(device_planner, "plan", lambda *_, **__: Plan("cpu", "float32", "cpu"))
    expected, _ = drawn(*dackel, options)
    # When they are made on the card, in any of the ways
    monkeypatch.setattr(device_planner, "plan", lambda *_, **__: WAYS[way])
    found, _ = drawn(*dackel, options)
    # Then they are the same but for what two kinds of hardware round differently
    for ours, theirs in zip(found, expected, strict=True):
        assert (ours - theirs).float().abs().mean() < 1


def test_the_ladder_ends_in_a_picture_where_memory_is_really_short(
    dackel: tuple[LocalCatalogue, CheckpointInfo], whole_card: None
) -> None:
    # Given a card of which torch may use half a gigabyte, which the planner does not know
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(0.5e9 / total)
    # When pictures are asked for whose Stage B alone takes more, then they are made all the same
    pixels, notes = drawn(*dackel, EngineOptions(previews=False), width=2048, height=2048)
    assert len(pixels) == 4
    assert any("Memory ran out" in note for note in notes)
