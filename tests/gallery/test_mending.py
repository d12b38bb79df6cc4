"""Damaged and lost databases: what takes their place, and what is said about it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from gallery.pictures import make_picture
from gallery.places import ask, database, names_in, pictures, unpack
from wurstdesk.errors import StorageError
from wurstdesk.gallery import backups, mending
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.library import Library
from wurstdesk.gallery.side_files import NEGATIVES, SIDE_FILES, THUMBNAILS, SideFile

NOW = datetime.now(UTC)
Damage = Callable[[Path], None]


def overwrite(file: Path) -> None:
    file.write_bytes(b"x" * 10_000)


def truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def overwrite_behind_the_head(file: Path) -> None:
    """Which only a check of the whole sees, so that somebody has to have met it."""
    data = file.read_bytes()
    file.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))
    place = file.parent
    (place / "gallery.sqlite.suspect").touch()


DAMAGES = [overwrite, truncate, overwrite_behind_the_head]


def open_desk(place: Path) -> GalleryDesk:
    return GalleryDesk.open(database(place), pictures(place))


def set_aside(file: Path) -> list[Path]:
    parts = file.parent.glob(f"{file.name}.damaged-*")
    return [part for part in parts if not part.name.endswith(("-wal", "-shm"))]


def make(place: Path, seeds: range) -> None:
    with closing(open_desk(place)) as desk:
        for seed in seeds:
            desk.save(make_picture(seed=seed))


def rate(place: Path, rating: int) -> None:
    ask(place, f"UPDATE pictures SET rating = {rating}")


def back_up(place: Path, days_ago: int = 0) -> None:
    for _ in backups.back_up(database(place), NOW - timedelta(days=days_ago)):
        pass


# --- the database -------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [*DAMAGES, empty, os.unlink])
def test_a_copy_takes_its_place_and_newer_pictures_are_added(place: Path, damage: Damage) -> None:
    make(place, range(3))
    rate(place, 4)
    back_up(place, days_ago=3)
    make(place, range(3, 5))
    damage(database(place))

    with closing(open_desk(place)) as desk:
        found, added = desk.notices
        saved = desk.recent(9)
        assert [picture.request.seed for picture in saved] == [4, 3, 2, 1, 0]
        assert all(desk.latents_of(picture.id) is not None for picture in saved)
        assert all(desk.thumbnail_of(picture.id) is not None for picture in saved)
    assert "3 days old" in found
    assert added == "2 pictures were not in the gallery yet and were added."
    assert ask(place, "SELECT rating FROM pictures ORDER BY seed") == [(4,), (4,), (4,), (0,), (0,)]
    if damage in DAMAGES:
        (aside,) = set_aside(database(place))
        assert aside.name in found
    with closing(open_desk(place)) as desk:
        assert desk.notices == ()


def test_the_newest_copy_that_is_good_is_taken(place: Path) -> None:
    make(place, range(1))
    for days_ago in (5, 4, 3):
        rate(place, days_ago)
        back_up(place, days_ago)
    newest, _, _ = backups.copies_of(database(place))
    truncate(newest.file)
    overwrite(database(place))
    with closing(open_desk(place)) as desk:
        assert "4 days old" in desk.notices[0]
    assert ask(place, "SELECT rating FROM pictures") == [(4,)]


def test_without_a_good_copy_it_is_rebuilt_from_the_files(place: Path) -> None:
    make(place, range(3))
    back_up(place)
    overwrite(backups.copies_of(database(place))[0].file)
    overwrite(database(place))
    with closing(open_desk(place)) as desk:
        assert "rebuilt from the picture files" in desk.notices[0]
        saved = desk.recent(9)
        assert len(saved) == 3
        assert all(desk.latents_of(picture.id) is not None for picture in saved)


def test_a_copy_of_an_older_version_is_brought_up_to_date(place: Path) -> None:
    unpack("schema-2", place)
    folder = backups.folder_of(database(place))
    folder.mkdir()
    database(place).rename(folder / f"gallery-{date.today()}.sqlite")  # noqa: DTZ011
    overwrite(database(place))
    with closing(open_desk(place)) as desk:
        assert "of today" in desk.notices[0]
        assert desk.request_of(2).prompt == "ein grüner Dackel"
        assert [job.key for job in desk.jobs()] == ["a", "b"]


def test_an_empty_file_without_copies_is_a_new_gallery(place: Path) -> None:
    database(place).parent.mkdir()
    database(place).touch()
    with closing(open_desk(place)) as desk:
        assert desk.notices == ()


def test_a_library_mends_as_well(place: Path) -> None:
    make(place, range(2))
    back_up(place)
    overwrite(database(place))
    overwrite(THUMBNAILS.beside(database(place)))
    with closing(Library.open(database(place), pictures(place))) as library:
        assert library.shelves().pictures == 2


@pytest.mark.parametrize(
    ("days", "words"), [(0, "of today"), (1, "of yesterday"), (9, "of 2026-11-15, 9 days old,")]
)
def test_how_old_a_copy_is(days: int, words: str) -> None:
    today = date(2026, 11, 24)
    assert mending.age(today - timedelta(days), today) == words


# --- the files beside it ------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [*DAMAGES, empty, os.unlink])
def test_damaged_thumbnails_are_made_anew_without_a_word(place: Path, damage: Damage) -> None:
    make(place, range(2))
    damage(THUMBNAILS.beside(database(place)))
    with closing(open_desk(place)) as desk:
        assert desk.notices == ()
        assert desk.thumbnail_of(1) is None
        saved = desk.save(make_picture(seed=9))
        assert desk.thumbnail_of(saved.id) is not None
        assert desk.latents_of(1) is not None
    assert not [name for name in names_in(place / "data") if "damaged" in name]
    with closing(open_desk(place)) as desk:
        assert desk.thumbnail_of(saved.id) is not None


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_negatives_are_set_aside_and_come_back_from_their_copy(
    place: Path, damage: Damage
) -> None:
    make(place, range(20))
    back_up(place)
    file = NEGATIVES.beside(database(place))
    damage(file)
    broken = file.read_bytes()
    with closing(open_desk(place)) as desk:
        (notice,) = desk.notices
        assert all(desk.latents_of(number) is not None for number in range(1, 21))
        assert len(desk.recent(99)) == 20
    assert "negatives were damaged" in notice
    assert "of today" in notice
    (aside,) = set_aside(file)
    assert aside.name in notice
    assert aside.read_bytes() == broken
    with closing(open_desk(place)) as desk:
        assert desk.notices == ()


def test_of_damaged_negatives_without_a_copy_what_can_be_read_is_kept(place: Path) -> None:
    make(place, range(40))
    file = NEGATIVES.beside(database(place))
    data = bytearray(file.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 8192] = b"\xa5" * 8192
    file.write_bytes(data)
    database(place).with_name("gallery.sqlite.suspect").touch()
    with closing(open_desk(place)) as desk:
        (notice,) = desk.notices
        kept = sum(desk.latents_of(number) is not None for number in range(1, 41))
    assert 20 < kept < 40
    assert f"{kept} of them could still be read" in notice


def test_a_negative_that_changed_is_found_out(place: Path) -> None:
    make(place, range(1))
    ask(place, "UPDATE negatives.latents SET data = zeroblob(length(data))")
    with closing(open_desk(place)) as desk, pytest.raises(StorageError, match="damaged"):
        desk.latents_of(1)
    assert database(place).with_name("gallery.sqlite.suspect").exists()


@pytest.mark.parametrize("side", SIDE_FILES, ids=lambda side: side.name)
def test_a_file_of_a_newer_version_is_refused_and_left_alone(place: Path, side: SideFile) -> None:
    make(place, range(1))
    with closing(apsw.Connection(str(side.beside(database(place))))) as connection:
        connection.pragma("user_version", side.version + 1)
    before = side.beside(database(place)).read_bytes()
    with pytest.raises(StorageError, match="newer version") as failure:
        open_desk(place)
    assert "Update Wurstdesk" in failure.value.hint
    assert side.beside(database(place)).read_bytes() == before


@pytest.mark.parametrize("side", SIDE_FILES, ids=lambda side: side.name)
def test_another_programs_file_is_refused_and_left_alone(place: Path, side: SideFile) -> None:
    make(place, range(1))
    file = side.beside(database(place))
    file.unlink()
    with closing(apsw.Connection(str(file))) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    before = file.read_bytes()
    with pytest.raises(StorageError, match="another program's database"):
        open_desk(place)
    assert file.read_bytes() == before


def test_everything_is_damaged_at_once(place: Path) -> None:
    make(place, range(3))
    back_up(place)
    for file in (database(place), *(side.beside(database(place)) for side in SIDE_FILES)):
        overwrite(file)
    with closing(open_desk(place)) as desk:
        assert len(desk.notices) == 2
        assert len(desk.recent(9)) == 3
        assert desk.latents_of(1) is not None


# --- setting aside ------------------------------------------------------------------------------


def test_a_damaged_database_is_set_aside_with_its_wal(tmp_path: Path) -> None:
    file = tmp_path / "gallery.sqlite"
    file.write_bytes(b"broken")
    wal = file.with_name(file.name + "-wal")
    wal.write_bytes(b"its wal")
    aside = mending.set_aside(file)
    assert aside.read_bytes() == b"broken"
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"its wal"
    assert not file.exists()
    assert not wal.exists()


def test_a_database_that_cannot_be_set_aside_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "in use")

    file = tmp_path / "gallery.sqlite"
    file.write_bytes(b"broken")
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(StorageError, match="cannot be set aside") as failure:
        mending.set_aside(file)
    assert "Close every other window" in failure.value.hint
