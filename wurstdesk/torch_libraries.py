"""Torch's shared libraries, opened ahead of its import and without importing it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

linking = threading.Lock()
"""To be held by a thread that imports a compiled library while the large ones may be opened.

The system's loader opens one library at a time. An import that waits for its turn keeps Python's
lock meanwhile, and with it the window; who waits here does not.
"""


def load_before_qt() -> None:
    """On Windows, load torch's lowest library.

    There torch cannot be imported any more once Qt is loaded
    (https://github.com/pytorch/pytorch/issues/166628), unless this library came first.
    """
    if sys.platform == "win32":
        for folder in _folders():
            os.add_dll_directory(str(folder))
            with suppress(OSError):  # then torch says itself what is wrong
                ctypes.CDLL(str(folder / "c10.dll"))


def load_before_torch() -> None:
    """Open the largest libraries without holding up the window; call in the worker's thread.

    An import keeps Python's lock while hundreds of megabytes are mapped and linked, and the window
    would stand still so long (0.15 s). On Windows torch opens them in a way that does not.
    """
    ending = {"linux": "so", "darwin": "dylib"}.get(sys.platform)
    if ending is None:
        return
    with linking:
        for folder in _folders():
            for name in ("c10", "torch_cpu", "torch_cuda", "torch_python"):
                _open(folder / f"lib{name}.{ending}")


def _open(library: Path) -> None:
    """Open a library, and keep it open; what cannot be opened, torch complains about itself.

    ``dlopen`` is called as a foreign function, which lets go of Python's lock. ``ctypes.CDLL``,
    for all that it does the same, keeps it.
    """
    with suppress(OSError, AttributeError):  # there is not every one of them everywhere
        dlopen = ctypes.CDLL(None).dlopen
        dlopen.argtypes, dlopen.restype = [ctypes.c_char_p, ctypes.c_int], ctypes.c_void_p
        dlopen(os.fsencode(library), os.RTLD_NOW)


def _folders() -> Iterator[Path]:
    """Where torch's libraries are."""
    with suppress(ImportError, ValueError):
        spec = importlib.util.find_spec("torch")
        for package in (spec and spec.submodule_search_locations) or ():
            yield Path(package) / "lib"
