"""Verify what lies on the disk, and say what to fetch again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checkpoints import (
    copy_checkpoint,
    make_checkpoint,
    prior_of,
)
from shelves import flip_a_bit, shelf_with
from wurstdesk.engine.checkpoint_shelf import CheckpointShelf
from wurstdesk.engine.fetch.records import SourceRecord
from wurstdesk.engine.file_hashes import FileHashes
from wurstdesk.engine.shelf_manifest import Manifest, PublishedFile
from wurstdesk.errors import GenerationCancelled
from wurstdesk.generation.fetching import FetchRepository

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


def test_every_file_is_compared_with_its_record(shelf: CheckpointShelf, tiny_folder: Path) -> None:
    # Given a fetched checkpoint; when it is verified
    decoder = fetched(shelf, tiny_folder)
    told: list[tuple[int, int]] = []
    report = shelf.verify(shelf.items()[0], lambda done, total: told.append((done, total)))
    # Then every file was read, and that was told
    assert report.is_certain
    assert report.checked == len([p for p in tiny_folder.rglob("*") if p.is_file()])
    assert told[-1] == (report.checked_bytes, report.checked_bytes)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert "is whole" in report.sentence
    # And when a bit is wrong and a small file is gone
    flip_a_bit(decoder / "vqgan" / WEIGHTS)
    (decoder / "tokenizer" / "merges.txt").unlink()
    report = shelf.verify(shelf.items()[0])
    # Then both are named, and what to fetch again is only that repository, in that version
    assert {(finding.path, finding.problem) for finding in report.findings} == {
        (decoder / "vqgan" / WEIGHTS, "its content is not what it has to be"),
        (decoder / "tokenizer" / "merges.txt", "it is missing"),
    }
    assert not report.is_good
    order = report.repair
    assert order is not None
    assert order.repositories == (FetchRepository("x/wuerstchen", "ab" * 20),)
    assert (order.models_folder, order.convert, order.endpoint) == (
        shelf.ours,
        None,
        "https://mirror",
    )
    assert set(report.repaired_files) == {finding.path for finding in report.findings}


def test_a_converted_one_is_repaired_in_its_precision(
    shelf: CheckpointShelf, tiny_folder: Path
) -> None:
    decoder = fetched(shelf, tiny_folder, "float16")
    (prior_of(decoder) / "prior" / WEIGHTS).unlink()
    report = shelf.verify(shelf.items()[0])
    assert report.repair is not None
    assert (report.repair.convert, report.repair.repositories[0].repo_id) == (
        "float16",
        "x/w-prior",
    )


def test_a_half_that_is_not_there_at_all_is_fetched_by_the_name_of_the_other(
    shelf: CheckpointShelf, tmp_path: Path
) -> None:
    decoder = make_checkpoint(tmp_path / "hf" / "hub", layout="hub_cache")
    away = prior_of(decoder).parent.parent
    for lost, wanted in (
        (away, "warp-ai/wuerstchen-prior"),
        (decoder.parent.parent, "warp-ai/wuerstchen"),
    ):
        hidden = tmp_path / "hidden"
        lost.rename(hidden)
        (item,) = shelf.items()
        report = shelf.verify(item)
        assert report.findings == ()
        assert not report.is_good
        assert report.repair is not None
        assert report.repair.repositories == (FetchRepository(wanted),)
        hidden.rename(lost)


def test_in_the_hubs_cache_the_names_say_what_the_content_has_to_be(
    shelf: CheckpointShelf, tmp_path: Path
) -> None:
    decoder = make_checkpoint(tmp_path / "hf" / "hub", layout="hub_cache")
    (item,) = shelf.items()
    assert shelf.verify(item).is_certain
    blob = Path(os.path.realpath(decoder / "decoder" / WEIGHTS))
    flip_a_bit(blob)
    report = shelf.verify(item)
    assert [finding.path for finding in report.findings] == [decoder / "decoder" / WEIGHTS]
    assert report.repair is not None
    assert report.repair.repositories == (FetchRepository("warp-ai/wuerstchen", "1" * 40),)


def test_without_a_record_it_says_so_and_the_manifest_helps(
    tmp_path: Path, ours: Path, tiny_folder: Path
) -> None:
    # Given a checkpoint in a folder of the person's
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "mine")
    shelf = shelf_with(tmp_path, ours, tmp_path / "mine")
    report = shelf.verify(shelf.items()[0])
    assert (report.is_good, report.is_certain, report.checked) == (True, False, 0)
    assert "without a record" in report.sentence
    # When its weights are known as published, then those are certain
    path = decoder / "vqgan" / WEIGHTS
    sha256 = FileHashes().calculate(path)
    known = PublishedFile("warp-ai/wuerstchen", f"vqgan/{WEIGHTS}", path.stat().st_size, sha256)
    shelf = shelf_with(tmp_path, ours, tmp_path / "mine", manifest=Manifest((known,)))
    report = shelf.verify(shelf.items()[0])
    assert (report.checked, report.published) == (1, 1)
    # And another content under that name is somebody's own work, and no damage
    flip_a_bit(path)
    report = shelf.verify(shelf.items()[0])
    assert (report.findings, report.checked, report.is_good) == ((), 0, True)
    assert path in report.unknown


def test_verifying_can_be_called_off(shelf: CheckpointShelf, tiny_folder: Path) -> None:
    fetched(shelf, tiny_folder)
    with pytest.raises(GenerationCancelled):
        shelf.verify(shelf.items()[0], is_cancelled=lambda: True)


def test_the_manifest_that_comes_with_the_program_can_be_read(tmp_path: Path) -> None:
    manifest = Manifest.published()
    assert all(len(f.sha256) == 64 for f in manifest.files("warp-ai/wuerstchen").values())
    for content in ("{", "[]", '{"repositories": 3}', '{"repositories": {"a": {}}}'):
        path = tmp_path / "published.json"
        path.write_text(content, encoding="utf-8")
        assert Manifest.of(path).of_size(0) == ()
