from __future__ import annotations

import ctypes
import importlib.util
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from fakes import DACKEL
from wurstdesk import torch_libraries
from wurstdesk.cli import parts
from wurstdesk.errors import UserError

PATIENCE = 120
READER = "wurstdesk.engine.prompt_reading"


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What is asked to be loaded; nothing really is."""
    asked: list[Path] = []
    monkeypatch.setattr(ctypes, "CDLL", lambda path: asked.append(Path(path)))
    monkeypatch.setattr(torch_libraries, "_open", asked.append)
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


OPENS_A_PIPE = """
import os, sys, threading
from pathlib import Path
from wurstdesk import torch_libraries
pipe = Path(sys.argv[1])
torch_libraries._folders = lambda: [pipe.parent]
thread = threading.Thread(target=torch_libraries.load_before_torch)
thread.start()
with pipe.open("wb") as file:  # goes on as soon as somebody reads at the other end
    print("the window is alive", flush=True)
    file.write(b"no library at all")
thread.join()
"""


@pytest.mark.skipif(sys.platform not in {"linux", "darwin"}, reason="torch does it there")
def test_other_threads_go_on_while_a_library_is_opened(tmp_path: Path) -> None:
    # Given a library that can be read only once this same program has written it
    ending = "so" if sys.platform == "linux" else "dylib"
    pipe = tmp_path / f"libtorch_cpu.{ending}"
    os.mkfifo(pipe)

    # When a thread opens it
    done = subprocess.run(
        [sys.executable, "-c", OPENS_A_PIPE, str(pipe)],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )

    # Then the others are not held up, and what was no library does no harm
    assert (done.stdout, done.stderr, done.returncode) == ("the window is alive\n", "", 0)


def test_the_reader_of_prompts_is_imported_when_nothing_else_is_linked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given a lock that notes what is imported while it is held, and nothing imported
    held: list[bool] = []

    class Lock:
        def __enter__(self) -> None:
            held.append(READER in sys.modules)

        def __exit__(self, *raised: object) -> None:
            held.append(READER in sys.modules)

    monkeypatch.setattr(torch_libraries, "linking", Lock())
    monkeypatch.setattr("wurstdesk.engine.prompt_reading", importlib.import_module(READER))
    monkeypatch.delitem(sys.modules, READER)

    # When a reader is made
    with suppress(UserError):  # the tokenizer does not matter
        parts.prompt_reader(DACKEL)

    # Then it was imported in between: what else is linked has to wait
    assert held == [False, True]
