"""Remove and convert what lies on the disk: only what is ours, never through a link."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from checkpoints import (
    copy_checkpoint,
    make_checkpoint,
    make_single_prior,
    prior_of,
)
from shelves import shelf_with
from wurstdesk.engine.checkpoint_shelf import CheckpointShelf
from wurstdesk.engine.fetch.records import SourceRecord
from wurstdesk.errors import CheckpointError, GenerationCancelled, StorageError

WEIGHTS = "diffusion_pytorch_model.safetensors"


pytestmark = pytest.mark.usefixtures("empty_person_home")


def fetched(shelf: CheckpointShelf, tiny_folder: Path, convert: str = "") -> Path:
    """A checkpoint as a fetch leaves it: with a record in each half; its decoder folder."""
    (item,) = shelf.take(shelf.recognise([tiny_folder])).items
    for folder, repo in ((item.info.path, "x/wuerstchen"), (item.info.prior_path, "x/w-prior")):
        record = SourceRecord.of(folder)
        assert record is not None
        SourceRecord(repo, "ab" * 20, "https://mirror", convert, record.files).save(folder)
    return item.info.path


def test_ours_is_removed_and_nothing_else(
    shelf: CheckpointShelf, tiny_folder: Path, ours: Path
) -> None:
    fetched(shelf, tiny_folder)
    make_single_prior(ours)
    whole, prior = shelf.items()
    assert shelf.remove(whole) == whole.bytes_on_disk
    assert [path.name for path in ours.iterdir()] == [prior.folders[0].name]
    shelf.remove(shelf.items()[0])
    assert list(ours.iterdir()) == []
    with pytest.raises(StorageError, match="not there any more"):
        shelf.remove(whole)


def test_a_converted_one_goes_with_the_folder_of_both_halves(
    shelf: CheckpointShelf, tiny_folder: Path, ours: Path
) -> None:
    fetched(shelf, tiny_folder)
    (item,) = shelf.items()
    told: list[tuple[int, int]] = []
    assert item.can_convert
    copy = shelf.convert(item, "bfloat16", tell=lambda done, total: told.append((done, total)))
    assert (copy.dtype, copy.place, copy.can_convert) == ("bfloat16", "ours", False)
    assert copy.info.path.parent == ours / "wuerstchen-bf16"
    assert told[-1][0] <= told[-1][1]
    shelf.remove(copy)
    assert sorted(path.name for path in ours.iterdir()) == ["wuerstchen", "wuerstchen-prior"]
    with pytest.raises(GenerationCancelled):
        shelf.convert(item, is_cancelled=lambda: True)
    (item.info.path / "vqgan" / WEIGHTS).unlink()
    with pytest.raises(CheckpointError, match="cannot be converted"):
        shelf.convert(shelf.items()[0])


def test_yours_and_the_built_in_one_stay(tmp_path: Path, ours: Path, tiny_folder: Path) -> None:
    copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "mine")
    copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "none")
    shelf = shelf_with(tmp_path, ours, tmp_path / "mine")
    for item in shelf.items():
        with pytest.raises(StorageError) as caught:
            shelf.remove(item)
        assert item.keep_reason in str(caught.value)
    assert len(shelf.items()) == 2


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_nothing_is_deleted_through_a_link(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path, ours: Path
) -> None:
    # Given ours with links to a folder and a file of the person's, and a half that is one itself
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", ours)
    mine = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "mine")
    shutil.rmtree(decoder / "vqgan")
    (decoder / "vqgan").symlink_to(mine / "vqgan", target_is_directory=True)
    (decoder / "note.txt").symlink_to(mine / "model_index.json")
    shutil.rmtree(prior_of(decoder))
    prior_of(decoder).symlink_to(prior_of(mine), target_is_directory=True)
    # And a link to a whole folder of checkpoints
    (ours / "theirs").symlink_to(tmp_path / "mine", target_is_directory=True)
    before = sorted((tmp_path / "mine").rglob("*"))
    theirs, own = sorted(shelf.items(), key=lambda item: item.place == "ours")
    # When it is removed, then the links go and what they lead to stays
    assert (own.is_linked, own.place, theirs.place) == (True, "ours", "yours")
    shelf.remove(own)
    assert sorted((tmp_path / "mine").rglob("*")) == before
    assert [path.name for path in ours.iterdir()] == ["theirs"]
    with pytest.raises(StorageError):
        shelf.remove(theirs)


def test_what_cannot_be_renamed_is_as_it_was(
    shelf: CheckpointShelf, tiny_folder: Path, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given one whose second half is in use
    decoder = fetched(shelf, tiny_folder)
    (item,) = shelf.items()
    rename = Path.rename

    def in_use(self: Path, target: Path) -> Path:
        if self == prior_of(decoder):
            raise PermissionError(13, "The process cannot access the file", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", in_use)
    with pytest.raises(StorageError, match="cannot be removed"):
        shelf.remove(item)
    assert shelf.items() == (item,)


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_in_the_hubs_cache_its_own_client_removes_one_version(
    shelf: CheckpointShelf, tmp_path: Path
) -> None:
    # Given a cache with a second version of one half, and another repository of the same commit
    decoder = make_checkpoint(tmp_path / "hf" / "hub", layout="hub_cache")
    repository = decoder.parent.parent
    other = decoder.with_name("3" * 40)
    shutil.copytree(decoder, other, symlinks=True)
    twin = repository.with_name("models--somebody--twin")
    shutil.copytree(repository, twin, symlinks=True)
    # When the checkpoint is removed
    item = next(item for item in shelf.items() if item.repo == "warp-ai/wuerstchen")
    shelf.remove(item)
    # Then that version is gone, and what another one or repository needs is not
    assert not decoder.exists()
    assert (other / "vqgan" / WEIGHTS).is_file()
    assert not (repository.with_name("models--warp-ai--wuerstchen-prior")).exists()
    assert (twin / "snapshots" / ("1" * 40) / "vqgan" / WEIGHTS).is_file()


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_out_of_the_cache_is_refused_in_words(
    shelf: CheckpointShelf, tmp_path: Path
) -> None:
    decoder = make_checkpoint(tmp_path / "hf" / "hub", layout="hub_cache")
    precious = tmp_path / "precious.json"
    precious.write_text("{}", encoding="utf-8")
    (decoder / "extra.json").symlink_to(precious)
    (item,) = shelf.items()
    with pytest.raises(StorageError, match="leaves its place"):
        shelf.remove(item)
    assert precious.is_file()
    assert shelf.items()[0].state == "complete"
