from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

import pytest

from wurstdesk import torch_libraries


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What is asked to be loaded; nothing really is."""
    asked: list[Path] = []
    monkeypatch.setattr(ctypes, "CDLL", lambda path: asked.append(Path(path)))
    return asked


def test_on_windows_torchs_lowest_library_comes_before_qt(
    loaded: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os, "add_dll_directory", lambda folder: None, raising=False)

    torch_libraries.load_before_qt()

    assert [path.parts[-3:] for path in loaded] == [("torch", "lib", "c10.dll")]


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_elsewhere_nothing_has_to_come_before_qt(
    loaded: list[Path], monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)

    torch_libraries.load_before_qt()

    assert loaded == []


@pytest.mark.skipif(sys.platform not in {"linux", "darwin"}, reason="torch does it there")
def test_the_largest_libraries_are_where_they_are_looked_for(loaded: list[Path]) -> None:
    torch_libraries.load_before_torch()

    assert {path.stem for path in loaded if path.exists()} >= {"libc10", "libtorch_cpu"}


def test_a_missing_torch_keeps_nothing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    torch_libraries.load_before_qt()
    torch_libraries.load_before_torch()
