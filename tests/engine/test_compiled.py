"""``torch.compile`` as an offer: it says what it does, and its failure costs no picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from tqdm import tqdm  # type: ignore[import-untyped]

from wurstdesk.engine import device_planner
from wurstdesk.engine.compiled import Compilable
from wurstdesk.engine.generator import WuerstchenGenerator
from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.generation import (
    CancelToken,
    EngineOptions,
    GeneratorEvent,
    Note,
    PictureReady,
    Plan,
    make_request,
)

PLAN = Plan("cpu", "float32", "Testing CPU", compile=True, threads=1)


class Doubler(Compilable, nn.Module):
    """A stage that doubles."""

    def forward(self, latents: Tensor, *, plus: float = 0.0) -> Tensor:
        return latents * 2 + plus


def fake_compiler(monkeypatch: pytest.MonkeyPatch, compiled: Callable[..., Tensor]) -> None:
    monkeypatch.setattr(torch, "compile", lambda *_, **__: compiled)


def test_nothing_is_compiled_unasked() -> None:
    assert Doubler().predict(torch.ones(1), plus=1.0).item() == 3


def test_each_size_is_announced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a stage that is compiled
    calls: list[torch.Size] = []

    def compiled(latents: Tensor) -> Tensor:
        calls.append(latents.shape)
        return latents * 2

    fake_compiler(monkeypatch, compiled)
    said: list[str] = []
    stage = Doubler()
    stage.compile_steps("Stage C", said.append)
    # When it is called twice at one size and once at another
    for side in (2, 2, 3):
        assert stage.predict(torch.ones(side)).sum() == 2 * side
    # Then the compiled code was used, and each size was announced once
    assert len(calls) == 3
    assert len(said) == 2
    assert "Stage C is being compiled" in said[0]


def test_a_compiler_that_fails_costs_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a computer without a compiler
    def compiled(latents: Tensor) -> Tensor:
        raise RuntimeError("No working C++ compiler found")

    fake_compiler(monkeypatch, compiled)
    said: list[str] = []
    stage = Doubler()
    stage.compile_steps("Stage B", said.append)
    # When it is used, then it answers all the same, says so once, and does not try again
    assert [stage.predict(torch.ones(1)).item() for _ in range(3)] == [2, 2, 2]
    assert len(said) == 2
    assert "could not be compiled" in said[1]


def test_a_program_that_came_without_the_compiler_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a bundle that left torch's compiler out
    def missing(*_: object, **__: object) -> None:
        raise ImportError("No module named 'torch._inductor'")

    monkeypatch.setattr(torch, "compile", missing)
    said: list[str] = []
    stage = Doubler()
    # When a stage is to be compiled, then there is one sentence and it works as ever
    stage.compile_steps("Stage C", said.append)
    assert stage.predict(torch.ones(1)).item() == 2
    assert len(said) == 1
    assert "could not be compiled" in said[0]


def test_a_lack_of_memory_is_not_the_compilers_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def compiled(latents: Tensor) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory")

    fake_compiler(monkeypatch, compiled)
    stage = Doubler()
    stage.compile_steps("Stage B", lambda _: None)
    with pytest.raises(torch.OutOfMemoryError):
        stage.predict(torch.ones(1))


def _pixels(folder: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> tuple[Tensor, list[str]]:
    monkeypatch.setattr(device_planner, "plan", lambda *_, **__: plan)
    generator = WuerstchenGenerator(
        LocalCatalogue(folder, []), EngineOptions(device="cpu", previews=False)
    )
    events: list[GeneratorEvent] = []
    request = make_request(
        prompt="a red dog",
        width=256,
        height=128,
        prior_timesteps=None,
        prior_num_inference_steps=3,
        decoder_num_inference_steps=2,
        checkpoint="wuerstchen",
    )
    generator.generate(request, CancelToken(), events.append)
    (picture,) = (event.picture for event in events if isinstance(event, PictureReady))
    assert picture.provenance.compiled == (plan.compile and plan.offload == "none")
    notes = [event.text for event in events if isinstance(event, Note)]
    return torch.frombuffer(bytearray(picture.pixels.data), dtype=torch.uint8).int(), notes


@pytest.mark.parametrize("offload", ["group", "sequential"])
def test_where_layers_come_and_go_it_says_that_nothing_is_compiled(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch, offload: Any
) -> None:
    _, notes = _pixels(tiny_folder, replace(PLAN, offload=offload), monkeypatch)
    assert sum("is not compiled while" in note for note in notes) == 2


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_compiled_picture_is_the_same_but_for_rounding(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # torch's compiler has a progress bar, which though invisible leaves a thread behind
    monkeypatch.setattr(tqdm, "monitor_interval", 0)
    eager, _ = _pixels(tiny_folder, replace(PLAN, compile=False), monkeypatch)
    compiled, notes = _pixels(tiny_folder, PLAN, monkeypatch)
    assert sum("is being compiled" in note for note in notes) == 2
    assert not any("could not" in note for note in notes)
    assert (eager - compiled).abs().max() <= 1
