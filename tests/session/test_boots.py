"""Whether the computer was started anew between two sessions."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QByteArray, QSysInfo
from pytestqt.qtbot import QtBot

from studio import open_studio
from wurstdesk.session import boots

BOOTED = 1_700_000_000.0


def start_again(qtbot: QtBot, folder: Path) -> bool:
    """A session with this folder's memory; what it knows of the one before."""
    with open_studio(qtbot, folder / "pictures", memory_file=folder / "window.json") as studio:
        return studio.state.unfinished.was_restarted


def name_boot(monkeypatch: pytest.MonkeyPatch, name: bytes, since: float = BOOTED) -> None:
    """What the platform says of this run of the computer."""
    monkeypatch.setattr(QSysInfo, "bootUniqueId", lambda: QByteArray(name))
    monkeypatch.setattr(psutil, "boot_time", lambda: since)


def test_this_computer_is_known_from_one_moment_to_the_next() -> None:
    assert boots.this_boot() == boots.this_boot() != ""


def test_a_new_start_of_the_computer_is_noticed_once(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_boot(monkeypatch, b"one")
    assert not start_again(qtbot, tmp_path), "nothing is known of an earlier session"
    assert not start_again(qtbot, tmp_path)
    name_boot(monkeypatch, b"two")
    assert start_again(qtbot, tmp_path)
    assert not start_again(qtbot, tmp_path)


def test_where_a_start_has_no_name_its_time_tells(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_boot(monkeypatch, b"")
    start_again(qtbot, tmp_path)
    name_boot(monkeypatch, b"", BOOTED + 30)
    assert not start_again(qtbot, tmp_path), "the clock was set right meanwhile"
    name_boot(monkeypatch, b"", BOOTED + 3600)
    assert start_again(qtbot, tmp_path)


@pytest.mark.parametrize("kept", ["", "since x"])
def test_what_cannot_be_told_is_no_new_start(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    name_boot(monkeypatch, b"")
    (tmp_path / "window.json").write_text(f'{{"boot": "{kept}"}}')
    assert not start_again(qtbot, tmp_path)
    monkeypatch.setattr(psutil, "boot_time", _refuse)
    assert not start_again(qtbot, tmp_path)


def _refuse() -> float:
    raise OSError("not here")
