"""Rows and files compared: what is missing, what is found again and where, what is new."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from gallery.pictures import make_picture, write_png
from gallery.places import ask, database, pictures
from wurstdesk.gallery import checking, formats
from wurstdesk.gallery.checking import CheckReport
from wurstdesk.gallery.desk import GalleryDesk
from wurstdesk.gallery.image_metadata import Texts
from wurstdesk.gallery.side_files import NEGATIVES
from wurstdesk.generation import SavedPicture

QUICK = pytest.mark.parametrize("quick", [True, False], ids=["quick", "thorough"])


@pytest.fixture
def desk(place: Path) -> Iterator[GalleryDesk]:
    with closing(GalleryDesk.open(database(place), pictures(place))) as desk:
        yield desk


@pytest.fixture
def saved(desk: GalleryDesk) -> list[SavedPicture]:
    return [desk.save(make_picture(seed=seed)) for seed in range(3)]


def missing(place: Path) -> list[int]:
    return [n for (n,) in ask(place, "SELECT id FROM pictures WHERE missing IS NOT NULL")]


def path_of(place: Path, picture: SavedPicture) -> str:
    ((name,),) = ask(place, f"SELECT path FROM pictures WHERE id = {picture.id}")
    return str(name)


@QUICK
def test_where_all_is_well_nothing_is_said(
    desk: GalleryDesk, saved: list[SavedPicture], quick: bool
) -> None:
    report = desk.check(quick=quick)
    assert report == CheckReport(pictures=3)
    assert report.sentences() == ()


@QUICK
def test_a_vanished_file_is_missing_and_there_again_when_it_is_back(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path, quick: bool
) -> None:
    away = saved[1].path.rename(place / "away.png")
    gone = desk.check(quick=quick)
    assert (gone.gone, gone.missing, gone.back) == (1, 1, 0)
    assert gone.sentences() == ("The file of a picture is missing.",)
    assert missing(place) == [saved[1].id]
    assert desk.latents_of(saved[1].id) is not None

    again = desk.check(quick=quick)
    assert (again.gone, again.missing) == (0, 1), "it is told once"

    away.rename(saved[1].path)
    back = desk.check(quick=quick)
    assert (back.back, back.missing) == (1, 0)
    assert missing(place) == []


@QUICK
def test_a_file_that_went_into_another_folder_is_found_by_its_content(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path, quick: bool
) -> None:
    (pictures(place) / "best").mkdir()
    moved = saved[0].path.rename(pictures(place) / "best" / "renamed.png")
    report = desk.check(quick=quick)
    assert (report.back, report.missing, report.adopted) == (1, 0, 0)
    assert replace(saved[0], path=moved) in desk.recent(9)


def test_it_is_looked_for_elsewhere_and_nothing_there_is_adopted(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path
) -> None:
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    moved = saved[2].path.rename(elsewhere / "x.png")
    stranger = formats.encode(make_picture(seed=9).pixels, Texts.of(make_picture(seed=9), ""))
    (elsewhere / "other.png").write_bytes(stranger)
    assert desk.check().missing == 1
    report = desk.check(elsewhere=[elsewhere])
    assert (report.back, report.missing, report.adopted) == (1, 0, 0)
    assert desk.recent(9)[0].path == moved


def test_only_files_of_a_missing_size_are_read(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved[0].path.unlink()
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    for number in range(5):
        write_png(elsewhere / f"{number}.png")
    monkeypatch.setattr(checking, "_hash", pytest.fail)
    assert desk.check(elsewhere=[elsewhere], quick=True).missing == 1


def test_a_copy_that_was_a_stranger_takes_the_place_of_what_vanished(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path
) -> None:
    copy = Path(shutil.copy(saved[0].path, pictures(place) / "copy.png"))
    assert desk.check().strangers == 1
    saved[0].path.unlink()
    report = desk.check(quick=True)
    assert (report.back, report.missing, report.strangers) == (1, 0, 0)
    assert replace(saved[0], path=copy) in desk.recent(9)


def test_two_copies_of_one_picture_share_no_file(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path
) -> None:
    ask(place, "INSERT INTO pictures (created, day, content_hash, file_size, prompt,"
        " negative_prompt, width, height, checkpoint_name, checkpoint_hash, device, dtype,"
        " seconds, notes, stack_key) SELECT created, day, content_hash, file_size, prompt,"
        " negative_prompt, width, height, checkpoint_name, checkpoint_hash, device, dtype,"
        " seconds, notes, stack_key FROM pictures WHERE id = 1")  # fmt: skip
    saved[0].path.rename(pictures(place) / "moved.png")
    report = desk.check()
    assert report.back == 1
    names = [name for (name,) in ask(place, "SELECT path FROM pictures ORDER BY id")]
    assert names.count("pictures/moved.png") == 1


def test_a_file_that_was_changed_is_told_and_its_row_stays(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path
) -> None:
    data = bytearray(saved[0].path.read_bytes())
    data[len(data) // 2] ^= 1
    saved[0].path.write_bytes(data)
    assert desk.check(quick=True).changed == (), "only its size would show there"
    report = desk.check()
    assert report.changed == (saved[0].path,)
    assert report.sentences() == ("A picture's file was changed by another program.",)
    assert report.missing == 0
    saved[1].path.write_bytes(b"short")
    assert desk.check(quick=True).changed == (saved[1].path,)
    assert len(desk.recent(9)) == 3


@QUICK
def test_an_orphan_is_adopted_with_its_negative(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path, quick: bool
) -> None:
    ask(place, f"DELETE FROM pictures WHERE id = {saved[0].id}")
    report = desk.check(quick=quick)
    assert report.adopted == 1
    (again,) = (found for found in desk.recent(9) if found.request.seed == 0)
    assert desk.latents_of(again.id) == make_picture(seed=0).latents


def test_strangers_are_counted(desk: GalleryDesk, saved: list[SavedPicture], place: Path) -> None:
    for name in ("a.png", "b.png"):
        write_png(pictures(place) / name)
    (pictures(place) / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    assert desk.check(quick=True).strangers == 3
    (pictures(place) / "a.png").unlink()
    assert desk.check(quick=True).strangers == 2


def test_a_folder_that_is_not_there_is_told(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path
) -> None:
    pictures(place).rename(place / "unplugged")
    report = desk.check(quick=True)
    assert report.missing == 3
    assert f"The folder “{pictures(place)}” is not there." in report.sentences()[1]
    (place / "unplugged").rename(pictures(place))
    assert desk.check(quick=True).back == 3


def test_negatives_that_are_gone_are_counted(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path
) -> None:
    ask(place, "DELETE FROM negatives.latents WHERE rowid = 1")
    assert desk.check().lost_negatives == 1
    assert desk.check(quick=True).lost_negatives == 0


def test_damage_is_found_and_the_next_start_mends_it(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path
) -> None:
    desk.close()
    file = NEGATIVES.beside(database(place))
    data = file.read_bytes()
    file.write_bytes(data[:-4096] + b"\xa5" * 4096)
    with closing(GalleryDesk.open(database(place), pictures(place))) as again:
        assert again.notices == ()
        (problem,) = again.check().problems
    assert "negatives" in problem
    with closing(GalleryDesk.open(database(place), pictures(place))) as mended:
        assert "negatives were damaged" in mended.notices[0]


def test_it_can_be_ended_and_says_how_far_it_is(
    desk: GalleryDesk, saved: list[SavedPicture]
) -> None:
    told: list[tuple[int, int]] = []
    report = desk.check(tell=lambda done, total: told.append((done, total)))
    assert told[0] == (0, 3)
    assert told[-1] == (3, 3)
    saved[0].path.unlink()
    report = desk.check(is_cancelled=lambda: True)
    assert report.is_cancelled
    assert report.gone == 0


def test_after_an_unclean_end_the_start_looks_which_files_are_there(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path
) -> None:
    saved[0].path.unlink()
    desk.close()
    with closing(GalleryDesk.open(database(place), pictures(place))) as clean:
        assert clean.notices == ()
    database(place).with_name("gallery.sqlite.suspect").touch()
    with closing(GalleryDesk.open(database(place), pictures(place))) as unclean:
        assert unclean.notices == ("The file of a picture is missing.",)


def test_who_need_not_look_around_does_it_later(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path
) -> None:
    ask(place, "DELETE FROM pictures WHERE id = 1")
    desk.close()
    options = {"look_around": False}
    with closing(GalleryDesk.open(database(place), pictures(place), **options)) as quick:
        assert len(quick.recent(9)) == 2
        assert quick.look_around() == ("A picture was not in the gallery yet and was added.",)
        assert len(quick.recent(9)) == 3


# --- rebuilding ---------------------------------------------------------------------------------


def test_a_rebuild_reads_every_file_again_and_keeps_what_the_person_did(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path
) -> None:
    ask(place, "UPDATE pictures SET rating = 5, prompt = 'wrong', negative = NULL WHERE id = 1")
    ask(place, "DELETE FROM pictures WHERE id = 2")
    desk.close()
    report = checking.rebuild(database(place), [pictures(place)])
    assert (report.pictures, report.adopted, report.missing) == (3, 1, 0)
    with closing(GalleryDesk.open(database(place), pictures(place))) as again:
        assert [found.request.seed for found in again.recent(9)] == [2, 1, 0]
        assert again.latents_of(saved[0].id) == make_picture(seed=0).latents
    found = ask(place, "SELECT rating, prompt FROM pictures WHERE id = 1")
    assert found == [(5, "a red dog")]


def test_a_rebuild_of_a_lost_database(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path
) -> None:
    desk.close()
    database(place).unlink()
    told: list[tuple[int, int]] = []
    report = checking.rebuild(
        database(place), [pictures(place)], tell=lambda *how_far: told.append(how_far)
    )
    assert report.adopted == 3
    assert told == [(0, 3), (3, 3)]
    with closing(GalleryDesk.open(database(place), pictures(place))) as again:
        assert {found.created for found in again.recent(9)} == {p.created for p in saved}
        assert all(again.latents_of(found.id) is not None for found in again.recent(9))


def test_a_rebuild_decodes_no_pixels(
    desk: GalleryDesk,
    saved: list[SavedPicture],
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk.close()
    monkeypatch.setattr(Image, "open", pytest.fail)
    assert checking.rebuild(database(place), [pictures(place)]).pictures == 3


def test_a_rebuild_leaves_other_programs_pictures_alone(
    desk: GalleryDesk, saved: list[SavedPicture], place: Path
) -> None:
    imported = write_png(pictures(place) / "imported.png")
    ask(place, "INSERT INTO pictures (created, day, path, source, content_hash, file_size, prompt,"
        " negative_prompt, width, height, checkpoint_name, checkpoint_hash, device, dtype,"
        " seconds, notes, stack_key) VALUES ('2026', '2026', 'pictures/imported.png', 'a1111',"
        " 'x', 1, 'theirs', '', 1, 1, '', '', '', '', '{}', '[]', '')")  # fmt: skip
    desk.close()
    assert checking.rebuild(database(place), [pictures(place)]).pictures == 4
    assert ask(place, "SELECT source, path FROM pictures WHERE prompt = 'theirs'") == [
        ("a1111", f"pictures/{imported.name}")
    ]
