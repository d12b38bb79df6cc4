"""Two pictures, one path: whatever lies where, none is lost and none thrown away for another."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gallery.pictures import make_picture
from gallery.places import ask, database, pictures
from wurstdesk.errors import StorageError
from wurstdesk.gallery import image_files, rows, trash
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.image_metadata import utc_text
from wurstdesk.gallery.records import Edit, Query
from wurstdesk.gallery.saving import SavingOptions


@pytest.fixture
def desk(place: Path) -> Iterator[GalleryDesk]:
    opened = GalleryDesk.open(database(place), pictures(place))
    yield opened
    opened.close()


def shown(desk: GalleryDesk) -> list[int]:
    return sorted(desk.library.find(Query()).ids)


def path_of(desk: GalleryDesk, picture: int) -> Path | None:
    return desk.library.details(picture).card.path


def throw_away(desk: GalleryDesk, *ids: int, days: float = trash.DAYS + 1) -> None:
    moment = utc_text(datetime.now(UTC) - timedelta(days=days))
    desk.library.edit(Edit("trashed", dict.fromkeys(ids, moment)))


def paint_over(path: Path, colour: str) -> None:
    """As another program saves an edited picture: without what it said."""
    Image.new("RGB", (40, 40), colour).save(path)


class Bin:
    """The system's trash."""

    def __init__(self) -> None:
        self.taken: list[Path] = []

    def __call__(self, path: Path) -> None:
        self.taken.append(path)
        path.unlink()


# -- import -----------------------------------------------------------------------------------


def test_what_another_program_saved_in_a_pictures_place_is_taken(
    desk: GalleryDesk, place: Path
) -> None:
    saved = desk.save(make_picture())
    paint_over(saved.path, "red")
    report = desk.chores.take([saved.path])
    assert len(report.added) == 1
    assert path_of(desk, report.added[0]) == saved.path
    assert path_of(desk, saved.id) is None, "its own file is gone"
    assert shown(desk) == [saved.id, *report.added], "but its row stays"


def test_what_is_taken_is_no_stranger_any_more(desk: GalleryDesk, place: Path) -> None:
    paint_over(pictures(place) / "holiday.png", "red")
    assert desk.check().strangers == 1
    desk.chores.take([pictures(place)])
    assert desk.check().strangers == 0


def test_a_picture_comes_back_in_the_place_of_another(desk: GalleryDesk, place: Path) -> None:
    first, second = desk.save(make_picture(seed=1)), desk.save(make_picture(seed=2))
    throw_away(desk, first.id)
    first.path.replace(second.path)
    report = desk.chores.take([second.path])
    assert report.found_again == 1
    assert path_of(desk, first.id) == second.path
    assert path_of(desk, second.id) is None
    assert shown(desk) == [first.id, second.id]


def test_a_duplicate_of_what_was_painted_over_is_taken(desk: GalleryDesk, place: Path) -> None:
    """Who imports it may throw the other one away then."""
    saved = desk.save(make_picture())
    copy = Path(shutil.copy(saved.path, place / "copy.png"))
    paint_over(saved.path, "red")
    assert desk.chores.take([copy]).found_again == 1
    copied = path_of(desk, saved.id)
    assert copied is not None
    assert copied.read_bytes() == copy.read_bytes()
    assert copied.is_relative_to(pictures(place))


# -- files that are found again ---------------------------------------------------------------


def twins(desk: GalleryDesk) -> tuple[int, int]:
    """Two rows of the same content, the first in the trash; one file, elsewhere."""
    desk.configure(lambda: SavingOptions(write_metadata=False))
    first, second = desk.save(make_picture()), desk.save(make_picture())
    assert first.path.read_bytes() == second.path.read_bytes()
    first.path.unlink()
    second.path.rename(second.path.with_name("moved.png"))
    throw_away(desk, first.id, days=1)
    return first.id, second.id


def test_a_file_that_is_found_goes_to_the_picture_that_is_not_in_the_trash(
    desk: GalleryDesk, place: Path
) -> None:
    for order in (0, 1):
        thrown, kept = twins(desk)[:: -1 if order else 1]
        throw_away(desk, thrown, days=1)
        desk.library.edit(Edit("trashed", {kept: None}))
        desk.check()
        found = path_of(desk, kept)
        assert found is not None
        assert found.name == "moved.png"
        desk.chores.empty_trash(Bin(), all_of_it=True)
        assert found.exists()
        found.unlink()
        throw_away(desk, kept)
        desk.chores.empty_trash(Bin())


def test_a_path_that_is_another_pictures_by_now_is_not_taken_from_it(desk: GalleryDesk) -> None:
    first, second = desk.save(make_picture(seed=1)), desk.save(make_picture(seed=2))
    name = rows.PathNames(desk._database).name(second.path)
    assert rows.set_path(desk._connection, first.id, name) is False
    assert path_of(desk, first.id) == first.path


# -- moving -----------------------------------------------------------------------------------


def test_a_move_leaves_another_pictures_file_to_it(desk: GalleryDesk, place: Path) -> None:
    desk.configure(lambda: SavingOptions(write_metadata=False))
    picture = make_picture()
    there = desk.save(picture, place / "new" / "dog.png")
    inside = desk.save(picture, pictures(place) / "dog.png")
    report = desk.chores.move_pictures(place / "new")
    assert (report.moved, report.failed) == (1, ())
    assert path_of(desk, there.id) == there.path
    moved = path_of(desk, inside.id)
    assert moved is not None
    assert moved != there.path
    assert moved.read_bytes() == there.path.read_bytes()


def test_a_file_that_cannot_be_read_does_not_keep_the_others_from_moving(
    desk: GalleryDesk, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = desk.save(make_picture(seed=1)), desk.save(make_picture(seed=2))
    read = image_files.content_of

    def content_of(path: Path) -> bytes:
        if path == broken.path:
            raise StorageError("It cannot be read.")
        return read(path)

    monkeypatch.setattr(image_files, "content_of", content_of)
    report = desk.chores.move_pictures(place / "new")
    assert report.moved == 1
    assert report.failed == ((broken.path, "It cannot be read."),)
    assert path_of(desk, whole.id) == place / "new" / whole.path.name


# -- the trash --------------------------------------------------------------------------------


def test_the_trash_takes_no_file_that_is_another_one_by_now(desk: GalleryDesk, place: Path) -> None:
    saved = desk.save(make_picture())
    throw_away(desk, saved.id)
    paint_over(saved.path, "red")
    system = Bin()
    assert desk.chores.empty_trash(system).count == 1
    assert system.taken == []
    assert saved.path.exists()
    assert ask(place, "SELECT count(*) FROM pictures") == [(0,)]


def test_a_file_to_which_somebody_added_something_is_still_thrown_away(desk: GalleryDesk) -> None:
    saved = desk.save(make_picture())
    data = saved.path.read_bytes()
    with Image.open(saved.path) as image:
        image.load()
        note = PngInfo()
        for name, text in image.text.items():  # type: ignore[attr-defined]
            note.add_itxt(name, text)
        note.add_text("Note", "mine")
        image.save(saved.path, pnginfo=note)
    assert saved.path.read_bytes() != data
    throw_away(desk, saved.id)
    system = Bin()
    assert desk.chores.empty_trash(system).count == 1
    assert system.taken == [saved.path], "or it would come back"


def test_a_disk_that_is_away_keeps_its_pictures_in_the_trash(
    desk: GalleryDesk, place: Path
) -> None:
    """They would come back with it, and without their negatives."""
    saved = desk.save(make_picture(), place / "disk" / "dog.png")
    throw_away(desk, saved.id)
    (place / "disk").rename(place / "away")
    assert desk.chores.empty_trash(Bin()).count == 0
    assert desk.library.shelves().trashed == 1
    assert desk.latents_of(saved.id) is not None
    (place / "away").rename(place / "disk")
    assert desk.chores.empty_trash(Bin()).count == 1


def test_on_command_the_trash_is_empty_even_where_a_folder_is_gone(
    desk: GalleryDesk, place: Path
) -> None:
    saved = desk.save(make_picture(), place / "disk" / "dog.png")
    throw_away(desk, saved.id)
    shutil.rmtree(place / "disk")
    assert desk.chores.empty_trash(Bin(), all_of_it=True).count == 1


def test_emptying_can_be_ended(desk: GalleryDesk) -> None:
    for seed in (1, 2, 3):
        throw_away(desk, desk.save(make_picture(seed=seed)).id)
    system = Bin()
    emptied = desk.chores.empty_trash(system, is_cancelled=lambda: len(system.taken) == 1)
    assert emptied.count == 1
    assert desk.library.shelves().trashed == 2


def test_a_picture_made_anew_in_its_place_is_out_of_the_trash(
    desk: GalleryDesk, place: Path
) -> None:
    desk.configure(lambda: SavingOptions(write_metadata=False))
    picture, target = make_picture(), place / "dog.png"
    first = desk.save(picture, target)
    throw_away(desk, first.id)
    again = desk.save(picture, target)
    assert shown(desk) == [again.id]
    assert desk.chores.empty_trash(Bin()).count == 0
    assert target.exists()


def test_a_negative_that_the_trash_took_meanwhile_is_kept_with_its_new_picture(
    desk: GalleryDesk, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = make_picture()
    old = desk.save(picture)
    throw_away(desk, old.id)
    other = GalleryDesk.open(database(place), pictures(place), look_around=False)
    write = desk._writer.write

    def write_meanwhile(*arguments: object) -> tuple[Path, bytes]:
        other.chores.empty_trash(Bin())
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(desk._writer, "write", write_meanwhile)
    new = desk.save(picture)
    other.close()
    assert desk.latents_of(new.id) == picture.latents


def test_what_is_taken_out_while_the_trash_is_emptied_stays(desk: GalleryDesk) -> None:
    first, second = desk.save(make_picture(seed=1)), desk.save(make_picture(seed=2))
    throw_away(desk, first.id, second.id)

    def move(path: Path) -> None:
        path.unlink()
        desk.library.edit(Edit("trashed", {second.id: None}))

    assert desk.chores.empty_trash(move).count == 1
    assert second.path.exists()
    assert shown(desk) == [second.id]
