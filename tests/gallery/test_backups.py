"""Copies of the gallery: when they are made, which stay, and what they are good for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.pictures import make_picture
from gallery.places import damage_the_tables, database, names_in, pictures
from wurstdesk.errors import StorageError
from wurstdesk.gallery import backups, schema
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.side_files import NEGATIVES

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@pytest.fixture
def desk(place: Path) -> Iterator[GalleryDesk]:
    with closing(GalleryDesk.open(database(place), pictures(place))) as desk:
        yield desk


def back_up(place: Path, now: datetime = NOON, *, refresh: bool = False, pages: int = 4) -> int:
    """Make a copy; returns in how many steps."""
    return len(list(backups.back_up(database(place), now, refresh=refresh, pages=pages)))


def prompts_in(file: Path) -> list[str]:
    with closing(apsw.Connection(str(file))) as connection:
        found = connection.execute("SELECT prompt FROM pictures ORDER BY id").fetchall()
    return [str(prompt) for (prompt,) in found]


def negatives_in(file: Path) -> set[str]:
    with closing(apsw.Connection(str(file))) as connection:
        return {str(name) for (name,) in connection.execute("SELECT hash FROM latents")}


# --- which stay ---------------------------------------------------------------------------------


def test_a_year_of_days_leaves_seven_days_and_four_weeks() -> None:
    first = date(2026, 1, 1)
    kept: set[date] = set()
    for number in range(365):
        kept = set(backups.to_keep({*kept, first + timedelta(number)}))
    assert sorted(kept, reverse=True) == [
        *(date(2026, 12, day) for day in (31, 30, 29, 28, 27, 26, 25)),
        date(2026, 12, 20),  # of the weeks, whose last days these are
        date(2026, 12, 13),
    ]


@given(st.sets(days))
def test_the_newest_always_stay_and_never_too_many(there: set[date]) -> None:
    kept = backups.to_keep(there)
    assert kept <= there
    assert set(sorted(there)[-backups.DAYS :]) <= kept
    assert len(kept) <= backups.DAYS + backups.WEEKS
    assert backups.to_keep(kept) == kept
    weeks = {day.isocalendar()[:2] for day in there}
    assert set(sorted(weeks)[-backups.WEEKS :]) <= {day.isocalendar()[:2] for day in kept}


# --- making them --------------------------------------------------------------------------------


def test_a_copy_has_everything_and_the_day_in_its_name(desk: GalleryDesk, place: Path) -> None:
    saved = desk.save(make_picture("a dog"))
    assert back_up(place) > 3, "in steps"
    (copy,) = backups.copies_of(database(place))
    assert copy.file == place / "data" / "backups" / f"gallery-{copy.day}.sqlite"
    assert copy.day == NOON.astimezone().date()
    assert prompts_in(copy.file) == ["a dog"]
    assert backups.is_good(copy.file)
    latents = desk.latents_of(saved.id)
    assert latents is not None
    assert negatives_in(backups.negatives_copy(database(place))) == {latents.name}
    assert names_in(copy.file.parent) == [copy.file.name, "gallery-negatives.sqlite"]


def test_one_a_day_is_enough_unless_it_shall_be_of_now(desk: GalleryDesk, place: Path) -> None:
    desk.save(make_picture("a dog", seed=1))
    back_up(place)
    assert back_up(place, refresh=True) == 0, "nothing changed"
    desk.save(make_picture("a cat", seed=2))
    assert back_up(place) == 0
    (copy,) = backups.copies_of(database(place))
    assert prompts_in(copy.file) == ["a dog"]
    assert back_up(place, refresh=True) > 0
    assert prompts_in(copy.file) == ["a dog", "a cat"]
    assert len(negatives_in(backups.negatives_copy(database(place)))) == 2
    back_up(place, NOON + timedelta(days=1))
    assert len(backups.copies_of(database(place))) == 2


def test_who_writes_meanwhile_neither_waits_nor_gets_into_the_copy(
    desk: GalleryDesk, place: Path
) -> None:
    for seed in range(5):
        desk.save(make_picture("before", seed))
    steps = backups.back_up(database(place), NOON, pages=2)
    next(steps)
    desk.save(make_picture("meanwhile", 77))
    assert sum(1 for _ in steps) > 5
    (copy,) = backups.copies_of(database(place))
    assert prompts_in(copy.file) == ["before"] * 5
    assert backups.is_good(copy.file)
    assert back_up(place, refresh=True) > 0, "it is older than the last picture"


def test_negatives_are_only_added(desk: GalleryDesk, place: Path) -> None:
    copy = backups.negatives_copy(database(place))
    for seed in range(100):
        desk.save(make_picture(seed=seed))
    back_up(place)
    before = negatives_in(copy)
    with closing(apsw.Connection(str(NEGATIVES.beside(database(place))))) as connection:
        connection.execute("DELETE FROM latents WHERE rowid % 2")
    desk.save(make_picture(seed=200))
    back_up(place, refresh=True)
    assert len(before) == 100
    assert negatives_in(copy) > before


def test_old_copies_go(desk: GalleryDesk, place: Path) -> None:
    for number in range(30):
        back_up(place, NOON + timedelta(days=number))
    kept = {copy.day for copy in backups.copies_of(database(place))}
    last = (NOON + timedelta(days=29)).astimezone().date()
    assert kept == backups.to_keep(last - timedelta(n) for n in range(30))


def test_other_files_beside_them_stay(desk: GalleryDesk, place: Path) -> None:
    folder = backups.folder_of(database(place))
    folder.mkdir()
    for name in ("gallery-2020-13-01.sqlite", "mine.txt", "gallery-2020-01-01.sqlite.old"):
        (folder / name).write_text("x")
    back_up(place)
    assert len(names_in(folder)) == 5
    assert len(backups.copies_of(database(place))) == 1


def test_a_damaged_database_drives_out_no_good_copy(desk: GalleryDesk, place: Path) -> None:
    desk.save(make_picture())
    desk.close()
    back_up(place)
    (copy,) = backups.copies_of(database(place))
    before = copy.file.read_bytes()
    damage_the_tables(place)
    with pytest.raises(schema.DamagedDatabaseError):
        back_up(place, refresh=True)
    assert copy.file.read_bytes() == before
    assert database(place).with_name("gallery.sqlite.suspect").exists()


def test_a_damaged_copy_of_the_negatives_is_made_anew(desk: GalleryDesk, place: Path) -> None:
    desk.save(make_picture())
    back_up(place)
    copy = backups.negatives_copy(database(place))
    copy.write_bytes(b"x" * 10_000)
    desk.save(make_picture(seed=2))
    back_up(place, refresh=True)
    assert len(negatives_in(copy)) == 2


def test_an_interrupted_copy_leaves_nothing(desk: GalleryDesk, place: Path) -> None:
    desk.save(make_picture())
    assert desk.back_up()
    desk.close()
    assert names_in(backups.folder_of(database(place))) == []


def test_the_desk_makes_it_step_by_step(desk: GalleryDesk, place: Path) -> None:
    desk.save(make_picture())
    while desk.back_up():
        pass
    assert not desk.back_up()
    assert not desk.back_up(refresh=True)
    assert len(backups.copies_of(database(place))) == 1


def test_a_folder_that_cannot_be_made_is_a_sentence(desk: GalleryDesk, place: Path) -> None:
    backups.folder_of(database(place)).write_text("in the way")
    with pytest.raises(StorageError):
        back_up(place)


def test_no_gallery_no_copy(place: Path) -> None:
    assert back_up(place) == 0
    assert not (place / "data").exists()


# --- which are good -----------------------------------------------------------------------------


def test_what_is_no_copy_of_ours_is_not_good(desk: GalleryDesk, place: Path) -> None:
    desk.save(make_picture())
    back_up(place)
    (copy,) = backups.copies_of(database(place))
    good = copy.file.read_bytes()
    assert backups.is_good(copy.file)
    assert not backups.is_good(backups.negatives_copy(database(place)))
    assert backups.are_good_negatives(backups.negatives_copy(database(place)))
    for content in (b"", good[: len(good) // 2], b"x" * 5000, good[:4096] + bytes(len(good))):
        copy.file.write_bytes(content)
        assert not backups.is_good(copy.file)
    copy.file.unlink()
    assert not backups.is_good(copy.file)
