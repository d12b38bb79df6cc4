"""Full disks, kills, damage and company: nothing that was finished is lost."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
import signal
import subprocess
import unicodedata
from pathlib import Path

import apsw
import pytest

from gallery.pictures import finish, make_picture, start_python, write_png
from gallery.places import (
    OpenGallery,
    ask,
    damage_the_tables,
    database,
    fail_rows,
    names_in,
    pictures,
)
from wurstdesk.errors import StorageError
from wurstdesk.gallery import mending, rows
from wurstdesk.gallery.image_metadata import read_metadata
from wurstdesk.generation import (
    SavedPicture,
)

# --- when something fails -----------------------------------------------------------------------


def test_a_full_disk_loses_nothing_and_the_picture_can_be_given_again(
    open_gallery: OpenGallery, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    gallery, picture = open_gallery(), make_picture()
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(StorageError, match="is full"):
            gallery.save(picture)
    assert names_in(pictures(place)) == []
    assert ask(place, "SELECT count(*) FROM pictures") == [(0,)]
    saved = gallery.save(picture)
    assert gallery.recent(9) == [saved]


def test_a_pictures_folder_that_vanished_is_not_replaced(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    first = gallery.save(make_picture(seed=1))
    shutil.rmtree(pictures(place))
    with pytest.raises(StorageError, match="is not there") as failure:
        gallery.save(make_picture(seed=2))
    assert "Connect its disk" in failure.value.hint
    gallery.close()
    again = open_gallery()
    assert not pictures(place).exists()
    assert again.request_of(first.id) == first.request


def test_a_row_that_fails_says_where_the_file_is_and_can_be_tried_again(
    open_gallery: OpenGallery, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery, picture = open_gallery(), make_picture()
    with monkeypatch.context() as patch:
        fail_rows(patch, apsw.FullError("full"))
        with pytest.raises(StorageError, match="is saved as") as failure:
            gallery.save(picture)
    (path,) = pictures(place).iterdir()
    assert str(path) in failure.value.message
    saved = gallery.save(picture)
    assert list(pictures(place).iterdir()) == [saved.path] == [path]
    assert gallery.recent(9) == [saved]
    assert gallery.latents_of(saved.id) == picture.latents


def test_a_row_that_failed_is_added_with_the_next_picture(
    open_gallery: OpenGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery, lost = open_gallery(), make_picture(seed=1)
    with monkeypatch.context() as patch:
        fail_rows(patch, apsw.BusyError("busy"))
        with pytest.raises(StorageError):
            gallery.save(lost)
    gallery.save(make_picture(seed=2))
    recent = gallery.recent(9)
    assert {saved.request.seed for saved in recent} == {1, 2}
    (one,) = (saved for saved in recent if saved.request.seed == 1)
    assert gallery.latents_of(one.id) == lost.latents


def test_a_row_that_failed_is_added_at_the_next_start(
    open_gallery: OpenGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery, picture = open_gallery(), make_picture()
    with monkeypatch.context() as patch:
        fail_rows(patch, apsw.IOError("gone"))
        with pytest.raises(StorageError, match="adds it at the next start"):
            gallery.save(picture)
        gallery.close()
    again = open_gallery()
    assert [saved.request for saved in again.recent(9)] == [picture.request]
    assert again.notices[0].startswith("A picture was not ")
    assert open_gallery().notices == ()


def test_a_mistake_of_ours_is_not_hidden_and_not_repeated(
    open_gallery: OpenGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = open_gallery()
    with monkeypatch.context() as patch:
        fail_rows(patch, apsw.ConstraintError("a bug"))
        with pytest.raises(apsw.ConstraintError):
            gallery.save(make_picture(seed=1))
    gallery.save(make_picture(seed=2))


def test_a_database_that_is_locked_is_a_sentence(
    open_gallery: OpenGallery, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wurstdesk.gallery.schema.BUSY_MILLISECONDS", 50)
    gallery = open_gallery()
    other = apsw.Connection(str(database(place)))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="busy with another program"):
        gallery.save(make_picture())
    other.execute("ROLLBACK")
    other.close()
    gallery.save(make_picture())
    assert len(gallery.recent(9)) == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from gallery.pictures import make_picture
from wurstdesk.gallery import rows
from wurstdesk.gallery.store import Gallery
gallery = Gallery.open(Path(sys.argv[1]), Path(sys.argv[2]))
gallery.save(make_picture("kept", seed=1))
rows.add = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
gallery.save(make_picture("between", seed=2))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nobody is killed so there")
def test_a_picture_whose_row_a_kill_prevented_is_adopted(
    open_gallery: OpenGallery, place: Path
) -> None:
    killed = start_python(KILLED, database(place), pictures(place))
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    gallery = open_gallery()
    assert [saved.request.prompt for saved in gallery.recent(9)] == ["between", "kept"]
    assert gallery.notices[0].startswith("A picture was not ")
    assert gallery.recent(1)[0].created == read_metadata(gallery.recent(1)[0].path).created


# --- adopting -----------------------------------------------------------------------------------


def test_strangers_and_halves_are_not_adopted_and_read_only_once(
    open_gallery: OpenGallery, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = open_gallery()
    half = gallery.save(make_picture(), place / "half.png").path
    (pictures(place) / "half.png").write_bytes(half.read_bytes()[:-100])
    write_png(pictures(place) / "stranger.png")
    (pictures(place) / "text.png").write_text("no picture")
    (pictures(place) / "notes.txt").write_text("no picture")
    gallery.close()
    again = open_gallery()
    assert again.notices == ()
    assert len(again.recent(9)) == 1
    again.close()
    monkeypatch.setattr("wurstdesk.gallery.orphans.texts_in", pytest.fail)
    open_gallery()


def test_a_renamed_file_keeps_its_row_and_a_copy_gets_none(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    saved = gallery.save(make_picture())
    gallery.close()
    (pictures(place) / "sub").mkdir()
    renamed = saved.path.rename(pictures(place) / "sub" / "dog.png")
    again = open_gallery()
    assert again.recent(9) == [dataclasses.replace(saved, path=renamed)]
    again.close()
    shutil.copy(renamed, pictures(place) / "copy.png")
    assert len(open_gallery().recent(9)) == 1


def test_a_copy_takes_the_place_of_a_picture_that_is_gone(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    saved = gallery.save(make_picture())
    gallery.close()
    copy = Path(shutil.copy(saved.path, place / "kept.png"))
    saved.path.unlink()
    copy.rename(pictures(place) / "kept.png")
    again = open_gallery()
    assert again.recent(9) == [dataclasses.replace(saved, path=pictures(place) / "kept.png")]
    assert again.notices == (), "nothing was added"


def test_a_file_that_another_process_adopted_too_early_gets_its_negative(
    open_gallery: OpenGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery, picture = open_gallery(), make_picture()
    hasty: list[rows.PictureRow] = []
    real_add = rows.add

    def add(connection: apsw.Connection, row: rows.PictureRow) -> int:
        if not hasty:
            hasty.append(row)
            connection.execute("ROLLBACK")
            open_gallery().close()  # finds the file without a row
            connection.execute("BEGIN IMMEDIATE")
        return real_add(connection, row)

    monkeypatch.setattr(rows, "add", add)
    saved = gallery.save(picture)
    assert gallery.recent(9) == [saved]
    assert gallery.latents_of(saved.id) == picture.latents


def test_accents_spelt_otherwise_by_the_file_system_are_the_same_name(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    saved = gallery.save(make_picture("grüner Dackel"))
    gallery.close()
    saved.path.rename(saved.path.with_name(unicodedata.normalize("NFD", saved.path.name)))
    assert open_gallery().notices == ()
    assert ask(place, "SELECT count(*) FROM pictures") == [(1,)]


# --- the whole database -------------------------------------------------------------------------


def test_a_damaged_database_is_rebuilt_from_the_files(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    saved = [gallery.save(make_picture(seed=seed)) for seed in range(3)]
    gallery.close()
    database(place).write_bytes(b"x" * 10_000)
    again = open_gallery()
    assert "damaged" in again.notices[0]
    assert "3 pictures" in again.notices[1]
    assert [(s.path, s.request, s.created) for s in again.recent(9)] == [
        (s.path, s.request, s.created) for s in reversed(saved)
    ]
    (aside,) = database(place).parent.glob("gallery.sqlite.damaged-*")
    assert aside.name in again.notices[0]
    assert aside.read_bytes() == b"x" * 10_000
    again.close()
    assert open_gallery().notices == ()


def test_damage_inside_is_mended_after_an_unclean_end(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    gallery.save(make_picture())
    gallery.close()
    damage_the_tables(place)
    database(place).with_name("gallery.sqlite-wal").write_bytes(b"left by a killed process")
    again = open_gallery()
    assert "damaged" in again.notices[0]
    assert len(again.recent(9)) == 1
    assert list(database(place).parent.glob("gallery.sqlite.damaged-*-wal"))


def test_damage_met_while_saving_is_mended_at_the_next_start(
    open_gallery: OpenGallery, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = open_gallery()
    gallery.save(make_picture(seed=1))
    with monkeypatch.context() as patch:
        fail_rows(patch, apsw.CorruptError("malformed"))
        with pytest.raises(StorageError, match="is damaged"):
            gallery.save(make_picture(seed=2))
        gallery.close()
    damage_the_tables(place)
    again = open_gallery()
    assert "damaged" in again.notices[0]
    assert [saved.request.seed for saved in again.recent(9)] == [2, 1]


MEND = """
import sys
from pathlib import Path
from wurstdesk.gallery.store import Gallery
gallery = Gallery.open(Path(sys.argv[1]), Path(sys.argv[2]))
print(len(gallery.recent(99)))
gallery.close()
"""


def test_processes_that_meet_the_same_damage_mend_it_once(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    for seed in range(3):
        gallery.save(make_picture(seed=seed))
    gallery.close()
    database(place).write_bytes(b"x" * 10_000)
    menders = (start_python(MEND, database(place), pictures(place)) for _ in range(3))
    assert finish(*menders) == ["3\n"] * 3
    assert len(list(database(place).parent.glob("gallery.sqlite.damaged-*"))) == 1


def test_a_process_waits_while_another_one_mends(open_gallery: OpenGallery, place: Path) -> None:
    gallery = open_gallery()
    gallery.save(make_picture())
    gallery.close()
    database(place).write_bytes(b"x" * 10_000)
    with mending.repair_lock(database(place)):
        waiting = start_python(MEND, database(place), pictures(place))
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(timeout=2)
        assert database(place).read_bytes() == b"x" * 10_000
        mending.set_aside(database(place))
        open_gallery()
    assert finish(waiting) == ["1\n"]
    assert len(list(database(place).parent.glob("gallery.sqlite.damaged-*"))) == 1


def test_between_saves_no_wal_is_left_that_would_look_like_an_unclean_end(
    open_gallery: OpenGallery, place: Path
) -> None:
    gallery = open_gallery()
    gallery.save(make_picture())
    assert database(place).with_name("gallery.sqlite-wal").stat().st_size == 0


SAVE = """
import sys
from pathlib import Path
from gallery.pictures import make_picture
from wurstdesk.gallery.store import Gallery
gallery = Gallery.open(Path(sys.argv[1]), Path(sys.argv[2]))
for number in range(15):
    gallery.save(make_picture("the same", seed=7))
gallery.close()
"""


def test_window_and_command_line_may_save_at_the_same_time(
    open_gallery: OpenGallery, place: Path
) -> None:
    finish(*(start_python(SAVE, database(place), pictures(place)) for _ in range(2)))
    gallery = open_gallery()
    saved: list[SavedPicture] = gallery.recent(99)
    assert len({picture.path for picture in saved}) == len(saved) == 30
    assert len(names_in(pictures(place))) == 30
    assert all(gallery.latents_of(picture.id) is not None for picture in saved)
    assert gallery.notices == ()
    assert ask(place, "PRAGMA integrity_check") == [("ok",)]
