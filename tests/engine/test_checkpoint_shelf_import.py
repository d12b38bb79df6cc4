"""Checkpoints brought by hand: recognised by content, copied or linked, the rest named."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from checkpoints import (
    LAYOUTS,
    SINGLE_PRIOR,
    Layout,
    copy_checkpoint,
    make_checkpoint,
    make_single_prior,
    prior_of,
)
from wurstdesk.engine.checkpoint_shelf import CheckpointShelf
from wurstdesk.engine.fetch.records import SourceRecord, StoredFile
from wurstdesk.engine.shelf_manifest import Manifest, PublishedFile
from wurstdesk.errors import CheckpointError, GenerationCancelled, StorageError

WEIGHTS = "diffusion_pytorch_model.safetensors"


pytestmark = pytest.mark.usefixtures("empty_person_home")


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    return tmp_path / "home" / "models"


@pytest.fixture
def shelf(tmp_path: Path, ours: Path) -> CheckpointShelf:
    return CheckpointShelf(
        tmp_path / "no built-in",
        ours,
        environ={"HF_HOME": str(tmp_path / "nowhere"), "HF_HUB_CACHE": str(tmp_path / "none")},
        manifest=Manifest(),
    )


def names_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def as_downloaded(tiny_folder: Path, folder: Path) -> list[Path]:
    """All files of a checkpoint in one folder, as a browser names files of one name."""
    folder.mkdir()
    files = []
    for number, source in enumerate(sorted(p for p in tiny_folder.rglob("*") if p.is_file())):
        target = folder / f"{source.stem} ({number}){source.suffix}"
        shutil.copyfile(source, target)
        files.append(target)
    return files


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_folder_in_any_layout_is_copied_whole(
    shelf: CheckpointShelf, tmp_path: Path, ours: Path, layout: Layout
) -> None:
    # Given a checkpoint elsewhere, with what nobody needs beside it
    decoder = make_checkpoint(tmp_path / "stick", layout=layout)
    (decoder / "decoder" / "pytorch_model.bin").write_bytes(b"boom")
    (decoder / "README.md").write_text("read me", encoding="utf-8")
    # When it is recognised, then nothing is written yet, and nothing is missing
    plan = shelf.recognise([tmp_path / "stick"])
    assert not ours.exists()
    assert (plan.missing, plan.refused) == ((), ())
    # And when it is taken
    told: list[tuple[int, int]] = []
    report = shelf.take(plan, tell=lambda done, total: told.append((done, total)))
    # Then it is ours, whole, of plain files, and can be verified from then on
    assert told[-1] == (plan.size, plan.size)
    whole = report.items[0]
    assert (whole.state, whole.place, whole.is_linked) == ("complete", "ours", False)
    assert whole.info.name == "wuerstchen"
    assert "wuerstchen/README.md" in names_below(ours)
    assert not [name for name in names_below(ours) if name.endswith(".bin")]
    assert len(report.items) == (2 if layout == "single_prior" else 1)
    for item in report.items:
        assert shelf.verify(item).is_certain
    if layout == "hub_cache":
        assert whole.repo == "warp-ai/wuerstchen"
    # And once more there is nothing to do
    again = shelf.recognise([tmp_path / "stick"])
    assert again.pieces == ()


def test_one_half_is_taken_and_the_other_named_until_it_comes(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path, ours: Path
) -> None:
    shutil.copytree(tiny_folder / "wuerstchen-prior", tmp_path / "stick" / "wuerstchen-prior")
    shutil.copytree(tiny_folder / "wuerstchen", tmp_path / "other stick" / "wuerstchen")
    plan = shelf.recognise([tmp_path / "stick"])
    assert plan.missing == ("wuerstchen: the folder of the decoder",)
    (item,) = shelf.take(plan).items
    assert (item.state, item.missing) == ("partial", ("the folder of the decoder",))
    plan = shelf.recognise([tmp_path / "other stick" / "wuerstchen"])
    assert plan.missing == ()
    (item,) = shelf.take(plan).items
    assert item.state == "complete"


def test_single_files_are_recognised_whatever_they_are_called(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path, ours: Path
) -> None:
    # Given every file of a checkpoint in one folder, under a browser's names
    files = as_downloaded(tiny_folder, tmp_path / "Downloads")
    stranger = tmp_path / "Downloads" / "holiday.txt"
    stranger.write_text("sun", encoding="utf-8")
    pickled = tmp_path / "Downloads" / "pytorch_model.bin"
    pickled.write_bytes(b"boom")
    # When they are dropped
    plan = shelf.recognise([*files, stranger, pickled, tmp_path / "gone"], "my own")
    # Then each has its place, and what is of no use says why
    refused = {refusal.path.name: refusal.reason for refusal in plan.refused}
    assert "no part of a checkpoint" in refused["holiday.txt"]
    assert "can run programs" in refused["pytorch_model.bin"]
    assert "not there" in refused["gone"]
    assert plan.missing == ()
    (item,) = shelf.take(plan).items
    assert (item.info.name, item.state) == ("my own", "complete")
    wanted = {name.replace("wuerstchen", "my own") for name in names_below(tiny_folder)}
    assert names_below(ours) - wanted == {
        "my own/wurstdesk-source.json",
        "my own-prior/wurstdesk-source.json",
    }
    assert wanted <= names_below(ours)


def test_files_fill_what_a_partial_one_lacks(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path, ours: Path
) -> None:
    # Given one of ours without its Stage A and a text encoder
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", ours)
    shutil.rmtree(decoder / "vqgan")
    (prior_of(decoder) / "text_encoder" / "model.safetensors").unlink()
    # When the weights are dropped, the configs not
    plan = shelf.recognise(
        [
            tiny_folder / "wuerstchen" / "vqgan" / WEIGHTS,
            tiny_folder / "wuerstchen-prior" / "text_encoder" / "model.safetensors",
        ]
    )
    # Then they fill it, and the rest is named
    assert plan.missing == ("wuerstchen: image decoder (Stage A): config.json",)
    shelf.take(plan)
    plan = shelf.recognise([tiny_folder / "wuerstchen" / "vqgan" / "config.json"])
    (item,) = shelf.take(plan).items
    assert item.state == "complete"


def test_a_text_encoder_finds_its_half_by_what_is_known(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path
) -> None:
    # Given a text encoder whose folder says nothing, of a width that nobody knows
    alone = tmp_path / "model.safetensors"
    shutil.copyfile(tiny_folder / "wuerstchen-prior" / "text_encoder" / "model.safetensors", alone)
    with pytest.raises(CheckpointError, match="cannot be told of which half"):
        shelf.recognise([alone])
    # When the prior comes with it, then its width tells
    prior = tiny_folder / "wuerstchen-prior" / "prior" / WEIGHTS
    plan = shelf.recognise([alone, prior])
    assert [piece.target.as_posix() for piece in plan.pieces] == [
        f"wuerstchen-prior/prior/{WEIGHTS}",
        "wuerstchen-prior/text_encoder/model.safetensors",
    ]


def test_a_prior_by_itself_is_one_and_borrows_the_config_of_its_like(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path, ours: Path
) -> None:
    # Given a checkpoint of ours, and the weights of a prior with the same shapes
    copy_checkpoint(tiny_folder / "wuerstchen", ours)
    folder = make_single_prior(tmp_path / "stick")
    weights = tmp_path / "my finetune.safetensors"
    shutil.copyfile(folder / WEIGHTS, weights)
    # When only the weights are dropped, then a prior stands beside it and goes with it
    (item,) = shelf.take(shelf.recognise([weights])).items
    assert (item.info.name, item.kind, item.fits) == ("my finetune", "prior", ("wuerstchen",))
    assert item.state == "complete"
    # And as a folder it keeps its name
    (item,) = shelf.take(shelf.recognise([folder])).items
    assert (item.info.name, item.kind) == (SINGLE_PRIOR, "prior")


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_linking_takes_no_room_and_removing_leaves_what_was_linked(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path, ours: Path
) -> None:
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "stick")
    before = names_below(tmp_path / "stick")
    (item,) = shelf.take(shelf.recognise([decoder]), "link").items
    assert (item.state, item.is_linked, item.bytes_on_disk, item.place) == (
        "complete",
        True,
        0,
        "ours",
    )
    shelf.remove(item)
    assert names_below(ours) == set()
    assert names_below(tmp_path / "stick") == before


def test_two_of_one_name_are_kept_apart(shelf: CheckpointShelf, tmp_path: Path, ours: Path) -> None:
    make_checkpoint(tmp_path / "a")
    make_checkpoint(tmp_path / "b", size="tiny", text_prefix=False)
    shelf.take(shelf.recognise([tmp_path / "a"]))
    (item,) = shelf.take(shelf.recognise([tmp_path / "b"])).items
    assert item.info.path == ours / "wuerstchen-2"
    assert item.state == "complete"


def test_what_was_damaged_on_its_way_stays_away(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path
) -> None:
    # Given a folder that was fetched on another computer, one file of which has changed since
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "stick")
    (first,) = shelf.take(shelf.recognise([decoder])).items
    record = SourceRecord.of(first.info.path)
    assert record is not None
    shelf.remove(first)
    SourceRecord("warp-ai/wuerstchen", "a" * 40, files=record.files).save(decoder)
    weights = decoder / "vqgan" / WEIGHTS
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    # When it is brought, then that file is left out and said, and the rest is there
    report = shelf.take(shelf.recognise([decoder]))
    assert [(d.path, "damaged on its way" in d.reason) for d in report.damaged] == [(weights, True)]
    (item,) = report.items
    assert item.missing == (f"image decoder (Stage A): {WEIGHTS}",)
    assert (item.repo, item.commit) == ("warp-ai/wuerstchen", "a" * 40)


def test_the_published_files_are_known_by_their_content(
    tiny_folder: Path, tmp_path: Path, ours: Path
) -> None:
    decoder = tiny_folder / "wuerstchen"
    shelf = CheckpointShelf(tmp_path / "none", ours, environ={}, manifest=Manifest())
    (item,) = shelf.take(shelf.recognise([decoder])).items
    record = SourceRecord.of(item.info.path)
    assert record is not None
    assert record.repo == ""
    shelf.remove(item)
    files = tuple(
        PublishedFile("warp-ai/wuerstchen", path, file.size, file.sha256)
        for path, file in record.files.items()
    )
    shelf = CheckpointShelf(tmp_path / "none", ours, environ={}, manifest=Manifest(files))
    (item,) = shelf.take(shelf.recognise([decoder])).items
    assert item.repo == "warp-ai/wuerstchen"
    assert shelf.verify(item).published >= 3


def test_calling_it_off_leaves_nothing(
    shelf: CheckpointShelf, tiny_folder: Path, ours: Path
) -> None:
    plan = shelf.recognise([tiny_folder])
    done: list[int] = []
    with pytest.raises(GenerationCancelled):
        shelf.take(plan, tell=lambda now, _: done.append(now), is_cancelled=lambda: len(done) > 5)
    assert list(ours.iterdir()) == []


def test_a_full_disk_and_a_vanished_file_are_sentences(
    shelf: CheckpointShelf,
    tiny_folder: Path,
    tmp_path: Path,
    ours: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "stick")
    plan = shelf.recognise([decoder])
    (decoder / "vqgan" / WEIGHTS).unlink()
    with pytest.raises(StorageError, match="cannot be brought in"):
        shelf.take(plan)
    assert list(ours.iterdir()) == []
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(StorageError, match="not enough room"):
        shelf.take(plan)


def test_nothing_useful_is_one_sentence(shelf: CheckpointShelf, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "config.json").write_text(json.dumps({"_class_name": "UNet"}), "utf-8")
    (tmp_path / "stick" / "x.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(CheckpointError, match="Nothing of this") as caught:
        shelf.recognise([tmp_path / "stick"])
    assert "UNet" in str(caught.value)
    for path in ([tmp_path / "nothing"], []):
        with pytest.raises(CheckpointError, match="Nothing of this"):
            shelf.recognise(path)


@pytest.mark.parametrize("name", ["x" * 250, "con", "../up", " . ", "é/模型 🌭", "a\0b"])
def test_no_name_leads_out_of_the_folder_or_is_too_long(
    shelf: CheckpointShelf, tiny_folder: Path, ours: Path, name: str
) -> None:
    (item,) = shelf.take(shelf.recognise([tiny_folder], name)).items
    assert item.state == "complete"
    assert item.info.path.parent == ours
    assert {path.parent for path in item.folders} == {ours}


def test_a_record_that_names_files_elsewhere_reads_none_of_them(
    shelf: CheckpointShelf, tiny_folder: Path, ours: Path, tmp_path: Path
) -> None:
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", ours)
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    names = ("../../../secret", "/etc/passwd", "C:\\x", "a//b", "")
    SourceRecord("a/b", "c", files={name: StoredFile(1, "0" * 64) for name in names}).save(decoder)
    (item,) = shelf.items()
    report = shelf.verify(item)
    assert (report.findings, report.checked) == ((), 0)


def test_it_is_a_folder_of_the_persons_and_stays_as_it_was(
    shelf: CheckpointShelf, tiny_folder: Path, tmp_path: Path
) -> None:
    decoder = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "stick")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "stick").rglob("*")}
    shelf.take(shelf.recognise([decoder]))
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "stick").rglob("*")} == before
