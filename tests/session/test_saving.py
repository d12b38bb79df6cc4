"""Copies of saved pictures, made beside the window and the worker."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image
from pytestqt.qtbot import QtBot

from studio import Studio
from wurstdesk.session.pictures import SessionPicture


def saved_as(studio: Studio, path: Path) -> SessionPicture:
    """A picture of this session whose file is there."""
    studio.generate()
    picture = list(studio.state.pictures)[-1]
    assert picture.saved is not None
    picture.saved = replace(picture.saved, path=path)
    return picture


def test_a_saved_file_is_copied_byte_for_byte(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    source, target = tmp_path / "a.png", tmp_path / "new" / "b.png"
    source.write_bytes(b"PNG with all its words")
    saving = studio.state.saving

    with qtbot.waitSignal(saving.told):
        saving.save_as(saved_as(studio, source), target)
    with qtbot.waitSignal(saving.failed) as missing:
        saving.save_as(saved_as(studio, tmp_path / "gone.png"), target)

    assert target.read_bytes() == b"PNG with all its words"
    assert "gone.png cannot be read" in missing.args[0].message


def test_a_copy_is_in_the_format_of_its_ending(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    source = tmp_path / "a.png"
    Image.new("RGB", (8, 8), (200, 40, 30)).save(source)
    saving = studio.state.saving

    with qtbot.waitSignal(saving.told):
        saving.save_as(saved_as(studio, source), tmp_path / "new" / "b.webp")

    with Image.open(tmp_path / "new" / "b.webp") as image:
        assert image.format == "WEBP"
