"""What the window remembers: written a moment after a change, and never a reason not to open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from fake_desk import MemoryDesk
from wurstdesk.session.keeper import Keeper
from wurstdesk.session.window_memory import KEEPS_AFTER, MAX_BYTES, WindowMemory


@pytest.fixture
def keeper(qtbot: QtBot) -> Iterator[Keeper]:
    del qtbot  # signals need its application
    opened = Keeper(MemoryDesk)
    yield opened
    opened.close()


def written(keeper: Keeper, path: Path) -> object:
    """What is in the file once the keeper has done all it was asked."""
    keeper.close()
    return json.loads(path.read_text("ascii"))


def test_values_come_back_at_the_next_start(keeper: Keeper, tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    memory = WindowMemory(file, keeper)
    memory.keep("page", "gallery")
    memory.keep("folded", True)
    memory.keep("request", {"prompt": "Würstchen — 犬", "width": 512})
    memory.flush()
    keeper.close()

    again = WindowMemory(file, keeper)
    assert again.text("page") == "gallery"
    assert again.flag("folded") is True
    assert again.mapping("request") == {"prompt": "Würstchen — 犬", "width": 512}


def test_a_change_is_written_by_itself(qtbot: QtBot, keeper: Keeper, tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    memory = WindowMemory(file, keeper)
    memory.keep("page", "gallery")
    assert not file.exists(), "not at each key that is pressed"
    qtbot.waitUntil(file.exists, timeout=KEEPS_AFTER * 10)
    assert written(keeper, file) == {"page": "gallery"}


def test_many_changes_are_one_write(keeper: Keeper, tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    memory = WindowMemory(file, keeper)
    (timer,) = memory.findChildren(QTimer)
    memory.keep("prompt", "a")
    due = timer.remainingTime()
    memory.keep("prompt", "a dog")
    assert timer.remainingTime() <= due, "who types on and on does not put it off for ever"
    memory.flush()
    assert written(keeper, file) == {"prompt": "a dog"}


def test_nothing_is_written_where_nothing_changed(keeper: Keeper, tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    file.write_text('{"page": "gallery"}', "ascii")
    memory = WindowMemory(file, keeper)
    file.unlink()
    memory.keep("page", "gallery")
    memory.flush()
    keeper.close()
    assert not file.exists()


def test_what_was_never_kept_is_empty(keeper: Keeper) -> None:
    memory = WindowMemory(None, keeper)
    assert memory.text("page") == ""
    assert memory.flag("folded") is False
    assert memory.flag("random", default=True) is True
    assert memory.mapping("request") == {}


def test_without_a_file_it_lasts_for_the_session(keeper: Keeper) -> None:
    memory = WindowMemory(None, keeper)
    memory.keep("page", "gallery")
    memory.flush()
    assert memory.text("page") == "gallery"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1, 2]",
        b'"text"',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"page": "' + b"x" * MAX_BYTES + b'"}',
    ],
    ids=["empty", "half", "list", "text", "bytes", "deep", "huge"],
)
def test_a_damaged_file_is_as_good_as_none(keeper: Keeper, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "window.json"
    file.write_bytes(content)
    memory = WindowMemory(file, keeper)
    assert memory.text("page") == ""
    memory.keep("page", "studio")
    memory.flush()
    assert written(keeper, file) == {"page": "studio"}


def test_values_of_another_kind_are_as_good_as_none(keeper: Keeper, tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    file.write_text('{"page": 7, "folded": "yes", "request": [1]}', "ascii")
    memory = WindowMemory(file, keeper)
    assert memory.text("page") == ""
    assert memory.flag("folded", default=True) is True
    assert memory.mapping("request") == {}


def test_a_folder_that_cannot_be_written_is_only_logged(
    keeper: Keeper, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "in the way"
    blocked.write_text("a file", "ascii")
    memory = WindowMemory(blocked / "window.json", keeper)
    memory.keep("prompt", "a secret dog")
    memory.flush()
    keeper.close()
    assert "not kept" in caplog.text
    assert "secret" not in caplog.text
