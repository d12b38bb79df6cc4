"""Export, import, moving and the trash, on real galleries and files."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gallery.pictures import make_picture
from gallery.places import ask, database, pictures
from wurstdesk.errors import StorageError
from wurstdesk.gallery import exporting, trash
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.exporting import ExportOptions, ExportSize
from wurstdesk.gallery.image_metadata import read_metadata, utc_text
from wurstdesk.gallery.records import Card, Edit, Query
from wurstdesk.settings import PictureFormat


@pytest.fixture
def desk(place: Path) -> Iterator[GalleryDesk]:
    opened = GalleryDesk.open(database(place), pictures(place))
    yield opened
    opened.close()


def cards(desk: GalleryDesk, text: str = "") -> tuple[Card, ...]:
    return desk.library.cards(desk.library.find(Query(text)).ids)


def ids(desk: GalleryDesk) -> array[int]:
    return desk.library.find(Query()).ids


def a1111_png(path: Path, text: str, side: int = 64) -> Path:
    """A picture as another program writes it."""
    info = PngInfo()
    info.add_text("parameters", text)
    Image.new("RGB", (side, side), "red").save(path, pnginfo=info)
    return path


# -- export -----------------------------------------------------------------------------------


def test_an_export_of_the_same_kind_is_the_very_file(desk: GalleryDesk, place: Path) -> None:
    saved = desk.save(make_picture())
    report = desk.chores.export(ids(desk), ExportOptions(place / "out"))
    (path,) = report.written
    assert path.parent == place / "out"
    assert path.read_bytes() == saved.path.read_bytes()


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "avif"])
def test_another_format_says_how_the_picture_was_made(
    desk: GalleryDesk, place: Path, kind: PictureFormat
) -> None:
    saved = desk.save(make_picture())
    (path,) = desk.chores.export(ids(desk), ExportOptions(place / "out", kind)).written
    with Image.open(path) as image:
        assert (image.format, image.size) == (kind.upper(), (128, 128))
    assert read_metadata(path).request == saved.request


def test_an_export_without_metadata_says_nothing(desk: GalleryDesk, place: Path) -> None:
    desk.save(make_picture())
    options = ExportOptions(place / "out", with_metadata=False)
    (path,) = desk.chores.export(ids(desk), options).written
    assert read_metadata(path).source == "unknown"
    assert b"dog" not in path.read_bytes()


@pytest.mark.parametrize(
    ("way", "size"), [("inside", (60, 60)), ("crop", (100, 60)), ("bars", (100, 60))]
)
def test_exact_pixels(
    desk: GalleryDesk, place: Path, way: exporting.Way, size: tuple[int, int]
) -> None:
    desk.save(make_picture())
    options = ExportOptions(place / "out", size=ExportSize(100, 60, way))
    (path,) = desk.chores.export(ids(desk), options).written
    with Image.open(path) as image:
        assert image.size == size
        corner = image.convert("RGB").getpixel((0, 30))
    assert (corner == (0, 0, 0)) == (way == "bars")


def test_inside_never_enlarges(desk: GalleryDesk, place: Path) -> None:
    desk.save(make_picture())
    options = ExportOptions(place / "out", size=ExportSize(4000, 4000))
    (path,) = desk.chores.export(ids(desk), options).written
    with Image.open(path) as image:
        assert image.size == (128, 128)


def test_names_follow_the_template_and_stay_in_the_folder(desk: GalleryDesk, place: Path) -> None:
    desk.save(make_picture(prompt="../../../etc/passwd\0 CON", seed=8))
    desk.save(make_picture(prompt="", seed=9))
    options = ExportOptions(place / "out", template="{number}/{prompt} {seed}")
    written = desk.chores.export(ids(desk), options).written
    assert [path.relative_to(place / "out").as_posix() for path in written] == [
        "00001/picture 9.png",
        "00002/etc-passwd-con 8.png",
    ]


def test_what_cannot_be_copied_does_not_end_the_others(desk: GalleryDesk, place: Path) -> None:
    gone, broken, whole = (desk.save(make_picture(seed=seed)) for seed in (1, 2, 3))
    gone.path.unlink()
    broken.path.write_bytes(b"no picture")
    report = desk.chores.export(ids(desk), ExportOptions(place / "out", "jpeg"))
    assert [path.stem.split()[-1] for path in report.written] == [str(whole.request.seed)]
    assert {picture for picture, _ in report.failed} == {gone.id, broken.id}
    assert all(why.endswith(".") for _, why in report.failed)


def test_an_export_tells_how_far_it_is_and_can_be_ended(desk: GalleryDesk, place: Path) -> None:
    for seed in range(4):
        desk.save(make_picture(seed=seed))
    told: list[tuple[int, int]] = []
    report = desk.chores.export(
        ids(desk),
        ExportOptions(place / "out"),
        lambda done, total: told.append((done, total)),
        lambda: len(told) > 2,
    )
    assert told == [(0, 4), (1, 4), (2, 4)]
    assert report.is_cancelled
    assert len(report.written) == 2


@pytest.mark.parametrize(
    "options",
    [
        {"template": "{nonsense}"},
        {"template": "../{seed}"},
        {"size": ExportSize(0, 100)},
        {"size": ExportSize(100, 100_000)},
    ],
)
def test_impossible_exports_are_refused_before_anything_is_written(
    desk: GalleryDesk, place: Path, options: dict[str, object]
) -> None:
    desk.save(make_picture())
    with pytest.raises(StorageError):
        desk.chores.export(ids(desk), ExportOptions(place / "out", **options))  # type: ignore[arg-type]
    assert not (place / "out").exists()


def test_the_gallerys_own_folder_takes_no_exports(desk: GalleryDesk, place: Path) -> None:
    desk.save(make_picture())
    with pytest.raises(StorageError, match="belongs to the gallery"):
        desk.chores.export(ids(desk), ExportOptions(pictures(place) / "out"))


# -- import -----------------------------------------------------------------------------------


def test_our_own_picture_comes_with_its_request(desk: GalleryDesk, place: Path) -> None:
    other = GalleryDesk.open(place / "other" / "gallery.sqlite", place / "other pictures")
    saved = other.save(make_picture())
    other.close()
    report = desk.chores.take([place / "other pictures"])
    assert len(report.added) == 1
    (card,) = cards(desk)
    assert card.request == saved.request
    assert card.path is not None
    assert card.path.is_relative_to(pictures(place))
    assert card.path.read_bytes() == saved.path.read_bytes()


def test_another_programs_picture_keeps_what_it_says(desk: GalleryDesk, place: Path) -> None:
    file = a1111_png(
        place / "café 猫.png",
        "a (blue:1.2) cat\nNegative prompt: dog\n"
        "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 99, Size: 64x64, Model: sd15",
    )
    (number,) = desk.chores.take([file]).added
    details = desk.library.details(number)
    assert (details.source, details.card.prompt, details.card.seed) == (
        "a1111",
        "a (blue:1.2) cat",
        99,
    )
    assert (details.card.width, details.card.height) == (64, 64)
    assert details.negative_prompt == "dog"
    assert details.parameters["Sampler"] == "Euler a"
    assert details.card.request is None
    assert [card.id for card in cards(desk, "blue cat")] == [number]


def test_a_picture_that_says_nothing_is_taken_too(desk: GalleryDesk, place: Path) -> None:
    Image.new("RGB", (40, 30), "blue").save(place / "holiday.jpg")
    (number,) = desk.chores.take([place / "holiday.jpg"]).added
    card = desk.library.details(number).card
    assert (card.width, card.height, card.prompt, card.seed) == (40, 30, "", None)


def test_duplicates_are_recognised_by_content(desk: GalleryDesk, place: Path) -> None:
    saved = desk.save(make_picture())
    copy = place / "elsewhere" / "another name.png"
    copy.parent.mkdir()
    copy.write_bytes(saved.path.read_bytes())
    before = sorted(pictures(place).rglob("*"))
    report = desk.chores.take([copy.parent, copy])
    assert (report.added, report.duplicates, report.found_again) == ((), 1, 0)
    assert sorted(pictures(place).rglob("*")) == before


def test_a_missing_picture_is_found_again(desk: GalleryDesk, place: Path) -> None:
    saved = desk.save(make_picture())
    moved = place / "moved.png"
    saved.path.rename(moved)
    report = desk.chores.take([moved], in_place=True)
    assert (report.added, report.found_again) == ((), 1)
    (card,) = cards(desk)
    assert (card.id, card.path, card.is_missing) == (saved.id, moved, False)


def test_importing_what_is_in_the_trash_brings_it_back(desk: GalleryDesk, place: Path) -> None:
    saved = desk.save(make_picture())
    desk.library.edit(Edit("trashed", {saved.id: utc_text(datetime.now(UTC))}))
    assert cards(desk) == ()
    report = desk.chores.take([saved.path])
    assert report.found_again == 1
    assert [card.id for card in cards(desk)] == [saved.id]


def test_files_stay_where_they_are_when_asked(desk: GalleryDesk, place: Path) -> None:
    file = a1111_png(place / "here.png", "a cat")
    desk.chores.take([file], in_place=True)
    (card,) = cards(desk)
    assert card.path == file
    assert list(pictures(place).rglob("*.png")) == []


def test_broken_files_are_told_and_do_not_end_the_others(desk: GalleryDesk, place: Path) -> None:
    folder = place / "from outside"
    folder.mkdir()
    whole = a1111_png(folder / "whole.png", "a cat")
    (folder / "cut.png").write_bytes(whole.read_bytes()[:-20])
    (folder / "text.png").write_bytes(b"no picture at all")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / ".hidden.png").write_bytes(b"")
    (folder / "notes.txt").write_text("not a picture")
    report = desk.chores.take([folder])
    assert len(report.added) == 1
    assert {file.name for file, _ in report.failed} == {"cut.png", "text.png", "empty.jpg"}


def test_a_decompression_bomb_is_refused(desk: GalleryDesk, place: Path) -> None:
    bomb = place / "bomb.png"
    Image.new("1", (60_000, 60_000)).save(bomb)
    report = desk.chores.take([bomb])
    assert report.failed == ((bomb, "It has too many pixels."),)


def test_a_seed_that_is_none_of_ours_is_not_taken_for_one(desk: GalleryDesk, place: Path) -> None:
    file = a1111_png(
        place / "big.png", "cat\nSteps: 20, Sampler: x, Seed: 99999999999, CFG scale: 7"
    )
    (number,) = desk.chores.take([file]).added
    details = desk.library.details(number)
    assert details.card.seed is None
    assert details.parameters["Seed"] == "99999999999"


def test_an_import_can_be_ended(desk: GalleryDesk, place: Path) -> None:
    folder = place / "many"
    folder.mkdir()
    for number in range(4):
        a1111_png(folder / f"{number}.png", f"cat {number}", 32 + number)
    told: list[int] = []
    report = desk.chores.take([folder], lambda done, _: told.append(done), lambda: len(told) > 2)
    assert report.is_cancelled
    assert len(report.added) == len(cards(desk)) == 2


# -- moving -----------------------------------------------------------------------------------


def test_the_pictures_move_with_their_rows(desk: GalleryDesk, place: Path) -> None:
    saved = [desk.save(make_picture(seed=seed)) for seed in range(3)]
    hashes = {hashlib.sha256(picture.path.read_bytes()).hexdigest() for picture in saved}
    report = desk.chores.move_pictures(place / "new" / "place")
    assert (report.moved, report.failed) == (3, ())
    found = cards(desk)
    assert {card.id for card in found} == {picture.id for picture in saved}
    assert all(card.path is not None and card.path.parent == place / "new/place" for card in found)
    moved = (place / "new" / "place").iterdir()
    assert {hashlib.sha256(path.read_bytes()).hexdigest() for path in moved} == hashes
    assert not pictures(place).exists()


def test_a_move_that_was_interrupted_goes_on(desk: GalleryDesk, place: Path) -> None:
    saved = [desk.save(make_picture(seed=seed)) for seed in range(3)]
    new = place / "new"
    new.mkdir()
    # the copy stood already, and neither row nor old file knew
    (new / saved[0].path.name).write_bytes(saved[0].path.read_bytes())
    told: list[int] = []
    first = desk.chores.move_pictures(new, lambda done, _: told.append(done), lambda: len(told) > 1)
    assert (first.is_cancelled, first.moved) == (True, 1)
    second = desk.chores.move_pictures(new)
    assert second.moved == 2
    assert sorted(path.name for path in new.iterdir()) == sorted(p.path.name for p in saved)


def test_a_folder_within_the_other_is_refused(desk: GalleryDesk, place: Path) -> None:
    saved = desk.save(make_picture())
    with pytest.raises(StorageError, match="within each other"):
        desk.chores.move_pictures(pictures(place) / "inside")
    assert saved.path.exists()


def test_a_missing_file_is_told_and_its_row_stays(desk: GalleryDesk, place: Path) -> None:
    gone, there = desk.save(make_picture(seed=1)), desk.save(make_picture(seed=2))
    gone.path.unlink()
    report = desk.chores.move_pictures(place / "new")
    assert (report.moved, [path for path, _ in report.failed]) == (1, [gone.path])
    assert {card.id for card in cards(desk)} == {gone.id, there.id}


# -- the trash --------------------------------------------------------------------------------


@dataclass
class Bin:
    """The system's trash; some files it does not take."""

    refused: set[Path] = field(default_factory=set)
    taken: list[Path] = field(default_factory=list)

    def __call__(self, path: Path) -> None:
        if path in self.refused:
            raise StorageError("This disk has no trash.")
        self.taken.append(path)
        path.unlink()


def throw_away(desk: GalleryDesk, picture: int, days: float) -> None:
    moment = datetime.now(UTC) - timedelta(days=days)
    desk.library.edit(Edit("trashed", {picture: utc_text(moment)}))


def test_the_trash_is_emptied_of_what_is_old_enough(desk: GalleryDesk, place: Path) -> None:
    kept, fresh, old = (desk.save(make_picture(seed=seed)) for seed in (1, 2, 3))
    throw_away(desk, fresh.id, trash.DAYS - 1)
    throw_away(desk, old.id, trash.DAYS + 1)
    system = Bin()
    emptied = desk.chores.empty_trash(system)
    assert (emptied.count, system.taken) == (1, [old.path])
    rest = ask(place, "SELECT id FROM pictures ORDER BY id")
    assert rest == [(kept.id,), (fresh.id,)]


def test_the_whole_trash_is_emptied_on_command(desk: GalleryDesk) -> None:
    kept, thrown = desk.save(make_picture(seed=1)), desk.save(make_picture(seed=2))
    throw_away(desk, thrown.id, 0)
    assert desk.chores.empty_trash(Bin(), all_of_it=True).count == 1
    assert kept.path.exists()
    assert not thrown.path.exists()


def test_what_the_system_does_not_take_stays(desk: GalleryDesk, place: Path) -> None:
    stays, goes = desk.save(make_picture(seed=1)), desk.save(make_picture(seed=2))
    for picture in (stays, goes):
        throw_away(desk, picture.id, 0)
    emptied = desk.chores.empty_trash(Bin(refused={stays.path}), all_of_it=True)
    assert emptied.count == 1
    assert [(card.id, why) for card, why in emptied.failed] == [
        (stays.id, "This disk has no trash.")
    ]
    assert ask(place, "SELECT id FROM pictures") == [(stays.id,)]
