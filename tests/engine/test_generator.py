"""The whole engine on a tiny checkpoint: from a request to pictures, notes and errors."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from checkpoints import copy_checkpoint, damage, make_checkpoint, prior_of
from wurstdesk.engine import pipeline
from wurstdesk.engine.generator import WuerstchenGenerator
from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.errors import CheckpointError, GenerationCancelled, UserError
from wurstdesk.generation import (
    CancelToken,
    EngineOptions,
    GeneratedPicture,
    GenerationRequest,
    GeneratorEvent,
    ImageGenerator,
    Loading,
    Note,
    PictureReady,
    Preview,
    Stage,
    StageProgress,
    make_request,
)

OPTIONS = EngineOptions(device="cpu", previews_per_second=1e6)


def request(**fields: Any) -> GenerationRequest:
    few = {"prior_timesteps": None, "prior_num_inference_steps": 4}
    return make_request(
        **{
            **few,
            "prompt": "a red dog",
            "width": 256,
            "height": 128,
            "decoder_num_inference_steps": 3,
            "checkpoint": "wuerstchen",
            **fields,
        }
    )


@pytest.fixture
def generator(tiny_folder: Path) -> WuerstchenGenerator:
    return WuerstchenGenerator(LocalCatalogue(tiny_folder, []), OPTIONS)


def run(
    generator: ImageGenerator, asked: GenerationRequest, cancel: CancelToken | None = None
) -> list[GeneratorEvent]:
    events: list[GeneratorEvent] = []
    generator.generate(asked, cancel or CancelToken(), events.append)
    return events


def pictures(events: list[GeneratorEvent]) -> list[GeneratedPicture]:
    return [event.picture for event in events if isinstance(event, PictureReady)]


def levels(picture: GeneratedPicture) -> torch.Tensor:
    return torch.frombuffer(bytearray(picture.pixels.data), dtype=torch.uint8).int()


def test_a_request_becomes_a_picture_with_all_that_belongs_to_it(
    generator: WuerstchenGenerator,
) -> None:
    # Given a request for two pictures
    asked = request(num_images=2, seed=2**32 - 1, prompt="a red++ dog")
    # When they are made
    events = run(generator, asked)
    made = pictures(events)
    # Then each has its pixels, its own request, its latent and where it comes from
    assert [picture.index for picture in made] == [0, 1]
    assert [picture.request.seed for picture in made] == [2**32 - 1, 0]
    for picture in made:
        assert (picture.pixels.width, picture.pixels.height) == (256, 128)
        assert picture.latents.shape == (16, 3, 6)
        assert len(picture.latents.data) == 4 * 16 * 3 * 6
        assert set(picture.seconds) == {"prior", "decoder", "vqgan"}
        assert picture.provenance.device == "cpu"
        assert len(picture.provenance.checkpoint_hash) == 64
        versions = picture.provenance.versions
        assert {"torch", "diffusers", "transformers", "compel", "wurstdesk", "python"} == {
            *versions
        }
    # And the second, asked for alone, is the same
    (alone,) = pictures(run(generator, made[1].request))
    assert (levels(alone) - levels(made[1])).abs().max() <= 1


def test_events_tell_the_whole_story_in_order(generator: WuerstchenGenerator) -> None:
    # Given a first request for two pictures
    events = run(generator, request(num_images=2))
    # Then loading comes first, and counts up
    loading = [event for event in events if isinstance(event, Loading)]
    assert events[: len(loading)] == list(loading)
    assert [event.done for event in loading] == list(range(len(loading)))
    assert {event.total for event in loading} == {len(loading) - 1}
    assert [loading[0].what, loading[-1].what] == ["engine", "prompt"]
    # And every step of every stage is told, with the pictures it is about
    told: dict[tuple[Stage, tuple[int, ...]], list[int]] = {}
    for event in events:
        if isinstance(event, StageProgress):
            told.setdefault((event.stage, event.indices), []).append(event.step)
            assert event.step == 0 or event.seconds_left is not None
    assert [e for e in events if isinstance(e, StageProgress)][-1].seconds_left == 0
    assert told["prior", (0, 1)] == [0, 1, 2, 3, 4]
    assert told["decoder", (0,)] == told["decoder", (1,)] == [0, 1, 2, 3]
    assert told["vqgan", (0,)][-1] == 5
    # And previews of both pictures came while Stage C drew, the last at its end
    previews = [event for event in events if isinstance(event, Preview)]
    assert {event.index for event in previews} == {0, 1}
    assert len(previews) >= 4
    # And a second request loads nothing
    assert not [event for event in run(generator, request()) if isinstance(event, Loading)]


def test_the_same_seed_alone_and_in_a_batch_of_four(generator: WuerstchenGenerator) -> None:
    batch = pictures(run(generator, request(seed=10, num_images=4)))
    for offset, together in enumerate(batch):
        (alone,) = pictures(run(generator, request(seed=10 + offset)))
        assert (levels(alone) - levels(together)).abs().max() <= 1
    assert (levels(batch[0]) - levels(batch[1])).abs().max() > 1


def test_the_same_request_twice_is_the_same_to_the_byte(generator: WuerstchenGenerator) -> None:
    first, second = (pictures(run(generator, request(seed=3)))[0] for _ in range(2))
    assert first.pixels.data == second.pixels.data
    assert first.latents.data == second.latents.data


def test_seeds_of_the_two_stages(generator: WuerstchenGenerator) -> None:
    # Given a picture
    (plain,) = pictures(run(generator, request(seed=5)))
    # When its own seed is named for the decoder, nothing changes; with another, the details do
    (same,) = pictures(run(generator, request(seed=5, decoder_seed=5)))
    (other,) = pictures(run(generator, request(seed=5, decoder_seed=6)))
    assert same.pixels.data == plain.pixels.data
    assert other.pixels.data != plain.pixels.data
    assert other.latents.data == plain.latents.data
    # And more pictures than fit in one batch go on counting
    many = pictures(run(generator, request(seed=1, num_images=5)))
    assert many[4].pixels.data == plain.pixels.data


def test_guidance_negative_prompt_and_long_prompts(generator: WuerstchenGenerator) -> None:
    base = {"seed": 2, "decoder_guidance_scale": 2.0, "prompt": "a red dog " * 40}
    (one,) = pictures(run(generator, request(**base)))
    (two,) = pictures(run(generator, request(**base, negative_prompt="cat")))
    (off,) = pictures(run(generator, request(**base, prior_guidance_scale=1.0)))
    assert len({one.latents.data, two.latents.data, off.latents.data}) == 3


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("", None),
        ("🌭" * 10_000, "cut off"),
        ("a dog " * 1700, "were read"),
        ("()", "literally"),
    ],
)
def test_any_prompt_gives_a_picture_and_what_was_left_out_is_said(
    generator: WuerstchenGenerator, prompt: str, said: str | None
) -> None:
    events = run(generator, request(prompt=prompt))
    (picture,) = pictures(events)
    notes = [event.text for event in events if isinstance(event, Note)]
    assert (said is None) or any(said in note for note in notes)
    assert [note for note in picture.notes if said and said in note] or said is None


def test_a_checkpoint_with_a_little_world_says_what_is_outside_of_it(tmp_path: Path) -> None:
    # Given a checkpoint that says what it knows
    known = {"name": "dackel", "trained_sides": [128, 128], "vocabulary": ["a", "dog"]}
    make_checkpoint(tmp_path, description=known, previewer=True)
    generator = WuerstchenGenerator(LocalCatalogue(tmp_path, []), OPTIONS)
    # When it is asked for something else
    events = run(generator, request(checkpoint="dackel", prompt="a cat"))
    # Then it draws, and says so; its own previewer shows a quarter of the size
    told = [event for event in events if isinstance(event, Note)]
    assert all(note.is_advice for note in told)
    notes = [note.text for note in told]
    assert any("“cat”" in note for note in notes)
    assert any("256×128" in note for note in notes)
    previews = [event.pixels for event in events if isinstance(event, Preview)]
    assert (previews[0].width, previews[0].height) == (64, 32)


@pytest.mark.parametrize("stage", ["prior", "decoder", "vqgan"])
def test_cancel_stops_within_a_step_and_leaves_the_engine_ready(
    generator: WuerstchenGenerator, stage: Stage
) -> None:
    # Given work that is stopped after the first step of a stage
    cancel = CancelToken()
    seen: list[GeneratorEvent] = []

    def emit(event: GeneratorEvent) -> None:
        seen.append(event)
        if isinstance(event, StageProgress) and event.stage == stage and event.step == 1:
            cancel.cancel()

    # When it is running
    with pytest.raises(GenerationCancelled):
        generator.generate(request(num_images=2), cancel, emit)
    # Then no further step was done, and the next request is carried out
    after = [event for event in seen if isinstance(event, StageProgress) and event.stage == stage]
    assert after[-1].step == 1
    assert len(pictures(run(generator, request()))) == 1


def test_cancel_while_loading(generator: WuerstchenGenerator) -> None:
    cancel = CancelToken()
    told: list[GeneratorEvent] = []

    def emit(event: GeneratorEvent) -> None:
        told.append(event)
        if isinstance(event, Loading) and event.what == "decoder":
            cancel.cancel()

    with pytest.raises(GenerationCancelled):
        generator.generate(request(), cancel, emit)
    last = told[-1]
    assert isinstance(last, Loading)
    assert last.what == "decoder"
    assert len(pictures(run(generator, request()))) == 1


def test_the_processes_threads_are_as_before(tiny_folder: Path) -> None:
    # Given an engine on more threads than this process uses
    generator = WuerstchenGenerator(
        LocalCatalogue(tiny_folder, []), EngineOptions(device="cpu", threads=2)
    )
    assert torch.get_num_threads() == 1
    # When it draws, then on those, and torch is left as it was found
    (picture,) = pictures(run(generator, request()))
    assert picture.provenance.threads == 2
    assert torch.get_num_threads() == 1


def test_broken_files_are_a_sentence_and_the_next_request_works(
    tiny_folder: Path, tmp_path: Path
) -> None:
    # Given a checkpoint with NaN in its weights, which only loading can see
    broken = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)
    damage(prior_of(broken) / "prior" / "diffusion_pytorch_model.safetensors", "nan")
    generator = WuerstchenGenerator(LocalCatalogue(tiny_folder, []), OPTIONS)
    # When it is asked for, then there is a sentence, and another checkpoint still draws
    with pytest.raises(CheckpointError, match="NaN"):
        run(generator, request(checkpoint=str(broken)))
    with pytest.raises(CheckpointError, match="no checkpoint"):
        run(generator, request(checkpoint="nobody"))
    assert len(pictures(run(generator, request()))) == 1


def test_another_checkpoint_takes_the_place_of_the_first(tiny_folder: Path, tmp_path: Path) -> None:
    other = make_checkpoint(tmp_path, seed=9)
    generator = WuerstchenGenerator(LocalCatalogue(tiny_folder, []), OPTIONS)
    (first,) = pictures(run(generator, request()))
    events = run(generator, request(checkpoint=str(other)))
    assert next(event.what for event in events if isinstance(event, Loading)) == "text_encoder"
    assert pictures(events)[0].pixels.data != first.pixels.data
    generator.close()


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        MemoryError(),
        RuntimeError("not enough memory"),
        RuntimeError("unable to mmap 4 bytes from file: Cannot allocate memory (12)"),
    ],
)
def test_out_of_memory_is_a_sentence(
    generator: WuerstchenGenerator, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    # Given a machine that runs out of memory in Stage B
    def fail(*args: object, **settings: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "sample_decoder", fail)
        # When a picture is made, then there is a sentence with a way out
        with pytest.raises(UserError, match="memory") as caught:
            run(generator, request())
    assert caught.value.hint
    # And the engine goes on
    assert len(pictures(run(generator, request()))) == 1


def test_numbers_without_sense_are_a_sentence(
    generator: WuerstchenGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(generator, request())
    with monkeypatch.context() as patched:
        patched.setattr(
            pipeline, "sample_prior", lambda *_: iter([_Step(torch.full((1, 16, 3, 6), torch.nan))])
        )
        with pytest.raises(UserError, match="lost itself"):
            run(generator, request())


def test_a_black_picture_is_a_sentence(
    generator: WuerstchenGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a Stage A that ends in no numbers, as half precision may
    def no_numbers(*_: object) -> Iterator[torch.Tensor]:
        yield torch.full((1, 3, 128, 256), torch.nan)

    monkeypatch.setattr(pipeline, "decode_vqgan", no_numbers)
    # When a picture is made, then it is not shown as if it were one
    with pytest.raises(UserError, match="lost itself"):
        run(generator, request())


def test_a_checkpoint_whose_sizes_do_not_come_out_draws_nothing(
    tiny_folder: Path, tmp_path: Path
) -> None:
    # Given an index with a number of another model
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)
    index = prior_of(decoder) / "model_index.json"
    numbers = json.loads(index.read_text(encoding="utf-8")) | {"resolution_multiple": 64}
    index.write_text(json.dumps(numbers), encoding="utf-8")
    # When a picture is asked for, then there is a sentence before the first step
    events: list[GeneratorEvent] = []
    with pytest.raises(CheckpointError, match="instead of 256×128"):
        WuerstchenGenerator(LocalCatalogue(tmp_path, []), OPTIONS).generate(
            request(), CancelToken(), events.append
        )
    assert not [event for event in events if isinstance(event, StageProgress)]


class _Step:
    done = steps = 4

    def __init__(self, latents: torch.Tensor) -> None:
        self.latents = latents

    def denoised(self) -> torch.Tensor:
        return self.latents


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_draws_about_the_same(
    tiny_folder: Path, generator: WuerstchenGenerator, dtype: Any
) -> None:
    half = WuerstchenGenerator(
        LocalCatalogue(tiny_folder, []), EngineOptions(device="cpu", dtype=dtype)
    )
    (coarse,), (fine,) = (pictures(run(g, request())) for g in (half, generator))
    assert coarse.provenance.dtype == dtype
    assert (levels(coarse) - levels(fine)).float().abs().mean() < 3


SCRIPT = """
import sys
from pathlib import Path
from wurstdesk.log import prepare_environment
prepare_environment()
from wurstdesk.engine import device_planner, estimate, generator, model_files, prompt_syntax
from wurstdesk.generation import CancelToken, EngineOptions, PictureReady, make_request
catalogue = model_files.LocalCatalogue(Path(sys.argv[1]), [])
catalogue.find("wuerstchen")
prompt_syntax.parse_prompt("a red++ dog")
heavy = {"torch", "diffusers", "transformers", "compel", "accelerate", "numpy"} & {*sys.modules}
assert not heavy, heavy
request = make_request(prompt="a red++ dog " * 40, width=128, height=128, checkpoint="wuerstchen")
made = []
generator.WuerstchenGenerator(catalogue, EngineOptions(device="cpu", threads=1)).generate(
    request, CancelToken(), lambda event: made.append(isinstance(event, PictureReady)))
assert any(made)
"""


def test_torch_comes_late_and_nothing_reaches_the_terminal(tiny_folder: Path) -> None:
    """In a process of its own: what is imported by whom, and what libraries print."""
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:wurstdesk", "-c", SCRIPT, tiny_folder],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    assert (done.stdout, done.stderr) == ("", "")
