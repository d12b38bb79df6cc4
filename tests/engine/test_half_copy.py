"""Copies in half precision: the same checkpoint in half the bytes, whole or not there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from checkpoints import LAYOUTS, Layout, copy_checkpoint, info_of, make_checkpoint, prior_of
from wurstdesk.engine import components
from wurstdesk.engine.half_copy import HalfDtype, copy_to_half
from wurstdesk.engine.model_files import LocalCatalogue, checkpoints_in, content_hash
from wurstdesk.engine.weight_files import write_safetensors
from wurstdesk.errors import CheckpointError, GenerationCancelled, StorageError
from wurstdesk.generation import CancelToken, CheckpointInfo

VQGAN = "vqgan/diffusion_pytorch_model.safetensors"


def spoilt(decoder: Path, value: float) -> CheckpointInfo:
    """A checkpoint with one value of its own in Stage A."""
    weights = {name: tensor.clone() for name, tensor in load_file(decoder / VQGAN).items()}
    weights["out_block.0.weight"].view(-1)[3] = value
    save_file(weights, decoder / VQGAN)
    return info_of(decoder)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_copy_has_every_weight_in_half_the_bytes(
    tiny: CheckpointInfo, tmp_path: Path, dtype: HalfDtype
) -> None:
    # Given a checkpoint in full precision; when it is copied
    copy = copy_to_half(tiny, tmp_path / "copies" / "half", dtype)
    # Then the copy is complete, and where it was wanted
    assert copy.complete, copy.problem
    assert copy.path.parent == tmp_path / "copies" / "half" == copy.prior_path.parent
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["half"]
    components.check_components(copy)
    # And each weight is the source's, rounded
    for source in (tiny.path / VQGAN, tiny.prior_path / "text_encoder" / "model.safetensors"):
        half = copy.path if source.is_relative_to(tiny.path) else copy.prior_path
        copied = load_file(half / source.parent.name / source.name)
        for name, weight in load_file(source).items():
            wanted = weight.to(getattr(torch, dtype)) if weight.is_floating_point() else weight
            assert torch.equal(copied[name], wanted), name
            assert copied[name].dtype == wanted.dtype
        with safe_open(half / source.parent.name / source.name, framework="pt") as opened:
            assert opened.metadata() == {"format": "pt"}


@pytest.mark.parametrize("layout", [x for x in LAYOUTS if x not in {"half", "fp16_variant"}])
def test_every_layout_is_copied_to_the_plain_one(tmp_path: Path, layout: Layout) -> None:
    source = info_of(make_checkpoint(tmp_path / "source", layout=layout, previewer=True))
    copy = copy_to_half(source, tmp_path / "half")
    assert copy.complete, copy.problem
    assert copy.prior_weights is None
    target = (torch.device("cpu"), torch.float16)
    own = components.load_prior(source, target).state_dict()
    for name, weight in components.load_prior(copy, target).state_dict().items():
        assert torch.equal(weight, own[name])
    assert components.load_previewer(copy.prior_path, target) is not None
    files = {path.name for path in (tmp_path / "half").rglob("*.safetensors*")}
    assert files == {"model.safetensors", "diffusion_pytorch_model.safetensors"}
    assert not any(path.is_symlink() for path in (tmp_path / "half").rglob("*"))


def test_a_copy_says_of_what_it_is_one(tmp_path: Path) -> None:
    # Given a checkpoint with a description of its own and a licence
    description = {"name": "pudel", "title": "Pudel", "licence": "MIT", "of_the_future": [1]}
    source = info_of(make_checkpoint(tmp_path / "a", description=description))
    (source.path / "LICENSE").write_text("MIT", encoding="utf-8")
    # When it is copied to where the catalogue looks
    copy = copy_to_half(source, tmp_path / "a" / "half", "bfloat16")
    # Then the copy has a name of its own, and everything else that was said
    assert (copy.name, copy.title, copy.licence) == ("pudel-bf16", "Pudel (bfloat16)", "MIT")
    assert (copy.copy_of, copy.copy_dtype) == ("pudel", "bfloat16")
    assert copy.copy_of_hash == content_hash(source) != content_hash(copy)
    written = json.loads((copy.prior_path / "wurstdesk.json").read_text(encoding="utf-8"))
    assert written["of_the_future"] == [1]
    assert (copy.path / "LICENSE").read_text(encoding="utf-8") == "MIT"
    # And both are found
    catalogue = LocalCatalogue(tmp_path / "nothing", [tmp_path / "a"])
    assert {info.name for info in catalogue.checkpoints()} == {"pudel", "pudel-bf16"}
    assert catalogue.find(str(tmp_path / "a" / "half")) == copy


def test_what_a_description_says_of_its_source_is_not_believed_blindly(tmp_path: Path) -> None:
    for source in (3, {"name": 3}, {"content_hash": "../.."}):
        made = make_checkpoint(tmp_path / str(source)[:9], description={"copied_from": source})
        info = info_of(made)
        assert (info.complete, info.copy_of, info.copy_of_hash) == (True, "", "")
        assert "“copied_from” is not what belongs there" in info.problem


def test_values_beyond_half_precision_are_named_and_nothing_is_left(
    tiny: CheckpointInfo, tmp_path: Path
) -> None:
    # Given a weight that float16 cannot hold
    info = spoilt(copy_checkpoint(tiny.path, tmp_path / "a"), 1e5)
    # When it is copied, then the file, the weight and the value are named
    with pytest.raises(CheckpointError, match=r"out_block\.0\.weight holds the value 1e\+05") as e:
        copy_to_half(info, tmp_path / "new" / "half")
    assert str(info.path / VQGAN) in e.value.message
    assert "bfloat16" in e.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    # And bfloat16 holds it
    assert copy_to_half(info, tmp_path / "half", "bfloat16").complete


def test_a_weight_that_is_no_number_is_named(tiny: CheckpointInfo, tmp_path: Path) -> None:
    info = spoilt(copy_checkpoint(tiny.path, tmp_path / "a"), float("nan"))
    for dtype in ("float16", "bfloat16"):
        with pytest.raises(CheckpointError, match="values that are no numbers"):
            copy_to_half(info, tmp_path / "half", dtype)
    assert not (tmp_path / "half").exists()


@pytest.mark.parametrize("failure", [KeyboardInterrupt, GenerationCancelled, OSError(28, "full")])
def test_a_copy_that_does_not_come_to_its_end_leaves_nothing(
    tiny: CheckpointInfo, tmp_path: Path, failure: BaseException | type[BaseException]
) -> None:
    # Given something that ends the work in its middle
    told: list[int] = []

    def tell(done: int, total: int) -> None:
        told.append(done)
        if done > total // 2:
            raise failure

    # When it is copied, then the end comes through and nothing is left of it
    expected = StorageError if isinstance(failure, OSError) else failure
    assert isinstance(expected, type)
    with pytest.raises(expected):
        copy_to_half(tiny, tmp_path / "new" / "half", tell=tell)
    assert len(told) > 3
    assert list(tmp_path.iterdir()) == []


def test_it_can_be_cancelled_between_two_weights(tiny: CheckpointInfo, tmp_path: Path) -> None:
    token = CancelToken()

    def tell(done: int, total: int) -> None:
        if done > total // 2:
            token.cancel()

    with pytest.raises(GenerationCancelled):
        copy_to_half(tiny, tmp_path / "half", check=token.check, tell=tell)
    assert list(tmp_path.iterdir()) == []


def test_progress_ends_at_the_size_of_the_copy(tiny: CheckpointInfo, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    copy = copy_to_half(tiny, tmp_path / "half", tell=lambda *both: told.append(both))
    done, total = told[-1]
    assert done == total
    assert [each for each, _ in told] == sorted(each for each, _ in told)
    written = sum(path.stat().st_size for path in (tmp_path / "half").rglob("*.safetensors"))
    headers = sum(path.stat().st_size for path in copy.path.parent.rglob("*")) - written
    assert abs(total - written) < headers


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_nothing_that_is_there_is_replaced(tiny: CheckpointInfo, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "half"
    if kind == "folder":
        target.mkdir()
    elif kind == "file":
        target.write_text("mine", encoding="utf-8")
    else:
        target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(StorageError, match="there already; a copy replaces nothing"):
        copy_to_half(tiny, target)


def test_a_full_disk_is_told_before_anything_is_written(
    tiny: CheckpointInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1_000_000))
    with pytest.raises(StorageError, match="There is not enough room in") as caught:
        copy_to_half(tiny, tmp_path / "new" / "half")
    assert "1 MB are free" in caught.value.message
    assert list(tmp_path.iterdir()) == []


def test_what_is_half_already_is_not_copied_again(tiny: CheckpointInfo, tmp_path: Path) -> None:
    copy = copy_to_half(tiny, tmp_path / "half")
    with pytest.raises(CheckpointError, match="is stored in float16 as it is"):
        copy_to_half(copy, tmp_path / "again")
    assert copy_to_half(copy, tmp_path / "other", "bfloat16").copy_of == copy.name


def test_a_damaged_previewer_is_left_behind(tmp_path: Path) -> None:
    decoder = make_checkpoint(tmp_path / "a", previewer=True)
    (prior_of(decoder) / "previewer" / "model.safetensors").write_bytes(b"no weights")
    copy = copy_to_half(info_of(decoder), tmp_path / "half")
    assert not (copy.prior_path / "previewer").exists()


def test_a_copy_draws_no_more_than_one_weight_into_memory(
    tiny: CheckpointInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a look at what is handed to the file at once
    sizes: list[int] = []
    write = write_safetensors

    def watched(path: Path, header: object, bytes_of: object) -> None:
        def watched_bytes(name: str) -> memoryview:
            data: memoryview = bytes_of(name)  # type: ignore[operator]
            sizes.append(len(data))
            return data

        write(path, header, watched_bytes)  # type: ignore[arg-type]

    monkeypatch.setattr("wurstdesk.engine.half_copy.write_safetensors", watched)
    # When a checkpoint is copied, then it is one weight after the other
    copy = copy_to_half(tiny, tmp_path / "half")
    largest = max(
        tensor.nbytes
        for file in copy.path.parent.rglob("*.safetensors")
        for tensor in load_file(file).values()
    )
    assert max(sizes) == largest
    assert checkpoints_in(tmp_path / "half") == [copy]


def test_importing_it_does_not_import_torch() -> None:
    program = "import sys, wurstdesk.engine.half_copy\nprint('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert done.stdout.strip() == b"False"
