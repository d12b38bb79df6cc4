"""Torch's shared libraries, opened ahead of its import and without importing it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from contextlib import suppress
from pathlib import Path


def load_before_qt() -> None:
    """On Windows, load torch's lowest library.

    There torch cannot be imported any more once Qt is loaded
    (https://github.com/pytorch/pytorch/issues/166628), unless this library came first.
    """
    if sys.platform == "win32":
        _load("c10.dll")


def load_before_torch() -> None:
    """Open the largest libraries without holding up the window; call in the worker's thread.

    A call through ctypes lets go of Python's lock and an import does not: while hundreds of
    megabytes are mapped and linked, the window would stand still. On Windows torch does the same.
    """
    ending = {"linux": "so", "darwin": "dylib"}.get(sys.platform)
    if ending is not None:
        _load(*(f"lib{n}.{ending}" for n in ("c10", "torch_cpu", "torch_cuda", "torch_python")))


def _load(*names: str) -> None:
    with suppress(ImportError, ValueError, OSError):  # then torch says itself what is wrong
        spec = importlib.util.find_spec("torch")
        for package in (spec and spec.submodule_search_locations) or ():
            folder = Path(package) / "lib"
            if sys.platform == "win32":
                os.add_dll_directory(str(folder))
            for name in names:
                with suppress(OSError):  # there is not every one of them everywhere
                    ctypes.CDLL(str(folder / name))
