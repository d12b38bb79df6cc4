"""Finding checkpoints in every layout, and saying what is wrong with a broken one."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Literal

import pytest

from checkpoints import Layout, Library, copy_checkpoint, damage, make_checkpoint, prior_of
from wurstdesk.engine.model_files import (
    Indexes,
    LocalCatalogue,
    content_hash,
    describe,
    fingerprint,
    read_indexes,
)
from wurstdesk.engine.prompt_syntax import parse_prompt
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import DEFAULT_STAGE_C_TIMESTEPS, CheckpointInfo

DACKEL: dict[str, Any] = {
    "name": "dackel",
    "title": "Dackel",
    "default_size": [384, 384],
    "trained_sides": [256, 512],
    "prior_timesteps": [1.0, 0.5, 0.0],
    "prior_guidance_scale": 2.5,
    "can_draw": "sausage dogs",
    "examples": ["a red sausage dog"],
    "starter_negative_prompt": "cat",
    "vocabulary": ["a", "red", "sausage", "dog"],
    "licence": "MIT",
}


@pytest.fixture
def broken(tiny_folder: Path, tmp_path: Path) -> Path:
    """The decoder folder of a copy that may be broken."""
    return copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)


def problem_of(decoder: Path) -> str:
    info = describe(decoder, prior_of(decoder))
    assert not info.complete
    return info.problem


@pytest.mark.parametrize("library", ["wuerstchen", "diffusers", "none"])
@pytest.mark.parametrize("layout", ["folders", "hub_cache", "saved_by_diffusers"])
def test_a_checkpoint_is_found_in_every_layout(
    tmp_path: Path, library: Library, layout: Layout
) -> None:
    # Given a checkpoint in a folder of the person's
    decoder = make_checkpoint(tmp_path / "mine", library=library, layout=layout)
    # When the catalogue looks there
    (info,) = LocalCatalogue(tmp_path / "nothing", [tmp_path / "mine"]).checkpoints()
    # Then it is one, and complete
    assert (info.path, info.prior_path) == (decoder, prior_of(decoder))
    assert info.name == "wuerstchen"
    assert info.complete, info.problem
    assert not info.built_in


@pytest.mark.parametrize("which", ["wuerstchen", "wuerstchen-prior", "."])
def test_a_checkpoint_is_found_by_any_of_its_folders(
    tiny: CheckpointInfo, tiny_folder: Path, tmp_path: Path, which: str
) -> None:
    catalogue = LocalCatalogue(tmp_path, [])
    assert catalogue.find(str(tiny_folder / which)).path == tiny.path


def test_the_hub_cache_is_followed_to_the_right_commit(tmp_path: Path) -> None:
    # Given a cache with another commit beside the one that is checked out
    decoder = make_checkpoint(tmp_path / "hub", layout="hub_cache")
    (decoder.parent / ("0" * 40) / "decoder").mkdir(parents=True)
    # When it is looked for in the cache, or in the folder that the cache is in
    for folder in (tmp_path / "hub", tmp_path):
        (info,) = LocalCatalogue(tmp_path / "nothing", [folder]).checkpoints()
        # Then it is that of refs/main
        assert info.path == decoder
        assert info.complete, info.problem


def test_folders_are_searched_two_levels_deep_but_for_hidden_ones(tmp_path: Path) -> None:
    # Given a checkpoint in a folder of its own, and what a copy has not finished yet
    make_checkpoint(tmp_path / "models" / "copies", name="mine")
    make_checkpoint(tmp_path / "models" / ".wurstdesk-1-a.part", name="unfinished")
    make_checkpoint(tmp_path / "models" / "far" / "away", name="other")
    # When the models are looked through
    found = LocalCatalogue(tmp_path / "nothing", [tmp_path / "models"]).checkpoints()
    # Then that one is found, and nothing else
    assert [info.name for info in found] == ["mine"]


def test_the_built_in_one_comes_first_with_what_it_says_of_itself(tmp_path: Path) -> None:
    # Given a built-in checkpoint with a description, and two others of one name
    make_checkpoint(tmp_path / "dackel", description=DACKEL)
    make_checkpoint(tmp_path / "a")
    make_checkpoint(tmp_path / "b")
    # When all are listed
    catalogue = LocalCatalogue(tmp_path / "dackel", [tmp_path / "b", tmp_path / "a"])
    dackel, first, second = catalogue.checkpoints()
    # Then its description is known, and names are kept apart
    assert (dackel.name, dackel.title, dackel.built_in) == ("dackel", "Dackel", True)
    assert (dackel.default_size, dackel.trained_sides) == ((384, 384), (256, 512))
    assert dackel.prior_timesteps == (1.0, 0.5, 0.0)
    assert dackel.prior_guidance_scale == 2.5
    assert dackel.examples == ("a red sausage dog",)
    assert dackel.starter_negative_prompt == "cat"
    assert dackel.vocabulary == {"a", "red", "sausage", "dog"}
    assert (first.name, second.name) == ("wuerstchen", "wuerstchen-2")
    assert catalogue.find("wuerstchen-2").path == tmp_path / "a" / "wuerstchen"
    assert first.prior_timesteps == DEFAULT_STAGE_C_TIMESTEPS


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "[]",
        '{"name": "../../etc"}',
        '{"name": 3}',
        '{"default_size": [100, 128]}',
        '{"default_size": [1e400, 128]}',
        '{"prior_timesteps": [0, 1]}',
        '{"prior_guidance_scale": -1}',
        '{"prior_guidance_scale": "4"}',
        '{"vocabulary": {}}',
        "[" * 100_000,
    ],
)
def test_a_bad_description_is_ignored_and_said_so(broken: Path, content: str) -> None:
    (prior_of(broken) / "wurstdesk.json").write_text(content, encoding="utf-8")
    info = describe(broken, prior_of(broken))
    assert info.complete
    assert "wurstdesk.json" in info.problem
    assert (info.name, info.default_size) == ("wuerstchen", (1024, 1024))


def test_strangers_texts_are_capped_and_plain(broken: Path) -> None:
    description = {"title": "x\u202e\n\x1b[31m" * 1000, "can_draw": "\x00a\ud800b"}
    path = prior_of(broken) / "wurstdesk.json"
    path.write_text(json.dumps(description), encoding="utf-8")
    info = describe(broken, prior_of(broken))
    assert len(info.title) <= 100
    assert "\x1b" not in info.title
    assert "\u202e" not in info.title
    assert info.can_draw == "ab"


COMPONENTS = [
    ("decoder", "decoder/diffusion_pytorch_model.safetensors"),
    ("decoder", "vqgan/diffusion_pytorch_model.safetensors"),
    ("decoder", "text_encoder/model.safetensors"),
    ("prior", "prior/diffusion_pytorch_model.safetensors"),
    ("prior", "text_encoder/model.safetensors"),
]


@pytest.mark.parametrize(
    ("how", "said"),
    [("remove", "missing"), ("truncate", "cut off"), ("header", "damaged")],
)
@pytest.mark.parametrize(("half", "file"), COMPONENTS)
def test_a_broken_weights_file_is_named(
    broken: Path,
    half: str,
    file: str,
    how: Literal["remove", "truncate", "header"],
    said: str,
) -> None:
    path = (broken if half == "decoder" else prior_of(broken)) / file
    damage(path, how)
    problem = problem_of(broken)
    assert str(path) in problem
    assert said in problem


@pytest.mark.parametrize(
    "folder", ["decoder", "vqgan", "text_encoder", "tokenizer", "scheduler", "../wuerstchen-prior"]
)
def test_a_missing_folder_is_named(broken: Path, folder: str) -> None:
    (broken / folder).resolve().rename(broken.parent / "elsewhere")
    assert str((broken / folder).resolve()) in problem_of(broken)


def test_only_pickles_gets_a_sentence_that_says_what_to_do(broken: Path) -> None:
    path = broken / "decoder" / "diffusion_pytorch_model.safetensors"
    path.rename(path.with_suffix(".bin"))
    problem = problem_of(broken)
    assert "diffusion_pytorch_model.bin" in problem
    assert "safetensors" in problem


@pytest.mark.parametrize(
    "config",
    [
        {"_class_name": "UNet2DConditionModel"},
        {"architectures": ["UNet2DConditionModel"]},
        {"_class_name": ["UNet2DConditionModel"]},
        {"architectures": {"UNet2DConditionModel": 1}},
        {"architectures": [["UNet2DConditionModel"]]},
    ],
)
def test_another_models_component_is_named(broken: Path, config: object) -> None:
    path = broken / "decoder" / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    assert "UNet2DConditionModel" in problem_of(broken)


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [math.inf], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1], "data_offsets": [0, math.inf]},
        {"dtype": "F32", "shape": ["x"], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]},
        {"dtype": "F32"},
        [],
    ],
)
def test_a_header_that_makes_no_sense_is_named(broken: Path, entry: object) -> None:
    header = json.dumps({"weight": entry}).encode()
    path = broken / "decoder" / "diffusion_pytorch_model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    assert f"{path} is damaged" in problem_of(broken)


def test_a_folder_that_may_not_be_read_hides_no_other(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a disk with checkpoints, and what belongs to somebody else on it
    copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)
    (tmp_path / "lost+found").mkdir()
    is_dir = Path.is_dir

    def is_dir_where_allowed(path: Path) -> bool:
        if path.parent.name == "lost+found":
            raise PermissionError(13, "Permission denied", str(path))
        return is_dir(path)

    monkeypatch.setattr(Path, "is_dir", is_dir_where_allowed)
    # When the disk is searched, then what is there is found
    (info,) = LocalCatalogue(tmp_path / "nothing", [tmp_path]).checkpoints()
    assert info.complete, info.problem


def test_components_that_do_not_fit_each_other_are_named(broken: Path) -> None:
    path = prior_of(broken) / "prior" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {"c_cond": 1280}
    path.write_text(json.dumps(config), encoding="utf-8")
    assert "1280" in problem_of(broken)


def say_published(decoder: Path) -> None:
    """Let the prior's config be that of the published one."""
    path = prior_of(decoder) / "prior" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {"c": 1536, "c_cond": 1280}
    path.write_text(json.dumps(config), encoding="utf-8")


def test_the_published_checkpoint_has_examples_and_a_negative_prompt(broken: Path) -> None:
    # Given a checkpoint of another configuration
    assert describe(broken, prior_of(broken)).examples == ()
    # When it is of the published one
    say_published(broken)
    info = describe(broken, prior_of(broken))
    # Then there is something to try, and every prompt can be drawn as it stands
    assert len(info.examples) >= 5
    assert "blurry" in info.starter_negative_prompt
    assert "photographs" in info.can_draw
    assert not [
        text for text in (*info.examples, info.starter_negative_prompt) if parse_prompt(text).notes
    ]


def test_what_a_checkpoint_says_of_itself_goes_before_what_is_usual(broken: Path) -> None:
    say_published(broken)
    own = {"examples": ["a red sausage dog"], "can_draw": "sausage dogs"}
    (prior_of(broken) / "wurstdesk.json").write_text(json.dumps(own), encoding="utf-8")
    info = describe(broken, prior_of(broken))
    assert info.examples == ("a red sausage dog",)
    assert info.can_draw == "sausage dogs"
    assert info.starter_negative_prompt


def test_find_raises_for_a_broken_one_and_for_none(broken: Path, tmp_path: Path) -> None:
    damage(broken / "vqgan" / "diffusion_pytorch_model.safetensors", "truncate")
    catalogue = LocalCatalogue(tmp_path / "nothing", [broken.parent])
    with pytest.raises(CheckpointError, match="cut off"):
        catalogue.find("wuerstchen")
    for name in ("nobody", "", "\0", "~nobody/x", "x" * 5000, str(tmp_path / "nothing")):
        with pytest.raises(CheckpointError, match="There is no checkpoint"):
            catalogue.find(name)


def test_numbers_come_from_the_indexes(broken: Path) -> None:
    info = describe(broken, prior_of(broken))
    assert read_indexes(info) == Indexes(42.0, 1.0, 42.67, 10.67)
    path = prior_of(broken) / "model_index.json"
    path.write_text('{"latent_mean": 2.5, "latent_std": -0.5}', encoding="utf-8")
    assert read_indexes(info) == Indexes(2.5, -0.5, 42.67, 10.67)
    for bad in ('{"latent_mean": "x"}', '{"latent_mean": 0}', '{"latent_mean": 1e-300}'):
        path.write_text(bad, encoding="utf-8")
        with pytest.raises(CheckpointError, match="latent_mean"):
            read_indexes(info)


def test_hash_and_fingerprint_change_with_the_files(broken: Path, tiny: CheckpointInfo) -> None:
    info = describe(broken, prior_of(broken))
    before = fingerprint(info)
    assert content_hash(info) == content_hash(tiny)
    path = prior_of(broken) / "model_index.json"
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert content_hash(info) != content_hash(tiny)
    assert fingerprint(info) != before
