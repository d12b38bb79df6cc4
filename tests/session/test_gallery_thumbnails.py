"""Thumbnails: read in two sizes, made where there are none, never for who looks elsewhere."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QSize
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from wurstdesk.errors import StorageError
from wurstdesk.gallery.library import Library
from wurstdesk.session import gallery_thumbnails
from wurstdesk.session.gallery_thumbnails import GalleryThumbnails, Wanted


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "gallery.sqlite"


@pytest.fixture
def thumbnails(qtbot: QtBot, database: Path, tmp_path: Path) -> Iterator[GalleryThumbnails]:
    del qtbot
    database.parent.mkdir()
    made = GalleryThumbnails(lambda: Library.open(database, tmp_path / "pictures"))
    yield made
    made.close()
    made.deleteLater()


def picture(folder: Path, colour: str, size: tuple[int, int] = (800, 400)) -> Wanted:
    """A file, wanted at 100."""
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    path = folder / f"{colour}.png"
    image.save(str(path))
    return Wanted(hashlib.sha256(path.read_bytes()).hexdigest(), 100, 0, path)


def keep(database: Path, wanted: Wanted, colour: str, side: int = 256) -> None:
    """One that was made before."""
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    library = Library.open(database, database.parent)
    library.keep_thumbnail(wanted.content_hash, side, bytes(buffer.data().data()))
    library.close()


def there(thumbnails: GalleryThumbnails, wanted: Wanted) -> QImage:
    """It must be there, of its size."""
    image, is_exact = thumbnails.find(wanted.content_hash, wanted.side)
    assert image is not None
    assert is_exact
    return image


def test_a_kept_one_is_read(qtbot: QtBot, thumbnails: GalleryThumbnails, database: Path) -> None:
    wanted = Wanted("ab" * 32, 100)
    keep(database, wanted, "#204080")
    with qtbot.waitSignal(thumbnails.arrived) as arrived:
        thumbnails.want([wanted])
    assert arrived.args == [{"ab" * 32}]
    image = there(thumbnails, wanted)
    assert image.size() == QSize(100, 100)
    assert image.pixelColor(50, 50) == QColor("#204080")


@pytest.mark.parametrize(("side", "colour"), [(256, "red"), (257, "blue"), (900, "blue")])
def test_the_smaller_size_that_is_large_enough(
    qtbot: QtBot, thumbnails: GalleryThumbnails, database: Path, side: int, colour: str
) -> None:
    wanted = Wanted("ab" * 32, side)
    keep(database, wanted, "red", 256)
    keep(database, wanted, "blue", 512)
    with qtbot.waitSignal(thumbnails.arrived):
        thumbnails.want([wanted])
    assert there(thumbnails, wanted).pixelColor(50, 50) == QColor(colour)
    assert there(thumbnails, wanted).width() == side


def test_one_that_is_missing_is_made_from_the_file_and_kept(
    qtbot: QtBot, thumbnails: GalleryThumbnails, database: Path, tmp_path: Path
) -> None:
    wanted = picture(tmp_path, "green")
    with qtbot.waitSignal(thumbnails.arrived):
        thumbnails.want([wanted])
    assert there(thumbnails, wanted).size() == QSize(100, 50)
    library = Library.open(database, tmp_path)
    sizes = {}
    for side in (256, 512):
        kept = library.thumbnail(wanted.content_hash, side)
        assert kept is not None
        sizes[side] = QImage.fromData(kept).size()
    library.close()
    assert sizes == {256: QSize(256, 128), 512: QSize(512, 256)}


def test_without_its_file_the_smaller_one_stands_in(
    qtbot: QtBot, thumbnails: GalleryThumbnails, database: Path, tmp_path: Path
) -> None:
    wanted = Wanted("ab" * 32, 400, 0, tmp_path / "gone.png")
    keep(database, wanted, "red", 256)
    with qtbot.waitSignal(thumbnails.arrived):
        thumbnails.want([wanted])
    assert there(thumbnails, wanted).width() == 400


def test_what_is_no_picture_is_tried_once(
    qtbot: QtBot,
    thumbnails: GalleryThumbnails,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[Path] = []
    usual = gallery_thumbnails.read_small

    def read(path: Path, side: int) -> QImage:
        tried.append(path)
        return usual(path, side)

    monkeypatch.setattr(gallery_thumbnails, "read_small", read)
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n nothing")
    good = picture(tmp_path, "green")
    wanted = Wanted("cd" * 32, 100, 0, bad)
    for _ in range(2):
        thumbnails.want([wanted, good])
        qtbot.waitUntil(lambda: thumbnails.find(good.content_hash, 100)[1])
    qtbot.waitUntil(lambda: bad in tried)
    assert thumbnails.find(wanted.content_hash, 100) == (None, False)
    thumbnails.want([wanted])
    assert tried.count(bad) == 1
    thumbnails.try_again()
    thumbnails.want([wanted])
    qtbot.waitUntil(lambda: tried.count(bad) == 2)


def test_corners_are_round(qtbot: QtBot, thumbnails: GalleryThumbnails, tmp_path: Path) -> None:
    plain = picture(tmp_path, "green", (300, 300))
    wanted = Wanted(plain.content_hash, 100, 8, plain.path)
    with qtbot.waitSignal(thumbnails.arrived):
        thumbnails.want([wanted])
    image = there(thumbnails, wanted)
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(50, 0).alpha() == 255


def test_another_size_stands_in_until_the_right_one_is_there(
    qtbot: QtBot, thumbnails: GalleryThumbnails, tmp_path: Path
) -> None:
    wanted = picture(tmp_path, "green")
    with qtbot.waitSignal(thumbnails.arrived):
        thumbnails.want([wanted])
    image, is_exact = thumbnails.find(wanted.content_hash, 180)
    assert image is not None
    assert not is_exact


def test_who_scrolled_on_does_not_wait_for_what_was_there(
    qtbot: QtBot,
    thumbnails: GalleryThumbnails,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, made = threading.Event(), list[str]()
    usual = gallery_thumbnails.read_small

    def read(path: Path, side: int) -> QImage:
        assert gate.wait(10)
        made.append(path.stem)
        return usual(path, side)

    monkeypatch.setattr(gallery_thumbnails, "read_small", read)
    colours = ["red", "green", "blue", "black", "white"]
    wanted = {colour: picture(tmp_path, colour) for colour in colours}
    thumbnails.want([wanted[colour] for colour in colours[:4]])
    qtbot.waitUntil(lambda: thumbnails._is_making)
    thumbnails.want([wanted["white"], wanted["black"]])
    gate.set()
    qtbot.waitUntil(lambda: thumbnails.find(wanted["black"].content_hash, 100)[1])
    qtbot.waitUntil(lambda: thumbnails.find(wanted["white"].content_hash, 100)[1])
    assert sorted(made) == ["black", "red", "white"], "green and blue scrolled away"


def test_memory_is_bounded(
    qtbot: QtBot,
    thumbnails: GalleryThumbnails,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gallery_thumbnails, "BYTES", 2 * 100 * 50 * 4)
    wanted = [picture(tmp_path, colour) for colour in ("red", "green", "blue")]
    for one in wanted:
        with qtbot.waitSignal(thumbnails.arrived):
            thumbnails.want([one])
    assert thumbnails.find(wanted[0].content_hash, 100) == (None, False)
    assert all(thumbnails.find(one.content_hash, 100)[1] for one in wanted[1:])


def test_a_thumbnail_that_cannot_be_kept_is_shown(
    qtbot: QtBot,
    thumbnails: GalleryThumbnails,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise StorageError("full")

    monkeypatch.setattr(Library, "keep_thumbnail", refuse)
    wanted = picture(tmp_path, "green")
    with qtbot.waitSignal(thumbnails.arrived):
        thumbnails.want([wanted])
    assert there(thumbnails, wanted).width() == 100
