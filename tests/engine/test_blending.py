"""The blend of two priors: its weights, its pictures, what is kept and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from checkpoints import (
    copy_checkpoint,
    damage,
    make_checkpoint,
    make_single_prior,
    prior_of,
)
from wurstdesk.engine import blending, components, device_planner
from wurstdesk.engine.blending import blended, mixed, prior_hash
from wurstdesk.engine.generator import WuerstchenGenerator
from wurstdesk.engine.model_files import LocalCatalogue, content_hash
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import (
    CancelToken,
    CheckpointInfo,
    EngineOptions,
    GeneratedPicture,
    GenerationRequest,
    Loading,
    PictureReady,
    Plan,
    make_request,
)

CPU = (torch.device("cpu"), torch.float32)
WEIGHTS = "diffusion_pytorch_model.safetensors"
BASE, FINETUNED = "wuerstchen+prior-model-base", "wuerstchen+prior-model-finetuned"
PLAN = Plan("cpu", "float32", "Testing CPU", threads=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny_folder: Path) -> Path:
    """A checkpoint and two priors by themselves."""
    folder = tmp_path_factory.mktemp("blending")
    copy_checkpoint(tiny_folder / "wuerstchen", folder)
    for seed, name in enumerate(("base", "finetuned"), start=11):
        make_single_prior(folder, name=f"wuerstchen-prior-model-{name}", seed=seed)
    return folder


@pytest.fixture
def catalogue(folder: Path) -> LocalCatalogue:
    return LocalCatalogue(Path("there is no such folder"), [folder])


def request(**fields: Any) -> GenerationRequest:
    usual = {
        "prompt": "a red dog",
        "width": 256,
        "height": 128,
        "prior_timesteps": None,
        "prior_num_inference_steps": 3,
        "decoder_num_inference_steps": 2,
        "checkpoint": BASE,
    }
    return make_request(**{**usual, **fields})


def pictures(generator: WuerstchenGenerator, asked: GenerationRequest) -> list[GeneratedPicture]:
    events: list[object] = []
    generator.generate(asked, CancelToken(), events.append)
    return [event.picture for event in events if isinstance(event, PictureReady)]


def loaded_parts(generator: WuerstchenGenerator, asked: GenerationRequest) -> list[str]:
    events: list[object] = []
    generator.generate(asked, CancelToken(), events.append)
    return [event.what for event in events if isinstance(event, Loading)]


def weights_of(info: CheckpointInfo) -> dict[str, Tensor]:
    return components.load_prior(info, CPU).state_dict()


def in_file(info: CheckpointInfo) -> dict[str, Tensor]:
    return load_file(info.prior_folder / WEIGHTS)


def test_half_of_each_is_the_mean_to_the_last_bit(catalogue: LocalCatalogue) -> None:
    base, finetuned = catalogue.find(BASE), catalogue.find(FINETUNED)
    half = weights_of(blended(base, finetuned, 0.5))
    own, other = in_file(base), in_file(finetuned)
    assert half.keys() == own.keys()
    for name, weight in half.items():
        assert weight.dtype is torch.float32
        assert torch.equal(weight, (own[name] + other[name]) / 2), name


@pytest.mark.parametrize(("weight", "name"), [(0.0, BASE), (1.0, FINETUNED)])
def test_the_ends_are_the_two_priors_themselves(
    catalogue: LocalCatalogue, weight: float, name: str
) -> None:
    asked = request(prior_blend=weight, blend_prior=FINETUNED)
    info = blending.checkpoint_for(catalogue, asked)
    for key, expected in in_file(catalogue.find(name)).items():
        assert torch.equal(weights_of(info)[key], expected), key


def test_the_ends_make_the_pictures_of_the_two_priors(catalogue: LocalCatalogue) -> None:
    generator = WuerstchenGenerator(catalogue, EngineOptions(device="cpu", previews=False))
    ends = [
        pictures(generator, request(blend_prior=FINETUNED, prior_blend=weight))[0]
        for weight in (0.0, 1.0)
    ]
    alone = [pictures(generator, request(checkpoint=name))[0] for name in (BASE, FINETUNED)]
    middle = pictures(generator, request(blend_prior=FINETUNED, prior_blend=0.5))[0]
    assert [picture.latents.data for picture in ends] == [p.latents.data for p in alone]
    assert [picture.pixels for picture in ends] == [picture.pixels for picture in alone]
    assert middle.latents.data not in {picture.latents.data for picture in alone}


def test_a_picture_is_made_again_to_the_byte_from_its_record(
    catalogue: LocalCatalogue, folder: Path
) -> None:
    options = EngineOptions(device="cpu", previews=False)
    asked = request(blend_prior=FINETUNED, prior_blend=0.35)
    (first,) = pictures(WuerstchenGenerator(catalogue, options), asked)
    record = first.request.to_dict()
    again_catalogue = LocalCatalogue(Path("there is no such folder"), [folder])
    generator = WuerstchenGenerator(again_catalogue, options)
    pictures(generator, request(checkpoint="wuerstchen"))  # so that only the prior is changed
    (again,) = pictures(generator, GenerationRequest.from_dict(record))
    assert again.latents == first.latents
    assert again.pixels == first.pixels
    assert again.provenance == first.provenance


def test_a_picture_says_which_two_priors(catalogue: LocalCatalogue) -> None:
    options = EngineOptions(device="cpu", previews=False)
    generator = WuerstchenGenerator(catalogue, options)
    (made,) = pictures(generator, request(blend_prior=FINETUNED, prior_blend=0.35))
    base, finetuned = catalogue.find(BASE), catalogue.find(FINETUNED)
    said = made.provenance
    assert (said.checkpoint_name, said.checkpoint_hash) == (BASE, content_hash(base))
    assert (said.blend_name, said.blend_hash) == (FINETUNED, prior_hash(finetuned.prior_folder))
    assert len(said.blend_hash) == 64
    assert prior_hash(base.prior_folder) != said.blend_hash
    assert (made.request.prior_blend, made.request.blend_prior) == (0.35, FINETUNED)
    (plain,) = pictures(generator, request())
    assert (plain.provenance.blend_name, plain.provenance.blend_hash) == ("", "")


def test_what_only_differs_in_the_prior_keeps_the_rest(catalogue: LocalCatalogue) -> None:
    generator = WuerstchenGenerator(catalogue, EngineOptions(device="cpu", previews=False))
    blend = request(blend_prior=FINETUNED, prior_blend=0.35)
    assert "decoder" in loaded_parts(generator, blend)
    assert loaded_parts(generator, blend.changed(seed=4)) == [], "it is there"
    assert loaded_parts(generator, blend.changed(prior_blend=0.4)) == ["prior", "prompt"]
    assert loaded_parts(generator, request()) == ["prior", "prompt"]
    assert loaded_parts(generator, request(checkpoint="wuerstchen")) == ["prior", "prompt"]


def test_a_blend_follows_its_file(tiny_folder: Path, tmp_path: Path) -> None:
    # Given a blend that has been drawn with
    copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)
    prior = make_single_prior(tmp_path, seed=11)
    catalogue = LocalCatalogue(Path("there is no such folder"), [tmp_path])
    generator = WuerstchenGenerator(catalogue, EngineOptions(device="cpu", previews=False))
    asked = request(checkpoint="wuerstchen", blend_prior=BASE, prior_blend=0.5)
    before = pictures(generator, asked)[0]
    # When the second prior's file becomes another
    other = make_single_prior(tmp_path / ".hidden", seed=12)
    (prior / WEIGHTS).unlink()
    (other / WEIGHTS).rename(prior / WEIGHTS)
    # Then so does the picture
    after = pictures(generator, asked)[0]
    assert after.latents.data != before.latents.data
    assert after.provenance.blend_hash != before.provenance.blend_hash


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_blended_in_full(
    tiny_folder: Path, tmp_path: Path, dtype: torch.dtype
) -> None:
    copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)
    make_single_prior(tmp_path, seed=11, dtype=dtype)
    catalogue = LocalCatalogue(Path("there is no such folder"), [tmp_path])
    own, other = catalogue.find("wuerstchen"), catalogue.find(BASE)
    blend = weights_of(blended(own, other, 0.25))
    left, right = in_file(own), in_file(other)
    for name, weight in blend.items():
        assert torch.equal(weight, left[name] * 0.75 + right[name].float() * 0.25)
    target = (torch.device("cpu"), torch.bfloat16)
    narrow = components.load_prior(blended(own, other, 0.25), target).state_dict()
    assert all(torch.equal(narrow[name], weight.bfloat16()) for name, weight in blend.items())


def test_whatever_the_number_of_threads_it_is_the_same() -> None:
    own, other = torch.randn(2, 300, 1001, generator=torch.Generator().manual_seed(1)).unbind()
    before = torch.get_num_threads()
    try:
        found = []
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            found.append(mixed(own, other, 0.35))
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(found[0], each) for each in found)


def test_another_configuration_is_refused_before_anything_is_loaded(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)
    make_checkpoint(tmp_path, size="small", name="larger")
    catalogue = LocalCatalogue(Path("there is no such folder"), [tmp_path])
    generator = WuerstchenGenerator(catalogue, EngineOptions(device="cpu"))
    monkeypatch.setattr(components, "load_text_encoder", None)
    asked = request(checkpoint="wuerstchen", blend_prior="larger", prior_blend=0.5)
    for ask in (lambda: pictures(generator, asked), lambda: generator.plan(asked)):
        with pytest.raises(CheckpointError, match="of another configuration") as caught:
            ask()
        assert "c 256, c_cond 128" in str(caught.value)


def test_a_prior_that_is_not_there_or_damaged_is_named(tiny_folder: Path, tmp_path: Path) -> None:
    copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)
    alone = make_single_prior(tmp_path)
    catalogue = LocalCatalogue(Path("there is no such folder"), [tmp_path])
    generator = WuerstchenGenerator(catalogue, EngineOptions(device="cpu"))
    asked = request(checkpoint="wuerstchen", blend_prior="gone", prior_blend=0.5)
    with pytest.raises(CheckpointError, match="no checkpoint “gone”"):
        generator.plan(asked)
    spoiled = damage(alone / WEIGHTS, "nan")
    with pytest.raises(CheckpointError, match="no numbers") as caught:
        pictures(generator, asked.changed(blend_prior=BASE))
    assert str(spoiled) in str(caught.value)
    # And the generator is of use again
    assert pictures(generator, request(checkpoint="wuerstchen"))


def test_a_short_name_and_a_folder_name_a_prior(catalogue: LocalCatalogue, folder: Path) -> None:
    base = catalogue.find(BASE)
    for text in (FINETUNED, "prior-model-finetuned", str(folder / FINETUNED.replace("+", "-"))):
        assert blending.find_other(catalogue, base, text).name == FINETUNED
    assert blending.find_other(catalogue, base, "wuerstchen").prior_weights is None


def test_where_stages_take_turns_it_is_the_same_picture(
    catalogue: LocalCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request(blend_prior=FINETUNED, prior_blend=0.35)
    found = []
    for offload in ("none", "model", "sequential"):
        plan = replace(PLAN, offload=offload)
        monkeypatch.setattr(device_planner, "plan", lambda *_, made=plan, **__: made)
        generator = WuerstchenGenerator(catalogue, EngineOptions(device="cpu", previews=False))
        found.append(pictures(generator, asked)[0].latents.data)
    assert found[0] == found[1] == found[2]


@pytest.fixture
def most_held(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """For each weight that is blended: how many bytes of both files' copies are alive."""
    import weakref

    alive: weakref.WeakSet[Tensor] = weakref.WeakSet()
    held: list[int] = []

    def watched(own: Tensor, other: Tensor, weight: float) -> Tensor:
        wide = other.float()
        alive.add(wide)
        held.append(sum(each.numel() for each in alive))
        return mixed(own, wide, weight)

    monkeypatch.setattr(components, "mixed", watched)
    return held


def test_of_the_second_prior_no_more_than_a_weight_is_held(
    tiny_folder: Path, tmp_path: Path, most_held: list[int]
) -> None:
    copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)
    make_single_prior(tmp_path, seed=11, dtype=torch.float16)
    catalogue = LocalCatalogue(Path("there is no such folder"), [tmp_path])
    own, other = catalogue.find("wuerstchen"), catalogue.find(BASE)
    blend = weights_of(blended(own, other, 0.25))
    assert len(most_held) == len(blend)
    assert max(most_held) == max(weight.numel() for weight in blend.values())


def test_which_priors_can_be_blended_the_catalogue_tells(
    folder: Path, tiny_folder: Path, tmp_path: Path
) -> None:
    make_checkpoint(tmp_path, size="small", name="larger")
    found = LocalCatalogue(Path("there is no such folder"), [folder, tmp_path]).checkpoints()
    named = {info.name: info for info in found}
    base = named[BASE]
    fitting = [info.name for info in found if base.can_blend_with(info)]
    assert fitting == ["wuerstchen", FINETUNED]
    assert not any(named["larger"].can_blend_with(info) for info in found)
    copy = replace(
        named["wuerstchen"], copy_of="wuerstchen", prior_path=prior_of(tiny_folder / "wuerstchen")
    )
    assert not named["wuerstchen"].can_blend_with(copy)
    assert not base.can_blend_with(replace(named["wuerstchen"], complete=False))
