"""Priors that stand by themselves: each makes one checkpoint more of those that it fits."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from checkpoints import (
    SINGLE_PRIOR,
    Damage,
    copy_checkpoint,
    damage,
    info_of,
    make_checkpoint,
    make_single_prior,
    prior_of,
)
from wurstdesk.engine.half_copy import copy_to_half
from wurstdesk.engine.model_files import LocalCatalogue, content_hash, fingerprint
from wurstdesk.errors import CheckpointError
from wurstdesk.generation import CheckpointInfo

COMBINED = "wuerstchen+prior-model-base"


def catalogue(*folders: Path) -> LocalCatalogue:
    return LocalCatalogue(Path("there is no such folder"), folders)


def named(*folders: Path) -> dict[str, CheckpointInfo]:
    return {info.name: info for info in catalogue(*folders).checkpoints()}


def test_it_makes_a_checkpoint_of_its_own_with_each_that_it_fits(
    tiny_folder: Path, tmp_path: Path
) -> None:
    # Given two checkpoints, one of which says what it is, and two priors
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)
    description = {"name": "pudel", "title": "Pudel", "default_size": [256, 128]}
    make_checkpoint(tmp_path, name="other", description=description)
    base = make_single_prior(tmp_path)
    make_single_prior(tmp_path, name="wuerstchen-prior-model-finetuned")
    # When they are listed, then each prior is there with each of them
    found = named(tmp_path)
    assert list(found) == [
        "pudel",
        "wuerstchen",
        "pudel+wuerstchen-prior-model-base",
        COMBINED,
        "pudel+wuerstchen-prior-model-finetuned",
        "wuerstchen+prior-model-finetuned",
    ]
    assert all(info.complete for info in found.values())
    # And all but Stage C is the whole one's
    info = found[COMBINED]
    assert (info.path, info.prior_path) == (decoder, prior_of(decoder))
    assert (info.prior_weights, info.prior_folder) == (base, base)
    assert info.title == "wuerstchen with prior-model-base"
    pudel = found["pudel+wuerstchen-prior-model-base"]
    assert (pudel.title, pudel.default_size) == (
        "Pudel with wuerstchen-prior-model-base",
        (256, 128),
    )


def test_in_the_hub_cache_too(tmp_path: Path) -> None:
    make_checkpoint(tmp_path, layout="hub_cache")
    alone = make_single_prior(tmp_path, in_hub_cache=True)
    repository = alone.parent.parent
    assert list(named(tmp_path)) == ["wuerstchen", COMBINED]
    for folder in (alone, repository):
        info = catalogue().find(str(folder))
        assert (info.name, info.prior_weights) == (COMBINED, alone)


def test_its_own_folder_is_enough_where_a_checkpoint_stands_beside(
    tiny_folder: Path, tmp_path: Path
) -> None:
    # Given a prior beside a checkpoint, in no folder that is searched
    copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)
    alone = make_single_prior(tmp_path)
    # When its folder is named, then it is found, as it is where that folder is searched
    assert catalogue().find(str(alone)).name == COMBINED
    assert list(named(alone)) == [COMBINED]
    # And where the checkpoint is known by another name, that is used
    assert catalogue(tiny_folder, tmp_path).find(str(alone)).name == COMBINED


def test_a_checkpoint_elsewhere_will_do_where_it_is_known(
    tiny_folder: Path, tmp_path: Path
) -> None:
    alone = make_single_prior(tmp_path)
    assert catalogue(tiny_folder).find(str(alone)).path == tiny_folder / "wuerstchen"


def test_no_copy_takes_it_beside_what_it_is_a_copy_of_nor_the_built_in_one(
    tiny_folder: Path, tmp_path: Path
) -> None:
    # Given a built-in checkpoint of the same shape, a checkpoint, its copy and a prior
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "models")
    copy_to_half(info_of(decoder), tmp_path / "models" / "half")
    make_single_prior(tmp_path / "models")
    make_checkpoint(tmp_path / "built-in", description={"name": "dackel"})
    every = LocalCatalogue(tmp_path / "built-in", [tmp_path / "models"])
    # When they are listed, then the checkpoint is combined with it, and nothing else
    names = ["dackel", "wuerstchen-fp16", "wuerstchen", COMBINED]
    assert [info.name for info in every.checkpoints()] == names
    # And where only the copy is left, that is
    for half in (decoder, prior_of(decoder)):
        shutil.rmtree(half)
    names = ["dackel", "wuerstchen-fp16", "wuerstchen-fp16+prior-model-base"]
    assert [info.name for info in every.checkpoints()] == names


def test_alone_it_says_what_it_needs(tmp_path: Path) -> None:
    alone = make_single_prior(tmp_path)
    (info,) = catalogue(tmp_path).checkpoints()
    assert (info.name, info.complete) == (SINGLE_PRIOR, False)
    assert str(alone) in info.problem
    assert "needs a whole checkpoint beside it" in info.problem
    with pytest.raises(CheckpointError, match="needs a whole checkpoint beside it"):
        catalogue().find(str(alone))


def test_of_another_configuration_it_says_of_which(tiny_folder: Path, tmp_path: Path) -> None:
    copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)
    alone = make_single_prior(tmp_path, size="small")
    found = named(tmp_path)
    assert list(found) == ["wuerstchen", SINGLE_PRIOR]
    assert "c 256, c_cond 128, c_r 64, depth 6, nhead 4" in found[SINGLE_PRIOR].problem
    assert str(alone) in found[SINGLE_PRIOR].problem


@pytest.mark.parametrize("how", ["truncate", "header", "remove", "bin", "config", "class"])
def test_a_broken_one_is_named_and_leaves_the_checkpoint_alone(
    tiny_folder: Path, tmp_path: Path, how: Damage
) -> None:
    copy_checkpoint(tiny_folder / "wuerstchen", tmp_path)
    alone = make_single_prior(tmp_path)
    wrong = damage(alone / "diffusion_pytorch_model.safetensors", how)
    found = named(tmp_path)
    assert found["wuerstchen"].complete
    assert not found[COMBINED].complete
    assert str(wrong) in found[COMBINED].problem
    with pytest.raises(CheckpointError) as caught:
        catalogue().find(str(alone))
    assert str(wrong) in str(caught.value)


@pytest.mark.parametrize("missing", ["prior/diffusion_pytorch_model.safetensors", "prior"])
def test_it_makes_up_for_a_checkpoint_whose_own_is_not_there(
    tiny_folder: Path, tmp_path: Path, missing: str
) -> None:
    prior = prior_of(copy_checkpoint(tiny_folder / "wuerstchen", tmp_path))
    lost = prior / missing
    if lost.is_dir():
        shutil.rmtree(lost)
    else:
        lost.unlink()
    make_single_prior(tmp_path)
    found = named(tmp_path)
    assert not found["wuerstchen"].complete
    assert found[COMBINED].complete, found[COMBINED].problem


def test_hash_and_fingerprint_are_those_of_the_prior_in_its_place(tmp_path: Path) -> None:
    # Given a checkpoint with a prior by itself, and one with the same prior in its own place
    info = info_of(make_checkpoint(tmp_path / "a", layout="single_prior"))
    moved = make_checkpoint(tmp_path / "b")
    assert info.prior_weights is not None
    for file in info.prior_weights.iterdir():
        shutil.copyfile(file, prior_of(moved) / "prior" / file.name)
    # Then both are the same to who asks for the content
    assert content_hash(info) == content_hash(info_of(moved))
    assert content_hash(info) != content_hash(info_of(make_checkpoint(tmp_path / "c")))
    # And only the prior that is used counts
    before = fingerprint(info)
    (info.prior_path / "prior" / "config.json").write_text("{}", encoding="utf-8")
    assert fingerprint(info) == before
    path = info.prior_weights / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8"))), encoding="utf-8")
    assert fingerprint(info) != before


def test_no_component_of_a_checkpoint_is_taken_for_one(tiny: CheckpointInfo) -> None:
    with pytest.raises(CheckpointError, match="There is no checkpoint"):
        catalogue().find(str(tiny.prior_folder))
    assert list(named(tiny.prior_path)) == ["wuerstchen"]
