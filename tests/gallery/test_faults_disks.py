"""Disks that are full, read-only or gone: a sentence, and nothing is lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gallery.pictures import finish, make_picture, start_python
from gallery.places import database, names_in, pictures, unpack
from gallery.sound import open_desk, state_of
from small_disk import fill, mounted
from wurstdesk.errors import StorageError
from wurstdesk.gallery import backups
from wurstdesk.gallery.desk import GalleryDesk


def copy_all(desk: GalleryDesk) -> None:
    while desk.back_up(refresh=True):
        pass


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk") as folder:
        yield folder


@pytest.mark.parametrize("leave", [0, 8_192, 65_536, 120_000, 200_000])
def test_on_a_full_disk_the_picture_in_hand_is_saved_after_room_was_made(
    small_disk: Path, leave: int
) -> None:
    with closing(open_desk(small_disk)) as desk:
        first = desk.save(make_picture(seed=1))
        filler = fill(small_disk, leave)
        picture = make_picture(seed=2, side=256)
        with pytest.raises(StorageError) as failure:
            desk.save(picture)
        assert "is full" in failure.value.message
        assert "Make some room" in failure.value.hint
        filler.unlink()
        saved = desk.save(picture)
        assert desk.recent(9) == [saved, first]
        assert desk.latents_of(saved.id) == picture.latents
    assert len(names_in(pictures(small_disk))) == 2
    state_of(small_disk)


def test_the_database_on_a_full_disk_and_the_pictures_on_another(
    small_disk: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    with closing(GalleryDesk.open(database(small_disk), folder)) as desk:
        desk.save(make_picture(seed=1))
        filler = fill(small_disk, 0)
        picture = make_picture(seed=2)
        with pytest.raises(StorageError, match="is saved as") as failure:
            desk.save(picture)
        assert "is full" in failure.value.message
        filler.unlink()
        saved = desk.save(picture)
        assert desk.latents_of(saved.id) == picture.latents
    assert len(names_in(folder)) == 2


def test_no_room_for_a_copy_keeps_the_old_one(small_disk: Path) -> None:
    with closing(open_desk(small_disk)) as desk:
        desk.save(make_picture(seed=1))
        copy_all(desk)
        (copy,) = backups.copies_of(database(small_disk))
        before = copy.file.read_bytes()
        desk.save(make_picture(seed=2))
        fill(small_disk, 16_384)
        with pytest.raises(StorageError):
            copy_all(desk)
        assert copy.file.read_bytes() == before
        assert not [name for name in names_in(copy.file.parent) if name.endswith(".part")]


# --- folders that disappear ---------------------------------------------------------------------


def test_a_data_folder_that_disappears_loses_no_picture(place: Path) -> None:
    with closing(open_desk(place)) as desk:
        desk.save(make_picture(seed=1))
        shutil.rmtree(database(place).parent)
        with suppress(StorageError):
            desk.save(make_picture(seed=2))
    with closing(open_desk(place)) as desk:
        assert {saved.request.seed for saved in desk.recent(9)} == {1, 2}


OPEN = """
import importlib.readers, os, sys
from pathlib import Path
from wurstdesk.errors import StorageError
from wurstdesk.gallery import schema
from wurstdesk.gallery.desk import GalleryDesk
schema.migrations()  # and everything else that nobody may read
if os.geteuid() == 0:
    os.seteuid(65534)  # who may do everything may write everywhere
try:
    GalleryDesk.open(Path(sys.argv[1]), Path(sys.argv[2])).close()
except StorageError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions are others there")
@pytest.mark.parametrize(
    ("mode", "words"), [(0o555, "Nothing may be written"), (0o000, "cannot be used")]
)
def test_what_may_not_be_written_or_read_is_a_sentence_and_left_alone(
    mode: int, words: str
) -> None:
    with TemporaryDirectory() as folder:  # that of the test is for its owner alone
        place = Path(folder)
        place.chmod(0o755)
        pictures(place).mkdir()
        file = unpack("schema-3", place)
        before = file.read_bytes()
        file.chmod(0o444)
        file.parent.chmod(mode)
        (said,) = finish(start_python(OPEN, file, pictures(place)))
        file.parent.chmod(0o755)
        assert words in said
        assert file.read_bytes() == before
