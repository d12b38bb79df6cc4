"""Tiny random checkpoints, made once, and one thread for torch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from checkpoints import make_checkpoint
from shelves import shelf_with
from wurstdesk.engine.checkpoint_shelf import CheckpointShelf
from wurstdesk.engine.model_files import describe
from wurstdesk.generation import CheckpointInfo


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Numbers depend on the number of threads, and tiny tensors are slower on many."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny checkpoint as it is published, ``wuerstchen`` and its prior."""
    folder = tmp_path_factory.mktemp("checkpoints")
    make_checkpoint(folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> CheckpointInfo:
    """That checkpoint; not to be changed."""
    return describe(tiny_folder / "wuerstchen", tiny_folder / "wuerstchen-prior")


@pytest.fixture
def empty_person_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of whoever runs the tests is found."""
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "person"))


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """The program's own folder for checkpoints."""
    folder = tmp_path / "home" / "models"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def shelf(tmp_path: Path, ours: Path) -> CheckpointShelf:
    """A shelf of that folder alone."""
    return shelf_with(tmp_path, ours)
