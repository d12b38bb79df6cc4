"""Checkpoints in every layout that is in use, whole and broken."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from diffusers import DiffusionPipeline
from torch import nn

from checkpoints import (
    LAYOUTS,
    SHAPES,
    SINGLE_PRIOR,
    Damage,
    Layout,
    copy_checkpoint,
    damage,
    info_of,
    make_checkpoint,
    make_single_prior,
    modules_of,
)
from wurstdesk.engine import components
from wurstdesk.engine.generator import WuerstchenGenerator
from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import (
    CancelToken,
    CheckpointInfo,
    EngineOptions,
    GeneratorEvent,
    PictureReady,
    Preview,
    StageProgress,
    make_request,
)

TARGET = (torch.device("cpu"), torch.float32)
SINGLE = f"{SINGLE_PRIOR}/diffusion_pytorch_model.safetensors"
WEIGHTS = (
    "wuerstchen-prior/text_encoder/model.safetensors",
    "wuerstchen-prior/prior/diffusion_pytorch_model.safetensors",
    "wuerstchen/text_encoder/model.safetensors",
    "wuerstchen/decoder/diffusion_pytorch_model.safetensors",
    "wuerstchen/vqgan/diffusion_pytorch_model.safetensors",
    SINGLE,
)
DAMAGES: dict[Damage, str] = {
    "truncate": "is cut off",
    "header": "is damaged",
    "nan": "holds values that are no numbers",
    "shape": "has the shape",
    "remove": "is missing",
    "bin": "can run programs and is never opened here; download",
    "class": "is for ",
    "config": "is not JSON",
    "no_config": "is missing",
}


def draw(catalogue: LocalCatalogue, checkpoint: str) -> list[GeneratorEvent]:
    """What the engine tells while it draws one small picture."""
    events: list[GeneratorEvent] = []
    request = make_request(
        prompt="a red dog",
        width=128,
        height=128,
        prior_timesteps=None,
        prior_num_inference_steps=2,
        decoder_num_inference_steps=1,
        checkpoint=checkpoint,
    )
    generator = WuerstchenGenerator(catalogue, EngineOptions(device="cpu"))
    try:
        generator.generate(request, CancelToken(), events.append)
    except CheckpointError:
        assert not any(isinstance(e, StageProgress | Preview | PictureReady) for e in events)
        raise
    finally:
        generator.close()
    return events


def parts_of(info: CheckpointInfo) -> dict[str, nn.Module]:
    """Every component with weights, loaded in float32."""
    return {
        "prior_text": components.load_text_encoder(info.prior_path, TARGET),
        "prior": components.load_prior(info, TARGET),
        "decoder_text": components.load_text_encoder(info.path, TARGET),
        "decoder": components.load_decoder(info.path, TARGET),
        "vqgan": components.load_vqgan(info.path, TARGET),
    }


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_draws(tmp_path: Path, layout: Layout) -> None:
    # Given a checkpoint in that layout, in a folder of the person's
    wanted = info_of(make_checkpoint(tmp_path, layout=layout))
    catalogue = LocalCatalogue(tmp_path / "nothing", [tmp_path])
    # When it is looked for there, then it is found as what it is
    info = next(i for i in catalogue.checkpoints() if i.prior_folder == wanted.prior_folder)
    assert info == wanted
    assert info.complete, info.problem
    # And it draws
    (ready,) = (e for e in draw(catalogue, info.name) if isinstance(e, PictureReady))
    assert len(set(ready.picture.pixels.data)) > 1
    assert ready.picture.provenance.checkpoint_name == info.name


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_holds_the_same_weights(tmp_path: Path, layout: Layout) -> None:
    # Given one checkpoint in two layouts; a prior by itself has weights of its own
    plain = parts_of(info_of(make_checkpoint(tmp_path / "plain")))
    other = parts_of(info_of(make_checkpoint(tmp_path / "other", layout=layout)))
    if layout == "single_prior":
        alone = make_single_prior(tmp_path / "alone", name="x-prior/prior")
        plain["prior"] = components.load_prior(alone.parent, TARGET)
    # When both are loaded, then every weight is the same, as far as half precision can be
    tolerance = 2e-3 if layout in {"half", "fp16_variant"} else 0.0
    for part, module in plain.items():
        weights = other[part].state_dict()
        assert weights.keys() == module.state_dict().keys()
        for name, weight in module.state_dict().items():
            torch.testing.assert_close(weights[name], weight, rtol=tolerance, atol=tolerance)


def test_what_diffusers_saves_it_cannot_read_back_and_we_can(tmp_path: Path) -> None:
    decoder = make_checkpoint(tmp_path, layout="saved_by_diffusers")
    with pytest.raises(ValueError, match="`diffusers` has no class"):
        DiffusionPipeline.from_pretrained(str(decoder))
    assert not (decoder / "tokenizer" / "vocab.json").exists()
    components.check_components(info_of(decoder))


def test_a_cache_whose_link_leads_nowhere_says_so(tmp_path: Path) -> None:
    decoder = make_checkpoint(tmp_path, layout="hub_cache")
    path = decoder / "vqgan" / "diffusion_pytorch_model.safetensors"
    if not path.is_symlink():
        pytest.skip("no links on this machine")
    path.resolve().unlink()
    problem = info_of(decoder).problem
    assert str(path) in problem
    assert "a link to a file that is not there any more" in problem


@pytest.fixture(scope="module")
def with_single(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a checkpoint and a prior by itself; not to be changed."""
    folder = tmp_path_factory.mktemp("with_single")
    make_checkpoint(folder, layout="single_prior")
    return folder


@pytest.fixture
def broken(with_single: Path, tmp_path: Path) -> Path:
    """A copy of it that may be broken."""
    copy_checkpoint(with_single / "wuerstchen", tmp_path)
    shutil.copytree(with_single / SINGLE_PRIOR, tmp_path / SINGLE_PRIOR)
    return tmp_path


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("file", WEIGHTS)
def test_what_is_wrong_with_a_file_is_said_before_anything_is_sampled(
    broken: Path, file: str, how: Damage
) -> None:
    # Given a checkpoint one of whose files is broken
    wrong = damage(broken / file, how)
    catalogue = LocalCatalogue(broken / "nothing", [broken])
    name = "wuerstchen+prior-model-base" if file == SINGLE else "wuerstchen"
    # When a picture is asked for, then the file is named, with what is wrong; nothing is sampled
    with pytest.raises(CheckpointError) as caught:
        draw(catalogue, name)
    assert str(wrong) in str(caught.value)
    assert DAMAGES[how] in str(caught.value)


@pytest.mark.parametrize("half", ["wuerstchen", "wuerstchen-prior"])
@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("scheduler/scheduler_config.json", None),
        ("scheduler/scheduler_config.json", "{"),
        ("scheduler/scheduler_config.json", '{"_class_name": "DDIMScheduler"}'),
        ("scheduler/scheduler_config.json", '{"s": "x"}'),
        ("tokenizer/vocab.json", None),
        ("tokenizer/vocab.json", "{"),
        ("tokenizer/merges.txt", None),
        ("tokenizer/merges.txt", "one two three four\n"),
    ],
)
def test_a_broken_tokenizer_or_scheduler_is_named_too(
    broken: Path, half: str, file: str, content: str | None
) -> None:
    path = broken / half / file
    if content is None:
        path.unlink()
    else:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CheckpointError) as caught:
        draw(LocalCatalogue(broken / "nothing", [broken]), "wuerstchen")
    assert str(path.parent) in str(caught.value)


@pytest.mark.parametrize("file", [file for file in WEIGHTS if file != SINGLE])
def test_everything_can_be_checked_without_being_kept(broken: Path, file: str) -> None:
    info = info_of(broken / "wuerstchen")
    components.check_components(info)
    damage(broken / file, "nan")
    if file.endswith("prior/diffusion_pytorch_model.safetensors"):
        components.check_components(info)  # another prior takes the place of the broken one
        return
    with pytest.raises(CheckpointError, match="NaN") as caught:
        components.check_components(info)
    assert str(broken / file) in str(caught.value)


@pytest.mark.parametrize("shard", [1, 2])
def test_a_missing_or_broken_shard_is_named(tmp_path: Path, shard: int) -> None:
    decoder = make_checkpoint(tmp_path, layout="sharded")
    path = decoder / "decoder" / f"diffusion_pytorch_model-0000{shard}-of-00002.safetensors"
    damage(path, "nan")
    with pytest.raises(CheckpointError) as caught:
        components.load_decoder(decoder, TARGET)
    assert str(path) in str(caught.value)
    path.unlink()
    assert info_of(decoder).problem == f"{path} is missing."


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="asks Linux what is mapped")
def test_weights_are_mapped_and_not_copied(tmp_path: Path) -> None:
    decoder = make_checkpoint(tmp_path)
    vqgan = components.load_vqgan(decoder, TARGET)
    path = decoder / "vqgan" / "diffusion_pytorch_model.safetensors"
    ranges = [
        tuple(int(end, 16) for end in line.split()[0].split("-"))
        for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
        if line.endswith(str(path))
    ]
    assert all(
        any(begin <= weight.data_ptr() < end for begin, end in ranges)
        for weight in vqgan.parameters()
    )


def test_the_published_configuration_has_the_published_numbers_of_weights() -> None:
    shapes = SHAPES["published"]
    with torch.device("meta"):
        counted = {
            part: sum(weight.numel() for weight in make().parameters())
            for part, make in modules_of(shapes, shapes.words).items()
        }
    assert counted == {
        "prior_text": 693_021_440,
        "prior": 993_636_896,
        "decoder_text": 352_984_064,
        "decoder": 1_055_365_280,
        "vqgan": 18_406_894,
    }


def test_a_checkpoint_written_weight_by_weight_draws_as_any_other(tmp_path: Path) -> None:
    # Given a checkpoint made as the published size is: no component ever stands in memory
    make_checkpoint(tmp_path, streamed=True, dtype=torch.float16)
    # When it draws, then there is a picture
    events = draw(LocalCatalogue(tmp_path / "nothing", [tmp_path]), "wuerstchen")
    assert [event for event in events if isinstance(event, PictureReady)]
