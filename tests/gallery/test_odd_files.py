"""Names, moments and shapes that hardly any picture has, for import and export."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from gallery.library_places import library_of, random_rows
from gallery.pictures import make_picture
from gallery.places import database, pictures
from wurstdesk.errors import StorageError
from wurstdesk.gallery import exporting
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.exporting import ExportOptions, ExportSize
from wurstdesk.gallery.image_metadata import moment_text
from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import Edit, Query
from wurstdesk.session.pictures import read_image
from wurstdesk.settings import PictureFormat


@pytest.fixture
def desk(place: Path) -> Iterator[GalleryDesk]:
    opened = GalleryDesk.open(database(place), pictures(place))
    yield opened
    opened.close()


def painted(path: Path, size: tuple[int, int] = (40, 30), colour: str = "red") -> Path:
    Image.new("RGB", size, colour).save(path)
    return path


# -- names ------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_name_that_is_no_text_is_copied_under_another(desk: GalleryDesk, place: Path) -> None:
    folder = place / "from outside"
    folder.mkdir()
    painted(folder / os.fsdecode(b"caf\xe9.png"))
    painted(folder / "whole.png", colour="blue")
    report = desk.chores.take([folder])
    assert (len(report.added), report.failed) == (2, ())


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_name_that_is_no_text_cannot_stay_and_does_not_end_the_others(
    desk: GalleryDesk, place: Path
) -> None:
    folder = place / "from outside"
    folder.mkdir()
    painted(folder / os.fsdecode(b"caf\xe9.png"))
    painted(folder / "whole.png", colour="blue")
    report = desk.chores.take([folder], in_place=True)
    assert len(report.added) == len(report.failed) == 1
    assert "no text" in report.failed[0][1]


def test_the_longest_name_is_taken(desk: GalleryDesk, place: Path) -> None:
    names = [f"{'ä' * 125}{end}.png" for end in "ab"]
    for number, name in enumerate(names):
        painted(place / name, (30 + number, 30))
    assert len(desk.chores.take([place / name for name in names]).added) == 2


@pytest.mark.parametrize("name", ["a\0b.png", "x" * 5000 + ".png", "gone.png"])
def test_a_path_that_cannot_be_is_told(desk: GalleryDesk, place: Path, name: str) -> None:
    report = desk.chores.take([place / name, painted(place / "whole.png")])
    assert len(report.added) == len(report.failed) == 1


# -- moments ----------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", [-(10**12), -1, 10**11, 2**62 // 10**9])
def test_a_file_of_another_age_is_taken(desk: GalleryDesk, place: Path, moment: int) -> None:
    file = painted(place / "old.png")
    os.utime(file, (moment, moment))
    report = desk.chores.take([file])
    assert len(report.added) == 1
    desk.chores.export(report.added, ExportOptions(place / "out"))


@pytest.mark.parametrize("seconds", [10**13, -(10**13), float("inf"), float("nan")])
def test_a_moment_beyond_the_calendar_is_none(seconds: float) -> None:
    assert moment_text(seconds) == "1970-01-01T00:00:00.000+00:00"


@pytest.fixture(params=["Pacific/Auckland", "America/Los_Angeles"])
def zone(request: pytest.FixtureRequest) -> Iterator[None]:
    """This computer stands there."""
    if not hasattr(time, "tzset"):
        pytest.skip("a process cannot choose its zone here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    "created",
    ["0001-01-01T00:00:00.000+00:00", "9999-12-31T23:59:59.999+00:00", "", "yesterday"],
)
@pytest.mark.usefixtures("zone")
def test_pictures_of_any_moment_are_exported(desk: GalleryDesk, place: Path, created: str) -> None:
    saved = desk.save(make_picture())
    with desk._writing():
        desk._connection.execute("UPDATE pictures SET created = ?", (created,))
    report = desk.chores.export([saved.id], ExportOptions(place / "out", template="{date} {time}"))
    assert len(report.written) == 1


# -- shapes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(2000, 1), (1, 2000)])
@pytest.mark.parametrize("way", ["inside", "crop", "bars"])
def test_the_thinnest_picture_is_exported(
    desk: GalleryDesk, place: Path, size: tuple[int, int], way: exporting.Way
) -> None:
    report = desk.chores.take([painted(place / "line.png", size)])
    options = ExportOptions(place / "out", size=ExportSize(100, 80, way))
    (path,) = desk.chores.export(report.added, options).written
    with Image.open(path) as image:
        assert way == "inside" or image.size == (100, 80)


def test_a_photograph_stands_upright(desk: GalleryDesk, place: Path) -> None:
    photo, exif = place / "photo.jpg", Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (60, 40), "red").save(photo, exif=exif)
    (number,) = desk.chores.take([photo]).added
    card = desk.library.details(number).card
    assert (card.width, card.height) == (40, 60)
    (path,) = desk.chores.export([number], ExportOptions(place / "out")).written
    with Image.open(path) as image:
        assert image.size == (40, 60)
    shown = read_image(photo)
    assert (shown.width(), shown.height()) == (40, 60)


def test_what_a_format_cannot_hold_is_told(desk: GalleryDesk, place: Path) -> None:
    long = desk.chores.take([painted(place / "long.png", (17_000, 2))]).added
    short = desk.chores.take([painted(place / "short.png")]).added
    report = desk.chores.export([*long, *short], ExportOptions(place / "out", "webp"))
    assert len(report.written) == 1
    ((picture, why),) = report.failed
    assert picture == long[0]
    assert why.endswith(".")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(["png", "jpeg", "webp", "avif"]),
    size=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    box=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    way=st.sampled_from(["inside", "crop", "bars"]),
    mode=st.sampled_from(["RGB", "RGBA", "L", "LA", "P", "1", "I;16"]),
)
def test_any_shape_and_kind_comes_out(
    place: Path,
    kind: PictureFormat,
    size: tuple[int, int],
    box: tuple[int, int],
    way: exporting.Way,
    mode: str,
) -> None:
    source = place / "source.png"
    Image.new(mode, size).save(source)
    desk = GalleryDesk.open(database(place), pictures(place))
    try:
        desk.chores.take([source], in_place=True)
        ids = desk.library.find(Query(f"size:{size[0]}x{size[1]}")).ids
        options = ExportOptions(place / "out", kind, size=ExportSize(*box, way))
        report = desk.chores.export([max(ids)], options)
        assert (len(report.written), report.failed) == (1, ())
    finally:
        desk.close()


# -- what is typed ----------------------------------------------------------------------------


@given(
    typed=st.text('\ud800\udfff\0\n"-:a*^²٣é🐕') | st.text(st.characters(), max_size=30),
    cursor=st.integers(0, 30),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_stored_or_refused_in_words(
    typed_into: Library, typed: str, cursor: int
) -> None:
    for ask in (
        lambda: typed_into.tags_like(typed, 5),
        lambda: typed_into.complete(typed, cursor),
        lambda: typed_into.keep_search(typed, typed),
        lambda: typed_into.add_album(typed),
        lambda: typed_into.edit(Edit("tag", {3: True}, name=typed)),
        lambda: typed_into.find(Query(typed)),
    ):
        with suppress(StorageError):
            ask()


@pytest.fixture
def typed_into(place: Path) -> Iterator[Library]:
    library = library_of(place, random_rows(5))
    yield library
    library.close()
