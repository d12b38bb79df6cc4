"""The gallery's pictures: page by page, and the chosen one in full."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from studio import Studio
from wurstdesk.errors import StorageError
from wurstdesk.generation import GenerationRequest, KeptPicture
from wurstdesk.session.gallery_list import PAGE


def image(side: int, colour: str = "red") -> QImage:
    """A picture of one colour."""
    made = QImage(side, side, QImage.Format.Format_RGB32)
    made.fill(QColor(colour))
    return made


def thumbnail(colour: str = "blue") -> bytes:
    """A small one, as the gallery keeps it."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image(16, colour).save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def kept(number: int, folder: Path, **fields: object) -> KeptPicture:
    """A picture of the gallery; its file is there only if somebody made it."""
    request = GenerationRequest(prompt=f"dog {number}", seed=number).changed(**fields)
    path = folder / f"{number}.png"
    return KeptPicture(number, path, request, "2024-05-01T12:00:00", thumbnail())


def test_pages_are_read_as_somebody_looks_further(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    gallery = studio.state.gallery
    studio.desk.kept_pictures = [kept(n, tmp_path) for n in range(PAGE + 5)]
    with qtbot.waitSignal(gallery.began_anew):
        gallery.refresh()
    assert len(gallery.pictures) == PAGE
    before = gallery.is_complete

    with qtbot.waitSignal(gallery.grew) as grown:
        gallery.read_more()
        gallery.read_more()  # once is enough
    assert grown.args == [PAGE, PAGE + 4]
    assert [picture.id for picture in gallery.pictures] == list(range(PAGE + 5))
    assert (before, gallery.is_complete) == (False, True)
    with qtbot.assertNotEmitted(gallery.grew):
        gallery.read_more()
        studio.state.keeper.do(list, lambda _: None)


def test_an_empty_gallery_is_known_to_be_empty(qtbot: QtBot, studio: Studio) -> None:
    gallery = studio.state.gallery
    before = gallery.was_read
    with qtbot.waitSignal(gallery.began_anew):
        gallery.refresh()
    assert (before, gallery.was_read) == (False, True)
    assert gallery.is_complete
    assert gallery.pictures == []


def test_the_chosen_one_is_small_first_and_then_in_full(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    gallery = studio.state.gallery
    picture = kept(1, tmp_path)
    image(64, "red").save(str(picture.path))
    gallery.choose(picture)
    assert gallery.image.width() == 16, "there at once"
    qtbot.waitUntil(lambda: gallery.image.width() == 64)
    assert gallery.image.pixelColor(1, 1) == QColor("red")


def test_of_two_chosen_quickly_the_second_is_shown(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    gallery = studio.state.gallery
    first, second = kept(1, tmp_path), kept(2, tmp_path)
    image(64, "red").save(str(first.path))
    image(32, "green").save(str(second.path))
    gallery.choose(first)
    gallery.choose(second)
    qtbot.waitUntil(lambda: gallery.image.width() != 16)
    assert gallery.image.width() == 32


def test_a_file_that_is_gone_leaves_the_thumbnail(
    qtbot: QtBot, studio: Studio, tmp_path: Path
) -> None:
    gallery = studio.state.gallery
    gallery.choose(kept(1, tmp_path))
    done: list[object] = []
    studio.state.keeper.do(list, done.append)
    qtbot.waitUntil(lambda: bool(done))
    assert gallery.image.width() == 16
    gallery.choose(None)
    assert gallery.image.isNull()


def test_a_database_that_cannot_be_read_is_said(qtbot: QtBot, studio: Studio) -> None:
    studio.desk.failures.append(StorageError("The database is damaged."))
    studio.state.gallery.refresh()
    qtbot.waitUntil(lambda: bool(studio.state.messages.all))
    assert studio.state.messages.all[0].text == "The database is damaged."


def test_it_can_be_read_again_after_a_failure(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    gallery = studio.state.gallery
    studio.desk.kept_pictures = [kept(n, tmp_path) for n in range(PAGE + 5)]
    with qtbot.waitSignal(gallery.began_anew):
        gallery.refresh()
    studio.desk.failures.append(StorageError("The disk is asleep."))
    gallery.read_more()
    qtbot.waitUntil(lambda: bool(studio.state.messages.all))
    with qtbot.waitSignal(gallery.grew):
        gallery.read_more()


@pytest.mark.parametrize("data", [b"", b"no picture"])
def test_a_thumbnail_that_is_none_is_no_picture(
    studio: Studio, tmp_path: Path, data: bytes
) -> None:
    picture = KeptPicture(1, tmp_path / "1.png", GenerationRequest(), "2024-05-01T12:00:00", data)
    studio.state.gallery.choose(picture)
    assert studio.state.gallery.image.isNull()
