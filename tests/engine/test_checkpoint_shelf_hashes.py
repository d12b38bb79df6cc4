"""Hashes of large checkpoints, and one that is gone while it is used."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkpoints import (
    copy_checkpoint,
    info_of,
    make_checkpoint,
)
from shelves import flip_a_bit
from wurstdesk.engine import file_hashes, model_files
from wurstdesk.engine.checkpoint_shelf import CheckpointShelf
from wurstdesk.engine.file_hashes import HASHES, FileHashes
from wurstdesk.engine.generator import WuerstchenGenerator
from wurstdesk.engine.model_files import LocalCatalogue, calculate_content_hash, content_hash
from wurstdesk.errors import CheckpointError, GenerationCancelled
from wurstdesk.generation import (
    CancelToken,
    EngineOptions,
    GenerationRequest,
    GeneratorEvent,
    PictureReady,
    StageProgress,
    make_request,
)

WEIGHTS = "diffusion_pytorch_model.safetensors"


pytestmark = pytest.mark.usefixtures("empty_person_home")


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every checkpoint counts as one that takes too long to read at once."""
    monkeypatch.setattr(model_files, "HASHED_BYTES", 0)
    kept = HASHES._kept_in, HASHES._is_read, HASHES._known
    yield
    HASHES._kept_in, HASHES._is_read, HASHES._known = kept


def test_a_large_one_is_hashed_once_and_known_from_then_on(
    tiny_folder: Path, tmp_path: Path, shelf: CheckpointShelf, large: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    # Given a large checkpoint that nobody has read
    HASHES.keep_in(tmp_path / "cache" / "hashes.json")
    info = info_of(copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "mine"))
    assert content_hash(info) == ""
    # When it is read, then it is known at once, and by the next start too
    told: list[tuple[int, int]] = []
    whole = shelf.content_hash(info, lambda done, total: told.append((done, total)))
    assert len(whole) == 64
    assert told[-1][0] == told[-1][1]
    monkeypatch.setattr(FileHashes, "calculate", None)
    assert content_hash(info) == whole == calculate_content_hash(info)
    HASHES.keep_in(tmp_path / "elsewhere")
    HASHES.keep_in(tmp_path / "cache" / "hashes.json")
    assert content_hash(info) == whole
    # And when a file changes, it is not known any more
    flip_a_bit(info.path / "vqgan" / WEIGHTS)
    assert content_hash(info) == ""


def test_small_and_large_give_the_same_hash(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = info_of(copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "mine"))
    small = content_hash(info)
    monkeypatch.setattr(model_files, "HASHED_BYTES", 0)
    assert calculate_content_hash(info) == small


def test_what_was_read_before_it_was_called_off_is_not_read_again(
    tiny_folder: Path, tmp_path: Path, large: None
) -> None:
    HASHES.keep_in(tmp_path / "hashes.json")
    info = info_of(copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "mine"))
    totals: list[int] = []

    def tell(_done: int, total: int) -> None:
        totals.append(total)

    with pytest.raises(GenerationCancelled):
        calculate_content_hash(info, tell, lambda: len(totals) > 8)
    calculate_content_hash(info, tell)
    assert totals[-1] < totals[0]


@pytest.mark.parametrize("content", ["{", "[]", '{"/x": 3}', '{"/x": ["a", "b", "c"]}'])
def test_a_damaged_memory_of_hashes_is_forgotten(tmp_path: Path, content: str) -> None:
    kept, file = tmp_path / "hashes.json", tmp_path / "file"
    kept.write_text(content, encoding="utf-8")
    file.write_bytes(b"abc")
    hashes = FileHashes(kept)
    assert hashes.known(file) == ""
    sha256 = hashes.calculate(file)
    hashes.keep()
    assert FileHashes(kept).known(file) == sha256
    file.unlink()
    hashes.keep()
    assert kept.read_text(encoding="utf-8") == "{}"


def test_a_memory_that_cannot_be_kept_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    hashes = FileHashes(tmp_path / "file" / "hashes.json")
    hashes.calculate(tmp_path / "file")
    hashes.keep()
    assert hashes.known(tmp_path / "file")
    assert file_hashes.FILE_NAME.endswith(".json")


def request_for(checkpoint: str, **fields: object) -> GenerationRequest:
    return make_request(
        prompt="a red dog",
        width=128,
        height=128,
        prior_timesteps=None,
        prior_num_inference_steps=2,
        decoder_num_inference_steps=1,
        checkpoint=checkpoint,
        **fields,
    )


@pytest.mark.parametrize("offload", ["none", "model"])
def test_one_that_vanishes_while_in_use_is_a_sentence_and_the_next_request_works(
    tiny_folder: Path, tmp_path: Path, offload: str
) -> None:
    # Given two checkpoints
    gone = copy_checkpoint(tiny_folder / "wuerstchen", tmp_path / "stick")
    make_checkpoint(tmp_path / "mine", name="other")
    catalogue = LocalCatalogue(tmp_path / "none", [tmp_path / "stick", tmp_path / "mine"])
    generator = WuerstchenGenerator(
        catalogue,
        EngineOptions(device="cpu", offload=offload),  # type: ignore[arg-type]
    )
    token, events = CancelToken(), list[GeneratorEvent]()

    def pull_the_stick(event: GeneratorEvent) -> None:
        events.append(event)
        if isinstance(event, StageProgress) and gone.exists():
            shutil.rmtree(tmp_path / "stick")

    # When one vanishes while it draws, then its pictures are made, or a sentence says why not
    try:
        problem = ""
        try:
            generator.generate(request_for("wuerstchen", num_images=2), token, pull_the_stick)
        except CheckpointError as error:
            problem = str(error)
        made = [event for event in events if isinstance(event, PictureReady)]
        assert (problem == "" and len(made) == 2) or str(tmp_path / "stick") in problem
        assert not gone.exists()
        # And asked for again it is not known any more, and the other one draws
        with pytest.raises(CheckpointError, match="There is no checkpoint"):
            generator.generate(request_for("wuerstchen"), token, events.append)
        events.clear()
        generator.generate(request_for("other"), token, events.append)
        assert [event for event in events if isinstance(event, PictureReady)]
    finally:
        generator.close()
