"""What lies on the disk: whole, partial and broken checkpoints, in every layout and place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from checkpoints import (
    LAYOUTS,
    SINGLE_PRIOR,
    Damage,
    Layout,
    copy_checkpoint,
    damage,
    make_checkpoint,
    make_single_prior,
    prior_of,
)
from wurstdesk.engine.checkpoint_folders import hub_caches
from wurstdesk.engine.checkpoint_shelf import CheckpointShelf
from wurstdesk.engine.fetch.records import SourceRecord
from wurstdesk.engine.model_files import LocalCatalogue
from wurstdesk.engine.shelf_manifest import Manifest
from wurstdesk.errors import CheckpointError
from wurstdesk.generation.shelf import ShelfItem

MakeShelf = Callable[..., CheckpointShelf]


pytestmark = pytest.mark.usefixtures("empty_person_home")


@pytest.fixture
def shelf_of(tmp_path: Path, ours: Path) -> MakeShelf:
    """A shelf with these folders of the person's, and an empty home."""

    def make(*yours: Path, **environ: str) -> CheckpointShelf:
        return CheckpointShelf(
            tmp_path / "no built-in",
            ours,
            lambda: yours,
            environ={"HF_HOME": str(tmp_path / "nowhere"), **environ},
            manifest=Manifest(),
        )

    return make


def only(shelf: CheckpointShelf) -> ShelfItem:
    (item,) = shelf.items()
    return item


def size_below(*folders: Path) -> int:
    files = {os.path.realpath(f) for folder in folders for f in folder.rglob("*") if f.is_file()}
    return sum(Path(file).stat().st_size for file in files)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_whole_with_its_size_and_place(
    shelf_of: MakeShelf, tmp_path: Path, layout: Layout
) -> None:
    # Given a checkpoint in a folder of the person's
    decoder = make_checkpoint(tmp_path / "mine", layout=layout)
    # When the shelf looks
    whole, *priors = shelf_of(tmp_path / "mine").items()
    # Then it is told whole, with what its files take, links counted as what they lead to
    assert (whole.kind, whole.state, whole.missing, whole.problem) == (
        "checkpoint",
        "complete",
        (),
        "",
    )
    assert whole.bytes_on_disk == size_below(decoder, prior_of(decoder))
    assert whole.place == ("hub cache" if layout == "hub_cache" else "yours")
    assert whole.dtype == ("float16" if layout in {"half", "fp16_variant"} else "float32")
    assert whole.folders == (decoder, prior_of(decoder))
    # And a prior by itself stands beside it, and says what it goes with
    assert [prior.kind for prior in priors] == ["prior"] * (layout == "single_prior")
    for prior in priors:
        assert (prior.info.name, prior.state, prior.fits) == (
            SINGLE_PRIOR,
            "complete",
            ("wuerstchen",),
        )
        assert prior.folders == (decoder.parent / SINGLE_PRIOR,)


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        ("decoder/diffusion_pytorch_model.safetensors", "decoder (Stage B): diffusion_pytorch"),
        ("vqgan", "image decoder (Stage A)"),
        ("text_encoder/config.json", "text encoder of the decoder: config.json"),
        ("tokenizer/merges.txt", "tokenizer of the decoder"),
        ("../wuerstchen-prior", "the folder of the prior"),
        ("../wuerstchen-prior/prior/config.json", "prior (Stage C): config.json"),
        ("../wuerstchen-prior/scheduler", "scheduler of the prior"),
    ],
)
def test_what_is_missing_is_named(
    shelf_of: MakeShelf, tiny_folder: Path, tmp_path: Path, lost: str, named: str
) -> None:
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "mine")
    path = (decoder / lost).resolve()
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    item = only(shelf_of(tmp_path / "mine"))
    assert item.state == "partial"
    assert len(item.missing) == 1
    assert item.missing[0].startswith(named)
    assert str(path) in item.problem or "holds neither" in item.problem


@pytest.mark.parametrize(
    ("how", "state"),
    [
        ("truncate", "broken"),
        ("header", "broken"),
        ("class", "broken"),
        ("config", "broken"),
        ("remove", "partial"),
        ("bin", "partial"),
        ("no_config", "partial"),
    ],
)
def test_damage_is_told_from_what_is_missing(
    shelf_of: MakeShelf, tiny_folder: Path, tmp_path: Path, how: Damage, state: str
) -> None:
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "mine")
    path = damage(decoder / "vqgan" / "diffusion_pytorch_model.safetensors", how)
    item = only(shelf_of(tmp_path / "mine"))
    assert item.state == state
    assert str(path) in item.problem


def test_several_parts_that_are_missing_are_all_named(
    shelf_of: MakeShelf, tiny_folder: Path, tmp_path: Path
) -> None:
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "mine")
    shutil.rmtree(decoder / "vqgan")
    (prior_of(decoder) / "prior" / "diffusion_pytorch_model.safetensors").unlink()
    item = only(shelf_of(tmp_path / "mine"))
    assert item.missing == (
        "prior (Stage C): diffusion_pytorch_model.safetensors",
        "image decoder (Stage A)",
    )


def test_the_hubs_caches_are_found_by_the_environment_and_by_default(
    shelf_of: MakeShelf, tmp_path: Path
) -> None:
    # Given caches in every place where one can be
    named = tmp_path / "named"
    for folder in (
        named / "hub",
        tmp_path / "legacy",
        tmp_path / "person" / ".cache" / "huggingface" / "hub",
        tmp_path / "xdg" / "huggingface" / "hub",
    ):
        folder.mkdir(parents=True)
    environ = {
        "HUGGINGFACE_HUB_CACHE": str(tmp_path / "legacy"),
        "HF_HOME": "~/../named",
        "XDG_CACHE_HOME": str(tmp_path / "xdg"),
    }
    # When they are looked for, then all are, each once; and nonsense is no failure
    assert [cache.resolve() for cache in hub_caches(environ)] == [
        tmp_path / "legacy",
        named / "hub",
        tmp_path / "xdg" / "huggingface" / "hub",
        tmp_path / "person" / ".cache" / "huggingface" / "hub",
    ]
    hub_caches({"HF_HOME": "~nobody-of-that-name/x", "HF_HUB_CACHE": "x" * 5000})
    # And what lies in them is told of with its repository and version
    make_checkpoint(named / "hub", layout="hub_cache")
    item = only(shelf_of(HF_HOME=str(named)))
    assert (item.place, item.repo, item.commit) == ("hub cache", "warp-ai/wuerstchen", "1" * 40)


def test_what_is_not_whole_in_the_hubs_cache_concerns_the_shelf_only(
    shelf_of: MakeShelf, tmp_path: Path
) -> None:
    # Given half a checkpoint in a cache, and a data set with folders that look like one
    decoder = make_checkpoint(tmp_path / "hf" / "hub", layout="hub_cache")
    shutil.rmtree(prior_of(decoder).parent.parent)
    (tmp_path / "hf" / "hub" / "datasets--x" / "decoder").mkdir(parents=True)
    # Then the shelf shows it with what it lacks, and the list to choose from does not
    item = only(shelf_of(HF_HOME=str(tmp_path / "hf")))
    assert (item.state, item.missing) == ("partial", ("the folder of the prior",))
    catalogue = LocalCatalogue(tmp_path / "none", [], [tmp_path / "hf" / "hub"])
    assert catalogue.checkpoints() == ()
    with pytest.raises(CheckpointError, match="cannot be used"):
        catalogue.find("wuerstchen")


def test_places_sources_and_what_may_be_removed(
    tiny_folder: Path, tmp_path: Path, ours: Path
) -> None:
    # Given a checkpoint in each place
    builtin = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "built in").parent
    own = copy_checkpoint(tiny_folder / "wuerstchen", ours)
    SourceRecord("warp-ai/wuerstchen", "ab" * 20).save(own)
    mine = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "mine")
    shelf = CheckpointShelf(builtin, ours, lambda: (tmp_path / "mine",), environ={})
    first, second, third = shelf.items()
    # Then each says whose it is, and only ours may go
    assert [item.place for item in (first, second, third)] == ["built in", "ours", "yours"]
    assert [item.can_remove for item in (first, second, third)] == [False, True, False]
    assert (second.repo, second.commit) == ("warp-ai/wuerstchen", "ab" * 20)
    assert "folder of your own" in third.keep_reason
    # And each is found by its name, its folders, and the folder that holds it
    assert shelf.find("wuerstchen-2").folders == second.folders
    for folder in (mine, prior_of(mine), mine.parent):
        assert shelf.find(str(folder)).folders == third.folders
    elsewhere = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "elsewhere")
    assert shelf.find(str(elsewhere)).folders == (elsewhere, prior_of(elsewhere))
    for name in ("nobody", "", "\0", "~nobody/x", "x" * 5000):
        with pytest.raises(CheckpointError, match="There is no checkpoint"):
            shelf.find(name)


def test_a_prior_of_another_shape_or_alone_says_what_it_needs(
    shelf_of: MakeShelf, tiny_folder: Path, tmp_path: Path
) -> None:
    alone = make_single_prior(tmp_path / "mine", size="small")
    (prior,) = shelf_of(tmp_path / "mine").items()
    assert (prior.kind, prior.state, prior.fits) == ("prior", "complete", ())
    assert "needs a whole checkpoint beside it" in prior.problem
    copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "mine")
    whole, prior = shelf_of(tmp_path / "mine").items()
    assert (whole.state, prior.fits) == ("complete", ())
    assert "of the same configuration" in prior.problem
    damage(alone / "diffusion_pytorch_model.safetensors", "truncate")
    *_, prior = shelf_of(tmp_path / "mine").items()
    assert prior.state == "broken"


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_links_that_lead_to_themselves_or_back_end_no_search(
    shelf_of: MakeShelf, tiny_folder: Path, tmp_path: Path
) -> None:
    # Given a folder with links in circles, also where a half should be and inside of one
    mine = tmp_path / "mine"
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", mine)
    (mine / "loop").symlink_to(mine / "loop")
    (mine / "back").symlink_to(mine, target_is_directory=True)
    (decoder / "again").symlink_to(decoder, target_is_directory=True)
    (mine / "other" / "decoder").mkdir(parents=True)
    (mine / "other-prior").symlink_to(mine / "other-prior")
    (decoder / "vqgan" / "extra.json").symlink_to(decoder / "vqgan" / "extra.json")
    # When it is searched, then everything is found once
    items = shelf_of(mine).items()
    assert [(item.info.name, item.state) for item in items] == [
        ("wuerstchen", "complete"),
        ("other", "partial"),
    ]
    assert items[0].bytes_on_disk == size_below(tiny_folder)


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_out_of_the_repository_is_read_but_not_counted(
    shelf_of: MakeShelf, tmp_path: Path
) -> None:
    decoder = make_checkpoint(tmp_path / "hf" / "hub", layout="hub_cache")
    weights = decoder / "vqgan" / "diffusion_pytorch_model.safetensors"
    outside = tmp_path / "outside.safetensors"
    Path(os.path.realpath(weights)).replace(outside)
    weights.unlink()
    weights.symlink_to(outside)
    before = size_below(decoder, prior_of(decoder))
    item = only(shelf_of(HF_HOME=str(tmp_path / "hf")))
    assert item.state == "complete"
    assert item.bytes_on_disk == before - outside.stat().st_size
    assert item.is_linked


@pytest.mark.parametrize("name", ["with  spaces ", "Würstchen é 模型 🌭", "n" * 240, "x" * 255])
def test_any_name_of_a_folder_will_do(shelf_of: MakeShelf, tmp_path: Path, name: str) -> None:
    mine = tmp_path / "my models"
    if len(name) > 249:  # there is no name for the other half
        (mine / name / "decoder").mkdir(parents=True)
        item = only(shelf_of(mine))
        assert item.state in {"partial", "broken"}
        return
    make_checkpoint(mine, name=name)
    item = only(shelf_of(mine))
    assert (item.state, item.folders[0].name) == ("complete", name)
    assert shelf_of(mine).find(item.info.name) == item


def test_pickles_and_programs_beside_the_weights_are_never_opened(
    shelf_of: MakeShelf, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a checkpoint with what could run programs in every folder
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "mine")
    for folder in [decoder, *(path for path in decoder.iterdir() if path.is_dir())]:
        for name in ("pytorch_model.bin", "pipeline.py", "model.ckpt"):
            (folder / name).write_bytes(b"boom")
    opened: list[Path] = []
    path_open = Path.open

    def watched(self: Path, *args: object, **keywords: object) -> object:
        opened.append(self)
        return path_open(self, *args, **keywords)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", watched)
    # When all is done to it that reads it
    shelf = shelf_of(tmp_path / "mine")
    item = only(shelf)
    report = shelf.verify(item)
    plan = shelf.recognise([decoder])
    shelf.content_hash(item.info)
    # Then none of them was opened, judged or taken
    assert item.state == "complete"
    assert not [path for path in opened if path.suffix in {".bin", ".py", ".ckpt"}]
    assert not [path for path in report.unknown if path.suffix in {".bin", ".py", ".ckpt"}]
    assert not [p for p in plan.pieces if p.source.suffix in {".bin", ".py", ".ckpt"}]


def test_a_folder_that_may_not_be_written_keeps_what_is_in_it(
    shelf_of: MakeShelf, tiny_folder: Path, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_checkpoint(tiny_folder / "wuerstchen", ours)
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: mode != os.W_OK and access(path, mode), raising=True
    )
    item = only(shelf_of())
    assert (item.state, item.keep_reason) == ("complete", "Its folder may not be written to.")
