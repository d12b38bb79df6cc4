"""What is done on the gallery by itself, and the system's trash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QFile
from pytestqt.qtbot import QtBot

from gallery.pictures import make_picture
from studio import Studio, library_file
from wurstdesk.errors import StorageError
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.exporting import ExportOptions
from wurstdesk.gallery.image_metadata import utc_text
from wurstdesk.gallery.importing import ImportReport
from wurstdesk.gallery.records import Edit
from wurstdesk.session import chores
from wurstdesk.session.chores import to_system_trash


@pytest.fixture
def folder(studio: Studio) -> Path:
    folder = studio.state.pictures_folder
    assert folder is not None
    return folder.resolve()


@pytest.fixture
def system_trash(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files that went to the system's trash."""
    taken: list[str] = []

    def move(path: str) -> tuple[bool, str]:
        taken.append(Path(path).name)
        Path(path).unlink()
        return True, path

    monkeypatch.setattr(QFile, "moveToTrash", move)
    return taken


def make_gallery(folder: Path) -> dict[str, Path]:
    """One picture kept, one thrown away just now, one long ago, one whose file is gone."""
    desk = GalleryDesk.open(library_file(folder), folder)
    names = ("kept", "fresh", "old", "gone")
    saved = {name: desk.save(make_picture(name, seed)) for seed, name in enumerate(names)}
    for name, days in (("fresh", 1), ("old", 40)):
        moment = utc_text(datetime.now(UTC) - timedelta(days=days))
        desk.library.edit(Edit("trashed", {saved[name].id: moment}))
    desk.close()
    saved["gone"].path.unlink()
    return {name: picture.path for name, picture in saved.items()}


def test_a_quiet_moment_is_used(
    qtbot: QtBot, studio: Studio, folder: Path, system_trash: list[str]
) -> None:
    # Given a gallery, and nobody who works
    paths = make_gallery(folder)
    studio.state.chores.start(lambda: True)
    # When it is tidied up
    with qtbot.waitSignal(studio.state.chores.gallery_changed):
        studio.state.chores.tidy()
    # Then there is a backup, what was long in the trash is in the system's, and the rest stays
    backups = library_file(folder).parent / "backups"
    assert [path.name for path in backups.glob("gallery-2*")]
    assert system_trash == [paths["old"].name]
    assert paths["kept"].exists()
    assert paths["fresh"].exists()
    # And it is known that a file is missing
    desk = GalleryDesk.open(library_file(folder), folder)
    assert desk.library.shelves().missing == 1
    desk.close()


def test_nothing_is_tidied_while_somebody_works(
    studio: Studio, folder: Path, system_trash: list[str]
) -> None:
    make_gallery(folder)
    studio.state.chores.start(lambda: False)
    studio.state.chores.tidy()
    assert not studio.state.chores.is_busy
    studio.state.chores.close()
    assert system_trash == []


def test_the_end_makes_a_backup(studio: Studio, folder: Path) -> None:
    make_gallery(folder)
    studio.state.chores.start(lambda: False)
    studio.state.chores.close()
    assert list((library_file(folder).parent / "backups").glob("gallery-2*"))


def test_one_thing_after_the_other_and_each_is_ended_for_itself(
    qtbot: QtBot, studio: Studio, folder: Path, system_trash: list[str], tmp_path: Path
) -> None:
    paths = make_gallery(folder)
    doing = studio.state.chores
    said: list[str] = []
    doing.changed.connect(lambda: said.append(doing.what))
    doing.export([1], ExportOptions(tmp_path / "out"))
    doing.empty_trash()
    doing.cancel()
    assert doing.what == "Exporting"
    qtbot.waitUntil(lambda: not doing.is_busy)
    assert list(dict.fromkeys(said)) == ["Exporting", "Emptying the trash", ""]
    assert sorted(system_trash) == sorted(paths[name].name for name in ("fresh", "old"))


def test_closing_does_not_wait_for_all_of_the_trash(
    studio: Studio, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_gallery(folder)
    doing, taken, closing = studio.state.chores, Event(), Event()

    def move(path: str) -> tuple[bool, str]:
        taken.set()
        assert closing.wait(10)
        Path(path).unlink()
        return True, path

    monkeypatch.setattr(QFile, "moveToTrash", move)
    doing.empty_trash()
    assert taken.wait(10)
    doing.cancel()
    closing.set()
    doing.close()
    desk = GalleryDesk.open(library_file(folder), folder)
    assert desk.library.shelves().trashed == 1, "the one in hand went, the other stays"
    desk.close()


def test_a_file_that_the_system_does_not_take_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "dog.png"
    file.touch()
    monkeypatch.setattr(QFile, "moveToTrash", lambda _: (False, ""))
    with pytest.raises(StorageError, match=r"dog\.png”.*trash"):
        to_system_trash(file)


def test_a_file_that_is_gone_needs_no_trash(tmp_path: Path) -> None:
    to_system_trash(tmp_path / "never.png")


def test_reports_in_words() -> None:
    report = ImportReport(added=(1,), duplicates=2, found_again=3)
    words = "1 picture added, 2 in the gallery already, 3 found again."
    assert chores.import_words(report) == words
