"""One file of weights in half precision: whole, or nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from wurstdesk.engine.half_copy import file_to_half
from wurstdesk.errors import CheckpointError


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "whole.safetensors"
    weights = {"a": torch.randn(8, 8), "b": torch.arange(3), "c": torch.randn(2).double()}
    save_file(weights, path)
    return path


def test_weights_are_halved_and_numbers_are_kept(source: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    assert file_to_half(source, tmp_path / "half", tell=lambda *args: told.append(args))

    whole, half = load_file(source), load_file(tmp_path / "half")
    assert {name: tensor.dtype for name, tensor in half.items()} == {
        "a": torch.float16,
        "b": torch.int64,
        "c": torch.float16,
    }
    assert all(torch.equal(half[name], whole[name].to(half[name].dtype)) for name in whole)
    assert told[0] == (0, 156)
    assert told[-1] == (156, 156)


def test_what_is_half_already_is_not_written(source: Path, tmp_path: Path) -> None:
    file_to_half(source, tmp_path / "half")

    assert not file_to_half(tmp_path / "half", tmp_path / "again")
    assert not (tmp_path / "again").exists()
    assert file_to_half(tmp_path / "half", tmp_path / "other", "bfloat16")


def test_nothing_is_left_of_one_that_fails(source: Path, tmp_path: Path) -> None:
    def stop(done: int, _total: int) -> None:
        if done:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        file_to_half(source, tmp_path / "half", tell=stop)

    save_file({"a": torch.full((2, 2), 1e6)}, source)
    with pytest.raises(CheckpointError, match="beyond what float16 can hold"):
        file_to_half(source, tmp_path / "half")

    source.write_bytes(b"x" * 20)
    with pytest.raises(CheckpointError, match="damaged"):
        file_to_half(source, tmp_path / "half")
    assert not (tmp_path / "half").exists()
