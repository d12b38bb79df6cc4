"""Every write that can fail, fails once: what is there then is the old state or the new."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
import pytest

from gallery.faulty import broken, faulty_disk, full
from gallery.pictures import make_picture
from gallery.places import database, pictures, unpack
from gallery.sound import open_desk, state_of
from wurstdesk.errors import StorageError
from wurstdesk.gallery import backups, schema
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.library import Library
from wurstdesk.gallery.records import Edit
from wurstdesk.generation import KeptJob, SeedUse, make_request

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@contextmanager
def quietly_closing(thing: Any) -> Iterator[Any]:
    """As ``closing``: what a real disk does then is kept quiet about by SQLite itself."""
    try:
        yield thing
    finally:
        with suppress(apsw.Error):
            thing.close()


def save(place: Path, desk: GalleryDesk) -> None:
    desk.save(make_picture("a cat", seed=77))


def keep(place: Path, desk: GalleryDesk) -> None:
    desk.keep_jobs([KeptJob(name, make_request(prompt=name)) for name in ("x", "y", "z")])


def pin(place: Path, desk: GalleryDesk) -> None:
    desk.pin_seed(SeedUse(9, make_request(seed=9), "2024-05-01T12:00:00.000+00:00"))


def rate(place: Path, desk: GalleryDesk) -> None:
    with quietly_closing(Library.open(database(place), pictures(place))) as library:
        library.edit(Edit("rating", {1: 5, 2: 3, 4: 1}))


def tag(place: Path, desk: GalleryDesk) -> None:
    with quietly_closing(Library.open(database(place), pictures(place))) as library:
        library.edit(Edit("tag", {1: True, 2: False, 4: True}, name="dachshund"))


def copy(place: Path, desk: GalleryDesk) -> None:
    for _ in backups.back_up(database(place), NOW, refresh=True, pages=8):
        pass


ignoring_what_nobody_can_hear = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"  # of a failing disk, where SQLite goes on
)
WRITES = [save, keep, pin, rate, tag, copy]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A gallery with pictures, jobs, pins and tags, to be copied for every fault."""
    place = tmp_path / "template"
    place.mkdir()
    unpack("schema-3", place)
    pictures(place).mkdir()
    with closing(open_desk(place)) as desk:
        for seed in (20, 21):
            desk.save(make_picture(seed=seed))
    return place


@ignoring_what_nobody_can_hear
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_fails_leaves_the_old_state_or_the_new(
    template: Path, write: Callable[[Path, GalleryDesk], None], lasting: bool
) -> None:
    place = template.with_name("place")
    shutil.copytree(template, place)
    before = state_of(place)
    with closing(open_desk(place)) as desk:
        write(place, desk)
    after = state_of(place)
    failures, state = 0, before
    for at in range(1, 1000):
        shutil.rmtree(place)
        shutil.copytree(template, place)
        with faulty_disk() as disk, quietly_closing(open_desk(place)) as desk:
            disk.arm(at, full if at % 2 else broken, lasting=lasting)
            try:
                write(place, desk)
            except StorageError:
                failures += 1
            was_met = disk.was_met
        state = state_of(place)
        assert state in (before, after), f"at write {at}"
        if not was_met:
            break
        with closing(open_desk(place)) as desk:
            saved = {picture.request.seed for picture in desk.recent(99)}
            assert saved == {0, 1, 3, 20, 21} | ({77} if write is save else set())
    assert failures > 3
    assert state == after


@ignoring_what_nobody_can_hear
@pytest.mark.parametrize(
    ("name", "lasting"), [("schema-1", False), ("schema-2", False), ("schema-2", True)]
)
def test_a_migration_that_fails_can_be_made_again(tmp_path: Path, name: str, lasting: bool) -> None:
    failures = 0
    for at in range(1, 1000):
        place = tmp_path / str(at)
        place.mkdir()
        unpack(name, place)
        with faulty_disk() as disk:
            disk.arm(at, full if at % 2 else broken, lasting=lasting)
            with suppress(StorageError):
                failures += 1
                with quietly_closing(schema.connect(database(place))):
                    failures -= 1
            was_met = disk.was_met
        with closing(open_desk(place)) as desk:
            for number, seed in ((1, 0), (2, 1), (3, 2), (4, 3), (5, 8)):
                assert desk.latents_of(number) == make_picture(seed=seed).latents
                assert desk.request_of(number).seed == seed
            assert not any("damaged" in notice for notice in desk.notices)
        state_of(place)
        shutil.rmtree(place)
        if not was_met:
            break
    assert failures > 10
